"""Small trainings: tables of a task, the data it is trained on, and runs to their end."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import numpy as np

from backprop_lab.engine.arithmetic import Array
from backprop_lab.tables import build_training
from backprop_lab.training.data import DataSet
from backprop_lab.training.loop import Framework, State, train
from backprop_lab.training.preparing import Prepared, prepare_with
from backprop_lab.trainingtask import TrainingTask

VALID: dict[str, Any] = {
    "kind": "training",
    "title": "A training",
    "network": {"units": [4, 1], "loss": "mean_squared_error"},
    "data": {"x": [[0]], "y": [[0]]},
    "update": {"learning_rate": Decimal("0.05")},
    "training": {"epochs": 3, "batch_size": 4, "seed": 1},
}
"""Its data stand for a set that is given directly."""

ORCHARD = DataSet(
    np.array([[73, 67, 43], [91, 88, 64], [87, 134, 58], [102, 43, 37], [69, 96, 70]] * 3, dtype=np.float64),
    np.array([[56, 70], [81, 101], [119, 133], [22, 37], [103, 119]] * 3, dtype=np.float64),
    None,
    ("temp", "rainfall", "humidity"),
    ("apples", "oranges"),
)
"""The case study of the course: 15 rows, of which each comes three times."""
CASE_STUDY = {
    "network.units": [2],
    "update.learning_rate": Decimal("0.0001"),
    "update.momentum": Decimal("0.9"),
    "training": {"epochs": 100, "batch_size": 3, "seed": 42},
}


def training(changes: Mapping[str, Any] | None = None) -> TrainingTask:
    """Return the valid task with other values at dotted keys."""
    tables = copy.deepcopy(VALID)
    for key, value in (changes or {}).items():
        *path, last = key.split(".")
        table = tables
        for part in path:
            table = table.setdefault(part, {})
        table[last] = value
    return build_training(tables)


def regression(rows: int = 20, inputs: int = 3, outputs: int = 1, *, kept: int = 0, seed: int = 0) -> DataSet:
    """Return noisy linear data, the last rows kept for validation."""
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(rows, inputs))
    y = x @ draw.normal(size=(inputs, outputs)) + 0.1 * draw.normal(size=(rows, outputs))
    return _set(x, y, None, kept)


def classification(rows: int = 30, inputs: int = 4, classes: int = 3, *, kept: int = 0, seed: int = 0) -> DataSet:
    """Return clouds of points, one for each class, with one-hot targets."""
    draw = np.random.default_rng(seed)
    labels = np.arange(rows) % classes
    x = 2 * draw.normal(size=(classes, inputs))[labels] + draw.normal(size=(rows, inputs))
    return _set(x, np.eye(classes)[labels], classes, kept)


def _set(x: Array, y: Array, classes: int | None, kept: int) -> DataSet:
    names = tuple(f"x{place}" for place in range(x.shape[1])), tuple(f"y{place}" for place in range(y.shape[1]))
    if not kept:
        return DataSet(x, y, classes, *names)
    return DataSet(x[:-kept], y[:-kept], classes, *names, x[-kept:], y[-kept:])


def prepared(data: DataSet, changes: Mapping[str, Any] | None = None) -> Prepared:
    return prepare_with(training(changes), data)


def trained(run: Prepared, framework: Framework = "numpy", *, start: State | None = None) -> State:
    """Return the last state of a run."""
    return last(train(run, framework, start=start))


def last(states: Iterable[State]) -> State:
    *_, found = states
    return found


def farthest(one: Mapping[str, Array], other: Mapping[str, Array]) -> float:
    """Return the largest difference between arrays of the same names."""
    assert one.keys() == other.keys()
    return max((float(np.abs(one[name] - other[name]).max()) for name in one), default=0.0)
