"""Turn a formula to the way a notation writes matrices: reverse each product, transpose each symbol."""

from __future__ import annotations

from collections.abc import Callable

from backprop_lab.engine.formula import (
    Formula,
    MatMul,
    Ref,
    Total,
    Transpose,
    children,
    rebuild,
    replace,
)


def oriented(
    formula: Formula, flips: Callable[[str], bool], is_single: Callable[[str], bool], *, flip_result: bool
) -> Formula:
    """Rewrite a formula for a notation in which the names that `flips` picks stand for the transpose.

    A name that `is_single` stands for one number, which has no orientation.
    """
    turned = replace(formula, lambda leaf: Transpose(leaf) if flips(leaf.name) and not is_single(leaf.name) else leaf)
    return _transposed(turned, is_single) if flip_result else _settled(turned, is_single)


def _transposed(formula: Formula, is_single: Callable[[str], bool]) -> Formula:
    """Return the formula of the transpose, with transposition pushed down to the names."""
    match formula:
        case Ref(name):
            return formula if is_single(name) else Transpose(formula)
        case Transpose(operand):
            return _settled(operand, is_single)
        case MatMul(left, right):
            return MatMul(_transposed(right, is_single), _transposed(left, is_single))
        case Total(operand, "rows"):
            return Total(_transposed(operand, is_single), "columns")
        case Total(operand, "columns"):
            return Total(_transposed(operand, is_single), "rows")
        case _:
            return rebuild(formula, tuple(_transposed(part, is_single) for part in children(formula)))


def _settled(formula: Formula, is_single: Callable[[str], bool]) -> Formula:
    """Drop the transposes of single numbers."""
    match formula:
        case Transpose(Ref(name)) if is_single(name):
            return Ref(name)
        case _:
            return rebuild(formula, tuple(_settled(part, is_single) for part in children(formula)))
