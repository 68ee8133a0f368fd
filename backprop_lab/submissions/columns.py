"""The rows of a CSV file as spreadsheets save it: a name, then values; by comma, semicolon or tab."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from msgspec import Struct

from backprop_lab.errors import SubmissionError
from backprop_lab.submissions.numbers import read_number

_NAMES = {"symbol", "symbols", "quantity", "step", "key", "variable", "símbolo", "symbole", "größe"}
_VALUES = {"value", "values", "answer", "answers", "result", "number", "your answer", "valor", "valeur", "wert"}
_REMARK = re.compile(r"[^\W\d_]{2}")


class Row(Struct, frozen=True):
    """A line of the file: what is named, and the values beside it."""

    name: str
    values: list[str]
    line: int


def table_rows(text: str) -> Iterator[Row]:
    """Yield the rows that hold anything, without a header, comments (`#`) and columns of remarks.

    Raises SubmissionError if the text is not CSV or has no second column.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((line for line in lines if not line.startswith("#") and re.search("[,;\t]", _unquoted(line))), "")
    delimiter = next((mark for mark in "\t;" if mark in _unquoted(first)), ",")
    if not first:
        raise SubmissionError("is not an answer sheet: it has one column; expected lines such as Z1,0.08")
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter, skipinitialspace=True, strict=True)
    columns: int | None = None
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells]
            if _is_header(cells):
                # symbol, value, points: what a header does not call a value is none.
                columns = 1 if cells[1].lower() in _VALUES and any(cells[2:]) else None
                continue
            row = _row(cells, reader.line_num)
            if row is not None:
                yield Row(row.name, row.values[:columns], row.line)
    except csv.Error as error:
        raise SubmissionError(
            f"line {reader.line_num}: is not CSV: {error}; expected lines such as Z1,0.08"
        ) from None


def _row(cells: list[str], line: int) -> Row | None:
    """Make a row of its cells, without empty ones and remarks at the end; None if nothing is left."""
    while cells and (not cells[-1] or (len(cells) > 2 and _is_remark(cells[-1]))):
        cells.pop()
    return Row(cells[0], cells[1:], line) if cells and not cells[0].startswith("#") else None


def _is_header(cells: list[str]) -> bool:
    return len(cells) > 1 and (cells[1].lower() in _VALUES or cells[0].lower() in _NAMES)


def _is_remark(cell: str) -> bool:
    return bool(_REMARK.search(cell)) and read_number(cell) is None


def _unquoted(line: str) -> str:
    return "".join(line.split('"')[::2])
