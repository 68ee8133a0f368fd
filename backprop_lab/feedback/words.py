"""From the parts of a marked submission to words: sentences through their template, strangers' text as text."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any

from backprop_lab.errors import escaped
from backprop_lab.marking.marks import Corrected, VerdictName
from backprop_lab.marking.observations import Crash, Where
from backprop_lab.templating import macros
from backprop_lab.writing.numbers import shown

MOST_FRAMES = 8
"""Lines of a traceback that are kept, the last ones."""
_LONGEST_NAME = 60
_LONGEST_MESSAGE = 300
_LONGEST_LINE = 90
_LARGEST_DENOMINATOR = 1000


def sentence(what: str, about: Any, *, words: str = "feedback_words.j2") -> str:
    """Return what a macro of a template of words says about something, on one line."""
    return " ".join(str(getattr(macros(words), what)(about)).split())


def printable(text: str, longest: int = _LONGEST_NAME) -> str:
    """Return a stranger's text with control characters escaped, cut off where it is too long to be read."""
    kept = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return escaped(kept)


def message_text(text: str) -> str:
    """Return a message of several lines as one."""
    return printable(" ".join(text[: 4 * _LONGEST_MESSAGE].split()), _LONGEST_MESSAGE)


def crash_text(crash: Crash) -> SimpleNamespace:
    """Return what may be said about an exception."""
    return SimpleNamespace(
        type=printable(crash.type),
        message=message_text(crash.message),
        line=crash.line,
        cell=crash.cell,
        frames=[printable(line, _LONGEST_LINE) for line in crash.traceback.splitlines()[-MOST_FRAMES:]],
    )


def corrected_text(corrected: Corrected) -> SimpleNamespace:
    """Return who gave a verdict in the place of the one that was found, on which day, and why."""
    who, day = printable(corrected.who), printable(corrected.when.partition("T")[0])
    return SimpleNamespace(who=who, day=day, note=message_text(corrected.note))


def where_text(where: Where) -> Where:
    """Return a place with the student's name for it made printable."""
    return Where(printable(where.name), where.line, where.cell)


def places(wheres: Iterable[Where | None]) -> str:
    """Return where numbers stand in the student's file; nothing where nothing is known."""
    known = list(dict.fromkeys(where_text(where) for where in wheres if where is not None))
    if len(known) < 2:
        return sentence("place", known[0]) if known else ""
    together = len({(where.name, where.cell) for where in known}) == 1
    return sentence("places", SimpleNamespace(wheres=known, together=together))


@cache
def verdict_text(verdict: VerdictName) -> str:
    """Return a verdict as a sign and a word."""
    return f"{sentence('sign', verdict)} {sentence('verdict_name', verdict)}"


@lru_cache(maxsize=1024)
def points_of(points: Fraction, most: Fraction) -> str:
    """Return the points of a step out of the most that it is worth."""
    return sentence("points", SimpleNamespace(points=points_text(points), max_points=points_text(most)))


def points_text(points: Fraction) -> str:
    """Return points as people write them: 3, 2.5, 1/3, 7 1/3."""
    decimal = shown(float(points), 4)
    if Fraction(decimal) == points or points.denominator > _LARGEST_DENOMINATOR:
        return decimal
    whole, part = divmod(points, 1)
    return f"{whole} {part}" if whole else str(part)
