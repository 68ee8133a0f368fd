"""Read tables of answers: a symbol and its value in a row, or symbols in the header and values below them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backprop_lab.submissions.chains import chain_end, symbol
from backprop_lab.submissions.headings import Role, named, role
from backprop_lab.submissions.markup import Line, restored
from backprop_lab.submissions.symbols import ascii_name, is_marked
from backprop_lab.submissions.values import Value, read_value

_RULE = re.compile(r"\s*:?-+:?\s*")
_BAR = re.compile(r"(?<!\\)\|")


def table_cells(line: Line) -> list[str] | None:
    """Return the cells of a row of a table; None for a row that is none."""
    text = line.text.strip()
    if line.table:
        return [cell.strip() for cell in _BAR.split(text.strip("|"))]
    if "&" in text and not re.search(r"=|≈|\\approx|\\simeq|→|\\to\b", text):
        return [cell.strip() for cell in text.split("&")]
    return None


class Grid:
    """A table while it is read: what its header says of each column."""

    def __init__(self) -> None:
        self._head([])

    def _head(self, header: list[str]) -> None:
        self.header = header
        self.roles: list[Role] = [role(heading) for heading in header]
        self.has_several = "new" in self.roles or "gradient" in self.roles

    def answers(self, cells: list[str]) -> Iterator[tuple[str, Value]]:
        """Yield the answers of the next row."""
        plain = [restored(cell).strip("$ *:") for cell in cells]
        if all(_RULE.fullmatch(cell) for cell in plain):
            return
        values = [read_value(text) or chain_end(cell) for text, cell in zip(plain, cells, strict=True)]
        if all(value is None for value in values):
            # A row with a single cell filled is the title of a part of the table.
            if sum(map(bool, plain)) > 1:
                self._head(plain)
            return
        names = [_name(cell) if value is None else None for cell, value in zip(plain, values, strict=True)]
        said = role(plain[0])
        below = list(self._below(said, values)) if said in ("new", "gradient") or not any(names) else []
        if below:
            yield from below
            return
        for name, first, last in self._named(plain, names, values):
            yield from self._row(name, [value if first <= at < last else None for at, value in enumerate(values)])

    def _named(
        self, cells: list[str], names: list[str | None], values: list[Value | None]
    ) -> Iterator[tuple[str, int, int]]:
        """Yield each symbol of a row and which cells may hold its value: from the first value to the right of it.

        A row may begin with its number, and words may stand beside the symbol. Another symbol after a value begins
        anew, as in `Z_1 | -0.7 | H_1 | 0`, but where the header has columns for several values.
        """
        name, rank, first = "", (False, False, False), None
        for place, (found, value) in enumerate(zip(names, values, strict=True)):
            if found is not None:
                marked = is_marked(cells[place])
                found_rank = (self.roles[place : place + 1] == ["name"], marked, ascii_name(cells[place]) == found)
                if first is not None and marked and not self.has_several:
                    yield name, first, place
                    name, rank, first = found, found_rank, None
                elif first is None and found_rank >= rank:
                    name, rank = found, found_rank
            elif value is not None and name and first is None:
                first = place
        if first is not None:
            yield name, first, len(values)

    def _below(self, said: Role, values: list[Value | None]) -> Iterator[tuple[str, Value]]:
        """Yield the values that stand below symbols, of a row that begins with what it says of them."""
        if len(self.header) == len(values):
            for heading, its_role, value in zip(self.header, self.roles, values, strict=True):
                above = ascii_name(heading) if value is not None and not its_role else None
                if above is not None and value is not None:
                    yield named(said, above), value

    def _row(self, name: str, values: list[Value | None]) -> Iterator[tuple[str, Value]]:
        """Yield what a row that begins with a symbol says: by the roles of its columns, else its last value."""
        stated = [
            (role, value) for role, value in zip(self.roles, values, strict=False) if value is not None and role
        ]
        if self.has_several:
            for role, value in stated:
                yield named(role, name), value
            return
        called = [value for role, value in stated if role == "value"]
        yield name, (called or [value for value in values if value is not None])[-1]


def _name(cell: str) -> str | None:
    """Return the symbol of a cell; words may stand before it, as in `new weight w_{21}`."""
    name = ascii_name(cell)
    worded = symbol(cell) if name is None else None
    return name if worded is None else named(role(cell), worded)
