"""A spelling: a style of formulas together with its symbols, numbers and matrices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from msgspec import Struct

from backprop_lab.engine import exact
from backprop_lab.engine.exact import Real
from backprop_lab.writing import styles
from backprop_lab.writing.expression import ROW_BREAK, Precedence, Style, Text
from backprop_lab.writing.layout import latex_rows, terminal_lines
from backprop_lab.writing.notation import Symbol
from backprop_lab.writing.symbols import (
    ascii_symbol,
    latex_number,
    latex_symbol,
    unicode_number,
    unicode_symbol,
)

MOST_TERMS = 16
"""Terms of the longest sum that is printed in full."""


class Spelling(Struct, frozen=True, eq=False):
    """A style of formulas, and how symbols, numbers and matrices are spelled in it; each is only itself."""

    style: Style
    symbol: Callable[[Symbol], str]
    number: Callable[[str], str]
    partial: str
    """A partial derivative, with `{}` for what is derived and what by."""
    matrix: Callable[[Sequence[Sequence[str]]], str]
    exact_form: Callable[[Fraction | Real], str]
    layout: Callable[[str, Sequence[tuple[str, str]]], list[str]]
    gaps: tuple[str, str, str]
    """What stands for columns, rows, and both, where they are left out."""
    approximately: str = "≈"
    at: str = "@"
    exactly: str = "(exactly"
    to_digits: str = "(to 20 digits:"
    most_terms: int | None = MOST_TERMS
    matrix_width: int = 56

    def symbol_piece(self, symbol: Symbol) -> Text:
        """Return a symbol as a piece of a formula; with something above it, it needs parentheses to be squared."""
        above = not symbol.code and (symbol.layer or symbol.sample or symbol.role not in ("value", "gradient"))
        return Text(self.symbol(symbol), Precedence.POWER if above else Precedence.ATOM)

    def number_piece(self, text: str) -> Text:
        """Return a printed number as a piece of a formula."""
        spelled = self.number(text)
        return Text(spelled, Precedence.ATOM if spelled == text else Precedence.PRODUCT, text.startswith("-"))


def _latex_matrix(rows: Sequence[Sequence[str]]) -> str:
    # Not \\, of which GitHub's Markdown leaves one backslash unless it ends a line (github/markup issue 1547).
    return r"\begin{bmatrix} " + r" \cr ".join(" & ".join(row) for row in rows) + r" \end{bmatrix}"


def _unicode_matrix(rows: Sequence[Sequence[str]]) -> str:
    return "[" + f"; {ROW_BREAK}".join(" ".join(row) for row in rows) + "]"


def _latex_exact(number: Fraction | Real) -> str:
    if isinstance(number, Real) and number.form is not None:
        import sympy

        return str(sympy.latex(number.form, ln_notation=True, order="none"))
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
    latex_number,
    r"\frac{{\partial {}}}{{\partial {}}}",
    _latex_matrix,
    _latex_exact,
    latex_rows,
    (r"\cdots", r"\vdots", r"\ddots"),
    r"\approx",
    r"\mathbin{@}",
    r"\enspace (\text{exactly}\colon",
    r"\enspace (\text{to 20 digits}\colon",
)
UNICODE = Spelling(
    styles.UNICODE,
    unicode_symbol,
    unicode_number,
    "∂{}/∂{}",
    _unicode_matrix,
    _unicode_exact,
    terminal_lines,
    ("…", "…", "…"),
)
PLAIN = Spelling(
    styles.PLAIN,
    ascii_symbol,
    str,
    "d{}/d{}",
    _unicode_matrix,
    exact.text,
    terminal_lines,
    ("...", "...", "..."),
    most_terms=None,
)
