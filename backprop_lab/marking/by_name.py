"""What the numbers of a program are called: where it has a step or a given by its name, whatever the value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache

import numpy as np
from msgspec.structs import replace

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.graph import Graph, Step
from backprop_lab.marking.evidence import NONE, Places, near
from backprop_lab.marking.naming import Suggested, digits, given_kind, suggested
from backprop_lab.marking.observations import Seen
from backprop_lab.marking.sightings import Sightings
from backprop_lab.writing.notation import NOTATIONS, Notation
from backprop_lab.writing.symbols import ascii_symbol

_LOOSE_LETTERS = frozenset("bgijklLnptvwx")
"""Names that are given to anything, in loops above all."""


class ByName:
    """Finds the numbers that a program showed by the names that they bear."""

    def __init__(self, shown: Sightings, graph: Graph, notation: Notation) -> None:
        self.shown, self.graph, self.notation = shown, graph, notation

    @cached_property
    def _of_kind(self) -> Mapping[Suggested, list[int]]:
        """The arrays and numbers whose names suggest a kind of quantity, in order."""
        owners: dict[Suggested, list[int]] = {}
        for owner, seen in enumerate(self.shown.seen):
            for kind in () if seen.inner else suggested(seen.where.name):
                owners.setdefault(kind, []).append(owner)
        return owners

    def starts(self, step: Step) -> list[int]:
        """Return the first number of each array that goes by the name of such a step."""
        return [self.shown.start[owner] for owner in self._of_kind.get(step.kind, ())]

    def find(self, step: Step, is_free: Callable[[int], bool]) -> Places:
        """Return the free numbers that go by a step's name: an array of its size, or a symbol of the notation."""
        shape = self.graph.shapes[step.name]
        places = np.full(shape, NONE)
        spelled = _spelled(self.notation, step.name, shape)
        for owner in self._of_kind.get(step.kind, ()):
            seen, first = self.shown.seen[owner], self.shown.start[owner]
            if not is_free(first) or _says_nothing(seen):
                continue
            if len(seen.numbers) == 1:
                spot = spelled.get(_bare(seen.where.name))
                if spot is not None and places[spot] == NONE:
                    places[spot] = first
            elif len(seen.numbers) == places.size and digits(seen.where.name) in ("", str(step.layer)):
                places = np.where(places == NONE, first + _order(seen.shape, shape), places)
            elif step.kind == "bias_update" and len(seen.numbers) == sum(sizes := self._sizes(step)):
                offset = sum(sizes[: (step.layer or 1) - 1])
                places = np.where(places == NONE, first + offset + np.arange(places.size).reshape(shape), places)
        return places

    def _sizes(self, step: Step) -> list[int]:
        """Return how many numbers the steps of one kind have, layer by layer: one array may hold them all."""
        shapes = [self.graph.shapes[other.name] for other in self.graph.steps if other.kind == step.kind]
        return [rows * columns for rows, columns in shapes]

    def miscopied(self, name: str, given: Array) -> Array | None:
        """Return a given as the program has it, where that is not as the task states it: (worlds, rows, columns).

        It goes by the name of such a given, is of its size, and has some of its numbers.
        """
        size = given[0].size
        for owner in self._of_kind.get(given_kind(name), ()):
            seen = self.shown.seen[owner]
            if len(seen.numbers) != size or (size == 1 and not seen.typed):
                continue
            numbers = self.shown.values[self.shown.start[owner] : self.shown.start[owner + 1]].T
            for array in (numbers.reshape(given.shape), _turned(numbers, given)):
                same = near(array, given, 1e-5, 1e-9).all(axis=0)
                alike = 2 * same.sum() >= size > 1 or (size == 1 and name in ("y", "learning_rate"))
                if not same.all() and alike and np.isfinite(array).all():
                    return np.asarray(array)
        return None


@lru_cache(maxsize=1024)
def _spelled(notation: Notation, name: str, shape: tuple[int, int]) -> Mapping[str, tuple[int, int]]:
    """Return where a step's numbers stand by their symbols, the task's own notation before the others."""
    spots = list(np.ndindex(*shape))
    names = {_bare(name): spots[0]} if len(spots) == 1 else {}
    for other in (*(replace(notation, name=other) for other in NOTATIONS), notation):
        names |= {_bare(ascii_symbol(other.entry(name, *spot))): spot for spot in spots}
    return names


def _says_nothing(seen: Seen) -> bool:
    """Tell whether a value is no result: the start of a sum, a count, a letter that a loop gives to anything."""
    is_count = seen.typed and all(number is None or number % 1 == 0 for number in seen.numbers)
    is_parameter = bool({"weights", "biases"} & suggested(seen.where.name))
    is_empty = is_parameter and len(seen.numbers) > 1 and not any(seen.numbers)
    return seen.where.name in _LOOSE_LETTERS or is_empty or (is_count and len(seen.numbers) == 1)


def _bare(name: str) -> str:
    return name.lower().replace("_", "")


def _order(found: tuple[int, ...], shape: tuple[int, int]) -> Places:
    """Return where in an array as it was found, row by row, each entry of a step stands."""
    order = np.arange(shape[0] * shape[1])
    is_turned = found[-2:] == shape[::-1] != shape
    return order.reshape(shape[::-1]).T if is_turned else order.reshape(shape)


def _turned(numbers: Array, given: Array) -> Array:
    """Return numbers, which stand column by column, in the shape of a given."""
    worlds, rows, columns = given.shape
    return numbers.reshape(worlds, columns, rows).swapaxes(1, 2)
