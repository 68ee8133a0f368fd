"""What a run starts from: PyTorch's initial weights and batches, and complaints about what does not fit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from backprop_lab.errors import TaskError
from backprop_lab.training.data import DataSet
from backprop_lab.training.preparing import parameter_counts
from backprop_lab.training.seeded import Draws
from tests.needs import needs_torch
from tests.training.trainings import CASE_STUDY, ORCHARD, classification, prepared, regression


def test_parameters_are_counted_layer_by_layer() -> None:
    """The course's network of 8, 4 and 2 has 46."""
    assert parameter_counts((8, 4, 2)) == (36, 10)
    assert parameter_counts((8, 4, 2), "without") == (32, 8)


def test_the_case_study_starts_from_the_weights_that_the_course_prints() -> None:
    parameters = prepared(ORCHARD, CASE_STUDY).parameters
    assert parameters["W1"].T.round(4).tolist() == [[0.4414, 0.4792, -0.1353], [0.5304, -0.1265, 0.1165]]
    assert parameters["b1"].round(4).tolist() == [[-0.2811, 0.3391]]


def test_initial_weights_that_are_given_take_the_place_of_drawn_ones_and_leave_the_draws_alone() -> None:
    weights = [[[Decimal("0.5")]] * 3]
    drawn = prepared(regression(), {"network.units": [1]})
    given = prepared(regression(), {"network.units": [1], "network.weights": weights})
    assert given.parameters["W1"].tolist() == [[0.5]] * 3
    assert np.array_equal(given.parameters["b1"], drawn.parameters["b1"])
    assert given.draws().shuffled(20).tolist() == drawn.draws().shuffled(20).tolist()


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("drop_last", [True, False])
@pytest.mark.parametrize("size", [1, 4, 7, 20])
def test_batches_are_those_of_a_data_loader(size: int, drop_last: bool, shuffle: bool) -> None:
    needs_torch()
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    data = regression(20)
    settings = {"batch_size": size, "drop_last": drop_last, "shuffle": shuffle, "epochs": 1, "seed": 5}
    run = prepared(data, {"network.units": [1], "training": settings})
    torch.manual_seed(5)
    torch.nn.Linear(3, 1)
    rows = TensorDataset(torch.tensor(data.x), torch.tensor(data.y), torch.arange(20))
    loader = DataLoader(rows, size, shuffle=shuffle, drop_last=drop_last)
    draws = run.draws()
    for _ in range(2):
        batches = list(run.batches(draws))
        assert len(batches) == run.updates_per_epoch
        assert sum(len(batch.x) for batch in batches) == run.rows_per_epoch
        for batch, (x, y, order) in zip(batches, loader, strict=True):
            assert batch.rows.tolist() == order.tolist()
            assert np.array_equal(batch.x, x.numpy())
            assert np.array_equal(batch.y, y.numpy())


def test_only_the_first_batches_of_an_epoch_are_used_where_the_task_says_how_many() -> None:
    few = prepared(regression(20), {"training": {"batch_size": 8, "batches": 2, "epochs": 1, "seed": 3}})
    every = prepared(regression(20), {"training": {"batch_size": 8, "epochs": 1, "seed": 3}})
    found = [batch.rows.tolist() for batch in few.batches(Draws(3))]
    assert found == [batch.rows.tolist() for batch in every.batches(Draws(3))][:2]
    assert (few.rows_per_epoch, few.updates_per_epoch) == (16, 2)
    assert (every.rows_per_epoch, every.updates_per_epoch) == (20, 3)


def test_masks_follow_from_the_seed_and_the_update_and_drop_their_share() -> None:
    changes = {"network.units": [50, 40, 1], "network.dropout": [0.2, 0.5, 0]}
    run = prepared(regression(), changes)
    masks = run.masks(1, 200)
    assert {name: mask.shape for name, mask in masks.items()} == {"mask1": (200, 50), "mask2": (200, 40)}
    assert set(np.unique(np.concatenate([mask.ravel() for mask in masks.values()]))) == {0.0, 1.0}
    assert masks["mask1"].mean() == pytest.approx(0.8, abs=0.02)
    assert masks["mask2"].mean() == pytest.approx(0.5, abs=0.03)
    again, other = run.masks(1, 200), run.masks(2, 200)
    another = prepared(regression(), changes | {"training.seed": 2}).masks(1, 200)
    for name, mask in masks.items():
        assert np.array_equal(again[name], mask)
        for different in (other[name], another[name]):
            assert abs(np.corrcoef(different.ravel(), mask.ravel())[0, 1]) < 0.05


def test_the_numbers_behind_masks_are_those_of_every_version_of_numpy() -> None:
    """Raw output of a Philox generator is guaranteed to stay; written down once."""
    run = prepared(regression(), {"network.units": [8, 1], "network.dropout": [0.5, 0]})
    assert run.masks(3, 2)["mask1"].tolist() == [[0, 0, 1, 0, 1, 0, 0, 1], [1, 1, 0, 1, 0, 1, 1, 1]]


def test_the_masks_of_a_task_without_dropout_are_none() -> None:
    assert prepared(regression()).masks(1, 4) == {}


CLASSES = {"network.units": [3], "network.activations": ["softmax"], "network.loss": "cross_entropy"}
SHARES = DataSet(np.ones((4, 2)), np.full((4, 3), 0.5), None, ("a", "b"), ("c", "d", "e"))
BEYOND = DataSet(np.ones((4, 2)), np.full((4, 1), 1.5), None, ("a", "b"), ("c",))


@pytest.mark.parametrize(
    ("data", "changes", "complaint"),
    [
        (
            regression(20),
            {"training.batch_size": 21},
            "training.batch_size: expected at most 20, the rows that are trained on, found 21",
        ),
        (
            regression(),
            {"network.units": [4, 2]},
            "network.units[1]: expected one per target of the data, 1, found 2",
        ),
        (
            classification(),
            CLASSES | {"network.units": [4]},
            "network.units[0]: expected one per class, 3, found 4",
        ),
        (
            regression(),
            {"network.units": [10_000, 10_000, 1]},
            "network.units: expected at most 20,000,000 parameters, found 100,060,001",
        ),
        (
            regression(),
            {"update.frozen": [1, 2]},
            "update.frozen: every layer is frozen; expected one at least that is trained",
        ),
        (
            regression(),
            {"network.weights": [[[1]]]},
            "network.weights: expected one per layer, 2, found 1",
        ),
        (
            regression(),
            {"network.weights": [[[1, 2, 3, 4]] * 2, [[1]] * 4]},
            "network.weights[0]: expected 3 rows (one per input) of 4 numbers (one per unit), found 2 of 4",
        ),
        (
            regression(),
            {"network.weights": [[[1, 2, 3, 4], [1, 2], [1, 2]], [[1]] * 4]},
            "network.weights[0]: expected 3 rows (one per input) of 4 numbers (one per unit), found 3 of 2 or 4",
        ),
        (
            regression(),
            {"network.weights": [[], [[1]] * 4]},
            "network.weights[0]: expected 3 rows (one per input) of 4 numbers (one per unit), found 0 of none",
        ),
        (
            regression(),
            {"network.biases": [[1, 2, 3], [4]]},
            "network.biases[0]: expected 4 numbers, one per unit, found 3",
        ),
        (
            regression(),
            {"network.biases": [[1, 2, 3, 4], [4]], "network.has_biases": False},
            "network.biases: has_biases is false; leave one of the two out",
        ),
        (
            regression(),
            {"network.dropout": [0.5, 0.1]},
            "network.dropout[1]: nothing is dropped from the output; expected 0, found 0.1",
        ),
        (
            regression(),
            {"update.steps": 3},
            "update.steps: training.epochs says how long a training task trains; leave steps out",
        ),
        (
            classification(),
            {"network": {"units": [3], "activations": ["sigmoid"], "loss": "negative_log_likelihood"}},
            "network.activations[0]: negative_log_likelihood needs a log_softmax output, found sigmoid",
        ),
        (
            regression(),
            {"network.leaky_slope": 2},
            "network.leaky_slope: expected a number from 0 to 1, found 2.0",
        ),
        (
            SHARES,
            CLASSES,
            "data: cross_entropy needs classes, or targets that sum to 1; set classes = true",
        ),
        (
            BEYOND,
            {"network": {"units": [1], "activations": ["sigmoid"], "loss": "binary_cross_entropy"}},
            "data: binary_cross_entropy needs targets from 0 to 1, found 1.5; leave them unscaled",
        ),
    ],
)
def test_what_does_not_fit_is_named(data: DataSet, changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(TaskError) as caught:
        prepared(data, changes)
    assert str(caught.value) == complaint
