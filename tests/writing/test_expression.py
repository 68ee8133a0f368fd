from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lab.engine.arithmetic import EXACT, value
from backprop_lab.engine.formula import (
    ONE,
    ZERO,
    Entry,
    Formula,
    Leaf,
    MatMul,
    Ref,
    Sub,
    Total,
    Transpose,
    add,
    apply,
    const,
    div,
    mul,
    neg,
)
from backprop_lab.writing.expression import Printer, Style, Text
from backprop_lab.writing.layout import unmarked
from backprop_lab.writing.styles import LATEX, NUMPY, PLAIN, UNICODE
from tests.plain import compute

a, b, c = (Entry(name, 0, 0) for name in "abc")
n, z = Entry("-0.5", 0, 0), Entry("0", 0, 0)


def leaf(part: Formula) -> Text | None:
    """Write a number or a letter by its name."""
    return Text(part.name, negative=part.name.startswith("-")) if isinstance(part, Ref | Entry) else None


def written(formula: Formula, style: Style, most_terms: int | None = None) -> str:
    return unmarked(Printer(style, leaf, most_terms=most_terms).write(formula))


PAIRS = [
    # the order is kept as written
    (add(b, a, c), "b + a + c", "b + a + c", "b + a + c"),
    (mul(b, a), r"b \cdot a", "b·a", "b*a"),
    # a negative number is in parentheses after an operator, but not in front
    (add(n, a), "-0.5 + a", "-0.5 + a", "-0.5 + a"),
    (add(a, n), "a + (-0.5)", "a + (-0.5)", "a + (-0.5)"),
    (Sub(a, n), "a - (-0.5)", "a - (-0.5)", "a - (-0.5)"),
    (mul(n, a), r"-0.5 \cdot a", "-0.5·a", "-0.5*a"),
    (mul(a, n), r"a \cdot (-0.5)", "a·(-0.5)", "a*(-0.5)"),
    (add(a, mul(n, b)), r"a + (-0.5) \cdot b", "a + (-0.5)·b", "a + (-0.5)*b"),
    (Sub(a, mul(n, b)), r"a - (-0.5) \cdot b", "a - (-0.5)·b", "a - (-0.5)*b"),
    (neg(n), "-(-0.5)", "-(-0.5)", "-(-0.5)"),
    (apply("exp", n), "e^{-0.5}", "exp(-0.5)", "exp(-0.5)"),
    (div(a, n), r"\frac{a}{-0.5}", "a/(-0.5)", "a/(-0.5)"),
    (div(n, a), r"\frac{-0.5}{a}", "-0.5/a", "-0.5/a"),
    # a term with a minus is subtracted
    (add(a, neg(b)), "a - b", "a - b", "a - b"),
    (add(a, neg(n)), "a - (-0.5)", "a - (-0.5)", "a - (-0.5)"),
    (add(neg(a), b), "-a + b", "-a + b", "-a + b"),
    (add(a, neg(mul(b, c))), r"a - b \cdot c", "a - b·c", "a - b*c"),
    # sums inside of differences, products and powers
    (Sub(a, add(b, c)), "a - (b + c)", "a - (b + c)", "a - (b + c)"),
    (Sub(a, Sub(b, c)), "a - (b - c)", "a - (b - c)", "a - (b - c)"),
    (Sub(Sub(a, b), c), "a - b - c", "a - b - c", "a - b - c"),
    (mul(a, Sub(ONE, a)), r"a \cdot (1 - a)", "a·(1 - a)", "a*(1 - a)"),
    (mul(add(a, b), c), r"(a + b) \cdot c", "(a + b)·c", "(a + b)*c"),
    (neg(add(a, b)), "-(a + b)", "-(a + b)", "-(a + b)"),
    (apply("square", n), "(-0.5)^2", "(-0.5)²", "(-0.5)**2"),
    (apply("square", a), "a^2", "a²", "a**2"),
    (apply("square", add(a, b)), "(a + b)^2", "(a + b)²", "(a + b)**2"),
    (apply("square", mul(a, b)), r"(a \cdot b)^2", "(a·b)²", "(a*b)**2"),
    (apply("square", apply("square", a)), "(a^2)^2", "(a²)²", "(a**2)**2"),
    (neg(apply("square", a)), "-a^2", "-a²", "-a**2"),
    # fractions
    (mul(const(1, 2), apply("square", a)), r"\frac{1}{2} \cdot a^2", "1/2·a²", "1/2*a**2"),
    (mul(const(-1, 2), a), r"-\frac{1}{2} \cdot a", "-1/2·a", "-1/2*a"),
    (add(a, mul(const(-1, 2), b)), r"a + (-\frac{1}{2}) \cdot b", "a + (-1/2)·b", "a + (-1/2)*b"),
    (mul(a, div(b, c)), r"a \cdot \frac{b}{c}", "a·(b/c)", "a*(b/c)"),
    (div(div(a, b), c), r"\frac{\frac{a}{b}}{c}", "a/b/c", "a/b/c"),
    (div(a, div(b, c)), r"\frac{a}{\frac{b}{c}}", "a/(b/c)", "a/(b/c)"),
    (div(a, mul(b, c)), r"\frac{a}{b \cdot c}", "a/(b·c)", "a/(b*c)"),
    (div(add(a, b), c), r"\frac{a + b}{c}", "(a + b)/c", "(a + b)/c"),
    (
        div(ONE, add(ONE, apply("exp", neg(a)))),
        r"\frac{1}{1 + e^{-a}}",
        "1/(1 + exp(-a))",
        "1/(1 + exp(-a))",
    ),
    (
        div(ONE, add(ONE, apply("exp", neg(n)))),
        r"\frac{1}{1 + e^{-(-0.5)}}",
        "1/(1 + exp(-(-0.5)))",
        "1/(1 + exp(-(-0.5)))",
    ),
    # functions hold together
    (mul(apply("log", add(a, b)), c), r"\ln(a + b) \cdot c", "ln(a + b)·c", "log(a + b)*c"),
    (apply("max", ZERO, n), r"\max(0, -0.5)", "max(0, -0.5)", "max(0, -0.5)"),
    (Sub(ONE, apply("square", apply("tanh", a))), r"1 - \tanh(a)^2", "1 - tanh(a)²", "1 - tanh(a)**2"),
    # there is no -0
    (neg(z), "0", "0", "0"),
    (apply("exp", neg(z)), "e^{0}", "exp(0)", "exp(0)"),
]


@pytest.mark.parametrize(("formula", "latex", "unicode", "plain"), PAIRS, ids=[pair[3] for pair in PAIRS])
def test_a_formula_is_written_so(formula: Formula, latex: str, unicode: str, plain: str) -> None:
    assert (written(formula, LATEX), written(formula, UNICODE), written(formula, PLAIN)) == (latex, unicode, plain)


def test_a_long_sum_says_how_many_terms_are_left_out() -> None:
    terms = add(*(Entry(f"t{index}", 0, 0) for index in range(1, 13)))
    assert written(terms, UNICODE, most_terms=8) == "t1 + t2 + t3 + t4 + … 7 left out … + t12"
    assert r"\underset{\text{7 left out}}{\cdots}" in written(terms, LATEX, most_terms=8)
    assert written(terms, UNICODE, most_terms=12).count("t") == 12


X, W, d = Ref("X"), Ref("W"), Ref("d")
MATRICES = [
    (add(MatMul(X, W), d), "X W + d", "X W + d", "X @ W + d"),
    (MatMul(Transpose(X), d), r"X^{\top} d", "Xᵀ d", "X.T @ d"),
    (mul(MatMul(d, Transpose(W)), X), r"d W^{\top} \odot X", "d Wᵀ ⊙ X", "d @ W.T * X"),
    (mul(X, MatMul(d, Transpose(W))), r"X \odot (d W^{\top})", "X ⊙ (d Wᵀ)", "X * (d @ W.T)"),
    (MatMul(add(X, W), d), "(X + W) d", "(X + W) d", "(X + W) @ d"),
    (MatMul(X, MatMul(W, d)), "X (W d)", "X (W d)", "X @ (W @ d)"),
    (mul(const(1, 2), X), r"\frac{1}{2} \cdot X", "1/2·X", "1 / 2 * X"),
    (Total(d, "rows"), r"\sum_{\text{samples}} d", "Σ d over samples", "np.sum(d, axis=0, keepdims=True)"),
    (Total(apply("square", d), "all"), r"\sum d^{\odot 2}", "Σ d⊙²", "np.sum(d**2)"),
    (mul(X, Sub(ONE, X)), r"X \odot (1 - X)", "X ⊙ (1 - X)", "X * (1 - X)"),
]


@pytest.mark.parametrize(("formula", "latex", "unicode", "numpy"), MATRICES, ids=[pair[3] for pair in MATRICES])
def test_a_matrix_formula_is_written_so(formula: Formula, latex: str, unicode: str, numpy: str) -> None:
    def is_scalar(part: Formula) -> bool:
        return not isinstance(part, Ref | MatMul | Transpose | Sub) and not hasattr(part, "arguments")

    texts = [unmarked(Printer(style, leaf, is_scalar).write(formula)) for style in (LATEX, UNICODE, NUMPY)]
    assert texts == [latex, unicode, numpy]


LEAVES = st.sampled_from([Entry(name, 0, 0) for name in ("0.5", "-0.5", "2", "-3", "0", "0.25", "1")])


def not_zero(parts: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    return st.one_of(
        st.sampled_from([Entry("-0.5", 0, 0), Entry("2", 0, 0)]),
        parts.map(lambda part: add(ONE, apply("square", part))),
    )


def larger(parts: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    several = st.lists(parts, min_size=2, max_size=3)
    return st.one_of(
        several.map(lambda terms: add(*terms)),
        several.map(lambda factors: mul(*factors)),
        st.tuples(parts, parts).map(lambda pair: Sub(*pair)),
        st.tuples(parts, not_zero(parts)).map(lambda pair: div(*pair)),
        parts.map(neg),
        parts.map(lambda part: mul(const(-1, 2), part)),
        parts.map(lambda part: apply("square", part)),
        st.tuples(parts, parts).map(lambda pair: apply("max", *pair)),
    )


FORMULAS = st.recursive(LEAVES, larger, max_leaves=8)


def in_fractions(formula: Formula) -> Fraction:
    """Evaluate a formula over rational numbers, apart from how it is written."""

    def number(part: Leaf) -> Fraction:
        return Fraction(part.name)

    return Fraction(value(formula, number, EXACT))


@given(FORMULAS)
def test_parentheses_stand_wherever_the_value_needs_them(formula: Formula) -> None:
    assert compute(written(formula, PLAIN)).value == in_fractions(formula)


@given(FORMULAS)
def test_what_a_terminal_shows_means_the_same(formula: Formula) -> None:
    text = written(formula, UNICODE).replace("·", "*").replace("²", "**2")
    assert compute(text).value == in_fractions(formula)


@given(FORMULAS)
def test_no_two_signs_meet(formula: Formula) -> None:
    for style in (LATEX, UNICODE, PLAIN):
        text = written(formula, style)
        assert not any(odd in text for odd in ("--", "+ -", "- -", "+-", r"\cdot -", "·-", "*-", "/-"))


def test_a_leaf_without_text_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no text"):
        Printer(PLAIN, lambda part: None).write(a)
