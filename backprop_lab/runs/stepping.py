"""Work the step of an optimiser again: the parameters after it, as the engine's SGD makes them of the gradients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from backprop_lab.engine.graph import Graph
from backprop_lab.engine.network import Network, Update, graph
from backprop_lab.engine.worked import work
from backprop_lab.runs.chains import Floats, UnknownPartError, matrix
from backprop_lab.runs.watched import Optimizer, WatchedUpdate

ROUNDINGS = 32.0
"""How many times what float32 makes of our own numbers the recorded ones may be away from them: they are summed in
another order, by a library that may fuse products and sums."""
BY_HAND = ""
"""The class of an optimiser where a program changes its parameters itself."""
FLOAT32 = 2.0**-23
"""The spacing of float32 numbers, relative to their size."""


def wrong_step(update: WatchedUpdate, names: Sequence[str]) -> tuple[Literal["ascent", "another-step"], str] | None:
    """Return what a step of SGD did wrong and the first parameter where it shows; None where it is right.

    Raises UnknownPartError where the numbers of a parameter were not kept.
    """
    optimizer = update.optimizer if update.optimizer.kind else _by_hand(update, names)
    wrong = ""
    is_added = True
    for name in names:
        before, after = matrix(update.before, name), matrix(update.after, name)
        gradient = matrix(update.gradients, name) if name in update.gradients else None
        velocity = matrix(update.velocities, name) if name in update.velocities else None
        if gradient is None:
            exact = rounded = before
        else:
            exact, rounded = (
                _stepped(optimizer.group_of(name), before, gradient, velocity, kind)
                for kind in (np.float64, np.float32)
            )
        if after.shape != before.shape:
            raise UnknownPartError(name)
        allowed = ROUNDINGS * (np.abs(exact - rounded) + FLOAT32 * np.maximum(np.abs(before), np.abs(exact)))
        if (np.abs(after - exact) > allowed).any():
            wrong = wrong or name
        is_added &= bool((np.abs(after - (2 * before - exact)) <= allowed).all())
    if not wrong:
        return None
    return ("ascent" if is_added else "another-step"), wrong


def _by_hand(update: WatchedUpdate, names: Sequence[str]) -> Optimizer:
    """Return the SGD that comes nearest to what a program itself did: the learning rate is seen in the numbers."""
    steps = np.concatenate([(matrix(update.before, name) - matrix(update.after, name)).ravel() for name in names])
    gradients = np.concatenate([matrix(update.gradients, name).ravel() for name in names])
    size = float(gradients @ gradients)
    return Optimizer("SGD", tuple(names), float(steps @ gradients) / size if size else 0.0)


def _stepped(
    optimizer: Optimizer, before: Floats, gradient: Floats, velocity: Floats | None, kind: type[np.floating]
) -> Floats:
    """Return a parameter after a step, in numbers of a kind; without a velocity it is the first one."""
    has_momentum = optimizer.momentum != 0
    terms = Update(
        momentum=has_momentum,
        dampening=has_momentum and optimizer.dampening != 0,
        nesterov=has_momentum and optimizer.nesterov,
        weight_decay=optimizer.weight_decay != 0,
    )
    rows, columns = np.atleast_2d(before).shape
    one_layer = Network((rows, columns), ("identity",), "squared_error", biases=False, update=terms)
    whole = graph(one_layer, first_pass=velocity is None)
    steps = tuple(step for step in whole.steps if step.phase == "update")
    names = {name for step in steps for name in (step.name, *step.inputs)}
    only = Graph({name: shape for name, shape in whole.shapes.items() if name in names}, steps)
    values = {"W1": before, "dW1": gradient, "vW1_old": before if velocity is None else velocity}
    scalars = ("learning_rate", "momentum", "dampening", "weight_decay")
    values |= {name: np.array(getattr(optimizer, name)) for name in scalars}
    givens = {name: np.atleast_2d(value).astype(kind) for name, value in values.items()}
    return np.asarray(work(only, givens).values["W1_new"].astype(np.float64).reshape(before.shape))
