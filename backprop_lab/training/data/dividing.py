"""From the rows of a source to a data set: the first rows, a part kept for validation, columns standardised."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import numpy as np
import numpy.typing as npt
from msgspec.structs import replace

from backprop_lab.errors import TaskError
from backprop_lab.training.data.dataset import DataSet, Scaling
from backprop_lab.training.data.rows import Rows
from backprop_lab.training.seeded import Draws, Floats
from backprop_lab.trainingtask import Standardised, TrainingDataTable


def divided(rows: Rows, table: TrainingDataTable) -> DataSet:
    """Return the data set that `rows`, `validation`, `split_seed` and `standardise` make of the rows.

    Rows that the source keeps apart are for validation where the table keeps none.
    """
    if table.rows is not None:
        rows = _first(rows, table.rows)
    kept: tuple[Floats | None, Floats | None] = (None, None)
    x, y = np.ascontiguousarray(rows.x), np.ascontiguousarray(rows.y)
    if table.validation:
        training, validation = _split(len(x), table.validation, table.split_seed)
        x, y, kept = x[training], y[training], (x[validation], y[validation])
    elif rows.validation is not None:
        kept = (rows.validation.x, rows.validation.y)
    data = DataSet(x, y, rows.classes, rows.inputs, rows.targets, *kept)
    return _standardised(data, table.standardise)


def _first(rows: Rows, count: int) -> Rows:
    if count > len(rows.x):
        raise TaskError(f"data.rows: expected at most {len(rows.x):,}, as many as there are, found {count:,}")
    return replace(rows, x=rows.x[:count], y=rows.y[:count])


def _split(rows: int, share: float, seed: int | None) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return the rows of the training and of the validation part.

    Drawn, they are those of `torch.utils.data.random_split` after `torch.manual_seed(seed)`. A part of a row counts
    as a row of the validation part, as in scikit-learn's `train_test_split`.
    """
    training = rows - ceil(Fraction(str(share)) * rows)
    if training < 1:
        raise TaskError(
            f"data.validation: {share:g} of {rows} rows leaves none to train on; expected a smaller share"
        )
    order = np.arange(rows) if seed is None else Draws(seed).permutation(rows)
    return order[:training], order[training:]


def _standardised(data: DataSet, which: Standardised) -> DataSet:
    """Return the data with columns of mean 0 and population standard deviation 1 in the training part.

    A column that is constant, but for rounding, is left at 0, as scikit-learn's `StandardScaler` leaves it.
    """
    if which == "none":
        return data
    width = (1, data.y.shape[1])
    targets = _mean_and_deviation(data.y) if which == "both" else (np.zeros(width), np.ones(width))
    scaling = Scaling(*_mean_and_deviation(data.x), *targets)
    return replace(
        data,
        x=scaling.inputs(data.x),
        y=scaling.targets(data.y),
        validation_x=None if data.validation_x is None else scaling.inputs(data.validation_x),
        validation_y=None if data.validation_y is None else scaling.targets(data.validation_y),
        scaling=scaling,
    )


def _mean_and_deviation(columns: Floats) -> tuple[Floats, Floats]:
    mean, deviation = columns.mean(axis=0, keepdims=True), columns.std(axis=0, keepdims=True)
    constant = deviation <= len(columns) * np.finfo(np.float64).eps * np.abs(mean)
    return np.where(constant, columns[:1], mean), np.where(constant, 1.0, deviation)
