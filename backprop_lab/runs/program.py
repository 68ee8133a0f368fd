"""What a training program is made of: its layers, its loss and its optimiser."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from backprop_lab.engine.network import Loss
from backprop_lab.runs.findings import Finding, Mistake, at_step, facts, missing, untrained, wrong
from backprop_lab.runs.stepping import BY_HAND
from backprop_lab.runs.watched import Layer, Matrix, Operation, Optimizer, Watched, WatchedUpdate
from backprop_lab.trainingtask import TrainingTask

_OF_CLASSES = ("cross_entropy", "negative_log_likelihood")
_OF_YES_OR_NO = ("binary_cross_entropy", "binary_cross_entropy_with_logits")
_OF_SQUARES = ("squared_error", "mean_squared_error")
TAKEN: Mapping[Loss, tuple[str, ...]] = {
    "half_squared_error": _OF_SQUARES,
    "squared_error": _OF_SQUARES,
    "mean_squared_error": ("mean_squared_error",),
    "absolute_error": ("mean_absolute_error",),
    "binary_cross_entropy": _OF_YES_OR_NO,
    "binary_cross_entropy_with_logits": _OF_YES_OR_NO,
    "cross_entropy": _OF_CLASSES,
    "cross_entropy_with_logits": _OF_CLASSES,
    "negative_log_likelihood": _OF_CLASSES,
}
"""The losses of a program that are a loss of the task, its own activation being part of the loss or not."""
_SUMS = {"mean_squared_error": "squared_error", "mean_absolute_error": "absolute_error"}


def linear_layers(task: TrainingTask, watched: Watched) -> Finding:
    """Count the `nn.Linear` layers between the batches and the loss, and compare their number with the task's."""
    through = _went_through(watched)
    layers = [layer for layer in watched.layers if layer.name in through] or [
        layer for layer in watched.layers if layer.reached
    ]
    unused = tuple(layer.name for layer in watched.layers if not layer.reached)
    by_hand = sum(operation.kind == "linear" for operation in _chain(watched)) - len(layers)
    finding = Finding(
        expected=task.depth,
        found=len(layers),
        facts=facts(layers=len(layers), wanted=task.depth, sizes=_sizes(layers), unused=unused, by_hand=by_hand),
    )
    if not watched.updates:
        return missing(untrained(watched), finding)
    if len(layers) == task.depth:
        return finding
    return wrong(_layer_mistake(task.depth, len(layers), len(unused), by_hand), finding)


def _layer_mistake(wanted: int, found: int, unused: int, by_hand: int) -> Mistake:
    if found > wanted:
        return "more-layers"
    if found + unused >= wanted:
        return "layer-not-used"
    if found + by_hand >= wanted:
        return "not-nn-linear"
    return "one-layer" if found == 1 else "fewer-layers"


def _chain(watched: Watched) -> tuple[Operation, ...]:
    return watched.seen[-1].operations if watched.seen else ()


def _went_through(watched: Watched) -> set[str]:
    """Return the names of the layers that the last update seen went through."""
    return {operation.weight.removesuffix("weight").removesuffix(".") for operation in _chain(watched)}


def _sizes(layers: Sequence[Layer]) -> str:
    """Return the sizes of layers in a row, as `10-16-1`; those that do not fit each other are parted by a comma."""
    text, units = "", None
    for layer in layers:
        joined = f"-{layer.units}" if layer.inputs == units else f"{', ' if text else ''}{layer.inputs}-{layer.units}"
        text, units = text + joined, layer.units
    return text


def loss(task: TrainingTask, watched: Watched) -> Finding:
    """Compare the loss that is back-propagated with the task's, and look at what goes into it."""
    counts = Counter(_meant(update) for update in watched.seen if update.loss)
    if not counts:
        return missing(untrained(watched), Finding(facts=facts(wanted=task.network.loss)))
    kind = counts.most_common(1)[0][0]
    shapes = watched.broadcasts[0] if watched.broadcasts else ""
    finding = Finding(facts=facts(loss=kind, wanted=task.network.loss, shapes=shapes))
    ends = [operation.kind for operation in watched.seen[-1].operations if operation.kind != "reshape"][-1:]
    taken = TAKEN[task.network.loss]
    if kind == "cross_entropy" and ends == ["softmax"] and kind in taken:
        return wrong("softmax-before-cross-entropy", finding)
    if kind == "negative_log_likelihood" and ends != ["log_softmax"]:
        return wrong("no-log-softmax", finding)
    if kind not in taken:
        return wrong("loss-is-a-sum" if kind == _SUMS.get(taken[0]) else "another-loss", finding)
    if any(update.reduction == "sum" for update in watched.seen) and kind != "squared_error":
        return wrong("loss-is-a-sum", finding)
    if shapes and any(_is_spread(update) for update in watched.seen):
        return wrong("broadcast-target", finding)
    return finding


def _meant(update: WatchedUpdate) -> str:
    """Return the loss of an update; one that was written out by hand is known by its number."""
    if not _is_known(update.loss) and _is_mean_square(update.prediction, update.target, update.value):
        return "mean_squared_error"
    return update.loss


def _is_known(loss: str) -> bool:
    return loss.islower()  # the nodes of autograd are in capitals and small letters


def _is_mean_square(prediction: Matrix | None, target: Matrix | None, value: float | None) -> bool:
    if prediction is None or target is None or prediction.shape != target.shape or value is None:
        return False
    squares = np.square(prediction.array - target.array)
    return bool(squares.size) and math.isclose(squares.mean(), value, rel_tol=1e-4)


def _is_spread(update: WatchedUpdate) -> bool:
    """Tell whether a loss met predictions with targets of another shape, and more than one."""
    prediction, target = update.prediction, update.target
    if prediction is None or target is None:
        return True
    return prediction.shape != target.shape and len(prediction.numbers) > 1


def optimizer(task: TrainingTask, watched: Watched) -> Finding:
    """Compare the optimiser with the task's: its class, its terms where the task has them, and what it holds."""
    if not watched.seen:
        return missing(untrained(watched), Finding(facts=facts(optimizer="")))
    used = (one for update in watched.seen for one in (update.optimizer, *update.optimizer.others))
    other = next((one for one in used if one.kind not in ("SGD", BY_HAND)), None)
    found = other or watched.seen[-1].optimizer
    left_out = left_out_of_optimizer(watched)
    finding = Finding(
        where=at_step(watched),
        facts=facts(
            optimizer=found.kind, rate=found.learning_rate, momentum=found.momentum, decay=found.weight_decay,
            wanted_momentum=float(task.update.momentum), wanted_decay=float(task.update.weight_decay),
            left_out=left_out,
        ),
    )  # fmt: skip
    if other is not None:
        return wrong("another-optimizer", finding)
    if left_out:
        return wrong("optimizer-without-layers", finding)
    cause = _terms_mistake(task, found)
    return finding if cause is None else wrong(cause, finding)


def left_out_of_optimizer(watched: Watched) -> tuple[str, ...]:
    """Return the layers that a loss reached and no optimiser held."""
    if not watched.seen or watched.seen[-1].optimizer.kind == BY_HAND:
        return ()
    return tuple(layer.name for layer in watched.layers if layer.reached and not layer.optimized)


def _terms_mistake(task: TrainingTask, found: Optimizer) -> Mistake | None:
    """Return what of the task's terms an optimiser has otherwise; those that the task does not have are free."""
    if task.update.momentum and not math.isclose(found.momentum, task.update.momentum):
        return "another-momentum"
    if task.update.weight_decay and not math.isclose(found.weight_decay, task.update.weight_decay):
        return "another-weight-decay"
    return None
