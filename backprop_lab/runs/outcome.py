"""What comes of a training: how far the loss fell, and how the trained network is evaluated."""

from __future__ import annotations

import math
from statistics import fmean

import numpy as np
from msgspec import Struct

from backprop_lab.engine.network import Network
from backprop_lab.errors import NumberError
from backprop_lab.runs.chains import Floats, UnknownPartError, batch, chain_of
from backprop_lab.runs.findings import Finding, facts, missing, untrained, wrong
from backprop_lab.runs.recomputing import loss_in, loss_of
from backprop_lab.runs.watched import Watched
from backprop_lab.trainingtask import TrainingTask

LEAST_FALL = 0.01
"""The share of its first value by which a loss has fallen at least."""
_LEAST_ROWS = 3
"""Rows for each parameter of a linear regression, so that it says something."""


class Fall(Struct, frozen=True):
    """The loss before the first update and after the last one; with all rows, or as the batches had it.

    `mean` is the squared error of the mean of the targets, and `linear` that of a linear regression (least squares),
    on the same rows; None where the loss is another one.
    """

    first: float
    last: float
    mean: float | None = None
    linear: float | None = None


def loss_fell(_task: TrainingTask, watched: Watched) -> Finding:
    """See that the loss has fallen; how a linear regression does on the same rows is told beside it."""
    fall = _fall(watched)
    if fall is None or not watched.updates:
        return missing(untrained(watched), Finding())
    finding = Finding(
        found=fall.last if math.isfinite(fall.last) else None,
        facts=facts(first=fall.first, last=fall.last, mean=fall.mean, linear=fall.linear, updates=watched.updates),
    )
    if not math.isfinite(fall.last):
        return wrong("loss-not-finite", finding)
    if fall.last > (1 - LEAST_FALL) * fall.first:
        return wrong("did-not-fall", finding)
    return finding


def _fall(watched: Watched) -> Fall | None:
    """Return how far the loss fell: worked for all rows with the first and last parameters, else as it was seen."""
    losses = [math.inf if loss is None else loss for _, loss in watched.losses]
    if not losses:
        return None
    few = max(1, len(losses) // 10)
    if not math.isfinite(losses[-1]) or not watched.seen:
        return Fall(losses[0], losses[-1])
    seen = Fall(fmean(losses[:few]), fmean(losses[-few:]))
    start = watched.seen[0]
    try:
        chain = chain_of(start)
        x, y = batch(chain, watched.x, watched.y)
        first, last = (loss_of(chain, parameters, x, y) for parameters in (start.before, watched.last))
    except (UnknownPartError, NumberError):
        return seen
    if chain.network.loss != "mean_squared_error":
        return Fall(first, last)
    return Fall(first, last, _linear_loss(x[:, :0], y), _linear_loss(x, y))


def _linear_loss(x: Floats, y: Floats) -> float | None:
    """Return the mean squared error of a linear regression; None where there are too few rows for one.

    Without inputs it is that of the mean of the targets.
    """
    with_one = np.column_stack([x, np.ones(len(x))])
    if x.size and len(x) < _LEAST_ROWS * with_one.shape[1]:
        return None
    network = Network(
        (with_one.shape[1], y.shape[1]), ("identity",), "mean_squared_error", len(y), biases=False, gradients=False,
        update=None,
    )  # fmt: skip
    try:
        weights, *_ = np.linalg.lstsq(with_one, y, rcond=None)
        return loss_in(network, {"x": with_one, "y": y, "W1": weights})
    except (np.linalg.LinAlgError, NumberError):  # numbers near the end of what float64 holds
        return None


def evaluation(_task: TrainingTask, watched: Watched) -> Finding:
    """See that the trained network is used without gradients being recorded: at the end, or beside its training.

    What comes in the second half of the updates is of a trained network.
    """
    finding = Finding(
        facts=facts(quiet=watched.quiet, loud=watched.loud, evaluated=watched.evaluated, updates=watched.updates)
    )
    if watched.quiet or 0 < watched.updates <= 2 * watched.evaluated:
        return finding
    if watched.loud:
        return wrong("evaluation-with-gradients", finding)
    return missing("no-evaluation" if watched.updates else "not-trained", finding)
