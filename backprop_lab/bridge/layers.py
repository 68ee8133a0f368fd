"""Fold the links of a chain into layers as the engine has them: weights, an activation, and perhaps dropout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from backprop_lab.bridge.chain import Link
from backprop_lab.engine.network import Activation
from backprop_lab.errors import ModelError


class Layer(Struct, frozen=True):
    """An `nn.Linear`, the activation behind it, and the rate of the dropout behind that."""

    where: str
    linear: Any
    activation: Activation = "identity"
    activation_at: str = ""
    slope: float | None = None
    rate: float = 0.0


class Layers(Struct, frozen=True):
    """The layers of a model, and the rate of dropout at its inputs."""

    layers: tuple[Layer, ...]
    input_rate: float

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of inputs, then of units in every layer."""
        return (self.layers[0].linear.in_features, *(layer.linear.out_features for layer in self.layers))

    @property
    def dropped(self) -> tuple[tuple[int, float], ...]:
        """The layers that have dropout, 0 for the inputs, with its rate."""
        rates = (self.input_rate, *(layer.rate for layer in self.layers))
        return tuple((number, rate) for number, rate in enumerate(rates) if rate)

    @property
    def slope(self) -> float | None:
        """The slope of the leaky ReLUs; None where there are none. Raises ModelError where they differ."""
        slopes = {layer.slope: layer.activation_at for layer in self.layers if layer.slope is not None}
        if len(slopes) > 1:
            found = " and ".join(f"{slope:g} in {where}" for slope, where in slopes.items())
            raise ModelError(f"model: leaky ReLUs of different slopes ({found}); expected one slope in a model")
        return next(iter(slopes), None)


def folded(links: Iterable[Link]) -> Layers:
    """Return the layers that a chain's links make; raise ModelError where their order or parameters do not fit."""
    layers: list[Layer] = []
    input_rate = 0.0
    for link in links:
        match link.kind:
            case "linear":
                layers.append(Layer(link.where, link.module))
            case "activation":
                _check_place(layers, link)
                slope = link.slope if link.activation == "leaky_relu" else None
                layers[-1] = replace(layers[-1], activation=link.activation, activation_at=link.where, slope=slope)
            case "dropout" if link.rate:
                if link.rate == 1:
                    raise ModelError(f"model: {link.where} drops everything; expected a p below 1")
                if layers[-1].rate if layers else input_rate:
                    raise ModelError(f"model: {link.where} stands behind another dropout; expected one at a place")
                if layers:
                    layers[-1] = replace(layers[-1], rate=link.rate)
                else:
                    input_rate = link.rate
    _check(layers)
    return Layers(tuple(layers), input_rate)


def _check_place(layers: Sequence[Layer], link: Link) -> None:
    if not layers:
        raise ModelError(
            f"model: {link.where} stands before the first Linear; expected Linear, activation, Linear, …"
        )
    if layers[-1].rate:
        raise ModelError(f"model: {link.where} stands behind a dropout; expected dropout behind the activation")
    if layers[-1].activation_at:
        raise ModelError(
            f"model: {link.where} stands behind {layers[-1].activation_at}; expected a Linear between two activations"
        )


def _check(layers: Sequence[Layer]) -> None:
    if not layers:
        raise ModelError("model: has no Linear layer; expected at least one")
    for complaint in _complaints(layers):
        raise ModelError(f"model: {complaint}")


def _complaints(layers: Sequence[Layer]) -> Iterator[str]:
    seen: dict[int, str] = {}
    units = layers[0].linear.in_features
    for layer in layers:
        linear = layer.linear
        if units == 0 or not hasattr(linear.weight, "detach") or linear.weight.dim() != 2:
            yield f"{layer.where} has no weights yet; run the model once"
        if linear.in_features != units:
            yield f"{layer.where} takes {linear.in_features} numbers, but the layer before gives {units}"
        for parameter in linear.parameters():
            if id(parameter) in seen:
                yield f"{layer.where} has the weights of {seen[id(parameter)]}; expected each layer once"
            seen[id(parameter)] = layer.where
        if linear.weight.dtype != layers[0].linear.weight.dtype:
            yield f"{layer.where} is {linear.weight.dtype}, {layers[0].where} is {layers[0].linear.weight.dtype}"
        units = linear.out_features
    if layers[-1].rate:
        yield "has dropout behind its last layer; expected it behind a hidden layer, or at the inputs"
