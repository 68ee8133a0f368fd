"""Read the constants of a program as givens of the task, in whatever layout it states them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal, get_args

import numpy as np
from msgspec import Struct

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.scalar import Spot
from backprop_lab.marking.layouts import Spots, layouts
from backprop_lab.marking.naming import GIVEN_KINDS, bare, digits, given_kind, parents, spellings, suggested
from backprop_lab.marking.observations import Constant
from backprop_lab.task import Task

Moving = Literal["all", "gently", "no_whole_numbers", "arrays"]
"""What to move: every constant that is a given; these so that units stay dead or alive; not single whole numbers; or
arrays only."""
MOVINGS: tuple[Moving, ...] = get_args(Moving)

_MOST_ALIKE = 5
"""Givens of one value whose order is tried out."""


class Found(Struct, frozen=True):
    """A constant of a program and the givens that its numbers are; an empty tuple for a number that is none."""

    constant: Constant
    spots: tuple[Spots, ...]


def at(givens: Mapping[str, Array], spot: Spot) -> float:
    """Return one number of the givens."""
    name, row, column = spot
    return float(givens[name][row, column])


def _same(number: float, other: float) -> bool:
    return math.isclose(number, other, rel_tol=1e-6, abs_tol=1e-12)


class Reader:
    """Reads one constant after the other, and remembers which givens it has met."""

    def __init__(
        self, task: Task, givens: Mapping[str, Array], moving: Moving, constants: Sequence[Constant]
    ) -> None:
        self.singles = [one.numbers[0] for one in constants if len(one.numbers) == 1]
        self.givens, self.moving = givens, moving
        self.layouts = layouts(givens)
        self.symbols = _symbols(task)
        self.numbers = {spot: at(givens, spot) for spot in self.symbols}
        self.met: dict[Spot, int] = {}
        self.alike: dict[float, dict[Spot, None]] = {}
        self.in_doubt: set[float] = set()

    def read(self, constant: Constant) -> Found | None:
        """Return a constant as givens; None if it is none."""
        if len(constant.numbers) > 1:
            return self._array(constant)
        if self.moving == "arrays" and constant.shape == ():
            return None
        spots = self._single(constant.numbers[0], constant.where.name, is_array=constant.shape != ())
        return Found(constant, (spots,)) if spots else None

    def _array(self, constant: Constant) -> Found | None:
        size = len(constant.numbers)
        fitting = [
            layout for layout in self.layouts if len(layout) == size and self._begins(constant.numbers, layout)
        ]
        if not fitting:
            return self._number_by_number(constant)
        name = constant.where.name
        best = min(fitting, key=lambda layout: (-self._likeness(name, layout[0][0]), self._times_met(layout)))
        if not any(constant.numbers) and self._likeness(name, best[0][0]) < 2:
            return None  # zeros to start from, such as those of a sum
        for spots in best:
            self._meet(spots)
        return Found(constant, tuple(best))

    def _number_by_number(self, constant: Constant) -> Found | None:
        """Read an array that is no given in whole: several in one list, or one with a number miscopied."""
        numbers = constant.numbers
        if self.moving == "arrays" or not any(number % 1 for number in numbers):
            return None
        known = {value for array in self.givens.values() for value in array.ravel().tolist()}
        if 2 * sum(any(_same(number, value) for value in known) for number in numbers) <= len(numbers):
            return None
        spots: list[Spots] = []
        while len(spots) < len(numbers):
            rest = numbers[len(spots) :]
            whole = [layout for layout in self.layouts if self._begins(rest, layout) and not self._times_met(layout)]
            if whole:
                longest = max(whole, key=len)
                spots += longest
                for group in longest:
                    self._meet(group)
            else:
                spots.append(self._unmet(rest[0], constant.where.name))
        return Found(constant, tuple(spots))

    def _begins(self, numbers: Sequence[float], layout: Sequence[Spots]) -> bool:
        """Tell whether numbers begin with those of a layout of several."""
        return 1 < len(layout) <= len(numbers) and all(
            _same(number, self.numbers[spots[0]]) for number, spots in zip(numbers, layout, strict=False)
        )

    def _unmet(self, number: float, name: str) -> Spots:
        """Return the first given of that value that the program has not stated yet, and that the name allows."""
        telling = any(self._likeness(name, spot) == 2 for spot in self.symbols)
        for spot in self.symbols:
            allowed = not telling or self._likeness(name, spot) == 2
            if allowed and spot not in self.met and _same(number, self.numbers[spot]):
                self._meet((spot,))
                return (spot,)
        return ()

    def _single(self, number: float, name: str, *, is_array: bool = False) -> Spots:
        """Read a number: by its name, where that says which of the givens of this value it is, else in order."""
        equal = [spot for spot, value in self.numbers.items() if _same(number, value)]
        spots = [spot for spot in equal if self._likeness(name, spot)] or (equal if is_array else [])
        alike = [spot for spot in spots if self._likeness(name, spot) == 2]
        spelled = [spot for spot in alike or spots if bare(name) in self.symbols[spot]]
        is_wanting = bool(alike) or any(spot not in self.met for spot in spots)
        is_given = spelled or self._is_whole_given(name, alike) or (is_array and number != 0 and is_wanting)
        if number % 1 == 0 and (self.moving not in ("all", "gently") or not is_given):
            return ()
        if not spots:
            return ()
        same_digits = [spot for spot in alike if digits(name) and digits(name) == f"{spot[1] + 1}{spot[2] + 1}"]
        sure = spelled or same_digits
        unmet = [spot for spot in sure or alike if spot not in self.met] or [s for s in spots if s not in self.met]
        best = min(unmet or sure or alike or spots, key=lambda spot: self.met.get(spot, 0))
        self.alike.setdefault(number, {}).update(dict.fromkeys(spots))
        if best not in sure:
            self.in_doubt.add(number)
        shared = self._shared_bias(best) if not sure else ()
        self._meet(shared or (best,))
        return shared or (best,)

    def _is_whole_given(self, name: str, alike: Sequence[Spot]) -> bool:
        """Tell whether a name is that of a given that may be a whole number: `in_1`, `input2`, `target`, `t`."""
        inputs = {str(spot[2] + 1) for spot in alike if spot[0] == "x"}
        return digits(name) in inputs or any(spot[0] == "y" for spot in alike)

    def _shared_bias(self, spot: Spot) -> Spots:
        """Return all biases of a layer where they are one number, and the program does not say it for each."""
        name, _, _ = spot
        row = self.givens[name][0] if name[0] == "b" else np.zeros(1)
        said = sum(_same(number, float(row[0])) for number in self.singles)
        is_shared = row.size > 1 and np.ptp(row) == 0 and said < row.size
        return tuple((name, 0, column) for column in range(row.size)) if is_shared else ()

    def _likeness(self, name: str, spot: Spot) -> int:
        """Return 2 if a name suggests this kind of given, 1 if it says nothing or suggests another given, else 0."""
        if len(name) == 1 and name not in "xy":
            return 1  # a letter of the alphabet
        kinds = suggested(name)
        if given_kind(spot[0]) in kinds or any(given_kind(spot[0]) in suggested(part) for part in parents(name)):
            return 2
        return int(not kinds or bool(kinds & GIVEN_KINDS))

    def _times_met(self, layout: Sequence[Spots]) -> int:
        return sum(self.met.get(spots[0], 0) for spots in layout)

    def _meet(self, spots: Spots) -> None:
        for spot in spots:
            self.met[spot] = self.met.get(spot, 0) + 1

    def groups(self) -> tuple[tuple[Spot, ...], ...]:
        """Return givens of the same value, stated one by one; those last that nothing but their order tells apart."""
        numbers = sorted(self.alike, key=lambda number: (number in self.in_doubt, number % 1 != 0))
        groups = (tuple(self.alike[number]) for number in numbers)
        return tuple(group for group in groups if 1 < len(group) <= _MOST_ALIKE)


@lru_cache(maxsize=16)
def _symbols(task: Task) -> Mapping[Spot, frozenset[str]]:
    """Return how each number that the graph takes is spelled in the notations."""
    notation, graph = task.symbols(), task.graph
    return {
        (name, row, column): frozenset(spellings(notation, name, row, column))
        for name in graph.givens
        for row, column in np.ndindex(graph.shapes[name])
    }
