"""Where a mistake may befall: a step, and what a wrong formula in its place may be made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from backprop_lab.engine.formula import Formula, Ref, Shape
from backprop_lab.engine.graph import Step
from backprop_lab.engine.network import Network


class Place(Struct, frozen=True):
    """A step that may be mistaken, with the network around it and the shapes in its graph."""

    network: Network
    shapes: Mapping[str, Shape]
    step: Step

    @property
    def is_output(self) -> bool:
        """Whether it belongs to the last layer."""
        return self.step.layer == self.network.depth

    @property
    def activation(self) -> str:
        """The activation of its layer."""
        return self.network.activations[(self.step.layer or self.network.depth) - 1]

    def of_layer(self, letter: str, plus: int = 0) -> Ref:
        """Return the name of a quantity in this step's layer, or one some layers on."""
        return Ref(f"{letter}{(self.step.layer or self.network.depth) + plus}")


Rule = Callable[[Place], Iterator[Formula]]
