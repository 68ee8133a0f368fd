"""Predictions: the network's outputs in the units of the data, and the classes that they choose."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backprop_lab.engine.network import graph
from backprop_lab.engine.worked import work
from backprop_lab.tables import build_training
from backprop_lab.training.data import DataSet
from backprop_lab.training.predicting import class_names, confusion_counts, predicted
from backprop_lab.training.preparing import prepare
from tests.training.trainings import VALID, classification, prepared, regression, trained

CLASSES = {"network": {"units": [5, 3], "activations": ["relu", "softmax"], "loss": "cross_entropy"}}


def test_outputs_are_those_of_a_worked_pass() -> None:
    run = prepared(regression(kept=5))
    last = trained(run).parameters
    parts = predicted(run, last)
    assert list(parts) == ["training", "validation"]
    for part, x, y in (
        ("training", run.data.x, run.data.y),
        ("validation", run.data.validation_x, run.data.validation_y),
    ):
        assert x is not None
        assert y is not None
        built = graph(run.network(len(x), "evaluation"))
        expected = work(built, {"x": x, "y": y, **run.scalars, **last}).values["a2"]
        assert np.abs(parts[part].outputs - expected).max() < 1e-13
        assert np.array_equal(parts[part].targets, y)
        assert parts[part].classes is None


def test_predictions_are_in_the_units_of_the_data() -> None:
    rows = [[Decimal(100 * n)] for n in range(8)]
    tables: dict[str, Any] = VALID | {
        "network": {"units": [1], "loss": "mean_squared_error"},
        "data": {"x": [[n] for n in range(8)], "y": rows, "standardise": "both"},
        "training": {"epochs": 300, "batch_size": 4},
    }
    run = prepare(build_training(tables), Path())
    found = predicted(run, trained(run).parameters)["training"]
    assert np.allclose(found.targets[:, 0], [100 * n for n in range(8)])
    assert np.abs(found.outputs - found.targets).max() < 1


def test_accuracy_and_chosen_classes_agree() -> None:
    run = prepared(classification(kept=9), CLASSES)
    state = trained(run)
    found = predicted(run, state.parameters)["validation"].classes
    assert found is not None
    assert np.mean(found.right == found.chosen) == state.epochs[-1].validation_accuracy
    counts = confusion_counts(found, 3)
    assert counts.sum() == 9
    assert np.trace(counts) == np.count_nonzero(found.right == found.chosen)
    assert list(counts.sum(axis=1)) == [np.count_nonzero(found.right == one) for one in range(3)]


@pytest.mark.parametrize(
    ("loss", "activation"), [("binary_cross_entropy", "sigmoid"), ("binary_cross_entropy_with_logits", "identity")]
)
def test_one_output_is_a_yes_or_a_no(loss: str, activation: str) -> None:
    draw = np.random.default_rng(3)
    x = draw.normal(size=(40, 2))
    y = (x[:, :1] + 0.3 * draw.normal(size=(40, 1)) > 0.2).astype(float)
    data = DataSet(x[:30], y[:30], None, ("a", "b"), ("y",), x[30:], y[30:])
    run = prepared(data, {"network": {"units": [1], "activations": [activation], "loss": loss}})
    assert class_names(run) == ("0", "1")
    state = trained(run)
    found = predicted(run, state.parameters)["validation"].classes
    assert found is not None
    assert np.mean(found.right == found.chosen) == state.epochs[-1].validation_accuracy


def test_quantities_have_no_classes() -> None:
    assert class_names(prepared(regression())) == ()
    assert class_names(prepared(classification(), CLASSES)) == ("y0", "y1", "y2")
