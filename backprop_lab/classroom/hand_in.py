"""What a student handed in, wherever it came from."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct


class HandedFile(Struct, frozen=True):
    """A file that was handed in: its name, with `/` between folders, as the student had it, and where it lies now."""

    name: str
    path: Path


class HandIn(Struct, frozen=True):
    """What one student handed in.

    `key` tells the students of one source apart and is the student's id where there is no roster. `names` are all by
    which a roster may know the student: names, user names, numbers, addresses.
    """

    key: str
    names: tuple[str, ...]
    files: tuple[HandedFile, ...] = ()
    late: bool = False
    problem: str = ""
    """Why there is nothing to read, such as an archive that was refused; one line."""
