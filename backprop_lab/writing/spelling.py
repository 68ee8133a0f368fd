"""Put lines and matrices into words: a spelling is a style of formulas with its symbols, numbers and matrices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import product

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from backprop_lab.engine import exact
from backprop_lab.engine.arithmetic import Array, value
from backprop_lab.engine.exact import Real
from backprop_lab.engine.formula import Entry, Formula, Leaf, Ref, Shape, Transpose, shape
from backprop_lab.engine.graph import Step
from backprop_lab.writing import styles
from backprop_lab.writing.expression import SOFT_BREAK, Precedence, Printer, Style, Text
from backprop_lab.writing.layout import latex_rows, terminal_lines
from backprop_lab.writing.lines import MOST_DECIMALS, Line, Relation, is_slope
from backprop_lab.writing.notation import Notation, Symbol
from backprop_lab.writing.numbers import given, shown
from backprop_lab.writing.orientation import oriented
from backprop_lab.writing.symbols import (
    ascii_symbol,
    latex_number,
    latex_partial,
    latex_symbol,
    unicode_number,
    unicode_partial,
    unicode_symbol,
)

MOST_TERMS = 8
"""Terms of the longest sum that is printed in full."""
MOST_ROWS = 8
_LONGEST_FRACTION = 24


class Spelling(Struct, frozen=True):
    """A style of formulas, and how symbols, numbers and matrices are spelled in it."""

    style: Style
    symbol: Callable[[Symbol], str]
    partial: Callable[[Symbol, Symbol], str]
    number: Callable[[str], str]
    matrix: Callable[[Sequence[Sequence[str]]], str]
    exact_form: Callable[[Fraction | Real], str]
    layout: Callable[[str, Sequence[tuple[str, str]]], list[str]]
    gaps: tuple[str, str, str]
    """What stands for columns, rows, and both, where they are left out."""
    times: str = "·"
    approximately: str = "≈"
    most_terms: int | None = MOST_TERMS
    matrix_width: int = 56


def _latex_matrix(rows: Sequence[Sequence[str]]) -> str:
    return r"\begin{bmatrix} " + r" \\ ".join(" & ".join(row) for row in rows) + r" \end{bmatrix}"


def _unicode_matrix(rows: Sequence[Sequence[str]]) -> str:
    return "[" + "; ".join(" ".join(row) for row in rows) + "]"


def _latex_exact(number: Fraction | Real) -> str:
    if isinstance(number, Real) and number.form is not None:
        import sympy

        return str(sympy.latex(number.form, ln_notation=True))
    text = exact.text(number)
    top, slash, bottom = text.removeprefix("-").partition("/")
    sign = "-" if text.startswith("-") else ""
    return sign + (rf"\frac{{{top}}}{{{bottom}}}" if slash else latex_number(top))


def _unicode_exact(number: Fraction | Real) -> str:
    text = exact.text(number)
    return text.replace("log(", "ln(") if exact.is_closed(number) else unicode_number(text)


LATEX = Spelling(
    styles.LATEX,
    latex_symbol,
    latex_partial,
    latex_number,
    _latex_matrix,
    _latex_exact,
    latex_rows,
    (r"\cdots", r"\vdots", r"\ddots"),
    r" \cdot ",
    r"\approx",
)
UNICODE = Spelling(
    styles.UNICODE,
    unicode_symbol,
    unicode_partial,
    unicode_number,
    _unicode_matrix,
    _unicode_exact,
    terminal_lines,
    ("…", "…", "…"),
)
PLAIN = Spelling(
    styles.PLAIN,
    ascii_symbol,
    unicode_partial,
    str,
    _unicode_matrix,
    exact.text,
    terminal_lines,
    ("...", "...", "..."),
    most_terms=None,
)


def line_formula(line: Line, notation: Notation, spelling: Spelling) -> str:
    """Return the middle part of a line in symbols."""

    def leaf(part: Formula) -> Text | None:
        if isinstance(part, Entry):
            return _symbol(spelling.symbol(notation.entry(part.name, part.row, part.column)))
        return None

    return Printer(spelling.style, leaf, most_terms=spelling.most_terms).write(line.formula)


def line_substitution(line: Line, spelling: Spelling) -> str:
    """Return a line's formula with the numbers put in."""

    def printed(leaf: Leaf) -> float:
        assert isinstance(leaf, Entry)
        return float(line.operands[leaf])

    def leaf(part: Formula) -> Text | None:
        if isinstance(part, Entry):
            return _number(line.operands[part], spelling)
        if is_slope(part):
            return _number(given(float(value(part, printed))), spelling)
        return None

    return Printer(spelling.style, leaf, most_terms=spelling.most_terms).write(line.numbers)


def line_exact(line: Line, spelling: Spelling) -> str | None:
    """Return a line's exact result where it says more than the decimals do, else None."""
    if line.exact is None:
        return None
    text = exact.text(line.exact)
    if text == line.shown or len(text) > 2 * _LONGEST_FRACTION:
        return None
    return spelling.exact_form(line.exact)


def _symbol(text: str) -> Text:
    """A symbol with something above it needs parentheses before it is squared."""
    return Text(text, Precedence.POWER if "^" in text else Precedence.ATOM)


def _number(text: str, spelling: Spelling) -> Text:
    spelled = spelling.number(text)
    return Text(spelled, Precedence.ATOM if spelled == text else Precedence.PRODUCT, text.startswith("-"))


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
        single = self.shapes[name] == (1, 1)
        return self.spelling.symbol(self.notation.entry(name, 0, 0) if single else self.notation.matrix(name))

    def value(self, name: str) -> str:
        """Return a matrix as numbers."""
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
        sources = [step.formula] if step.stable is None else [step.formula, step.stable]
        usual = step.name in self.givens or any(self.left_out(name) for name in (step.name, *step.inputs))
        result = self._as_printed(self.values[step.name], self.decimals)
        for source, decimals in product(sources, range(self.decimals, MOST_DECIMALS + 1)):
            recomputed = None if usual else self._recomputed(source, decimals)
            if usual or (recomputed is not None and np.array_equal(recomputed, result)):
                more = replace(self, decimals=decimals)
                relation: Relation = "=" if decimals == self.decimals else "≈"
                return MatrixLine(
                    self.formula(source, step), more.substitution(source, step), relation, self.value(step.name)
                )
        more = replace(self, decimals=MOST_DECIMALS)
        return MatrixLine(
            self.formula(sources[-1], step), more.substitution(sources[-1], step), "≈", self.value(step.name)
        )

    def _recomputed(self, formula: Formula, decimals: int) -> Array | None:
        """Return what a formula gives when its operands are taken as they are printed; None where it overflows."""

        def printed(leaf: Leaf) -> Array:
            array = self.values[leaf.name]
            return array if leaf.name in self.givens else self._as_printed(array, decimals)

        with np.errstate(over="raise", divide="raise", invalid="raise"):
            try:
                return self._as_printed(value(formula, printed), self.decimals)
            except ArithmeticError:
                return None

    @staticmethod
    def _as_printed(array: Array, decimals: int) -> Array:
        if decimals == MOST_DECIMALS:
            return array
        numbers = [float(shown(number, decimals)) for number in array.ravel().tolist()]
        return np.array(numbers).reshape(array.shape)

    def formula(self, formula: Formula, step: Step) -> str:
        """Return one of a step's formulas in matrix symbols."""

        def leaf(part: Formula) -> Text | None:
            return _symbol(self.symbol(part.name)) if isinstance(part, Ref) else None

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
            style = replace(style, matmul=f" {SOFT_BREAK}@ ")
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
            return _number(text(float(array[0, 0])), self.spelling)
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
        widest = max(len(text(float(entry))) for entry in array[:MOST_ROWS, :MOST_ROWS].flat)
        fitting = self.spelling.matrix_width // (widest + 2)
        return _some(array.shape[0], MOST_ROWS), _some(array.shape[1], max(3, min(MOST_ROWS, fitting)))


def _some(count: int, most: int) -> list[int | None]:
    """Return the indices to print, with None where others are left out."""
    if count <= most:
        return list(range(count))
    return [*range(most - 2), None, count - 1]
