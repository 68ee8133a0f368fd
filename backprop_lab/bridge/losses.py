"""A criterion of PyTorch as a loss of the engine, and targets as a task has them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Literal

from msgspec import Struct

from backprop_lab.bridge.numbers import fractions, shape_of, tensor_of
from backprop_lab.engine.network import CLASS_LOSSES, OUTPUT_OF, Activation, Loss, Reduction
from backprop_lab.errors import ModelError
from backprop_lab.task import Target

SUPPORTED = "MSELoss, L1Loss, BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, NLLLoss"
_FUNCTIONS = {
    "mse_loss": "MSELoss",
    "l1_loss": "L1Loss",
    "binary_cross_entropy": "BCELoss",
    "binary_cross_entropy_with_logits": "BCEWithLogitsLoss",
    "cross_entropy": "CrossEntropyLoss",
    "nll_loss": "NLLLoss",
}
_NEUTRAL = {"weight": None, "pos_weight": None, "label_smoothing": 0.0, "ignore_index": -100}
"""What a criterion may have beside its reduction, with the only value that is supported."""


class Criterion(Struct, frozen=True):
    """A loss of the engine, with the activation that the output then has."""

    name: str
    loss: Loss
    output: Activation
    reduction: Reduction


def criterion(torch: Any, loss: Any, output: Activation) -> Criterion:
    """Return what a criterion, a module or a function of PyTorch, means for a model with that output activation.

    A linear output under a loss of logits gets the sigmoid or softmax that the loss applies. Raises ModelError for
    what is not supported.
    """
    name = _name(torch, loss)
    reduction = getattr(loss, "reduction", "mean")
    if reduction not in ("mean", "sum"):
        raise ModelError(f'loss: {name} with reduction="{reduction}"; expected "mean" or "sum"')
    for key, neutral in _NEUTRAL.items():
        if getattr(loss, key, neutral) != neutral:
            raise ModelError(f"loss: {name} with {key} is not supported; expected {name} without it")
    ours, output = _engines(name, output, reduction)
    taken: Literal["mean", "mean_of_entries"] = "mean" if ours in CLASS_LOSSES else "mean_of_entries"
    if ours == "mean_squared_error" or reduction == "sum":
        return Criterion(name, ours, output, "sum")
    return Criterion(name, ours, output, taken)


def _name(torch: Any, loss: Any) -> str:
    if isinstance(loss, torch.nn.Module):
        name = type(loss).__name__
        if name in _FUNCTIONS.values() and type(loss) is getattr(torch.nn, name):
            return name
    else:
        name = getattr(loss, "__name__", type(loss).__name__)
        if name in _FUNCTIONS.values() and loss is getattr(torch.nn, name):
            raise ModelError(f"loss: expected {name}(), found the class {name} itself")
        if name in _FUNCTIONS and loss is getattr(torch.nn.functional, name):
            return _FUNCTIONS[name]
    raise ModelError(f"loss: {name} is not supported; supported: {SUPPORTED}")


def _engines(name: str, output: Activation, reduction: str) -> tuple[Loss, Activation]:
    """Return the engine's loss and output activation."""
    match name:
        case "MSELoss":
            return ("mean_squared_error" if reduction == "mean" else "squared_error"), output
        case "L1Loss":
            return "absolute_error", output
        case "BCELoss":
            return _of_output(
                "binary_cross_entropy", output, "BCELoss takes probabilities: end the model with Sigmoid"
            )
        case "NLLLoss":
            return _of_output(
                "negative_log_likelihood", output, "NLLLoss takes log-probabilities: end the model with LogSoftmax"
            )
        case "CrossEntropyLoss":
            return ("cross_entropy", "softmax") if output == "identity" else ("cross_entropy_with_logits", output)
        case _:
            linear = output == "identity"
            return ("binary_cross_entropy", "sigmoid") if linear else ("binary_cross_entropy_with_logits", output)


def _of_output(loss: Loss, output: Activation, advice: str) -> tuple[Loss, Activation]:
    if output != OUTPUT_OF[loss]:
        raise ModelError(f"loss: {advice}; found {'no activation' if output == 'identity' else output}")
    return loss, output


def targets(torch: Any, y: Any, criterion: Criterion, output: tuple[int, ...], units: int) -> Target:
    """Return targets for an output of that shape; raise ModelError where PyTorch would refuse or broadcast them."""
    tensor = tensor_of(torch, y, "y")
    found = shape_of(tensor)
    if criterion.loss in CLASS_LOSSES and not tensor.is_floating_point() and found == output[:-1]:
        return Target(classes=tuple(tensor.reshape(-1).tolist()))
    if criterion.loss in CLASS_LOSSES and found != output:
        raise ModelError(
            f"y: expected class indices (whole numbers) of shape {output[:-1]}, or rows of probabilities of shape "
            f"{output}, found {tensor.dtype} of shape {found}"
        )
    if found != output:
        _check_broadcast(torch, found, output, criterion.name)
    rows = fractions(tensor.reshape(-1, units))
    if criterion.loss in CLASS_LOSSES:
        rows = [_adding_up_to_one(row, tensor.dtype, torch) for row in rows]
    return Target(rows=tuple(map(tuple, rows)))


def _check_broadcast(torch: Any, found: tuple[int, ...], output: tuple[int, ...], name: str) -> None:
    try:
        together = tuple(torch.broadcast_shapes(found, output))
    except RuntimeError:
        together = ()
    if together != output or math.prod(found) != math.prod(output):
        effect = f": {name} would broadcast the two to {together}" if together else ""
        advice = "; use y.unsqueeze(1)" if found == output[:-1] and output[-1] == 1 else ""
        raise ModelError(f"y: expected the shape of the model's output, {output}, found {found}{effect}{advice}")


def _adding_up_to_one(row: Sequence[Fraction], dtype: Any, torch: Any) -> list[Fraction]:
    """Take what rounding to a precision has left over from the largest of some shares."""
    over = sum(row, Fraction(-1))
    if not 0 < abs(over) <= len(row) * float(torch.finfo(dtype if dtype.is_floating_point else torch.float32).eps):
        return list(row)
    largest = max(range(len(row)), key=row.__getitem__)
    return [share - over if place == largest else share for place, share in enumerate(row)]
