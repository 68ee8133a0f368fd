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

from backprop_lab.engine.graph import Graph, Phase
from backprop_lab.feedback.words import (
    circumstances,
    corrected_text,
    crash_text,
    message_text,
    places,
    points_text,
    printable,
    sentence,
)
from backprop_lab.marking.marks import Marks, Verdict, VerdictName
from backprop_lab.solution import solve
from backprop_lab.task import Task
from backprop_lab.writing.layout import unmarked
from backprop_lab.writing.lines import LineWriter
from backprop_lab.writing.notation import Notation, NotationName
from backprop_lab.writing.numbers import given, shown
from backprop_lab.writing.rows import line_formula
from backprop_lab.writing.spelling import UNICODE

Reveal = Literal["never", "wrong", "all"]
REVEALS: tuple[Reveal, ...] = get_args(Reveal)

MOST_ROWS = 12
"""Numbers of a group that stand in lines of their own."""
_MOST_DECIMALS = 15


class Row(Struct, frozen=True):
    """One number as a reader sees it, or several that need no line each."""

    symbols: str
    found: str
    expected: str
    places: str


class Group(Struct, frozen=True):
    """The numbers of one step that got the same verdict for the same reason."""

    verdict: VerdictName
    phase: Phase
    rows: tuple[Row, ...]
    left_out: int
    points: str
    max_points: str
    """0 where the step is welcome and not counted."""
    sentence: str
    """Empty where the verdict alone says it."""
    formula: str
    """The line of the worked solution to look at, in symbols; empty where there is no need."""
    several: bool


class Feedback(Struct, frozen=True, dict=True):
    """The marks of one submission, and how they are told.

    `reveal` shows the right numbers `never`, of what is `wrong` or lost points, or `all` of them. `solution` is the
    command that prints the worked solution, for a reader who may use it, else empty.
    """

    task: Task
    marks: Marks
    submission: str
    reveal: Reveal = "wrong"
    notation_name: NotationName | None = None
    solution: str = ""

    @property
    def max_score(self) -> Fraction:
        """The points that could be reached, also where nothing could be marked."""
        return self.marks.max_score if self.marks.verdicts else self.task.max_score

    @property
    def percent(self) -> float | None:
        """The points reached, of a hundred; None where there are none to reach."""
        return float(100 * self.marks.score / self.max_score) if self.max_score else None

    @cached_property
    def graph(self) -> Graph:
        """The graph that the verdicts are on."""
        return self.task.graph

    @cached_property
    def notation(self) -> Notation:
        """The symbols of the task, or those that were asked for."""
        return self.task.symbols(self.notation_name)

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

    def reveals(self, verdict: Verdict) -> bool:
        """Tell whether the right number may be shown."""
        return self.reveal == "all" or (self.reveal == "wrong" and (_lost(verdict) or verdict.verdict == "wrong"))

    def said_about(self, verdict: Verdict) -> str:
        """Return the sentence on one number, with the line to look at."""
        return sentence("message", self.about(verdict))

    def about(self, verdict: Verdict, *, several: bool = False) -> SimpleNamespace:
        """Return what the sentence on one number, or on several like it, may be made of."""
        own = [] if verdict.cause is None else [verdict.cause]
        return SimpleNamespace(
            **circumstances(self.task, self.graph, self.notation, verdict.step, verdict.row, verdict.column),
            verdict=verdict.verdict,
            remark=verdict.remark,
            corrected=None if verdict.corrected is None else corrected_text(verdict.corrected),
            cause=verdict.cause,
            causes=list(dict.fromkeys([*own, *verdict.causes])),
            earned=verdict.points > 0,
            several=several,
            formula=self._formula(verdict) if verdict.verdict in ("wrong", "missing") else "",
        )

    @cached_property
    def _lines(self) -> LineWriter:
        first = solve(self.task, steps=1).passes[0]
        return LineWriter(first.worked, self.notation, self.task.decimals, first.as_given)

    def _formula(self, verdict: Verdict) -> str:
        line = self._lines.line(self.graph.step[verdict.step], verdict.row, verdict.column)
        return f"{UNICODE.symbol(line.symbol)} = {unmarked(line_formula(line, self.notation, UNICODE))}"


def contents(feedback: Feedback) -> SimpleNamespace:
    """Return everything that a page says, in words; what a stranger wrote is printable text on one line."""
    marks, percent = feedback.marks, feedback.percent
    counts = Counter(verdict.verdict for verdict in ordered(feedback))
    any_extra = any(not verdict.max_points for verdict in ordered(feedback))
    phases: dict[Phase, list[Group]] = {}
    for group in groups(feedback):
        phases.setdefault(group.phase, []).append(group)
    return SimpleNamespace(
        title=feedback.task.title,
        submission=printable(feedback.submission),
        points=points_text(marks.score),
        max_points=points_text(feedback.max_score),
        percent=None if percent is None else shown(percent, 1),
        counts=[(name, counts[name]) for name in get_args(VerdictName) if counts[name]],
        status=marks.status,
        messages=[] if marks.status == "ok" and not marks.message else feedback.messages,
        frames=[] if marks.crash is None else crash_text(marks.crash).frames,
        cautions=feedback.cautions,
        first=_first(feedback),
        phases=phases,
        legend=[name for name in ("follows", "typed-in") if counts[name]] + ["extra"] * any_extra,
        solution=printable(feedback.solution, 200) if feedback.reveal != "never" else "",
    )


def ordered(feedback: Feedback) -> list[Verdict]:
    """Return the verdicts in the order of work, and the numbers of a step as the notation writes its matrix.

    What is missing and would not have counted is left out.
    """
    graph = feedback.graph
    rank = {
        (step.name, *spot): (number, index)
        for number, step in enumerate(graph.steps)
        for index, spot in enumerate(feedback.notation.spots(step.name, graph.shapes[step.name]))
    }
    told = (one for one in feedback.marks.verdicts if one.max_points or one.verdict != "missing")
    return sorted(told, key=lambda verdict: rank[verdict.step, verdict.row, verdict.column])


def groups(feedback: Feedback) -> Iterator[Group]:
    """Yield the verdicts in the order of work, those of one step together that have the same reason."""
    alike: dict[tuple[object, ...], list[Verdict]] = {}
    for verdict in ordered(feedback):
        share = verdict.points / verdict.max_points if verdict.max_points else None
        why = (verdict.remark, verdict.cause, verdict.causes, verdict.corrected)
        reason = (verdict.step, verdict.verdict, *why, share)
        alike.setdefault(reason, []).append(verdict)
    for verdicts in alike.values():
        yield _group(feedback, verdicts)


def _group(feedback: Feedback, verdicts: Sequence[Verdict]) -> Group:
    first = verdicts[0]
    about = feedback.about(_telling(verdicts), several=len(verdicts) > 1)
    in_one_line = first.verdict != "wrong" and not feedback.reveals(first)
    parts = [verdicts] if in_one_line else [[verdict] for verdict in verdicts[:MOST_ROWS]]
    is_plain = first.remark is None and first.corrected is None
    speaks_for_itself = is_plain and first.verdict in ("right", "follows", "typed-in")
    return Group(
        verdict=first.verdict,
        phase=feedback.graph.step[first.step].phase,
        rows=tuple(_row(feedback, part) for part in parts),
        left_out=len(verdicts) - sum(map(len, parts)),
        points=points_text(sum((verdict.points for verdict in verdicts), Fraction(0))),
        max_points=points_text(sum((verdict.max_points for verdict in verdicts), Fraction(0))),
        sentence="" if speaks_for_itself else sentence("sentence", about),
        formula=about.formula,
        several=about.several,
    )


def _row(feedback: Feedback, verdicts: Sequence[Verdict]) -> Row:
    symbols = (feedback.notation.entry(verdict.step, verdict.row, verdict.column) for verdict in verdicts)
    numbers = [_numbers(verdict, feedback.task.decimals, feedback.reveals(verdict)) for verdict in verdicts]
    return Row(
        symbols=sentence("symbols", [*map(UNICODE.symbol, symbols)]),
        found=sentence("numbers", [found for found, _ in numbers if found]),
        expected=sentence("numbers", [expected for _, expected in numbers if expected]),
        places=places(verdict.where for verdict in verdicts),
    )


def _numbers(verdict: Verdict, decimals: int, revealed: bool) -> tuple[str, str]:
    """Return what was found and what was expected, with more digits where the usual ones do not tell them apart."""
    found, expected = verdict.found, verdict.expected
    if not revealed:
        return _number(found, decimals), ""
    if found is not None and math.isfinite(found) and verdict.verdict == "wrong":
        telling = (d for d in range(decimals, _MOST_DECIMALS) if float(shown(found, d)) != float(shown(expected, d)))
        decimals = next(telling, decimals)
    return _number(found, decimals), _number(expected, decimals)


def _number(number: float | None, decimals: int) -> str:
    if number is None:
        return ""
    return UNICODE.number(shown(number, decimals)) if math.isfinite(number) else given(number)


def _first(feedback: Feedback) -> SimpleNamespace | None:
    """Return where to look first: at the first step that is wrong and counts, one that is wrong, or one missing."""
    verdicts = ordered(feedback)
    wrong = [verdict for verdict in verdicts if verdict.verdict == "wrong"]
    missing = [verdict for verdict in verdicts if verdict.verdict == "missing"]
    candidates = [*filter(_lost, wrong), *wrong, *missing]
    if not candidates:
        return None
    first = _telling([verdict for verdict in candidates if verdict.step == candidates[0].step])
    symbol = feedback.notation.entry(first.step, first.row, first.column)
    return SimpleNamespace(symbol=UNICODE.symbol(symbol), place=places([first.where]), verdict=first.verdict)


def _telling(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the first number that is not the right one: a mistake in a step may leave some of it right."""
    return next(
        (one for one in verdicts if one.found is None or not math.isclose(one.found, one.expected)), verdicts[0]
    )


def _lost(verdict: Verdict) -> bool:
    return verdict.points < verdict.max_points
