"""Try learning rates, and momenta, each in a run of its own; a rate that diverges is a result like any other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

import numpy as np
from msgspec import Struct, structs

from backprop_lab.errors import DivergedError, TaskError
from backprop_lab.training.loop import train
from backprop_lab.training.preparing import Prepared


class Rate(Struct, frozen=True):
    """A learning rate to try; without a momentum, with the task's own."""

    learning_rate: float
    momentum: float | None = None


class Tried(Struct, frozen=True):
    """What came of a learning rate: the last epoch's losses and accuracy, or the update at which it diverged.

    `accuracy` is that of the validation part where there is one.
    """

    learning_rate: float
    momentum: float
    loss: float | None = None
    validation_loss: float | None = None
    accuracy: float | None = None
    diverged_at: int | None = None

    @property
    def watched(self) -> float:
        """The loss to choose by: that of the validation part where there is one, infinite if it diverged."""
        loss = self.loss if self.validation_loss is None else self.validation_loss
        return float("inf") if loss is None else loss


def grid(low: float, high: float, count: int) -> tuple[Rate, ...]:
    """Return learning rates from `low` to `high`, each the same multiple of the one before."""
    _check_span(low, high, count)
    return tuple(Rate(float(f"{rate:.6g}")) for rate in np.geomspace(low, high, count))


def random_rates(
    low: float, high: float, count: int, seed: int, *, momenta: tuple[float, float] | None = None
) -> tuple[Rate, ...]:
    """Return learning rates whose logarithm is uniform; with `momenta`, also a momentum, uniform between the two."""
    _check_span(low, high, count)
    if momenta is not None and not 0 <= momenta[0] <= momenta[1]:
        raise TaskError(
            f"momenta: expected two numbers from 0 on, the lower first, found {momenta[0]:g} {momenta[1]:g}"
        )
    bits = np.random.Philox(key=seed).random_raw((count, 2)) >> np.uint64(11)
    shares = (bits * 2.0**-53).tolist()
    return tuple(
        Rate(
            float(f"{low * (high / low) ** share:.6g}"),
            None if momenta is None else float(f"{momenta[0] + (momenta[1] - momenta[0]) * other:.6g}"),
        )
        for share, other in shares
    )


def sweep(prepared: Prepared, rates: Iterable[Rate], epochs: int) -> Iterator[Tried]:
    """Train anew for so many epochs with each rate, in NumPy; yield what came of it."""
    for rate in rates:
        yield _tried(with_rate(prepared, rate, epochs))


def with_rate(prepared: Prepared, rate: Rate, epochs: int) -> Prepared:
    """Return the same training with another learning rate, and momentum if there is one, for so many epochs."""
    task = prepared.task
    update = structs.replace(task.update, learning_rate=Fraction(str(rate.learning_rate)))
    if rate.momentum is not None:
        update = structs.replace(update, momentum=Fraction(str(rate.momentum)))
    training = structs.replace(task.training, epochs=epochs)
    return structs.replace(prepared, task=structs.replace(task, update=update, training=training))


def _tried(prepared: Prepared) -> Tried:
    update = prepared.task.update
    tried = Tried(float(update.learning_rate), float(update.momentum))
    try:
        for state in train(prepared):
            last = state.epochs[-1]
    except DivergedError as error:
        return structs.replace(tried, diverged_at=error.update)
    accuracy = last.accuracy if last.validation_accuracy is None else last.validation_accuracy
    return structs.replace(tried, loss=last.loss, validation_loss=last.validation_loss, accuracy=accuracy)


def _check_span(low: float, high: float, count: int) -> None:
    if not 0 < low <= high < float("inf"):
        raise TaskError(f"learning rates: expected two numbers above 0, the lower first, found {low:g} and {high:g}")
    if not 1 <= count <= 1000:
        raise TaskError(f"learning rates: expected 1 to 1000 of them, found {count}")
