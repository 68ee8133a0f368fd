"""Rows that stand in the task file itself."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from backprop_lab.task import Target
from backprop_lab.training.data.rows import Rows, numbered, one_hot, told_of


def inline_rows(x: Sequence[Sequence[Fraction]], y: Target) -> Rows:
    """Return the rows of `data.x` and `data.y`; the highest class index is that of the last class."""
    inputs = np.array(x, dtype=np.float64)
    names = numbered("x", inputs.shape[1])
    if not y.classes:
        outputs = np.array(y.rows, dtype=np.float64)
        return Rows(inputs, outputs, names, numbered("y", outputs.shape[1]))
    classes = max(y.classes) + 1
    with told_of("data.y"):
        targets = one_hot(np.array(y.classes), classes)
    return Rows(inputs, targets, names, tuple(map(str, range(classes))), classes)
