"""Break long lines: into rows of an aligned LaTeX display, or into lines of a terminal.

A line is broken at the signs of its outermost sum first, then between factors, then inside of parentheses; in LaTeX
also within a fraction whose numerator or denominator does not fit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import groupby

from backprop_lab.writing.expression import BREAK, ROW_BREAK, SOFT_BREAK

LATEX_WIDTH = 88
TERMINAL_WIDTH = 80
_INDENT = "  "

_MATRIX = re.compile(r"\\begin\{bmatrix\}(.*?)\\end\{bmatrix\}")
_SMALL = re.compile(r"[_^]\{([^{}]*)\}|[_^](\w)")
_INVISIBLE = re.compile(r"\\(?:text|texttt|mathrm|underset|hat|quad|qquad)\b|[{}&]|\\frac\{\\partial L\}")
_COMMAND = re.compile(r"\\[A-Za-z]+")
_PARENTHESIS = re.compile(r"(?<!\\left)(?<!\\right)[()]")
_FRACTION = r"\frac{"
_MARKS = re.compile(rf"[{BREAK}{SOFT_BREAK}{ROW_BREAK}]")
_NESTING = re.compile(rf"(\\begin\{{|\\end\{{|[{{}}()\[\]{BREAK}{SOFT_BREAK}{ROW_BREAK}])")


def unmarked(text: str) -> str:
    """Remove the marks where a line may be broken."""
    return _MARKS.sub("", text)


def latex_width(text: str) -> float:
    """Estimate how wide a LaTeX formula is set, in digits."""
    text = _MATRIX.sub(_matrix_width, unmarked(text)).replace(r" \cdot ", "xx")
    small = 0.35 * sum(len(found[1] or found[2]) for found in _SMALL.finditer(text))
    return len(_COMMAND.sub("x", _INVISIBLE.sub("", re.sub("[_^]", "", text)))) - small


def _matrix_width(found: re.Match[str]) -> str:
    rows = [row.split("&") for row in found[1].split(r"\cr")]
    return "m" * (2 + sum(2 + max(len(row[j].strip()) for row in rows) for j in range(len(rows[0]))))


def latex_rows(symbol: str, parts: Sequence[tuple[str, str]]) -> list[str]:
    """Return the rows of an aligned display: symbol, then each (relation, text), broken where too wide.

    A symbol that would take half of the width stands in a row of its own.
    """
    parts = [(relation, _with_high_parentheses(text)) for relation, text in parts]
    whole = " ".join(f"{relation} {text}" for relation, text in parts)
    if latex_width(symbol + whole) <= LATEX_WIDTH:
        return [unmarked(f"{symbol} &{whole}")]
    own_row = latex_width(symbol) > LATEX_WIDTH // 2
    rows = ["&" + piece for piece in _wrapped(symbol, LATEX_WIDTH, latex_width)] if own_row else []
    symbol = unmarked(symbol)
    width = LATEX_WIDTH - 4 - (4 if own_row else latex_width(symbol))
    before, margin = (r"&\quad ", r"&\qquad ") if own_row else ("&", r"&\quad ")
    for relation, text in parts:
        first, *more = _wrapped(_with_folded_fractions(text, width), width, latex_width)
        rows.append(f"{'' if rows else symbol + ' '}{before}{relation} {first}")
        rows += [margin + piece for piece in more]
    return rows


def _with_folded_fractions(text: str, width: float) -> str:
    """Stack the rows of a numerator or denominator that is too wide: no break of a line may part a fraction."""
    before, fraction, rest = text.partition(_FRACTION)
    if not fraction:
        return text
    above, rest = _braced(rest)
    below, rest = _braced(rest.removeprefix("{"))
    parts = "}{".join(_stacked(_wrapped(part, width, latex_width)) for part in (above, below))
    return f"{before}{fraction}{parts}}}{_with_folded_fractions(rest, width)}"


def _braced(text: str) -> tuple[str, str]:
    """Return what stands before the brace that closes a group, and what stands behind it."""
    depth = 1
    for at, character in enumerate(text):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if not depth:
            return text[:at], text[at + 1 :]
    raise ValueError(f"no brace closes {text}")


def _stacked(rows: Sequence[str]) -> str:
    return rows[0] if len(rows) == 1 else r"\begin{gathered} " + r" \cr ".join(rows) + r" \end{gathered}"


def _with_high_parentheses(text: str) -> str:
    r"""Make parentheses as high as the fraction or matrix in them; a break may part these, unlike `\left(`."""
    opened: list[int] = []
    sizes: dict[int, str] = {}
    for found in _PARENTHESIS.finditer(text):
        if found[0] == "(":
            opened.append(found.start())
        elif opened:
            start = opened.pop()
            size = _height(text[start : found.start()])
            sizes |= {start: f"{size}l", found.start(): f"{size}r"} if size else {}
    return _PARENTHESIS.sub(lambda found: sizes.get(found.start(), "") + found[0], text)


def _height(text: str) -> str:
    """Return the LaTeX command for parentheses around a text, empty where small ones do."""
    rows = max((matrix.count(r"\cr") + 1 for matrix in _MATRIX.findall(text)), default=0)
    return (r"\bigg" if r"\frac" in text and rows < 3 else "") or ("", r"\big", r"\bigg", r"\Bigg")[min(rows, 3)]


def terminal_lines(symbol: str, parts: Sequence[tuple[str, str]]) -> list[str]:
    """Return the lines of a terminal, none wider than 80 columns if it can be broken at all."""
    whole = _INDENT + symbol + "".join(f" {relation} {text}" for relation, text in parts)
    if len(unmarked(whole)) <= TERMINAL_WIDTH:
        return [unmarked(whole)]
    own_line = len(symbol) > TERMINAL_WIDTH // 2 - len(_INDENT)
    lines = [_INDENT + piece for piece in _wrapped(symbol, TERMINAL_WIDTH - len(_INDENT), len)] if own_line else []
    symbol = unmarked(symbol)
    margin = _INDENT + " " * (2 if own_line else len(symbol))
    for relation, text in parts:
        first, *more = _wrapped(text, TERMINAL_WIDTH - len(margin) - 5, len)
        lines.append(f"{margin if lines else _INDENT + symbol} {relation} {first}")
        lines += [f"{margin}     {piece}" for piece in more]
    return lines


def _wrapped(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Fill rows up to a width with pieces, broken no deeper than it takes."""
    rows = [""]

    def fill(pieces: list[tuple[int, str]], level: int) -> None:
        for _, group in groupby(_numbered(pieces, level), key=lambda numbered: numbered[0]):
            inner = [piece for _, piece in group]
            chunk = "".join(part for _, part in inner)
            if measure(rows[-1] + chunk.rstrip()) <= width:
                rows[-1] += chunk
            elif measure(chunk.rstrip()) > width and len(inner) > 1:
                fill(inner, level + 1)
            elif rows == [""]:
                rows[0] = chunk
            else:
                rows.append(chunk)

    fill(_pieces(text), 0)
    return [row.strip() for row in rows]


def _numbered(pieces: list[tuple[int, str]], level: int) -> list[tuple[int, tuple[int, str]]]:
    """Number the pieces such that those not parted at this level have the same number."""
    number, numbered = 0, []
    for index, piece in enumerate(pieces):
        number += bool(index) and piece[0] <= level
        numbered.append((number, piece))
    return numbered


def _pieces(text: str) -> list[tuple[int, str]]:
    """Split at the marks: each piece with the level at which it may be parted from the one before.

    Sums have even levels and products odd ones, the outermost first; inside of braces or a matrix no break is
    possible.
    """
    pieces: list[tuple[int, str]] = [(0, "")]
    braces = parentheses = 0
    for token in _NESTING.split(text):
        if token in (BREAK, SOFT_BREAK, ROW_BREAK):
            if not braces:
                pieces.append((2 * parentheses + (token != BREAK), ""))
            continue
        braces += {"{": 1, "}": -1, "\\begin{": 2, "\\end{": 0}.get(token, 0)
        if not braces:
            parentheses += {"(": 1, "[": 1, ")": -1, "]": -1}.get(token, 0)
        level, piece = pieces[-1]
        pieces[-1] = (level, piece + token)
    return pieces
