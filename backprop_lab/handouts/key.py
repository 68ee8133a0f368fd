"""The key to a sheet: every number that is asked, how far off it may be, and what the common mistakes make of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction

from msgspec import Struct

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.graph import Kind, Phase, Step
from backprop_lab.marking.hiding import shown_by_mistakes
from backprop_lab.marking.tolerance import rounding_radii
from backprop_lab.solution import solve
from backprop_lab.task import Ask, Task
from backprop_lab.writing.notation import Notation, Symbol
from backprop_lab.writing.numbers import shown


class Mistake(Struct, frozen=True):
    """The number that a common mistake gives, as it is printed."""

    slug: str
    shown: str


class Blank(Struct, frozen=True):
    """One number to fill in, with `tolerance` for whoever rounds each step before it to the decimals asked for."""

    row: int
    column: int
    symbol: Symbol
    points: Fraction
    value: float
    shown: str
    tolerance: float
    mistakes: tuple[Mistake, ...]


class Part(Struct, frozen=True):
    """A step that is asked, with its numbers in the order of the notation."""

    step: str
    kind: Kind
    phase: Phase
    layer: int | None
    symbol: Symbol
    points: Fraction
    blanks: tuple[Blank, ...]


def key(task: Task, notation: Notation | None = None) -> tuple[Part, ...]:
    """Return what a task asks, with the right number of each and the numbers of the mistakes that show in it.

    The points of a step are shared evenly by its numbers. Under `carry` the numbers are those that rounding at each
    step leads to.
    """
    symbols = notation or task.symbols()
    values = solve(task, steps=None if task.update is None else 1).first.values
    unit = 10.0**-task.decimals
    radii = rounding_radii(task.graph, {name: array[None] for name, array in values.items()}, unit)
    return tuple(_part(task, ask, symbols, values, radii) for ask in task.asked)


def _part(task: Task, ask: Ask, notation: Notation, values: Mapping[str, Array], radii: Mapping[str, Array]) -> Part:
    step = task.graph.step[ask.step]
    value, unit = values[step.name], 10.0**-task.decimals
    spots = notation.spots(step.name, value.shape)
    points = Fraction(len(spots)) if ask.points is None else ask.points
    wrong = list(_wrong(task, step, values))
    blanks = []
    for row, column in spots:
        right = shown(float(value[row, column]), task.decimals)
        numbers = ((slug, float(array[row, column])) for slug, array in wrong)
        texts = ((slug, shown(number, task.decimals)) for slug, number in numbers if math.isfinite(number))
        mistakes = dict.fromkeys((slug, text) for slug, text in texts if text != right)
        blanks.append(
            Blank(
                row,
                column,
                notation.entry(step.name, row, column),
                points / len(spots),
                float(value[row, column]),
                right,
                float(radii[step.name][row, column]) + unit / 2,
                tuple(Mistake(slug, text) for slug, text in mistakes),
            )
        )
    return Part(step.name, step.kind, step.phase, step.layer, notation.matrix(step.name), points, tuple(blanks))


def _wrong(task: Task, step: Step, values: Mapping[str, Array]) -> Iterator[tuple[str, Array]]:
    for slug, results in shown_by_mistakes(task, step, values).items():
        for result in results:
            yield slug, result
