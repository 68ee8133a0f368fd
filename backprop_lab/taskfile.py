"""Read task files: TOML in, a checked task out; every complaint names the file, the key and what would be valid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from backprop_lab.complaints import explained, near_names, unknown_keys
from backprop_lab.errors import TaskError
from backprop_lab.limits import MIB
from backprop_lab.resources import folder
from backprop_lab.settings import apply_setting
from backprop_lab.tables import build_task, build_training, parse
from backprop_lab.task import Task
from backprop_lab.trainingtask import TrainingTask

_LARGEST_FILE = 8 * MIB
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
        tables = parse(_read(path))
        if completion is not None:
            completion(tables)
        task = _build(tables)
        for setting in settings:
            apply_setting(tables, task, setting)
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
    return _build(parse(text))


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
    near = [str(beside)] if beside.is_file() else near_names(str(name_or_path), shipped)
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


def _build(tables: dict[str, Any]) -> Task | TrainingTask:
    is_training = "kind" in tables
    try:
        return build_training(tables) if is_training else build_task(tables)
    except msgspec.ValidationError as error:
        kind = TrainingTask if is_training else Task
        unknown = unknown_keys(tables, msgspec.inspect.type_info(kind), "")
        raise TaskError(next(unknown, None) or explained(str(error), kind)) from None


def is_task_file(path: Path) -> bool:
    """Tell whether a TOML file means to be a task: it has a network."""
    try:
        return "network" in parse(_read(path))
    except TaskError:
        return False
