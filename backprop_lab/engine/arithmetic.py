"""Evaluate formulas: one evaluator for float64 arrays, for exact numbers, and for a leading axis of variants.

Every value is an array whose last two axes are rows and columns. FLOAT holds float64; EXACT holds object
arrays of `Fraction`, and of `exact.Real` where a function is transcendental.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from operator import add, mul
from typing import Any, assert_never

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from backprop_lab.engine import exact
from backprop_lab.engine.formula import (
    Add,
    Apply,
    Const,
    Div,
    Entry,
    Formula,
    Leaf,
    MatMul,
    Mul,
    Ref,
    Sub,
    Total,
    Transpose,
)
from backprop_lab.engine.functions import FUNCTIONS, Function

Array = npt.NDArray[Any]


class Arithmetic(Struct, frozen=True):
    """What numbers are: how to make them, and the functions on them."""

    name: str
    number: Callable[[Fraction], Any]
    functions: Mapping[str, Callable[..., Any]]
    dtype: Any

    def array(self, rows: Sequence[Sequence[Fraction]]) -> Array:
        """Return rows of exact numbers as an array of this arithmetic's numbers."""
        return np.array([[self.number(entry) for entry in row] for row in rows], dtype=self.dtype)


FLOAT = Arithmetic("float64", float, {name: f.floats for name, f in FUNCTIONS.items()}, np.float64)


def _by_definition(function: Function) -> Callable[..., Any]:
    """Make a function on exact numbers from its definition."""
    definition = function.definition
    assert definition is not None

    def by_entry(*arguments: Array) -> Any:
        given = {str(place): argument for place, argument in enumerate(arguments)}
        return value(definition(*map(Ref, given)), lookup(given), EXACT)

    return by_entry


EXACT = Arithmetic(
    "exact",
    Fraction,
    {name: exact.FUNCTIONS.get(name) or _by_definition(function) for name, function in FUNCTIONS.items()},
    object,
)

_SUM_AXES = {"all": (-2, -1), "rows": (-2,), "columns": (-1,)}


def value(formula: Formula, leaf: Callable[[Leaf], Any], arithmetic: Arithmetic = FLOAT) -> Any:
    """Evaluate a formula; `leaf` gives the value of each name or entry."""

    def of(part: Formula) -> Any:
        match part:
            case Ref() | Entry():
                return leaf(part)
            case Const(constant):
                return arithmetic.number(constant)
            case Add(terms):
                return reduce(add, map(of, terms))
            case Mul(factors):
                return reduce(mul, map(of, factors))
            case Sub(left, right):
                return of(left) - of(right)
            case Div(numerator, denominator):
                return of(numerator) / of(denominator)
            case MatMul(left, right):
                return np.matmul(of(left), of(right))
            case Transpose(operand):
                return np.swapaxes(of(operand), -1, -2)
            case Total(operand, over):
                return of(operand).sum(axis=_SUM_AXES[over], keepdims=True)
            case Apply(function, arguments):
                return arithmetic.functions[function](*map(of, arguments))
            case _:
                assert_never(part)

    return of(formula)


def lookup(values: Mapping[str, Array]) -> Callable[[Leaf], Any]:
    """Return the leaf function that reads names and entries from a mapping of arrays."""

    def leaf(node: Leaf) -> Any:
        array = values[node.name]
        return array if isinstance(node, Ref) else array[..., node.row, node.column]

    return leaf


def round_half_away(values: Any, decimals: int) -> Any:
    """Round floats to `decimals` places, halves away from zero, as people do on paper.

    A float that misses a half only by its own representation error (0.35 * 0.1 is 0.034999…) counts as the half.
    A number with no digit to lose is left as it is.
    """
    # NumPy's functions take ten times as long for a single float.
    single = isinstance(values, float)
    floor, minimum, copysign = (math.floor, min, math.copysign) if single else (np.floor, np.minimum, np.copysign)
    scale = 10.0**decimals
    if single:
        values = float(values)  # not np.float64, which is slower and warns where it overflows
        scaled = abs(values) * scale
    else:
        with np.errstate(over="ignore"):
            scaled = abs(values) * scale
    has_digits_to_lose = scaled < 2.0**50
    if single and not has_digits_to_lose:
        return values + 0.0
    rounded = copysign(floor(scaled + 0.5 + minimum(2e-11 + scaled * 4e-15, 1e-3)) / scale, values) + 0.0
    return rounded if single else np.where(has_digits_to_lose, rounded, values + 0.0)
