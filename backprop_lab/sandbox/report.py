"""Read what comes back from a recorder's process: lines of JSON, of plain numbers and texts, and nothing else."""

from __future__ import annotations

from math import isfinite, prod
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from backprop_lab.limits import MIB
from backprop_lab.marking.observations import Constant, Crash, Seen, Where
from backprop_lab.sandbox.constants import MOST_LITERALS
from backprop_lab.sandbox.observer import MOST_CONSTANTS, ROOM, SMALL
from backprop_lab.sandbox.values import MOST_NUMBERS

LONGEST_LINE = MIB
LARGEST_REPORT = 128 * MIB
# Threads of a program may pass a bound of the recorder's at the same time.
SLACK = 1000

_Count = Annotated[int, Meta(ge=0, lt=1 << 31)]
_Size = Annotated[int, Meta(ge=1, le=MOST_NUMBERS)]
_Shape = Annotated[tuple[_Size, ...], Meta(max_length=64)]  # NumPy's arrays have no more axes


class _Seen(Struct, array_like=True, tag="s", forbid_unknown_fields=True):
    site: _Count
    visit: _Count
    name: str
    line: _Count | None
    cell: _Count | None
    shape: _Shape
    numbers: tuple[float | None, ...]
    typed: bool
    single: bool
    inner: bool


class _Constant(Struct, array_like=True, tag="c", forbid_unknown_fields=True):
    place: _Count
    leaf: _Count
    name: str
    line: _Count | None
    cell: _Count | None
    shape: _Shape
    numbers: tuple[float, ...]


class Literals(Struct, array_like=True, tag="l", forbid_unknown_fields=True):
    """The numbers of a program's text: the program starts."""

    numbers: tuple[float, ...]


class _Crash(Struct, array_like=True, forbid_unknown_fields=True):
    type: str
    message: str
    line: _Count | None
    cell: _Count | None
    traceback: str


class End(Struct, array_like=True, tag="e", forbid_unknown_fields=True):
    """How a program ended, and how much of what it showed was left out."""

    status: Literal["ok", "error", "timeout", "memory", "sandbox"]
    dropped: _Count
    crash: _Crash | None


_LINE = msgspec.json.Decoder(_Seen | _Constant | Literals | End)
Entry = TypeVar("Entry")


class MalformedError(Exception):
    """What comes back is not what a recorder writes."""


class Lines:
    """What a process has sent so far, line by line: first the numbers of the program's text, last how it ended."""

    def __init__(self, longest_line: int = LONGEST_LINE) -> None:
        self.literals: tuple[float, ...] | None = None
        self.end: End | None = None
        self._longest_line = longest_line
        self._rest = b""
        self._size = 0

    def add(self, data: bytes) -> None:
        """Read the lines that some bytes complete; what comes after the end does not count.

        Raises:
            MalformedError: a line is not one of a recorder's, or there are more than it may write.
        """
        self._size += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        if self._size > LARGEST_REPORT or len(self._rest) > self._longest_line:
            raise MalformedError
        for line in lines:
            if self.end is None:
                self._take(line)

    def crash(self) -> Crash | None:
        """Return the exception that ended the program, if it told of one."""
        found = self.end.crash if self.end is not None else None
        if found is None:
            return None
        return Crash(found.type, found.message, found.line, found.cell, found.traceback)

    def _take(self, line: bytes) -> None:
        raise NotImplementedError

    def _decoded(self, line: bytes, decoder: msgspec.json.Decoder[Entry]) -> Entry:
        """Return an entry, if a recorder may write it now.

        The literals are the last thing before the program starts. What it writes of itself before that cannot be the
        program's: only there it may say that it failed.
        """
        try:
            entry = decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise MalformedError from error
        if self.literals is None:
            due = isinstance(entry, Literals) or (isinstance(entry, End) and entry.status not in ("ok", "error"))
        else:
            due = not isinstance(entry, Literals) and not (isinstance(entry, End) and entry.status == "sandbox")
        if not due:
            raise MalformedError
        return entry


class Report(Lines):
    """What a recorder's process has sent so far."""

    def __init__(self, observations: int) -> None:
        super().__init__()
        self.seen: list[Seen] = []
        self.constants: list[Constant] = []
        self._most = observations + MOST_CONSTANTS + SLACK
        self._room = ROOM + SMALL * self._most

    def _take(self, line: bytes) -> None:
        entry = self._decoded(line, _LINE)
        match entry:
            case _Seen():
                self._check(entry.shape, entry.numbers)
                where = Where(entry.name, entry.line, entry.cell)
                kinds = entry.typed, entry.single, entry.inner
                self.seen.append(Seen(entry.site, entry.visit, where, entry.shape, entry.numbers, *kinds))
            case _Constant():
                self._check(entry.shape, entry.numbers)
                where = Where(entry.name, entry.line, entry.cell)
                self.constants.append(Constant(entry.place, entry.leaf, where, entry.shape, entry.numbers))
            case Literals():
                if len(entry.numbers) > MOST_LITERALS:
                    raise MalformedError
                self.literals = entry.numbers
            case End():
                self.end = entry
        if len(self.seen) + len(self.constants) > self._most:
            raise MalformedError

    def _check(self, shape: tuple[int, ...], numbers: tuple[float | None, ...]) -> None:
        """Refuse numbers that are too many, not those of an array of that shape, or not finite."""
        self._room -= len(numbers)
        if self._room < 0 or len(numbers) > MOST_NUMBERS:
            raise MalformedError
        if prod(shape) != len(numbers):
            raise MalformedError
        if not all(number is None or isfinite(number) for number in numbers):
            raise MalformedError
