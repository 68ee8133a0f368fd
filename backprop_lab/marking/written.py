"""Evidence from an answer sheet or a text: each number stands under the name of what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.graph import Graph, Step
from backprop_lab.marking.evidence import NONE, Among, Forms, Places, Strictness, near
from backprop_lab.marking.observations import Answer, Where

Placed = tuple[str, int, int, Answer, int]
"""Step, row and column that a number is the answer for, the answer, and the number's place in it."""

_TWO_DECIMALS = 0.01
"""A number with fewer decimals than two is taken for one with trailing zeros."""


class WrittenAnswers:
    """Answers that somebody wrote down under the names of entries."""

    by_hand = True
    precision = 1e-9

    def __init__(self, graph: Graph, answers: Sequence[Placed]) -> None:
        """Take answers with their places; of several for an entry the last counts."""
        self.graph = graph
        self.answers = [answer for _, _, _, answer, _ in answers]
        self.values = np.array([[answer.numbers[at]] for _, _, _, answer, at in answers]).reshape(-1, 1)
        self.units = np.array([answer.units[at] for _, _, _, answer, at in answers], dtype=float)
        self.claimed: set[int] = set()
        self._places = {name: np.full(shape, NONE) for name, shape in graph.shapes.items()}
        for index, (step, row, column, _, _) in enumerate(answers):
            self._places[step][row, column] = index

    @cached_property
    def finest(self) -> float:
        """The unit of the last digit of the most precise answer, to which a careful person rounded; 0 for fractions.

        Rounding to fewer than two decimals is no excuse: a single digit fits nearly anything.
        """
        units = self.units[self.units > 0]
        return min(float(units.min()), _TWO_DECIMALS) if units.size else 0.0

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
        given = self.named(step)
        if not self.answers:
            return given
        allowed = radius + self._allowed(np.where(given == NONE, 0.0, self.units[given]), strictness)
        fits = near(self.values[given, 0], target[0], self.precision, allowed * (1 + 1e-9))
        return np.where((given != NONE) & fits, given, NONE)

    def _allowed(self, units: Array, strictness: Strictness) -> Array:
        """Return how far numbers with these units may be off for their own rounding."""
        at_most = np.minimum(units, _TWO_DECIMALS)
        match strictness:
            case "rounded":
                return np.minimum(at_most, self.finest) / 2
            case "one_unit":
                return 1.5 * np.minimum(at_most, self.finest)
            case "coarse":
                return at_most / 2

    def within(self, step: Step, target: Array) -> Places:  # noqa: ARG002
        """Return none: every answer has a name of its own."""
        return np.full(self.graph.shapes[step.name], NONE)

    def may_have(self, step: Step) -> bool:
        """Tell whether any number was given for a step."""
        return bool((self.named(step) != NONE).any())

    def mistaken(
        self, step: Step, targets: Sequence[Array], radius: Array
    ) -> Iterator[tuple[Among, Sequence[Places]]]:
        """Yield where the entries of each wrong result are; every number goes by its name here."""
        yield "named", [self.equal(step, target, radius, "rounded") for target in targets]

    def unexplained(self, step: Step) -> Sequence[int]:  # noqa: ARG002
        """Return none: every number is known by its name."""
        return ()

    def arrays(self, size: int) -> Iterator[Sequence[int]]:  # noqa: ARG002
        """Yield none: every number is known by its name."""
        yield from ()

    def copies(self, name: str, givens: Mapping[str, Array]) -> Iterator[Array]:  # noqa: ARG002 an answer sheet has no givens
        """Yield nothing: an answer sheet does not state the givens."""
        yield from ()

    def named(self, step: Step) -> Places:
        """Return the number given for each entry."""
        return self._places[step.name]

    def typed_in(self, step: Step, right: Array) -> Places:  # noqa: ARG002
        """Return none: nothing on an answer sheet should have been calculated by a program."""
        return np.full(self.graph.shapes[step.name], NONE)

    def where(self, index: int) -> Where:
        """Return the place of an answer in the file."""
        return self.answers[index].where

    def is_stated(self, index: int) -> bool:  # noqa: ARG002
        """Return False: there is no program."""
        return False

    def moves(self, index: int) -> bool:  # noqa: ARG002
        """Return True: what is worked by hand needs no proof."""
        return True

    def is_first(self, index: int) -> bool:  # noqa: ARG002
        """Return True: of several answers the last counts, and is there once."""
        return True

    def calculation(self, index: int) -> None:
        """Return None: there is no program."""

    def is_typed(self, index: int) -> bool:  # noqa: ARG002 an answer sheet is filled in by hand, all of it
        """Return False: nothing on an answer sheet should have been calculated by a program."""
        return False
