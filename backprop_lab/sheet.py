"""A blank answer sheet: one line for each number that a task asks for."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace

from backprop_lab.task import Task
from backprop_lab.templating import render
from backprop_lab.writing.notation import NotationName
from backprop_lab.writing.symbols import ascii_symbol


def answer_sheet(task: Task, notation: NotationName | None = None, name: str = "", student: str = "") -> str:
    """Return the sheet as TOML, with the ASCII symbols of the task's notation, or of another one, as keys.

    The name and the id of a student may stand on it already.
    """
    symbols, graph = task.symbols(notation), task.graph
    steps = []
    for ask in task.asked:
        spots = symbols.spots(ask.step, graph.shapes[ask.step])
        keys = [ascii_symbol(symbols.entry(ask.step, *spot)) for spot in spots]
        points = Fraction(len(keys)) if ask.points is None else ask.points
        step = graph.step[ask.step]
        steps.append(SimpleNamespace(kind=step.kind, layer=step.layer, keys=keys, points=points))
    about = SimpleNamespace(title=task.title, depth=task.spec.depth, steps=steps, name=name, id=student)
    return render("sheet.toml.j2", {"d": about})
