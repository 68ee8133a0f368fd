"""A PyTorch model, its data, loss and optimizer as a task: to solve it, verify it, hand it out."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from msgspec.structs import replace

from backprop_lab.bridge.chain import links, traced
from backprop_lab.bridge.dropout import dropouts
from backprop_lab.bridge.layers import Layers, folded
from backprop_lab.bridge.losses import Criterion, criterion, targets
from backprop_lab.bridge.needed import pytorch
from backprop_lab.bridge.numbers import check_size, fraction, fractions, tensor_of
from backprop_lab.bridge.optimizers import update_of
from backprop_lab.bridge.shapes import output_shape
from backprop_lab.consistency import check
from backprop_lab.engine.network import graph
from backprop_lab.task import Ask, ConventionsTable, DataTable, NetworkTable, Task


def from_torch(
    model: Any, x: Any, y: Any, loss: Any, optimizer: Any = None, *, masks: Sequence[Any] | None = None
) -> Task:
    """Return the task of one pass through a model: forward, loss, gradients and, with an optimizer, its next update.

    `x` has the shape (features,) or (samples, features), `y` what `loss` takes: class indices, or the shape of the
    output. Numbers become the shortest decimals that PyTorch reads back as the same. A dropout in training takes its
    mask of zeros and ones from `masks`, one for each in order, else that which the next `model(x)` would draw; the
    random generator is left as it is. Raises ModelError for what cannot be worked, saying what can.
    """
    torch = pytorch()
    module = traced(torch, model)
    chain = list(links(torch, module))
    layers = folded(chain)
    check_size(model.parameters(), "model")
    inputs = tensor_of(torch, x, "x")
    output = output_shape(torch, module, chain, layers, inputs)
    goal = criterion(torch, loss, layers.layers[-1].activation)
    rows = fractions(inputs.reshape(-1, layers.sizes[0]))
    task = Task(
        title=f"{type(model).__name__} {'-'.join(map(str, layers.sizes))}",
        network=_network(torch, layers, goal),
        data=DataTable(rows, targets(torch, y, goal, output, layers.sizes[-1])),
        notation="pytorch",
        update=None if optimizer is None else update_of(torch, optimizer, layers.layers),
        conventions=ConventionsTable(reduction=goal.reduction),
        dropout=dropouts(torch, layers, len(rows), masks),
    )
    if optimizer is None:
        task = replace(task, ask=[Ask(step.name) for step in graph(replace(task.spec, gradients=True)).steps])
    check(task)
    return task


def _network(torch: Any, layers: Layers, goal: Criterion) -> NetworkTable:
    def parameter(tensor: Any, where: str) -> list[list[Fraction]]:
        return fractions(tensor_of(torch, tensor, where))

    weights = [parameter(layer.linear.weight, f"{layer.where}.weight") for layer in layers.layers]
    biases = [
        [] if layer.linear.bias is None else parameter(layer.linear.bias[None], f"{layer.where}.bias")[0]
        for layer in layers.layers
    ]
    return NetworkTable(
        activations=[*(layer.activation for layer in layers.layers[:-1]), goal.output],
        loss=goal.loss,
        weights=[[list(column) for column in zip(*matrix, strict=True)] for matrix in weights],
        biases=biases if any(biases) else None,
        leaky_slope=Fraction(1, 100) if layers.slope is None else fraction(layers.slope),
    )
