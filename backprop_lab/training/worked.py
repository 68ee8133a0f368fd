"""The first updates of a training, each as a task of one pass that is worked: any document can write it out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import islice

from msgspec.structs import replace

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.network import graph
from backprop_lab.engine.worked import Pass, forward_only, without_input_gradient, work
from backprop_lab.errors import NumberError
from backprop_lab.solution import NumberedPass, Solution
from backprop_lab.task import ConventionsTable, DataTable, DropoutTable, NetworkTable, Target, Task
from backprop_lab.training.loop import Update, updates
from backprop_lab.training.preparing import Prepared
from backprop_lab.trainingtask import TrainingTask


def worked_updates(prepared: Prepared, count: int) -> tuple[Solution, ...]:
    """Work the first `count` updates of a training: each a solution of one pass, from the update's own batch on.

    Numbers that no one typed in, such as seeded weights, standardised inputs and what an update before has left, are
    printed rounded. Fewer are returned where the training is shorter, or diverges.
    """
    return tuple(_until_diverged(prepared, islice(updates(prepared), count)))


def _until_diverged(prepared: Prepared, starts: Iterator[Update]) -> Iterator[Solution]:
    with suppress(NumberError):
        for update in starts:
            yield _worked(prepared, update)


def _worked(prepared: Prepared, update: Update) -> Solution:
    task = _one_pass(prepared, update)
    built = without_input_gradient(graph(task.spec, first_pass=not update.velocities))
    velocities = {f"{name}_old": velocity for name, velocity in update.velocities.items()}
    worked = work(built, task.givens() | prepared.scalars | velocities, tidy=True)
    one = NumberedPass(update.number, worked, rounded=frozenset(_rounded(prepared, update)))
    after = _after(worked)
    losses = tuple(math.nan if found is None else found.values["L"].item() for found in (worked, after))
    return Solution(task, (one,), losses, after, "full")


def _after(worked: Pass) -> Pass | None:
    """Return the forward pass and loss after an update; None where they leave what float64 can hold."""
    left = {name.removesuffix("_new"): value for name, value in worked.values.items() if name.endswith("_new")}
    with suppress(NumberError):
        return work(forward_only(worked.graph), {**worked.values, **left}, tidy=True)
    return None


def _rounded(prepared: Prepared, update: Update) -> Iterator[str]:
    """Yield the givens of an update that do not stand in the task as they are."""
    network, data = prepared.task.network, prepared.task.data
    typed_in = {"W": network.weights is not None, "b": network.biases is not None}
    for name in update.parameters:
        if update.velocities or update.number > 1 or not typed_in[name[0]]:
            yield name
    yield from (f"{name}_old" for name in update.velocities)
    if data.standardise != "none" or data.x is None:
        yield "x"
    if data.standardise == "both" or data.y is None:
        yield "y"


def _one_pass(prepared: Prepared, update: Update) -> Task:
    """Return the task of one pass that an update is."""
    training, parameters = prepared.task, update.parameters
    layers = range(1, training.depth + 1)
    biases = [_exactly(parameters[f"b{layer}"])[0] for layer in layers] if training.network.has_biases else None
    if prepared.data.classes is not None:
        y = Target(classes=tuple(update.y.argmax(axis=1).tolist()))
    else:
        y = Target(rows=tuple(map(tuple, _exactly(update.y))))
    return Task(
        title=training.title,
        network=NetworkTable(
            activations=list(training.activations),
            loss=training.network.loss,
            weights=[_exactly(parameters[f"W{layer}"]) for layer in layers],
            biases=biases,
            leaky_slope=training.network.leaky_slope,
        ),
        data=DataTable(_exactly(update.x), y),
        notation=training.notation,
        decimals=training.decimals,
        update=replace(training.update, steps=1),
        conventions=ConventionsTable(reduction=prepared.network(len(update.x)).reduction),
        dropout=[_dropout(training, name, mask) for name, mask in update.masks.items()],
    )


def _dropout(training: TrainingTask, name: str, mask: Array) -> DropoutTable:
    layer = int(name.removeprefix("mask"))
    return DropoutTable(layer, Fraction(str(training.network.dropout[layer - 1])), _exactly(mask))


def _exactly(matrix: Array) -> list[list[Fraction]]:
    return [[Fraction(*number.as_integer_ratio()) for number in row] for row in matrix.tolist()]
