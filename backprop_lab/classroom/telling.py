"""What is told of each step of a student's work, to programs that know tests rather than numbers."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import groupby
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from backprop_lab.classroom.correcting import corrected
from backprop_lab.classroom.row import Row
from backprop_lab.feedback import Feedback, Reveal
from backprop_lab.feedback.reasons import Reason
from backprop_lab.marking.marks import Verdict, total
from backprop_lab.trainingtask import Lab

Outcome = Literal["passed", "failed", "error", "extra"]


class Told(Struct, frozen=True):
    """A step of one student's work: `passed` with all of its points, and else `failed`.

    It is an `error` where it is missing because nothing could be read or the program did not come to its end, and
    `extra` where it is missing and would not have counted.
    """

    step: str
    outcome: Outcome
    points: Fraction
    max_points: Fraction
    sentences: tuple[str, ...]


def feedback_on(row: Row, task: Lab, reveal: Reveal) -> Feedback | None:
    """Return the feedback on what a student handed in; None if that is nothing."""
    return None if row.marks is None else Feedback(task, row.marks, row.submission, reveal, others=row.others)


def told_steps(feedback: Feedback) -> Iterator[Told]:
    """Yield every step that the task asks, in its order; where nothing could be marked all are missing."""
    marks = corrected(feedback.marks, [], feedback.task)
    whole = replace(feedback, marks=marks)
    for step, found in groupby(marks.verdicts, lambda verdict: verdict.step):
        verdicts = list(found)
        points = total(verdict.points for verdict in verdicts)
        max_points = total(verdict.max_points for verdict in verdicts)
        telling = [one for one in verdicts if one.verdict != "right" or one.remark or one.corrected]
        sentences = tuple(dict.fromkeys(whole.words.message(Reason.of(one)) for one in telling))
        yield Told(step, _outcome(whole, verdicts, points, max_points), points, max_points, sentences)


def _outcome(feedback: Feedback, verdicts: list[Verdict], points: Fraction, max_points: Fraction) -> Outcome:
    is_missing = all(verdict.verdict == "missing" for verdict in verdicts)
    if is_missing and not max_points:
        return "extra"
    if points == max_points:
        return "passed"
    return "error" if is_missing and feedback.marks.status != "ok" else "failed"
