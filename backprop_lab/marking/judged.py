"""What a walk through the graph knows: the right values, the student's own, and the verdicts so far."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from msgspec import Struct

from backprop_lab.engine.arithmetic import Array, value
from backprop_lab.engine.formula import Formula, Leaf, Ref
from backprop_lab.engine.graph import Graph, Step
from backprop_lab.engine.network import Network
from backprop_lab.marking.evidence import NONE, Places
from backprop_lab.marking.marks import Remark, VerdictName

_AS_THEY_ARE: Mapping[str, Array] = MappingProxyType({})


class Judged(Struct):
    """The verdict on one number, before it is worth points."""

    verdict: VerdictName = "missing"
    index: int = NONE
    cause: str | None = None
    causes: tuple[str, ...] = ()
    remark: Remark | None = None


class Truth(Struct, frozen=True):
    """What a submission is held against: a graph, and its right values and rounding radii in every world.

    `asked` are the steps that are to be handed in.
    """

    network: Network
    graph: Graph
    values: Mapping[str, Array]
    radii: Mapping[str, Array]
    asked: frozenset[str]

    @property
    def error_is_delta(self) -> bool:
        """Whether the output's delta is the error and no more."""
        return any(step.formula == Ref("error") for step in self.graph.steps)


class Case(Struct):
    """A step under judgement: what is right, what follows from the student's own numbers, and a verdict per entry.

    Values are (worlds, rows, columns); verdicts stand row by row. It is astray where a step before it deviates.
    """

    step: Step
    right: Array
    follow: Array
    astray: bool
    judged: list[Judged]

    @property
    def is_open(self) -> bool:
        """Whether a number has not been found."""
        return any(one.index == NONE for one in self.judged)

    def note(self, places: Places, verdict: VerdictName, *, remark: Remark | None = None) -> None:
        """Judge entries that have no verdict yet."""
        for at, index in enumerate(places.ravel().tolist()):
            if self.judged[at].index == NONE and index != NONE:
                self.judged[at] = Judged(verdict, index, remark=remark)

    def is_fixed(self, at: int) -> bool:
        """Tell whether a right number is the same in every world, though there are several."""
        numbers = self.right.reshape(len(self.right), -1)[:, at]
        return len(numbers) > 1 and bool(abs(numbers[0] - numbers[-1]) <= 1e-9 * abs(numbers[-1]))


class OwnValues:
    """The student's own numbers so far, by step, and which of them deviate from what is right.

    Givens are those of the task unless they turn out to have been copied wrongly.
    """

    def __init__(self, truth: Truth) -> None:
        self.truth = truth
        self.deviating: set[str] = set()
        self.values: dict[str, Array] = {name: truth.values[name] for name in truth.graph.givens}

    def of(self, formula: Formula, like: Array, instead: Mapping[str, Array] = _AS_THEY_ARE) -> Array:
        """Evaluate a formula with them, in the shape of `like`; steps that are still to come are worked from them.

        `instead` holds values that take the place of others; these may have one axis more, in front.
        """
        known = {**self.values, **instead}

        def leaf(node: Leaf) -> Array:
            if node.name not in known:
                known[node.name] = worked(self.truth.graph.step[node.name].formula, self.truth.values[node.name])
            return known[node.name]

        def worked(formula: Formula, like: Array) -> Array:
            result = np.asarray(value(formula, leaf))
            return np.broadcast_to(result, np.broadcast_shapes(result.shape, like.shape))

        return worked(formula, like)
