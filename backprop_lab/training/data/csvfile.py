"""A CSV file: which columns are features, and which are targets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path

from backprop_lab.complaints import nearest
from backprop_lab.errors import TaskError
from backprop_lab.training.data.files import as_text, read_file
from backprop_lab.training.data.records import Column, columns_of, is_number, records
from backprop_lab.training.data.rows import Rows, by_label, told_of
from backprop_lab.trainingtask import TrainingDataTable


def csv_rows(name: str, table: TrainingDataTable, folder: Path) -> Rows:
    """Return the rows of a CSV file in UTF-8.

    Its first row has the names of the columns if the table calls one by its name, or no cell of it is a number.
    Without `targets` the last column is the target; without `features` all others are features. With `classes` the
    one target is a label. Raises TaskError, naming the file, the row and the column.
    """
    with told_of("data.csv", name):
        found = records(as_text(read_file(folder, name)))
        number, first = next(found, (0, []))
        if not first:
            raise TaskError("has no rows of data")
        calls = any(isinstance(column, str) for column in (*table.features, *table.targets))
        has_names = calls or not any(map(is_number, first))
        columns = [Column(place, cell if has_names else None) for place, cell in enumerate(first)]
        lines = found if has_names else chain([(number, first)], found)
    features, targets = _chosen(name, columns, table)
    with told_of("data.csv", name):
        label = targets[0] if table.classes else None
        numbers = features if table.classes else [*features, *targets]
        matrix, labels = columns_of(lines, len(columns), numbers, label)
        inputs = tuple(map(_named, features))
        if not table.classes:
            return Rows(matrix[:, : len(features)], matrix[:, len(features) :], inputs, tuple(map(_named, targets)))
        y, names = by_label(labels)
        return Rows(matrix, y, inputs, names, len(names))


def _named(column: Column) -> str:
    return f"column {column.place}" if column.name is None else column.name


def _chosen(name: str, columns: Sequence[Column], table: TrainingDataTable) -> tuple[list[Column], list[Column]]:
    """Return the columns of features and those of targets."""
    called: dict[str, list[Column]] = {}
    for column in columns:
        called.setdefault(column.name or "", []).append(column)
    features = [_found(f"data.features[{index}]", call, columns, called) for index, call in enumerate(table.features)]
    targets = [_found(f"data.targets[{index}]", call, columns, called) for index, call in enumerate(table.targets)]
    targets = targets or [columns[-1]]
    kept = set(targets)
    features = features or [column for column in columns if column not in kept]
    if not features:
        with told_of("data.csv", name):
            raise TaskError(f"expected columns of features beside the targets, found {len(columns)} in all")
    for column, count in Counter((*features, *targets)).items():
        if count > 1:
            raise TaskError(f"data.features: {column} is chosen twice; expected each as a feature or a target, once")
    return features, targets


def _found(key: str, call: str | int, columns: Sequence[Column], called: Mapping[str, Sequence[Column]]) -> Column:
    if isinstance(call, int):
        if not 0 <= call < len(columns):
            raise TaskError(f"{key}: expected the number of a column, 0 to {len(columns) - 1}, found {call}")
        return columns[call]
    fitting = called.get(call.strip(), ())
    if len(fitting) > 1:
        raise TaskError(f'{key}: {len(fitting)} columns are called "{call[:60]}"; choose one by its number, from 0')
    if not fitting:
        names = [name[:60] for name in called if name]
        raise TaskError(f'{key}: no column is called "{call[:60]}"; {nearest(call, names)}')
    return fitting[0]
