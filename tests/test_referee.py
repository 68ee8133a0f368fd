"""The referee: it is plain PyTorch, knows no formula of ours, and means what the conventions mean."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from msgspec.structs import replace

import backprop_lab.referee
from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.network import Activation, Loss, Network, Reduction, Update
from backprop_lab.errors import MissingExtraError
from backprop_lab.referee import referee
from tests.engine.networks import SEEDS, networks, random_givens

MODULES: dict[Activation, Any] = {
    "identity": torch.nn.Identity(),
    "sigmoid": torch.nn.Sigmoid(),
    "tanh": torch.nn.Tanh(),
    "relu": torch.nn.ReLU(),
    "leaky_relu": torch.nn.LeakyReLU(0.2),
    "softmax": torch.nn.Softmax(dim=1),
    "log_softmax": torch.nn.LogSoftmax(dim=1),
}


def sequential(network: Network, givens: dict[str, Array]) -> Any:
    """Build the network of torch.nn's modules."""
    layers: list[Any] = []
    for layer, activation in enumerate(network.activations, start=1):
        inputs, units = network.sizes[layer - 1 : layer + 1]
        linear = torch.nn.Linear(inputs, units, dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(givens[f"W{layer}"].T))
            linear.bias.copy_(torch.from_numpy(givens[f"b{layer}"][0]))
        layers += [linear, MODULES[activation]]
    return torch.nn.Sequential(*layers)


@pytest.mark.parametrize("reduction", ["sum", "mean", "mean_of_entries"])
@pytest.mark.parametrize(
    ("hidden", "output", "loss", "criterion"),
    [
        ("relu", "identity", "mean_squared_error", torch.nn.MSELoss()),
        ("tanh", "tanh", "squared_error", torch.nn.MSELoss(reduction="sum")),
        ("leaky_relu", "relu", "half_squared_error", lambda a, y: torch.nn.MSELoss(reduction="sum")(a, y) / 2),
        ("sigmoid", "sigmoid", "binary_cross_entropy", torch.nn.BCELoss(reduction="sum")),
        ("softmax", "softmax", "cross_entropy", lambda a, y: -(y * torch.log(a)).sum()),
        ("tanh", "identity", "absolute_error", torch.nn.L1Loss(reduction="sum")),
        ("relu", "softmax", "mean_squared_error", torch.nn.MSELoss()),
        ("log_softmax", "log_softmax", "negative_log_likelihood", lambda a, y: -(y * a).sum()),
        ("sigmoid", "softmax", "cross_entropy_with_logits", torch.nn.CrossEntropyLoss(reduction="sum")),
        ("tanh", "sigmoid", "binary_cross_entropy_with_logits", torch.nn.BCEWithLogitsLoss(reduction="sum")),
    ],
)
def test_it_trains_as_the_modules_and_sgd_of_pytorch_do(
    hidden: Activation, output: Activation, loss: Loss, criterion: Any, reduction: Reduction
) -> None:
    update = Update(momentum=True, dampening=True, weight_decay=True, frozen=frozenset({2}))
    network = Network((3, 4, 4, 2), (hidden, "tanh", output), loss, samples=5, reduction=reduction, update=update)
    givens = random_givens(network, seed=5) | {"leaky_slope": np.array([[0.2]])}
    model, x, y = sequential(network, givens), torch.from_numpy(givens["x"]), torch.from_numpy(givens["y"])
    number = {name: givens[name].item() for name in ("momentum", "dampening", "weight_decay")}
    trained = [parameter for index in (0, 4) for parameter in model[index].parameters()]
    optimizer = torch.optim.SGD(trained, lr=givens["learning_rate"].item(), **number)
    *updates, last = referee(network, givens, 3)
    for found in updates:
        optimizer.zero_grad()
        value = criterion(model(x), y)
        if loss != "mean_squared_error":
            value = value / {"sum": 1, "mean": 5, "mean_of_entries": 10}[reduction]
        value.backward()
        optimizer.step()
        assert found["L"] == pytest.approx(value.item(), rel=1e-12)
        for layer, linear in enumerate(model[::2], start=1):
            np.testing.assert_allclose(found[f"W{layer}_new"], linear.weight.detach().T, rtol=1e-12)
            np.testing.assert_allclose(found[f"b{layer}_new"][0], linear.bias.detach(), rtol=1e-12)
            if layer != 2:
                np.testing.assert_allclose(found[f"dW{layer}"], linear.weight.grad.T, rtol=1e-9, atol=1e-14)
                np.testing.assert_allclose(found[f"db{layer}"][0], linear.bias.grad, rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(last["a3"], model(x).detach(), rtol=1e-12)


def test_it_shares_no_formula_with_the_engine() -> None:
    tree = ast.parse(Path(backprop_lab.referee.__file__).read_text(encoding="utf-8"))
    imported = {
        (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("backprop_lab")
        for alias in node.names
    }
    assert imported == {
        ("backprop_lab.engine.network", "Activation"),
        ("backprop_lab.engine.network", "Network"),
        ("backprop_lab.errors", "MissingExtraError"),
    }


def test_dropout_multiplies_with_the_mask_that_it_is_given() -> None:
    network = Network((3, 2, 1), ("tanh", "identity"), "squared_error", samples=2, dropout=frozenset({0, 1}))
    givens = random_givens(network, seed=3)
    found, last = referee(network, givens)
    kept = givens["x"] * givens["mask0"] / (1 - givens["p0"])
    np.testing.assert_allclose(found["kept0"], kept, rtol=1e-15)
    hidden = np.tanh(kept @ givens["W1"] + givens["b1"]) * givens["mask1"] / (1 - givens["p1"])
    np.testing.assert_allclose(found["z2"], hidden @ givens["W2"] + givens["b2"], rtol=1e-12)
    np.testing.assert_allclose(found["dx"][givens["mask0"] == 0], 0)
    assert {"kept0", "kept1"} <= set(last)


LINE = Network((1, 1), ("tanh",), "squared_error", samples=2, update=None)
POINTS = {
    "x": np.array([[1.0], [2.0]]),
    "y": np.array([[0.5], [-0.5]]),
    "W1": np.array([[0.3]]),
    "b1": np.array([[0.1]]),
}


@pytest.mark.parametrize(("reduction", "share"), [("sum", 1), ("mean", 0.5)])
def test_the_error_convention_starts_the_backward_pass_with_the_error(reduction: Reduction, share: float) -> None:
    network = replace(LINE, output_delta="error", reduction=reduction)
    (found,) = referee(network, POINTS)
    error = np.tanh(POINTS["x"] * 0.3 + 0.1) - POINTS["y"]
    np.testing.assert_allclose(found["delta1"], share * error, rtol=1e-15)
    np.testing.assert_allclose(found["dW1"], POINTS["x"].T @ error * share, rtol=1e-15)
    np.testing.assert_allclose(found["db1"], [error.sum(axis=0) * share], rtol=1e-15)
    np.testing.assert_allclose(found["dx"], share * error * 0.3, rtol=1e-15)


def test_every_value_is_a_matrix_and_weights_stay_inputs_by_units() -> None:
    network = Network((3, 2), ("tanh",), "squared_error", samples=4)
    found, last = referee(network, random_givens(network, 1))
    assert {name: array.shape for name, array in found.items()} == {
        "z1": (4, 2), "a1": (4, 2), "error": (4, 2), "L": (1, 1), "delta1": (4, 2),
        "dW1": (3, 2), "db1": (1, 2), "dx": (4, 3), "W1_new": (3, 2), "b1_new": (1, 2),
    }  # fmt: skip
    assert set(last) == {"z1", "a1", "error", "L"}


@settings(max_examples=15)
@given(networks(update=True), SEEDS)
def test_it_leaves_the_givens_as_they_are(network: Network, seed: int) -> None:
    givens = random_givens(network, seed)
    list(referee(network, givens, 2))
    assert all(np.array_equal(givens[name], expected) for name, expected in random_givens(network, seed).items())


def test_values_of_an_earlier_update_do_not_change_later() -> None:
    network = Network((2, 2), ("tanh",), "squared_error", update=Update(momentum=True))
    passes = referee(network, random_givens(network, 9), 3)
    first = next(passes)
    kept = {name: array.copy() for name, array in first.items()}
    assert not np.array_equal(next(passes)["W1_new"], kept["W1_new"])
    assert all(np.array_equal(first[name], expected) for name, expected in kept.items())


def test_a_network_whose_every_layer_is_frozen_has_gradients_and_no_step() -> None:
    network = Network((2, 2), ("tanh",), "squared_error", update=Update(frozen=frozenset({1})))
    found, last = referee(network, random_givens(network, 2))
    assert "dW1" in found
    assert "W1_new" not in found
    assert last["L"] == found["L"]


def test_a_net_input_that_cancels_is_0_and_still_passes_the_gradient_on() -> None:
    givens = POINTS | {"x": np.array([[1.0]]), "y": np.array([[1.0]]), "b1": np.array([[-0.1 - 0.2]])}
    network = replace(LINE, samples=1)
    assert givens["W1"] + givens["b1"] != 0
    (found,) = referee(network, givens)
    assert found["z1"] == 0
    assert found["delta1"] == -2
    assert next(referee(replace(network, activations=("relu",)), givens))["delta1"] == 0


def test_without_pytorch_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError, match=r"PyTorch is not installed.*pip install \"backprop-lab\[torch\]\""):
        next(referee(LINE, POINTS))
