from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given as given_by
from hypothesis import strategies as st

from backprop_lab.writing.numbers import given, shown

READABLE = st.floats(-1e14, 1e14) | st.floats(-10, 10) | st.floats(-1e-3, 1e-3)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0.08, 4, "0.08"),
        (0.1 + 0.2, 4, "0.3"),
        (-0.7, 6, "-0.7"),
        (3.0, 4, "3"),
        (1000.0, 0, "1000"),
        (1 / 3, 4, "0.3333"),
        (-2 / 3, 2, "-0.67"),
        (0.33201, 4, "0.3320"),
        (2.0001, 2, "2.00"),
        (99.9999, 2, "100.00"),
        (0.0, 4, "0"),
        (-0.0, 4, "0"),
    ],
)
def test_an_exact_value_has_no_trailing_zeros_and_a_rounded_one_keeps_them(
    value: float, decimals: int, text: str
) -> None:
    assert shown(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0.5, 0, "1"),
        (-0.5, 0, "-1"),
        (2.5, 0, "3"),
        (0.125, 2, "0.13"),
        (-0.125, 2, "-0.13"),
        (1.005, 2, "1.01"),
        (0.35 * 0.1, 2, "0.04"),
        (0.00005, 4, "0.0001"),
        (2.675, 2, "2.68"),
    ],
)
def test_halves_are_rounded_away_from_zero_even_where_float64_misses_them(
    value: float, decimals: int, text: str
) -> None:
    assert shown(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (4.3812e-5, 4, "4.38e-05"),
        (-4.3812e-5, 4, "-4.38e-05"),
        (4e-5, 4, "4e-05"),
        (1e-12, 4, "1e-12"),
        (-1e-17, 12, "-1e-17"),
        (0.04, 0, "0.04"),
        (0.0, 4, "0"),
        (1e15, 4, "1e+15"),
        (-1.23456e20, 4, "-1.235e+20"),
        (1.23456e20, 0, "1.23e+20"),
        (999999999999999.0, 2, "999999999999999"),
    ],
)
def test_a_tiny_or_huge_number_is_shown_by_its_first_digits(value: float, decimals: int, text: str) -> None:
    assert shown(value, decimals) == text


@given_by(READABLE, st.integers(0, 12))
def test_what_is_shown_is_the_value_to_half_a_unit_of_its_last_place(value: float, decimals: int) -> None:
    text = shown(value, decimals)
    unit = (
        Decimal(1).scaleb(-min(decimals, 15 - len(f"{abs(value):.0f}")))
        if "e" not in text
        else Decimal(1).scaleb(int(text.split("e")[1]) - 2)
    )
    assert abs(Decimal(text) - Decimal(value)) <= unit * Decimal("0.501") + 4 * Decimal(math.ulp(value))


@given_by(READABLE, st.integers(0, 12))
def test_no_zero_has_a_sign_and_no_text_is_odd(value: float, decimals: int) -> None:
    text = shown(value, decimals)
    assert float(text) != 0 or text == "0"
    assert not text.endswith(".")
    assert not text.startswith("+")
    assert "e+00" not in text


@given_by(st.integers(-(10**9), 10**9), st.integers(0, 6))
def test_a_number_with_so_many_decimals_is_shown_as_it_is(digits: int, decimals: int) -> None:
    exact = Decimal(digits).scaleb(-decimals)
    assert Decimal(shown(float(exact), decimals)) == exact
    assert "." not in shown(float(exact), decimals) or not shown(float(exact), decimals).endswith("0")


@given_by(st.integers(-(10**6), 10**6), st.integers(0, 4))
def test_every_half_goes_away_from_zero(digits: int, decimals: int) -> None:
    half = (Decimal(digits) * 10 + 5 * (1 if digits >= 0 else -1)).scaleb(-decimals - 1)
    assert Decimal(shown(float(half), decimals)) == half.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1, "0.1"), (-0.0, "0"), (3.0, "3"), (1e-05, "1e-05"), (1e16, "1e+16"), (0.05, "0.05"), (-1000.5, "-1000.5")],
)
def test_a_given_number_is_printed_as_it_was_given(value: float, text: str) -> None:
    assert given(value) == text


@given_by(st.floats(allow_nan=False, allow_infinity=False))
def test_a_given_number_is_read_back_as_the_same_number(value: float) -> None:
    assert float(given(value)) == value
