"""Networks of any size as tasks."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np

from backprop_lab.engine.arithmetic import Array
from backprop_lab.tables import build_task
from backprop_lab.task import Task


def random_task(sizes: tuple[int, ...]) -> Task:
    """Return a task for a network of these sizes, with one sample and numbers of three decimals.

    Its weights turn without stretching, and the slopes of its activations are 1 and 0.9: numbers keep their size
    however deep it is. Where they vanish, lines need more digits, and take longer for that.
    """
    random = np.random.default_rng(sum(sizes))

    def turning(inputs: int, units: int) -> Array:
        return np.linalg.qr(random.normal(size=(max(inputs, units),) * 2))[0][:inputs, :units]

    def numbers(rows: Array) -> list[list[Any]]:
        return [[Decimal(f"{number:.3f}") for number in row] for row in rows]

    tables = {
        "title": f"{len(sizes) - 1} layers",
        "network": {
            "activations": ["leaky_relu"] * (len(sizes) - 1),
            "leaky_slope": Decimal("0.9"),
            "loss": "half_squared_error",
            "weights": [numbers(turning(*shape)) for shape in pairwise(sizes)],
            "biases": [numbers(random.normal(scale=0.1, size=(1, units)))[0] for units in sizes[1:]],
        },
        "data": {"x": numbers(random.normal(size=(1, sizes[0]))), "y": numbers(random.normal(size=(1, sizes[-1])))},
        "update": {"learning_rate": Decimal("0.1")},
    }
    return build_task(tables)
