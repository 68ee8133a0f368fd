"""Backpropagation worked step by step, refereed and written out.

from backprop_lab import load_task, solve, verify

solution = solve(load_task("lab_task_3"))
solution.first.values["delta1"]          # array([[0.   , 0.184]])
verify(solution.task).agrees             # True
"""

from backprop_lab.derivation import Derivation, derive
from backprop_lab.errors import LabError, MissingExtraError, NumberError, TaskError
from backprop_lab.solution import Solution, solve
from backprop_lab.task import Task
from backprop_lab.taskfile import load_task, shipped_tasks
from backprop_lab.verification import Verification, verify

__all__ = [
    "Derivation",
    "LabError",
    "MissingExtraError",
    "NumberError",
    "Solution",
    "Task",
    "TaskError",
    "Verification",
    "derive",
    "load_task",
    "shipped_tasks",
    "solve",
    "verify",
]
