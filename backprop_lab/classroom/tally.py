"""What a class did, in small: all that its report and summary say, from one pass over the gradebook."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Literal, get_args

from msgspec import Struct

from backprop_lab.classroom.row import Correction, Row
from backprop_lab.classroom.shared import LEAST_DIGITS, OWN_DIGITS, WrongValues
from backprop_lab.feedback.lab_words import lab_words
from backprop_lab.feedback.words import crash_text, message_text, printable, sentence
from backprop_lab.marking.marks import Marks, Verdict, VerdictName
from backprop_lab.trainingtask import Lab

MOST_LISTED = 100
"""Students that are listed for one reason; of the others only the number is kept."""

Reason = Literal[
    "sandbox",
    "unreadable",
    "not_on_roster",
    "lapsed",  # a correction is of an earlier submission
    "other_numbers",
    "task_numbers",
    "another_task",
    "givens_not_used",
    "timeout",
    "memory",
    "output",
    "error",
    "nothing_moved",
    "other_path",
    "dropped",
    "unreadable_answers",
    "unknown_names",
    "wrong_size",
    "not_recomputed",
    "several_files",
    "stale_output",
]
REASONS: tuple[Reason, ...] = get_args(Reason)
"""Why a person should look at a submission, the most pressing first."""


class Concern(Struct, frozen=True):
    """A submission that needs a person: the student's number, the most pressing reason, and what is told about it."""

    student: int
    submission: str
    percent: float | None
    details: tuple[str, ...]


class Mistake(Struct):
    """A mistake in words, the numbers that it cost, the steps where it was made, and by which students."""

    text: str
    numbers: int
    steps: dict[str, None]
    students: list[int]


class Work(Struct):
    """The numbers of a step by verdict, and the points for them."""

    verdicts: Counter[VerdictName]
    points: float = 0.0
    max_points: float = 0.0


class Tally:
    """The aggregates of a class: a few hundred bytes for each student. Students are numbered as they come."""

    def __init__(self, task: Lab) -> None:
        self.task = task
        self.ids: list[str] = []
        self.names: list[str] = []
        self.percents: dict[str, array[float]] = {}
        self.groups: Counter[str] = Counter()
        self.points = self.max_points = 0.0
        self.off_roster = self.own_numbers = 0
        self.late: list[int] = []
        self.nothing: list[int] = []
        self.fingerprints: list[tuple[str, array[int]]] = []
        self.steps: dict[str, Work] = {}
        self.mistakes: dict[str, Mistake] = {}
        self.unexplained = Mistake("", 0, {}, [])
        self.wrong_values = WrongValues(task)
        self.concerns: dict[Reason, list[Concern]] = {}
        self.concern_counts: Counter[Reason] = Counter()
        self.corrections: list[tuple[int, Correction]] = []
        self.correction_count = 0
        self._words = lru_cache(maxsize=1000)(lab_words(task).mistake)

    @property
    def marked(self) -> int:
        """How many handed something in."""
        return len(self.ids) - len(self.nothing)

    @property
    def failed(self) -> int:
        """How many could not be marked through no fault of their own."""
        return self.concern_counts["sandbox"]

    @property
    def to_look_at(self) -> int:
        """How many submissions need a person."""
        return self.concern_counts.total()

    def add(self, row: Row) -> None:
        """Count a student in."""
        number, student = len(self.ids), row.student
        self.ids.append(student.id)
        self.names.append(student.name)
        self.groups[student.group] += 1
        if row.late:
            self.late.append(number)
        self.off_roster += not row.on_roster
        self.own_numbers += bool(row.draw)
        self._add_corrections(number, row)
        percent = None
        if row.marks is None:
            self.nothing.append(number)
        else:
            percent = self._add_marks(number, row, row.marks)
            if row.fingerprint:
                self.fingerprints.append((student.id, array("I", row.fingerprint)))
        self._add_concern(number, row, percent)

    def _add_marks(self, number: int, row: Row, marks: Marks) -> float | None:
        """Count marks in and return them in percent, or None where there are no points to reach."""
        score, most = float(marks.score), float(marks.max_score)
        percent = 100 * (score / most) if most else None
        self.points += score
        self.max_points = max(self.max_points, most)
        self.percents.setdefault(row.student.group, array("d")).append(percent or 0.0)
        is_own = not marks.is_by_other_numbers  # else its numbers are no mistakes, and those of somebody's sheet
        if is_own:
            self.wrong_values.add(number, marks, OWN_DIGITS if row.draw else LEAST_DIGITS)
        for verdict in marks.verdicts:
            work = self.steps.setdefault(verdict.step, Work(Counter()))
            work.verdicts[verdict.verdict] += 1
            work.points += float(verdict.points)
            work.max_points += float(verdict.max_points)
            if verdict.verdict == "wrong" and is_own:
                self._add_mistake(number, verdict)
        return percent

    def _add_mistake(self, number: int, verdict: Verdict) -> None:
        text = self._words(verdict.step, (verdict.cause,) if verdict.cause else verdict.causes, verdict.remark)
        mistake = self.mistakes.setdefault(text, Mistake(text, 0, {}, [])) if text else self.unexplained
        mistake.numbers += 1
        mistake.steps[verdict.step] = None
        if not mistake.students or mistake.students[-1] != number:
            mistake.students.append(number)

    def _add_corrections(self, number: int, row: Row) -> None:
        self.correction_count += len(row.corrections)
        self.corrections += [(number, one) for one in row.corrections[: MOST_LISTED - len(self.corrections)]]

    def _add_concern(self, number: int, row: Row, percent: float | None) -> None:
        told = dict(self._reasons(row))
        if not told:
            return
        first = min(told, key=REASONS.index)
        self.concern_counts[first] += 1
        listed = self.concerns.setdefault(first, [])
        if len(listed) < MOST_LISTED:
            others = (class_sentence("reason", reason) for reason in told if reason != first)
            details = (*filter(None, told.values()), *others)
            listed.append(Concern(number, printable(row.submission, 120), percent, details))

    def _reasons(self, row: Row) -> Iterator[tuple[Reason, str]]:
        """Yield why a person should look at a submission, each with what is known of it."""
        marks = row.marks
        if row.lapsed:
            yield "lapsed", class_sentence("lapsed", dict.fromkeys(printable(one.step) for one in row.lapsed))
        if not row.on_roster:
            yield "not_on_roster", ""
        if marks is None:
            return
        if marks.status != "ok":
            crash = sentence("crash", crash_text(marks.crash)) if marks.crash else ""
            yield marks.status, " ".join(filter(None, (message_text(marks.message), crash)))
        for caution in marks.cautions:
            if caution.about in REASONS:
                names = row.numbers_of if caution.about == "other_numbers" else caution.names
                yield caution.about, class_sentence("names", [*map(printable, names[:8])])
        if row.others:
            yield "several_files", class_sentence("others", [printable(name, 120) for name in row.others[:8]])


def tally(rows: Iterable[Row], task: Lab) -> Tally:
    """Gather what a report says from the rows of a gradebook, read once."""
    found = Tally(task)
    for row in rows:
        found.add(row)
    return found


def class_sentence(what: str, about: object) -> str:
    """Return what a macro of `class_words.j2` says about something, on one line."""
    return sentence(what, about, words="class_words.j2")
