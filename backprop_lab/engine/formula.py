"""Formulas as data: a small closed tree that other modules evaluate, differentiate, write out and change.

A leaf `Ref("W1")` names a whole matrix and `Entry("W1", 0, 1)` one number of it, counted from 0.
The lower-case constructors (`add`, `mul`, …) drop zeros and ones and gather constant factors in front;
otherwise the order in which a formula is written is the order in which it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Literal, assert_never

from msgspec import Struct

Shape = tuple[int, int]


class Ref(Struct, frozen=True):
    """The matrix of that name."""

    name: str


class Entry(Struct, frozen=True):
    """One number of a named matrix; row and column count from 0."""

    name: str
    row: int
    column: int


class Const(Struct, frozen=True):
    """An exact constant."""

    value: Fraction


class Add(Struct, frozen=True):
    """A sum of two or more terms; a single row is added to every row."""

    terms: tuple[Formula, ...]


class Sub(Struct, frozen=True):
    """A difference."""

    left: Formula
    right: Formula


class Mul(Struct, frozen=True):
    """A product, entry by entry, of two or more factors; a 1×1 factor scales."""

    factors: tuple[Formula, ...]


class Div(Struct, frozen=True):
    """A quotient, entry by entry."""

    numerator: Formula
    denominator: Formula


class MatMul(Struct, frozen=True):
    """The matrix product."""

    left: Formula
    right: Formula


class Transpose(Struct, frozen=True):
    """Rows become columns."""

    operand: Formula


class Total(Struct, frozen=True):
    """The sum of all entries (1×1), over the rows (one row left) or over the columns (one column left)."""

    operand: Formula
    over: Literal["all", "rows", "columns"]


class Apply(Struct, frozen=True):
    """A function of `functions.FUNCTIONS`, applied entry by entry or, like softmax, row by row."""

    function: str
    arguments: tuple[Formula, ...]


Leaf = Ref | Entry
Formula = Ref | Entry | Const | Add | Sub | Mul | Div | MatMul | Transpose | Total | Apply

ZERO = Const(Fraction(0))
ONE = Const(Fraction(1))


def const(numerator: int, denominator: int = 1) -> Const:
    """Return the constant numerator / denominator."""
    return Const(Fraction(numerator, denominator))


_NO_SUMS = {Ref, Entry, Sub, Mul, Div, MatMul, Transpose, Total, Apply}
_NO_PRODUCTS = {Ref, Entry, Add, Sub, Div, MatMul, Transpose, Total, Apply}
"""The nodes that need no joining, of which a matrix product has thousands."""


def add(*terms: Formula) -> Formula:
    """Sum terms: inner sums are joined, zeros dropped."""
    if len(terms) > 1 and _NO_SUMS.issuperset(map(type, terms)):
        return Add(terms)
    flat: list[Formula] = []
    for term in terms:
        flat.extend(term.terms if isinstance(term, Add) else (term,))
    kept = [term for term in flat if term != ZERO]
    match kept:
        case []:
            return ZERO
        case [single]:
            return single
        case _:
            return Add(tuple(kept))


def mul(*factors: Formula) -> Formula:
    """Multiply factors entry by entry: inner products are joined, constants gathered into one in front."""
    if len(factors) > 1 and _NO_PRODUCTS.issuperset(map(type, factors)):
        return Mul(factors)
    coefficient = Fraction(1)
    kept: list[Formula] = []
    for factor in factors:
        for part in factor.factors if isinstance(factor, Mul) else (factor,):
            if isinstance(part, Const):
                coefficient *= part.value
            else:
                kept.append(part)
    if coefficient == 0:
        return ZERO
    if coefficient != 1 or not kept:
        kept.insert(0, Const(coefficient))
    return kept[0] if len(kept) == 1 else Mul(tuple(kept))


def neg(operand: Formula) -> Formula:
    """Return the negative."""
    return mul(const(-1), operand)


def sub(left: Formula, right: Formula) -> Formula:
    """Subtract; a zero on either side is dropped."""
    if right == ZERO:
        return left
    return neg(right) if left == ZERO else Sub(left, right)


def div(numerator: Formula, denominator: Formula) -> Formula:
    """Divide; a zero numerator gives zero, a denominator of one is dropped."""
    return numerator if numerator == ZERO or denominator == ONE else Div(numerator, denominator)


def transpose(operand: Formula) -> Formula:
    """Transpose; twice is not at all."""
    return operand.operand if isinstance(operand, Transpose) else Transpose(operand)


def apply(function: str, *arguments: Formula) -> Apply:
    """Apply the named function."""
    return Apply(function, arguments)


def children(formula: Formula) -> tuple[Formula, ...]:
    """Return the parts that a formula is made of, in the order in which they are written."""
    match formula:
        case Ref() | Entry() | Const():
            return ()
        case Add(parts) | Mul(parts) | Apply(_, parts):
            return parts
        case Sub(left, right) | MatMul(left, right) | Div(left, right):
            return (left, right)
        case Transpose(operand) | Total(operand, _):
            return (operand,)
        case _:
            assert_never(formula)


def rebuild(formula: Formula, parts: tuple[Formula, ...]) -> Formula:
    """Put other parts in the place of a formula's own, through the simplifying constructors."""
    match formula:
        case Ref() | Entry() | Const():
            return formula
        case Add():
            return add(*parts)
        case Mul():
            return mul(*parts)
        case Sub():
            return sub(*parts)
        case Div():
            return div(*parts)
        case MatMul():
            return MatMul(*parts)
        case Transpose():
            return transpose(*parts)
        case Total(_, over):
            return Total(parts[0], over)
        case Apply(function, _):
            return Apply(function, parts)
        case _:
            assert_never(formula)


def replace(formula: Formula, leaf: Callable[[Leaf], Formula]) -> Formula:
    """Put `leaf(l)` in the place of every leaf l."""
    if isinstance(formula, Ref | Entry):
        return leaf(formula)
    return rebuild(formula, tuple(replace(part, leaf) for part in children(formula)))


def with_names(formula: Formula, others: Mapping[str, Formula]) -> Formula:
    """Put other formulas in the place of names."""
    return replace(formula, lambda leaf: others.get(leaf.name, leaf) if isinstance(leaf, Ref) else leaf)


def leaves(formula: Formula) -> Iterator[Leaf]:
    """Yield every leaf, in the order in which they are written."""
    if isinstance(formula, Ref | Entry):
        yield formula
    for part in children(formula):
        yield from leaves(part)


def inputs(formula: Formula) -> tuple[str, ...]:
    """Return the names that a formula uses, each once, in the order of their first appearance."""
    return tuple(dict.fromkeys(leaf.name for leaf in leaves(formula)))


def shape(formula: Formula, shapes: Mapping[str, Shape]) -> Shape:
    """Return (rows, columns) of a formula's value, given those of the names that it uses."""
    match formula:
        case Ref(name):
            return shapes[name]
        case Entry() | Const():
            return (1, 1)
        case MatMul(left, right):
            return (shape(left, shapes)[0], shape(right, shapes)[1])
        case Transpose(operand):
            rows, columns = shape(operand, shapes)
            return (columns, rows)
        case Total(operand, over):
            rows, columns = shape(operand, shapes)
            return (1 if over != "columns" else rows, 1 if over != "rows" else columns)
        case Add() | Sub() | Mul() | Div() | Apply():
            parts = [shape(part, shapes) for part in children(formula)]
            return (max(rows for rows, _ in parts), max(columns for _, columns in parts))
        case _:
            assert_never(formula)
