from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lab.engine.formula import Div, Entry, Formula, add, apply, mul
from backprop_lab.writing.expression import Printer, Style, Text
from backprop_lab.writing.layout import (
    LATEX_WIDTH,
    TERMINAL_WIDTH,
    latex_rows,
    latex_width,
    terminal_lines,
    unmarked,
)
from backprop_lab.writing.styles import LATEX, UNICODE

a = Entry("0.3333", 0, 0)


def written(formula: Formula, style: Style) -> str:
    """Write a formula with the marks where it may be broken."""
    return Printer(style, lambda part: Text(part.name) if isinstance(part, Entry) else None).write(formula)


def without_spaces(text: str) -> str:
    return re.sub(r"\s|&|\\qquad|\\quad", "", text)


TERMS = st.lists(st.integers(1, 4).map(lambda count: mul(*[a] * count)), min_size=1, max_size=30)
FORMULAS = TERMS.map(lambda terms: add(*terms)) | TERMS.map(lambda terms: mul(a, add(*terms), apply("square", a)))
SYMBOLS = st.sampled_from(["Z₁", "∂L/∂w₁₁", "fc1.weight.grad[0,1]"])


def test_a_short_line_is_one_line() -> None:
    parts = [("=", written(mul(a, a), UNICODE)), ("=", "0.1111")]
    assert terminal_lines("Z₁", parts) == ["  Z₁ = 0.3333·0.3333 = 0.1111"]
    assert latex_rows("Z", [("=", written(mul(a, a), LATEX)), (r"\approx", "0.1111")]) == [
        r"Z &= 0.3333 \cdot 0.3333 \approx 0.1111"
    ]


def test_a_longer_line_has_one_row_for_each_part() -> None:
    long = written(add(*[a] * 7), UNICODE)
    lines = terminal_lines("Z₁", [("=", long), ("=", long), ("≈", "2.3331")])
    assert lines == [f"  Z₁ = {unmarked(long)}", f"     = {unmarked(long)}", "     ≈ 2.3331"]


def test_a_sum_is_broken_before_a_sign_and_a_product_only_if_that_does_not_do() -> None:
    lines = terminal_lines("Z₁", [("=", written(add(*[mul(a, a)] * 8), UNICODE))])
    assert [line.strip()[0] for line in lines] == ["Z", "+"]
    lines = terminal_lines("Z₁", [("=", written(mul(*[a] * 20), UNICODE))])
    assert [line.strip()[0] for line in lines] == ["Z", "·"]


@given(SYMBOLS, FORMULAS)
def test_no_line_of_a_terminal_is_too_wide_and_nothing_is_lost(symbol: str, formula: Formula) -> None:
    text = written(formula, UNICODE)
    lines = terminal_lines(symbol, [("=", text), ("≈", "0.5")])
    assert max(map(len, lines)) <= TERMINAL_WIDTH
    assert without_spaces("".join(lines)) == without_spaces(f"{symbol}={unmarked(text)}≈0.5")


@given(SYMBOLS, FORMULAS)
def test_no_row_of_a_display_is_too_wide_and_nothing_is_lost(symbol: str, formula: Formula) -> None:
    text = written(formula, LATEX)
    rows = latex_rows(symbol, [("=", text), (r"\approx", "0.5")])
    assert max(latex_width(re.sub(" ?&", "", row)) for row in rows) <= LATEX_WIDTH
    assert without_spaces("".join(rows)) == without_spaces(rf"{symbol}={unmarked(text)}\approx0.5")
    assert all(row.count("&") == 1 for row in rows)


def test_a_fraction_is_folded_within_where_its_denominator_is_too_wide() -> None:
    power = apply("exp", a)
    (row,) = latex_rows("a", [("=", written(Div(power, add(*[power] * 9)), LATEX))])
    assert row.count("gathered") == 0
    (row,) = latex_rows("a", [("=", written(Div(power, add(*[power] * 14)), LATEX))])
    above, below = row.split("}{", 1)
    assert above == r"a &= \frac{e^{0.3333}"
    first, second = below.removeprefix(r"\begin{gathered} ").removesuffix(r" \end{gathered}}").split(r" \cr ")
    assert without_spaces(first + second) == "+".join(["e^{0.3333}"] * 14)
    assert max(map(latex_width, (first, second))) <= LATEX_WIDTH


@pytest.mark.parametrize("style", [LATEX, UNICODE])
def test_the_argument_of_a_logarithm_is_broken_before_a_sign(style: Style) -> None:
    text = written(apply("log", add(*[apply("exp", a)] * 20)), style)
    for row in latex_rows("a", [("=", text)]) if style is LATEX else terminal_lines("a", [("=", text)]):
        assert latex_width(row) <= LATEX_WIDTH


@given(FORMULAS)
def test_a_row_of_a_display_ends_outside_of_all_braces(formula: Formula) -> None:
    text = written(formula, LATEX)
    for row in latex_rows("L", [("=", rf"{text} + \frac{{{text}}}{{2}}")]):
        assert row.count("{") == row.count("}")


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("0.3333", 6, 6),
        (r"w_{11}", 1.5, 3),
        (r"\frac{\partial L}{\partial w_{11}}", 2, 6),
        (r"0.3333 \cdot 0.3333", 12, 16),
        (r"\begin{bmatrix} 0.5 & 0.25 \cr 1 & -2 \end{bmatrix}", 9, 16),
    ],
)
def test_the_width_of_latex_is_that_of_what_is_set(text: str, low: float, high: float) -> None:
    assert low <= latex_width(text) <= high
