"""Whole matrices and steps in matrices, in the orientation of a notation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from backprop_lab.engine.arithmetic import Array, round_half_away, value
from backprop_lab.engine.formula import Formula, Leaf, Ref, Shape, Transpose, shape
from backprop_lab.engine.graph import Step
from backprop_lab.writing.expression import SOFT_BREAK, Printer, Text
from backprop_lab.writing.layout import unmarked
from backprop_lab.writing.lines import MOST_DECIMALS, Relation, is_slope
from backprop_lab.writing.notation import Notation, Symbol
from backprop_lab.writing.numbers import given, shown
from backprop_lab.writing.orientation import oriented
from backprop_lab.writing.spelling import Spelling

MOST_ROWS = 8


class MatrixLine(Struct, frozen=True):
    """A step in matrices: formula, numbers put in, result; the relation is that of the result."""

    formula: str
    substitution: str
    relation: Relation
    result: str


class MatrixWriter(Struct, frozen=True):
    """Writes whole matrices and matrix formulas of one pass in a notation's orientation."""

    values: Mapping[str, Array]
    shapes: Mapping[str, Shape]
    notation: Notation
    spelling: Spelling
    decimals: int
    givens: frozenset[str]
    """The names whose numbers are printed as they were given."""

    def symbol(self, name: str) -> str:
        """Return the symbol of a whole matrix, or of its only entry."""
        return self.spelling.symbol(self._named(name))

    def _named(self, name: str) -> Symbol:
        single = self.shapes[name] == (1, 1) and self.notation.name != "pytorch"
        return self.notation.entry(name, 0, 0) if single else self.notation.matrix(name)

    def value(self, name: str) -> str:
        """Return a matrix as numbers."""
        return unmarked(self._printed(name))

    def _printed(self, name: str) -> str:
        return self._matrix(name, flip=self.notation.flips(name)).text

    def left_out(self, name: str) -> int:
        """Return how many entries of a matrix stand behind dots."""
        array = self.values[name].T if self.notation.flips(name) else self.values[name]
        rows, columns = self._kept(array, self._text(name))
        shown_rows, shown_columns = (sum(index is not None for index in kept) for kept in (rows, columns))
        return int(array.size) - shown_rows * shown_columns

    def line(self, step: Step) -> MatrixLine:
        """Write a step out in matrices, with as many digits in the operands as give the printed result.

        Of a step's two formulas the stable one is written where the other cannot be computed. A matrix that
        stands behind dots cannot be recomputed, and has the usual digits; one that is a given again needs no others.
        """
        usual = step.name in self.givens or any(self.left_out(name) for name in (step.name, *step.inputs))
        for source, decimals in product(step.formulas, range(self.decimals, MOST_DECIMALS + 1)):
            if usual or self._recomputes(step.name, source, decimals):
                more = replace(self, decimals=decimals)
                relation: Relation = "=" if decimals == self.decimals else "≈"
                return MatrixLine(
                    self.formula(source, step), more.substitution(source, step), relation, self._printed(step.name)
                )
        more = replace(self, decimals=MOST_DECIMALS)
        return MatrixLine(
            self.formula(step.evaluated, step), more.substitution(step.evaluated, step), "≈", self._printed(step.name)
        )

    def _recomputes(self, name: str, formula: Formula, decimals: int) -> bool:
        """Tell whether a formula gives the printed result when its operands are taken as they are printed."""

        def printed(leaf: Leaf) -> Array:
            array = self.values[leaf.name]
            return array if leaf.name in self.givens else self._as_printed(array, decimals)

        with np.errstate(over="raise", divide="raise", invalid="raise"):
            try:
                computed = value(formula, printed)
            except ArithmeticError:
                return False
        result = self.values[name]
        as_printed = self._as_printed(computed, self.decimals) == self._as_printed(result, self.decimals)
        # A result that was rounded to 0, or whose terms cancel, stands as 0 without the digits that were lost.
        return bool((as_printed | (round_half_away(computed, self.decimals) == result)).all())

    @staticmethod
    def _as_printed(array: Array, decimals: int) -> Array:
        if decimals == MOST_DECIMALS:
            return array
        numbers = [float(shown(number, decimals)) for number in array.ravel().tolist()]
        return np.array(numbers).reshape(array.shape)

    def formula(self, formula: Formula, step: Step) -> str:
        """Return one of a step's formulas in matrix symbols."""

        def leaf(part: Formula) -> Text | None:
            return self.spelling.symbol_piece(self._named(part.name)) if isinstance(part, Ref) else None

        return self._printer(leaf).write(self._oriented(formula, step))

    def substitution(self, formula: Formula, step: Step) -> str:
        """Return one of a step's formulas with matrices of numbers put in."""

        def leaf(part: Formula) -> Text | None:
            match part:
                case Ref(name):
                    return self._matrix(name, flip=self.notation.flips(name))
                case Transpose(Ref(name)):
                    return self._matrix(name, flip=not self.notation.flips(name))
            if is_slope(part):
                # The slope is written in the orientation of its argument.
                return self._grid(value(part, self._displayed), given)
            return None

        return self._printer(leaf).write(self._oriented(formula, step))

    def _displayed(self, leaf: Leaf) -> Array:
        array = self.values[leaf.name]
        return array.T if self.notation.flips(leaf.name) else array

    def _oriented(self, formula: Formula, step: Step) -> Formula:
        flips = self.notation.flips
        return oriented(formula, flips, lambda name: self.shapes[name] == (1, 1), flip_result=flips(step.name))

    def _printer(self, leaf: Callable[[Formula], Text | None]) -> Printer:
        flips = self.notation.flips
        shapes = {name: size[::-1] if flips(name) else size for name, size in self.shapes.items()}
        style = self.spelling.style
        if self.notation.name == "pytorch":
            style = replace(style, matmul=f" {SOFT_BREAK}{self.spelling.at} ")
        if self.notation.name == "standard":
            # Its columns are samples: a sum over columns is what the others call a sum over rows.
            totals = style.totals
            style = replace(style, totals={**totals, "rows": totals["columns"], "columns": totals["rows"]})
        return Printer(style, leaf, is_scalar=lambda part: shape(part, shapes) == (1, 1))

    def _matrix(self, name: str, *, flip: bool) -> Text:
        array = self.values[name]
        return self._grid(array.T if flip else array, self._text(name))

    def _text(self, name: str) -> Callable[[float], str]:
        return given if name in self.givens else self._shown

    def _shown(self, number: float) -> str:
        return given(number) if self.decimals == MOST_DECIMALS else shown(number, self.decimals)

    def _grid(self, array: Array, text: Callable[[float], str]) -> Text:
        if array.shape == (1, 1):
            return self.spelling.number_piece(text(float(array[0, 0])))
        rows, columns = self._kept(array, text)
        across, down, both = self.spelling.gaps

        def cell(i: int | None, j: int | None) -> str:
            if i is None or j is None:
                return both if i is j else down if i is None else across
            return self.spelling.number(text(float(array[i, j])))

        grid = [[cell(i, j) for j in columns] for i in rows]
        return Text(self.spelling.matrix(grid))

    def _kept(self, array: Array, text: Callable[[float], str]) -> tuple[list[int | None], list[int | None]]:
        """Return the rows and columns to print, as many as fit."""
        if max(array.shape) <= 3:
            return list(range(array.shape[0])), list(range(array.shape[1]))
        widest = max(len(text(float(entry))) for entry in array[:MOST_ROWS, :MOST_ROWS].flat)
        fitting = self.spelling.matrix_width // (widest + 2)
        return _some(array.shape[0], MOST_ROWS), _some(array.shape[1], max(3, min(MOST_ROWS, fitting)))


def _some(count: int, most: int) -> list[int | None]:
    """Return the indices to print, with None where others are left out."""
    if count <= most:
        return list(range(count))
    return [*range(most - 2), None, count - 1]
