"""Random models of PyTorch with their data, losses and optimizers, and a step of each done by PyTorch itself."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from msgspec import Struct
from torch import nn

from backprop_lab.engine.arithmetic import Array

HIDDEN: tuple[Callable[[], Any], ...] = (
    nn.ReLU, nn.Sigmoid, nn.Tanh, nn.Identity, lambda: nn.LeakyReLU(0.2), lambda: nn.Softmax(dim=1),
    lambda: nn.LogSoftmax(dim=-1),
)  # fmt: skip
ENDINGS: Mapping[str, tuple[Callable[[], Any], ...]] = {
    "MSELoss": HIDDEN,
    "L1Loss": HIDDEN,
    "BCELoss": (nn.Sigmoid,),
    "BCEWithLogitsLoss": HIDDEN,
    "CrossEntropyLoss": HIDDEN,
    "NLLLoss": (lambda: nn.LogSoftmax(dim=1),),
}
"""The activations that a model may end with, for each loss."""
CLASSES = ("CrossEntropyLoss", "NLLLoss")


class Case(Struct, frozen=True):
    """What `from_torch` is given."""

    model: Any
    x: Any
    y: Any
    loss: Any
    optimizer: Any


def random_case(seed: int, dtype: Any = torch.float64) -> Case:
    """Draw a model of one to four layers, one of every loss and reduction, and an SGD with any of its terms."""
    draw = random.Random(seed)
    torch.manual_seed(seed)
    name = draw.choice(sorted(ENDINGS))
    depth, samples = draw.randint(1, 4), draw.randint(1, 5)
    sizes = [draw.randint(2, 5) for _ in range(depth + 1)]
    bias = draw.choice(["all", "all", "none", "some"])
    blocks: list[Any] = [nn.Dropout(0.2)] if draw.random() < 0.2 else []
    for layer in range(depth):
        last = layer == depth - 1
        biased = draw.random() < 0.5 if bias == "some" else bias == "all"
        linear = nn.Linear(sizes[layer], sizes[layer + 1], bias=biased, dtype=dtype)
        dropout = [nn.Dropout(0.4)] if not last and draw.random() < 0.3 else []
        block = [linear, draw.choice(ENDINGS[name] if last else HIDDEN)(), *dropout]
        blocks += [nn.Sequential(*block)] if draw.random() < 0.3 else block
    model = nn.Sequential(*blocks).train(draw.random() < 0.7)
    loss = getattr(nn, name)(reduction=draw.choice(["mean", "sum"]))
    x = torch.randn(samples, sizes[0], dtype=dtype)
    return Case(model, x, targets(name, samples, sizes[-1], draw, dtype), loss, random_sgd(model, draw))


def targets(name: str, samples: int, units: int, draw: random.Random, dtype: Any) -> Any:
    if name in CLASSES:
        classes = torch.randint(units, (samples,))
        shares = name == "CrossEntropyLoss" and draw.random() < 0.3
        return torch.softmax(torch.randn(samples, units, dtype=dtype), dim=1) if shares else classes
    if name.startswith("BCE"):
        return torch.rand(samples, units, dtype=dtype).round(decimals=2)
    return torch.randn(samples, units, dtype=dtype)


def random_sgd(model: Any, draw: random.Random) -> Any:
    momentum = draw.choice([0, 0.5, 0.9])
    nesterov = momentum > 0 and draw.random() < 0.3
    linears = [module for module in model.modules() if isinstance(module, nn.Linear)]
    trained = [one for one in linears if draw.random() < 0.8] or linears
    for one in linears:
        if one not in trained and draw.random() < 0.5:
            one.requires_grad_(False)
    held = linears if all(p.requires_grad for one in linears for p in one.parameters()) else trained
    return torch.optim.SGD(
        [parameter for one in held for parameter in one.parameters()],
        lr=draw.choice([0.1, 0.01, 1.0]),
        momentum=momentum,
        dampening=0 if nesterov else draw.choice([0, 0.1]),
        weight_decay=draw.choice([0, 0.01]),
        nesterov=nesterov,
    )


def stepped(case: Case) -> tuple[float, Array, dict[str, Array]]:
    """Return loss, output and, by the names of the engine, the gradients and new parameters that PyTorch has."""
    linears = [module for module in case.model.modules() if isinstance(module, nn.Linear)]
    case.optimizer.zero_grad()
    output = case.model(case.x)
    loss = case.loss(output, case.y)
    if loss.requires_grad:
        loss.backward()
    found: dict[str, Array] = {}
    for layer, linear in enumerate(linears, start=1):
        for letter, parameter in (("W", linear.weight), ("b", linear.bias)):
            if parameter is not None and parameter.grad is not None:
                found[f"d{letter}{layer}"] = as_ours(letter, parameter.grad)
    if loss.requires_grad:
        case.optimizer.step()
    for layer, linear in enumerate(linears, start=1):
        for letter, parameter in (("W", linear.weight), ("b", linear.bias)):
            if parameter is not None:
                found[f"{letter}{layer}_new"] = as_ours(letter, parameter)
    return loss.item(), output.detach().numpy(), found


def as_ours(letter: str, tensor: Any) -> Array:
    array: Array = tensor.detach().numpy().astype(np.float64)
    return array.T.copy() if letter == "W" else array[None].copy()
