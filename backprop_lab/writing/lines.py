"""One number of a step written out: symbol = formula = numbers put in = result.

Every line recomputes: the result as printed is what the operands as printed give, rounded. Where the usual
number of decimals is too few for that, the operands get more and the line is marked ≈.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from backprop_lab.engine.arithmetic import round_half_away, value
from backprop_lab.engine.exact import Real
from backprop_lab.engine.formula import Apply, Entry, Formula, Leaf, leaves
from backprop_lab.engine.graph import Graph, Step
from backprop_lab.engine.scalar import Order, entry, rows_spelled_out, spelled_out
from backprop_lab.engine.worked import Pass
from backprop_lab.writing.notation import Notation, Symbol
from backprop_lab.writing.numbers import given, shown

MOST_DECIMALS = 17
"""With so many decimals a number stands with every digit of its float64."""
Relation = Literal["=", "≈"]


class Line(Struct, frozen=True):
    """One number: its symbol, its scalar formula, what is put in, and the result.

    `numbers` is the formula spelled out for computing and `operands` the text of each of its entries;
    `exact` is the result as an exact number, where the pass was worked exactly.
    """

    symbol: Symbol
    formula: Formula
    numbers: Formula
    operands: Mapping[Entry, str]
    relation: Relation
    value: float
    shown: str
    exact: Fraction | Real | None


class LineWriter(Struct, frozen=True):
    """What the lines of one pass have in common.

    `givens` are the names whose numbers are printed as they were given; `exact_pass` is the same pass in exact
    arithmetic, or None.
    """

    worked: Pass
    notation: Notation
    decimals: int
    givens: frozenset[str]
    exact_pass: Pass | None = None

    def line(self, step: Step, row: int, column: int) -> Line:
        """Write out one entry of a step; row and column count from 0, as the value is stored."""
        order: Order = "right_first" if self.notation.weights_first else "as_written"
        formulas = _entries(self.worked.graph, step.name, row, column, order)
        exact = None if self.exact_pass is None else self.exact_pass.values[step.name][row, column]
        result = float(self.worked.values[step.name][row, column])
        line = self.of(self.notation.entry(step.name, row, column), formulas, result, exact)
        return replace(line, shown=given(result)) if step.name in self.givens else line

    def of(
        self, symbol: Symbol, formulas: Sequence[Formula], result: float, exact: Fraction | Real | None = None
    ) -> Line:
        """Write out a result by the first of several equal scalar formulas from which it recomputes."""
        text = shown(result, self.decimals)
        for formula, guarded in product(formulas, (False, True)):
            numbers = spelled_out(formula, guarded=guarded)
            operands, relation = self._operands(numbers, text, result)
            if relation is not None:
                break
        named = rows_spelled_out(formula)
        return Line(symbol, named, numbers, operands, relation or "≈", result, text, exact)

    def _operands(self, numbers: Formula, text: str, result: float) -> tuple[dict[Entry, str], Relation | None]:
        """Return the operands with as few decimals as give the printed result, and how to mark the line."""
        entries = _operands_of(numbers)
        operands: dict[Entry, str] = {}
        for decimals in range(self.decimals, MOST_DECIMALS + 1):
            operands = {leaf: self._operand(leaf, decimals) for leaf in entries}
            computed = compute(numbers, operands)
            # A result that was rounded to 0 and carried on stands as 0, without the digits that were lost.
            if (
                float(shown(computed, self.decimals)) == float(text)
                or round_half_away(computed, self.decimals) == result
            ):
                return operands, "=" if decimals == self.decimals else "≈"
        return operands, None

    def _operand(self, leaf: Entry, decimals: int) -> str:
        number = float(self.worked.values[leaf.name][leaf.row, leaf.column])
        as_given = leaf.name in self.givens or decimals == MOST_DECIMALS
        return given(number) if as_given else shown(number, decimals)


@lru_cache(maxsize=4096)
def _entries(graph: Graph, step: str, row: int, column: int, order: Order) -> tuple[Formula, ...]:
    """Return the scalar formulas of one entry of a step."""
    return tuple(entry(formula, row, column, graph.shapes, order) for formula in graph.step[step].formulas)


@lru_cache(maxsize=4096)
def _operands_of(numbers: Formula) -> tuple[Entry, ...]:
    """Return the entries that a formula uses, each once."""
    return tuple(leaf for leaf in dict.fromkeys(leaves(numbers)) if isinstance(leaf, Entry))


def compute(numbers: Formula, operands: Mapping[Entry, str]) -> float:
    """Return what a line gives when its operands are taken as they are printed; nan where it overflows."""

    def printed(leaf: Leaf) -> float:
        assert isinstance(leaf, Entry)
        return float(operands[leaf])

    with np.errstate(over="raise", divide="raise", invalid="raise"):
        try:
            result = float(value(numbers, printed))
        except ArithmeticError:
            return math.nan
    return result if math.isfinite(result) else math.nan


def is_slope(formula: Formula) -> bool:
    """Tell whether a part is the slope of a ReLU or of |x|, which is printed as its value."""
    return isinstance(formula, Apply) and formula.function in ("relu_slope", "leaky_relu_slope", "sign")
