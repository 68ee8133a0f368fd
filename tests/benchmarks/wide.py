"""One update of 784-128-64-10, batch 32, written out: from a model of PyTorch, and from a training task."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from backprop_lab.bridge import from_torch
from backprop_lab.display import markdown
from backprop_lab.solution import solve
from backprop_lab.training.data import DataSet
from backprop_lab.training.preparing import prepare_with
from backprop_lab.training.worked import worked_updates
from tests.benchmarks.measure import Row, against_floor, forget_what_was_written, in_turns
from tests.training.trainings import training


def rows() -> Iterator[Row]:
    """Time each from its start to the Markdown, against the same update in PyTorch."""
    import torch
    from torch import nn

    random = np.random.default_rng(784)
    x, classes = random.random((32, 784)), random.integers(10, size=32)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    inputs, targets, criterion = torch.tensor(x, dtype=torch.float32), torch.tensor(classes), nn.CrossEntropyLoss()
    layers = {"units": [128, 64, 10], "activations": ["relu", "relu", "softmax"], "loss": "cross_entropy"}
    task = training({"network": layers, "training": {"epochs": 1, "batch_size": 32, "seed": 0}})
    data = DataSet(x, np.eye(10)[classes], 10, (), ())

    def brought() -> str:
        return markdown(solve(from_torch(model, inputs, targets, criterion, optimizer)))

    def trained() -> str:
        return markdown(worked_updates(prepare_with(task, data), 1)[0])

    def bare() -> None:
        optimizer.zero_grad()
        criterion(model(inputs), targets).backward()
        optimizer.step()

    for name, written in (("a model's update", brought), ("a training's first update", trained)):
        size = len(written().encode()) / 1000
        seconds, floor = in_turns(written, bare, repetitions=5, before=forget_what_was_written)
        asked = "≤ 2 s, ≤ 300 kB"
        yield against_floor(f"784-128-64-10, {name}, {size:.0f} kB of Markdown", seconds, floor, "the update", asked)
