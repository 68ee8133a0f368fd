"""The graph of one pass: named steps in the order of work. It knows shapes and formulas, and holds no numbers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from msgspec import Struct

from backprop_lab.engine.formula import Formula, Ref, Shape, inputs

Phase = Literal["forward", "loss", "backward", "update"]
Kind = Literal[
    "net_input",
    "activation",
    "dropout",
    "error",
    "loss",
    "delta",
    "weight_gradient",
    "bias_gradient",
    "input_gradient",
    "weight_velocity",
    "bias_velocity",
    "weight_update",
    "bias_update",
]


class Step(Struct, frozen=True):
    """One line of work: a name and the formula that gives it; its inputs follow from the formula.

    `layer` counts from 1 and is None for error and loss. `stable` is an equal formula that keeps its
    digits where `formula` overflows or cancels; it is evaluated in its place.
    """

    name: str
    formula: Formula
    phase: Phase
    kind: Kind
    layer: int | None = None
    stable: Formula | None = None

    @property
    def evaluated(self) -> Formula:
        """The formula that its value is computed by."""
        return self.stable or self.formula

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """Its formula, and the stable one where there is one."""
        return (self.formula,) if self.stable is None else (self.formula, self.stable)

    @property
    def keeps(self) -> bool:
        """Whether it leaves a parameter as it is."""
        return self.formula == Ref(self.name.removesuffix("_new"))

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names that this step uses."""
        return inputs(self.formula)


class Graph(Struct, frozen=True, dict=True):
    """Ordered steps, and the shape (rows, columns) of every given and of every step."""

    shapes: Mapping[str, Shape]
    steps: tuple[Step, ...]

    def __hash__(self) -> int:
        """Return a hash of the names, which is quick."""
        return hash(tuple(self.shapes))

    @cached_property
    def step(self) -> Mapping[str, Step]:
        """The steps by name."""
        return {step.name: step for step in self.steps}

    @cached_property
    def inputs(self) -> Mapping[str, tuple[str, ...]]:
        """The names that each step uses."""
        return {step.name: step.inputs for step in self.steps}

    @property
    def givens(self) -> tuple[str, ...]:
        """The names that no step gives."""
        return tuple(name for name in self.shapes if name not in self.step)
