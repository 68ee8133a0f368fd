"""The engine's network for what was recorded of an update: its layers, its parameters by name, and its batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

import numpy as np
import numpy.typing as npt
from msgspec import Struct
from msgspec.structs import replace

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.network import CLASS_LOSSES, Activation, Loss, Network, Reduction
from backprop_lab.runs.watched import Matrix, Operation, WatchedUpdate

Floats = npt.NDArray[np.float64]

MOST_NUMBERS = 20_000_000
"""Of a matrix that is worked with: what is told of a program may be made up, to be larger than any memory."""
IDENTITY = ""
"""The name of the weights that stand between two activations in a row."""
LOSSES: Mapping[str, tuple[Loss, Reduction]] = {
    "mean_squared_error": ("mean_squared_error", "mean"),
    "squared_error": ("squared_error", "sum"),
    "mean_absolute_error": ("absolute_error", "mean_of_entries"),
    "absolute_error": ("absolute_error", "sum"),
    "binary_cross_entropy": ("binary_cross_entropy", "mean_of_entries"),
    "binary_cross_entropy_with_logits": ("binary_cross_entropy_with_logits", "mean_of_entries"),
    "cross_entropy": ("cross_entropy_with_logits", "mean"),
    "negative_log_likelihood": ("negative_log_likelihood", "mean"),
}
"""The losses of a training program that the engine has, and over what PyTorch takes their mean."""
_ACTIVATIONS: tuple[str, ...] = get_args(Activation)


class UnknownPartError(Exception):
    """Something of a recorded update that the engine has no formula for, or that does not fit; its text names it."""


class Link(Struct, frozen=True):
    """A layer: the names of its parameters, how its weights stand, its activation, and what dropout multiplied."""

    weight: str
    bias: str
    inputs_first: bool = False
    activation: Activation = "identity"
    dropped: Matrix | None = None

    def turned(self, weight: Floats) -> Floats:
        """Return weights as the engine has them, (inputs, units), from how they stand in the program, or back."""
        return weight if self.inputs_first else weight.T


class Chain(Struct, frozen=True):
    """A network of the engine, the links that are its layers, and the slope of its leaky ReLUs."""

    links: tuple[Link, ...]
    network: Network
    slope: float

    def givens(self, parameters: Mapping[str, Matrix]) -> dict[str, Array]:
        """Return weights (inputs, units), biases (1, units) and dropout's factors, by the names of the engine."""
        found: dict[str, Array] = {"leaky_slope": np.array([[self.slope]])}
        for layer, link in enumerate(self.links, start=1):
            inputs, units = self.network.sizes[layer - 1 : layer + 1]
            weight = np.eye(inputs) if link.weight == IDENTITY else link.turned(matrix(parameters, link.weight))
            bias = np.zeros((1, units)) if not link.bias else matrix(parameters, link.bias).reshape(1, -1)
            if weight.shape != (inputs, units) or bias.shape != (1, units):
                raise UnknownPartError(link.weight)
            found |= {f"W{layer}": weight, f"b{layer}": bias}
            if link.dropped is not None:  # the recorded factors are divided by 1 - p already
                mask = array(link.dropped, "dropout").reshape(-1, units)
                found |= {f"mask{layer}": mask, f"p{layer}": np.zeros((1, 1))}
        return found

    def named(self, values: Mapping[str, Array], prefix: str = "") -> dict[str, Floats]:
        """Return values of the engine, such as `dW1` with the prefix d, by the names and shapes of the parameters.

        Those of a parameter that several layers share are added up.
        """
        found: dict[str, Floats] = {}
        for layer, link in enumerate(self.links, start=1):
            for name, value in ((link.weight, f"{prefix}W{layer}"), (link.bias, f"{prefix}b{layer}")):
                if name:
                    array = link.turned(values[value]) if name == link.weight else values[value].reshape(-1)
                    found[name] = found[name] + array if name in found else array
        return found

    @property
    def evaluated(self) -> Chain:
        """The chain as it is after training, when nothing is dropped."""
        links = tuple(replace(link, dropped=None) for link in self.links)
        return Chain(links, replace(self.network, dropout=frozenset()), self.slope)


def array(found: Matrix | None, what: str) -> Floats:
    """Return recorded numbers as an array; raise UnknownPartError where there are none, or not all are finite."""
    if found is None or not np.isfinite(found.array).all():
        raise UnknownPartError(what)
    return found.array


def matrix(parameters: Mapping[str, Matrix], name: str) -> Floats:
    """Return a recorded parameter; raise UnknownPartError where there is none."""
    return array(parameters.get(name), name)


def chain_of(update: WatchedUpdate) -> Chain:
    """Return the network that a batch went through; raise UnknownPartError where the engine has none for it.

    Between two activations in a row stands a layer whose weights are the identity. Shapes that only change how the
    same numbers stand are passed over.
    """
    if update.loss not in LOSSES:
        raise UnknownPartError(update.loss)
    links: list[Link] = []
    for operation in update.operations:
        _add(links, operation)
    if not any(link.weight for link in links):
        raise UnknownPartError("no linear layer")
    if links[-1].dropped is not None:  # the loss takes an activation
        links.append(Link(IDENTITY, ""))
    slopes = {one.slope for one in update.operations if one.kind == "leaky_relu" and one.slope is not None}
    if len(slopes) > 1:
        raise UnknownPartError("leaky_relu")
    loss, mean = LOSSES[update.loss]
    network = Network(
        sizes=_sizes(links, update.before),
        activations=tuple(link.activation for link in links),
        loss=loss,
        reduction=mean if update.reduction == "mean" else "sum",
        update=None,
        dropout=frozenset(layer for layer, link in enumerate(links, start=1) if link.dropped is not None),
    )
    return Chain(tuple(links), network, slopes.pop() if slopes else 0.01)


def _add(links: list[Link], operation: Operation) -> None:
    kind = operation.kind
    if kind == "linear":
        links.append(Link(operation.weight, operation.bias, operation.inputs_first))
    elif kind in _ACTIVATIONS:
        if not links or links[-1].activation != "identity" or links[-1].dropped is not None:
            links.append(Link(IDENTITY, ""))
        links[-1] = replace(links[-1], activation=kind)
    elif kind == "dropout" and operation.factor is not None:
        if not links or links[-1].dropped is not None:
            links.append(Link(IDENTITY, ""))
        links[-1] = replace(links[-1], dropped=operation.factor)
    elif kind != "reshape":
        raise UnknownPartError(kind)


def _sizes(links: Sequence[Link], parameters: Mapping[str, Matrix]) -> tuple[int, ...]:
    """Return the sizes of all layers, inputs first, that their matrices of weights have."""
    first = next(link for link in links if link.weight)
    sizes = [*first.turned(matrix(parameters, first.weight)).shape[:1]]
    for link in links:
        if not link.weight and sizes[-1] ** 2 > MOST_NUMBERS:
            raise UnknownPartError("size")
        shape = link.turned(matrix(parameters, link.weight)).shape if link.weight else (sizes[-1], sizes[-1])
        if len(shape) != 2 or shape[0] != sizes[-1] or 0 in shape:
            raise UnknownPartError(link.weight)
        sizes.append(shape[1])
    return tuple(sizes)


def batch(chain: Chain, x: Matrix | None, y: Matrix | None) -> tuple[Floats, Floats]:
    """Return inputs and targets as rows, class indices as one-hot ones; raise UnknownPartError where they do not fit.

    Of targets that are too few or too many for the outputs that is so as well.
    """
    inputs, outputs = chain.network.sizes[0], chain.network.sizes[-1]
    all_x, all_y = array(x, "batch"), array(y, "target")
    if not all_x.size or all_x.size % inputs:
        raise UnknownPartError("batch")
    rows = all_x.reshape(-1, inputs)
    if len(rows) * max(chain.network.sizes) > MOST_NUMBERS:
        raise UnknownPartError("size")
    if chain.network.loss in CLASS_LOSSES and all_y.size == len(rows):
        classes = all_y.reshape(-1).astype(int)
        if classes.min() < 0 or classes.max() >= outputs:
            raise UnknownPartError("target")
        return rows, np.eye(outputs)[classes]
    if all_y.size != len(rows) * outputs:
        raise UnknownPartError("target")
    return rows, all_y.reshape(len(rows), outputs)
