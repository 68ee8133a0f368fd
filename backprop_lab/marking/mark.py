"""Mark a submission: find its numbers, judge them, and count the points."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import numpy as np
from msgspec import Struct

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.formula import Formula, Ref, apply, const, mul, neg, with_names
from backprop_lab.engine.graph import Graph
from backprop_lab.engine.worked import work
from backprop_lab.errors import NumberError
from backprop_lab.marking.calculations import Source
from backprop_lab.marking.conventions import Signs, signed
from backprop_lab.marking.evidence import NONE, Evidence, Places
from backprop_lab.marking.judged import Judged, Truth
from backprop_lab.marking.marks import Verdict, VerdictName, Work, total
from backprop_lab.marking.observations import Recording
from backprop_lab.marking.program_run import ProgramRun
from backprop_lab.marking.sightings import Sightings
from backprop_lab.marking.tolerance import rounding_radii
from backprop_lab.marking.walk import OtherForms, walk
from backprop_lab.marking.worlds import Plan, alternatives, stacked
from backprop_lab.marking.written import Placed, WrittenAnswers
from backprop_lab.task import Ask, ErrorForm, Task

_CREDITED = frozenset(("right", "follows"))
CREDIT = {"full": Fraction(1), "half": Fraction(1, 2), "none": Fraction(0)}
ERROR_FORMS: Mapping[ErrorForm, Formula] = {
    "error": Ref("error"),
    "error_reversed": neg(Ref("error")),
    "squared_error": apply("square", Ref("error")),
    "half_squared_error": mul(const(1, 2), apply("square", Ref("error"))),
}
"""What an error may be handed in as."""


class Result(Struct, frozen=True):
    """The verdicts on a submission, and the sign convention that they were reached with."""

    verdicts: tuple[Verdict, ...]
    signs: Signs

    @property
    def score(self) -> Fraction:
        """The points reached."""
        return total(verdict.points for verdict in self.verdicts)


def mark_answers(task: Task, answers: Sequence[Placed]) -> Result:
    """Mark what somebody wrote down."""
    givens = {name: array[None] for name, array in task.givens().items()}
    return _best(task, work(task.graph, givens).values, WrittenAnswers(task.graph, answers), "by_hand")


def mark_program(
    task: Task, source: Source, runs: Sequence[Recording], plan: Plan | None, *, is_whole: bool = True
) -> Result:
    """Mark a program by its text and one run, or by a second one in the moved world of a plan.

    Where that left the path of the first one, what it shows until then proves what it proves, and the rest is marked
    by the first run alone.
    """
    both = _mark_runs(task, source, runs, plan)
    if is_whole or plan is None:
        return both
    alone = _mark_runs(task, source, runs[:1], None)
    if both.signs != alone.signs:
        return alone
    pairs = zip(both.verdicts, alone.verdicts, strict=True)
    return Result(tuple(one if one.verdict in _CREDITED else other for one, other in pairs), alone.signs)


def _mark_runs(task: Task, source: Source, runs: Sequence[Recording], plan: Plan | None) -> Result:
    own, graph = task.givens(), task.graph
    evidence = ProgramRun(graph, task.symbols(), runs, source)
    if plan is None:
        values = work(graph, {name: array[None] for name, array in own.items()}).values
    else:
        values = _most_fitting(graph, plan, own, evidence.shown)
    return _best(task, values, evidence, "program")


def _most_fitting(graph: Graph, plan: Plan, own: Mapping[str, Array], shown: Sightings) -> Mapping[str, Array]:
    """Work a task's own world and the moved one in which the program turns out to have worked.

    Of those that it may have worked in, that is the first with most of its numbers.
    """
    values = work(graph, stacked(own, plan.givens)).values
    calculated = shown.values[~np.array(shown.typed, dtype=bool), 1]
    moved = np.unique(calculated[np.isfinite(calculated)])
    if not moved.size:
        return values
    hits = _hits(graph, {name: array[1:] for name, array in values.items()}, moved, shown)
    shown_in = {step: found != NONE for step, found in hits.items()}
    sure = {step for step, found in shown_in.items() if (found.any() if step.endswith("_new") else found.all())}
    others = list(alternatives(plan, own, plan.names.difference(*(graph.inputs[step] for step in sure))))
    if not others:
        return values
    worlds = [plan.givens, *others]
    try:
        together = work(graph, {name: np.stack([world[name] for world in worlds]) for name in own}).values
    except NumberError:
        return values
    found = np.concatenate(list(_hits(graph, together, moved, shown).values()), axis=1)
    scores = [len(set(world) - {NONE}) for world in found.tolist()]
    return work(graph, stacked(own, worlds[scores.index(max(scores))])).values


def _hits(graph: Graph, values: Mapping[str, Array], moved: Array, shown: Sightings) -> dict[str, Places]:
    """Return which of a program's numbers each number of each world (worlds, numbers) is.

    A 0 or an unchanged parameter is none.
    """
    names = [step.name for step in graph.steps]
    worlds = len(values[names[0]])
    numbers = np.concatenate([values[name].reshape(worlds, -1) for name in names], axis=1)
    before = (values[name.removesuffix("_new")] if name.endswith("_new") else 0.0 * values[name] for name in names)
    old = np.concatenate([array.reshape(worlds, -1) for array in before], axis=1)
    allowed = shown.precision * np.maximum(np.abs(numbers), 1e-3) + 2 * shown.finest
    places = np.searchsorted(moved, numbers)
    above, below = np.minimum(places, len(moved) - 1), np.maximum(places - 1, 0)
    nearest = np.where(np.abs(moved[above] - numbers) <= np.abs(moved[below] - numbers), above, below)
    hits = (np.abs(moved[nearest] - numbers) <= allowed) & (np.abs(numbers - old) > 2 * allowed)
    ends = np.cumsum([values[name][0].size for name in names])
    parts = np.split(np.where(hits, nearest, NONE), ends[:-1], axis=1)
    return dict(zip(names, parts, strict=True))


def _best(task: Task, values: Mapping[str, Array], evidence: Evidence, how: Work) -> Result:
    """Mark under the usual signs, and where that loses points, under those that other courses use."""
    spec, graph = task.spec, task.graph
    asked = frozenset(ask.step for ask in task.asked)
    best: Result | None = None
    for signs in ("usual", "from_error", "from_delta"):
        turned = signed(spec, graph, signs)
        right = values if signs == "usual" else work(turned, values).values
        truth = Truth(spec, turned, right, rounding_radii(turned, right, evidence.finest), asked)
        judged = walk(truth, evidence, _other_forms(task, signs))
        names = turned.step if right is not values else ()
        changed = frozenset(name for name in names if not np.array_equal(right[name], values[name]))
        result = Result(tuple(_verdicts(task, right, evidence, judged, how, changed)), signs)
        if best is None:
            best = result
            if spec.update is None or not _signs_in_doubt(judged, spec.depth):
                break
        elif result.score > best.score and _is_followed(judged, changed):
            best = result
    assert best is not None
    return best


def _signs_in_doubt(judged: Mapping[str, Sequence[Judged]], depth: int) -> bool:
    """Tell whether another sign convention may explain what is not right.

    New parameters are the same under it; or an error has the other sign, which may be all that is wrong.
    """
    new = _verdicts_on_new(judged)
    first = [one for name in ("error", f"delta{depth}", f"dW{depth}") for one in judged[name]]
    is_reversed = any(one.remark == "other_form" or "error-sign" in (one.cause, *one.causes) for one in first)
    is_right = new == {"right"} and any(one.verdict != "right" for one in first)
    return bool(new) and (is_right or is_reversed)


def _is_followed(judged: Mapping[str, Sequence[Judged]], changed: frozenset[str]) -> bool:
    """Tell whether a sign convention is kept throughout: nothing that it changes is wrong, and no new parameter is.

    The sign of the gradients alone proves nothing; that weights are added where errors have the other sign does.
    """
    turned = {one.verdict for name in changed for one in judged[name]} - {"missing"}
    new = _verdicts_on_new(judged)
    credited = {"right", "follows"}
    return turned <= {*credited, "typed-in"} and new <= credited and bool(turned & credited) and bool(new)


def _verdicts_on_new(judged: Mapping[str, Sequence[Judged]]) -> set[VerdictName]:
    return {one.verdict for name, ones in judged.items() if name.endswith("_new") for one in ones} - {"missing"}


def _other_forms(task: Task, signs: Signs) -> OtherForms:
    error = neg(Ref("error")) if signs == "from_error" else Ref("error")
    return {
        ask.step: [with_names(ERROR_FORMS[form], {"error": error}) for form in ask.accept]
        for ask in task.asked
        if ask.accept
    }


def _verdicts(
    task: Task,
    right: Mapping[str, Array],
    evidence: Evidence,
    judged: Mapping[str, Sequence[Judged]],
    how: Work,
    changed: frozenset[str],
) -> Iterator[Verdict]:
    for ask in task.asked:
        ones = judged[ask.step]
        points = Fraction(1) if ask.points is None else ask.points / len(ones)
        earned = {verdict: points * credit(ask, verdict, how) for verdict in {one.verdict for one in ones}}
        columns = right[ask.step].shape[-1]
        for at, one in enumerate(ones):
            row, column = divmod(at, columns)
            remark = one.remark
            if one.verdict == "right" and remark is None and ask.step in changed:
                remark = "reversed"
            found = None if one.index == NONE else float(evidence.values[one.index][0])
            yield Verdict(
                step=ask.step,
                row=row,
                column=column,
                verdict=one.verdict,
                points=earned[one.verdict],
                max_points=points,
                expected=float(right[ask.step][0, row, column]) + 0.0,
                found=found if found is not None and math.isfinite(found) else None,
                where=None if one.index == NONE else evidence.where(one.index),
                cause=one.cause,
                causes=one.causes,
                remark=remark,
            )


def credit(ask: Ask, verdict: VerdictName, how: Work) -> Fraction:
    """Return which part of its points a number gets for a verdict."""
    match verdict:
        case "right":
            return CREDIT["full"]
        case "follows":
            return CREDIT[ask.follows]
        case "typed-in":
            return CREDIT[ask.typed_in or ("full" if how == "by_hand" else "half")]
        case _:
            return CREDIT["none"]
