"""Training in NumPy against the same in PyTorch: the shapes of the shipped labs, and how it goes with the width.

There are two floors. The one is our own PyTorch loop, with the same batches in float64. The other is a script as it
is written in a course: `nn.Sequential`, a criterion, `optim.SGD` and a `DataLoader`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

import numpy as np

from backprop_lab.training.data import DataSet
from backprop_lab.training.loop import Framework, train
from backprop_lab.training.preparing import Prepared, prepare_with
from tests.benchmarks.measure import Row, against_floor, in_turns, table
from tests.training.trainings import farthest, trained, training

SAME = "the same loop in PyTorch"
SCRIPT = "a script with a DataLoader"
WIDTHS = (8, 16, 32, 64, 128, 256, 512, 1024)
HEADS = ("hidden units", "NumPy", SAME, "ratio", SCRIPT, "ratio", "that in float32", "ratio")


@dataclass(frozen=True)
class Shape:
    """A training: its rows, sizes, activations and loss, its batches, and how many epochs are timed."""

    name: str
    rows: int
    sizes: tuple[int, ...]
    batch_size: int
    epochs: int
    activations: tuple[str, ...]
    loss: str = "mean_squared_error"
    momentum: str = "0"
    rate: str = "0.01"

    @property
    def prepared(self) -> Prepared:
        """The training on random data of this shape."""
        random = np.random.default_rng(4)
        x, y = random.normal(size=(self.rows, self.sizes[0])), random.normal(size=(self.rows, self.sizes[-1]))
        if self.loss != "mean_squared_error":
            y = np.eye(max(2, self.sizes[-1]))[random.integers(self.sizes[-1], size=self.rows)][:, : self.sizes[-1]]
        changes = {
            "network": {"units": list(self.sizes[1:]), "activations": list(self.activations), "loss": self.loss},
            "update": {"learning_rate": Decimal(self.rate), "momentum": Decimal(self.momentum)},
            "training": {"epochs": self.epochs, "batch_size": self.batch_size, "seed": 42},
        }
        return prepare_with(training(changes), DataSet(x, y, None, (), ()))

    @property
    def updates(self) -> int:
        """How many updates are timed."""
        return -(-self.rows // self.batch_size) * self.epochs


# Without the rows for validation, which the script would evaluate in its own way.
LABS = (
    Shape("Laboratory Task 4", 80, (3, 4, 1), 8, 100, ("identity", "identity")),
    Shape("apples and oranges", 15, (3, 2), 3, 200, ("identity",), momentum="0.9"),
    Shape("overfitting one batch", 8, (4, 8, 1), 8, 1000, ("relu", "sigmoid"), "binary_cross_entropy"),
    Shape("digits", 1437, (64, 128, 64, 10), 32, 5, ("relu", "relu", "softmax"), "cross_entropy"),
)


def rows() -> Iterator[Row]:
    """Time whole trainings of each lab's shape, from the initial weights on."""
    for shape in LABS:
        run = shape.prepared
        assert farthest(trained(run).parameters, trained(run, "torch").parameters) <= 1e-10
        runs = (partial(_train, run, "numpy"), partial(_train, run, "torch"), partial(script, shape, run, "float64"))
        ours, same, plain = in_turns(*runs, repetitions=7)
        sizes = "-".join(map(str, shape.sizes))
        name = f"{shape.name}, {sizes}, batch {shape.batch_size}, {shape.updates:,} updates"
        yield against_floor(name, ours, same, SAME, "≤ 1.0×")
        yield against_floor(name, ours, plain, SCRIPT, "")


def details() -> str:
    """Return a table of the time of one update by the width of two hidden layers, and where PyTorch wins."""
    lines, lost = [], []
    for width in WIDTHS:
        epochs = max(1, 256 // width)
        shape = Shape("", 512, (16, width, width, 1), 32, epochs, ("relu", "relu", "identity"), rate="0.001")
        run = shape.prepared
        runs = [partial(_train, run, "numpy"), partial(_train, run, "torch")]
        runs += [partial(script, shape, run, kind) for kind in ("float64", "float32")]
        ours, *floors = (seconds / shape.updates for seconds in in_turns(*runs, repetitions=5))
        cells = [f"{width:,}", f"{ours * 1e6:,.0f} µs"]
        for floor in floors:
            cells += [f"{floor * 1e6:,.0f} µs", f"{ours / floor:.2f}×"]
        lines.append(tuple(cells))
        lost += [f"{width:,}"] if ours > floors[0] else []
    where = (
        f"PyTorch's loop is faster with {', '.join(lost)} units" if lost else "PyTorch's loop is at no width faster"
    )
    return f"One update of 16-n-n-1 with ReLU, batch 32, in float64 but for the last columns. {where}.\n\n" + table(
        HEADS, lines
    )


def script(shape: Shape, run: Prepared, kind: str) -> Any:
    """Train as a script does that is written in a course; return its model."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    dtype = getattr(torch, kind)
    torch.manual_seed(42)
    layers: list[Any] = []
    known = {"identity": [], "softmax": [], "relu": [nn.ReLU()], "sigmoid": [nn.Sigmoid()]}
    for inputs, units, activation in zip(shape.sizes, shape.sizes[1:], shape.activations, strict=False):
        layers += [nn.Linear(inputs, units), *known[activation]]
    model = nn.Sequential(*layers).to(dtype)
    criteria = {"cross_entropy": nn.CrossEntropyLoss, "binary_cross_entropy": nn.BCELoss}
    criterion = criteria.get(shape.loss, nn.MSELoss)()
    optimizer = torch.optim.SGD(model.parameters(), lr=float(shape.rate), momentum=float(shape.momentum))
    rows = TensorDataset(torch.tensor(run.data.x, dtype=dtype), torch.tensor(run.data.y, dtype=dtype))
    loader = DataLoader(rows, batch_size=shape.batch_size, shuffle=True)
    for _ in range(shape.epochs):
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item()
    return model


def _train(run: Prepared, framework: Framework) -> None:
    for _ in train(run, framework):
        pass
