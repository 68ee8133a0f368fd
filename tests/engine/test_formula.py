"""Formulas: the constructors simplify as little as they say, and keep the order of writing."""

from __future__ import annotations

import pytest
from hypothesis import given

from backprop_lab.engine.formula import (
    ONE,
    ZERO,
    Add,
    Apply,
    Const,
    Div,
    Entry,
    Formula,
    MatMul,
    Mul,
    Ref,
    Shape,
    Sub,
    Total,
    Transpose,
    add,
    apply,
    children,
    const,
    div,
    inputs,
    leaves,
    mul,
    neg,
    rebuild,
    replace,
    shape,
    sub,
    transpose,
)
from tests.engine.formulas import SHAPES, formulas

A, B, C = Ref("A"), Ref("B"), Ref("C")


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (add(), ZERO),
        (add(A), A),
        (add(ZERO, A, ZERO), A),
        (add(B, A), Add((B, A))),
        (add(B, Add((A, C))), Add((B, A, C))),
        (add(Add((C, A)), B), Add((C, A, B))),
        (add(A, A), Add((A, A))),
        (mul(), ONE),
        (mul(A), A),
        (mul(ONE, A), A),
        (mul(A, ZERO, B), ZERO),
        (mul(B, A), Mul((B, A))),
        (mul(B, Mul((C, A))), Mul((B, C, A))),
        (mul(A, const(2), B, const(1, 4)), Mul((const(1, 2), A, B))),
        (mul(const(2), const(1, 2), A), A),
        (mul(const(2), const(3)), const(6)),
        (mul(Mul((const(-1), A)), const(-1)), A),
        (neg(A), Mul((const(-1), A))),
        (neg(neg(A)), A),
        (neg(ZERO), ZERO),
        (sub(A, B), Sub(A, B)),
        (sub(A, ZERO), A),
        (sub(ZERO, A), neg(A)),
        (div(A, B), Div(A, B)),
        (div(ZERO, A), ZERO),
        (div(A, ONE), A),
        (div(ONE, A), Div(ONE, A)),
        (transpose(A), Transpose(A)),
        (transpose(transpose(A)), A),
        (apply("max", A, B), Apply("max", (A, B))),
        (const(2, 4), const(1, 2)),
    ],
)
def test_a_constructor_drops_only_what_changes_nothing(made: Formula, expected: Formula) -> None:
    assert made == expected


def test_inputs_are_named_once_in_the_order_of_writing() -> None:
    formula = Add((MatMul(Ref("x"), Ref("W1")), Mul((Entry("b1", 0, 1), Ref("x"))), const(3)))
    assert inputs(formula) == ("x", "W1", "b1")
    assert list(leaves(formula)) == [Ref("x"), Ref("W1"), Entry("b1", 0, 1), Ref("x")]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (A, (2, 3)),
        (Entry("A", 1, 2), (1, 1)),
        (ONE, (1, 1)),
        (Transpose(A), (3, 2)),
        (MatMul(A, B), (2, 4)),
        (MatMul(Transpose(B), Transpose(A)), (4, 2)),
        (Total(A, "all"), (1, 1)),
        (Total(A, "rows"), (1, 3)),
        (Total(A, "columns"), (2, 1)),
        (Add((C, A)), (2, 3)),
        (Sub(ONE, A), (2, 3)),
        (Mul((const(2), A)), (2, 3)),
        (Div(A, Total(A, "columns")), (2, 3)),
        (Apply("softmax", (A,)), (2, 3)),
    ],
)
def test_a_shape_follows_from_those_of_the_names(formula: Formula, expected: Shape) -> None:
    assert shape(formula, {"A": (2, 3), "B": (3, 4), "C": (1, 3)}) == expected


@given(formulas(2, 3))
def test_rebuilding_from_its_own_parts_leaves_a_formula_its_shape_and_its_leaves(formula: Formula) -> None:
    same = rebuild(formula, children(formula))
    assert shape(same, SHAPES) == shape(formula, SHAPES) == (2, 3)
    assert list(leaves(same)) == list(leaves(formula))
    renamed = replace(formula, lambda leaf: Ref(f"new {leaf.name}"))
    assert [leaf.name for leaf in leaves(renamed)] == [f"new {leaf.name}" for leaf in leaves(formula)]


def test_replacing_a_leaf_simplifies_what_becomes_trivial() -> None:
    formula = Add((Mul((A, B)), Sub(C, Mul((A, C)))))
    assert replace(formula, lambda leaf: ZERO if leaf == A else leaf) == C
    assert replace(formula, lambda leaf: ONE if leaf == A else leaf) == Add((B, Sub(C, C)))


def test_equal_formulas_are_equal_and_can_be_keys() -> None:
    assert {Mul((A, const(1, 2))): 1}[Mul((A, Const(const(2, 4).value)))] == 1
