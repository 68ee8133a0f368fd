"""What a training run starts from: data, the network's sizes and initial weights, and the batches of an epoch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from math import ceil, prod
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from backprop_lab.engine.arithmetic import FLOAT, Array
from backprop_lab.engine.formula import Shape
from backprop_lab.engine.network import CLASS_LOSSES, PROBABILITY_LOSSES, WITH_LOGITS, Loss, Network, given_shapes
from backprop_lab.errors import TaskError
from backprop_lab.training.data import load_data
from backprop_lab.training.data.dataset import DataSet
from backprop_lab.training.seeded import Draws
from backprop_lab.trainingtask import TrainingTask

Use = Literal["training", "evaluation"]
Rows = npt.NDArray[np.intp]

MEANS_OF_ENTRIES: tuple[Loss, ...] = ("absolute_error", "binary_cross_entropy", "binary_cross_entropy_with_logits")
"""The losses that PyTorch takes the mean of over every output, not over samples."""
MOST_PARAMETERS = 20_000_000
"""Of a network that is trained: 160 MB, and as much for its gradients."""


class Batch(Struct, frozen=True, eq=False):
    """The rows of the data that one update is made from, their inputs and their targets."""

    rows: Rows
    x: Array
    y: Array


class Prepared(Struct, frozen=True, eq=False):
    """A training task with all it needs: data, sizes (inputs first) and initial parameters, all in float64.

    `draws_state` is where the generator stands once the layers are drawn.
    """

    task: TrainingTask
    data: DataSet
    sizes: tuple[int, ...]
    parameters: dict[str, Array]
    draws_state: Any

    def network(self, samples: int, use: Use = "training") -> Network:
        """Return the network of a pass over so many rows; a loss is a mean, and evaluation updates nothing."""
        return _network(self.task, self.sizes, samples, use)

    @property
    def scalars(self) -> dict[str, Array]:
        """The givens that are single numbers, as 1×1 arrays."""
        update = self.task.update
        names = ("learning_rate", "momentum", "dampening", "weight_decay")
        numbers: dict[str, Any] = {name: getattr(update, name) for name in names}
        numbers["leaky_slope"] = self.task.network.leaky_slope
        numbers |= {f"p{layer}": share for layer, share in dropout(self.task).items()}
        return {name: FLOAT.array([[number]]) for name, number in numbers.items()}

    @property
    def classifies(self) -> bool:
        """Whether every target is one of several classes, or one of two, so that there is an accuracy."""
        losses = PROBABILITY_LOSSES if self.sizes[-1] == 1 else CLASS_LOSSES
        return self.data.classes is not None or self.task.network.loss in losses

    def chosen(self, outputs: Array) -> Array:
        """Return the class that each row of outputs chooses; a single output is a probability, or a score of one."""
        return class_of(outputs, 0.0 if self.task.network.loss in WITH_LOGITS else 0.5)

    @property
    def rows_per_epoch(self) -> int:
        """The rows that an epoch trains on: all, without what `drop_last` and `batches` leave out."""
        table = self.task.training
        rows = len(self.data.x)
        if table.drop_last:
            rows -= rows % table.batch_size
        return rows if table.batches is None else min(rows, table.batches * table.batch_size)

    @property
    def updates_per_epoch(self) -> int:
        """The batches of an epoch."""
        return ceil(self.rows_per_epoch / self.task.training.batch_size)

    def draws(self, epochs: int = 0) -> Draws:
        """Return the generator of shuffles as it stands after so many epochs."""
        draws = Draws(self.task.training.seed)
        draws.state = self.draws_state
        draws.skip(epochs if self.task.training.shuffle else 0)
        return draws

    def batches(self, draws: Draws) -> Iterator[Batch]:
        """Yield the batches of the next epoch, shuffled as the draws say if the task shuffles."""
        table, x, y = self.task.training, self.data.x, self.data.y
        order = draws.shuffled(len(x)) if table.shuffle else np.arange(len(x))
        order = order[: self.rows_per_epoch]
        for start in range(0, len(order), table.batch_size):
            rows = order[start : start + table.batch_size]
            yield Batch(rows, x.take(rows, axis=0), y.take(rows, axis=0))

    def masks(self, update: int, samples: int) -> dict[str, Array]:
        """Return the dropout masks of an update (counted from 1) by their names: 1 where a unit is kept, else 0.

        They follow from the seed and the number of the update alone (Philox, a generator that is a function of its
        counter: Salmon et al., Parallel random numbers, 2011).
        """
        shares = dropout(self.task)
        if not shares:
            return {}
        generator = np.random.Philox(key=self.task.training.seed, counter=[0, 0, 0, update])
        masks = {}
        for layer, share in shares.items():
            shape = (samples, self.sizes[layer])
            numbers = (generator.random_raw(prod(shape)) >> np.uint64(11)) * 2.0**-53
            masks[f"mask{layer}"] = (numbers >= share).astype(np.float64).reshape(shape)
        return masks


def prepare(task: TrainingTask, folder: Path) -> Prepared:
    """Load the data of a task, whose files lie in `folder`, and draw its initial weights.

    Raises TaskError, naming the key, where the data cannot be had or does not fit the network.
    """
    return prepare_with(task, load_data(task.data, folder))


def prepare_with(task: TrainingTask, data: DataSet) -> Prepared:
    """Draw a task's initial weights for data that is there already; raise TaskError where the two do not fit."""
    sizes = (data.x.shape[1], *task.network.units)
    _check(task, data, sizes)
    draws = Draws(task.training.seed)
    parameters: dict[str, Array] = {}
    for layer, (inputs, units) in enumerate(pairwise(sizes), start=1):
        weights, biases = draws.linear(inputs, units, bias=task.network.has_biases)
        parameters[f"W{layer}"] = np.array(weights, order="C")
        if biases is not None:
            parameters[f"b{layer}"] = biases
    for layer, matrix in enumerate(task.network.weights or [], start=1):
        parameters[f"W{layer}"] = FLOAT.array(matrix)
    for layer, row in enumerate(task.network.biases or [], start=1):
        parameters[f"b{layer}"] = FLOAT.array([row])
    return Prepared(task, data, sizes, parameters, draws.state)


def class_of(rows: Array, middle: float = 0.5) -> Array:
    """Return the place of the largest value of each row; of a single column, 1 from the middle on."""
    return rows.argmax(axis=1) if rows.shape[1] > 1 else (rows[:, 0] >= middle).astype(int)


def parameter_counts(sizes: Sequence[int], biases: Literal["with", "without"] = "with") -> tuple[int, ...]:
    """Return the number of parameters of each layer: weights, and a bias per unit; 8-4-2 has 36 and 10."""
    return tuple((inputs + (biases == "with")) * units for inputs, units in pairwise(sizes))


def trained(task: TrainingTask) -> tuple[str, ...]:
    """Return the names of the parameters that updates change."""
    letters = "Wb" if task.network.has_biases and task.update.biases else "W"
    layers = (layer for layer in range(1, task.depth + 1) if layer not in task.update.frozen)
    return tuple(f"{letter}{layer}" for layer in layers for letter in letters)


def dropout(task: TrainingTask) -> dict[int, float]:
    """Return the share that is dropped from each layer that drops any."""
    return {layer: share for layer, share in enumerate(task.network.dropout, start=1) if share}


def _network(task: TrainingTask, sizes: tuple[int, ...], samples: int, use: Use) -> Network:
    return Network(
        sizes=sizes,
        activations=task.activations,
        loss=task.network.loss,
        samples=samples,
        biases=task.network.has_biases,
        reduction="mean_of_entries" if task.network.loss in MEANS_OF_ENTRIES else "mean",
        gradients=use == "training",
        update=task.terms if use == "training" else None,
        dropout=frozenset(dropout(task)) if use == "training" else frozenset(),
    )


def _check(task: TrainingTask, data: DataSet, sizes: tuple[int, ...]) -> None:
    rows, outputs = data.y.shape
    if sizes[-1] != outputs:
        what = f"one per class, {outputs}" if data.classes else f"one per target of the data, {outputs}"
        raise TaskError(f"network.units[{task.depth - 1}]: expected {what}, found {sizes[-1]}")
    if task.training.batch_size > rows:
        raise TaskError(
            f"training.batch_size: expected at most {rows}, the rows that are trained on, "
            f"found {task.training.batch_size}"
        )
    count = sum(parameter_counts(sizes, "with" if task.network.has_biases else "without"))
    if count > MOST_PARAMETERS:
        raise TaskError(f"network.units: expected at most {MOST_PARAMETERS:,} parameters, found {count:,}")
    if not trained(task):
        raise TaskError("update.frozen: every layer is frozen; expected one at least that is trained")
    if task.network.biases is not None and not task.network.has_biases:
        raise TaskError("network.biases: has_biases is false; leave one of the two out")
    shapes = given_shapes(_network(task, sizes, 1, "training"))
    _check_initial("network.weights", task.network.weights, "W", shapes)
    biases = task.network.biases
    _check_initial("network.biases", None if biases is None else [[row] for row in biases], "b", shapes)
    _check_targets(task, data)


def _check_initial(
    key: str, found: Sequence[Sequence[Sequence[Fraction]]] | None, letter: str, shapes: Mapping[str, Shape]
) -> None:
    if found is None:
        return
    expected = [shape for name, shape in shapes.items() if name[0] == letter]
    if len(found) != len(expected):
        raise TaskError(f"{key}: expected one per layer, {len(expected)}, found {len(found)}")
    for index, (matrix, (rows, columns)) in enumerate(zip(found, expected, strict=True)):
        widths = sorted({len(row) for row in matrix})
        if letter == "b" and widths != [columns]:
            raise TaskError(f"{key}[{index}]: expected {columns} numbers, one per unit, found {widths[0]}")
        if len(matrix) != rows or widths != [columns]:
            shown = " or ".join(map(str, widths)) or "none"
            raise TaskError(
                f"{key}[{index}]: expected {rows} rows (one per input) of {columns} numbers (one per unit), "
                f"found {len(matrix)} of {shown}"
            )


def _check_targets(task: TrainingTask, data: DataSet) -> None:
    loss = task.network.loss
    for y in (data.y, data.validation_y):
        if y is None or loss not in PROBABILITY_LOSSES:
            continue
        if not ((y >= 0) & (y <= 1)).all():
            outside = y[(y < 0) | (y > 1)][0]
            raise TaskError(f"data: {loss} needs targets from 0 to 1, found {outside:g}; leave them unscaled")
        if loss in CLASS_LOSSES and not np.allclose(y.sum(axis=1), 1, rtol=0, atol=1e-9):
            raise TaskError(f"data: {loss} needs classes, or targets that sum to 1; set classes = true")
