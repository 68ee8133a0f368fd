"""Read task files: TOML in, a checked task out; every complaint names the file, the key and what would be valid."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import msgspec

from backprop_lab.engine.scalar import Spot
from backprop_lab.errors import TaskError
from backprop_lab.limits import MIB
from backprop_lab.resources import folder
from backprop_lab.tables import build_task, build_training
from backprop_lab.task import Task
from backprop_lab.trainingtask import TrainingTask

_LARGEST_FILE = 8 * MIB
_KEY_PART = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
_DEEP_KEY = re.compile(rf"(?<![\w-]){_KEY_PART}(?:[ \t]*\.[ \t]*{_KEY_PART}){{20}}")
"""A key of so many parts would take tomllib hours."""
_MOST_SUGGESTIONS = 16
_TRAINING = "is a training task, for the commands train, code, check and grade"


def shipped_tasks() -> dict[str, Path]:
    """Return the tasks of one pass that come with the program, by name."""
    return {path.stem: path for path in sorted(folder("tasks").glob("*.toml"))}


def shipped_trainings() -> dict[str, Path]:
    """Return the training tasks that come with the program, by name."""
    return {path.stem: path for path in sorted((folder("tasks") / "training").glob("*.toml"))}


Completion = Callable[[dict[str, Any]], None]
"""Changes the tables of a task file, before they are checked."""


def load_task(name_or_path: str | Path, settings: Sequence[str] = (), completion: Completion | None = None) -> Task:
    """Read a shipped task of one pass by its name, or a task file by its path; then apply `KEY=VALUE` settings.

    A completion may put in what the file itself does not hold. Raises TaskError, one line, where the file or a key is
    at fault, or it is a training task.
    """
    task = load_lab(name_or_path, settings, completion)
    if isinstance(task, TrainingTask):
        raise TaskError(f"{name_or_path}: {_TRAINING}")
    return task


def load_training(name_or_path: str | Path, settings: Sequence[str] = ()) -> TrainingTask:
    """Read a training task, as `load_task` reads a task of one pass."""
    task = load_lab(name_or_path, settings)
    if isinstance(task, Task):
        raise TaskError(f'{name_or_path}: is a task of one pass; a training task says kind = "training"')
    return task


def load_lab(
    name_or_path: str | Path, settings: Sequence[str] = (), completion: Completion | None = None
) -> Task | TrainingTask:
    """Read a task of either kind, as `load_task` reads one of one pass."""
    path = find_task(name_or_path)
    try:
        tables = _parse(_read(path))
        if completion is not None:
            completion(tables)
        task = _build(tables)
        for setting in settings:
            _apply(tables, task, setting)
        return _build(tables) if settings else task
    except TaskError as error:
        raise TaskError(f"{path.name if path in _shipped().values() else path}: {error}") from None


def _shipped() -> dict[str, Path]:
    return shipped_tasks() | shipped_trainings()


def task_text(name_or_path: str | Path) -> str:
    """Return the text of a shipped task by its name, or of a task file by its path; raise TaskError without one."""
    path = find_task(name_or_path)
    try:
        return _read(path)
    except TaskError as error:
        raise TaskError(f"{path}: {error}") from None


def task_of(text: str) -> Task:
    """Return the task of one pass that a task file of this text holds; raise TaskError where it holds none."""
    task = lab_of(text)
    if isinstance(task, TrainingTask):
        raise TaskError(_TRAINING)
    return task


def lab_of(text: str) -> Task | TrainingTask:
    """Return the task of either kind that a task file of this text holds; raise TaskError where it holds none."""
    return _build(_parse(text))


def givens_as_settings(task: Task) -> list[str]:
    """Return what sets the numbers of another task, of the same shape, to those of this one."""
    network, data, update = task.network, task.data, task.update
    parts: dict[str, Any] = {"network.weights": network.weights, "data.x": data.x}
    parts["data.y"] = list(data.y.classes) or data.y.rows
    if network.biases is not None:
        parts["network.biases"] = network.biases
    if update is not None:
        parts["update.learning_rate"] = update.learning_rate
    return [f"{key}={_as_toml(part)}" for key, part in parts.items()]


def _as_toml(part: Any) -> str:
    if isinstance(part, list | tuple):
        return f"[{', '.join(map(_as_toml, part))}]"
    return str(part if isinstance(part, int) or part.denominator == 1 else Decimal(part.numerator) / part.denominator)


def find_task(name_or_path: str | Path) -> Path:
    """Return the path of a task; raise TaskError, with near names, if there is none."""
    path = Path(name_or_path)
    shipped = _shipped()
    if str(name_or_path) in shipped and not path.is_file():
        return shipped[str(name_or_path)]
    try:
        if path.is_dir():
            raise TaskError(f"{path}: is a folder; expected a task file such as {path / 'task.toml'}")
        if path.exists():
            return path
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise TaskError(f"{str(path)[:80]}: cannot be looked up: {reason}") from None
    beside = path.with_name(f"{path.name}.toml") if path.name else path
    near = [str(beside)] if beside.is_file() else _near(str(name_or_path), shipped)
    hint = f'did you mean "{near[0]}"?' if near else f"shipped tasks: {', '.join(shipped)}"
    raise TaskError(f"{path}: no such file or shipped task; {hint}")


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
        if len(content) > _LARGEST_FILE:
            raise TaskError(f"is larger than {_LARGEST_FILE // MIB} MiB; a task file holds a small network")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TaskError(f"is not UTF-8 text (byte {error.start + 1}); save it as UTF-8") from None
    except OSError as error:
        raise TaskError(f"cannot be read: {error.strerror}") from None


def _parse(text: str) -> dict[str, Any]:
    if _DEEP_KEY.search(text):
        raise TaskError("is not a task: a key has more than 20 parts")
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise TaskError(f"is not TOML: {error}; numbers are written 0.5, text in straight quotes") from None
    except (ValueError, InvalidOperation):
        raise TaskError("is not TOML that can be read: a number has too many digits") from None
    except RecursionError:
        raise TaskError("is not a task: its lists are nested too deeply") from None


def _build(tables: dict[str, Any]) -> Task | TrainingTask:
    is_training = "kind" in tables
    try:
        return build_training(tables) if is_training else build_task(tables)
    except msgspec.ValidationError as error:
        kind = TrainingTask if is_training else Task
        unknown = _unknown_keys(tables, msgspec.inspect.type_info(kind), "")
        raise TaskError(next(unknown, None) or _explained(str(error), kind)) from None


def _unknown_keys(tables: Any, kind: Any, where: str) -> Iterator[str]:
    """Yield a complaint for every key that no table of a task has."""
    from msgspec import inspect

    match kind:
        case inspect.StructType() if isinstance(tables, dict):
            fields = {field.encode_name: field.type for field in kind.fields}
            for key, inner in tables.items():
                if key not in fields:
                    yield f"{where}{_quoted(key)}: unknown key; {nearest(key, fields)}"
                else:
                    yield from _unknown_keys(inner, fields[key], f"{where}{key}.")
        case inspect.UnionType():
            for option in kind.types:
                if isinstance(option, inspect.StructType):
                    yield from _unknown_keys(tables, option, where)
        case inspect.ListType() if isinstance(tables, list):
            if isinstance(kind.item_type, inspect.StructType):
                for index, inner in enumerate(tables):
                    yield from _unknown_keys(inner, kind.item_type, f"{where.rstrip('.')}[{index}].")


def _quoted(key: str) -> str:
    return key if re.fullmatch(r"[\w-]{1,60}", key) else f'"{key[:60]}"'


def _near(found: str, valid: Iterable[str]) -> list[str]:
    """Return the valid name nearest to what was found, in a list; the list is empty if none is near."""
    from difflib import get_close_matches  # only a complaint needs it

    return get_close_matches(found, list(valid), n=1)


def nearest(found: str, valid: Mapping[str, Any] | Sequence[str]) -> str:
    """Return the end of a complaint about a name: the valid one that it is near to, else the first valid ones."""
    near = _near(found, valid)
    shown = [*valid][:_MOST_SUGGESTIONS]
    more = ", …" if len(valid) > len(shown) else ""
    return f'did you mean "{near[0]}"?' if near else f"valid: {', '.join(shown)}{more}"


_TYPE_WORDS = {
    "array": "a list",
    "object": "a table",
    "str": "a string",
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number with decimals",
    "bool": "true or false",
}


def _explained(message: str, task: type) -> str:
    """Turn msgspec's message into `key: what was found and what is valid`."""
    value, *inner = re.split(r" - at `\$([^`]*)`(?= - at |$)", message)
    message, where = value, "".join(reversed(inner)).lstrip(".")
    missing = re.fullmatch(r"Object missing required field `(.+)`", message)
    if missing:
        return f"{where}: missing key".strip(": ") + f' "{missing[1]}"'
    enum = re.fullmatch(r"Invalid enum value '(.*)'", message, re.DOTALL)
    if enum:
        valid = [str(value) for value in _valid_values(where, task)]
        near = _near(enum[1], valid)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        return f'{where}: expected one of {", ".join(valid)}, found "{enum[1][:60]}"{hint}'
    wrong = re.fullmatch(r"Expected `(.+?)`, got `(.+?)`", message)
    if wrong:
        if wrong[1] == "str" and (valid := [str(value) for value in _valid_values(where, task)]):
            return f"{where}: expected one of {', '.join(valid)}, found {_TYPE_WORDS.get(wrong[2], wrong[2])}"
        expected, found = (
            " or ".join(_TYPE_WORDS.get(word, word) for word in side.split(" | ") if word != "null")
            for side in wrong.groups()
        )
        return f"{where}: expected {expected}, found {found}"
    worded = re.sub(r"`(.+?)`", lambda word: _TYPE_WORDS.get(word[1], word[1]), message)
    return f"{where}: {worded[0].lower() + worded[1:]}"


def _valid_values(where: str, task: type) -> tuple[Any, ...]:
    """Return the values that a key with a closed set of them may have."""
    from msgspec import inspect

    def plain(kind: Any) -> Any:
        if isinstance(kind, inspect.UnionType):
            return next(option for option in kind.types if not isinstance(option, inspect.NoneType))
        return kind

    kind: Any = inspect.type_info(task)
    for part in re.findall(r"\w+", where):
        if isinstance(kind, inspect.StructType):
            kind = plain(next(field.type for field in kind.fields if field.encode_name == part))
        elif isinstance(kind, inspect.ListType):
            kind = kind.item_type
    return kind.values if isinstance(kind, inspect.LiteralType) else ()


def _apply(tables: dict[str, Any], task: Task | TrainingTask, setting: str) -> None:
    """Set one value of a task's tables from `KEY=VALUE`.

    KEY is a key of the file (`update.learning_rate`, or `learning_rate` alone), or, in a task of one pass, a given
    number's symbol in the task's notation (`w11`, `x2`, `theta3`, `alpha`).
    """
    key, equals, text = setting.partition("=")
    key = key.strip()
    if not equals or not key:
        raise TaskError(f"--set {_quoted(setting)}: expected KEY=VALUE, such as learning_rate=0.5 or w11=0.2")
    if any("\ud800" <= c <= "\udfff" for c in setting):
        raise TaskError(f"--set {_quoted(key)}: is not UTF-8 text")
    try:
        found = _parse(f"value = {text}")
    except TaskError:
        found = {"value": Decimal(text) if re.fullmatch(r"\s*[+-]?(\d+\.\d*|\.\d+)\s*", text) else text.strip()}
    if set(found) != {"value"}:
        raise TaskError(f"--set {_quoted(key)}: expected one value, found several")
    one_pass = task if isinstance(task, Task) else None
    numbers, keys = (one_pass.numbers(), one_pass.symbols().keys) if one_pass else ({}, {})
    if one_pass and key in numbers and not (isinstance(found["value"], list) and key in ("x", "y")):
        if isinstance(found["value"], list):
            raise TaskError(f"--set {_quoted(key)}: expected a number, found a list")
        *path, last = _place(one_pass, numbers[key])
    else:
        *path, last = _key_path(type(task), keys.get(key, key), [*numbers], [*keys])
    table: Any = tables
    try:
        for part in path:
            table = table.setdefault(part, {}) if isinstance(table, dict) else table[part]
        table[last] = found["value"]
    except (TypeError, IndexError):
        raise TaskError(f"--set {_quoted(key)}: an earlier --set left no place for it") from None


def _key_path(task: type, key: str, numbers: list[str], symbols: list[str]) -> list[str]:
    from msgspec import inspect

    paths: dict[str, list[str]] = {}
    for field in inspect.type_info(task).fields:  # type: ignore[attr-defined]
        paths[field.encode_name] = [field.encode_name]
        options = field.type.types if isinstance(field.type, inspect.UnionType) else [field.type]
        for option in options:
            if isinstance(option, inspect.StructType):
                for inner in option.fields:
                    path = [field.encode_name, inner.encode_name]
                    paths[".".join(path)] = path
                    if inner.encode_name != "biases" or field.encode_name == "network":
                        paths.setdefault(inner.encode_name, path)
    if key not in paths:
        short = [name for name in paths if "." not in name]
        valid = [*numbers[:4], *symbols, *short, *paths, *numbers[4:]]
        raise TaskError(f"--set {_quoted(key)}: no such key or given; {nearest(key, valid)}")
    return paths[key]


def _place(task: Task, spot: Spot) -> list[Any]:
    """Return where in the file a given number stands."""
    name, row, column = spot
    match name[0]:
        case "W":
            return ["network", "weights", int(name[1:]) - 1, row, column]
        case "b":
            return ["network", "biases", int(name[1:]) - 1, column]
        case "y" if task.data.y.classes:
            raise TaskError(f"--set y: the targets are class indices; set them as y={list(task.data.y.classes)}")
        case _:
            return ["data", name, row, column]


def is_task_file(path: Path) -> bool:
    """Tell whether a TOML file means to be a task: it has a network."""
    try:
        return "network" in _parse(_read(path))
    except TaskError:
        return False
