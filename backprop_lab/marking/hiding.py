"""Which mistakes the numbers of a task cannot show."""

from __future__ import annotations

from collections.abc import Mapping

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
        shown = _shown(task, step, values)
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


def _shown(task: Task, step: Step, values: Mapping[str, Array]) -> dict[str, list[Array]]:
    """Return what each mistake that fits a step comes to, by each of its formulas."""
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


def _same(one: Array, other: Array) -> bool:
    return bool(np.allclose(one, other, rtol=1e-9, atol=1e-12, equal_nan=True))
