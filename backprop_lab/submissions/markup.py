r"""Take the layout out of Markdown, HTML and LaTeX: what is left are rows, each with the number of its line.

A line break inside a displayed formula means nothing, `\\` ends a row there, and a matrix is one thing of its row.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

_SOFT, _ROW, _CELL, _LINE = "\x1e", "\x1c", "\x1f", "\x1d"
"""Stand for a line break that means a space, for the end of a row, and for `&` and `\\\\` inside a matrix."""
_TABLE_ROW = "\x0b"
"""Stands before and after a row of an HTML table."""
_STANDINS = re.compile(f"[{_SOFT}{_ROW}{_CELL}{_LINE}{_TABLE_ROW}]")

_MATRIX = re.compile(r"\\(begin|end)\{(?:[bpvBV]?(?:small)?matrix|array)\*?\}(?:\{[lcr| ]*\})?")
_ROW_END = re.compile(r"\\\\(?:\[[^\]\n]{0,12}\])?|\\(?:cr|tabularnewline|newline)(?![a-z])|<br\s*/?>")
_ENVIRONMENT = r"\{(?![bpvBV]?(?:small)?matrix\*?\}|array\})\w+\*?\}"
_DISPLAY = re.compile(
    rf"(\$\$)|(\\\[|\\begin{_ENVIRONMENT}(?:\{{[lcr|@{{}} ]*\}})?)|(\\\]|\\end{_ENVIRONMENT})|(\n[ \t]*(?=\n))|(\n)"
)
_RULES = re.compile(
    r"\\(?:hline|toprule|midrule|bottomrule|nonumber|notag|centering|item|displaystyle)(?![a-zA-Z])|\\[()]"
    r"|\\[,;:!> ]|\\[hv]space\*?\{[^{}]{0,20}\}"
)
_THOUSANDS = re.compile(r"(?<=\d)\\,(?=\d)")
_TAGS = (
    (re.compile(r"<sub>([^<>]{1,40})</sub>"), r"_{\1}"),
    (re.compile(r"<sup>([^<>]{1,40})</sup>"), r"^{\1}"),
    (
        re.compile(r"</?(?:b|i|em|strong|p|div|span|code|u|center|font|big|mark|small|li|ul|ol)(?:\s[^<>]{0,200})?>"),
        " ",
    ),
)
_ENTITY = re.compile(r"&(?:nbsp|minus|asymp|theta|delta|part|nabla|times|middot|sdot|rarr|#x?[0-9a-fA-F]{2,5});")
_EMPHASIS = re.compile(r"(?<![\d)\]])\*\*|\*\*(?![\d(+-])|`+|(?<![\w}])__(?=\S)|(?<=[^\s_])__(?![\w{])")
_ITALIC = re.compile(r"(?<![\w*)\]}.])\*(?=[^\s*])([^*\n]{1,80})(?<=\S)\*(?![\w*(])")
_PUNCTUATION = str.maketrans(
    {"，": ", ", "、": ", ", "；": "; ", "。": ". ", "：": ": ", "＝": "=", "（": " (", "）": ") ", "｜": "|"}
)
_IDEOGRAPHS = re.compile("[\u3040-\u9fff\uac00-\ud7af]+")
_REMARK = re.compile(r"(?<=\S)\s+(?:#|//)\s*(?=[^\W\d_]).*")
_BULLET = re.compile(r"[ \t]*(?:(?:[-*+•▪◦>]|#{1,6}|\(?\d{1,3}[.)]|\(?(?:[a-h]|[ivx]{1,4})\))[ \t]+){0,6}")
_HTML_ROW = re.compile(r"<tr\b[^<>]{0,200}>(.*?)(?=</?t(?:r|able|body|head)\b)", re.DOTALL | re.IGNORECASE)
_HTML_CELL = re.compile(r"<t[dh]\b[^<>]{0,200}>", re.IGNORECASE)
_HTML_END = re.compile(r"</?t(?:r|d|h|able|body|head)\b[^<>]{0,200}>", re.IGNORECASE)
_FORMULA = re.compile(r"\$[^$]*\$")
_BARRED = re.compile(r"(?:[^|=≈]*[^|=≈\\]\|)+[^|=≈]*|.*\s\|\s.*")
_COMMENT = re.compile(r"(?<!\\)%.*")
_ESCAPED = re.compile(r"\\([_*#])")


class Line(Struct, frozen=True):
    """A row of a text: where it begins, how it follows on the row before, and whether it is of a Markdown table."""

    number: int
    text: str
    after: Literal["line", "row", "blank"]
    table: bool


def rows(text: str, *, latex: bool = False) -> Iterator[Line]:
    """Yield the rows of a text; `latex`: `%` begins a comment."""
    text = _STANDINS.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    if latex:
        text = _COMMENT.sub("", text)
    number = 1
    blank = True
    for line in _laid_out(text).split("\n"):
        after: Literal["line", "row", "blank"] = "blank" if blank else "line"
        blank = not line.strip()
        for piece in line.split(_TABLE_ROW):
            table = _is_table(piece)
            for row in [piece] if table else piece[_bullet(piece) :].split(_ROW):
                plain = row.replace(_SOFT, " ")
                plain = plain.replace(_CELL, "&") if table else _REMARK.sub("", plain)
                if plain.strip():
                    yield Line(number + _lead(row), plain, after, table)
                    after = "row"
                number += row.count(_SOFT)
        number += 1


def restored(text: str) -> str:
    """Put the marks of a matrix back in."""
    return text.replace(_CELL, "&").replace(_LINE, r"\\")


def _is_table(line: str) -> bool:
    """Tell whether a line is a row of a Markdown table, which need not begin with a bar."""
    if line.lstrip().startswith("|"):
        return True
    return "|" in line and _ROW not in line and bool(_BARRED.fullmatch(_FORMULA.sub(" ", line)))


def _lead(row: str) -> int:
    """Count the soft line breaks before anything stands in a row."""
    return (row[: len(row) - len(row.lstrip(f" \t{_SOFT}"))]).count(_SOFT)


def _bullet(line: str) -> int:
    found = _BULLET.match(line)
    return found.end() if found else 0


def _html_row(row: re.Match[str]) -> str:
    inside = _HTML_CELL.sub(" | ", row[1].replace("\n", _SOFT))
    return f"{_TABLE_ROW}{inside}{_TABLE_ROW}"


def _laid_out(text: str) -> str:
    text = _HTML_END.sub(" ", _HTML_ROW.sub(_html_row, text))
    for tag, plain in _TAGS:
        text = tag.sub(plain, text)
    text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    text = _ROW_END.sub(_ROW, _matrices(text))
    text = _RULES.sub(" ", _THOUSANDS.sub("", _ESCAPED.sub(r"\1", _displays(text))))
    text = _ITALIC.sub(r"\1", _EMPHASIS.sub("", text))
    return _IDEOGRAPHS.sub(r" \g<0> ", text.translate(_PUNCTUATION))


def _matrices(text: str) -> str:
    """Close matrices in: their breaks and separators are not those of the text."""
    pieces: list[str] = []
    begin: int | None = None
    done = 0
    for mark in _MATRIX.finditer(text):
        if mark[1] == "begin":
            begin = mark.start()
        elif begin is not None:
            inside = _ROW_END.sub(_LINE, text[begin : mark.end()]).replace("\n", _SOFT).replace("&", _CELL)
            pieces += [text[done:begin], inside]
            done, begin = mark.end(), None
    return "".join([*pieces, text[done:]])


def _displays(text: str) -> str:
    """End rows around displayed formulas, and make the line breaks inside them soft; a blank line ends any."""
    depth = 0

    def plain(mark: re.Match[str]) -> str:
        nonlocal depth
        dollars, opens, closes, blank, _ = mark.groups()
        if dollars:
            depth = 0 if depth else 1
        elif opens:
            depth += "document" not in opens and "itemize" not in opens and "enumerate" not in opens
        elif closes:
            depth = max(depth - 1, 0)
        elif blank is not None:
            depth = 0
            return "\n"
        else:
            return _SOFT if depth else "\n"
        return _ROW

    return _DISPLAY.sub(plain, text)
