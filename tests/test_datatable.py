from __future__ import annotations

import copy
import math
from pathlib import Path
from typing import Any

import pytest

from backprop_lab.errors import TaskError
from backprop_lab.taskfile import load_training
from backprop_lab.trainingtask import TrainingTask
from tests.strategies import Tables, toml

VALID: Tables = {
    "kind": "training",
    "title": "A training task",
    "network": {"units": [4, 3], "loss": "mean_squared_error"},
    "data": {"csv": "rows.csv"},
    "update": {"learning_rate": 1},
    "training": {"epochs": 10, "batch_size": 8},
}
CROSS_ENTROPY = {"network.loss": "cross_entropy", "network.activations": ["relu", "softmax"]}
BINARY = {"network.loss": "binary_cross_entropy", "network.activations": ["relu", "sigmoid"], "network.units": [4, 1]}
SOURCES = "csv, npz, sklearn, make_regression, california_housing, mnist, x"
WITH_CLASSES = "sources with classes: csv, npz, mnist, x, digits, iris, wine, breast_cancer"
UNSCALED = 'expected "inputs" or "none", found "both"'
CHOSEN_TWICE = "is chosen twice; expected each as a feature or as a target, once"
ONE_UNIT = (
    "network.units: classes take one unit each in the last layer, found 1; "
    "for one output give targets of 0 and 1, without classes"
)


def loaded(folder: Path, data: Tables, changes: Tables) -> TrainingTask:
    """Write a task with this data and other values at dotted keys, and load it."""
    found = copy.deepcopy(VALID)
    found["data"] = data
    for key, value in changes.items():
        table, _, name = key.partition(".")
        found[table][name] = value
    (folder / "task.toml").write_text(toml(found))
    return load_training(folder / "task.toml")


@pytest.mark.parametrize(
    ("data", "changes"),
    [
        ({"csv": "rows.csv", "features": ["a", 2], "targets": ["b", "c"], "standardise": "both"}, {}),
        ({"csv": "rows.csv", "classes": True, "targets": ["kind"], "standardise": "inputs"}, CROSS_ENTROPY),
        ({"csv": "rows.csv", "targets": ["is_a", "is_b", "is_c"]}, CROSS_ENTROPY),
        ({"csv": "rows.csv"}, BINARY),
        ({"npz": "rows.npz"}, CROSS_ENTROPY),
        ({"npz": "rows.npz", "classes": True}, {}),
        ({"sklearn": "iris", "classes": True}, CROSS_ENTROPY),
        ({"sklearn": "breast_cancer"}, BINARY),
        ({"sklearn": "linnerud", "standardise": "both", "validation": 0.5, "split_seed": 1}, {}),
        ({"mnist": "mnist"}, CROSS_ENTROPY),
        ({"mnist": "mnist", "classes": True}, CROSS_ENTROPY),
        ({"make_regression": {"samples": 10}}, {}),
        ({"california_housing": "cal_housing.tgz"}, {}),
        ({"x": [[1, 2], [3, 4]], "y": [2, 0]}, CROSS_ENTROPY),
        ({"x": [[1, 2], [3, 4]], "y": [2, 0], "classes": True}, CROSS_ENTROPY),
        ({"x": [[1, 2], [3, 4]], "y": [[1, 0, 0], [0, 1, 0]]}, CROSS_ENTROPY),
    ],
)
def test_choices_that_go_together_load(tmp_path: Path, data: Tables, changes: Tables) -> None:
    task = loaded(tmp_path, data, changes)

    for key, value in data.items():
        found: Any = getattr(task.data, key)
        assert found is not None
        if isinstance(value, str | bool | float):
            assert found == value


@pytest.mark.parametrize(
    ("data", "changes", "message"),
    [
        ({}, {}, f"data: expected one source of rows ({SOURCES}), found none"),
        ({"csv": "a.csv", "mnist": "b"}, {}, f"data: expected one source of rows ({SOURCES}), found csv, mnist"),
        ({"x": [[1]]}, {}, "data: x and y go together"),
        (
            {"sklearn": "iris", "features": [0]},
            {},
            "data.features: chooses columns of a csv; the rows come from iris",
        ),
        ({"npz": "a.npz", "targets": ["y"]}, {}, "data.targets: chooses columns of a csv; the rows come from npz"),
        (
            {"csv": "a.csv", "targets": [-1]},
            {},
            "data.targets[0]: expected the number of a column, from 0, found -1",
        ),
        ({"csv": "a.csv", "features": [1, 1]}, {}, f"data.features: column 1 {CHOSEN_TWICE}"),
        ({"csv": "a.csv", "features": ["a"], "targets": ["a"]}, {}, f'data.features: column "a" {CHOSEN_TWICE}'),
        (
            {"csv": "a.csv", "split_seed": 1},
            {},
            "data.split_seed: draws the rows for validation; it goes with a share such as validation = 0.2",
        ),
        (
            {"csv": "a.csv", "classes": True, "standardise": "both"},
            {},
            f"data.standardise: the classes of csv stay 0 and 1; {UNSCALED}",
        ),
        (
            {"mnist": "mnist", "standardise": "both"},
            {},
            f"data.standardise: the classes of mnist stay 0 and 1; {UNSCALED}",
        ),
        (
            {"csv": "a.csv", "standardise": "both"},
            BINARY,
            f"data.standardise: binary_cross_entropy needs targets from 0 to 1; {UNSCALED}",
        ),
        (
            {"sklearn": "diabetes", "classes": True},
            {},
            f"data.classes: the targets of diabetes are quantities; {WITH_CLASSES}",
        ),
        (
            {"california_housing": "a.tgz", "classes": True},
            {},
            f"data.classes: the targets of california_housing are quantities; {WITH_CLASSES}",
        ),
        (
            {"csv": "a.csv", "classes": True, "targets": ["a", "b"]},
            {},
            "data.targets: expected one column, with the label of the class, found 2",
        ),
        (
            {"x": [[1]], "y": [[1]], "classes": True},
            {},
            "data.y: expected class indices such as [0, 2, 1], found rows of numbers; for these leave out classes",
        ),
        ({"csv": "a.csv", "classes": True}, BINARY, ONE_UNIT),
        ({"x": [[1], [2]], "y": [0, 1]}, BINARY, ONE_UNIT),
        ({"x": [[1]], "y": [3]}, CROSS_ENTROPY, "data.y[0]: expected a class index from 0 to 2, found 3"),
        ({"x": [[1], [2]], "y": [0, -1]}, {}, "data.y[1]: expected a class index from 0 to 2, found -1"),
        (
            {"csv": "a.csv", "targets": ["kind"]},
            CROSS_ENTROPY,
            "data.classes: cross_entropy needs the classes of csv; expected classes = true",
        ),
        (
            {"sklearn": "wine"},
            {"network.loss": "cross_entropy_with_logits"},
            "data.classes: cross_entropy_with_logits needs the classes of wine; expected classes = true",
        ),
        (
            {"sklearn": "digits"},
            CROSS_ENTROPY,
            "data.classes: cross_entropy needs the classes of digits; expected classes = true",
        ),
        (
            {"sklearn": "linnerud"},
            CROSS_ENTROPY,
            "network.loss: cross_entropy needs targets from 0 to 1; those of linnerud are quantities",
        ),
        (
            {"make_regression": {}},
            BINARY,
            "network.loss: binary_cross_entropy needs targets from 0 to 1; those of make_regression are quantities",
        ),
        (
            {"make_regression": {"noise": math.inf}},
            {},
            "data.make_regression.noise: expected a number <= 1e+100",
        ),
        ({"x": [[1], [2, 3]], "y": [0, 1]}, {}, "data.x[1]: expected 1 numbers as in the first row, found 2"),
        ({"x": [[1], [2]], "y": [[1], []]}, {}, "data.y[1]: expected 1 numbers as in the first row, found 0"),
        (
            {"x": [[1], [2]], "y": [[1]]},
            {},
            "data.y: expected 2 of them, one for each row of data.x, found 1",
        ),
        ({"x": [[1]], "y": [0, 1]}, {}, "data.y: expected 1 of them, one for each row of data.x, found 2"),
        ({"x": [], "y": []}, {}, "data.x: expected rows of numbers, found an empty matrix"),
    ],
)
def test_choices_that_do_not_go_together_are_told_with_the_key(
    tmp_path: Path, data: Tables, changes: Tables, message: str
) -> None:
    with pytest.raises(TaskError) as caught:
        loaded(tmp_path, data, changes)
    assert str(caught.value) == f"{tmp_path / 'task.toml'}: {message}"
