"""Backpropagation worked step by step, refereed and written out.

    from backprop_lab import check, load_task, solve, verify

    solution = solve(load_task("lab_task_3"))
    solution.first.values["delta1"]          # array([[0.   , 0.184]])
    verify(solution.task).agrees             # True
    check(solution.task, Path("lab3.py")).score   # Fraction(32, 1)

Names are imported when they are first used, so that a command loads no more than it needs.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backprop_lab.bridge import from_torch
    from backprop_lab.checking import check
    from backprop_lab.derivation import Derivation, derive
    from backprop_lab.errors import LabError, MissingExtraError, ModelError, NumberError, SubmissionError, TaskError
    from backprop_lab.marking.marks import Marks, Verdict
    from backprop_lab.solution import Solution, solve
    from backprop_lab.task import Task
    from backprop_lab.taskfile import load_task, shipped_tasks
    from backprop_lab.tasktext import task_toml
    from backprop_lab.verification import Verification, verify

_HOMES = {
    "bridge": ("from_torch",),
    "checking": ("check",),
    "derivation": ("Derivation", "derive"),
    "errors": ("LabError", "MissingExtraError", "ModelError", "NumberError", "SubmissionError", "TaskError"),
    "marking.marks": ("Marks", "Verdict"),
    "solution": ("Solution", "solve"),
    "task": ("Task",),
    "taskfile": ("load_task", "shipped_tasks"),
    "tasktext": ("task_toml",),
    "verification": ("Verification", "verify"),
}

__all__ = [
    "Derivation",
    "LabError",
    "Marks",
    "MissingExtraError",
    "ModelError",
    "NumberError",
    "Solution",
    "SubmissionError",
    "Task",
    "TaskError",
    "Verdict",
    "Verification",
    "check",
    "derive",
    "from_torch",
    "load_task",
    "shipped_tasks",
    "solve",
    "task_toml",
    "verify",
]


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"backprop_lab.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
