"""Write a formula: one printer for every style; a style is a table of how each kind of node is spelled.

Parentheses go where precedence needs them, and around a negative number that stands behind an operator.
Order is kept as written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from fractions import Fraction
from itertools import pairwise
from typing import assert_never

from msgspec import Struct

from backprop_lab.engine.formula import (
    Add,
    Apply,
    Const,
    Div,
    Entry,
    Formula,
    MatMul,
    Mul,
    Ref,
    Sub,
    Total,
    Transpose,
)


class Precedence(IntEnum):
    """How tightly a piece of text holds together."""

    SUM = 1
    PRODUCT = 2
    POWER = 3
    ATOM = 4


BREAK = "\x1e"
"""Marks where a long line may be broken, before a sign; `layout` uses or removes it."""
SOFT_BREAK = "\x1f"
"""Marks where a line may be broken between factors, if there is no better place."""
ROW_BREAK = "\x1d"
"""The same between the rows of a matrix, even of one that a function is applied to."""
_NO_MARKS = str.maketrans("", "", BREAK + SOFT_BREAK)


class Text(Struct, frozen=True):
    """A written piece, and how tightly it holds together; a negative one needs care behind an operator."""

    text: str
    precedence: Precedence = Precedence.ATOM
    negative: bool = False


class Style(Struct, frozen=True):
    """How the nodes of a formula are spelled; templates hold `{}` for the written parts."""

    times: str
    hadamard: str
    matmul: str
    fraction: str
    fraction_precedence: Precedence
    minus: str
    transpose: Callable[[str], str]
    totals: Mapping[str, str]
    functions: Mapping[str, str]
    powers: Mapping[str, str]
    """Functions written behind their argument, such as a square."""
    entrywise_powers: Mapping[str, str]
    """The same of a whole matrix."""
    left_out: str
    parentheses: str = "({})"
    total_precedence: Precedence = Precedence.PRODUCT


class Printer(Struct, frozen=True):
    """A style together with what it is about: how leaves are written, which parts are single numbers."""

    style: Style
    leaf: Callable[[Formula], Text | None]
    """The text of a leaf, and of any other node that is written as a whole (None: by the style)."""
    is_scalar: Callable[[Formula], bool] = lambda formula: True
    most_terms: int | None = None

    def write(self, formula: Formula) -> str:
        """Return the formula as text."""
        return self._piece(formula).text

    def _piece(self, formula: Formula, *, leading: bool = True) -> Text:
        """Write a formula; unless it is leading, no negative number stands bare at its front."""
        whole = self.leaf(formula)
        if whole is not None:
            return whole
        style = self.style
        match formula:
            case Const(value):
                return self._constant(value)
            case Add(terms):
                return self._sum(terms)
            case Sub(left, right):
                first = self._piece(left)
                after = self._at(right, Precedence.PRODUCT)
                return Text(f"{first.text} {BREAK}- {after}", Precedence.SUM, first.negative)
            case Mul(factors):
                return self._product(factors, leading=leading)
            case Div(numerator, denominator):
                return self._fraction(numerator, denominator, leading=leading)
            case MatMul(left, right):
                before = self._wrapped(self._piece(left, leading=leading), Precedence.PRODUCT, first=leading)
                sign = style.times if self.is_scalar(left) and self.is_scalar(right) else style.matmul
                text = before + sign + self._at(right, Precedence.POWER)
                return Text(text, Precedence.PRODUCT, text.startswith(style.minus))
            case Transpose(operand):
                return Text(style.transpose(self._at(operand, Precedence.POWER)), Precedence.POWER)
            case Total(operand, over):
                if self.is_scalar(operand):
                    return self._piece(operand, leading=leading)
                return self._total(operand, over)
            case Apply(name, arguments):
                return self._application(name, arguments)
            case Ref() | Entry():
                raise ValueError(f"the printer was given no text for {formula}")
            case _:
                assert_never(formula)

    def _wrapped(self, piece: Text, least: Precedence, *, first: bool) -> str:
        """Set parentheses where the piece does not hold together so tightly, or would follow with a minus."""
        if piece.precedence < least or (piece.negative and not first):
            return self.style.parentheses.format(piece.text)
        return piece.text

    def _at(self, formula: Formula, least: Precedence) -> str:
        """Write a part that stands behind an operator, where at least that precedence is needed."""
        piece = self._piece(formula, leading=False)
        if piece.precedence < least:
            piece = Text(self._piece(formula).text, piece.precedence)
        return self._wrapped(piece, least, first=False)

    def _constant(self, value: Fraction) -> Text:
        style, sign = self.style, self.style.minus if value < 0 else ""
        if value.denominator == 1:
            return Text(sign + str(abs(value.numerator)), negative=value < 0)
        text = style.fraction.format(abs(value.numerator), value.denominator)
        return Text(sign + text, style.fraction_precedence, value < 0)

    def _sum(self, terms: tuple[Formula, ...]) -> Text:
        shown, gap = self._elided(terms)
        first = self._piece(shown[0])
        text = first.text
        for index, term in enumerate(shown[1:], start=1):
            if index == gap:
                text += f" {BREAK}+ " + self.style.left_out.format(len(terms) - len(shown))
            match term:
                case Mul((Const(value), *rest)) if value == -1:
                    positive = rest[0] if len(rest) == 1 else Mul(tuple(rest))
                    text += f" {BREAK}- " + self._at(positive, Precedence.PRODUCT)
                case _:
                    text += f" {BREAK}+ " + self._at(term, Precedence.PRODUCT)
        return Text(text, Precedence.SUM, first.negative)

    def _elided(self, parts: tuple[Formula, ...]) -> tuple[tuple[Formula, ...], int | None]:
        """Return the parts to show and where the others would stand, if there are too many."""
        if self.most_terms is None or len(parts) <= self.most_terms:
            return parts, None
        gap = self.most_terms // 2
        return parts[:gap] + parts[-1:], gap

    def _product(self, factors: tuple[Formula, ...], *, leading: bool) -> Text:
        style, sign = self.style, ""
        if isinstance(factors[0], Const) and factors[0].value == -1:
            sign, factors = style.minus, factors[1:]
        bare = leading and not sign
        first = self._piece(factors[0], leading=bare)
        sign = "" if first.text == "0" else sign
        text = sign + self._wrapped(first, Precedence.PRODUCT, first=bare)
        tight = Precedence.POWER if style.fraction_precedence == Precedence.PRODUCT else Precedence.PRODUCT
        for before, factor in pairwise(factors):
            scalar = self.is_scalar(before) or self.is_scalar(factor)
            least = Precedence.POWER if isinstance(factor, MatMul) else tight
            text += (style.times if scalar else style.hadamard) + self._at(factor, least)
        return Text(text, Precedence.PRODUCT, bool(sign) or (bare and first.negative))

    def _fraction(self, numerator: Formula, denominator: Formula, *, leading: bool) -> Text:
        style = self.style
        if style.fraction_precedence == Precedence.ATOM:
            return Text(style.fraction.format(self._piece(numerator).text, self._piece(denominator).text))
        above = self._piece(numerator, leading=leading)
        text = style.fraction.format(
            self._wrapped(above, Precedence.PRODUCT, first=leading), self._at(denominator, Precedence.POWER)
        )
        return Text(text, style.fraction_precedence, leading and above.negative)

    def _total(self, operand: Formula, over: str) -> Text:
        least = Precedence.PRODUCT if self.style.total_precedence == Precedence.PRODUCT else Precedence.SUM
        piece = self._piece(operand)
        return Text(
            self.style.totals[over].format(self._wrapped(piece, least, first=least == Precedence.SUM)),
            self.style.total_precedence,
        )

    def _application(self, name: str, arguments: tuple[Formula, ...]) -> Text:
        style = self.style
        if name in style.powers:
            powers = style.powers if self.is_scalar(arguments[0]) else style.entrywise_powers
            return Text(powers[name].format(self._at(arguments[0], Precedence.ATOM)), Precedence.POWER)
        shown, gap = self._elided(arguments)
        parts = [self._piece(argument).text for argument in shown]
        if gap is not None:
            parts.insert(gap, style.left_out.format(len(arguments) - len(shown)))
        text = style.functions[name].format(", ".join(parts))
        return Text(text if text.endswith(")") else text.translate(_NO_MARKS))
