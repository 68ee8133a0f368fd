"""Marks made by hand, for tests of what is told about them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from msgspec.structs import replace

from backprop_lab.marking.marks import Marks, Verdict
from backprop_lab.marking.observations import Where
from backprop_lab.solution import solve
from backprop_lab.task import Task

Spot = tuple[str, int, int]


def marked(task: Task, changes: Mapping[str | Spot, Mapping[str, Any]] | None = None, **others: Any) -> Marks:
    """Return full marks for a task, with other fields in the verdicts of a step, or of one of its numbers.

    Other arguments are fields of the marks.
    """
    values, changes = solve(task, steps=1).first.values, changes or {}
    verdicts: list[Verdict] = []
    for ask in task.asked:
        array = values[ask.step]
        points = Fraction(1) if ask.points is None else ask.points / array.size
        for row, column in np.ndindex(*array.shape):
            number = float(array[row, column])
            place = Where(f"my_{ask.step}", 10 + len(verdicts))
            right = Verdict(ask.step, row, column, "right", points, points, number, number, place)
            change = changes.get((ask.step, row, column), changes.get(ask.step, {}))
            verdicts.append(replace(right, **change))
    return replace(Marks("ok", tuple(verdicts)), **others)


def lost(verdict: str, found: float | None = 7.125, **others: Any) -> dict[str, Any]:
    """Return the fields of a verdict that gets no points."""
    return {"verdict": verdict, "points": Fraction(0), "found": found, **others}


MISSING = lost("missing", None, where=None)
