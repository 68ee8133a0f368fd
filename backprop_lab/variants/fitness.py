"""What makes numbers fit for a person to work with: which draws are within the bounds of a task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.network import KINKED, ROWWISE
from backprop_lab.task import Task

SATURATING = ("sigmoid", "tanh")
_NOISE = 1e-9
"""How far a number on a bound may be off by the rounding of float64, which differs between machines."""


def demands(task: Task, values: Mapping[str, Array]) -> dict[str, Array]:
    """Return for each demand of `[variants]`, by its key there, which variants meet it.

    `values` are those of a forward pass with an axis of variants in front.
    """
    met: dict[str, Array] = {}
    for key, good in _demands(task, values):
        met[key] = met[key] & good if key in met else good
    return met


def wanted_dead(task: Task) -> tuple[int, int]:
    """Return how many hidden ReLU units are to be dead: as the task says, else one of each layer that has several."""
    if task.variants.dead is not None:
        return task.variants.dead
    hidden = zip(task.sizes[1:-1], task.network.activations, strict=False)
    some = sum(units > 1 and activation == "relu" for units, activation in hidden)
    return some, some


def _demands(task: Task, values: Mapping[str, Array]) -> Iterator[tuple[str, Any]]:
    bounds, depth = task.variants, task.spec.depth
    if "x" in bounds.draw:
        yield "x", (values["x"] != 0).any(axis=-2).all(axis=-1)
    dead = np.zeros(len(values["x"]), dtype=int)
    for layer, activation in enumerate(task.network.activations, start=1):
        z = values[f"z{layer}"]
        if activation in KINKED:
            yield "kink", (np.abs(z) >= float(bounds.kink) - _NOISE).all(axis=(-2, -1))
        if activation in SATURATING:
            yield "saturation", (np.abs(z) <= float(bounds.saturation) + _NOISE).all(axis=(-2, -1))
        if activation in ROWWISE:
            yield "saturation", (np.ptp(z, axis=-1) <= float(bounds.saturation) + _NOISE).all(axis=-1)
        if activation == "relu" and layer == depth:
            yield "output", (z > 0).all(axis=(-2, -1))
        elif activation == "relu":
            units = (z <= 0).all(axis=-2)  # that no sample makes alive
            dead = dead + units.sum(axis=-1)
            yield "alive", ~units.all(axis=-1)
    least, most = wanted_dead(task)
    yield "dead", (least <= dead) & (dead <= most)
    yield "loss", values["L"][:, 0, 0] >= float(bounds.loss) - _NOISE
