"""What a student handed in, wherever it came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from backprop_lab.errors import ClassroomError
from backprop_lab.submissions.program import File


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
    called: frozenset[str] = frozenset()
    """Those of the names that students choose themselves: no proof of an id."""


def contents(hand_in: HandIn) -> Iterator[File]:
    """Yield the files of a hand-in with what is in them; raise ClassroomError for one that cannot be read."""
    for file in hand_in.files:
        try:
            yield File(file.name, file.path.read_bytes())
        except OSError as error:
            raise ClassroomError(f"{file.path}: cannot be read: {error.strerror}") from None


def prefixed(hand_in: HandIn, source: str) -> HandIn:
    """Return a hand-in with the name of where it comes from before the names of its files."""
    return replace(hand_in, files=tuple(HandedFile(f"{source}/{file.name}", file.path) for file in hand_in.files))


def together(hand_ins: Sequence[HandIn]) -> HandIn:
    """Put the hand-ins of one student together under the first one's key.

    What could not be read is told only where there is nothing else to read.
    """
    files = tuple(file for hand_in in hand_ins for file in hand_in.files)
    return HandIn(
        hand_ins[0].key,
        tuple(dict.fromkeys(name for hand_in in hand_ins for name in hand_in.names)),
        files,
        any(hand_in.late for hand_in in hand_ins),
        "" if files else "; ".join(dict.fromkeys(hand_in.problem for hand_in in hand_ins if hand_in.problem)),
        frozenset().union(*(hand_in.called for hand_in in hand_ins)),
    )


def distinct(files: Iterable[HandedFile]) -> tuple[HandedFile, ...]:
    """Return the files, sorted, with a number before a name that another one has already: `2/lab.py`."""
    taken: dict[str, HandedFile] = {}
    for file in sorted(files, key=lambda file: file.name):
        names = chain([file.name], (f"{number}/{file.name}" for number in count(2)))
        name = next(name for name in names if name not in taken)
        taken[name] = HandedFile(name, file.path)
    return tuple(taken.values())
