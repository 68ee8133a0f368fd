"""The moved world: other numbers for the givens that a program states, so that what it computes moves along.

`plan` reads the constants of a program as givens of the task and draws other values for them; `stacked` puts the
task's own world and the moved one side by side, as variants of one pass.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, permutations, product
from typing import Literal, get_args

import numpy as np
from msgspec import Struct

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.graph import Graph
from backprop_lab.engine.scalar import Spot
from backprop_lab.engine.worked import work
from backprop_lab.errors import NumberError
from backprop_lab.marking.naming import GIVEN_KINDS, digits, likeness
from backprop_lab.marking.observations import Constant, Move
from backprop_lab.task import Task
from backprop_lab.writing.notation import NOTATIONS
from backprop_lab.writing.symbols import ascii_symbol

Spots = tuple[Spot, ...]
"""Givens that one number of a program stands for: most often one, for a bias that units share several."""
Moving = Literal["all", "no_whole_numbers", "arrays"]
"""What to move: every constant that is a given; not single whole numbers; or arrays only."""

MOVINGS: tuple[Moving, ...] = get_args(Moving)

_DRAWS = 24
_MOST_ALTERNATIVES = 240


class Found(Struct, frozen=True):
    """A constant of a program and the givens that its numbers are; an empty tuple for a number that is none."""

    constant: Constant
    spots: tuple[Spots, ...]


class Plan(Struct, frozen=True):
    """The givens found in a program, and the moved world that they get."""

    found: tuple[Found, ...]
    givens: Mapping[str, Array]
    groups: tuple[tuple[Spot, ...], ...]
    """Givens of the same value, told apart by nothing but the order in which the program states them."""

    @property
    def moves(self) -> tuple[Move, ...]:
        """What the program gets to see in the place of its constants."""
        return tuple(
            Move(one.constant.place, one.constant.leaf, one.constant.numbers, tuple(self._moved(one)))
            for one in self.found
        )

    def _moved(self, one: Found) -> Iterator[float]:
        for number, spots in zip(one.constant.numbers, one.spots, strict=True):
            yield _at(self.givens, spots[0]) if spots else number

    @property
    def names(self) -> frozenset[str]:
        """The names of the givens that were found, in whole or in part."""
        return frozenset(name for one in self.found for spots in one.spots for name, _, _ in spots)


def movable(task: Task) -> dict[str, Array]:
    """Return the givens that a moved world may change.

    The targets of a cross-entropy stay: programs take them for class indices, or ask which of two they are.
    """
    fixed = {"y"} if task.network.loss in ("cross_entropy", "binary_cross_entropy") else set()
    givens = task.givens()
    return {name: givens[name] for name in task.graph.givens if name in givens and name not in fixed}


def plan(task: Task, constants: Sequence[Constant], seed: int, moving: Moving = "all") -> Plan:
    """Read constants as givens and draw a moved world for those that were found."""
    givens = movable(task)
    reader = _Reader(task, givens, moving, constants)
    found = tuple(one for one in map(reader.read, constants) if one is not None and any(one.spots))
    tied = {spots for one in found for spots in one.spots if spots}
    return Plan(found, _drawn(task, tied, seed), reader.groups())


def _at(givens: Mapping[str, Array], spot: Spot) -> float:
    name, row, column = spot
    return float(givens[name][row, column])


def _same(number: float, other: float) -> bool:
    return math.isclose(number, other, rel_tol=1e-6, abs_tol=1e-12)


class _Reader:
    """Reads one constant after the other, and remembers which givens it has met."""

    def __init__(
        self, task: Task, givens: Mapping[str, Array], moving: Moving, constants: Sequence[Constant]
    ) -> None:
        self.singles = [one.numbers[0] for one in constants if len(one.numbers) == 1]
        self.givens, self.moving = givens, moving
        self.layouts = list(_layouts(givens))
        self.symbols = _symbols(task, givens)
        self.met: dict[Spot, int] = {}
        self.by_order: dict[float, dict[Spot, None]] = {}

    def read(self, constant: Constant) -> Found | None:
        if len(constant.numbers) > 1:
            return self._array(constant)
        if self.moving == "arrays" and constant.shape == ():
            return None
        spots = self._single(constant.numbers[0], constant.where.name)
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
            _same(number, _at(self.givens, spots[0])) for number, spots in zip(numbers, layout, strict=False)
        )

    def _unmet(self, number: float, name: str) -> Spots:
        """Return the first given of that value that the program has not stated yet, and that the name allows."""
        telling = any(self._likeness(name, spot) == 2 for spot in self.symbols)
        for spot in self.symbols:
            allowed = not telling or self._likeness(name, spot) == 2
            if allowed and spot not in self.met and _same(number, _at(self.givens, spot)):
                self._meet((spot,))
                return (spot,)
        return ()

    def _single(self, number: float, name: str) -> Spots:
        spots = [spot for spot in self.symbols if _same(number, _at(self.givens, spot))]
        alike = [spot for spot in spots if self._likeness(name, spot) == 2]
        if number % 1 == 0 and (self.moving != "all" or not alike):
            return ()
        spots = alike or [spot for spot in spots if self._likeness(name, spot) == 1]
        if not spots:
            return ()
        plain = name.lower().replace("_", "")
        spelled = [spot for spot in spots if plain in self.symbols[spot]]
        same_digits = [spot for spot in spots if digits(name) and digits(name) == f"{spot[1] + 1}{spot[2] + 1}"]
        sure = spelled or same_digits
        best = min(sure or spots, key=lambda spot: self.met.get(spot, 0))
        if not sure and len(spots) > 1:
            self.by_order.setdefault(number, {}).update(dict.fromkeys(spots))
        shared = self._shared_bias(best) if not sure else ()
        self._meet(shared or (best,))
        return shared or (best,)

    def _shared_bias(self, spot: Spot) -> Spots:
        """Return all biases of a layer where they are one number, and the program does not say it for each."""
        name, _, _ = spot
        row = self.givens[name][0] if name[0] == "b" else np.zeros(1)
        said = sum(_same(number, float(row[0])) for number in self.singles)
        is_shared = row.size > 1 and np.ptp(row) == 0 and said < row.size
        return tuple((name, 0, column) for column in range(row.size)) if is_shared else ()

    def _likeness(self, name: str, spot: Spot) -> int:
        if len(name) == 1 and name not in "xy":
            return 1  # a letter of the alphabet
        return likeness(name, GIVEN_KINDS.get(spot[0][0], "learning_rate"))

    def _times_met(self, layout: Sequence[Spots]) -> int:
        return sum(self.met.get(spots[0], 0) for spots in layout)

    def _meet(self, spots: Spots) -> None:
        for spot in spots:
            self.met[spot] = self.met.get(spot, 0) + 1

    def groups(self) -> tuple[tuple[Spot, ...], ...]:
        met = (tuple(spot for spot in spots if spot in self.met) for spots in self.by_order.values())
        return tuple(spots for spots in met if len(spots) > 1)


def _layouts(givens: Mapping[str, Array]) -> Iterator[list[Spots]]:
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
            bias: list[Spots] = [((f"b{name[1:]}", 0, column),) for column in range(columns)]
            yield from (_flat(spots) + bias, bias + _flat(spots))
            units = list(zip(turned, bias, strict=True))
            yield _flat([*unit, one] for unit, one in units)
            yield _flat([one, *unit] for unit, one in units)
            yield from ([*unit, one] for unit, one in units)
            yield from ([one, *unit] for unit, one in units)
    for names in (W, b):
        if len(names) > 1:
            yield [
                ((name, row, column),)
                for name in names
                for row in range(givens[name].shape[0])
                for column in range(givens[name].shape[1])
            ]


def _flat(rows: Iterable[Sequence[Spots]]) -> list[Spots]:
    return [spots for row in rows for spots in row]


def _symbols(task: Task, givens: Mapping[str, Array]) -> dict[Spot, frozenset[str]]:
    """Return how each given number is spelled in the notations, without case and underscores."""
    notations = [task.symbols(name) for name in NOTATIONS]
    return {
        (name, row, column): frozenset(
            ascii_symbol(symbols.entry(name, row, column)).lower().replace("_", "") for symbols in notations
        )
        for name, array in givens.items()
        for row, column in np.ndindex(array.shape)
    }


def _drawn(task: Task, tied: set[Spots], seed: int) -> dict[str, Array]:
    """Draw other values for some givens: of several draws, the one that keeps most units alive and numbers apart."""
    own = task.givens()
    chance = random.Random(seed)
    drawn = {name: np.repeat(array[None], _DRAWS, axis=0) for name, array in own.items()}
    for spots in sorted(tied):
        for draw in range(_DRAWS):
            number = _other(spots[0][0], _at(own, spots[0]), own, chance)
            for name, row, column in spots:
                drawn[name][draw, row, column] = number
    try:
        values = work(task.graph, drawn).values
    except NumberError:
        return {name: array[0] for name, array in drawn.items()}
    merits = [_merit(task.graph, values, draw) for draw in range(_DRAWS)]
    best = merits.index(max(merits))
    return {name: array[best] for name, array in drawn.items()}


def _other(name: str, number: float, own: Mapping[str, Array], chance: random.Random) -> float:
    match name[0]:
        case "x" | "y":
            return chance.uniform(0.4, 1.4)
        case "W":
            return chance.uniform(0.5, 1.5) / len(own[name])
        case "b":
            return chance.uniform(0.05, 0.4)
        case _:
            return number * chance.uniform(0.4, 0.9)


def _merit(graph: Graph, values: Mapping[str, Array], draw: int) -> int:
    """Count the different numbers of a pass that are not 0: dead units and coincidences have fewer."""
    numbers = np.concatenate([values[step.name][draw].ravel() for step in graph.steps])
    return len(set(np.round(numbers[np.abs(numbers) > 1e-6], 9).tolist()))


def stacked(own: Mapping[str, Array], moved: Mapping[str, Array]) -> dict[str, Array]:
    """Return two worlds as variants of each given, the task's own first."""
    return {name: np.stack([array, moved[name]]) for name, array in own.items()}


def alternatives(plan: Plan) -> Iterator[Mapping[str, Array]]:
    """Yield the moved world as it would be if givens of the same value had been stated in another order."""
    orders = product(*(permutations(group) for group in plan.groups))
    for order in islice(orders, 1, _MOST_ALTERNATIVES):
        givens = {name: array.copy() for name, array in plan.givens.items()}
        for group, others in zip(plan.groups, order, strict=True):
            for (name, row, column), other in zip(group, others, strict=True):
                givens[name][row, column] = _at(plan.givens, other)
        yield givens
