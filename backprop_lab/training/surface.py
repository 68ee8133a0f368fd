"""The loss over two weights of a trained network, and the path on which training came there."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
from msgspec import Struct

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.compiled import compiled
from backprop_lab.engine.network import graph
from backprop_lab.engine.scalar import Spot
from backprop_lab.errors import LabError
from backprop_lab.training.preparing import Prepared
from backprop_lab.training.track import Parameters
from backprop_lab.writing.notation import Notation
from backprop_lab.writing.symbols import ascii_symbol

STEPS = 41
"""Values of each weight that the loss is computed for."""
MOST_ROWS = 512
"""Rows of the training data that it is computed on, at most."""
_MARGIN = 0.6
"""How far the surface reaches beyond the path, in lengths of the path's longer side."""


class Surface(Struct, frozen=True, eq=False):
    """Losses (first, second) over values of two weights, whose path is (points, 2); the others are the last ones."""

    names: tuple[str, str]
    first: Array
    second: Array
    losses: Array
    path: Array
    rows: int


def most_changed(start: Parameters, end: Parameters) -> tuple[Spot, Spot]:
    """Return the two weights that differ most; biases count where there are no two weights."""
    weights = [name for name in end if name[0] == "W"]
    names = weights if sum(end[name].size for name in weights) > 1 else [*end]
    largest: list[tuple[float, Spot]] = []
    for name in names:
        change = np.abs(end[name] - start[name])
        for place in np.argsort(-change, axis=None, kind="stable")[:2]:
            row, column = np.unravel_index(place, change.shape)
            largest.append((-float(change[row, column]), (name, int(row), int(column))))
    (_, first), (_, second) = sorted(largest)[:2]
    return first, second


def named_weights(prepared: Prepared, notation: Notation, symbols: Sequence[str]) -> list[Spot]:
    """Return where the weights of these symbols stand; raise LabError for one that there is not."""
    spots = {
        ascii_symbol(notation.entry(name, row, column)): (name, row, column)
        for name, matrix in prepared.parameters.items()
        for row, column in product(*map(range, matrix.shape))
    }
    for symbol in symbols:
        if symbol not in spots:
            few = ", ".join([*spots][:4])
            raise LabError(f'no weight "{symbol[:40]}" in this network; expected one such as {few}')
    if len(set(symbols)) < len(symbols):
        raise LabError(f'the weight "{symbols[0][:40]}" is named twice; expected two of them')
    return [spots[symbol] for symbol in symbols]


def loss_over(prepared: Prepared, points: Sequence[Parameters], spots: Sequence[Spot], notation: Notation) -> Surface:
    """Compute the loss around a path in the plane of two weights; it is not a number where it overflows."""
    path = np.array([[point[name][row, column] for name, row, column in spots] for point in points])
    middle = (path.min(axis=0) + path.max(axis=0)) / 2
    reach = max(float(np.ptp(path, axis=0).max()), 1e-3) * (0.5 + _MARGIN)
    first, second = (np.linspace(center - reach, center + reach, STEPS) for center in middle)
    rows = np.unique(np.linspace(0, len(prepared.data.x) - 1, min(len(prepared.data.x), MOST_ROWS)).astype(int))
    loss = compiled(graph(prepared.network(len(rows), "evaluation")), {"L"})
    moved = {name: matrix.copy() for name, matrix in points[-1].items()}
    givens = {"x": prepared.data.x[rows], "y": prepared.data.y[rows], **prepared.scalars, **moved}
    losses = np.empty((STEPS, STEPS))
    (one, *place), (other, *other_place) = spots
    with np.errstate(all="ignore"):
        for i, j in np.ndindex(losses.shape):
            moved[one][*place], moved[other][*other_place] = first[i], second[j]
            losses[i, j] = loss(givens)["L"].item()
    names = [ascii_symbol(notation.entry(*spot)) for spot in spots]
    return Surface((names[0], names[1]), first, second, losses, path, len(rows))
