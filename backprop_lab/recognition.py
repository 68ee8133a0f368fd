"""Mark a submission by its student's own numbers, and notice when it has somebody else's."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from msgspec.structs import replace

from backprop_lab.checking import Ran, Running, mark_ran, run_file
from backprop_lab.limits import Limits
from backprop_lab.marking.marks import Caution, Marks, Verdict
from backprop_lab.variants import Known, Variant

SOLVED = Fraction(1, 2)
"""The share of the numbers found that must be right, or follow, by other numbers, so that these are solved."""
_CREDITED = ("right", "follows", "typed-in")
_SUPERSEDED = ("another_task", "givens_not_used")


def check_own(variant: Variant, path: Path, limits: Limits) -> Marks:
    """Mark a submission by a student's own variant of a task, as `checking.check` does by a task."""
    known = Known(variant.deck, variant.draw[None])
    marks, _ = mark_among(known, 1, run_file(path, Running(limits=limits)))
    return marks


def mark_among(known: Known, own: int, ran: Ran) -> tuple[Marks, int | None]:
    """Mark a submission by the numbers of its own place, and return the place whose numbers it solves instead.

    That is None if it is nobody's but its own. Else nothing follows from anything: what is right stays so, all else
    is wrong, and a caution says so without a name. Raises SubmissionError where there is nothing to mark.
    """
    marks = mark_ran(known.task(own), ran)
    if marks.score == marks.max_score:
        return marks, None
    solved, most = None, _credited(marks)
    for place in known.candidates(own, marks, ran.own):
        other = mark_ran(known.task(place), ran)
        found = sum(_tells(verdict) for verdict in other.verdicts)
        if _credited(other) > most and _credited(other) >= SOLVED * found:
            solved, most = place, _credited(other)
    return (marks, None) if solved is None else (_by_other_numbers(marks, solved), solved)


def _tells(verdict: Verdict) -> bool:
    """Tell whether a number was found that proves something: zeros are the same for many numbers."""
    return verdict.found is not None and verdict.expected != 0


def _credited(marks: Marks) -> int:
    return sum(_tells(verdict) and verdict.verdict in _CREDITED for verdict in marks.verdicts)


def _by_other_numbers(marks: Marks, place: int) -> Marks:
    kept = tuple(caution for caution in marks.cautions if caution.about not in _SUPERSEDED)
    said = Caution("other_numbers" if place else "task_numbers")
    return replace(marks, verdicts=tuple(map(_plainly, marks.verdicts)), cautions=(said, *kept))


def _plainly(verdict: Verdict) -> Verdict:
    """Return the verdict on a number that was worked out from others: right or wrong, and not why."""
    if verdict.verdict not in ("follows", "wrong"):
        return verdict
    return replace(verdict, verdict="wrong", points=Fraction(0), cause=None, causes=(), remark="other_numbers")
