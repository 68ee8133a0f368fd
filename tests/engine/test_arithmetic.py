"""Arithmetic: every node of a formula in float64, exactly, and for many variants at once; rounding as on paper."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from backprop_lab.engine.arithmetic import EXACT, FLOAT, Array, lookup, round_half_away, value
from backprop_lab.engine.formula import (
    Add,
    Apply,
    Div,
    Entry,
    Formula,
    MatMul,
    Mul,
    Ref,
    Sub,
    Total,
    Transpose,
    const,
)
from tests.engine.formulas import formulas, values_of_names
from tests.engine.networks import SEEDS

A, B, ROW = Ref("A"), Ref("B"), Ref("row")
ROWS = {"A": [[1, 2], [3, 4]], "B": [[5, -6], [0, 8]], "row": [[10, 20]]}


@pytest.mark.parametrize("arithmetic", [FLOAT, EXACT], ids=["float", "exact"])
@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (A, [[1, 2], [3, 4]]),
        (Entry("A", 1, 0), 3),
        (const(1, 4), Fraction(1, 4)),
        (Add((A, B, A)), [[7, -2], [6, 16]]),
        (Add((A, ROW)), [[11, 22], [13, 24]]),
        (Sub(A, B), [[-4, 8], [3, -4]]),
        (Mul((A, B)), [[5, -12], [0, 32]]),
        (Mul((const(1, 2), A)), [[Fraction(1, 2), 1], [Fraction(3, 2), 2]]),
        (Div(B, A), [[5, -3], [0, 2]]),
        (MatMul(A, B), [[5, 10], [15, 14]]),
        (MatMul(ROW, A), [[70, 100]]),
        (Transpose(B), [[5, 0], [-6, 8]]),
        (Total(A, "all"), [[10]]),
        (Total(A, "rows"), [[4, 6]]),
        (Total(A, "columns"), [[3], [7]]),
        (Apply("square", (B,)), [[25, 36], [0, 64]]),
        (Apply("relu", (B,)), [[5, 0], [0, 8]]),
        (Apply("relu_slope", (B,)), [[1, 0], [0, 1]]),
        (Apply("leaky_relu", (B, const(1, 2))), [[5, -3], [0, 8]]),
        (Apply("leaky_relu_slope", (B, const(1, 2))), [[1, Fraction(1, 2)], [Fraction(1, 2), 1]]),
        (Apply("max", (A, B)), [[5, 2], [3, 8]]),
    ],
)
def test_a_node_means_the_same_in_either_arithmetic(arithmetic: object, formula: Formula, expected: object) -> None:
    chosen = EXACT if arithmetic is EXACT else FLOAT
    values = {name: chosen.array([[Fraction(n) for n in row] for row in rows]) for name, rows in ROWS.items()}
    assert np.array_equal(value(formula, lookup(values), chosen), np.array(expected, dtype=object))


def test_a_decimal_is_exact_in_exact_arithmetic_and_the_nearest_float_in_float64() -> None:
    rows = [[Fraction("0.1"), Fraction("0.2")]]
    assert EXACT.array(rows).tolist() == [[Fraction(1, 10), Fraction(1, 5)]]
    assert FLOAT.array(rows).tolist() == [[0.1, 0.2]]
    assert FLOAT.array(rows).dtype == np.float64
    assert EXACT.array(rows).sum() == Fraction(3, 10)
    assert FLOAT.array(rows).sum() != 0.3


@given(formulas(2, 3), SEEDS)
def test_a_leading_axis_of_variants_equals_a_loop_over_them(formula: Formula, seed: int) -> None:
    variants = [values_of_names(seed + number) for number in range(4)]
    stacked = {name: np.stack([values[name] for values in variants]) for name in variants[0]}
    shared = {**stacked, "slope": variants[0]["slope"]}
    at_once = np.broadcast_to(value(formula, lookup(shared)), (4, 2, 3))
    for values, found in zip(variants, at_once, strict=True):
        np.testing.assert_allclose(found, value(formula, lookup(values)), rtol=1e-13, atol=1e-15)


def test_entries_of_variants_are_read_from_the_last_two_axes() -> None:
    values = {"A": np.arange(12.0).reshape(3, 2, 2)}
    assert value(Add((Entry("A", 0, 1), Entry("A", 1, 0))), lookup(values)).tolist() == [3, 11, 19]


@pytest.mark.parametrize(
    ("number", "decimals", "expected"),
    [
        (0.125, 2, "0.13"),
        (-0.125, 2, "-0.13"),
        (0.35 * 0.1, 2, "0.04"),
        (-0.35 * 0.1, 2, "-0.04"),
        (1.005, 2, "1.01"),
        (2.675, 2, "2.68"),
        (0.5, 0, "1.0"),
        (-0.5, 0, "-1.0"),
        (1.5, 0, "2.0"),
        (2.5, 0, "3.0"),
        (0.49, 0, "0.0"),
        (-0.49, 0, "0.0"),
        (0.1249, 2, "0.12"),
        (0.12499999, 2, "0.12"),
        (0.15 + 0.15 + 0.15, 1, "0.5"),
        (-0.0, 4, "0.0"),
        (-1e-9, 4, "0.0"),
        (1 / 3, 4, "0.3333"),
        (2 / 3, 4, "0.6667"),
        (123456.785, 2, "123456.79"),
        (1e-12, 12, "1e-12"),
        (1e16, 2, "1e+16"),
        (1e300, 12, "1e+300"),
        (-(2.0**60), 0, "-1.152921504606847e+18"),
    ],
)
def test_halves_are_rounded_away_from_zero(number: float, decimals: int, expected: str) -> None:
    assert repr(float(round_half_away(number, decimals))) == expected


@given(st.decimals(-10_000, 10_000, places=6, allow_nan=False), st.integers(0, 5))
@example(Decimal("0.125"), 2)
@example(Decimal("-1000.00005"), 4)
def test_rounding_is_that_of_the_decimal_that_is_meant(number: Decimal, decimals: int) -> None:
    rounded = float(round_half_away(float(number), decimals))
    assert rounded == float(number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))
    assert not (rounded == 0 and np.signbit(rounded))


@given(st.floats(-1e9, 1e9), st.integers(0, 6))
def test_a_rounded_number_has_no_more_decimals_and_stays_near(number: float, decimals: int) -> None:
    assume(abs(number) * 10**decimals < 2**50)
    rounded = float(round_half_away(number, decimals))
    exponent = Decimal(repr(rounded)).normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    assert exponent >= -decimals
    assert abs(rounded - number) <= 0.5 * 10**-decimals * (1 + 1e-6) + abs(number) * 1e-15
    assert round_half_away(rounded, decimals) == rounded


def test_arrays_are_rounded_entry_by_entry() -> None:
    numbers: Array = np.array([[[0.125, -0.125]], [[0.0, -0.001]]])
    rounded = round_half_away(numbers, 2)
    assert rounded.tolist() == [[[0.13, -0.13]], [[0, 0]]]
    assert not any(np.signbit(rounded[1, 0, column]) for _, column in product(range(1), range(2)))
