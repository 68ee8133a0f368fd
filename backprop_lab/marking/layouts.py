"""The layouts in which programs state givens: rows or columns first, units with their biases, all layers in one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.scalar import Spot

Spots = tuple[Spot, ...]
"""Givens that one number of a program stands for: most often one, for a bias that units share several."""
Layout = list[Spots]
"""What the numbers of an array stand for, in order."""


def layouts(givens: Mapping[str, Array]) -> Iterator[Layout]:
    """Yield the ways in which arrays of givens are written down, as the spots of their numbers in order."""
    W = [name for name in givens if name[0] == "W"]
    b = [name for name in givens if name[0] == "b"]
    for name, array in givens.items():
        rows, columns = array.shape
        spots = [[((name, row, column),) for column in range(columns)] for row in range(rows)]
        turned = [list(column) for column in zip(*spots, strict=True)]
        yield _flat(spots)
        yield _flat(turned)
        if min(rows, columns) > 1:
            yield from (*spots, *turned)
        if name in W and f"b{name[1:]}" in givens:
            bias: Layout = [((f"b{name[1:]}", 0, column),) for column in range(columns)]
            yield from (_flat(spots) + bias, bias + _flat(spots))
            units = list(zip(turned, bias, strict=True))
            yield _flat([*unit, one] for unit, one in units)
            yield _flat([one, *unit] for unit, one in units)
            yield from ([*unit, one] for unit, one in units)
            yield from ([one, *unit] for unit, one in units)
    if len(b) > 1 and all(np.ptp(givens[name]) == 0 for name in b):
        yield [tuple((name, 0, column) for column in range(givens[name].shape[1])) for name in b]
    for names in (W, b):
        if len(names) > 1:
            yield [
                ((name, row, column),)
                for name in names
                for row in range(givens[name].shape[0])
                for column in range(givens[name].shape[1])
            ]


def _flat(rows: Iterable[Sequence[Spots]]) -> Layout:
    return [spots for row in rows for spots in row]
