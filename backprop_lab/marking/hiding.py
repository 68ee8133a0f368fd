"""Which mistakes the numbers of a task show, and which they hide: as right numbers, or as each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec import Struct

from backprop_lab.engine.arithmetic import Array, lookup, round_half_away, value
from backprop_lab.engine.graph import Step
from backprop_lab.engine.worked import work
from backprop_lab.marking.misconceptions import mistaken
from backprop_lab.task import Task


class Hidden(Struct, frozen=True):
    """A mistake that shows no other number than the right one in some steps, or none of its own.

    `same_as` are the mistakes that it cannot be told from; it is empty where the right numbers come out.
    """

    slug: str
    steps: tuple[str, ...]
    same_as: tuple[str, ...] = ()


def hidden(task: Task) -> tuple[Hidden, ...]:
    """Return the mistakes that a task hides, rounded to its decimals: as right numbers, or as each other."""
    graph, givens = task.graph, task.givens()
    values = work(graph, givens).values
    unseen: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for ask in task.asked:
        step = graph.step[ask.step]
        shown = shown_by_mistakes(task, step, values)
        right = _rounded(values[step.name], task.decimals)
        for slug, results in shown.items():
            alike = tuple(
                other for other, theirs in shown.items() if other != slug and _never_apart(results, theirs, right)
            )
            if all(_same(result, right) for result in results):
                unseen.setdefault((slug, ()), []).append(step.name)
            elif alike:
                unseen.setdefault((slug, alike), []).append(step.name)
    return tuple(Hidden(slug, tuple(steps), alike) for (slug, alike), steps in unseen.items())


class Distinction(Struct, frozen=True):
    """Whether a mistake in a step gives another number than another mistake does, or than the right one (None)."""

    step: str
    slug: str
    other: str | None = None


def told(task: Task, values: Mapping[str, Array]) -> tuple[tuple[Distinction, ...], Array]:
    """Return every question of telling mistakes apart in what a task asks, and its answer for each variant.

    `values` have an axis of variants in front; answers are (questions, variants). Each formula that a mistake leads
    to has questions of its own.
    """
    questions, answers = [], []
    for ask in task.asked:
        step = task.graph.step[ask.step]
        right = _rounded(values[step.name], task.decimals)
        results = [(slug, one) for slug, several in shown_by_mistakes(task, step, values).items() for one in several]
        for index, (slug, result) in enumerate(results):
            questions.append(Distinction(step.name, slug))
            answers.append(~_same(result, right))
            for other, theirs in results[:index]:
                if other != slug:
                    questions.append(Distinction(step.name, slug, other))
                    answers.append(~_same(result, theirs))
    return tuple(questions), np.array(answers, dtype=bool).reshape(len(questions), -1)


def shown_by_mistakes(task: Task, step: Step, values: Mapping[str, Array]) -> dict[str, list[Array]]:
    """Return what each mistake that fits a step comes to by each of its formulas, rounded to the task's decimals."""
    shown: dict[str, list[Array]] = {}
    with np.errstate(all="ignore"):
        for slug, formula in mistaken(task.spec, task.graph, step):
            result = np.broadcast_to(value(formula, lookup(values)), values[step.name].shape)
            shown.setdefault(slug, []).append(_rounded(result, task.decimals))
    return shown


def _never_apart(results: list[Array], theirs: list[Array], right: Array) -> bool:
    """Tell whether every wrong number of one mistake is also one of the other."""
    telling = [result for result in results if not _same(result, right)]
    return bool(telling) and all(any(_same(result, other) for other in theirs) for result in telling)


def _rounded(numbers: Array, decimals: int) -> Array:
    return np.asarray(round_half_away(numbers, decimals))


def _same(one: Array, other: Array) -> Any:
    """Tell whether two matrices have the same numbers, in each variant."""
    return np.isclose(one, other, rtol=1e-9, atol=1e-12, equal_nan=True).all(axis=(-2, -1))
