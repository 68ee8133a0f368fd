"""The masks of a model's dropout: those that are given, else those that its next forward pass would draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backprop_lab.bridge.layers import Layers
from backprop_lab.bridge.numbers import fraction, fractions, shape_of, tensor_of
from backprop_lab.errors import ModelError
from backprop_lab.task import DropoutTable


def dropouts(torch: Any, layers: Layers, samples: int, masks: Sequence[Any] | None) -> list[DropoutTable]:
    """Return the dropout of a model in training; raise ModelError where the masks given do not fit it."""
    dropped = layers.dropped
    if masks is not None and len(masks) != len(dropped):
        raise ModelError(
            f"masks: expected one for each dropout in training, {len(dropped)}, found {len(masks)}"
            + ("; call model.train() for dropout" if not dropped else "")
        )
    tables = []
    with torch.random.fork_rng():
        for place, (layer, rate) in enumerate(dropped):
            shape = (samples, layers.sizes[layer])
            if masks is None:
                mask = _drawn(torch, layers, shape, rate)
            else:
                mask = _given(torch, masks[place], shape, f"masks[{place}]")
            tables.append(DropoutTable(layer, fraction(rate), fractions(mask)))
    return tables


def _drawn(torch: Any, layers: Layers, shape: tuple[int, int], rate: float) -> Any:
    weight = layers.layers[0].linear.weight
    if weight.device.type != "cpu":
        raise ModelError(f"model: its dropout draws on {weight.device}; give its masks, or move the model to the CPU")
    return torch.nn.functional.dropout(torch.ones(shape, dtype=weight.dtype), rate, training=True) != 0


def _given(torch: Any, mask: Any, shape: tuple[int, int], what: str) -> Any:
    tensor = tensor_of(torch, mask, what)
    if shape_of(tensor) != shape and not (shape[0] == 1 and shape_of(tensor) == shape[1:]):
        raise ModelError(f"{what}: expected the shape {shape}, found {shape_of(tensor)}")
    if not ((tensor == 0) | (tensor == 1)).all():
        raise ModelError(f"{what}: expected a 0 for each unit that is dropped and a 1 for each that is kept")
    return tensor.reshape(shape) != 0
