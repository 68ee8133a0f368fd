"""What a student's work produced: numbers, the names that they bore, and where they stand."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Shape = tuple[int, ...]
Status = Literal["ok", "error", "timeout", "memory", "output", "unreadable", "sandbox"]


class Where(Struct, frozen=True):
    """A place in a student's file: the name there, its line, and the cell of a notebook; both count from 1."""

    name: str
    line: int | None = None
    cell: int | None = None


class Answer(Struct, frozen=True):
    """A number or a matrix that somebody wrote down under a name.

    `numbers` are in the order in which they are written, row by row; `units` are those of their last digits (0.01 for
    0.35), and 0 for a fraction such as 2/25, which has no last digit. A number may be infinite or NaN.
    """

    where: Where
    shape: Shape
    numbers: tuple[float, ...]
    units: tuple[float, ...]


class Seen(Struct, frozen=True):
    """A number or array that a program had under a name.

    `site` numbers the places of the program where a value is seen, and `visit` how often it had come by, from 1: the
    same for both runs of a program. A number that is not finite, or no float64 can hold, is None. `typed` is a value
    written down as it stands and not calculated; `single`, one of float32 or less; `inner`, one that is calculated
    inside of a larger expression, whose text is its name.
    """

    site: int
    visit: int
    where: Where
    shape: Shape
    numbers: tuple[float | None, ...]
    typed: bool = False
    single: bool = False
    inner: bool = False


class Constant(Struct, frozen=True):
    """Numbers that a program states and does not calculate, so that other ones can be put in their place.

    `place` numbers the constant expressions of a program, and `leaf` the rectangular arrays and numbers in its value.
    """

    place: int
    leaf: int
    where: Where
    shape: Shape
    numbers: tuple[float, ...]


class Move(Struct, frozen=True):
    """Put `now` in the place of the numbers `was` of a constant, in the same shape and type."""

    place: int
    leaf: int
    was: tuple[float, ...]
    now: tuple[float, ...]


class Crash(Struct, frozen=True):
    """The exception that ended a program, and the student's own part of its traceback."""

    type: str
    message: str
    line: int | None
    cell: int | None
    traceback: str


class Recording(Struct, frozen=True):
    """What one run of a program left: in the order in which it happened.

    `literals` are the distinct numbers in the text of the program; `dropped` counts what was seen and not kept.
    `lenient` tells that arrays of one number were let pass for numbers, as NumPy did before 2.4.
    """

    status: Status
    seen: tuple[Seen, ...] = ()
    constants: tuple[Constant, ...] = ()
    literals: tuple[float, ...] = ()
    crash: Crash | None = None
    dropped: int = 0
    lenient: bool = False
