"""Lines as text: their parts in a spelling, and the rows in which they stand."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from backprop_lab.engine import exact
from backprop_lab.engine.arithmetic import EXACT, value
from backprop_lab.engine.exact import Real, is_closed
from backprop_lab.engine.formula import Entry, Formula, Leaf
from backprop_lab.errors import NumberError
from backprop_lab.writing.expression import Printer, Text
from backprop_lab.writing.lines import Line, is_slope
from backprop_lab.writing.notation import Notation
from backprop_lab.writing.numbers import given
from backprop_lab.writing.spelling import Spelling

_LONGEST_EXACT = 48


def line_formula(line: Line, notation: Notation, spelling: Spelling) -> str:
    """Return the middle part of a line in symbols."""
    return _in_symbols(line.formula, notation, spelling)


@lru_cache(maxsize=4096)
def _in_symbols(formula: Formula, notation: Notation, spelling: Spelling) -> str:
    def leaf(part: Formula) -> Text | None:
        if isinstance(part, Entry):
            return spelling.symbol_piece(notation.entry(part.name, part.row, part.column))
        return None

    return Printer(spelling.style, leaf, most_terms=spelling.most_terms).write(formula)


def line_substitution(line: Line, spelling: Spelling) -> str:
    """Return a line's formula with the numbers put in."""

    def printed(leaf: Leaf) -> float:
        assert isinstance(leaf, Entry)
        return float(line.operands[leaf])

    def leaf(part: Formula) -> Text | None:
        if isinstance(part, Entry):
            return spelling.number_piece(line.operands[part])
        if is_slope(part):
            return spelling.number_piece(given(float(value(part, printed))))
        return None

    return Printer(spelling.style, leaf, most_terms=spelling.most_terms).write(line.numbers)


def line_exact(line: Line, spelling: Spelling) -> str | None:
    """Return a line's exact result where it says more than the decimals do, else None."""
    if line.exact is None:
        return None
    text = exact.text(line.exact)
    if text in (line.shown, "0." + "0" * 20) or len(text) > _LONGEST_EXACT:
        return None
    return spelling.exact_form(line.exact)


def rows(spelling: Spelling, symbol: str, formula: str | None, line: Line) -> list[str]:
    """Lay out a symbol, a formula, and a line's substitution and result, in rows of the right width.

    An exact result stands before the decimal one where it follows from the printed operands, else behind it.
    """
    substitution, result = line_substitution(line, spelling), spelling.number(line.shown)
    sign = "=" if line.relation == "=" else spelling.approximately
    related = [] if formula is None else [("=", formula)]
    related.append(("=", substitution))
    found = line_exact(line, spelling)
    if found is not None and line.exact is not None and _follows(line):
        related.append(("=", found))
        if result != substitution:
            related.append(("=" if line.exact == Fraction(line.shown) else spelling.approximately, result))
    else:
        related.append((sign, result))
        if found is not None and line.exact is not None:
            related.append((spelling.exactly if is_closed(line.exact) else spelling.to_digits, f"{found})"))
    return laid_out(spelling, symbol, related)


def _follows(line: Line) -> bool:
    """Tell whether the exact result is what the printed operands give."""

    def printed(leaf: Leaf) -> Fraction:
        assert isinstance(leaf, Entry)
        return Fraction(line.operands[leaf])

    try:
        computed = value(line.numbers, printed, EXACT)
    except (NumberError, ZeroDivisionError):
        return False
    if isinstance(computed, Real) and isinstance(line.exact, Real):
        return computed.form is not None and bool(computed.form == line.exact.form)
    return bool(computed == line.exact)


def laid_out(spelling: Spelling, symbol: str, related: Sequence[tuple[str, str]]) -> list[str]:
    """Lay out what a symbol equals; a part that repeats the one before it is said once."""
    kept = [
        part for before, part in zip([None, *related], related, strict=False) if not before or before[1] != part[1]
    ]
    return spelling.layout(symbol, kept)
