"""The numbers that a program showed: a row for each, in the order in which it did, and a column for each world."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from backprop_lab.engine.arithmetic import Array
from backprop_lab.marking.evidence import Mask, near
from backprop_lab.marking.observations import Recording, Seen, Where

_SHORT = 13
"""A number with fewer decimals than this was rounded."""
_MOST_ROUNDED = 5_000_000
"""Pairs of entries and rounded numbers that are compared; of more, none is."""
_MOST_AS_ONE = 8
"""Different numbers that may become one in the moved world, as a net input, its activation and its slope do."""
_MOST_TIMES = 100
"""How many times the numbers of a task a program of its size may honestly show; of more, the first visits count."""
_MOST_ALIKE = 500
"""Numbers looked at that are the same in the last world: the first of them will do."""
Candidates = list[list[int]]
"""For every entry of a step, row by row, the numbers that equal it, in order."""


class Sightings:
    """What the runs of a program showed: the numbers of each array `seen` stand from its `start` on.

    `precision` is how far, relatively, a number may be off for its type. What is calculated inside of larger
    expressions is kept apart, and only where a moved world proves it.
    """

    def __init__(self, runs: Sequence[Recording], size: int) -> None:
        """Take what the runs showed, for a task of `size` numbers: an array of more numbers is no step of it."""
        own, *others = runs
        seen = [seen for seen in own.seen if 0 < len(seen.numbers) <= size and (others or not seen.inner)]
        self.seen = _first(seen, _MOST_TIMES * size)
        columns = [[_numbers(seen.numbers) for seen in self.seen]]
        for run in others:
            there = {(seen.site, seen.visit): seen for seen in run.seen}
            columns.append([_like(seen, there.get((seen.site, seen.visit))) for seen in self.seen])
        self.values = np.stack([np.concatenate([*column, np.empty(0)]) for column in columns], axis=1)
        sizes = [len(seen.numbers) for seen in self.seen]
        self.start: list[int] = np.concatenate([[0], np.cumsum(sizes)]).astype(int).tolist()
        self.owner: list[int] = np.repeat(np.arange(len(sizes)), sizes).tolist()
        self.single = any(seen.single for seen in self.seen)
        self.precision = 2e-5 if self.single else 1e-9
        self._rows: list[list[float]] = self.values.tolist()
        self._order = np.argsort(self.values[:, -1], kind="stable")
        self._sorted = self.values[self._order, -1]

    @cached_property
    def typed(self) -> list[bool]:
        """Whether each number is written down in the program and not calculated."""
        return [self.seen[owner].typed for owner in self.owner]

    @cached_property
    def inner(self) -> list[bool]:
        """Whether each number is calculated inside of a larger expression."""
        return [self.seen[owner].inner for owner in self.owner]

    @cached_property
    def moves(self) -> list[bool]:
        """Whether each number is another one in the moved world."""
        moves: list[bool] = (~near(self.values[:, 0], self.values[:, -1], 1e-7)).tolist()
        return moves

    @cached_property
    def as_one(self) -> Mask:
        """Which numbers become one and the same in the moved world, or move by one and the same, though they differ.

        So do answers that are not calculated, but notice that the world is moved.
        """
        as_one = np.zeros(len(self.values), dtype=bool)
        own, moved = np.round(self.values[:, 0], 9), self.values[:, -1]
        for shared in (np.round(moved, 9), np.round(moved - self.values[:, 0], 9)):
            telling = np.isfinite(shared) & (shared != 0)
            pairs = np.unique(np.stack([shared, own], axis=1)[telling], axis=0)
            alike, times = np.unique(pairs[:, 0], return_counts=True)
            as_one |= telling & np.isin(shared, alike[times > _MOST_AS_ONE])
        return as_one

    @cached_property
    def units(self) -> Array:
        """The unit of the last decimal of each calculated number, if the program rounds its numbers; else 0.

        It does if most of those that have decimals have few; a single short number may come out so by itself.
        """
        results = ~(np.array(self.typed, dtype=bool) | np.array(self.inner, dtype=bool))
        rows = zip(self._rows, results.tolist(), strict=True)
        units = np.array([_unit(row) if is_result else 0.0 for row, is_result in rows])
        calculated = results & (np.nan_to_num(self.values) % 1 != 0).any(axis=1)
        rounds = 2 * np.count_nonzero(units[calculated]) > np.count_nonzero(calculated)
        return units if rounds else np.zeros(len(units))

    @cached_property
    def finest(self) -> float:
        """The unit to which the program rounds most of its numbers; 0 if it does not."""
        units = [unit for unit in self.units.tolist() if unit > 0]
        return float(max(set(units), key=units.count)) if units else 0.0

    def where(self, index: int) -> Where:
        """Return the place of a number in the file."""
        where: Where = self.seen[self.owner[index]].where
        return where

    def name(self, index: int) -> str:
        """Return the name that a number bears."""
        return self.where(index).name

    def alike(
        self, targets: Sequence[Array], radii: Sequence[Array] | None = None, *, inner: bool = False
    ) -> list[Candidates]:
        """Return which numbers equal each entry of each of `targets` (worlds, rows, columns) in every world.

        With radii (rows, columns), also those that equal it but for their own rounding and that of the numbers
        before. `inner`: of those that are calculated inside of larger expressions, and of no others.
        """
        if not targets:
            return []
        flat = [target.reshape(len(target), -1) for target in targets]
        wanted = np.concatenate(flat, axis=1)
        relative, absolute = self.precision, self.precision * (0.1 if self.single else 0.001)
        scale = np.concatenate([np.full(array.shape[1], np.abs(array).max(initial=0.0)) for array in flat])
        found = self._exactly(wanted, relative * np.abs(wanted) + absolute * scale)
        found = [[index for index in fits if self.inner[index] == inner] for fits in found]
        if radii is not None:
            found = self._with_rounded(found, wanted, np.concatenate([radius.ravel() for radius in radii]))
        ends = np.cumsum([array.shape[1] for array in flat]).tolist()
        return [found[start:end] for start, end in zip([0, *ends], ends, strict=False)]

    def _exactly(self, wanted: Array, allowed: Array) -> Candidates:
        low = np.searchsorted(self._sorted, wanted[-1] - allowed[-1], "left").tolist()
        high = np.searchsorted(self._sorted, wanted[-1] + allowed[-1], "right").tolist()
        unknown = np.isnan(wanted[-1]).tolist()
        first, room = wanted[0].tolist(), allowed[0].tolist()
        found = []
        for entry, start in enumerate(low):
            # Not a number in the moved world either: from the first of these, behind all others, to the last.
            end = len(self._rows) if unknown[entry] else high[entry]
            fits = sorted(self._order[start : min(end, start + _MOST_ALIKE)].tolist()) if start < end else []
            found.append([index for index in fits if abs(self._rows[index][0] - first[entry]) <= room[entry]])
        return found

    def _with_rounded(self, found: Candidates, wanted: Array, radius: Array) -> Candidates:
        rounded = np.flatnonzero(self.units)
        if not rounded.size or rounded.size * len(found) > _MOST_ROUNDED:
            return found
        allowed = radius[:, None] + 0.51 * self.units[rounded]
        apart = np.abs(self.values[rounded][None] - wanted.T[:, None, :])
        close = (apart <= allowed[:, :, None]).all(axis=2)
        return [sorted({*fits, *rounded[row].tolist()}) for fits, row in zip(found, close, strict=True)]


def _first(seen: list[Seen], most: int) -> list[Seen]:
    """Return as much of what was seen as has so many numbers, the first visits of all places before others."""
    if sum(len(one.numbers) for one in seen) <= most:
        return seen
    order = sorted(range(len(seen)), key=lambda place: seen[place].visit)
    sizes = np.cumsum([len(seen[place].numbers) for place in order])
    return [seen[place] for place in sorted(order[: int(np.searchsorted(sizes, most, "right"))])]


def _numbers(numbers: Sequence[float | None]) -> Array:
    return np.array([np.nan if number is None else number for number in numbers], dtype=float)


def _like(seen: Seen, other: Seen | None) -> Array:
    """Return the numbers of the same place in another run; NaN where that run has no such array there."""
    if other is None or len(other.numbers) != len(seen.numbers):
        return np.full(len(seen.numbers), np.nan)
    return _numbers(other.numbers)


def _unit(numbers: Sequence[float]) -> float:
    """Return the unit of the last decimal of numbers that were rounded alike; 0 where one has all its digits."""
    decimals = 0
    for number in numbers:
        mantissa, _, exponent = repr(number).partition("e")
        digits = len(mantissa.partition(".")[2]) - int(exponent or 0)
        if digits >= _SHORT or not math.isfinite(number):
            return 0.0
        decimals = max(decimals, 0 if number % 1 == 0 else digits)
    return 10.0**-decimals if decimals > 1 else 0.0
