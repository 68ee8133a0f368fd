"""A program as it was handed in: the cells of a notebook, or the one text of a script."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct


class Cell(Struct, frozen=True):
    """Python source and the number of its cell, from 1 through all cells; None for a script."""

    source: str
    number: int | None = None


class Program(Struct, frozen=True):
    """A script or notebook: its cells in order, the name of its file and the folder it lies in."""

    cells: tuple[Cell, ...]
    name: str
    folder: Path
