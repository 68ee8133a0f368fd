"""Train: epochs of updates in NumPy or PyTorch over the same batches, from the same initial weights.

The NumPy side evaluates the engine's own graphs, compiled; the PyTorch side is a plain loop in float64.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, Protocol, overload

import numpy as np
from msgspec import Struct

from backprop_lab.engine.arithmetic import Array
from backprop_lab.errors import DivergedError
from backprop_lab.training.numpy_loop import NumpyTrainer
from backprop_lab.training.preparing import Batch, Prepared, Rows, class_of
from backprop_lab.training.torch_loop import TorchTrainer

Framework = Literal["numpy", "torch"]


class Epoch(Struct, frozen=True):
    """What an epoch (counted from 1) came to: the mean of its batches' losses, and the validation loss after it.

    Accuracies are shares of rows, in training those of each batch before its update. They are None for regression,
    and all of validation is where no rows are kept for it.
    """

    number: int
    loss: float
    accuracy: float | None = None
    validation_loss: float | None = None
    validation_accuracy: float | None = None

    @property
    def watched(self) -> float:
        """The loss that early stopping goes by."""
        return self.loss if self.validation_loss is None else self.validation_loss


class History(Sequence[Epoch]):
    """The epochs up to one of them: a view of a list that only grows, so that every state can have its own."""

    __slots__ = ("_count", "_epochs")

    def __init__(self, epochs: list[Epoch]) -> None:
        self._epochs, self._count = epochs, len(epochs)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> Epoch: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Epoch]: ...
    def __getitem__(self, place: int | slice) -> Epoch | Sequence[Epoch]:
        places = range(self._count)[place]
        return self._epochs[places] if isinstance(places, int) else [self._epochs[at] for at in places]


class State(Struct, frozen=True, eq=False):
    """Where a run stands after `epoch` epochs and `update` updates: all that it goes on from.

    Shuffles and dropout masks follow from the numbers of the epoch and the update. `velocities` are those of
    momentum, empty without it. `best_epoch` is the last in which the loss that is watched got better, to `best_loss`.
    """

    epoch: int
    update: int
    parameters: Mapping[str, Array]
    velocities: Mapping[str, Array]
    epochs: Sequence[Epoch] = ()
    best_loss: float = math.inf
    best_epoch: int = 0
    stopped: bool = False


class Update(Struct, frozen=True, eq=False):
    """What one update (counted from 1) starts from: its batch, parameters, velocities and dropout masks."""

    number: int
    epoch: int
    x: Array
    y: Array
    rows: Rows
    parameters: Mapping[str, Array]
    velocities: Mapping[str, Array]
    masks: Mapping[str, Array]


class Trainer(Protocol):
    """A framework at work: it holds the parameters and velocities, and changes them."""

    @property
    def parameters(self) -> Mapping[str, Array]:
        """The parameters as they are now."""

    @property
    def velocities(self) -> Mapping[str, Array]:
        """The velocities as they are now."""

    def update(self, x: Array, y: Array, masks: Mapping[str, Array]) -> tuple[float, Array]:
        """Make one update; return the batch's loss and the outputs before it."""

    def evaluate(self, x: Array, y: Array) -> tuple[float, Array]:
        """Return the loss and the outputs for other rows, without dropout."""


def beginning(prepared: Prepared) -> State:
    """Return the state before the first epoch."""
    return State(0, 0, prepared.parameters, {})


def train(prepared: Prepared, framework: Framework = "numpy", *, start: State | None = None) -> Iterator[State]:
    """Train from a state, or from the beginning; yield the state after every epoch.

    Raises DivergedError at the update where the loss leaves what float64 can hold, MissingExtraError without
    PyTorch.
    """
    state = beginning(prepared) if start is None else start
    run = _Run(prepared, framework, state)
    history = list(state.epochs)
    while state.epoch < prepared.task.training.epochs and not state.stopped:
        with np.errstate(all="ignore"):
            epoch = run.epoch(state.epoch + 1)
        history.append(epoch)
        state = run.state(state, epoch, History(history))
        yield state


def updates(prepared: Prepared) -> Iterator[Update]:
    """Yield what every update starts from, in NumPy and without early stopping; raise as `train` does."""
    run = _Run(prepared, "numpy", beginning(prepared))
    trainer = run.trainer
    for epoch in range(1, prepared.task.training.epochs + 1):
        for batch in prepared.batches(run.draws):
            number = run.number + 1
            masks = prepared.masks(number, len(batch.x))
            yield Update(number, epoch, batch.x, batch.y, batch.rows, trainer.parameters, trainer.velocities, masks)
            with np.errstate(all="ignore"):
                run.update(batch, epoch)


class _Run:
    """A framework at work on a task: its draws, and the number and the loss of the last update."""

    def __init__(self, prepared: Prepared, framework: Framework, state: State) -> None:
        self.prepared = prepared
        kind = NumpyTrainer if framework == "numpy" else TorchTrainer
        self.trainer: Trainer = kind(prepared, state.parameters, state.velocities)
        self.draws = prepared.draws(state.epoch)
        self.number = state.update
        self.loss = state.epochs[-1].loss if state.epochs else None

    def update(self, batch: Batch, epoch: int) -> tuple[float, Array]:
        """Make the next update; return the batch's loss and the outputs before it."""
        self.number += 1
        loss, outputs = self.trainer.update(batch.x, batch.y, self.prepared.masks(self.number, len(batch.x)))
        self._check(loss, epoch)
        self.loss = loss
        return loss, outputs

    def epoch(self, number: int) -> Epoch:
        """Go once through the batches, and evaluate."""
        prepared, classifies = self.prepared, self.prepared.classifies
        total, right = 0.0, 0
        for batch in prepared.batches(self.draws):
            loss, outputs = self.update(batch, number)
            total += loss
            if classifies:
                right += self._right(outputs, batch.y)
        if not all(np.isfinite(array).all() for array in self.trainer.parameters.values()):
            self._check(math.inf, number)
        accuracy = right / prepared.rows_per_epoch if classifies else None
        return Epoch(number, total / prepared.updates_per_epoch, accuracy, *self._validated(number))

    def _validated(self, epoch: int) -> tuple[float | None, float | None]:
        x, y = self.prepared.data.validation_x, self.prepared.data.validation_y
        if x is None or y is None:
            return None, None
        loss, outputs = self.trainer.evaluate(x, y)
        self._check(loss, epoch)
        return loss, self._right(outputs, y) / len(y) if self.prepared.classifies else None

    def _right(self, outputs: Array, y: Array) -> int:
        """Return how many rows are in the right class."""
        return int(np.count_nonzero(self.prepared.chosen(outputs) == class_of(y)))

    def _check(self, loss: float, epoch: int) -> None:
        if math.isfinite(loss):
            return
        rate = float(self.prepared.task.update.learning_rate)
        before = "there was none before" if self.loss is None else f"it was {self.loss:.4g} before"
        unscaled = self.prepared.task.data.standardise == "none"
        raise DivergedError(
            f"the training diverged: at update {self.number} (epoch {epoch}) the loss is no finite number any more "
            f"({before}), with learning rate {rate:g}; try {rate / 10:g}"
            + (', or data.standardise = "inputs"' if unscaled else ""),
            update=self.number,
            epoch=epoch,
        )

    def state(self, before: State, epoch: Epoch, history: History) -> State:
        """Return the state after an epoch."""
        stopping = self.prepared.task.training.early_stopping
        better = epoch.watched < before.best_loss - (stopping.least if stopping else 0.0)
        best_epoch = epoch.number if better else before.best_epoch
        return State(
            epoch=epoch.number,
            update=self.number,
            parameters=self.trainer.parameters,
            velocities=self.trainer.velocities,
            epochs=history,
            best_loss=epoch.watched if better else before.best_loss,
            best_epoch=best_epoch,
            stopped=stopping is not None and epoch.number - best_epoch >= stopping.patience,
        )
