"""The layouts in which programs state givens: rows or columns first, units with their biases, all layers in one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.scalar import Spot
from backprop_lab.marking.evidence import NONE, Places

Spots = tuple[Spot, ...]
"""Givens that one number of a program stands for: most often one, for a bias that units share several."""
Layout = tuple[Spots, ...]
"""What the numbers of an array stand for, in order."""
_Form = tuple[str, int, int]
"""The name, rows and columns of a given."""


def layouts(givens: Mapping[str, Array]) -> tuple[Layout, ...]:
    """Return the ways in which arrays of givens (…, rows, columns) are written down: the spots of their numbers."""
    return _layouts(*_forms(givens))


def holding(name: str, givens: Mapping[str, Array]) -> tuple[tuple[Layout, Places], ...]:
    """Return the layouts that hold all numbers of a given, and where in them each stands."""
    return _holding(name, *_forms(givens))


def _forms(givens: Mapping[str, Array]) -> tuple[tuple[_Form, ...], bool]:
    """Return what the layouts depend on: the shapes of the givens, and whether every layer has one bias for all."""
    biases = [array for name, array in givens.items() if name[0] == "b"]
    is_shared = len(biases) > 1 and all(bool((array == array[..., :1]).all()) for array in biases)
    return tuple((name, *array.shape[-2:]) for name, array in givens.items()), is_shared


@lru_cache(maxsize=64)
def _layouts(forms: tuple[_Form, ...], is_shared: bool) -> tuple[Layout, ...]:
    return tuple(_written_down(forms, is_shared))


@lru_cache(maxsize=512)
def _holding(name: str, forms: tuple[_Form, ...], is_shared: bool) -> tuple[tuple[Layout, Places], ...]:
    (shape,) = ((rows, columns) for other, rows, columns in forms if other == name)
    found = ((layout, _places(name, shape, layout)) for layout in _layouts(forms, is_shared))
    return tuple((layout, places) for layout, places in found if places is not None)


def _places(name: str, shape: tuple[int, int], layout: Layout) -> Places | None:
    """Return where in a layout each number of a given stands; None if not all of them do."""
    places = {spot: place for place, spots in enumerate(layout) for spot in spots}
    found = [places.get((name, row, column), NONE) for row, column in np.ndindex(*shape)]
    return None if NONE in found else np.array(found).reshape(shape)


def _written_down(forms: Sequence[_Form], is_shared: bool) -> Iterator[Layout]:
    shapes = {name: (rows, columns) for name, rows, columns in forms}
    rows_of = {
        name: [[((name, row, column),) for column in range(columns)] for row in range(rows)]
        for name, rows, columns in forms
    }
    for name, rows in rows_of.items():
        turned = [list(column) for column in zip(*rows, strict=True)]
        yield _flat(rows)
        yield _flat(turned)
        if min(shapes[name]) > 1:
            yield from map(tuple, (*rows, *turned))
        if name[0] == "W" and f"b{name[1:]}" in rows_of:
            (bias,) = rows_of[f"b{name[1:]}"]
            yield from (_flat([*rows, bias]), _flat([bias, *rows]))
            units = list(zip(turned, bias, strict=True))
            yield _flat([*unit, one] for unit, one in units)
            yield _flat([one, *unit] for unit, one in units)
            yield from ((*unit, one) for unit, one in units)
            yield from ((one, *unit) for unit, one in units)
    W, b = ([name for name in rows_of if name[0] == letter] for letter in "Wb")
    if is_shared:
        yield tuple(tuple((name, 0, column) for column in range(shapes[name][1])) for name in b)
    for names in (W, b):
        if len(names) > 1:
            yield _flat(row for name in names for row in rows_of[name])


def _flat(rows: Iterable[Sequence[Spots]]) -> Layout:
    return tuple(spots for row in rows for spots in row)
