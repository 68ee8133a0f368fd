"""From the table `[data]` of a training task to its data set."""

from __future__ import annotations

from pathlib import Path

from backprop_lab.training.data.california import california_rows
from backprop_lab.training.data.csvfile import csv_rows
from backprop_lab.training.data.dataset import DataSet
from backprop_lab.training.data.dividing import divided
from backprop_lab.training.data.inline import inline_rows
from backprop_lab.training.data.mnist import mnist_rows
from backprop_lab.training.data.npzfile import npz_rows
from backprop_lab.training.data.rows import Rows
from backprop_lab.training.data.sklearnsets import made_regression, sklearn_rows
from backprop_lab.trainingtask import TrainingDataTable


def load_data(table: TrainingDataTable, folder: Path) -> DataSet:
    """Read the source that a checked table names, then divide and standardise its rows.

    `folder` is the task file's: files lie in it or below. Raises TaskError, one line that names the key and the
    place, for what cannot be read, and MissingExtraError where a set of scikit-learn's needs it.
    """
    return divided(_rows(table, folder), table)


def _rows(table: TrainingDataTable, folder: Path) -> Rows:
    if table.csv is not None:
        return csv_rows(table.csv, table, folder)
    if table.npz is not None:
        return npz_rows(table.npz, folder, classes=table.classes)
    if table.sklearn is not None:
        return sklearn_rows(table.sklearn, classes=table.classes)
    if table.make_regression is not None:
        return made_regression(table.make_regression)
    if table.california_housing is not None:
        return california_rows(table.california_housing, folder)
    if table.mnist is not None:
        return mnist_rows(table.mnist, folder, table.rows)
    assert table.x is not None
    assert table.y is not None
    return inline_rows(table.x, table.y)
