"""What the numbers of a program are called: where it has a step or a given by its name, whatever the value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache

import numpy as np

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.graph import Graph, Step
from backprop_lab.marking.evidence import NONE, Places, near
from backprop_lab.marking.layouts import Layout
from backprop_lab.marking.naming import Suggested, bare, digits, given_kind, spellings, suggested
from backprop_lab.marking.observations import Seen
from backprop_lab.marking.sightings import Sightings
from backprop_lab.writing.notation import Notation

_LOOSE_LETTERS = frozenset("bgijklnptvwx")
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

    def find(self, step: Step, is_free: Callable[[int], bool], *, whole: bool = False) -> Places:
        """Return the free numbers that go by a step's name: an array of its size, or a symbol of the notation.

        `whole`: also whole numbers that the program states, which may be counts.
        """
        shape = self.graph.shapes[step.name]
        places = np.full(shape, NONE)
        spelled = _spelled(self.notation, step.name, shape)
        for owner in self._of_kind.get(step.kind, ()):
            seen, first = self.shown.seen[owner], self.shown.start[owner]
            free = np.array([is_free(first + at) for at in range(len(seen.numbers))])
            if not free.any() or _says_nothing(seen, whole=whole):
                continue
            if len(seen.numbers) == 1:
                spot = spelled.get(bare(seen.where.name))
                if spot is not None and places[spot] == NONE:
                    places[spot] = first
            elif len(seen.numbers) == places.size and digits(seen.where.name) in ("", str(step.layer)):
                order = _order(seen.shape, shape)
                places = np.where((places == NONE) & free[order], first + order, places)
            elif step.kind == "bias_update" and len(seen.numbers) == sum(sizes := self._sizes(step)):
                offset = sum(sizes[: (step.layer or 1) - 1])
                order = offset + np.arange(places.size).reshape(shape)
                places = np.where((places == NONE) & free[order], first + order, places)
        return places

    def _sizes(self, step: Step) -> list[int]:
        """Return how many numbers the steps of one kind have, layer by layer: one array may hold them all."""
        shapes = [self.graph.shapes[other.name] for other in self.graph.steps if other.kind == step.kind]
        return [rows * columns for rows, columns in shapes]

    def copies(
        self, name: str, givens: Mapping[str, Array], layouts: Iterable[tuple[Layout, Places]]
    ) -> Iterator[Array]:
        """Yield a given (worlds, rows, columns) as the program states it, where some of its numbers are others.

        In an array at least half of the numbers are right ones, and most if its name is not such a given's.
        """
        named = set(self._of_kind.get(given_kind(name), ()))
        sizes = {len(seen.numbers) for seen in self.shown.seen}
        whole = [(_stated(layout, givens), places) for layout, places in layouts if len(layout) in sizes]
        for owner, seen in enumerate(self.shown.seen):
            for stated, places in whole if seen.typed or owner in named else ():
                size = stated.shape[1]
                if len(seen.numbers) != size or (size == 1 and not seen.typed):
                    continue
                numbers = self.shown.values[self.shown.start[owner] : self.shown.start[owner + 1]].T
                same = near(numbers, stated, 1e-5, 1e-9)
                alike = 2 * int(np.count_nonzero(same.all(axis=0)))
                is_it = alike > size or (owner in named and (size == 1 or alike == size))
                if is_it and not same[0, places].all() and np.isfinite(numbers).all():
                    yield numbers[:, places]


def _stated(layout: Layout, givens: Mapping[str, Array]) -> Array:
    """Return the numbers (worlds, numbers) of an array in a layout."""
    return np.stack([givens[name][:, row, column] for (name, row, column), *_ in layout], axis=1)


@lru_cache(maxsize=1024)
def _spelled(notation: Notation, name: str, shape: tuple[int, int]) -> Mapping[str, tuple[int, int]]:
    """Return where a step's numbers stand by their symbols, the task's own notation before the others."""
    spots = list(np.ndindex(*shape))
    names = {bare(name): spots[0]} if len(spots) == 1 else {}
    written = [list(spellings(notation, name, *spot)) for spot in spots]
    for in_one_notation in zip(*written, strict=True):
        names |= dict(zip(in_one_notation, spots, strict=True))
    return names


def _says_nothing(seen: Seen, *, whole: bool) -> bool:
    """Tell whether a value is no result: the start of a sum, a count, a letter that a loop gives to anything."""
    is_whole = all(number is not None and number % 1 == 0 for number in seen.numbers)
    is_count = is_whole and (seen.typed or seen.where.name == "L")
    is_parameter = bool({"weights", "biases"} & suggested(seen.where.name))
    is_empty = (is_parameter or seen.typed) and len(seen.numbers) > 1 and all(number == 0 for number in seen.numbers)
    is_loose = re.split(r"[.\[]", seen.where.name)[0] in _LOOSE_LETTERS
    return is_loose or is_empty or (is_count and len(seen.numbers) == 1 and not whole)


def _order(found: tuple[int, ...], shape: tuple[int, int]) -> Places:
    """Return where in an array as it was found, row by row, each entry of a step stands."""
    order = np.arange(shape[0] * shape[1])
    is_turned = found[-2:] == shape[::-1] != shape
    return order.reshape(shape[::-1]).T if is_turned else order.reshape(shape)
