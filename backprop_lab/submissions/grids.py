"""Read tables of answers: a symbol and its value in a row, or symbols in the header and values below them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from backprop_lab.submissions.markup import Line, restored
from backprop_lab.submissions.symbols import ascii_name
from backprop_lab.submissions.values import Value, read_value

Role = Literal["new", "gradient", "value", ""]

_RULE = re.compile(r"\s*:?-+:?\s*")
_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("gradient", re.compile(r"grad|derivative|\\partial|∂|dL|nabla")),
    ("new", re.compile(r"\bnew\b|updated|\bafter\b", re.IGNORECASE)),
    ("value", re.compile(r"\bold\b|initial|before|current|value|result|answer", re.IGNORECASE)),
)
_MOST_CELLS = 200
_BAR = re.compile(r"(?<!\\)\|")


def table_cells(line: Line) -> list[str] | None:
    """Return the cells of a row of a table; None for a row that is none."""
    text = line.text.strip()
    if line.table:
        return [cell.strip() for cell in _BAR.split(text.strip("|"), _MOST_CELLS)]
    if "&" in text and not re.search(r"=|≈|\\approx|\\simeq|→|\\to\b", text):
        return [cell.strip() for cell in text.split("&", _MOST_CELLS)]
    return None


class Grid:
    """A table while it is read: what its header says of each column."""

    def __init__(self) -> None:
        self.header: list[str] = []

    def answers(self, cells: list[str]) -> Iterator[tuple[str, Value]]:
        """Yield the answers of the next row."""
        cells = [restored(cell).strip("$ *") for cell in cells]
        if all(_RULE.fullmatch(cell) for cell in cells):
            return
        values = [read_value(cell) for cell in cells]
        if all(value is None for value in values):
            self.header = cells
            return
        names = [ascii_name(cell) if value is None else None for cell, value in zip(cells, values, strict=True)]
        # A row may begin with its number: what counts is the first value to the right of a symbol.
        symbol = next((place for place, name in enumerate(names) if name is not None), len(cells))
        first = next((place for place in range(symbol, len(cells)) if values[place] is not None), None)
        if first is not None:
            name = next(name for name in reversed(names[:first]) if name is not None)
            yield from self._row(name, [value if place >= first else None for place, value in enumerate(values)])
        elif len(self.header) == len(values):
            for heading, value in zip(self.header, values, strict=True):
                above = ascii_name(heading)
                if above is not None and value is not None:
                    yield above, value

    def _row(self, name: str, values: list[Value | None]) -> Iterator[tuple[str, Value]]:
        """Yield what a row that begins with a symbol says: by the roles of its columns, else its last value."""
        roles = [_role(heading) for heading in self.header]
        roles += [""] * (len(values) - len(roles))
        if "new" not in roles and "gradient" not in roles:
            yield name, next(value for value in reversed(values) if value is not None)
            return
        for role, value in zip(roles, values, strict=False):
            if value is not None and role:
                yield _as(role, name), value


def _role(heading: str) -> Role:
    return next((role for role, pattern in _ROLES if pattern.search(heading)), "")


def _as(role: Role, name: str) -> str:
    if role == "new" and not name.endswith("_new"):
        return f"{name}_new"
    return f"d{name}" if role == "gradient" and not name.startswith("d") else name
