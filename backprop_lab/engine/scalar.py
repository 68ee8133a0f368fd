"""One number of a matrix formula: its scalar form, and how it changes with another number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import is_
from typing import Literal

from backprop_lab.engine.backward import pull_back
from backprop_lab.engine.formula import (
    ONE,
    ZERO,
    Apply,
    Const,
    Entry,
    Formula,
    Leaf,
    MatMul,
    Ref,
    Shape,
    Total,
    Transpose,
    add,
    children,
    const,
    mul,
    rebuild,
    replace,
    shape,
)
from backprop_lab.engine.functions import FUNCTIONS, Function
from backprop_lab.engine.graph import Graph

Spot = tuple[str, int, int]
"""A name, a row and a column."""


Order = Literal["as_written", "right_first"]
"""The order of the factors that a matrix product leaves: x w as written, or w x as on paper."""


def entry(
    formula: Formula, row: int, column: int, shapes: Mapping[str, Shape], order: Order = "as_written"
) -> Formula:
    """Return the scalar formula of one entry; row and column count from 0.

    A matrix product becomes a sum of products and a total a sum. A function by row, softmax, is applied to
    the numbers of that row followed by the column's index. Size and work are linear in the number of terms.
    """

    def of(part: Formula, i: int, j: int) -> Formula:
        match part:
            case Const() | Entry():
                return part
            case Ref(name):
                rows, columns = shapes[name]
                return Entry(name, i if rows > 1 else 0, j if columns > 1 else 0)
            case Transpose(operand):
                return of(operand, j, i)
            case MatMul(left, right):
                pairs = ((of(left, i, k), of(right, k, j)) for k in range(shape(left, shapes)[1]))
                return add(*(mul(*(pair if order == "as_written" else reversed(pair))) for pair in pairs))
            case Total(operand, over):
                rows, columns = shape(operand, shapes)
                over_rows = range(rows) if over != "columns" else (i,)
                over_columns = range(columns) if over != "rows" else (j,)
                return add(*(of(operand, r, c) for r in over_rows for c in over_columns))
            case Apply(name, (argument,)) if FUNCTIONS[name].by_row:
                width = shape(argument, shapes)[1]
                return Apply(name, (*(of(argument, i, k) for k in range(width)), const(j)))
            case _:
                return rebuild(part, tuple(of(child, i, j) for child in children(part)))

    return of(formula, row, column)


@lru_cache(maxsize=4096)
def spelled_out(formula: Formula, *, guarded: bool = False) -> Formula:
    """Put definitions in the place of the functions of a scalar formula; guarded ones do not overflow."""

    def definition(function: Function) -> Callable[..., Formula] | None:
        return function.guarded if guarded and function.guarded else function.definition

    return _spelled(formula, definition)


@lru_cache(maxsize=4096)
def rows_spelled_out(formula: Formula) -> Formula:
    """Put definitions in the place of the functions by row alone: softmax, but not sigmoid."""
    return _spelled(formula, lambda function: function.definition if function.by_row else None)


def _spelled(formula: Formula, definition_of: Callable[[Function], Callable[..., Formula] | None]) -> Formula:
    if isinstance(formula, Ref | Entry | Const):
        return formula
    own = children(formula)
    parts = tuple(_spelled(part, definition_of) for part in own)
    if isinstance(formula, Apply):
        function = FUNCTIONS[formula.function]
        definition = definition_of(function)
        if definition is not None and function.by_row:
            *row, index = parts
            assert isinstance(index, Const)
            return definition(row, int(index.value))
        if definition is not None:
            return definition(*parts)
    return formula if all(map(is_, parts, own)) else rebuild(formula, parts)


def partial(graph: Graph, of: Spot, by: Spot) -> Formula:
    """Return how one number of a step changes with one number that its formula uses, as a scalar formula.

    It is the step's pull-back rule, given a gradient that is 1 at that number and 0 elsewhere.
    """
    name, row, column = of
    unit = f"unit of {name}"
    shapes = {**graph.shapes, unit: graph.shapes[name]}
    gradient = pull_back(graph.step[name].formula, Ref(unit), Ref(name), shapes)[by[0]]

    def one_hot(leaf: Leaf) -> Formula:
        if leaf.name != unit:
            return leaf
        return ONE if leaf == Entry(unit, row, column) else ZERO

    return replace(entry(gradient, by[1], by[2], shapes), one_hot)
