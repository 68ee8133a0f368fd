"""Training: NumPy and PyTorch agree, a plain script agrees with both, and what goes wrong is told in one line."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_lab.engine.network import graph
from backprop_lab.engine.worked import work
from backprop_lab.errors import DivergedError, NumberError
from backprop_lab.training.data import DataSet
from backprop_lab.training.loop import Framework, History, train, updates
from backprop_lab.training.preparing import Prepared
from tests.needs import needs, needs_torch
from tests.training.trainings import (
    CASE_STUDY,
    ORCHARD,
    classification,
    farthest,
    last,
    prepared,
    regression,
    trained,
)

CLASSIFIER = {"network": {"units": [5, 3], "activations": ["relu", "softmax"], "loss": "cross_entropy"}}


def diabetes(rows: int) -> DataSet:
    """Return rows of scikit-learn's diabetes set, standardised."""
    try:
        from sklearn.datasets import load_diabetes
    except ImportError:
        needs(False, "scikit-learn is not installed")
    found = load_diabetes(scaled=False)
    x, y = found.data[:rows], found.target[:rows, None]
    x, y = (x - x.mean(axis=0)) / x.std(axis=0), (y - y.mean()) / y.std()
    return DataSet(x, y, None, tuple(found.feature_names), ("progression",))


TASK_4 = {
    "network.units": [16, 1],
    "update.learning_rate": Decimal("0.01"),
    "training": {"epochs": 1000, "batch_size": 8, "seed": 42},
}


def assert_frameworks_agree(run: Prepared, within: float) -> None:
    for ours, theirs in zip(train(run, "numpy"), train(run, "torch"), strict=True):
        assert farthest(ours.parameters, theirs.parameters) <= within
        assert farthest(ours.velocities, theirs.velocities) <= within
        for found, expected in zip(ours.epochs[-1:], theirs.epochs[-1:], strict=True):
            assert found.accuracy == expected.accuracy
            assert found.validation_accuracy == expected.validation_accuracy
            assert found.watched == pytest.approx(expected.watched, rel=1e-10, abs=1e-10)
            assert found.loss == pytest.approx(expected.loss, rel=1e-10, abs=1e-10)


def test_task_4_is_the_same_in_both_frameworks_after_1000_epochs() -> None:
    """On 60 of the 442 rows, for PyTorch's sake: with a last batch that is smaller, 8,000 updates."""
    needs_torch()
    run = prepared(diabetes(60), TASK_4)
    ours, theirs = trained(run, "numpy"), trained(run, "torch")
    assert ours.update == theirs.update == 8000
    assert farthest(ours.parameters, theirs.parameters) <= 1e-10
    assert max(abs(a.loss - b.loss) for a, b in zip(ours.epochs, theirs.epochs, strict=True)) <= 1e-10
    assert ours.epochs[-1].loss < 0.8 * ours.epochs[0].loss


def test_task_4_comes_down_to_the_least_squares_on_all_rows() -> None:
    """Two linear layers can do no better than linear regression, and 1000 epochs come near to it."""
    data = diabetes(442)
    columns = np.column_stack([data.x, np.ones(len(data.x))])
    best = np.linalg.lstsq(columns, data.y)[1].item() / len(data.x)
    state = trained(prepared(data, TASK_4))
    assert state.update == 56 * 1000
    assert best < state.epochs[-1].loss < 1.05 * best


def test_the_case_study_is_the_same_in_both_frameworks_after_100_epochs() -> None:
    needs_torch()
    assert_frameworks_agree(prepared(ORCHARD, CASE_STUDY), 1e-10)


def test_a_plain_script_with_the_same_seed_trains_the_same_run() -> None:
    needs_torch()
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    torch.manual_seed(42)
    model = torch.nn.Linear(3, 2).double()
    criterion = torch.nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0001, momentum=0.9)
    loader = DataLoader(TensorDataset(torch.tensor(ORCHARD.x), torch.tensor(ORCHARD.y)), 3, shuffle=True)
    losses = []
    for _ in range(100):
        batches = []
        for x, y in loader:
            loss = criterion(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            batches.append(loss.item())
        losses.append(sum(batches) / len(batches))
    state = trained(prepared(ORCHARD, CASE_STUDY))
    assert np.abs(state.parameters["W1"].T - model.weight.detach().numpy()).max() <= 1e-10
    assert np.abs(state.parameters["b1"][0] - model.bias.detach().numpy()).max() <= 1e-10
    assert np.abs(np.array([epoch.loss for epoch in state.epochs]) - losses).max() <= 1e-8


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_every_optimiser_agrees_with_pytorch_over_50_updates(data: st.DataObject) -> None:
    needs_torch()
    kind = data.draw(st.sampled_from(["plain", "momentum", "dampening", "nesterov"]))
    update: dict[str, Any] = {"learning_rate": Decimal("0.02"), "biases": data.draw(st.booleans())}
    if kind != "plain":
        update["momentum"] = data.draw(st.sampled_from([Decimal("0.5"), Decimal("0.9")]))
    if kind == "dampening":
        update["dampening"] = Decimal("0.3")
    update["nesterov"] = kind == "nesterov"
    update["weight_decay"] = data.draw(st.sampled_from([Decimal(0), Decimal("0.1")]))
    activations = data.draw(
        st.lists(st.sampled_from(["identity", "sigmoid", "tanh", "leaky_relu", "relu"]), max_size=2)
    )
    update["frozen"] = data.draw(
        st.lists(st.integers(1, len(activations) + 1), max_size=len(activations), unique=True)
    )
    units = [data.draw(st.integers(1, 5)) for _ in activations]
    rows = regression(20, 3, 2, kept=4, seed=data.draw(st.integers(0, 100)))
    network = {
        "units": [*units, 2],
        "activations": [*activations, "identity"],
        "loss": data.draw(st.sampled_from(["mean_squared_error", "squared_error", "half_squared_error"])),
        "has_biases": data.draw(st.booleans()),
    }
    settings = {"epochs": 13, "batch_size": 4, "seed": data.draw(st.integers(0, 100))}
    run = prepared(rows, {"network": network, "update": update, "training": settings})
    assert run.updates_per_epoch * 13 >= 50
    assert_frameworks_agree(run, 1e-12)


@pytest.mark.parametrize("momentum", [Decimal(0), Decimal("0.9")])
def test_a_classifier_agrees_with_pytorch_and_learns(momentum: Decimal) -> None:
    needs_torch()
    settings = {"epochs": 30, "batch_size": 7, "seed": 2}
    run = prepared(classification(60, kept=15), CLASSIFIER | {"update.momentum": momentum, "training": settings})
    assert_frameworks_agree(run, 1e-10)
    epoch = trained(run).epochs[-1]
    assert epoch.accuracy is not None
    assert epoch.accuracy > 0.85
    assert epoch.validation_accuracy is not None
    assert epoch.validation_accuracy > 0.7


@pytest.mark.parametrize(
    ("loss", "output"),
    [("binary_cross_entropy", "sigmoid"), ("binary_cross_entropy_with_logits", "identity")],
)
def test_a_single_output_classifies_by_its_side_of_a_half(loss: str, output: str) -> None:
    needs_torch()
    x = np.array([[place / 10 - 0.95] for place in range(20)])
    data = DataSet(x, np.where(x > 0.3, 1.0, 0.0), None, ("x",), ("y",))
    network = {"units": [1], "activations": [output], "loss": loss}
    run = prepared(data, {"network": network, "update.learning_rate": 1, "training.epochs": 60})
    assert_frameworks_agree(run, 1e-10)
    assert trained(run).epochs[-1].accuracy == 1.0
    mean = {"network": network | {"activations": ["identity"], "loss": "mean_squared_error"}}
    assert trained(prepared(data, mean)).epochs[-1].accuracy is None


@pytest.mark.parametrize(
    ("loss", "output", "criterion", "argument"),
    [
        ("mean_squared_error", "identity", "MSELoss", "identity"),
        ("absolute_error", "identity", "L1Loss", "identity"),
        ("cross_entropy", "softmax", "CrossEntropyLoss", "identity"),
        ("cross_entropy_with_logits", "identity", "CrossEntropyLoss", "identity"),
        ("binary_cross_entropy", "sigmoid", "BCELoss", "sigmoid"),
        ("binary_cross_entropy_with_logits", "identity", "BCEWithLogitsLoss", "identity"),
        ("negative_log_likelihood", "log_softmax", "NLLLoss", "log_softmax"),
    ],
)
@pytest.mark.parametrize("framework", ["numpy", "torch"])
def test_a_loss_is_the_mean_that_pytorchs_class_has_by_default(
    loss: str, output: str, criterion: str, argument: str, framework: Framework
) -> None:
    needs_torch()
    import torch

    data = classification(6, classes=3)
    network = {"units": [3], "loss": loss, "activations": [output]}
    run = prepared(data, {"network": network, "training": {"epochs": 1, "batch_size": 6, "shuffle": False}})
    outputs = torch.tensor(data.x @ run.parameters["W1"] + run.parameters["b1"])
    if argument != "identity":
        outputs = torch.log_softmax(outputs, dim=1) if argument == "log_softmax" else torch.sigmoid(outputs)
    targets = torch.tensor(data.y)
    expected = getattr(torch.nn, criterion)()(outputs, targets.argmax(dim=1) if criterion == "NLLLoss" else targets)
    assert trained(run, framework).epochs[0].loss == pytest.approx(expected.item(), rel=1e-13)


DROPPING = {
    "network": {
        "units": [30, 20, 2],
        "activations": ["relu", "tanh", "identity"],
        "loss": "mean_squared_error",
        "dropout": [0.5, 0.2, 0],
    },
    "update.momentum": Decimal("0.9"),
    "update.learning_rate": Decimal("0.01"),
}


def test_units_are_dropped_by_the_same_masks_in_both_frameworks_and_kept_in_evaluation() -> None:
    needs_torch()
    data = regression(40, 3, 2, kept=8)
    run = prepared(data, DROPPING | {"training": {"epochs": 8, "batch_size": 5, "seed": 4}})
    assert_frameworks_agree(run, 1e-12)
    state = trained(run)
    W1, b1, W2, b2, W3, b3 = state.parameters.values()
    assert data.validation_x is not None
    assert data.validation_y is not None
    outputs = np.tanh(np.maximum(data.validation_x @ W1 + b1, 0) @ W2 + b2) @ W3 + b3
    assert state.epochs[-1].validation_loss == pytest.approx(np.square(outputs - data.validation_y).mean(), rel=1e-12)


def test_what_is_kept_of_a_layer_is_scaled_up_as_by_pytorchs_dropout() -> None:
    """The first update is worked by hand from its masks."""
    run = prepared(regression(40, 3, 2), DROPPING | {"training": {"epochs": 1, "batch_size": 40, "seed": 4}})
    (update,) = updates(run)
    W1, b1, W2, b2, W3, b3 = update.parameters.values()
    kept = np.maximum(update.x @ W1 + b1, 0) * update.masks["mask1"] / 0.5
    outputs = np.tanh(kept @ W2 + b2) * update.masks["mask2"] / 0.8 @ W3 + b3
    assert trained(run).epochs[0].loss == pytest.approx(np.square(outputs - update.y).mean(), rel=1e-12)


def test_the_loss_of_an_epoch_is_the_mean_over_its_batches_and_validation_comes_after_it() -> None:
    data = regression(11, kept=3)
    run = prepared(data, {"network.units": [1], "training": {"epochs": 1, "batch_size": 3, "seed": 4}})
    losses = [
        work(graph(run.network(len(update.x))), {**run.scalars, **update.parameters, "x": update.x, "y": update.y})
        .values["L"]
        .item()
        for update in updates(run)
    ]
    state = trained(run)
    assert len(losses) == 3
    assert state.epochs[0].loss == pytest.approx(sum(losses) / 3, rel=1e-14)
    assert data.validation_x is not None
    assert data.validation_y is not None
    after = data.validation_x @ state.parameters["W1"] + state.parameters["b1"]
    assert state.epochs[0].validation_loss == pytest.approx(np.square(after - data.validation_y).mean(), rel=1e-14)


def test_updates_are_what_each_one_starts_from() -> None:
    """Worked by the engine, each leads to the next; the last leads to where the training ends."""
    run = prepared(regression(10), {"update.momentum": Decimal("0.9"), "update.nesterov": True})
    seen = list(updates(run))
    assert [update.number for update in seen] == list(range(1, 10))
    assert [update.epoch for update in seen] == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    state = trained(run)
    ends = [(update.parameters, update.velocities) for update in seen[1:]] + [(state.parameters, state.velocities)]
    for update, (parameters, velocities) in zip(seen, ends, strict=True):
        assert np.array_equal(update.x, run.data.x[update.rows])
        assert np.array_equal(update.y, run.data.y[update.rows])
        givens = {**run.scalars, **update.parameters, "x": update.x, "y": update.y}
        givens |= {f"{name}_old": velocity for name, velocity in update.velocities.items()}
        values = work(graph(run.network(len(update.x)), first_pass=update.number == 1), givens).values
        assert farthest({name: values[f"{name}_new"] for name in parameters}, parameters) <= 1e-14
        assert farthest({name: values[name] for name in velocities}, velocities) <= 1e-14


def test_one_batch_is_overfitted() -> None:
    settings = {"epochs": 2000, "batch_size": 5, "batches": 1, "shuffle": False}
    network = {"units": [16, 1], "activations": ["tanh", "identity"], "loss": "mean_squared_error"}
    changes = {"network": network, "training": settings, "update.momentum": Decimal("0.9")}
    state = trained(prepared(regression(20), changes))
    assert state.update == 2000
    assert state.epochs[-1].loss < 1e-6


def test_frozen_layers_and_biases_stay_as_they_are() -> None:
    run = prepared(regression(), {"update.frozen": [1], "update.biases": False, "update.momentum": Decimal("0.5")})
    state = trained(run)
    for name, before in run.parameters.items():
        assert np.array_equal(state.parameters[name], before) == (name != "W2")
    assert [*state.velocities] == ["vW2"]


@pytest.mark.parametrize("kept", [0, 5])
def test_training_stops_early_when_the_loss_gets_no_better(kept: int) -> None:
    settings = {"epochs": 500, "batch_size": 4, "early_stopping": {"patience": 3, "least": 0.001}}
    *before, state = train(prepared(regression(20, kept=kept), {"training": settings}))
    assert state.stopped
    assert not any(earlier.stopped for earlier in before)
    assert state.epoch < 500
    watched = [epoch.watched for epoch in state.epochs]
    assert state.epoch == state.best_epoch + 3
    assert state.best_loss == watched[state.best_epoch - 1]
    assert min(watched[state.best_epoch :]) > state.best_loss - 0.001
    assert (state.epochs[0].validation_loss is None) == (kept == 0)
    assert list(train(prepared(regression(20), {"training": settings}), start=state)) == []


def test_the_states_of_a_run_keep_their_own_epochs_and_numbers() -> None:
    run = prepared(regression())
    first, second, third = train(run)
    assert [len(state.epochs) for state in (first, second, third)] == [1, 2, 3]
    assert tuple(third.epochs[:2]) == tuple(second.epochs)
    assert third.epochs[-1].number == 3
    with pytest.raises(IndexError):
        first.epochs[1]
    assert not np.array_equal(first.parameters["W1"], third.parameters["W1"])
    again = last(train(run, start=first))
    assert tuple(again.epochs) == tuple(third.epochs)
    assert len(second.epochs) == 2


def test_a_history_is_a_sequence_of_the_epochs_so_far() -> None:
    epochs = list(trained(prepared(regression())).epochs)
    history = History(epochs[:2])
    assert list(history) == epochs[:2]
    assert history[-1] == epochs[1]
    assert list(history[:1]) == epochs[:1]


@pytest.mark.parametrize("framework", ["numpy", "torch"])
def test_a_training_that_diverges_says_where_it_left_and_what_would_help(framework: Any) -> None:
    if framework == "torch":
        needs_torch()
    run = prepared(ORCHARD, CASE_STUDY | {"update.learning_rate": Decimal("0.01")})
    with pytest.raises(NumberError) as caught:
        trained(run, framework)
    assert isinstance(caught.value, DivergedError)
    update, epoch = caught.value.update, caught.value.epoch
    assert epoch == math.ceil(update / 5)
    message = str(caught.value)
    assert message.startswith(
        f"the training diverged: at update {update} (epoch {epoch}) the loss is no finite number"
    )
    assert message.endswith('with learning rate 0.01; try 0.001, or data.standardise = "inputs"')
    before = float(message.split("it was ")[1].split(" before")[0])
    assert 1e100 < before < math.inf
    seen = list(islice(updates(run), update))
    assert seen[-1].number == update
    with pytest.raises(DivergedError, match=f"update {update} "):
        list(updates(run))


def test_parameters_that_leave_at_the_last_update_are_told_of_too() -> None:
    changes = {"network.units": [1], "update.learning_rate": Decimal("1e99"), "training.epochs": 1}
    data = DataSet(np.full((4, 3), 1e99), np.full((4, 1), 1e150), None, ("a", "b", "c"), ("d",))
    changes |= {"network.weights": [[[0]] * 3], "data.standardise": "both"}
    with pytest.raises(DivergedError, match=r"at update 1 \(epoch 1\).* try 1e\+98$"):
        trained(prepared(data, changes))


def test_numpy_training_imports_no_pytorch() -> None:
    program = (
        "import sys; from tests.training.trainings import *; trained(prepared(regression()));"
        "assert not {'torch', 'sklearn', 'matplotlib', 'sympy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, env=os.environ | {"PYTHONPATH": str(Path.cwd())})
