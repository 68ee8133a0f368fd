"""Read what stands behind a name: one number, a list of them, or a matrix, in whichever brackets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from backprop_lab.marking.observations import Answer, Shape, Where
from backprop_lab.submissions.numbers import Number, read_number

MOST_NUMBERS = 100_000
"""Numbers of one value; a larger one is not read."""

_TRANSPOSED = re.compile(r"\^\s*(?:\{\s*)?(?:T|⊤|\\top|\\intercal|\\mathsf\{T\}|\\mathrm\{T\})(?:\s*\})?$")
_SIZED = re.compile(r"\\(?:left|right|[bB]igg?[lr]?)(?![a-zA-Z])")
_LATEX = re.compile(
    r"\\begin\{((?:[bpvBV]?(?:small)?matrix|array)\*?)\}(?:\{[lcr| ]*\}|\[[lcr]\])?(.*)\\end\{\1\}", re.DOTALL
)
_DECIMAL_COMMA = re.compile(r"\s*[-+−–]?\d+,\d+\s*")
_ROW = re.compile(r"\[([^\[\]]*)\]")


class Value(Struct, frozen=True):
    """Numbers in rows: shape () for a single number, (n,) for a list, (rows, columns) for a matrix."""

    shape: Shape
    numbers: tuple[Number, ...]

    def answer(self, where: Where) -> Answer:
        """Return the value as what somebody answered in a place."""
        numbers = self.numbers
        return Answer(where, self.shape, tuple(n.value for n in numbers), tuple(n.unit for n in numbers))


def read_value(text: str) -> Value | None:
    r"""Read a number, or a matrix in any usual form; None if the text is neither.

    `[0.2, -0.3]`, `[[0.2, -0.3], [0.4, 0.1]]`, `0.2 -0.3; 0.4 0.1`, NumPy's print of an array, and LaTeX's
    `\begin{bmatrix} 0.2 & -0.3 \\ 0.4 & 0.1 \end{bmatrix}`; a transposed list is a column.
    """
    text = text.strip()
    number = read_number(text)
    if number is not None:
        return Value((), (number,))
    transposed = _TRANSPOSED.search(text[-24:])
    if transposed:
        value = _matrix(text[: len(text) - len(transposed[0])].rstrip())
        return None if value is None else _flipped(value)
    return _matrix(text)


def read_rows(rows: Sequence[Sequence[str]], *, flat: bool) -> Value | None:
    """Read rows of written numbers; None if one is not a number or the rows are not of one length.

    `flat`: a single row is a list and not a matrix of one row.
    """
    width = len(rows[0]) if rows else 0
    if not width or any(len(row) != width for row in rows) or width * len(rows) > MOST_NUMBERS:
        return None
    numbers = tuple(number for row in rows for text in row if (number := read_number(text)) is not None)
    if len(numbers) < width * len(rows):
        return None
    return Value((width,) if flat and len(rows) == 1 else (len(rows), width), numbers)


def read_nested(found: Any) -> Value | None:
    """Read a number's text, or lists of them as TOML and JSON hold them."""
    if isinstance(found, str):
        return read_value(found.strip(" “”„‟‘’‚‛"))
    if isinstance(found, int) and not isinstance(found, bool):
        return read_value(str(found)) if abs(found) < 10**60 else None
    if not isinstance(found, list):
        return None
    if any(isinstance(item, list) for item in found):
        rows = [[_text(item) for item in row] for row in found if isinstance(row, list)]
        return read_rows(rows, flat=False) if len(rows) == len(found) else None
    return read_rows([[_text(item) for item in found]], flat=True)


def _text(item: Any) -> str:
    if isinstance(item, int) and not isinstance(item, bool):
        return str(item) if abs(item) < 10**60 else ""
    return item if isinstance(item, str) else ""


def _flipped(value: Value) -> Value:
    if len(value.shape) == 1:
        return Value((value.shape[0], 1), value.numbers)
    rows, columns = value.shape
    return Value((columns, rows), tuple(value.numbers[i * columns + j] for j in range(columns) for i in range(rows)))


def unbracketed(text: str) -> str | None:
    """Return what stands in the brackets of a list or matrix, LaTeX's too; None if it has none."""
    text = _SIZED.sub("", text).strip()
    inside = text[1:-1].strip() if _is_enclosed(text) else text
    matrix = _LATEX.fullmatch(inside)
    if matrix:
        return matrix[2]
    return None if inside is text else inside


def _is_enclosed(text: str) -> bool:
    return len(text) > 1 and text[0] + text[-1] in ("[]", "()", "{}")


def _matrix(text: str) -> Value | None:
    text = _SIZED.sub("", text).strip()
    latex = _LATEX.fullmatch(text[1:-1].strip() if _is_enclosed(text) else text)
    if latex:
        rows = [row.split("&") for row in re.split(r"\\\\(?:\[[^\]\n]{0,12}\])?", latex[2]) if row.strip()]
        return read_rows(rows, flat=False)
    if not _is_enclosed(text):
        return read_rows([_cells(row, bracketed=False) for row in _lines(text)], flat=True)
    inner = text[1:-1].strip()
    if inner.startswith(text[0]):
        inner = inner.replace(text[0], "[").replace(text[-1], "]")
    if not inner.startswith("["):
        lines = _lines(inner)
        if len(lines) > 1 and all(_DECIMAL_COMMA.fullmatch(line) for line in lines):
            # [-0,7; 0,1] is written where a comma is for decimals and a semicolon separates.
            return read_rows([[line] for line in lines], flat=False)
        return read_rows([_cells(line, bracketed=True) for line in lines], flat=True)
    if _ROW.sub("", inner).strip(" ,;\t\n\r"):
        return None
    return read_rows([_cells(row, bracketed=True) for row in _ROW.findall(inner)], flat=False)


def _lines(text: str) -> list[str]:
    return [line for line in re.split(r"[;\n]", text) if line.strip()]


def _cells(row: str, *, bracketed: bool) -> list[str]:
    """Split a row into its numbers; a comma separates them unless it can only be a decimal one.

    It separates where there are points for decimals, where a space follows it, and in brackets without any space.
    """
    row = row.strip().strip(",").strip()
    if "." in row and "," in row:
        return row.split(",")
    if re.search(r",\s", row):
        return re.split(r",\s+", row)
    if bracketed and not re.search(r"\s", row):
        return row.split(",")
    return row.split()
