"""The moved world: other numbers for the givens that a program states, so that what it computes moves along.

`plan` reads the constants of a program as givens of the task and draws other values for them; `stacked` puts the
task's own world and the moved one side by side, as variants of one pass.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cached_property
from itertools import combinations, islice, permutations, product

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.graph import Graph
from backprop_lab.engine.network import PROBABILITY_LOSSES
from backprop_lab.engine.scalar import Spot
from backprop_lab.engine.worked import work
from backprop_lab.errors import NumberError
from backprop_lab.marking.givens import Found, Moving, Reader, at
from backprop_lab.marking.layouts import Spots
from backprop_lab.marking.observations import Constant, Move, Recording
from backprop_lab.task import Task

_DRAWS = 24
_MOST_ALTERNATIVES = 240
_SMALL_RATE = 0.02


class Plan(Struct, frozen=True, dict=True):
    """The givens found in a program, and the moved world that they get."""

    found: tuple[Found, ...]
    givens: Mapping[str, Array]
    groups: tuple[tuple[Spot, ...], ...]
    """Givens of the same value that the program states one by one: by their order or names, which may mislead."""

    @cached_property
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


def _pinned(task: Task) -> set[str]:
    """Return the givens that stay as they are.

    The targets of a cross-entropy: programs take them for class indices, or ask which of two they are. And the masks
    of dropout, which are zeros and ones, with their rates.
    """
    dropout = {f"{name}{layer}" for layer in task.spec.dropout for name in ("mask", "p")}
    return dropout | ({"y"} if task.network.loss in PROBABILITY_LOSSES else set())


def plan(task: Task, constants: Sequence[Constant], seed: int, moving: Moving = "all") -> Plan:
    """Read constants as givens and draw a moved world for those that were found."""
    own, pinned = task.givens(), _pinned(task)
    reader = Reader(task, {name: own[name] for name in task.graph.givens}, moving, constants)
    read = (_without(one, pinned) for one in map(reader.read, constants) if one is not None)
    found = tuple(one for one in read if any(one.spots))
    tied = {spots for one in found for spots in one.spots if spots}
    return Plan(found, _drawn(task, tied, seed, moving), reader.groups())


def _without(found: Found, pinned: set[str]) -> Found:
    """Return a constant with the givens that are pinned left out."""
    return replace(found, spots=tuple(() if spots and spots[0][0] in pinned else spots for spots in found.spots))


def _drawn(task: Task, tied: set[Spots], seed: int, moving: Moving) -> dict[str, Array]:
    """Draw other values for some givens: of several draws, the one that serves best."""
    own = task.givens()
    chance = random.Random(seed)
    drawn = {name: np.repeat(array[None], _DRAWS, axis=0) for name, array in own.items()}
    for spots in sorted(tied):
        number = at(own, spots[0])
        if moving == "gently":
            others = [number * chance.uniform(0.8, 1.25) for _ in range(_DRAWS)]
        else:
            # Where negative weights stay, units live on larger biases.
            biases = (0.4 if draw < _DRAWS // 2 else 2.0 for draw in range(_DRAWS))
            others = [_other(spots[0][0], number, own, chance, largest) for largest in biases]
        for name, row, column in spots:
            drawn[name][:, row, column] = others
    try:
        values = work(task.graph, drawn).values
    except NumberError:
        return {name: array[0] for name, array in drawn.items()}
    alive = work(task.graph, own).values if moving == "gently" else {}
    merits = _merits(task.graph, values, alive)
    best = merits.index(max(merits))
    return {name: array[best] for name, array in drawn.items()}


def _other(name: str, number: float, own: Mapping[str, Array], chance: random.Random, largest_bias: float) -> float:
    match name[0]:
        case "x" | "y":
            return chance.uniform(0.4, 1.4)
        case "W":
            return chance.uniform(0.5, 1.5) / len(own[name])
        case "b":
            return chance.uniform(0.05, largest_bias)
        case _ if abs(number) < _SMALL_RATE:  # lest float32 hide the update
            return chance.uniform(_SMALL_RATE, 3 * _SMALL_RATE)
        case _:
            return number * chance.uniform(0.4, 0.9)


def _merits(graph: Graph, values: Mapping[str, Array], alive: Mapping[str, Array]) -> list[tuple[int, int]]:
    """Count in each draw the net inputs with the signs of those in `alive`, and the different numbers that are not 0.

    Dead units and coincidences have fewer of these.
    """
    same = np.zeros(_DRAWS, dtype=int)
    for step in graph.steps:
        if step.kind == "net_input" and step.name in alive:
            same += ((values[step.name] > 0) == (alive[step.name] > 0)).sum(axis=(1, 2))
    numbers = np.concatenate(
        [np.zeros((_DRAWS, 1)), *(values[step.name].reshape(_DRAWS, -1) for step in graph.steps)], axis=1
    )
    in_order = np.sort(np.where(np.abs(numbers) > 1e-6, np.round(numbers, 9), 0.0), axis=1)
    different = np.count_nonzero(np.diff(in_order, axis=1), axis=1)  # from one to the next, 0 among them
    return list(zip(same.tolist(), different.tolist(), strict=True))


def stacked(own: Mapping[str, Array], moved: Mapping[str, Array]) -> dict[str, Array]:
    """Return two worlds as variants of each given, the task's own first."""
    return {name: np.stack([array, moved[name]]) for name, array in own.items()}


def states_the_weights(task: Task, own: Recording, plan: Plan | None) -> bool:
    """Tell whether a program has most of the task's weights, as constants or within its formulas."""
    if plan is not None and any(name[0] == "W" for name in plan.names):
        return True
    stated = {round(abs(number), 9) for number in own.literals}
    stated |= {round(abs(number), 9) for seen in own.seen for number in seen.numbers if number is not None}
    weights = [
        round(abs(float(number)), 9)
        for name, array in task.givens().items()
        if name[0] == "W"
        for number in array.ravel()
    ]
    telling = [number for number in weights if number % 1] or weights
    return 2 * sum(number in stated for number in telling) > len(telling)


def alternatives(plan: Plan, own: Mapping[str, Array], doubted: Set[str]) -> Iterator[Mapping[str, Array]]:
    """Yield other moved worlds that a program may have worked in, if some of the givens in the plan are in doubt.

    Givens of the same value may have been stated in another order, or under each other's names. And a program may
    state a given and not use it, but write the number out once more in its formulas, where it does not move.
    """
    groups = [group for group in plan.groups if any(name in doubted for name, _, _ in group)]
    orders = product(*(permutations(group) for group in groups))
    for order in islice(orders, 1, _MOST_ALTERNATIVES):
        givens = {name: array.copy() for name, array in plan.givens.items()}
        for group, others in zip(groups, order, strict=True):
            for (name, row, column), other in zip(group, others, strict=True):
                givens[name][row, column] = at(plan.givens, other)
        yield givens
    names = sorted(plan.names & doubted)
    for name in names:
        array = own[name]
        if array.shape[0] == array.shape[1] > 1 and np.array_equal(array, array.T):
            yield {**plan.givens, name: plan.givens[name].T}  # stated by columns, which does not show
    some = (unused for size in (1, 2) for unused in combinations(names, size))
    for unused in islice(some, _MOST_ALTERNATIVES):
        yield {**plan.givens, **{name: own[name] for name in unused}}
