"""A `torch.optim.SGD` as the update table of a task."""

from __future__ import annotations

from typing import Any

from backprop_lab.bridge.layers import Layer
from backprop_lab.bridge.numbers import fraction
from backprop_lab.errors import ModelError
from backprop_lab.task import UpdateTable

_SETTINGS = ("lr", "momentum", "dampening", "weight_decay", "nesterov", "maximize")


def update_of(torch: Any, optimizer: Any, layers: tuple[Layer, ...]) -> UpdateTable:
    """Return the update that an optimizer would do first; parameters that it does not train are frozen.

    Raises ModelError for what is no plain SGD, has momentum from earlier steps, or trains part of a layer.
    """
    if type(optimizer) is not torch.optim.SGD:
        raise ModelError(f"optimizer: {type(optimizer).__name__} is not supported; supported: torch.optim.SGD")
    trained = {id(one) for group in optimizer.param_groups for one in group["params"] if one.requires_grad}
    ours = {id(one) for layer in layers for one in layer.linear.parameters()}
    if not {id(one) for group in optimizer.param_groups for one in group["params"]} & ours:
        raise ModelError(
            "optimizer: holds none of the model's parameters; make it after the model: SGD(model.parameters(), …)"
        )
    groups = [group for group in optimizer.param_groups if any(id(one) in trained & ours for one in group["params"])]
    settings = _settings(groups or optimizer.param_groups[:1])
    if any(state.get("momentum_buffer") is not None for state in optimizer.state.values()):
        raise ModelError("optimizer: has momentum from earlier steps, which no task holds; expected a new one")
    has_biases, frozen = _parts(layers, trained)
    return UpdateTable(
        learning_rate=fraction(settings["lr"]),
        biases=has_biases,
        momentum=fraction(settings["momentum"]),
        dampening=fraction(settings["dampening"]),
        weight_decay=fraction(settings["weight_decay"]),
        nesterov=bool(settings["nesterov"]),
        frozen=frozen,
    )


def _settings(groups: list[dict[str, Any]]) -> dict[str, float]:
    settings = {name: float(groups[0][name]) for name in _SETTINGS}
    for group in groups[1:]:
        for name, first in settings.items():
            if float(group[name]) != first:
                raise ModelError(
                    f"optimizer: its groups differ in {name} ({first:g}, {float(group[name]):g}); expected the same"
                )
    if settings["maximize"]:
        raise ModelError("optimizer: maximize=True is not supported; expected an SGD that minimizes")
    return settings


def _parts(layers: tuple[Layer, ...], trained: set[int]) -> tuple[bool, list[int]]:
    """Return whether biases are trained, and which layers are not."""
    weights = [id(layer.linear.weight) in trained for layer in layers]
    biases = [None if layer.linear.bias is None else id(layer.linear.bias) in trained for layer in layers]
    frozen = [number for number, is_trained in enumerate(weights, start=1) if not is_trained]
    if not any(biases):
        return False not in biases or not any(weights), frozen
    for layer, weight, bias in zip(layers, weights, biases, strict=True):
        if bias not in (None, weight):
            part, other = ("weight", "bias") if weight else ("bias", "weight")
            raise ModelError(
                f"optimizer: of {layer.where} it trains the {part} and not the {other}; expected both or none of a "
                "layer, or no bias at all"
            )
    return True, frozen
