"""What can be told of a training task's `[data]` before any file is read: choices that do not go together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain

from backprop_lab.engine.network import CLASS_LOSSES, PROBABILITY_LOSSES, Loss
from backprop_lab.errors import TaskError
from backprop_lab.trainingtask import SOURCES, TrainingDataTable

_CLASSIFICATIONS = ("digits", "iris", "wine", "breast_cancer")
"""The sets of scikit-learn whose targets are classes."""
_WITH_CLASSES = ("csv", "npz", "mnist", "x", *_CLASSIFICATIONS)
_QUANTITIES = ("diabetes", "linnerud", "make_regression", "california_housing")
"""The sources whose targets are never classes."""


def check_matrix(key: str, rows: Sequence[Sequence[Fraction]]) -> tuple[int, int]:
    """Return a matrix's shape; raise TaskError if it is empty or ragged."""
    if not rows or not rows[0]:
        raise TaskError(f"{key}: expected rows of numbers, found an empty matrix")
    for index, row in enumerate(rows):
        if len(row) != len(rows[0]):
            raise TaskError(f"{key}[{index}]: expected {len(rows[0])} numbers as in the first row, found {len(row)}")
    return len(rows), len(rows[0])


def check_data(table: TrainingDataTable, loss: Loss, outputs: int) -> None:
    """Raise TaskError, naming the key, where there is not one source of rows, or choices do not go together.

    `outputs` is the number of units of the last layer.
    """
    sources = [name for name in SOURCES if getattr(table, name) is not None]
    if len(sources) != 1:
        found = ", ".join(sources) or "none"
        raise TaskError(f"data: expected one source of rows ({', '.join(SOURCES)}), found {found}")
    _check_inline(table)
    source = table.sklearn or sources[0]
    complaints = chain(
        _of_columns(table, source),
        _of_parts(table, source),
        _of_classes(table, source, outputs),
        _of_loss(table, source, loss),
    )
    complaint = next(complaints, None)
    if complaint is not None:
        raise TaskError(complaint)


def _check_inline(table: TrainingDataTable) -> None:
    if (table.x is None) != (table.y is None):
        raise TaskError("data: x and y go together")
    if table.x is not None and table.y is not None:
        samples, _ = check_matrix("data.x", table.x)
        targets = len(table.y.classes) or check_matrix("data.y", table.y.rows)[0]
        if targets != samples:
            raise TaskError(f"data.y: expected {samples} of them, one for each row of data.x, found {targets}")


def _has_classes(table: TrainingDataTable) -> bool:
    """Tell whether targets become one-hot rows."""
    return table.classes or table.mnist is not None or (table.y is not None and bool(table.y.classes))


def _of_columns(table: TrainingDataTable, source: str) -> Iterator[str]:
    for name in ("features", "targets"):
        columns = getattr(table, name)
        if columns and table.csv is None:
            yield f"data.{name}: chooses columns of a csv; the rows come from {source}"
        for index, column in enumerate(columns):
            if isinstance(column, int) and column < 0:
                yield f"data.{name}[{index}]: expected the number of a column, from 0, found {column}"
    times = Counter((*table.features, *table.targets))
    for column in (column for column, count in times.items() if count > 1):
        shown = column if isinstance(column, int) else f'"{column[:60]}"'
        yield f"data.features: column {shown} is chosen twice; expected each as a feature or as a target, once"


def _of_parts(table: TrainingDataTable, source: str) -> Iterator[str]:
    if table.split_seed is not None and not table.validation:
        yield "data.split_seed: draws the rows for validation; it goes with a share such as validation = 0.2"
    if table.standardise == "both" and _has_classes(table):
        yield f'data.standardise: the classes of {source} stay 0 and 1; expected "inputs" or "none", found "both"'


def _of_classes(table: TrainingDataTable, source: str, outputs: int) -> Iterator[str]:
    if table.classes and source in _QUANTITIES:
        others = ", ".join(_WITH_CLASSES)
        yield f"data.classes: the targets of {source} are quantities; sources with classes: {others}"
    if table.classes and len(table.targets) > 1:
        yield f"data.targets: expected one column, with the label of the class, found {len(table.targets)}"
    if table.classes and table.y is not None and not table.y.classes:
        yield "data.y: expected class indices such as [0, 2, 1], found rows of numbers; for these leave out classes"
    if outputs == 1 and _has_classes(table):
        yield (
            "network.units: classes take one unit each in the last layer, found 1; for one output give targets of "
            "0 and 1, without classes"
        )
    for index, target in enumerate(table.y.classes if table.y else ()):
        if not 0 <= target < outputs:
            yield f"data.y[{index}]: expected a class index from 0 to {outputs - 1}, found {target}"


def _of_loss(table: TrainingDataTable, source: str, loss: Loss) -> Iterator[str]:
    if loss in PROBABILITY_LOSSES and source in _QUANTITIES:
        yield f"network.loss: {loss} needs targets from 0 to 1; those of {source} are quantities"
    if loss in PROBABILITY_LOSSES and table.standardise == "both":
        yield f'data.standardise: {loss} needs targets from 0 to 1; expected "inputs" or "none", found "both"'
    single_target = source in _CLASSIFICATIONS or (source == "csv" and len(table.targets) < 2)
    if loss in CLASS_LOSSES and single_target and not table.classes:
        yield f"data.classes: {loss} needs the classes of {source}; expected classes = true"
