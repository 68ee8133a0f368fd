"""Feedback for people: verdicts grouped where they say the same, with as much of the solution as may be shown."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from types import SimpleNamespace
from typing import Literal, get_args

from msgspec import Struct

from backprop_lab.feedback.lab_words import Words, lab_words
from backprop_lab.feedback.reasons import Phase, Reason
from backprop_lab.feedback.words import (
    crash_text,
    message_text,
    places,
    points_of,
    points_text,
    printable,
    sentence,
    verdict_text,
)
from backprop_lab.marking.marks import Marks, Verdict, VerdictName
from backprop_lab.trainingtask import Lab
from backprop_lab.writing.notation import NotationName
from backprop_lab.writing.numbers import shown

Reveal = Literal["never", "wrong", "all"]
REVEALS: tuple[Reveal, ...] = get_args(Reveal)

MOST_ROWS = 12
"""Numbers of a group that stand in lines of their own."""
_MOST_OTHERS = 8


class Row(Struct, frozen=True):
    """One number as a reader sees it, or several that need no line each."""

    symbols: str
    found: str
    expected: str
    places: str


class Group(Struct, frozen=True):
    """The numbers of one step that got the same verdict for the same reason."""

    verdict: VerdictName
    said: str
    """The verdict in a sign and words."""
    phase: Phase
    rows: tuple[Row, ...]
    left_out: int
    points: str
    """Those of how many, or that the step is welcome and not counted."""
    sentence: str
    """Empty where the verdict alone says it."""
    formula: str
    """The line of the worked solution to look at, in symbols; empty where there is no need."""
    several: bool


class Feedback(Struct, frozen=True, dict=True):
    """The marks of one submission, and how they are told.

    `reveal` shows the right numbers `never`, of what is `wrong` or lost points, or `all` of them. `solution` is the
    command that prints the worked solution, for a reader who may use it, else empty. `others` are files that were
    handed in as well and not marked.
    """

    task: Lab
    marks: Marks
    submission: str
    reveal: Reveal = "wrong"
    notation_name: NotationName | None = None
    solution: str = ""
    others: tuple[str, ...] = ()

    @cached_property
    def words(self) -> Words:
        """What the feedback on all submissions of the task has in common."""
        return lab_words(self.task, self.notation_name)

    @cached_property
    def score(self) -> Fraction:
        """The points reached."""
        return self.marks.score

    @cached_property
    def max_score(self) -> Fraction:
        """The points that could be reached, also where nothing could be marked."""
        return self.marks.max_score if self.marks.verdicts else self.task.max_score

    @property
    def percent(self) -> float | None:
        """The points reached, of a hundred; None where there are none to reach."""
        return float(100 * self.score / self.max_score) if self.max_score else None

    @property
    def messages(self) -> list[str]:
        """What became of the submission as a whole; what ended it, and what can be done about that."""
        marks = self.marks
        messages = [sentence("status", SimpleNamespace(status=marks.status, message=message_text(marks.message)))]
        if marks.crash is not None:
            crash = crash_text(marks.crash)
            messages += [sentence("crash", crash), sentence("crash_help", crash)]
        return messages

    @cached_property
    def cautions(self) -> list[str]:
        """What a reader should know about the submission as a whole."""
        return [
            sentence("caution", SimpleNamespace(about=caution.about, names=[*map(printable, caution.names)]))
            for caution in self.marks.cautions
        ]

    @property
    def notes(self) -> list[str]:
        """The cautions, after a word on files that were not marked."""
        names = [printable(name) for name in self.others[:_MOST_OTHERS]] + ["…"] * (len(self.others) > _MOST_OTHERS)
        about = SimpleNamespace(submission=printable(self.submission), names=names)
        return [*([sentence("others", about)] if names else []), *self.cautions]

    def reveals(self, verdict: Verdict) -> bool:
        """Tell whether the right number may be shown."""
        return self.reveal == "all" or (self.reveal == "wrong" and (_lost(verdict) or verdict.verdict == "wrong"))

    @cached_property
    def verdicts(self) -> list[Verdict]:
        """The verdicts in the order of work, and the numbers of a step as the notation writes its matrix.

        What is missing and would not have counted is left out.
        """
        rank = self.words.rank
        told = (one for one in self.marks.verdicts if one.max_points or one.verdict != "missing")
        return sorted(told, key=lambda verdict: rank[verdict.step, verdict.row, verdict.column])

    @cached_property
    def contents(self) -> SimpleNamespace:
        """Everything that a page says, in words; what a stranger wrote is printable text on one line."""
        return _contents(self)


def _contents(feedback: Feedback) -> SimpleNamespace:
    marks, percent = feedback.marks, feedback.percent
    counts = Counter(verdict.verdict for verdict in feedback.verdicts)
    any_extra = any(not verdict.max_points for verdict in feedback.verdicts)
    phases: dict[Phase, list[Group]] = {}
    for group in groups(feedback):
        phases.setdefault(group.phase, []).append(group)
    return SimpleNamespace(
        title=feedback.task.title,
        kind=feedback.words.kind,
        submission=printable(feedback.submission),
        points=points_text(feedback.score),
        max_points=points_text(feedback.max_score),
        percent=None if percent is None else shown(percent, 1),
        counts=[(name, counts[name]) for name in get_args(VerdictName) if counts[name]],
        status=marks.status,
        messages=[] if marks.status == "ok" and not marks.message else feedback.messages,
        frames=[] if marks.crash is None else crash_text(marks.crash).frames,
        notes=feedback.notes,
        first=None if marks.is_by_other_numbers else _first(feedback),
        phases=phases,
        legend=[said for name, said in feedback.words.legend.items() if counts[name]] + ["extra"] * any_extra,
        solution=printable(feedback.solution, 200) if feedback.reveal != "never" else "",
    )


def groups(feedback: Feedback) -> Iterator[Group]:
    """Yield the verdicts in the order of work, those of one step together that have the same reason."""
    alike: dict[tuple[object, ...], list[Verdict]] = {}
    for verdict in feedback.verdicts:
        why = (verdict.remark, verdict.cause, verdict.causes, verdict.corrected)
        alike.setdefault((verdict.step, verdict.verdict, verdict.points, *why), []).append(verdict)
    for verdicts in alike.values():
        yield _group(feedback, verdicts)


def _group(feedback: Feedback, verdicts: Sequence[Verdict]) -> Group:
    first, words = verdicts[0], feedback.words
    reason = Reason.of(_telling(verdicts))
    in_one_line = first.verdict != "wrong" and not feedback.reveals(first)
    parts = [verdicts] if in_one_line else [[verdict] for verdict in verdicts[:MOST_ROWS]]
    is_plain = first.remark is None and first.corrected is None
    speaks_for_itself = is_plain and first.verdict in ("right", "follows", "typed-in") and not first.facts
    wants_a_line = first.verdict in ("wrong", "missing")
    return Group(
        verdict=first.verdict,
        said=verdict_text(first.verdict),
        phase=words.phase(first.step),
        rows=tuple(_row(feedback, part) for part in parts),
        left_out=len(verdicts) - sum(map(len, parts)),
        points=points_of(first.points * len(verdicts), first.max_points * len(verdicts)),
        sentence="" if speaks_for_itself else words.sentence(reason),
        formula=words.formula(reason.step, reason.row, reason.column) if wants_a_line else "",
        several=len(verdicts) > 1,
    )


def _row(feedback: Feedback, verdicts: Sequence[Verdict]) -> Row:
    words = feedback.words
    symbols = [words.symbols(verdict.step, verdict.row, verdict.column).unicode for verdict in verdicts]
    numbers = [words.numbers(verdict, "both" if feedback.reveals(verdict) else "found") for verdict in verdicts]
    return Row(
        symbols=_listed("symbols", symbols),
        found=_listed("numbers", [found for found, _ in numbers if found]),
        expected=_listed("numbers", [expected for _, expected in numbers if expected]),
        places=places(verdict.where for verdict in verdicts),
    )


def _listed(what: str, texts: Sequence[str]) -> str:
    return sentence(what, texts) if len(texts) > 1 else "".join(texts)


def _first(feedback: Feedback) -> SimpleNamespace | None:
    """Return where to look first: at the first step that is wrong and counts, one that is wrong, or one missing."""
    verdicts = feedback.verdicts
    wrong = [verdict for verdict in verdicts if verdict.verdict == "wrong"]
    missing = [verdict for verdict in verdicts if verdict.verdict == "missing"]
    candidates = [*filter(_lost, wrong), *wrong, *missing]
    if not candidates:
        return None
    first = _telling([verdict for verdict in candidates if verdict.step == candidates[0].step])
    symbol = feedback.words.symbols(first.step, first.row, first.column).unicode
    return SimpleNamespace(
        symbol=symbol, place=places([first.where]), verdict=first.verdict, kind=feedback.words.kind
    )


def _telling(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the first number that is not the right one: a mistake in a step may leave some of it right."""
    return next(
        (
            one
            for one in verdicts
            if one.found is None or one.expected is None or not math.isclose(one.found, one.expected)
        ),
        verdicts[0],
    )


def _lost(verdict: Verdict) -> bool:
    return verdict.points < verdict.max_points
