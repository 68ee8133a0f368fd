"""Draw a new task and write it as a commented file."""

from __future__ import annotations

import random
from itertools import pairwise
from types import SimpleNamespace

from backprop_lab.engine.network import Activation, Loss
from backprop_lab.errors import LabError
from backprop_lab.templating import render

MOST_WEIGHTS = 10_000

_OUTPUTS: dict[Loss, Activation] = {"binary_cross_entropy": "sigmoid", "cross_entropy": "softmax"}


def new_task(
    title: str,
    sizes: tuple[int, ...],
    hidden: Activation,
    output: Activation | None,
    loss: Loss,
    samples: int,
    seed: int,
) -> str:
    """Return a task file with numbers in tenths that the seed decides.

    Without an output activation the loss chooses: softmax, sigmoid, or the hidden one. Raises LabError where the
    sizes make no network that a file can hold.
    """
    weights = sum(inputs * units for inputs, units in pairwise(sizes))
    if min(sizes) < 1:
        raise LabError(f"--sizes {'-'.join(map(str, sizes))}: every layer needs at least 1 unit")
    if weights > MOST_WEIGHTS or samples * (sizes[0] + sizes[-1]) > MOST_WEIGHTS:
        raise LabError(
            f"--sizes {'-'.join(map(str, sizes))}: {weights:,} weights; a task file holds at most {MOST_WEIGHTS:,}"
        )
    output = output or _OUTPUTS.get(loss, hidden)
    draw = random.Random(seed)

    def tenths(count: int) -> list[float]:
        return [draw.choice([n for n in range(-5, 6) if n]) / 10 for _ in range(count)]

    layers = list(pairwise(sizes))
    targets: list[object] = (
        [draw.randrange(sizes[-1]) for _ in range(samples)]
        if loss == "cross_entropy"
        else [[draw.randint(0, 1) for _ in range(sizes[-1])] for _ in range(samples)]
    )
    contents = SimpleNamespace(
        title=title,
        activations=[*([hidden] * (len(layers) - 1)), output],
        loss=loss,
        weights=[[tenths(units) for _ in range(inputs)] for inputs, units in layers],
        biases=[tenths(units) for _, units in layers],
        x=[[draw.randint(0, 2) for _ in range(sizes[0])] for _ in range(samples)],
        y=targets,
    )
    return render("task.toml.j2", {"d": contents})
