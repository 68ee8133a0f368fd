"""What the gradebook stores as text: JSON, with exact fractions such as "3/2"."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from backprop_lab.feedback import Reveal
from backprop_lab.marking.marks import Marks

_Stored = TypeVar("_Stored", bound=Struct)


class Entry(Struct, frozen=True):
    """What is stored of one marked submission.

    `key` is a digest of all that its marks depend on, `digest` one of the handed-in files alone; `seconds` is how
    long marking took. The other fields are those of `Row`.
    """

    key: str
    digest: str
    submission: str
    marks: Marks
    others: tuple[str, ...] = ()
    fingerprint: tuple[int, ...] = ()
    seconds: float = 0.0
    numbers_of: tuple[str, ...] = ()


class CanvasColumns(Struct, frozen=True):
    """How the gradebook of Canvas knows a class: the headings of its columns up to the section, and of assignments.

    `students` are their cells under the former, by the ids of the roster.
    """

    headings: tuple[str, ...] = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
    students: dict[str, tuple[str, ...]] = {}
    assignments: tuple[str, ...] = ()


class Publishing(Struct, frozen=True):
    """How a gradebook goes out: which right numbers are shown, and the hashes of what every student was given."""

    reveal: Reveal = "wrong"
    given_out: tuple[int, ...] = ()
    canvas: CanvasColumns = CanvasColumns()


def encode(stored: Struct) -> str:
    """Return a struct as JSON, its text as `storable` has it."""
    return msgspec.json.encode(_storable(msgspec.to_builtins(stored, enc_hook=_as_text))).decode()


def decode(text: str, kind: type[_Stored]) -> _Stored:
    """Return the struct of a kind that `encode` made a text of."""
    return msgspec.json.decode(text, type=kind, dec_hook=_from_text)


def storable(text: str) -> str:
    r"""Return text that UTF-8 can hold: half a character, as of a file's name that is no text, is written \\udc80."""
    return text.encode("utf-8", "backslashreplace").decode()


def _storable(part: Any) -> Any:
    match part:
        case str():
            return storable(part)
        case dict():
            return {key: _storable(value) for key, value in part.items()}
        case list() | tuple():
            return [_storable(value) for value in part]
        case _:
            return part


def _as_text(value: Any) -> str:
    if isinstance(value, Fraction):
        return str(value)
    raise NotImplementedError(f"a {type(value).__name__} cannot be stored")


@lru_cache(maxsize=1000)
def _fraction(text: str) -> Fraction:
    return Fraction(text)


def _from_text(kind: type, value: Any) -> Any:
    if kind is Fraction:
        return _fraction(value)
    raise NotImplementedError(f"a {kind.__name__} cannot be stored")
