from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from backprop_lab.errors import MissingExtraError
from backprop_lab.training.data import load_data
from backprop_lab.trainingtask import MakeRegression, TrainingDataTable
from tests.needs import needs_sklearn
from tests.training.data.told import complaint

Name = Literal["diabetes", "digits", "iris", "wine", "breast_cancer", "linnerud"]


@pytest.mark.parametrize("name", ["diabetes", "digits", "iris", "wine", "breast_cancer", "linnerud"])
def test_a_set_is_what_scikit_learn_loads(tmp_path: Path, name: Name) -> None:
    needs_sklearn()
    from sklearn import datasets

    expected = getattr(datasets, f"load_{name}")()
    data = load_data(TrainingDataTable(sklearn=name), tmp_path)

    assert np.array_equal(data.x, expected.data)
    assert np.array_equal(data.y, np.reshape(expected.target, (len(expected.target), -1)))
    assert (data.inputs, data.classes) == (tuple(expected.feature_names), None)
    assert len(data.targets) == data.y.shape[1]


@pytest.mark.parametrize(("name", "classes"), [("digits", 10), ("iris", 3), ("wine", 3), ("breast_cancer", 2)])
def test_classes_have_the_names_that_scikit_learn_gives_them(tmp_path: Path, name: Name, classes: int) -> None:
    needs_sklearn()
    from sklearn import datasets

    expected = getattr(datasets, f"load_{name}")()
    data = load_data(TrainingDataTable(sklearn=name, classes=True), tmp_path)

    assert data.classes == classes
    assert data.targets == tuple(map(str, expected.target_names))
    assert data.y.shape == (len(data.x), classes)
    assert np.array_equal(data.y.argmax(axis=1), expected.target)
    assert set(np.unique(data.y)) == {0, 1}


@pytest.mark.parametrize("targets", [1, 2])
def test_a_regression_set_is_made_as_scikit_learn_makes_it(tmp_path: Path, targets: int) -> None:
    needs_sklearn()
    from sklearn.datasets import make_regression

    x, y = make_regression(n_samples=20, n_features=4, n_targets=targets, noise=2.5, random_state=7)
    table = MakeRegression(samples=20, features=4, targets=targets, noise=2.5, seed=7)
    data = load_data(TrainingDataTable(make_regression=table), tmp_path)

    assert np.array_equal(data.x, x)
    assert np.array_equal(data.y, y.reshape(20, targets))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            MakeRegression(samples=1_000_000, features=1000),
            "samples, features and targets make more than 67,108,864 numbers; take fewer",
        ),
        (
            MakeRegression(features=100_000, samples=1, targets=1000),
            "samples, features and targets make more than 67,108,864 numbers; take fewer",
        ),
        (MakeRegression(noise=1e200), "noise: expected less, such as 10; 1e+200 makes targets beyond ±1e+100"),
    ],
)
def test_a_regression_set_has_its_bounds(tmp_path: Path, table: MakeRegression, message: str) -> None:
    needs_sklearn()
    assert complaint(tmp_path, TrainingDataTable(make_regression=table)) == f"data.make_regression: {message}"


def test_without_scikit_learn_its_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(MissingExtraError, match=r"scikit-learn is not installed.*backprop-lab\[data\]"):
        load_data(TrainingDataTable(sklearn="iris"), tmp_path)
