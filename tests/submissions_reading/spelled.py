"""Every symbol of every shipped task, in all three notations."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_lab.submissions.names import Target
from backprop_lab.task import Task
from backprop_lab.taskfile import load_task, shipped_tasks
from backprop_lab.writing.notation import NOTATIONS, NotationName, Symbol

TASKS = tuple(shipped_tasks())


def entries(task: Task, notation: NotationName) -> Iterator[tuple[Symbol, Target]]:
    """Yield the symbol of every number of a task, and where it stands."""
    symbols = task.symbols(notation)
    for step in task.graph.steps:
        rows, columns = task.graph.shapes[step.name]
        for row in range(rows):
            for column in range(columns):
                yield symbols.entry(step.name, row, column), (step.name, row, column)


def matrices(task: Task, notation: NotationName) -> Iterator[tuple[Symbol, Target]]:
    """Yield the symbol of every step of a task as a whole."""
    symbols = task.symbols(notation)
    for step in task.graph.steps:
        yield symbols.matrix(step.name), (step.name, None, None)


def symbols_of(name: str) -> Iterator[Symbol]:
    """Yield all symbols of a shipped task."""
    task = load_task(name)
    for notation in NOTATIONS:
        for pairs in (entries(task, notation), matrices(task, notation)):
            yield from (symbol for symbol, _ in pairs)
