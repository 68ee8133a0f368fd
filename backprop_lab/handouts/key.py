"""The key to a sheet: every number that is asked, how far off it may be, and what the common mistakes make of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import numpy as np
from msgspec import Struct

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.graph import Kind, Phase
from backprop_lab.engine.worked import work
from backprop_lab.marking.hiding import shown_by_mistakes
from backprop_lab.marking.tolerance import radii_by_world
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
    return keys([task], notation)[0]


def keys(tasks: Sequence[Task], notation: Notation | None = None) -> list[tuple[Part, ...]]:
    """Return the key to each of several variants of a task, which are worked in one call."""
    task = tasks[0]
    symbols = notation or task.symbols()
    givens = [one.givens() for one in tasks]
    together = {name: np.stack([one[name] for one in givens]) for name in givens[0]}
    decimals = task.decimals if task.rounding == "carry" else None
    values = work(task.graph, together, decimals=decimals, tidy=True).values
    radii = radii_by_world(task.graph, values, 10.0**-task.decimals)
    return list(zip(*(_parts(task, ask, symbols, values, radii) for ask in task.asked), strict=True))


def _parts(
    task: Task, ask: Ask, notation: Notation, values: Mapping[str, Array], radii: Mapping[str, Array]
) -> Iterator[Part]:
    """Yield one step of the key to each variant."""
    step, unit = task.graph.step[ask.step], 10.0**-task.decimals
    spots = notation.spots(step.name, values[step.name].shape[-2:])
    points = Fraction(len(spots)) if ask.points is None else ask.points
    symbols, symbol = [notation.entry(step.name, *spot) for spot in spots], notation.matrix(step.name)
    share = points / len(spots)
    several = shown_by_mistakes(task, step, values).items()
    accepted = {"error-sign"} if "error_reversed" in ask.accept else set()
    wrong = [(slug, array.tolist()) for slug, results in several for array in results if slug not in accepted]
    tolerances = (radii[step.name] + unit / 2).tolist()
    for variant, (rows, far) in enumerate(zip(values[step.name].tolist(), tolerances, strict=True)):
        blanks = []
        for (row, column), name in zip(spots, symbols, strict=True):
            value = rows[row][column]
            right = shown(value, task.decimals)
            numbers = ((slug, array[variant][row][column]) for slug, array in wrong)
            texts = ((slug, shown(number, task.decimals)) for slug, number in numbers if math.isfinite(number))
            mistakes = (Mistake(*pair) for pair in dict.fromkeys(pair for pair in texts if pair[1] != right))
            blanks.append(Blank(row, column, name, share, value, right, far[row][column], tuple(mistakes)))
        yield Part(step.name, step.kind, step.phase, step.layer, symbol, points, tuple(blanks))
