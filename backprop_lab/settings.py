"""`KEY=VALUE` settings: one key of a task file, or one given number, changed."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from backprop_lab.complaints import nearest, quoted
from backprop_lab.engine.scalar import Spot
from backprop_lab.errors import TaskError
from backprop_lab.tables import parse
from backprop_lab.task import Task
from backprop_lab.trainingtask import TrainingTask


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


def apply_setting(tables: dict[str, Any], task: Task | TrainingTask, setting: str) -> None:
    """Set one value of a task's tables from `KEY=VALUE`.

    KEY is a key of the file (`update.learning_rate`, or `learning_rate` alone), or, in a task of one pass, a given
    number's symbol in the task's notation (`w11`, `x2`, `theta3`, `alpha`).
    """
    key, equals, text = setting.partition("=")
    key = key.strip()
    if not equals or not key:
        raise TaskError(f"--set {quoted(setting)}: expected KEY=VALUE, such as learning_rate=0.5 or w11=0.2")
    if any("\ud800" <= c <= "\udfff" for c in setting):
        raise TaskError(f"--set {quoted(key)}: is not UTF-8 text")
    try:
        found = parse(f"value = {text}")
    except TaskError:
        found = {"value": Decimal(text) if re.fullmatch(r"\s*[+-]?(\d+\.\d*|\.\d+)\s*", text) else text.strip()}
    if set(found) != {"value"}:
        raise TaskError(f"--set {quoted(key)}: expected one value, found several")
    one_pass = task if isinstance(task, Task) else None
    numbers, keys = (one_pass.numbers(), one_pass.symbols().keys) if one_pass else ({}, {})
    if one_pass and key in numbers and not (isinstance(found["value"], list) and key in ("x", "y")):
        if isinstance(found["value"], list):
            raise TaskError(f"--set {quoted(key)}: expected a number, found a list")
        *path, last = _place(one_pass, numbers[key])
    else:
        *path, last = _key_path(type(task), keys.get(key, key), [*numbers], [*keys])
    table: Any = tables
    try:
        for part in path:
            table = table.setdefault(part, {}) if isinstance(table, dict) else table[part]
        table[last] = found["value"]
    except (TypeError, IndexError):
        raise TaskError(f"--set {quoted(key)}: an earlier --set left no place for it") from None


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
        raise TaskError(f"--set {quoted(key)}: no such key or given; {nearest(key, valid)}")
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
