"""A submission with the files that lie beside a program, which it may read: data, or modules of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from msgspec.structs import replace

from backprop_lab.limits import DEEPEST, HAND_IN
from backprop_lab.submissions.notebook import Notebook
from backprop_lab.submissions.program import File
from backprop_lab.submissions.read import Submission, read_submission
from backprop_lab.submissions.script import Script


def read_whole(path: Path) -> Submission:
    """Read a submission with what lies beside it; raise SubmissionError if it cannot be read."""
    submission = read_submission(path)
    if isinstance(submission, Script | Notebook):
        return replace(submission, program=replace(submission.program, files=files_beside(path)))
    return submission


def files_beside(path: Path) -> tuple[File, ...]:
    """Return the files in the folder of a program and in those below it, as far as they could be handed in with it.

    One that is larger than what is left of the bytes that one may hand in is not there for the program.
    """
    room = HAND_IN.size
    found = []
    for entry in _below(path.parent):
        with suppress(OSError):
            if entry.stat().st_size <= room:
                content = entry.read_bytes()
                room -= len(content)
                found.append(File(entry.relative_to(path.parent).as_posix(), content))
    return tuple(found)


def _below(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder, then those of the folders in it, and so on, within the bounds of a hand-in."""
    folders = [(folder, 0)]
    left = HAND_IN.entries
    for inner, depth in folders:
        entries: list[Path] = []
        with suppress(OSError):
            entries = sorted(islice(inner.iterdir(), left))
        left -= len(entries)
        for entry in entries:
            with suppress(OSError):
                if entry.is_file():
                    yield entry
                elif entry.is_dir() and not entry.name.startswith(".") and depth < DEEPEST:
                    folders.append((entry, depth + 1))
