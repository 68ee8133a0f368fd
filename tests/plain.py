"""Compute what a printed substitution gives, apart from the program: exact sums and products of what is printed."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Computed:
    """A value, and the largest number on the way to it."""

    value: Fraction
    scale: Fraction


_FUNCTIONS: Mapping[str, Callable[[float], float]] = {"exp": math.exp, "log": math.log, "tanh": math.tanh, "abs": abs}


def compute(text: str) -> Computed:
    """Compute a substitution as Python reads it: numbers, + - * / **, and exp, log, tanh, abs and max alone.

    Raises OverflowError, ValueError or ZeroDivisionError where a function or a quotient has no finite value.
    """
    return _compute(ast.parse(text, mode="eval").body)


def _compute(node: ast.expr) -> Computed:
    match node:
        case ast.Constant(value=int() | float() as number):
            return _of(Fraction(str(number)))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _compute(operand)
            return Computed(-inner.value, inner.scale)
        case ast.BinOp(left=left, op=operator, right=right):
            before, after = _compute(left), _compute(right)
            return _of(_combined(before.value, operator, after.value), before, after)
        case ast.Call(func=ast.Name(id="max"), args=[_, _, *_] as arguments, keywords=[]):
            parts = [_compute(argument) for argument in arguments]
            return _of(max(part.value for part in parts), *parts)
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in _FUNCTIONS:
            inner = _compute(argument)
            return _of(Fraction(_FUNCTIONS[name](float(inner.value))), inner)
        case _:
            raise ValueError(f"not to be printed in a substitution: {ast.dump(node)}")


def _of(value: Fraction, *parts: Computed) -> Computed:
    return Computed(value, max(abs(value), *(part.scale for part in parts), Fraction(0)))


def _combined(left: Fraction, operator: ast.operator, right: Fraction) -> Fraction:
    match operator:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.Div():
            return left / right
        case ast.Pow() if right == 2:
            return left * left
        case _:
            raise ValueError(f"not an operator of a substitution: {operator}")
