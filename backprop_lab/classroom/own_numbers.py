"""A class in which everybody has numbers of their own: who has which variant of the task."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from msgspec import Struct

from backprop_lab.classroom.roster import Participant
from backprop_lab.errors import ClassroomError
from backprop_lab.task import Task
from backprop_lab.trainingtask import Lab, TrainingTask
from backprop_lab.variants import Variant, deck, study, variants

Draw = tuple[int, ...]
"""A draw as it is stored: empty where a student has the numbers of the task itself."""


class OwnNumbers(Struct, frozen=True, dict=True):
    """The different draws of a class, and the ids of those who have each.

    Their places count from 1; place 0 are the numbers of the task itself, which are nobody's.
    """

    draws: tuple[Draw, ...]
    ids: tuple[tuple[str, ...], ...]

    @cached_property
    def _places(self) -> dict[Draw, int]:
        return {draw: place for place, draw in enumerate(((), *self.draws))}

    def place(self, draw: Draw) -> int:
        """Return the place of a draw."""
        return self._places[draw]

    def names(self, place: int | None) -> tuple[str, ...]:
        """Return who has the numbers of a place."""
        return self.ids[place - 1] if place else ()


def draws_of(task: Lab, seed: int | None, entries: Sequence[Participant]) -> list[Draw]:
    """Return the draw of each student; who is not on the roster changes nothing for those who are.

    Raises ClassroomError for a seed where a task has no variants.
    """
    if seed is None:
        return [()] * len(entries)
    if isinstance(task, TrainingTask):
        raise ClassroomError("--seed: a training task has the same numbers for all; leave it out")
    studied = study(task)
    drawn: dict[str, Variant] = {}
    for on_roster in (True, False):
        keys = [entry.student.variant_key for entry in entries if entry.on_roster is on_roster]
        drawn = {variant.key: variant for variant in variants(task, seed, keys, studied)} | drawn
    return [tuple(drawn[entry.student.variant_key].draw.tolist()) for entry in entries]


def own_numbers(entries: Sequence[Participant], draws: Sequence[Draw]) -> OwnNumbers:
    """Return who has which of the draws."""
    whose: dict[Draw, tuple[str, ...]] = {}
    for entry, draw in zip(entries, draws, strict=True):
        if draw:
            whose[draw] = (*whose.get(draw, ()), entry.student.id)
    return OwnNumbers(tuple(whose), tuple(whose.values()))


def own_task(task: Lab, draw: Draw) -> Lab:
    """Return the task with a student's own numbers; a training task has the same ones for all."""
    return deck(task).variant(np.array(draw)) if draw and isinstance(task, Task) else task
