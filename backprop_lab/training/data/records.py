"""Numbers and labels from delimited text; a complaint names the row, as a spreadsheet counts, and the column."""

from __future__ import annotations

import csv
import io
import re
from array import array
from collections.abc import Iterator, Sequence

import numpy as np
from msgspec import Struct

from backprop_lab.errors import TaskError
from backprop_lab.training.data.rows import LARGEST, MOST_NUMBERS, first_bad
from backprop_lab.training.seeded import Floats

Record = tuple[int, list[str]]
"""The number of a row, from 1, and its cells."""

_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_SEPARATORS = "\t;,"


class Column(Struct, frozen=True):
    """A column by its place from 0, and its name where the first row has names."""

    place: int
    name: str | None = None

    def __str__(self) -> str:
        return f"column {self.place} (the first is 0)" if self.name is None else f'column "{self.name[:60]}"'


def records(text: str) -> Iterator[Record]:
    """Yield the rows that hold anything, their cells without spaces around them; raise TaskError for what is not CSV.

    Cells are separated by tabs, else by semicolons, else by commas, whichever the first row has outside of quotes.
    """
    if sum(map(text.count, (*_SEPARATORS, "\n", "\r"))) > MOST_NUMBERS:
        raise TaskError(f"has more than {MOST_NUMBERS:,} cells")
    number = 0
    try:
        for number, cells in enumerate(_reader(text, separator(text), strict=True), start=1):
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield number, stripped
    except csv.Error as error:
        raise TaskError(f"row {number + 1}: is not CSV: {error}") from None


def is_number(cell: str) -> bool:
    """Tell whether a cell is a number as Python reads one, NaN and infinity among them."""
    try:
        _number(cell)
    except ValueError:
        return False
    return True


def columns_of(
    found: Iterator[Record], width: int, numbers: Sequence[Column], label: Column | None
) -> tuple[Floats, list[str]]:
    """Return the numbers of some columns (rows, numbers), and the cells of the column of labels if there is one.

    Raises TaskError for a row that has not as many cells as `width`, for a cell that is empty, and in a column of
    numbers for what is not a number between -1e100 and 1e100.
    """
    places = [column.place for column in numbers]
    values, rows, labels = array("d"), array("q"), []
    for number, cells in found:
        if len(cells) != width:
            raise TaskError(f"row {number}: expected {width} cells, as in the first row, found {len(cells)}")
        try:
            values.extend([_number(cells[place]) for place in places])
        except ValueError:
            wrong = next(column for column in numbers if not is_number(cells[column.place]))
            raise TaskError(f"row {number}, {wrong}: {_complaint(cells[wrong.place])}") from None
        rows.append(number)
        if label is not None:
            if not cells[label.place]:
                raise TaskError(f"row {number}, {label}: expected the label of a class, found an empty cell")
            labels.append(cells[label.place])
    if not rows:
        raise TaskError("has no rows of data")
    matrix = np.array(values).reshape(len(rows), len(places))
    bad = first_bad(matrix)
    if bad is not None:
        where = f"row {rows[bad[0]]}, {numbers[bad[1]]}"
        raise TaskError(f"{where}: expected a number from -{LARGEST:g} to {LARGEST:g}, found {matrix[bad]:g}")
    return matrix, labels


def separator(text: str) -> str:
    """Return what stands between cells: the first of tab, semicolon and comma that parts the first row."""
    for mark in _SEPARATORS:
        rows = _reader(text, mark, strict=False)  # with another separator than its own a text may be no strict CSV
        if len(next((cells for cells in rows if cells), [])) > 1:
            return mark
    return ","


def _reader(text: str, separator: str, *, strict: bool) -> Iterator[list[str]]:
    lines = io.StringIO(text, newline="")
    return csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=strict)


def _number(cell: str) -> float:
    if "_" in cell:  # Python's own digit separator
        raise ValueError
    return float(cell)


def _complaint(cell: str) -> str:
    if not cell:
        return "expected a number, found an empty cell"
    hint = f"; decimals are written with a point: {cell.replace(',', '.')}" if _DECIMAL_COMMA.fullmatch(cell) else ""
    return f'expected a number, found "{cell[:40]}"{hint}'
