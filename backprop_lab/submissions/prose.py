r"""Find answers in prose: Markdown, LaTeX or plain text with lines such as `$Z_1 = 1(0.2) + … = -0.7$`.

A chain of `=` and `≈` gives its last number to the symbol that it begins with, and only if that is a plain number, a
fraction or a matrix: `Z_1 = 0.2 + 0.1` leaves the adding to its reader, who does not do it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from backprop_lab.errors import SubmissionError
from backprop_lab.marking.observations import Answer, Where
from backprop_lab.submissions.chains import Found, chain_answers
from backprop_lab.submissions.grids import Grid, table_cells
from backprop_lab.submissions.markup import Line, rows
from backprop_lab.submissions.program import Cell

LARGEST_PROSE = 2**18
"""Characters of all prose of a submission, without the pictures in it."""

_PICTURE = re.compile(r"data:[\w/.+-]{1,60};base64,[A-Za-z0-9+/=]*")


class Prose(Struct, frozen=True):
    """The answers that a text gives, in its order; a symbol may come more than once."""

    answers: tuple[Answer, ...]


def bounded(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """Return texts without the pictures embedded in them; raise SubmissionError if they are larger than is read."""
    plain = tuple(Cell(_PICTURE.sub("", cell.source), cell.number) for cell in cells)
    if sum(len(cell.source) for cell in plain) > LARGEST_PROSE:
        raise SubmissionError(f"has more than {LARGEST_PROSE // 2**10} kB of text; leave out what is no answer")
    return plain


def read_prose(cells: Iterable[Cell], *, latex: bool = False) -> Prose:
    """Return the answers in texts, or in the Markdown cells of a notebook; `latex`: `%` begins a comment."""
    return Prose(
        tuple(
            value.answer(Where(name, line, cell.number))
            for cell in cells
            for line, name, value in _found(rows(cell.source, latex=latex))
        )
    )


def _found(lines: Iterable[Line]) -> Iterator[Found]:
    """Yield the answers of tables and of everything between them, in order."""
    between: list[Line] = []
    grid = Grid()
    for line in lines:
        cells = table_cells(line)
        if cells is None:
            between.append(line)
            grid = Grid()
            continue
        yield from chain_answers(between)
        between = []
        related = [found for cell in cells for found in chain_answers([Line(line.number, cell, "blank", False)])]
        if related:
            yield from related
        else:
            for name, value in grid.answers(cells):
                yield Found(line.number, name, value)
    yield from chain_answers(between)
