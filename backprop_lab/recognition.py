"""Mark a submission by its student's own numbers, and notice when it has somebody else's."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from msgspec.structs import replace

from backprop_lab.checking import Ran, mark_ran, run_submission
from backprop_lab.limits import Limits
from backprop_lab.marking.marks import Caution, Marks, Verdict
from backprop_lab.sandbox.running import Running
from backprop_lab.submissions.beside import read_whole
from backprop_lab.variants import Known, Variant

SOLVED = Fraction(1, 2)
"""The share of what was found that must be right by other numbers, so that these are solved."""
MANY = 15
"""Numbers other than 0 of which not all must be right."""
SURE = 0.9
"""The share of a variant's numbers that a program must state, so that these are told by themselves."""
_RIGHT = ("right", "typed-in")
_SUPERSEDED = ("another_task", "givens_not_used")


def check_own(variant: Variant, path: Path, limits: Limits) -> Marks:
    """Mark a submission by a student's own variant of a task, as `checking.check` does by a task."""
    known = Known(variant.deck, variant.draw[None])
    marks, _ = mark_among(known, 1, run_submission(read_whole(path), path.name, Running(limits=limits)))
    return marks


def mark_among(known: Known, own: int, ran: Ran) -> tuple[Marks, int | None]:
    """Mark a submission by the numbers of its own place, and return the place whose numbers it solves instead.

    That is None if it is nobody's but its own. Else nothing follows from anything: what is right stays so, all else
    is wrong, and a caution says so without a name. Raises SubmissionError where there is nothing to mark.
    """
    marks = mark_ran(known.task(own), ran)
    if marks.score == marks.max_score:
        return marks, None
    for place, share in known.candidates(own, marks, ran.own):
        is_stated = ran.own is not None and share >= SURE
        if _solves(mark_ran(known.task(place), ran), instead_of=marks, is_stated=is_stated):
            return _by_other_numbers(marks, place), place
    return marks, None


def _solves(marks: Marks, *, instead_of: Marks, is_stated: bool) -> bool:
    """Tell whether marks by other numbers show that these were solved.

    What follows is evidence only where the program states them: relations such as that of the error to the delta of
    the output hold for all numbers. Of a few answers all must be right, for one right output makes many.
    """
    credited = (*_RIGHT, "follows") if is_stated else _RIGHT
    found = [verdict for verdict in marks.verdicts if verdict.found is not None and verdict.expected != 0]
    solved = sum(verdict.verdict in credited for verdict in found)
    own = sum(verdict.verdict in credited and verdict.expected != 0 for verdict in instead_of.verdicts)
    share = SOLVED if is_stated or len(found) >= MANY else 1
    return solved > own and solved >= share * len(found)


def _by_other_numbers(marks: Marks, place: int) -> Marks:
    kept = tuple(caution for caution in marks.cautions if caution.about not in _SUPERSEDED)
    said = Caution("other_numbers" if place else "task_numbers")
    return replace(marks, verdicts=tuple(map(_plainly, marks.verdicts)), cautions=(said, *kept))


def _plainly(verdict: Verdict) -> Verdict:
    """Return the verdict on a number that was worked out from others: right or wrong, and not why."""
    if verdict.verdict not in ("follows", "wrong"):
        return verdict
    return replace(verdict, verdict="wrong", points=Fraction(0), cause=None, causes=(), remark="other_numbers")
