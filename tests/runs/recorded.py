"""Runs of small training programs with their recordings, made here with PyTorch alone."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

from backprop_lab.runs.watched import Layer, Matrix, Operation, Optimizer, Run, Watched, WatchedUpdate
from backprop_lab.tables import build_training
from backprop_lab.trainingtask import TrainingTask

ROWS, INPUTS, UNITS, EPOCHS, BATCH = 20, 3, 4, 6, 8
KEPT = (1, 2, 3, 7, 12)


def task(**training: Any) -> TrainingTask:
    """Return a task like Laboratory Task 4, with few epochs."""
    return build_training(
        {
            "kind": "training",
            "title": "Two layers",
            "network": {"units": [UNITS, 1], "loss": "mean_squared_error"},
            "data": {"make_regression": {"samples": ROWS, "features": INPUTS}},
            "update": {"learning_rate": 1},
            "training": {"epochs": EPOCHS, "batch_size": BATCH} | training,
        }
    )


def matrix(tensor: Any) -> Matrix:
    found = tensor.detach()
    return Matrix(tuple(found.shape), tuple(map(float, found.reshape(-1))))


def parameters(model: Any) -> dict[str, Matrix]:
    return {name: matrix(parameter) for name, parameter in model.named_parameters()}


OPERATIONS = (Operation("linear", "0.weight", "0.bias"), Operation("relu"), Operation("linear", "2.weight", "2.bias"))


def trained(
    *,
    optimizer: Callable[[Any], Any] | None = None,
    clear: bool = True,
    shape: tuple[int, ...] = (-1, 1),
    change: Callable[[Any], None] = lambda model: None,
    after: Callable[[Any], None] = lambda model: None,
    batch: int = BATCH,
    epochs: int = EPOCHS,
    dtype: str = "float32",
) -> Run:
    """Train a 3-4-1 network on made rows and return the run as a watcher would tell it.

    `change` works on the gradients before a step, and `after` on the parameters after one; `shape` is that of the
    targets.
    """
    import torch

    torch.manual_seed(0)
    kind = getattr(torch, dtype)
    model = torch.nn.Sequential(
        torch.nn.Linear(INPUTS, UNITS, dtype=kind), torch.nn.ReLU(), torch.nn.Linear(UNITS, 1, dtype=kind)
    )
    x = torch.randn(ROWS, INPUTS, dtype=kind)
    y = (x @ torch.tensor([2.0, -1.0, 0.5], dtype=kind) + 3).reshape(shape)
    steps = (optimizer or (lambda held: torch.optim.SGD(held, lr=0.05)))(model.parameters())
    criterion = torch.nn.MSELoss()
    seen, losses, number = [], [], 0
    batches: dict[int, int] = {}
    broadcasts: set[str] = set()
    for _ in range(epochs):
        for rows in torch.randperm(ROWS).split(batch):
            number += 1
            if clear:
                steps.zero_grad()
            is_clear = all(p.grad is None or not p.grad.any() for p in model.parameters())
            prediction = model(x[rows])
            if prediction.shape != y[rows].shape:
                broadcasts.add(f"{tuple(prediction.shape)} {tuple(y[rows].shape)}")
            with warnings.catch_warnings(action="ignore"):  # that shapes differ is the mistake of some
                loss = criterion(prediction, y[rows])
            loss.backward()
            change(model)
            before, gradients = parameters(model), {n: matrix(p.grad) for n, p in model.named_parameters()}
            held = [steps.state.get(p, {}).get("momentum_buffer") for p in model.parameters()]
            velocities = {
                name: matrix(one)
                for (name, _), one in zip(model.named_parameters(), held, strict=True)
                if one is not None
            }
            steps.step()
            after(model)
            losses.append((number, loss.item()))
            batches[len(rows)] = batches.get(len(rows), 0) + 1
            if number in KEPT:
                group = steps.param_groups[0]
                told = Optimizer(
                    type(steps).__name__, tuple(before), group["lr"], group.get("momentum", 0.0),
                    group.get("dampening", 0.0), group["weight_decay"], group.get("nesterov", False),
                )  # fmt: skip
                seen.append(
                    WatchedUpdate(
                        number, told, "mean_squared_error", loss.item(), OPERATIONS, matrix(x[rows]),
                        matrix(prediction), matrix(y[rows]), before, gradients, velocities, parameters(model),
                        1, is_clear, 30,
                    )
                )  # fmt: skip
    layers = (Layer("0", INPUTS, UNITS, True, True), Layer("2", UNITS, 1, True, True))
    return Run(
        "ok",
        watched=Watched(
            number, number, number if clear else 1, batches, ROWS, matrix(x), matrix(y), tuple(losses), tuple(seen),
            layers=layers, broadcasts=tuple(broadcasts), quiet=1, last=parameters(model),
        ),
    )  # fmt: skip


def told(run: Run, wanted: Sequence[str] = (), **training: Any) -> dict[str, str]:
    """Return the verdicts on a run, with their causes; only the wanted ones, if any."""
    from backprop_lab.runs.judging import judge

    return {
        one.step: f"{one.verdict} {one.cause or ''}".strip()
        for one in judge(task(**training), run).verdicts
        if not wanted or one.step in wanted
    }
