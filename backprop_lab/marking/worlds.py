"""The moved world: other numbers for the givens that a program states, so that what it computes moves along.

`plan` reads the constants of a program as givens of the task and draws other values for them; `stacked` puts the
task's own world and the moved one side by side, as variants of one pass.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, permutations, product

import numpy as np
from msgspec import Struct

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.graph import Graph
from backprop_lab.engine.scalar import Spot
from backprop_lab.engine.worked import work
from backprop_lab.errors import NumberError
from backprop_lab.marking.givens import Found, Moving, Reader, Spots, at
from backprop_lab.marking.observations import Constant, Move
from backprop_lab.task import Task

_DRAWS = 24
_MOST_ALTERNATIVES = 240


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
            yield at(self.givens, spots[0]) if spots else number

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
    reader = Reader(task, givens, moving, constants)
    found = tuple(one for one in map(reader.read, constants) if one is not None and any(one.spots))
    tied = {spots for one in found for spots in one.spots if spots}
    return Plan(found, _drawn(task, tied, seed), reader.groups())


def _drawn(task: Task, tied: set[Spots], seed: int) -> dict[str, Array]:
    """Draw other values for some givens: of several draws, the one that keeps most units alive and numbers apart."""
    own = task.givens()
    chance = random.Random(seed)
    drawn = {name: np.repeat(array[None], _DRAWS, axis=0) for name, array in own.items()}
    for spots in sorted(tied):
        for draw in range(_DRAWS):
            number = _other(spots[0][0], at(own, spots[0]), own, chance)
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
                givens[name][row, column] = at(plan.givens, other)
        yield givens
