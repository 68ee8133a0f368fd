"""The data sets that come with scikit-learn, and the one that it makes."""

from __future__ import annotations

from typing import Any

import numpy as np

from backprop_lab.errors import MissingExtraError, TaskError
from backprop_lab.training.data.rows import LARGEST, MOST_NUMBERS, Rows, first_bad, numbered, one_hot, told_of
from backprop_lab.trainingtask import MakeRegression


def sklearn_rows(name: str, *, classes: bool) -> Rows:
    """Return the rows of scikit-learn's `load_NAME()`, as they come: pixels of `digits` are 0 to 16.

    Without `classes` the target is a column of numbers, which for a classification are its class indices. Raises
    MissingExtraError without scikit-learn.
    """
    found = getattr(_datasets(), f"load_{name}")()
    x = np.asarray(found.data, dtype=np.float64)
    inputs = tuple(map(str, found.feature_names))
    if classes:
        names = tuple(map(str, found.target_names))
        return Rows(x, one_hot(found.target, len(names)), inputs, names, len(names))
    y = np.asarray(found.target, dtype=np.float64).reshape(len(x), -1)
    return Rows(x, y, inputs, tuple(map(str, found.target_names)) if name == "linnerud" else ("target",))


def made_regression(table: MakeRegression) -> Rows:
    """Return what scikit-learn's `make_regression` makes; raise MissingExtraError without scikit-learn."""
    largest = max(table.samples * (table.features + table.targets), table.features * table.targets)
    with told_of("data.make_regression"):
        if largest > MOST_NUMBERS:
            raise TaskError(f"samples, features and targets make more than {MOST_NUMBERS:,} numbers; take fewer")
        x, y = _datasets().make_regression(
            n_samples=table.samples,
            n_features=table.features,
            n_targets=table.targets,
            noise=table.noise,
            random_state=table.seed,
        )
        y = y.reshape(len(x), -1)
        if first_bad(y) is not None:
            raise TaskError(f"noise: expected less, such as 10; {table.noise:g} makes targets beyond ±{LARGEST:g}")
    return Rows(x, y, numbered("x", table.features), numbered("y", table.targets))


def _datasets() -> Any:
    try:
        from sklearn import datasets
    except ImportError:
        raise MissingExtraError("scikit-learn", "data") from None
    return datasets
