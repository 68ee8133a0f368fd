"""Evidence from an answer sheet or a text: each number stands under the name of what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.graph import Graph, Step
from backprop_lab.marking.evidence import NONE, Among, Forms, Places, Strictness, finest
from backprop_lab.marking.observations import Answer, Where

_TWO_DECIMALS = 0.01
"""A number with fewer decimals than two is taken for one with trailing zeros."""


class WrittenAnswers:
    """Answers that somebody wrote down under the names of entries."""

    by_hand = True

    def __init__(self, graph: Graph, answers: Sequence[tuple[str, int, int, Answer, int]]) -> None:
        """Take (step, row, column, answer, place of the number in it); of several for an entry any may be right."""
        self.graph = graph
        self.answers = [answer for _, _, _, answer, _ in answers]
        self.values = np.array([[answer.numbers[at]] for _, _, _, answer, at in answers]).reshape(-1, 1)
        self.units = np.array([answer.units[at] for _, _, _, answer, at in answers])
        self.claimed: set[int] = set()
        self._by_entry: dict[tuple[str, int, int], list[int]] = {}
        for index, (step, row, column, _, _) in enumerate(answers):
            self._by_entry.setdefault((step, row, column), []).append(index)

    @cached_property
    def finest(self) -> float:
        """The unit of the last digit of the most precise answer: that to which a careful person rounded.

        Rounding to fewer than two decimals is no excuse: a single digit fits nearly anything.
        """
        return min(finest(self.units), _TWO_DECIMALS)

    def right(
        self,
        truth: Mapping[str, Array],
        radii: Mapping[str, Array],
        forms: Forms,  # noqa: ARG002 nobody's name stands for two steps
    ) -> Mapping[str, Places]:
        """Return where the right numbers of all steps are."""
        return {name: self.equal(self.graph.step[name], truth[name], radii[name], "rounded") for name in radii}

    def equal(self, step: Step, target: Array, radius: Array, strictness: Strictness) -> Places:
        """Return where the entries of `target` are: trailing zeros of a rounded number need not be written."""
        places = np.full(target.shape[-2:], NONE)
        for row, column in np.ndindex(*places.shape):
            for index in self._by_entry.get((step.name, row, column), ()):
                right = target[0, row, column]
                allowed = radius[row, column] + self._allowed(index, strictness)
                if abs(self.values[index, 0] - right) <= allowed * (1 + 1e-9) + 1e-9 * abs(right):
                    places[row, column] = index
                    break
        return places

    def _allowed(self, index: int, strictness: Strictness) -> float:
        """Return how far a number may be off for its own rounding."""
        unit = float(min(self.units[index], max(self.finest, _TWO_DECIMALS)))
        match strictness:
            case "rounded":
                return min(unit, self.finest) / 2 if self.units[index] else 0.0
            case "one_unit":
                return 1.5 * min(unit, self.finest) if self.units[index] else 0.0
            case "coarse":
                return unit / 2

    def may_have(self, step: Step) -> bool:
        """Tell whether any number was given for a step."""
        return any(name == step.name for name, _, _ in self._by_entry)

    def mistaken(
        self, step: Step, targets: Sequence[Array], radius: Array
    ) -> Iterator[tuple[Among, Sequence[Places]]]:
        """Yield where the entries of each wrong result are; every number goes by its name here."""
        yield "named", [self.equal(step, target, radius, "rounded") for target in targets]

    def miscopied(self, name: str, given: Array) -> Array | None:  # noqa: ARG002 an answer sheet has no givens
        """Return None: an answer sheet does not state the givens."""
        return None

    def named(self, step: Step) -> Places:
        """Return the last number given for each entry."""
        places = np.full(self.graph.shapes[step.name], NONE)
        for row, column in np.ndindex(*places.shape):
            places[row, column] = self._by_entry.get((step.name, row, column), [NONE])[-1]
        return places

    def where(self, index: int) -> Where:
        """Return the place of an answer in the file."""
        return self.answers[index].where

    def is_typed(self, index: int) -> bool:  # noqa: ARG002 an answer sheet is filled in by hand, all of it
        """Return False: nothing on an answer sheet should have been calculated by a program."""
        return False
