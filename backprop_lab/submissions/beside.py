"""The files that lie beside a program, which it may read: data, or modules of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from backprop_lab.submissions.program import File

MOST_FILES = 1000
# Bytes of one file, and of all of them; a file that is larger is not there for the program.
LARGEST_FILE, LARGEST_FILES = 1 << 24, 1 << 26


def files_beside(path: Path) -> tuple[File, ...]:
    """Return the files in the folder of a program and in those below it, as far as there are not too many."""
    room = LARGEST_FILES
    found = []
    for entry in _below(path.parent):
        with suppress(OSError):
            if entry.stat().st_size <= min(LARGEST_FILE, room):
                content = entry.read_bytes()
                room -= len(content)
                found.append(File(entry.relative_to(path.parent).as_posix(), content))
    return tuple(found)


def _below(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder, then those of the folders in it, and so on; of a thousand entries at most."""
    folders = [folder]
    left = MOST_FILES
    for inner in folders:
        entries: list[Path] = []
        with suppress(OSError):
            entries = sorted(islice(inner.iterdir(), left))
        left -= len(entries)
        for entry in entries:
            with suppress(OSError):
                if entry.is_file():
                    yield entry
                elif entry.is_dir() and not entry.name.startswith("."):
                    folders.append(entry)
