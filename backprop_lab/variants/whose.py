"""Whose numbers a submission has: of the variants of a class, those that it states or answers in place of its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from msgspec import Struct

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.worked import work
from backprop_lab.marking.marks import Marks
from backprop_lab.marking.observations import Recording
from backprop_lab.task import Task
from backprop_lab.variants.drawing import Deck

MOST_CANDIDATES = 3
ENOUGH = 0.75
"""The share of the numbers of a variant, or of the answers, from which a submission may be that variant's."""
LEAST_ANSWERS = 5
"""Different answers that must be those of another variant: fewer may be a coincidence."""
_DECIMALS = 6
"""Decimals to which numbers that are stated are compared: float32 has no more of them."""
_RELATIVE = 1e-3
_MOST_TIMES = 2**16 - 1
"""How often one number is counted at most."""
_FINEST = 4
"""Decimals to which answers are compared at most: whoever rounds on the way has no more of them right."""


class Known(Struct, frozen=True, dict=True):
    """The variants of a class, `draws` (variants, entries) from a deck; their places count from 1.

    Place 0 are the numbers that the task itself has.
    """

    deck: Deck
    draws: Array

    def task(self, place: int) -> Task:
        """Return the task with the numbers of a place."""
        return self.deck.variant(self.draws[place - 1]) if place else self.deck.task

    def candidates(self, own: int, marks: Marks, recording: Recording | None) -> Sequence[tuple[int, float]]:
        """Return the few places whose numbers a submission may have, rather than those of its own; the best first.

        With each comes the share of these numbers that it has. `marks` are those by its own numbers; `recording` is
        the run of its program, if it is one.
        """
        best = self._fits(slice(own, own + 1), marks, recording)[0]
        if best == 1:
            return ()
        fits = self._fits(slice(None), marks, recording)
        better = np.flatnonzero((fits >= ENOUGH) & (fits > best))
        first = better[np.argsort(-fits[better], kind="stable")][:MOST_CANDIDATES]
        return [(place, float(fits[place])) for place in first.tolist()]

    def _fits(self, places: slice, marks: Marks, recording: Recording | None) -> Array:
        """Return for some places how much of the numbers of each a submission has, from 0 to 1."""
        answered = self._answered(places, marks)
        return answered if recording is None else np.maximum(answered, self._stated(places, recording))

    def _answered(self, places: slice, marks: Marks) -> Array:
        """Return which share of the numbers that were found are the right ones of each place.

        Zeros do not count, and numbers that are found several times count once.
        """
        found = _float32([verdict.found or 0.0 for verdict in marks.verdicts])
        at = np.flatnonzero(found)
        _, which, times = np.unique(found[at], return_inverse=True, return_counts=True)
        weights = (1 / times[which]).astype(np.float32)
        least, greatest = (bound[at, places] for bound in self._right)
        wanted = found[at, None]
        fitting = weights @ ((least <= wanted) & (wanted <= greatest)).astype(np.float32)
        return np.asarray(np.where(fitting >= LEAST_ANSWERS - 0.01, fitting / max(1.0, weights.sum()), 0.0))

    def _stated(self, places: slice, recording: Recording) -> Array:
        """Return which share of the numbers of each place a program states, each as often as it is there.

        What stands only within formulas counts once.
        """
        numbers, counts = self._numbers
        constants = [number for constant in recording.constants for number in constant.numbers]
        found, times = np.unique(_rounded(constants), return_counts=True)
        stated = np.isin(numbers, _rounded(recording.literals)).astype(np.uint16)
        _, where, here = np.intersect1d(numbers, found, assume_unique=True, return_indices=True)
        stated[where] = np.minimum(times[here], _MOST_TIMES)
        shared = np.minimum(counts[:, places], stated[:, None]).sum(axis=0)
        return np.asarray(shared / len(self.deck.sizes))

    @cached_property
    def _givens(self) -> dict[str, Array]:
        own, drawn = self.deck.task.givens(), self.deck.givens(self.draws)
        return {name: np.concatenate([own[name][None], array]) for name, array in drawn.items()}

    @cached_property
    def _numbers(self) -> tuple[Array, Array]:
        """The different numbers that are drawn, and how often each place has each: (numbers, places)."""
        parts = [self._givens[name].reshape(len(self.draws) + 1, -1) for name in self.deck.choices]
        table = _rounded(np.concatenate(parts, axis=1))
        numbers = np.unique(table)
        counts = np.stack([(table == number).sum(axis=1) for number in numbers])
        return numbers, np.minimum(counts, _MOST_TIMES).astype(np.uint16)

    @cached_property
    def _right(self) -> tuple[Array, Array]:
        """Between what the right numbers of each place are, (numbers, places), in the order of verdicts."""
        task = self.deck.task
        values = work(task.graph, self._givens).values
        parts = [values[ask.step].reshape(len(self.draws) + 1, -1) for ask in task.asked]
        right = np.concatenate(parts, axis=1).T
        allowed = 10.0 ** -min(task.decimals, _FINEST) + _RELATIVE * np.abs(right)
        return _float32(right - allowed), _float32(right + allowed)


def _rounded(numbers: Any) -> Array:
    """Return numbers as they are compared; those that students write may be too large for it."""
    with np.errstate(over="ignore"):
        return np.asarray(np.round(numbers, _DECIMALS))


def _float32(numbers: Any) -> Array:
    """Return numbers in half the room; what is beyond it is infinite."""
    with np.errstate(over="ignore"):
        return np.asarray(numbers, np.float64).astype(np.float32)
