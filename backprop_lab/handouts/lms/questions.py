"""The numbers of a handout as questions with right and known wrong answers, for the banks of learning platforms."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
from msgspec import Struct

from backprop_lab.engine.arithmetic import value
from backprop_lab.feedback.reasons import Reason
from backprop_lab.feedback.task_words import TaskWords, task_words
from backprop_lab.handouts.handout import Handout, Sheet
from backprop_lab.handouts.key import Blank, Part
from backprop_lab.handouts.lms.content import content
from backprop_lab.marking.mark import ERROR_FORMS
from backprop_lab.task import Task
from backprop_lab.templating import macros
from backprop_lab.writing.symbols import html_symbol, unicode_symbol

_DIGITS = 12
_DIGITS_OF_TOLERANCE = 9
"""Significant digits: more than marking needs, fewer than show the noise of float64."""


class Answer(Struct, frozen=True):
    """A number, how far off it may be, both as plain decimals, and what is said to whoever gives it."""

    value: str
    tolerance: str
    feedback: str = ""

    @property
    def ends(self) -> tuple[str, str]:
        """The least and the greatest number that are taken for this one."""
        value, tolerance = Decimal(self.value), Decimal(self.tolerance)
        return f"{value - tolerance:f}", f"{value + tolerance:f}"


class Question(Struct, frozen=True):
    """One number that is asked, with what tells its step in words and its symbol in HTML and as plain text.

    The answer that fits first counts: the right one, then `also` in the forms that the task accepts, then wrong ones.
    """

    about: SimpleNamespace
    symbol: str
    plain: str
    points: Fraction
    right: Answer
    also: tuple[Answer, ...]
    wrong: tuple[Answer, ...]


class Paper(Struct, frozen=True):
    """The questions of one sheet, and the HTML on one line that stands before each: what is given."""

    sheet: Sheet
    d: SimpleNamespace
    head: str
    questions: tuple[Question, ...]

    @property
    def name(self) -> str:
        """Whose paper it is, for the instructor."""
        return f"{self.d.code} {self.d.name} ({self.d.id})" if self.d.name else f"{self.d.code} {self.d.id}"

    def text(self, question: Question) -> str:
        """Return the HTML of one question, on one line: what is given, and what is asked."""
        return self.head + _macro("asked", question, self.d)

    @property
    def scale(self) -> int:
        """What the points are multiplied by to be whole numbers."""
        return math.lcm(*(question.points.denominator for question in self.questions))


def papers(handout: Handout) -> Iterator[Paper]:
    """Yield the questions of every sheet, in the order of the roster."""
    if not handout.sheets:
        return
    # What is said of a mistake holds no numbers, so it is the same for every variant.
    words = task_words(handout.task, handout.sheets[0].notation)
    for sheet in handout.sheets:
        d = content(sheet, html_symbol)
        head = _macro("head", d)
        questions = tuple(
            _question(words, part, blank, about)
            for part, about in zip(sheet.parts, d.parts, strict=True)
            for blank in part.blanks
        )
        yield Paper(sheet, d, head, questions)


def by_number(found: Sequence[Paper]) -> list[tuple[Question, list[tuple[Paper, Question]]]]:
    """Return for every number that is asked one question, and those of all papers, each with its paper."""
    columns = zip(*([(paper, question) for question in paper.questions] for paper in found), strict=True)
    return [(column[0][1], list(column)) for column in columns]


def _macro(name: str, *about: object) -> str:
    return " ".join(str(getattr(macros("lms_words.j2"), name)(*about)).split())


def _question(words: TaskWords, part: Part, blank: Blank, about: SimpleNamespace) -> Question:
    half_unit = 10.0**-words.task.decimals / 2
    right = [(blank.value, blank.tolerance), *_other_forms(words.task, part, blank, half_unit)]
    causes: dict[str, list[str]] = {}
    for mistake in blank.mistakes:
        number = float(mistake.shown)
        if math.isfinite(number) and all(abs(number - other) > tolerance for other, tolerance in right):
            causes.setdefault(mistake.shown, []).append(mistake.slug)
    return Question(
        about,
        html_symbol(blank.symbol),
        unicode_symbol(blank.symbol),
        blank.points,
        _answer(*right[0]),
        tuple(_answer(*form) for form in right[1:]),
        tuple(
            _answer(float(shown), half_unit, words.sentence(_reason(part, blank, slugs)))
            for shown, slugs in causes.items()
        ),
    )


def _other_forms(task: Task, part: Part, blank: Blank, half_unit: float) -> Iterator[tuple[float, float]]:
    """Yield the other numbers that a task accepts in the place of an error, and how far off each may be."""
    accepted = next(ask.accept for ask in task.asked if ask.step == part.step)
    ends = np.array([0, -1, 1]) * blank.tolerance + blank.value
    for form in accepted:
        number, *others = value(ERROR_FORMS[form], lambda leaf: ends).tolist()
        if number != blank.value:
            yield number, half_unit + max(abs(other - number) for other in others)


def _reason(part: Part, blank: Blank, slugs: Sequence[str]) -> Reason:
    """Return that a number is wrong by one mistake, or by one of several."""
    several = len(slugs) > 1
    return Reason(
        part.step,
        blank.row,
        blank.column,
        "wrong",
        "several_causes" if several else None,
        None if several else slugs[0],
        tuple(slugs),
        False,
        None,
    )


def _answer(value: float, tolerance: float, feedback: str = "") -> Answer:
    return Answer(_decimal(value, _DIGITS), _decimal(tolerance, _DIGITS_OF_TOLERANCE), feedback)


def _decimal(number: float, digits: int) -> str:
    """Return a number without an exponent, which not every platform reads."""
    return f"{Decimal(f'{number + 0.0:.{digits}g}'):f}"
