"""What is seen of training programs, however they are written, against what NumPy makes of the same numbers."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from textwrap import dedent

import numpy as np
import pytest

from backprop_lab.limits import Limits
from backprop_lab.runs.recomputing import recompute
from backprop_lab.runs.watched import Run, Watched, WatchedUpdate
from backprop_lab.runs.watching import watch
from backprop_lab.sandbox import first_working, open_sandbox
from backprop_lab.sandbox.local import Local
from backprop_lab.sandbox.request import Sandbox
from backprop_lab.submissions.program import File, Program
from tests.needs import needs, needs_bubblewrap, needs_torch
from tests.sandbox.recorded import notebook, script

START = """\
import torch
from torch import nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
x = torch.randn(32, 3)
y = x @ torch.tensor([[0.5], [-0.25], [1.0]]) + 0.1
"""
NET = """\
net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
"""
LOOP = """\
for epoch in range(3):
    for start in range(0, 32, 8):
        optimizer.zero_grad()
        loss = criterion(net(x[start:start + 8]), y[start:start + 8])
        loss.backward()
        optimizer.step()
"""
MANNERS = {
    "Sequential, batches by hand": NET + LOOP,
    "a class and a DataLoader": """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(3, 4)
        self.fc2 = nn.Linear(4, 1)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
for epoch in range(3):
    for batch, (xb, yb) in enumerate(DataLoader(TensorDataset(x, y), batch_size=8, shuffle=True)):
        loss = F.mse_loss(net(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"{epoch} {batch} {loss.item():.4f}")
""",
    "functions": NET
    + """\
def train_epoch(model, step):
    for start in range(0, 32, 8):
        xb, yb = x[start:start + 8], y[start:start + 8]
        step.zero_grad(set_to_none=False)
        prediction = model(xb)
        mse = torch.mean((yb - prediction) ** 2)
        mse.backward()
        step.step()


def main():
    for _ in range(3):
        train_epoch(net, optimizer)


if __name__ == "__main__":
    main()
""",
    "a closure": NET
    + """\
for epoch in range(3):
    for start in range(0, 32, 8):
        def closure():
            optimizer.zero_grad()
            loss = criterion(net(x[start:start + 8]), y[start:start + 8])
            loss.backward()
            return loss
        optimizer.step(closure)
""",
    "tensors for layers": """\
W1 = torch.randn(3, 4, requires_grad=True)
b1 = torch.zeros(4, requires_grad=True)
W2 = torch.randn(4, 1, requires_grad=True)
b2 = torch.zeros(1, requires_grad=True)
optimizer = torch.optim.SGD([W1, b1, W2, b2], lr=0.05)
for epoch in range(3):
    for start in range(0, 32, 8):
        xb, yb = x[start:start + 8], y[start:start + 8]
        error = torch.clamp(xb @ W1 + b1, min=0) @ W2 + b2 - yb
        loss = (error * error).sum() / len(xb)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
""",
    "layers by themselves": """\
hidden, out = nn.Linear(3, 4), nn.Linear(4, 1)
optimizer = torch.optim.SGD([*hidden.parameters(), *out.parameters()], lr=0.05)
for epoch in range(3):
    for start in range(0, 32, 8):
        xb, yb = x[start:start + 8], y[start:start + 8].squeeze()
        loss = nn.functional.mse_loss(out(F.relu(hidden(xb))).squeeze(1), yb)
        hidden.zero_grad()
        out.zero_grad()
        loss.backward()
        optimizer.step()
""",
    "a trainer, in double precision": """\
class Trainer:
    def __init__(self, model, rate):
        self.model = model.double()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=rate)
        self.losses = []

    def fit(self, x, y, epochs):
        for _ in range(epochs):
            for xb, yb in zip(x.split(8), y.split(8)):
                self.model.train()
                loss = (self.model(xb) - yb).pow(2).mean()
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
                self.losses.append(loss.item())


Trainer(nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1)), 0.05).fit(x.double(), y.double(), 3)
""",
    "tensors changed in place": """\
W1 = torch.randn(3, 4, requires_grad=True)
b1 = torch.zeros(4, requires_grad=True)
W2 = torch.randn(4, 1, requires_grad=True)
b2 = torch.zeros(1, requires_grad=True)
for epoch in range(3):
    for start in range(0, 32, 8):
        xb, yb = x[start:start + 8], y[start:start + 8]
        loss = F.mse_loss(torch.relu(xb.mm(W1) + b1).mm(W2) + b2, yb)
        loss.backward()
        with torch.no_grad():
            for p in (W1, b1, W2, b2):
                p -= 0.05 * p.grad
                p.grad.zero_()
""",
    "tensors made anew": """\
W1, b1 = torch.randn(3, 4, requires_grad=True), torch.zeros(4, requires_grad=True)
W2, b2 = torch.randn(4, 1, requires_grad=True), torch.zeros(1, requires_grad=True)
for epoch in range(3):
    for start in range(0, 32, 8):
        xb, yb = x[start:start + 8], y[start:start + 8]
        loss = F.mse_loss(torch.relu(xb @ W1 + b1) @ W2 + b2, yb)
        dW1, db1, dW2, db2 = torch.autograd.grad(loss, [W1, b1, W2, b2])
        W1 = (W1 - 0.05 * dW1).detach().requires_grad_()
        b1 = (b1 - 0.05 * db1).detach().requires_grad_()
        W2 = (W2 - 0.05 * dW2).detach().requires_grad_()
        b2 = (b2 - 0.05 * db2).detach().requires_grad_()
""",
}
SECONDS = 60.0
LOCAL = Local()
PLACE: list[Sandbox] = [LOCAL]


@pytest.fixture(scope="module", autouse=True)
def place() -> Iterator[None]:
    """Let programs run in bubblewrap, where it works, with PyTorch at hand: most tests are of what is seen."""
    needs_torch()
    with open_sandbox(first_working(("bubblewrap", "none"))) as opened:
        PLACE[:] = [opened]
        yield


def run(program: Program | str, sandbox: Sandbox | None = None, seconds: float = SECONDS, seed: int = 1) -> Run:
    whole = script(program) if isinstance(program, str) else program
    return watch(whole, sandbox=sandbox or PLACE[0], limits=Limits().lasting(seconds), seed=seed)


def watched(program: Program | str) -> Watched:
    """Watch a program that is to end well."""
    done = run(program)
    assert done.status == "ok", done.crash
    return done.watched


def trained(text: str) -> Watched:
    return watched(START + dedent(text))


def predicted(update: WatchedUpdate) -> np.ndarray:
    """Return what the operations make of the batch and the parameters before the update."""
    assert update.x is not None
    value = update.x.array
    for operation in update.operations:
        match operation.kind:
            case "linear":
                weight = update.before[operation.weight].array
                value = value @ (weight if operation.inputs_first else weight.T)
                value = value + (update.before[operation.bias].array if operation.bias else 0)
            case "relu":
                value = np.maximum(value, 0)
            case "leaky_relu":
                value = np.where(value > 0, value, value * float(operation.slope or 0))
            case "sigmoid":
                value = 1 / (1 + np.exp(-value))
            case "tanh":
                value = np.tanh(value)
            case "softmax" | "log_softmax":
                value = np.exp(value) / np.exp(value).sum(-1, keepdims=True)
                value = np.log(value) if operation.kind == "log_softmax" else value
            case "dropout":
                assert operation.factor is not None
                value = value * operation.factor.array
            case kind:
                assert kind == "reshape"
    assert update.prediction is not None
    return value.reshape(update.prediction.shape)


@pytest.mark.parametrize("manner", MANNERS)
def test_each_update_is_that_of_its_batch_however_it_is_written(manner: str) -> None:
    """Prediction, loss and parameters after the update follow from what is told of the update."""
    found = trained(MANNERS[manner])

    assert (found.updates, found.backwards, found.cleared, found.batches) == (12, 12, 12, {8: 12})
    assert found.rows == 32
    assert len(found.seen) == 10
    assert [number for number, _ in found.losses] == list(range(1, 13))
    for update in found.seen:
        assert (update.loss, update.reduction) == ("mean_squared_error", "mean")
        assert (update.scale, update.backwards, update.cleared) == (1.0, 1, True)
        assert [one.kind for one in update.operations if one.kind != "reshape"] == ["linear", "relu", "linear"]
        assert update.prediction is not None
        assert update.target is not None
        np.testing.assert_allclose(update.prediction.array, predicted(update), rtol=1e-4, atol=1e-5)
        loss = np.mean((update.prediction.array - update.target.array) ** 2)
        assert update.value == pytest.approx(loss, rel=1e-4)
        assert update.before.keys() == update.gradients.keys() == update.after.keys()
        for name, before in update.before.items():
            step = before.array - 0.05 * update.gradients[name].array
            np.testing.assert_allclose(update.after[name].array, step, rtol=1e-5, atol=1e-6)
    last = found.seen[-1]
    if last.number == 12:
        assert found.last == last.after


def test_rows_are_those_of_the_data() -> None:
    found = trained(NET + LOOP + "print(x.tolist())")
    assert found.x is not None
    assert found.y is not None
    np.testing.assert_allclose(found.x.array @ [[0.5], [-0.25], [1.0]] + 0.1, found.y.array, rtol=1e-5, atol=1e-6)
    assert len({tuple(row) for row in found.x.array}) == 32


def test_names_are_those_of_the_module_and_of_variables() -> None:
    assert list(trained(MANNERS["a class and a DataLoader"]).last) == [
        "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias",
    ]  # fmt: skip
    assert list(trained(MANNERS["tensors for layers"]).last) == ["W1", "b1", "W2", "b2"]
    assert {layer.name for layer in trained(MANNERS["layers by themselves"]).layers} == {"hidden", "out"}


LOSSES = {
    "nn.MSELoss()(p, y)": ("mean_squared_error", "mean", 1.0),
    "F.mse_loss(y, p)": ("mean_squared_error", "mean", 1.0),
    "nn.MSELoss(reduction='sum')(p, y)": ("squared_error", "sum", 1.0),
    "nn.MSELoss(reduction='none')(p, y).mean()": ("mean_squared_error", "mean", 1.0),
    "0.5 * nn.MSELoss()(p, y)": ("mean_squared_error", "mean", 0.5),
    "((p - y) ** 2).sum() / 2": ("squared_error", "sum", 0.5),
    "torch.square(y - p).mean()": ("mean_squared_error", "mean", 1.0),
    "nn.L1Loss()(p, y)": ("mean_absolute_error", "mean", 1.0),
    "nn.BCELoss()(torch.sigmoid(p), labels)": ("binary_cross_entropy", "mean", 1.0),
    "nn.BCEWithLogitsLoss()(p, labels)": ("binary_cross_entropy_with_logits", "mean", 1.0),
    "nn.CrossEntropyLoss()(q, classes)": ("cross_entropy", "mean", 1.0),
    "nn.CrossEntropyLoss()(q, F.one_hot(classes, 3).float())": ("cross_entropy", "mean", 1.0),
    "nn.CrossEntropyLoss(reduction='sum')(q, classes)": ("cross_entropy", "sum", 1.0),
    "nn.CrossEntropyLoss()(torch.softmax(q, 1), classes)": ("cross_entropy", "mean", 1.0),
    "nn.NLLLoss()(torch.log(torch.softmax(q, 1)), classes)": ("negative_log_likelihood", "mean", 1.0),
    "F.huber_loss(p, y)": ("huber", "mean", 1.0),
    "F.mse_loss(p, y) + 0.1 * (one.weight ** 2).sum()": ("AddBackward0", "mean", 1.0),
    "torch.exp(p).mean()": ("MeanBackward0", "mean", 1.0),
}


def test_losses_are_known_by_what_they_calculate() -> None:
    """One program back-propagates each of them through a model of its own."""
    steps = [
        f"""
one, three = nn.Linear(3, 1), nn.Linear(3, 3)
optimizer = torch.optim.SGD([*one.parameters(), *three.parameters()], lr=0.01)
p, q = one(x), three(x)
loss = {loss}
loss.backward()
optimizer.step()
"""
        for loss in LOSSES
    ]
    told: list[WatchedUpdate] = []
    for part in range(0, len(LOSSES), 5):
        few = "".join(steps[part : part + 5])
        told += trained("labels, classes = (y > 0).float(), (x[:, 0] > 0).long()\n" + few).seen

    assert {
        loss: (update.loss, update.reduction, round(update.scale or 0, 5))
        for loss, update in zip(LOSSES, told, strict=True)
    } == LOSSES


def test_activations_lead_from_the_batch_to_the_prediction() -> None:
    found = trained(
        """
        net = nn.Sequential(
            nn.Flatten(), nn.Linear(3, 4), nn.LeakyReLU(0.2), nn.Linear(4, 4, bias=False), nn.Tanh(), nn.Dropout(0.5),
            nn.Linear(4, 3), nn.Sigmoid(), nn.Identity(), nn.Linear(3, 2), nn.LogSoftmax(dim=1), nn.Softmax(dim=1),
        )
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
        for _ in range(3):
            loss = F.mse_loss(net(x), torch.cat([y, y], dim=1))
            loss.backward()
            optimizer.step()
        """
    )
    kinds = [
        "linear", "leaky_relu", "linear", "tanh", "dropout", "linear", "sigmoid", "linear", "log_softmax", "softmax",
    ]  # fmt: skip
    for update in found.seen:
        assert [operation.kind for operation in update.operations] == kinds
        assert update.operations[1].slope == pytest.approx(0.2)
        assert update.prediction is not None
        np.testing.assert_allclose(update.prediction.array, predicted(update), rtol=1e-4, atol=1e-5)
    assert (found.cleared, [update.cleared for update in found.seen]) == (1, [True, False, False])
    assert [bool(update.velocities) for update in found.seen] == [False, True, True]
    np.testing.assert_array_equal(
        found.seen[1].velocities["1.weight"].array, found.seen[0].gradients["1.weight"].array
    )


def test_a_notebook_that_trains_again_has_two_phases() -> None:
    found = watched(
        notebook(START, NET, LOOP, NET.replace("SGD", "Adam").replace("0.05", "0.01"), "\n" + LOOP),
    )
    assert [(phase.optimizer.kind, phase.updates, phase.first, phase.last) for phase in found.phases] == [
        ("SGD", 12, 1, 12),
        ("Adam", 12, 13, 24),
    ]
    assert found.phases[1].optimizer.learning_rate == 0.01
    assert {13, 14} <= {update.number for update in found.seen}
    assert {update.number: (update.cell, update.line) for update in found.seen}[1] == (3, 6)
    assert {update.number: (update.cell, update.line) for update in found.seen}[13] == (5, 7)


def test_two_models_with_an_optimizer_each() -> None:
    found = trained(
        """
        nets = [nn.Sequential(nn.Linear(3, width), nn.ReLU(), nn.Linear(width, 1)) for width in (4, 6)]
        optimizers = [torch.optim.SGD(nets[0].parameters(), lr=0.1), torch.optim.Adam(nets[1].parameters())]
        for epoch in range(5):
            for net, optimizer in zip(nets, optimizers):
                optimizer.zero_grad()
                F.mse_loss(net(x), y).backward()
                optimizer.step()
        """
    )
    assert [(phase.optimizer.kind, phase.updates, phase.batches) for phase in found.phases] == [
        ("SGD", 5, {32: 5}),
        ("Adam", 5, {32: 5}),
    ]
    assert {(layer.inputs, layer.units, layer.optimized) for layer in found.phases[1].layers if layer.reached} == {
        (3, 6, True),
        (6, 1, True),
    }


PAIR = """\
hidden, out = nn.Linear(3, 4), nn.Linear(4, 1)
optimizers = [torch.optim.SGD(layer.parameters(), lr=0.05, momentum=0.5) for layer in (hidden, out)]
for epoch in range(3):
    for start in range(0, 32, 8):
        hidden.zero_grad()
        out.zero_grad()
        loss = F.mse_loss(out(torch.relu(hidden(x[start:start + 8]))), y[start:start + 8])
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
"""


def test_steps_of_optimizers_that_share_no_parameter_are_one_update() -> None:
    found = trained(PAIR)
    assert (found.updates, found.backwards, found.batches) == (12, 12, {8: 12})
    (phase,) = found.phases
    assert [(layer.name, layer.optimized) for layer in phase.layers] == [("hidden", True), ("out", True)]
    for update in found.seen:
        names = ["hidden.weight", "hidden.bias", "out.weight", "out.bias"]
        assert list(update.optimizer.parameters) == names
        assert [(one.kind, one.parameters) for one in update.optimizer.others] == [("SGD", (names[2], names[3]))]
        assert bool(update.velocities) == (update.number > 1)
        assert recompute(update).cause is None


def test_a_second_step_of_an_optimizer_is_an_update_without_a_batch() -> None:
    found = trained(PAIR + "for optimizer in optimizers * 2:\n    optimizer.step()\n")
    assert (found.updates, found.backwards, found.batches) == (14, 12, {8: 12, 0: 2})


@pytest.mark.parametrize(
    ("start", "change", "resets"),
    [
        ("", "", 0),
        ("", "net.load_state_dict(first)", 12),
        ("    net.load_state_dict(first)\n", "", 2),
        ("", "for p in net.parameters(): p.data.clamp_(-0.2, 0.2)", 0),
        ("", "for p in net.parameters(): p.data *= 0.999", 0),
    ],
)
def test_parameters_that_come_back_to_what_they_were(start: str, change: str, resets: int) -> None:
    again = "first = {name: value.clone() for name, value in net.state_dict().items()}\n"
    loop = LOOP.replace("    for start", f"{start}    for start") + (f"        {change}\n" if change else "")
    after = "criterion(net(x), y).backward()\n"
    assert trained(NET + again + loop + after).resets == resets


LONG = LOOP.replace("range(3)", "range(300)")
ALWAYS_FIRST = LONG.replace("range(0, 32, 8)", "(0, 0, 0, 0)")


@pytest.mark.parametrize(
    ("batches", "rows", "least", "most"),
    [(LONG, 32, 24.0, 32.0), (ALWAYS_FIRST, 8, 8.0, 8.0), (LOOP + ALWAYS_FIRST, 32, 8.0, 8.4)],
)
def test_how_many_rows_the_batches_are_made_of(batches: str, rows: int, least: float, most: float) -> None:
    found = trained(NET + batches)
    assert found.rows == rows
    assert least <= found.even_rows <= most


def test_the_last_evaluation_of_a_training_is_known_by_the_updates_before() -> None:
    evaluation = "    if epoch == 1:\n        with torch.no_grad():\n            net(x)\n"
    for where, number in ((LOOP + evaluation, 8), (LOOP.replace("    for start", f"{evaluation}    for start"), 4)):
        assert (trained(NET + where).evaluated, trained(NET + where).quiet) == (number, 0)


def test_an_optimizer_made_anew_in_every_epoch_goes_on_with_its_phase() -> None:
    again = "        optimizer = torch.optim.SGD(net.parameters(), lr=0.05)\n"
    found = trained(NET + LOOP.replace("        optimizer.zero_grad()\n", again + "        net.zero_grad()\n"))
    assert [(phase.updates, phase.optimizer.kind) for phase in found.phases] == [(12, "SGD")]


def test_an_optimizer_that_holds_a_layer_which_was_replaced() -> None:
    found = trained(NET + "net[2] = nn.Linear(4, 1)\n" + LOOP)
    layers = {layer.name: (layer.reached, layer.optimized) for layer in found.layers}
    assert layers == {"0": (True, True), "2": (True, False)}
    assert found.cleared == 12
    update = found.seen[0]
    np.testing.assert_array_equal(update.before["2.weight"].array, update.after["2.weight"].array)


def test_a_layer_that_no_loss_reaches() -> None:
    found = trained(NET + "spare = nn.Sequential(nn.Linear(7, 7))\n" + LOOP)
    assert [(layer.inputs, layer.reached) for layer in found.layers] == [(3, True), (4, True), (7, False)]


def test_a_target_that_is_spread_over_the_predictions() -> None:
    """Both shapes are told, and prediction and target are as the program had them."""
    by_node = trained(NET + LOOP.replace("y[start:start + 8])", "y[start:start + 8, 0])"))
    by_hand = trained(NET + LOOP.replace("criterion(", "torch.square(").replace("]), y", "]) - y").replace(
        "y[start:start + 8])", "y[start:start + 8, 0]).mean()"))  # fmt: skip
    for found in (by_node, by_hand):
        assert found.broadcasts == ("(8, 1) (8,)",)
        assert found.rows == 32
        update = found.seen[0]
        assert update.loss == "mean_squared_error"
        assert update.prediction is not None
        np.testing.assert_allclose(update.prediction.array, predicted(update), rtol=1e-4, atol=1e-5)
    assert by_node.seen[0].target is not None
    assert by_node.seen[0].target.shape == (8,)


@pytest.mark.parametrize(
    ("end", "counted"),
    [
        ("net.eval()\nwith torch.no_grad():\n    net(x)\n", (1, 0)),
        ("with torch.inference_mode():\n    net(x)\n    net(x)\n", (2, 0)),
        ("print(net(x).shape)\n", (0, 1)),
        ("", (0, 0)),
    ],
)
def test_forward_passes_after_the_last_update_are_counted(end: str, counted: tuple[int, int]) -> None:
    found = trained(NET + LOOP + end)
    assert (found.quiet, found.loud) == counted


def test_scaled_arrays_that_no_update_has_seen() -> None:
    found = watched(
        dedent(
            """\
            import numpy as np
            import torch
            from torch import nn

            rng = np.random.default_rng(0)
            X = rng.normal(5, 3, (40, 3))
            y = X.sum(axis=1, keepdims=True)
            X_scaled = (X - X.mean(axis=0)) / X.std(axis=0)
            X_minmax = (X - X.min(axis=0)) / (X.max(axis=0) - X.min(axis=0))
            y_scaled = (y - y.mean()) / y.std()
            net = nn.Linear(3, 1)
            optimizer = torch.optim.SGD(net.parameters(), lr=0.001)
            x, t = torch.tensor(X, dtype=torch.float32), torch.tensor(y_scaled).float()
            for _ in range(5):
                loss = nn.functional.mse_loss(net(x), t)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            """
        )
    )
    assert [(array.name, array.rows, array.columns, array.line) for array in found.scaled] == [
        ("X_scaled", 40, 3, 8),
        ("X_minmax", 40, 3, 9),
    ]


def test_loaders_that_are_used_and_not_used() -> None:
    found = trained(
        NET
        + """\
train = DataLoader(TensorDataset(x, y), batch_size=8, shuffle=True, drop_last=True)
test = DataLoader(TensorDataset(x[:10], y[:10]), batch_size=10)
for epoch in range(2):
    for xb, yb in train:
        optimizer.zero_grad()
        criterion(net(xb), yb).backward()
        optimizer.step()
    with torch.no_grad():
        for xb, yb in test:
            net(xb)
"""
    )
    told = [(one.rows, one.batch_size, one.shuffle, one.drop_last, one.used) for one in found.loaders]
    assert told == [(32, 8, True, True, True), (10, 10, False, False, False)]
    assert found.quiet == 1


def test_a_backward_pass_outside_of_the_loop_is_counted_once() -> None:
    found = trained(NET + "loss = criterion(net(x), y)\nloss.backward()\nfor _ in range(6):\n    optimizer.step()\n")
    assert (found.updates, found.backwards, found.batches) == (6, 1, {32: 1, 0: 5})
    assert [update.backwards for update in found.seen] == [1, 0, 0, 0, 0, 0]
    assert [update.loss for update in found.seen[:2]] == ["mean_squared_error", ""]


def test_a_last_batch_whose_loss_has_another_graph_is_one_of_the_same_training() -> None:
    found = trained(
        NET.replace("lr=0.05", "lr=1e-9")
        + """\
for epoch in range(600):
    for xb, yb in ((x[:8], y[:8, 0]), (x[8:9], y[8:9, 0])):
        loss = criterion(net(xb).squeeze(), yb)
        loss.backward()
        optimizer.step()
"""
    )
    assert found.batches == {8: 600, 1: 600}
    assert (found.backwards, found.cleared) == (1200, 1)


def test_a_step_that_is_forgotten_leaves_backward_passes_alone() -> None:
    found = trained(NET + LOOP.replace("        optimizer.step()\n", ""))
    assert (found.updates, found.backwards, found.cleared, found.rows) == (0, 12, 12, 32)
    assert [(layer.reached, layer.optimized) for layer in found.layers] == [(True, False)] * 2


def test_evaluation_after_updates_by_hand() -> None:
    """The last of these updates is only known at the end, after what came behind it."""
    step = (
        "        with torch.no_grad():\n            for p in net.parameters():\n                p -= 0.05 * p.grad\n"
    )
    text = NET + LOOP.replace("        optimizer.step()\n", step) + "with torch.no_grad():\n    net(x)\n"
    found = trained(text)
    assert (found.updates, found.quiet, found.loud) == (12, 1, 0)
    assert [phase.optimizer.kind for phase in found.phases] == [""]


def test_loaders_made_alike_in_every_epoch_are_one() -> None:
    found = trained(
        NET
        + """\
for epoch in range(120):
    for xb, yb in DataLoader(TensorDataset(x, y), batch_size=16):
        optimizer.zero_grad()
        criterion(net(xb), yb).backward()
        optimizer.step()
"""
    )
    assert [(one.batch_size, one.used) for one in found.loaders] == [(16, True)]


def test_gradients_gathered_over_several_batches() -> None:
    text = LOOP.replace("        optimizer.zero_grad()\n", "").replace("        optimizer.step()\n", "")
    found = trained(NET + text + "    optimizer.step()\n    optimizer.zero_grad()\n")
    assert (found.updates, found.backwards, found.cleared, found.batches) == (3, 12, 3, {32: 3})
    assert [update.backwards for update in found.seen] == [4, 4, 4]


def test_later_updates_are_drawn_from_the_seed() -> None:
    text = START + NET + LOOP.replace("range(3)", "range(50)")
    first, again, other = (run(text, seed=seed).watched for seed in (1, 1, 2))
    numbers = [update.number for update in first.seen]
    assert numbers[:5] == [1, 2, 3, 4, 5]
    assert len(numbers) == 10
    assert numbers == [update.number for update in again.seen]
    assert numbers != [update.number for update in other.seen]


def test_a_large_network_is_counted_without_its_numbers() -> None:
    found = trained(NET.replace("4", "60000") + LOOP)
    assert (found.updates, found.rows, found.last) == (12, 32, {})
    assert [operation.kind for operation in found.seen[0].operations] == ["linear", "relu", "linear"]
    assert (found.seen[0].x, found.seen[0].before) == (None, {})


def test_numbers_that_are_not_finite_are_none() -> None:
    found = trained(NET.replace("0.05", "1e30") + LOOP)
    assert found.losses[-1][1] is None
    assert np.isnan(found.last["0.weight"].array).any()


def test_a_run_that_crashes_still_tells_what_was_seen() -> None:
    done = run(START + NET + LOOP + "net(x.reshape(3, 32))\n", LOCAL)
    assert done.status == "error"
    assert done.crash is not None
    assert (done.crash.type, done.crash.line) == ("RuntimeError", 18)
    assert (done.watched.updates, len(done.watched.seen), done.watched.rows) == (12, 10, 32)


def test_a_run_that_takes_too_long_still_tells_what_was_seen() -> None:
    done = run(START + NET + LOOP.replace("range(3)", "range(10**9)"), seconds=14)
    assert done.status == "timeout"
    assert len(done.watched.seen) == 10
    assert done.watched.updates > done.watched.seen[-1].number > 100
    assert done.watched.rows == 32


def test_a_program_without_training_shows_nothing() -> None:
    found = watched("import numpy as np\nw = np.zeros(3)\nw -= 0.1\n")
    assert found == Watched()


def test_with_what_labs_import() -> None:
    """A library that is missing and only decorates does not get in the way of those that are there."""
    needs(find_spec("sklearn") is not None, "scikit-learn is not installed")
    text = """\
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch import nn

houses = open("houses.csv").read()
input("Go on?")
X, y = load_diabetes(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
scaler = StandardScaler().fit(X_train)
x = torch.tensor(scaler.transform(X_train), dtype=torch.float32)
t = torch.tensor(y_train, dtype=torch.float32).reshape(-1, 1)
net = nn.Sequential(nn.Linear(10, 5), nn.Linear(5, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=0.001)
for epoch in range(2):
    for rows in torch.randperm(len(x)).split(8):
        loss = nn.functional.mse_loss(net(x[rows]), t[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
plt.plot([loss.item()])
plt.show()
"""
    done = run(script(text, (File("houses.csv", b"a,b\n1,2\n"),)))
    assert done.status == "ok", done.crash
    assert (done.watched.updates, done.watched.batches, done.watched.rows) == (84, {8: 82, 3: 2}, 331)
    assert done.watched.scaled == ()


def test_in_bubblewrap_as_without_a_sandbox() -> None:
    needs_bubblewrap()
    text = START + NET + LOOP
    with open_sandbox("bubblewrap") as bubblewrap:
        assert run(text, bubblewrap) == run(text, LOCAL)
