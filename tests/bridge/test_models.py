"""A model of PyTorch as a task: the worked pass is the model's own forward, loss, gradients and step."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from backprop_lab import ModelError, TaskError, from_torch, load_task, solve, task_toml, verify
from backprop_lab.solution import Solution
from backprop_lab.task import Task
from tests.bridge.models import Case, random_case, stepped
from tests.command import command


def work(case: Case) -> Solution:
    return solve(from_torch(case.model, case.x, case.y, case.loss, case.optimizer))


def assert_agrees(case: Case, tolerance: float) -> None:
    solution = work(case)
    values = solution.first.values
    loss, output, found = stepped(case)
    assert math.isclose(solution.losses[0], loss, rel_tol=tolerance, abs_tol=tolerance)
    if not isinstance(case.loss, nn.CrossEntropyLoss | nn.BCEWithLogitsLoss):
        assert np.abs(values[f"a{solution.task.spec.depth}"] - output).max() <= tolerance
    for name, expected in found.items():
        scale = max(1.0, float(np.abs(expected).max()))
        assert np.abs(values[name] - expected).max() <= tolerance * scale, name


@pytest.mark.parametrize("seed", range(150))
def test_a_random_float64_model_is_worked_as_pytorch_does(seed: int) -> None:
    assert_agrees(random_case(seed), 1e-12)


@pytest.mark.parametrize("seed", range(1000, 1060))
def test_a_random_float32_model_is_worked_as_pytorch_does(seed: int) -> None:
    assert_agrees(random_case(seed, torch.float32), 1e-5)


@pytest.mark.parametrize("seed", range(2000, 2010))
def test_the_task_of_a_model_verifies(seed: int) -> None:
    case = random_case(seed)
    assert verify(from_torch(case.model, case.x, case.y, case.loss, case.optimizer)).agrees


def test_the_task_of_a_model_is_written_as_a_file_and_handed_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    case = random_case(7)
    task = from_torch(case.model, case.x, case.y, case.loss, case.optimizer)
    Path("mine.toml").write_text(task_toml(task), encoding="utf-8")
    assert load_task("mine.toml") == task
    finished = command("handout", "mine.toml", "--variants", 2, "--seed", 1, "--out", "handout")
    assert finished.status == 0, finished.messages
    assert Path("handout/key.csv").is_file()


class Chain(nn.Module):  # type: ignore[misc]
    """A model as students write it: layers in the constructor, functions in forward."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.fc2, self.out = nn.Linear(4, 3), nn.Linear(3, 3), nn.Linear(3, 1)

    def forward(self, x: Any) -> Any:
        x = x.view(x.size(0), -1)
        x = functional.dropout(functional.relu(self.fc1(x)), p=0.3, training=self.training)
        x = torch.tanh(self.fc2(x)).reshape(x.shape[0], 3)
        return torch.sigmoid(self.out(x)).squeeze(1)


def test_a_class_with_functions_and_reshapings_is_followed() -> None:
    torch.manual_seed(3)
    model = Chain().double()
    case = Case(
        model,
        torch.randn(6, 4, dtype=torch.float64),
        torch.tensor([0.0, 1, 1, 0, 1, 0], dtype=torch.float64),
        nn.BCELoss(),
        torch.optim.SGD(model.parameters(), lr=0.5),
    )
    task = from_torch(case.model, case.x, case.y, case.loss, case.optimizer)
    assert task.network.activations == ["relu", "tanh", "sigmoid"]
    values = solve(task).first.values
    loss, output, found = stepped(case)
    np.testing.assert_allclose(values["a3"][:, 0], output, rtol=1e-12)
    np.testing.assert_allclose(values["W1_new"], found["W1_new"], rtol=1e-12)
    assert math.isclose(values["L"].item(), loss, rel_tol=1e-12)


def linear(inputs: int = 2, units: int = 2, **settings: Any) -> Any:
    torch.manual_seed(1)
    return nn.Linear(inputs, units, **settings)


X, Y = [[0.1, -0.2], [0.3, 0.7]], [[1.0, 0.0], [0.25, 0.5]]


def task_of(*layers: Any, y: Any = Y, loss: Any = None, x: Any = X, **rest: Any) -> Task:
    return from_torch(nn.Sequential(*layers), x, y, loss or nn.MSELoss(), **rest)


def test_float32_numbers_become_their_shortest_decimals() -> None:
    layer = linear()
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[0.1, 0.2], [-0.3, 1e-7]]))
        layer.bias.copy_(torch.tensor([16777216.0, 0.7]))
    task = task_of(layer, x=torch.tensor(X))
    assert [[float(w) for w in row] for row in task.network.weights[0]] == [[0.1, -0.3], [0.2, 1e-7]]
    assert task.network.biases is not None
    assert list(map(float, task.network.biases[0])) == [16777216, 0.7]
    assert [list(map(float, row)) for row in task.data.x] == X


def test_without_an_optimizer_the_gradients_are_worked_and_nothing_is_updated() -> None:
    task = task_of(linear())
    assert task.update is None
    assert {"dW1", "db1", "dx"} <= set(solve(task).first.values)
    assert not any(step.phase == "update" for step in task.graph.steps)


@pytest.mark.parametrize(
    "model", [linear(), nn.Sequential(nn.Sequential(nn.Sequential(linear()), nn.Identity())), nn.Sequential(linear())]
)
def test_a_layer_alone_and_nested_ones_are_the_same_model(model: Any) -> None:
    assert from_torch(model, X, Y, nn.MSELoss()).network == task_of(linear()).network


@pytest.mark.parametrize(
    ("function", "module", "y"),
    [
        (functional.mse_loss, nn.MSELoss(), Y),
        (functional.l1_loss, nn.L1Loss(), Y),
        (functional.cross_entropy, nn.CrossEntropyLoss(), [1, 0]),
        (functional.binary_cross_entropy_with_logits, nn.BCEWithLogitsLoss(), Y),
    ],
)
def test_a_function_is_the_loss_that_its_module_is(function: Any, module: Any, y: Any) -> None:
    assert task_of(linear(), loss=function, y=y) == task_of(linear(), loss=module, y=y)


def test_a_single_sample_without_a_batch_is_a_batch_of_one() -> None:
    task = task_of(linear(), nn.Softmax(dim=0), x=[0.5, 1], y=[0.0, 1.0], loss=nn.L1Loss(reduction="sum"))
    assert task.sizes == (2, 2)
    assert len(task.data.x) == 1
    assert task_of(linear(), x=[0.5, 1], y=1, loss=nn.CrossEntropyLoss()).data.y.classes == (1,)


def test_one_hot_rows_of_whole_numbers_are_targets_of_a_cross_entropy() -> None:
    rows = task_of(linear(), y=np.array([[0, 1], [1, 0]]), loss=nn.CrossEntropyLoss()).data.y.rows
    assert [list(map(int, row)) for row in rows] == [[0, 1], [1, 0]]


def test_images_are_flattened_where_the_model_does_so() -> None:
    task = task_of(nn.Flatten(), linear(6, 2), x=torch.rand(2, 1, 2, 3))
    assert task.sizes == (6, 2)


def test_dropout_takes_the_masks_that_it_is_given_and_draws_none() -> None:
    layers = [nn.Dropout(0.5), linear(), nn.ReLU(), nn.Dropout(0.25), linear()]
    masks = [np.array([[1, 0], [0, 1]]), torch.tensor([[True, False], [True, True]])]
    state = torch.get_rng_state()
    task = task_of(*layers, masks=masks)
    assert [(table.layer, table.rate) for table in task.dropout] == [(0, Fraction(1, 2)), (1, Fraction(1, 4))]
    assert task.givens()["mask0"].tolist() == [[1, 0], [0, 1]]
    assert task.givens()["mask1"].tolist() == [[1, 0], [1, 1]]
    task_of(*layers)
    assert torch.equal(state, torch.get_rng_state())
    model = nn.Sequential(*layers).eval()
    assert from_torch(model, X, Y, nn.MSELoss()).dropout == []


def sgd(*parameters: Any, **settings: Any) -> Any:
    return torch.optim.SGD(parameters, **{"lr": 0.1, **settings})


def test_what_the_optimizer_does_not_train_is_frozen() -> None:
    one, two = linear(), linear()
    task = task_of(one, nn.Tanh(), two, optimizer=sgd(*two.parameters(), momentum=0.9, nesterov=True))
    assert task.update is not None
    assert (task.update.frozen, task.update.biases, float(task.update.momentum)) == ([1], True, 0.9)
    weights_only = task_of(one, nn.Tanh(), two, optimizer=sgd(one.weight, two.weight))
    assert weights_only.update is not None
    assert (weights_only.update.frozen, weights_only.update.biases) == ([], False)


def used_momentum() -> Any:
    layer = linear()
    optimizer = sgd(*layer.parameters(), momentum=0.9)
    layer(torch.tensor(X)).sum().backward()
    optimizer.step()
    return {"layers": [layer], "optimizer": optimizer}


class Skip(nn.Module):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(2, 2)

    def forward(self, x: Any) -> Any:
        return x + self.fc(x)


class Branching(Skip):
    def forward(self, x: Any) -> Any:
        return self.fc(x) if x.sum() > 0 else x


class Twice(Skip):
    def forward(self, x: Any) -> Any:
        return self.fc(torch.relu(self.fc(x)))


SUPPORTED = "Linear, ReLU, LeakyReLU, Sigmoid, Tanh, Softmax, LogSoftmax, Identity, Flatten, Dropout"


@pytest.mark.parametrize(
    ("model", "complaint"),
    [
        (nn.Sequential(linear(), nn.GELU()), f"model: 1 (GELU) is not supported; supported: {SUPPORTED}"),
        (nn.Sequential(nn.Conv2d(1, 1, 2)), f"model: 0 (Conv2d) is not supported; supported: {SUPPORTED}"),
        (nn.Sequential(linear(), nn.BatchNorm1d(2)), "1 (BatchNorm1d) is not supported"),
        (nn.Sequential(nn.ReLU(), linear()), "0 (ReLU) stands before the first Linear"),
        (nn.Sequential(linear(), nn.ReLU(), nn.Tanh()), "2 (Tanh) stands behind 1 (ReLU); expected a Linear between"),
        (nn.Sequential(linear(), nn.Dropout(), nn.ReLU()), "2 (ReLU) stands behind a dropout"),
        (nn.Sequential(linear(), nn.Dropout()), "has dropout behind its last layer"),
        (nn.Sequential(nn.Dropout(), nn.Dropout(), linear()), "1 (Dropout) stands behind another dropout"),
        (nn.Sequential(nn.Dropout(1.0), linear()), "0 (Dropout) drops everything"),
        (nn.Sequential(linear(), linear(3, 2)), "1 (Linear) takes 3 numbers, but the layer before gives 2"),
        (
            nn.Sequential(linear(), nn.LeakyReLU(0.1), linear(), nn.LeakyReLU(0.2)),
            "leaky ReLUs of different slopes (0.1 in 1 (LeakyReLU) and 0.2 in 3 (LeakyReLU))",
        ),
        (nn.Sequential(linear(), nn.Softmax(dim=0)), "1 (Softmax) has dim=0; expected dim=1"),
        (
            nn.Sequential(linear(), nn.Flatten(0)),
            "1 (Flatten) makes (2, 2) the shape (4,); expected a row per sample",
        ),
        (nn.Sequential(nn.Identity()), "model: has no Linear layer"),
        (Skip(), 'model: "add" does not take the output of the layer before; expected a chain of layers'),
        (Branching(), "model: its forward cannot be followed"),
        (Twice(), "fc (Linear) has the weights of fc (Linear); expected each layer once"),
        ("model.pt", "model: expected a torch.nn.Module, found str"),
    ],
)
def test_what_is_no_chain_of_supported_layers_is_named(model: Any, complaint: str) -> None:
    with pytest.raises(ModelError) as caught:
        from_torch(model, X, Y, nn.MSELoss())
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"x": [[0.1, math.nan], [0, 0]]}, "x[0, 1]: expected finite numbers, found nan"),
        (
            {"x": [[1.0, 2, 3], [1, 2, 3]]},
            "x: expected the shape (2,) or (samples, 2), as 0 (Linear) takes it, found",
        ),
        ({"x": torch.zeros(2, 1, 2)}, "x: expected the shape (2,) or (samples, 2)"),
        ({"x": "numbers"}, "x: expected a tensor or an array of numbers, found str"),
        ({"x": []}, "x: expected numbers, found the empty shape (0,)"),
        ({"y": [[1.0, math.inf], [0, 0]]}, "y[0, 1]: expected finite numbers, found inf"),
        (
            {"y": [1.0, 0.0]},
            "y: expected the shape of the model's output, (2, 2), found (2,): MSELoss would broadcast",
        ),
        ({"y": [[1.0]]}, "y: expected the shape of the model's output, (2, 2), found (1, 1)"),
        ({"y": [1.0, 0], "loss": nn.CrossEntropyLoss()}, "y: expected class indices (whole numbers) of shape (2,)"),
        ({"loss": nn.MSELoss(reduction="none")}, 'MSELoss with reduction="none"; expected "mean" or "sum"'),
        (
            {"loss": nn.CrossEntropyLoss(label_smoothing=0.1)},
            "CrossEntropyLoss with label_smoothing is not supported",
        ),
        ({"loss": nn.CrossEntropyLoss(ignore_index=0)}, "CrossEntropyLoss with ignore_index is not supported"),
        ({"loss": nn.NLLLoss(torch.ones(2))}, "NLLLoss with weight is not supported"),
        ({"loss": nn.BCEWithLogitsLoss(pos_weight=torch.ones(2))}, "BCEWithLogitsLoss with pos_weight is not"),
        ({"loss": nn.MSELoss}, "loss: expected MSELoss(), found the class MSELoss itself"),
        ({"loss": nn.HuberLoss()}, "loss: HuberLoss is not supported; supported: MSELoss, L1Loss, BCELoss"),
        ({"loss": lambda a, y: 0}, "loss: <lambda> is not supported"),
        ({"loss": nn.BCELoss()}, "BCELoss takes probabilities: end the model with Sigmoid; found no activation"),
        ({"loss": nn.NLLLoss()}, "NLLLoss takes log-probabilities: end the model with LogSoftmax"),
        ({"masks": [[[1, 0], [1, 1]]]}, "masks: expected one for each dropout in training, 0, found 1"),
        (
            {"layers": [nn.Dropout(), linear()], "masks": [[1, 0, 1]]},
            "masks[0]: expected the shape (2, 2), found (3,)",
        ),
        ({"layers": [nn.Dropout(), linear()], "masks": [[[2, 0], [0, 1]]]}, "masks[0]: expected a 0 for each unit"),
        (
            {"optimizer": torch.optim.Adam(linear().parameters())},
            "optimizer: Adam is not supported; supported: torch",
        ),
        ({"optimizer": sgd(*linear().parameters())}, "optimizer: holds none of the model's parameters"),
        (used_momentum(), "has momentum from earlier steps, which no task holds; expected a new one"),
    ],
)
def test_data_losses_and_optimizers_that_cannot_be_worked_are_told_in_one_line(
    given: dict[str, Any], complaint: str
) -> None:
    layers = given.get("layers", [linear()])
    rest = {key: value for key, value in given.items() if key != "layers"}
    with pytest.raises(ModelError) as caught:
        task_of(*layers, **rest)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def doubled(_module: Any, _inputs: Any, output: Any) -> Any:
    return 2 * output


def test_hooks_which_may_change_any_number_are_refused() -> None:
    layer = linear()
    for hook in (
        layer.register_forward_hook(doubled),
        layer.register_forward_pre_hook(lambda _module, inputs: inputs),
        layer.register_full_backward_hook(lambda _module, into, _out: into),
        layer.weight.register_hook(lambda gradient: 2 * gradient),
    ):
        with pytest.raises(ModelError, match=r"model: 0(.weight)? has hooks, which are not worked; remove them"):
            task_of(layer)
        hook.remove()
    task_of(layer)


def test_a_model_of_more_numbers_than_can_be_worked_is_refused() -> None:
    with pytest.raises(ModelError, match="model: has 1,002,000 weights and biases; expected at most 1,000,000"):
        from_torch(nn.Linear(500, 2000), np.zeros((1, 500)), np.zeros((1, 2000)), nn.MSELoss())


def test_targets_that_would_broadcast_against_a_column_are_told_how_to_be_one() -> None:
    with pytest.raises(ModelError, match=r"would broadcast the two to \(2, 2\); use y.unsqueeze\(1\)"):
        task_of(linear(2, 1), y=[0.5, 1.0])


def test_parts_of_a_layer_that_are_trained_alone_are_named() -> None:
    one, two = linear(), linear()
    with pytest.raises(ModelError, match=r"of 0 \(Linear\) it trains the weight and not the bias"):
        task_of(one, nn.ReLU(), two, optimizer=sgd(one.weight, *two.parameters()))
    groups = [{"params": one.parameters(), "lr": 0.1}, {"params": two.parameters(), "lr": 0.2}]
    with pytest.raises(ModelError, match=r"its groups differ in lr \(0.1, 0.2\)"):
        task_of(one, nn.ReLU(), two, optimizer=torch.optim.SGD(groups, lr=0.3))
    with pytest.raises(ModelError, match="maximize=True is not supported"):
        task_of(one, optimizer=sgd(*one.parameters(), maximize=True))


def test_a_class_index_that_there_is_not_is_told_as_in_a_task_file() -> None:
    with pytest.raises(TaskError, match=r"data.y\[1\]: expected a class index from 0 to 1, found 7"):
        task_of(linear(), y=[0, 7], loss=nn.CrossEntropyLoss())
