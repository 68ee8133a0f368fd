"""A line of the gradebook: a student, what was handed in, and its marks."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from backprop_lab.classroom.names import folded
from backprop_lab.marking.marks import Marks, VerdictName

ExportName = Literal["canvas", "gradescope", "junit", "moodle", "moodle-feedback"]
"""What rows can be exported to, by the names of the command line."""


class Student(Struct, frozen=True):
    """A student as the roster has it; without a roster the id is the key of the hand-in."""

    id: str
    name: str = ""
    group: str = ""
    seed: int | None = None
    """The seed of the student's own variant of the task."""

    @property
    def variant_key(self) -> str:
        """What the student's variant is drawn by: the id, whatever its case, or the roster's seed in its place."""
        return f"id {folded(self.id)}" if self.seed is None else f"seed {self.seed}"


class Member(Struct, frozen=True):
    """A student of the class as it is now, with the key of the marked submission that counts, if there is one.

    `hand_in` is the key of the hand-in, by which the place that it comes from knows the student.
    """

    student: Student
    key: str | None = None
    hand_in: str = ""
    on_roster: bool = True
    late: bool = False
    draw: tuple[int, ...] = ()
    """The draw of the student's own variant; empty where all have the numbers of the task."""


class Correction(Struct, frozen=True):
    """An instructor's own verdict on a step of a submission, or on one entry of it (row and column count from 0)."""

    step: str
    row: int | None
    column: int | None
    verdict: VerdictName
    note: str
    who: str
    when: str
    """UTC, as `2026-11-22T13:32:23Z`."""


class Row(Struct, frozen=True):
    """One student of the gradebook; corrections are in the marks already.

    `marks` is None for a student on the roster who handed nothing in. `fingerprint` are the sorted hashes by which
    near-identical programs are found, empty where there is no program.
    """

    student: Student
    marks: Marks | None = None
    submission: str = ""
    """The file that was marked, by the name it was handed in under."""
    others: tuple[str, ...] = ()
    """Files of the same hand-in that were read as well and not chosen."""
    on_roster: bool = True
    late: bool = False
    corrections: tuple[Correction, ...] = ()
    """Those of the files that are handed in now, the oldest first; of two for one entry the later counts."""
    fingerprint: tuple[int, ...] = ()
    lapsed: tuple[Correction, ...] = ()
    """Those of other files that the student handed in before: kept, and not applied."""
    hand_in: str = ""
    """The key of the hand-in, by which the place that it comes from knows the student."""
    draw: tuple[int, ...] = ()
    """The draw of the student's own variant; empty where all have the numbers of the task."""
    numbers_of: tuple[str, ...] = ()
    """Those whose numbers it solves in the place of the student's own."""
