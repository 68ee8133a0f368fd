"""Break long lines: into rows of an aligned LaTeX display, or into lines of a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from backprop_lab.writing.expression import BREAK

LATEX_WIDTH = 78
TERMINAL_WIDTH = 80
_INDENT = "  "

_INVISIBLE = re.compile(
    r"\\(?:text|texttt|mathrm|underset|hat|begin|end|left|right|qquad|quad)\b|[{}_^&]|\\frac\{\\partial L\}"
)
_COMMAND = re.compile(r"\\[A-Za-z]+")


def latex_width(text: str) -> int:
    """Estimate how many characters wide a LaTeX formula is set."""
    matrices = re.sub(r"\\begin\{bmatrix\}(.*?)\\end\{bmatrix\}", _matrix_width, text.replace(BREAK, ""))
    return len(_COMMAND.sub("x", _INVISIBLE.sub("", matrices)))


def _matrix_width(found: re.Match[str]) -> str:
    rows = [row.split("&") for row in found.group(1).split(r"\\")]
    return "m" * (2 + sum(2 + max(len(row[j].strip()) for row in rows) for j in range(len(rows[0]))))


def latex_rows(symbol: str, parts: Sequence[tuple[str, str]]) -> list[str]:
    """Return the rows of an aligned display: symbol, then each (relation, text), broken where too wide.

    A symbol that would take half of the width stands in a row of its own.
    """
    whole = " ".join(f"{relation} {text}" for relation, text in parts)
    if latex_width(symbol + whole) <= LATEX_WIDTH:
        return [f"{symbol} &{whole}".replace(BREAK, "")]
    own_row = latex_width(symbol) > LATEX_WIDTH // 2
    rows = [f"&{symbol}"] if own_row else []
    width = LATEX_WIDTH - 4 - (4 if own_row else latex_width(symbol))
    before, margin = (r"&\quad ", r"&\qquad ") if own_row else ("&", r"&\quad ")
    for relation, text in parts:
        first, *more = _wrapped(_breakable(text), width, latex_width)
        rows.append(f"{'' if rows else symbol + ' '}{before}{relation} {first}")
        rows += [margin + piece for piece in more]
    return rows


def terminal_lines(symbol: str, parts: Sequence[tuple[str, str]]) -> list[str]:
    """Return the lines of a terminal, none wider than 80 columns if it can be broken at all."""
    whole = _INDENT + symbol + "".join(f" {relation} {text}" for relation, text in parts)
    if len(whole.replace(BREAK, "")) <= TERMINAL_WIDTH:
        return [whole.replace(BREAK, "")]
    own_line = len(symbol) > TERMINAL_WIDTH // 2 - len(_INDENT)
    lines = [_INDENT + symbol] if own_line else []
    margin = _INDENT + " " * (2 if own_line else len(symbol))
    for relation, text in parts:
        first, *more = _wrapped(text, TERMINAL_WIDTH - len(margin) - 5, len)
        lines.append(f"{margin if lines else _INDENT + symbol} {relation} {first}")
        lines += [f"{margin}     {piece}" for piece in more]
    return lines


def _breakable(text: str) -> str:
    """Keep the marks that stand outside of all braces and environments; a row may end only there."""
    kept, depth = [], 0
    for piece in re.split(r"(\\begin\{|\\end\{|[{}\x1e])", text):
        if piece == BREAK and depth:
            continue
        depth += {"{": 1, "}": -1, "\\begin{": 2, "\\end{": 0}.get(piece, 0)
        kept.append(piece)
    return "".join(kept)


def _wrapped(text: str, width: int, measure: Callable[[str], int]) -> list[str]:
    """Fill rows with pieces up to a width."""
    rows: list[str] = []
    for piece in text.split(BREAK):
        if rows and measure(rows[-1] + piece.rstrip()) <= width:
            rows[-1] += piece
        else:
            rows.append(piece)
    return [row.rstrip() for row in rows]
