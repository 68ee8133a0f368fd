"""A program as it was handed in: the cells of a notebook, or the one text of a script."""

from __future__ import annotations

from msgspec import Struct


class Cell(Struct, frozen=True):
    """Python source and the number of its cell, from 1 through all cells; None for a script."""

    source: str
    number: int | None = None


class File(Struct, frozen=True):
    """A file that a program finds beside it: its name, with `/` between folders, and what is in it."""

    name: str
    content: bytes


class Program(Struct, frozen=True):
    """A script or notebook: its cells in order, the name of its file, and the files beside it."""

    cells: tuple[Cell, ...]
    name: str
    files: tuple[File, ...] = ()
