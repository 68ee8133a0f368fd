"""Wrong numbers that a few students have in common and that no known mistake explains."""

from __future__ import annotations

import math
from array import array

import numpy as np
from msgspec import Struct

from backprop_lab.engine.arithmetic import round_half_away
from backprop_lab.feedback.lab_words import lab_words
from backprop_lab.marking.marks import Marks, Verdict
from backprop_lab.trainingtask import Lab

DIGITS = 9
"""Significant digits to which two numbers are the same."""
LEAST_DIGITS = 3
"""Digits of a number that is worth telling: two students come by a wrong 0 or 0.5 without each other."""
OWN_DIGITS = 5
"""The same where each has numbers of their own: products of tenths meet by chance, though nothing else has to."""
MOST_SHARE = 0.05
MOST_AT_LEAST = 4
"""A number that more students have than this, and more than this share of those marked, is a mistake of the class."""
_MOST_DECIMALS = 15


class SharedValue(Struct, frozen=True):
    """An entry of a step (row and column count from 0), and the wrong number that these students have for it."""

    step: str
    row: int
    column: int
    symbol: str
    value: float
    students: tuple[str, ...]


class WrongValues:
    """The unexplained wrong numbers of a class: 16 bytes for each, however long the class."""

    def __init__(self, task: Lab) -> None:
        self.task = task
        self._spots: dict[tuple[str, int, int], int] = {}
        self._entries, self._values, self._students = array("I"), array("d"), array("I")

    def add(self, student: int, marks: Marks, least_digits: int = LEAST_DIGITS) -> None:
        """Note the wrong numbers of a student, who is known by a number, that have so many significant digits."""
        for verdict in marks.verdicts:
            if verdict.found is not None and _is_telling(verdict, verdict.found, least_digits):
                spot = (verdict.step, verdict.row, verdict.column)
                self._entries.append(self._spots.setdefault(spot, len(self._spots)))
                self._values.append(float(f"{verdict.found:.{DIGITS}g}"))
                self._students.append(student)

    def shared(self, ids: list[str], marked: int) -> list[SharedValue]:
        """Return what two or more students have, but not much of the class: those of the same students together.

        `ids` are the students by their numbers, `marked` is how many were marked.
        """
        entries, values, students = map(np.array, (self._entries, self._values, self._students))
        order = np.lexsort((students, values, entries))
        entries, values, students = entries[order], values[order], students[order]
        starts_anew = (np.diff(entries) != 0) | (np.diff(values) != 0)
        groups = np.split(np.arange(len(order)), np.flatnonzero(starts_anew) + 1)
        most = max(MOST_AT_LEAST, MOST_SHARE * marked)
        spots, words = list(self._spots), lab_words(self.task)
        found = []
        for group in groups:
            if 2 <= len(group) <= most:
                step, row, column = spots[int(entries[group[0]])]
                names = tuple(ids[student] for student in students[group])
                symbol = words.symbols(step, row, column).unicode
                found.append(SharedValue(step, row, column, symbol, float(values[group[0]]), names))
        return sorted(found, key=lambda one: one.students)


def _is_telling(verdict: Verdict, found: float, least_digits: int) -> bool:
    if verdict.verdict != "wrong" or verdict.cause is not None or verdict.causes or not math.isfinite(found):
        return False
    if verdict.expected is None:
        return False
    digits = f"{found:.{DIGITS - 1}e}".partition("e")[0].lstrip("-").replace(".", "").rstrip("0")
    return len(digits) >= least_digits and not _is_rounding(found, verdict.expected)


def _is_rounding(found: float, right: float) -> bool:
    """Tell whether a number is the right one, rounded to some number of decimals or significant digits."""
    decimals = (float(round_half_away(right, places)) for places in range(_MOST_DECIMALS + 1))
    digits = (float(f"{right:.{places}e}") for places in range(_MOST_DECIMALS + 1))
    return any(math.isclose(found, rounded, rel_tol=1e-12) for rounded in (*decimals, *digits))
