"""Whether the parts of a task fit each other: sizes, activations and losses, masks, the bounds of variants."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from backprop_lab.datatable import check_data, check_matrix
from backprop_lab.engine.network import (
    CLASS_LOSSES,
    FUSED,
    OUTPUT_OF,
    PROBABILITY_LOSSES,
    ROWWISE,
    Activation,
    Loss,
)
from backprop_lab.errors import TaskError
from backprop_lab.task import Task, UpdateTable
from backprop_lab.trainingtask import TrainingTask


def check(task: Task) -> None:
    """Raise TaskError, naming the key, where the parts of a task do not fit each other."""
    if not task.title.isprintable():
        raise TaskError("title: expected one line of printable text")
    _check_network(task)
    _check_data(task)
    _check_loss(task)
    _check_dropout(task)
    if task.update is not None:
        check_update(task.update, len(task.network.activations))
    _check_variants(task)
    names = [step.name for step in task.graph.steps]
    for index, ask in enumerate(task.ask):
        if ask.step not in names:
            raise TaskError(f'ask[{index}].step: no step "{ask.step}" in this task; steps: {", ".join(names)}')
        if ask.step in [earlier.step for earlier in task.ask[:index]]:
            raise TaskError(f'ask[{index}].step: "{ask.step}" is asked already; expected each step once')
        if ask.accept and ask.step != "error":
            raise TaskError(f'ask[{index}].accept: only the step "error" has other forms, not "{ask.step}"')
        if ask.points is not None and ask.points < 0:
            raise TaskError(f"ask[{index}].points: expected 0 or more, found {ask.points}")


def _check_network(task: Task) -> None:
    table = task.network
    depth = len(table.weights)
    if len(table.activations) != depth:
        raise TaskError(
            f"network.activations: expected one per layer of weights, {depth}, found {len(table.activations)}"
        )
    shapes = [check_matrix(f"network.weights[{index}]", matrix) for index, matrix in enumerate(table.weights)]
    for index in range(1, depth):
        units, rows = shapes[index - 1][1], shapes[index][0]
        if units != rows:
            raise TaskError(
                f"network.weights[{index}]: expected {units} rows, one per unit of the layer before, found {rows}"
            )
    if table.biases is not None:
        if len(table.biases) != depth:
            raise TaskError(f"network.biases: expected one row per layer, {depth}, found {len(table.biases)}")
        if not any(table.biases):
            raise TaskError("network.biases: has no number; leave the key out of a network without biases")
        for index, row in enumerate(table.biases):
            if row and len(row) != shapes[index][1]:
                raise TaskError(
                    f"network.biases[{index}]: expected {shapes[index][1]} numbers, one per unit, found {len(row)}"
                )
    _check_activations(table.activations, [columns for _, columns in shapes], table.leaky_slope)


def _check_activations(activations: Sequence[Activation], units: Sequence[int], leaky_slope: Fraction) -> None:
    if not 0 <= leaky_slope <= 1:
        raise TaskError(f"network.leaky_slope: expected a number from 0 to 1, found {float(leaky_slope)}")
    for index, (activation, count) in enumerate(zip(activations, units, strict=True)):
        if activation in ROWWISE and count == 1:
            always = {"softmax": 1, "log_softmax": 0}[activation]
            raise TaskError(
                f"network.activations[{index}]: {activation} of one unit is always {always}; use sigmoid, "
                "or more units"
            )


def _check_data(task: Task) -> None:
    samples, columns = check_matrix("data.x", task.data.x)
    inputs, outputs = task.sizes[0], task.sizes[-1]
    if columns != inputs:
        raise TaskError(
            f"data.x: expected rows of {inputs} numbers, one per row of network.weights[0], found {columns}"
        )
    classes = task.data.y.classes
    if classes:
        if task.network.loss not in CLASS_LOSSES:
            raise TaskError("data.y: class indices go with a cross-entropy; expected rows of numbers such as [[1]]")
        for index, target in enumerate(classes):
            if not 0 <= target < outputs:
                raise TaskError(f"data.y[{index}]: expected a class index from 0 to {outputs - 1}, found {target}")
        found = (len(classes), outputs)
    else:
        found = check_matrix("data.y", task.data.y.rows)
    if found != (samples, outputs):
        raise TaskError(
            f"data.y: expected {samples} rows (as in data.x) of {outputs} numbers (units of the last layer), "
            f"found {found[0]} of {found[1]}"
        )


def _check_output(activations: Sequence[Activation], loss: Loss) -> None:
    """Raise TaskError where the last activation is not the one that the loss needs."""
    output = activations[-1]
    needed = OUTPUT_OF.get(loss, output)
    if output != needed:
        of_pytorch = " (PyTorch's CrossEntropyLoss applies the softmax itself; here it is written out)"
        raise TaskError(
            f"network.activations[{len(activations) - 1}]: {loss} needs a {needed} output, "
            f"found {output}{of_pytorch if loss == 'cross_entropy' else ''}"
        )


def _check_loss(task: Task) -> None:
    loss, output = task.network.loss, task.network.activations[-1]
    _check_output(task.network.activations, loss)
    if loss in PROBABILITY_LOSSES:
        for index, row in enumerate(task.targets):
            if not all(0 <= target <= 1 for target in row):
                outside = next(float(target) for target in row if not 0 <= target <= 1)
                raise TaskError(f"data.y[{index}]: {loss} needs targets from 0 to 1, found {outside:g}")
            if loss in CLASS_LOSSES and sum(row) != 1:
                raise TaskError(f"data.y[{index}]: {loss} needs targets that sum to 1, found {float(sum(row))}")
    if task.conventions.output_delta == "unfused" and (output, loss) not in FUSED:
        raise TaskError(
            "conventions.output_delta: unfused goes with softmax and cross_entropy, sigmoid and "
            "binary_cross_entropy, or log_softmax and negative_log_likelihood; elsewhere the chain rule is never "
            "shortened: use chain_rule"
        )


def _check_dropout(task: Task) -> None:
    for index, table in enumerate(task.dropout):
        where, depth = f"dropout[{index}]", len(task.network.activations)
        if table.layer >= depth:
            raise TaskError(
                f"{where}.layer: expected 0 (the inputs) or a hidden layer before {depth}, found {table.layer}"
            )
        if table.layer in [earlier.layer for earlier in task.dropout[:index]]:
            raise TaskError(f"{where}.layer: layer {table.layer} has a mask already; expected each layer once")
        if not 0 <= table.rate < 1:
            raise TaskError(f"{where}.rate: expected a number from 0 to below 1, found {float(table.rate):g}")
        found, expected = check_matrix(f"{where}.mask", table.mask), (len(task.data.x), task.sizes[table.layer])
        if found != expected:
            raise TaskError(
                f"{where}.mask: expected {expected[0]} rows (as in data.x) of {expected[1]} numbers (units of layer "
                f"{table.layer}), found {found[0]} of {found[1]}"
            )
        if not all(entry in (0, 1) for row in table.mask for entry in row):
            raise TaskError(f"{where}.mask: expected a 0 for each unit that is dropped and a 1 for each that is kept")


def check_update(table: UpdateTable, depth: int) -> None:
    """Raise TaskError, naming the key, where the sizes of an update make no sense for so many layers."""
    for name in ("learning_rate", "momentum", "weight_decay"):
        if getattr(table, name) < 0:
            raise TaskError(f"update.{name}: expected 0 or more, found {float(getattr(table, name)):g}")
    if table.nesterov and (table.momentum == 0 or table.dampening != 0):
        raise TaskError("update.nesterov: needs a momentum above 0 and a dampening of 0, as in torch.optim.SGD")
    for index, layer in enumerate(table.frozen):
        if layer > depth:
            raise TaskError(f"update.frozen[{index}]: expected a layer from 1 to {depth}, found {layer}")


def _check_variants(task: Task) -> None:
    bounds = task.variants
    for name in ("grid", "data_grid"):
        grid = getattr(bounds, name)
        if grid is not None and grid <= 0:
            raise TaskError(f"variants.{name}: expected a number above 0, found {float(grid):g}")
    for name in ("weights", "biases", "x", "y"):
        span = getattr(bounds, name)
        if span is not None and span[0] > span[1]:
            raise TaskError(
                f"variants.{name}: expected the least number first, found [{float(span[0]):g}, {float(span[1]):g}]"
            )
    if bounds.dead is not None and bounds.dead[0] > bounds.dead[1]:
        raise TaskError(f"variants.dead: expected the least number first, found {list(bounds.dead)}")
    if any(rate < 0 for rate in bounds.learning_rate):
        raise TaskError("variants.learning_rate: expected numbers that are 0 or more")
    if ("learning_rate" in bounds.draw) != bool(bounds.learning_rate):
        raise TaskError('variants.learning_rate: numbers to draw from go with draw = [..., "learning_rate"]')
    if "learning_rate" in bounds.draw and task.update is None:
        raise TaskError("variants.draw: this task has no [update] table, and so no learning_rate")
    if "y" in bounds.draw and task.network.loss in PROBABILITY_LOSSES:
        raise TaskError(
            f"variants.draw: the targets of {task.network.loss} say which class it is, and stay; leave y out"
        )


def check_training(task: TrainingTask) -> None:
    """Raise TaskError, naming the key, where the parts of a training task do not fit each other."""
    if not task.title.isprintable():
        raise TaskError("title: expected one line of printable text")
    for name in ("activations", "dropout"):
        found = getattr(task.network, name)
        if found and len(found) != task.depth:
            raise TaskError(f"network.{name}: expected one per layer, {task.depth}, found {len(found)}")
    _check_output(task.activations, task.network.loss)
    _check_activations(task.activations, task.network.units, task.network.leaky_slope)
    if any(task.network.dropout[-1:]):
        raise TaskError(
            f"network.dropout[{task.depth - 1}]: nothing is dropped from the output; expected 0, "
            f"found {task.network.dropout[-1]:g}"
        )
    check_update(task.update, task.depth)
    if task.update.steps != 1:
        raise TaskError("update.steps: training.epochs says how long a training task trains; leave steps out")
    check_data(task.data, task.network.loss, task.network.units[-1])
    asked = [require.what for require in task.require]
    for index, what in enumerate(asked):
        if what in asked[:index]:
            raise TaskError(f'require[{index}].what: "{what}" is required already; expected each once')
        if task.require[index].points < 0:
            raise TaskError(f"require[{index}].points: expected 0 or more, found {task.require[index].points}")
