"""The rows of a CSV file as spreadsheets save it: a name, then values; by comma, semicolon or tab."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from msgspec import Struct

from backprop_lab.errors import SubmissionError
from backprop_lab.submissions.headings import Role, named, role
from backprop_lab.submissions.numbers import read_number

_REMARK = re.compile(r"[^\W\d_]{2}")
_WHOLE = re.compile(r"[-+−]?\d+")
_NO_WHOLE = re.compile(r"[-+−]?0\d+|[-+−]0")


class Row(Struct, frozen=True):
    """A line of the file: what is named, and the values beside it."""

    name: str
    values: list[str]
    line: int


def table_rows(text: str) -> Iterator[Row]:
    """Yield the rows that hold anything, without a header, comments (`#`) and columns of remarks.

    A line whose header names columns of gradients or new values beside those of values comes as several rows. Raises
    SubmissionError if the text is not CSV or has no second column.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((line for line in lines if not line.startswith("#") and re.search("[,;\t]", _unquoted(line))), "")
    delimiter = next((mark for mark in "\t;" if mark in _unquoted(first)), ",")
    if not first:
        raise SubmissionError("is not an answer sheet: it has one column; expected lines such as Z1,0.08")
    found = _read(lines, delimiter)
    yield from _with_decimal_commas(list(found)) if delimiter == "," else found


def _read(lines: list[str], delimiter: str) -> Iterator[Row]:
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter, skipinitialspace=True, strict=True)
    roles: list[Role] = []
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells]
            if _is_header(cells):
                roles = [role(cell) for cell in cells]
                if not any(cells[2:]) and roles[1] == "value":
                    roles = []
                continue
            row = _row(cells, reader.line_num)
            if row is not None:
                yield from _parts(row, roles)
    except csv.Error as error:
        raise SubmissionError(
            f"line {reader.line_num}: is not CSV: {error}; expected lines such as Z1,0.08"
        ) from None


def _parts(row: Row, roles: list[Role]) -> Iterator[Row]:
    """Yield a row for each of its columns that a header calls values; the row as it is where no header says."""
    called = [
        Row(named(its_role, row.name), [value], row.line)
        for its_role, value in zip(roles[1:], row.values, strict=False)
        if its_role in ("value", "new", "gradient")
    ]
    yield from called or [row]


def _with_decimal_commas(rows: list[Row]) -> list[Row]:
    """Put numbers together that a decimal comma cut in two: `Z1,-0,7`, for nobody writes a whole number as -0 or 08.

    Where no number of a file has a point, such a row speaks for the other rows with two whole numbers too.
    """
    numbers = [row.values for row in rows if row.values and read_number(row.values[0])]
    throughout = any(map(_is_cut, numbers)) and all(
        _is_pair(values) or (len(values) == 1 and _WHOLE.fullmatch(values[0])) for values in numbers
    )
    return [
        Row(row.name, [",".join(row.values)], row.line)
        if _is_cut(row.values) or (throughout and _is_pair(row.values))
        else row
        for row in rows
    ]


def _is_cut(values: list[str]) -> bool:
    return _is_pair(values) and any(map(_NO_WHOLE.fullmatch, values))


def _is_pair(values: list[str]) -> bool:
    """Tell whether values may be the two halves of a number with a decimal comma."""
    return len(values) == 2 and bool(_WHOLE.fullmatch(values[0])) and values[1].isdecimal()


def _row(cells: list[str], line: int) -> Row | None:
    """Make a row of its cells, without empty ones and remarks at the end; None if nothing is left."""
    while cells and (not cells[-1] or (len(cells) > 2 and _is_remark(cells[-1]))):
        cells.pop()
    return Row(cells[0], cells[1:], line) if cells and not cells[0].startswith("#") else None


def _is_header(cells: list[str]) -> bool:
    """Tell whether cells call what is under them values or symbols, as those of `Z1,no result` do not."""
    if len(cells) < 2 or re.search(r"\d", cells[0]):
        return False
    return role(cells[0]) == "name" or role(cells[1]) in ("value", "new", "gradient")


def _is_remark(cell: str) -> bool:
    return bool(_REMARK.search(cell)) and read_number(cell) is None


def _unquoted(line: str) -> str:
    return "".join(line.split('"')[::2])
