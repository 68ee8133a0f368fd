"""What a submission is worth: a verdict for every number asked for, in exact points."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Literal

from msgspec import Struct

from backprop_lab.marking.observations import Crash, Status, Where


def total(points: Iterable[Fraction]) -> Fraction:
    """Return the exact sum of points; those over the same denominator are added as whole numbers."""
    numerators: dict[int, int] = {}
    for one in points:
        numerators[one.denominator] = numerators.get(one.denominator, 0) + one.numerator
    return sum((Fraction(numerator, below) for below, numerator in numerators.items()), Fraction(0))


VerdictName = Literal["right", "follows", "typed-in", "wrong", "missing"]
Remark = Literal[
    "rounding",  # right but for one unit of the last digit that was written
    "reversed",  # right by the convention t - o, with weights added
    "other_form",  # an error in another form that the task accepts
    "within",  # worked out inside of the expression of a later step
    "trivial",  # it follows, but the mistake before left nothing to work out
    "by_coincidence",  # the right number here, but not with other givens
    "several_causes",  # more than one mistake gives this number
    "miscopied",  # a given was copied wrongly
    "not_finite",  # infinite or not a number
    "other_numbers",  # worked out from other numbers than those of the student's own sheet
]


Work = Literal["by_hand", "program"]


class Corrected(Struct, frozen=True):
    """Who gave a verdict in the place of the one that was found, why, and when (UTC, `2026-11-22T13:32:23Z`)."""

    who: str
    when: str
    note: str


Fact = int | float | str | tuple[str, ...]


class Verdict(Struct, frozen=True):
    """What one number is worth, and why; row and column count from 0, as the step's value is stored.

    `cause` is the slug of a misconception; `causes` are those that fit as well, where it is not certain.
    `corrected` is there if a person has decided. In a training task `step` is a requirement, `expected` is None where
    it is no number, and `facts` are what was seen, by name; text among them is a stranger's.
    """

    step: str
    row: int
    column: int
    verdict: VerdictName
    points: Fraction
    max_points: Fraction
    expected: float | None
    found: float | None = None
    where: Where | None = None
    cause: str | None = None
    causes: tuple[str, ...] = ()
    remark: Remark | None = None
    corrected: Corrected | None = None
    facts: tuple[tuple[str, Fact], ...] = ()


About = Literal[
    "nothing_moved",  # nothing could be moved: marked by the one run, names deciding between coincidences
    "other_path",  # the moved run failed or took another path: as above
    "givens_not_used",  # the numbers of this task are not in it
    "another_task",  # hardly anything of this task is in it
    "other_numbers",  # it solves the task with the numbers of another student
    "task_numbers",  # it solves the task with the numbers that its file has, and not the student's own
    "lenient",  # NumPy's arrays of one number were let pass for numbers
    "reversed",  # errors are t - o and weights are added, throughout
    "dropped",  # long loops or large arrays were seen only in part
    "unknown_names",  # names of an answer sheet that the task does not have
    "unreadable_answers",  # answers that are no numbers
    "wrong_size",  # answers with more or fewer numbers than the quantity has
    "twice",  # names of what is answered more than once; the last counts
    "by_text",  # the text of a notebook was marked, which says more than its program
    "stale_output",  # saved outputs are not those of a fresh run
    "not_recomputed",  # updates of a training program that could not be worked again
]


class Caution(Struct, frozen=True):
    """Something about a whole submission that its reader should know; `names` are what it is about."""

    about: About
    names: tuple[str, ...] = ()


class Marks(Struct, frozen=True):
    """A marked submission."""

    status: Status
    verdicts: tuple[Verdict, ...] = ()
    crash: Crash | None = None
    message: str = ""
    """What could not be read, and where; empty where there is no such thing."""
    cautions: tuple[Caution, ...] = ()
    work: Work = "by_hand"
    """Whether the numbers were written down, or a program was run for them."""

    @property
    def score(self) -> Fraction:
        """The points reached."""
        return total(verdict.points for verdict in self.verdicts)

    @property
    def is_by_other_numbers(self) -> bool:
        """Whether other numbers were worked with than those of the student's own sheet."""
        return any(caution.about in ("other_numbers", "task_numbers") for caution in self.cautions)

    @property
    def max_score(self) -> Fraction:
        """The points that could be reached."""
        return total(verdict.max_points for verdict in self.verdicts)
