"""Work by hand, as tests want it: the numbers of a pass, right or mistaken, written down with so many decimals."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Literal

import numpy as np

from backprop_lab.engine.arithmetic import Array, lookup, value
from backprop_lab.engine.formula import Formula
from backprop_lab.engine.graph import Graph
from backprop_lab.marking.mark import Result, mark_answers
from backprop_lab.marking.observations import Answer, Where
from backprop_lab.task import Task

Halves = Literal["up", "even"]
When = Literal["each_step", "at_the_end"]


def rounded(number: float, decimals: int, halves: Halves) -> Decimal:
    """Round as a person does who reads the number off a calculator of 12 digits."""
    if not math.isfinite(number):
        raise ArithmeticError("there is nothing to write down")
    read_off = Decimal(f"{number:.12g}")
    rounding = ROUND_HALF_UP if halves == "up" else ROUND_HALF_EVEN
    return read_off.quantize(Decimal(1).scaleb(-decimals), rounding)


def worked_by_hand(
    task: Task, decimals: int, halves: Halves, when: When, wrong: Mapping[str, Formula] | None = None
) -> dict[str, list[list[Decimal]]]:
    """Return every step of a pass, with wrong formulas in the place of some, as numbers with so many decimals."""
    graph = task.graph
    values = dict(task.givens())
    written: dict[str, list[list[Decimal]]] = {}
    for step in graph.steps:
        formula = (wrong or {}).get(step.name, step.formula)
        result = np.broadcast_to(_value(graph, formula, values), graph.shapes[step.name])
        if step.stable is not None and formula is step.formula:
            # A rounded output of 0 has no logarithm, but its net input has.
            result = np.where(np.isfinite(result), result, _value(graph, step.stable, values))
        written[step.name] = [[rounded(number, decimals, halves) for number in row] for row in result.tolist()]
        if when == "each_step" and not step.keeps:
            result = np.array(written[step.name], dtype=float)
        values[step.name] = result
    return written


def _value(graph: Graph, formula: Formula, values: Mapping[str, Array]) -> Array:
    """Evaluate a formula; a name of a later step, such as new weights, is worked first."""

    class Values(dict[str, Array]):
        def __missing__(self, name: str) -> Array:
            return np.asarray(_value(graph, graph.step[name].formula, values))

    return np.asarray(value(formula, lookup(Values(values))))


def marked(task: Task, written: Mapping[str, list[list[Decimal]]]) -> Result:
    """Mark an answer sheet with these numbers."""
    return mark_answers(task, list(answers(written)))


def answers(written: Mapping[str, list[list[Decimal]]]) -> Iterator[tuple[str, int, int, Answer, int]]:
    """Yield the answers of a sheet, one for each number."""
    for step, rows in written.items():
        for row, numbers in enumerate(rows):
            for column, number in enumerate(numbers):
                exponent = number.as_tuple().exponent
                assert isinstance(exponent, int)
                answer = Answer(Where(step), (), (float(number),), (10.0**exponent,))
                yield step, row, column, answer, 0
