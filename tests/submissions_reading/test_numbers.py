"""Numbers as people write them, and what is none."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backprop_lab.submissions.numbers import LONGEST_NUMBER, Number, read_number


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("0.08", 0.08, 0.01),
        ("-.7", -0.7, 0.1),
        ("+3", 3, 1),
        ("8.", 8, 1),
        ("0.30", 0.3, 0.01),
        (" 1e-3 ", 0.001, 0.001),
        ("4.38E-05", 4.38e-5, 1e-7),
        ("1,5·10^-3", 1.5e-3, 1e-4),
        (r"1.5 \cdot 10^{-3}", 1.5e-3, 1e-4),
        (r"4.38 \times 10^{-5}", 4.38e-5, 1e-7),
        ("4.38·10⁻⁵", 4.38e-5, 1e-7),
        ("1.5 * 10**-3", 1.5e-3, 1e-4),
        ("-10^{-3}", -0.001, 0.001),
        ("−0.7", -0.7, 0.1),
        ("- 0.7", -0.7, 0.1),
        ("(-0.7)", -0.7, 0.1),
        (r"\left(-0.7\right)", -0.7, 0.1),
        ("$-0.7$", -0.7, 0.1),
        ("≈ 0.524", 0.524, 0.001),
        (r"\approx 0.524", 0.524, 0.001),
        ("= 0.524", 0.524, 0.001),
        ("1\u2009234.5", 1234.5, 0.1),
        ("٠٫٠٨", 0.08, 0.01),
        # decimal commas, and separators of thousands
        ("0,08", 0.08, 0.01),
        ("0,125", 0.125, 0.001),
        ("0{,}08", 0.08, 0.01),
        ("1.234,5", 1234.5, 0.1),
        ("1,234.5", 1234.5, 0.1),
        ("1,234,567", 1234567, 1),
        ("1.234.567", 1234567, 1),
        # fractions are exact
        ("2/25", 0.08, 0),
        ("-2/25", -0.08, 0),
        ("(-2)/(25)", -0.08, 0),
        (r"\frac{2}{25}", 0.08, 0),
        (r"-\dfrac{2}{25}", -0.08, 0),
        (r"\frac12", 0.5, 0),
        (r"\cfrac{2}{25}", 0.08, 0),
        # signs, dots and braces around a number
        ("-(0.7)", -0.7, 0.1),
        ("-(-0.7)", 0.7, 0.1),
        ("+(0.7)", 0.7, 0.1),
        ("\u20110.7", -0.7, 0.1),
        ("\u20100.7", -0.7, 0.1),
        ("\u20140.7", -0.7, 0.1),
        ("-0.700…", -0.7, 0.001),
        ("-0.700...", -0.7, 0.001),
        (r"-0.700\ldots", -0.7, 0.001),
        (r"7\times{10}^{-1}", 0.7, 0.1),
        # nothing is nothing, and not "nothing to the nearest thousand"
        ("0e3", 0, 1),
        ("0.00", 0, 0.01),
        ("1e3", 1000, 1000),
        ("1e-9999", 0, 0),
    ],
)
def test_a_number_reads_with_the_unit_of_its_last_digit(text: str, value: float, unit: float) -> None:
    assert read_number(text) == Number(value, unit)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-",
        ".",
        "e5",
        "1e",
        "o.3",
        "5%",
        "0x10",
        "1_0",
        "1 2",
        "1.2.3",
        "1,2,3",
        "1,23,456.7",
        "2/",
        "/2",
        "1/2/3",
        "x",
        "0.5 x",
        "True",
        "((1)",
        "(1)(2)",
        "-(1)(2)",
        "— 0.7",
        "…",
        r"\frac{1}{}",
        "10^",
        "2^3",
        "1\n2",
        "²",
        "½",
    ],
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize(
    "text", ["nan", "NaN", "inf", "-inf", "∞", r"-\infty", "Infinity", "1e309", "-1e999999999", "1/0"]
)
def test_what_is_not_finite_stays_so_and_has_no_unit(text: str) -> None:
    found = read_number(text)
    assert found is not None
    assert not math.isfinite(found.value)
    assert found.unit == 0


def test_zero_over_zero_is_not_a_number() -> None:
    found = read_number("0/0")
    assert found is not None
    assert math.isnan(found.value)


@pytest.mark.parametrize(
    "text",
    ["1" * 10_000, "0." + "3" * 10_000, "1e" + "9" * 10_000, "(" * 10_000, " " * 10**6],
    ids=lambda text: text[:4],
)
def test_a_text_longer_than_any_number_is_none(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize("mark", [".", ","])
@given(digits=st.integers(-(10**9), 10**9), places=st.integers(0, 20))
@example(digits=0, places=3)
@example(digits=-125, places=3)
def test_a_decimal_reads_back_with_its_unit(mark: str, digits: int, places: int) -> None:
    sign, padded = "-" if digits < 0 else "", str(abs(digits)).zfill(places + 1)
    text = f"{sign}{padded[: len(padded) - places]}{mark}{padded[len(padded) - places :]}" if places else str(digits)
    assert read_number(text) == Number(float(text.replace(",", ".")), float(f"1e-{places}"))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_reads_back_as_python_writes_it(value: float) -> None:
    found = read_number(repr(value))
    assert found is not None
    assert found.value == value


@given(st.text(max_size=LONGEST_NUMBER) | st.text("0123456789.,-+e/\\frac{}()^·10 ", max_size=LONGEST_NUMBER))
def test_any_text_is_a_number_or_none(text: str) -> None:
    found = read_number(text)
    assert found is None or found.unit >= 0
