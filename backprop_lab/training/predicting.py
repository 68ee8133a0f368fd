"""What a trained network says of its data, beside the targets, in the units of the data."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.compiled import compiled
from backprop_lab.engine.network import graph
from backprop_lab.training.preparing import Prepared, class_of


class Classes(Struct, frozen=True, eq=False):
    """The class of each row, and the one that a network's outputs choose, both (rows,) and counted from 0."""

    right: Array
    chosen: Array


class Predicted(Struct, frozen=True, eq=False):
    """Targets and outputs of a network, each (rows, outputs), in the units of the data; with classes, those too."""

    targets: Array
    outputs: Array
    classes: Classes | None = None


def predicted(prepared: Prepared, parameters: Mapping[str, Array]) -> dict[str, Predicted]:
    """Return the outputs for the training rows and, if there are any, the validation rows, by the part's name."""
    data = prepared.data
    parts = {"training": _predicted(prepared, parameters, data.x, data.y)}
    if data.validation_x is not None and data.validation_y is not None and len(data.validation_x):
        parts["validation"] = _predicted(prepared, parameters, data.validation_x, data.validation_y)
    return parts


def class_names(prepared: Prepared) -> tuple[str, ...]:
    """Return the names of the classes, those of a yes or no among them; empty where quantities are predicted."""
    if prepared.sizes[-1] == 1:
        return ("0", "1") if prepared.classifies else ()
    return prepared.data.targets if prepared.data.classes is not None else ()


def confusion_counts(found: Classes, classes: int) -> Array:
    """Count, for each class (a row), how many samples were taken for each (a column)."""
    counts = np.zeros((classes, classes), dtype=int)
    np.add.at(counts, (found.right, found.chosen), 1)
    return counts


def _predicted(prepared: Prepared, parameters: Mapping[str, Array], x: Array, y: Array) -> Predicted:
    output = f"a{prepared.task.depth}"
    forward = compiled(graph(prepared.network(len(x), "evaluation")), {output})
    with np.errstate(all="ignore"):
        outputs = forward({"x": x, **prepared.scalars, **parameters})[output]
    if class_names(prepared):
        return Predicted(y, outputs, Classes(class_of(y), prepared.chosen(outputs)))
    scaling = prepared.data.scaling
    return Predicted(y, outputs) if scaling is None else Predicted(scaling.restored(y), scaling.restored(outputs))
