"""Turn the cells of a notebook into plain Python, by IPython's own rules and without running anything.

Line magics and shell lines become calls of `get_ipython()`; what `%time` and `%timeit` run is kept as a statement.
A cell of `%%time`, `%%timeit`, `%%prun` or `%%capture` is its body; any other cell magic is not Python, and the cell
becomes empty. Every line keeps its number.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any

from backprop_lab.errors import MissingExtraError, SubmissionError
from backprop_lab.submissions.program import Cell

_BODY_RUNS = {"time", "timeit", "prun", "capture", "memit", "mprun", "lprun"}
_RUNS_ITS_LINE = {"time", "timeit", "prun", "memit"}
_MAYBE = re.compile(
    r"^[ \t]*(?:[%!?,;/]|>>>|In \[|\.\.\.)|=[ \t]*[%!]|\?[ \t]*$|\A(?:[ \t]*\n)*[ \t]+\S", re.MULTILINE
)
_CELL_MAGIC = re.compile(r"\s*%%\s*(\w*)[ \t]*(.*)")
_OPTIONS = re.compile(r"(?:(?:-[sTDl][ \t]+\S+|--?[\w-]+(?:[ \t]+\d+)?)(?:[ \t]+|$))*")
_TIMED = re.compile(r"([ \t]*)get_ipython\(\)\.run_line_magic\('(\w+)', ('.*'|\".*\")\)[ \t]*$")
_MOST_MAGICS = 500
"""Magics of one cell; IPython itself takes no more."""
_MOST_WORK = 3_000_000
"""Characters of cells with magics, once for each magic: IPython reads the whole cell again for every one of them."""


def plain_python(cells: Iterable[Cell]) -> Iterator[Cell]:
    """Yield each cell without magics.

    Raises SubmissionError where there are more of them than anybody writes, and MissingExtraError without IPython
    if a cell needs it.
    """
    work = 0
    for cell in cells:
        source = _body(cell.source)
        magics = len(_MAYBE.findall(source))
        work += magics * len(source)
        if work > _MOST_WORK:
            raise SubmissionError(f"cell {cell.number}: there are too many magics (%, ! or ?) to read")
        yield Cell(_transformed(source) if magics else source, cell.number)


def _body(source: str) -> str:
    """Take a cell magic off: the magic's line becomes blank, or the whole cell if its body is not run as Python."""
    lines = source.split("\n")
    for index, line in enumerate(lines):
        magic = _CELL_MAGIC.fullmatch(line)
        if magic and magic[1] in _BODY_RUNS:
            lines[index] = _statement(magic[2]) if magic[1] in _RUNS_ITS_LINE else ""
        elif magic:
            return ""
        if lines[index].strip():
            break
    return "\n".join(lines)


def _statement(arguments: str) -> str:
    """Return the statement behind the options of a timing magic."""
    options = _OPTIONS.match(arguments)
    return arguments[options.end() :] if options else arguments


def _transformed(source: str) -> str:
    """Apply IPython's transformations, and put back the lines that they leave out."""
    try:
        from IPython.core.inputtransformer2 import TransformerManager
    except ImportError:
        raise MissingExtraError("IPython", "notebooks") from None
    manager: Any = TransformerManager()
    lines = source.splitlines(keepends=True)
    blank = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
    lines = lines[blank:]
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    for transform in manager.cleanup_transforms:
        lines = transform(lines)
    return "".join(["\n"] * blank + [_kept(line) for line in _tokenwise(manager, lines)])


def _tokenwise(manager: Any, lines: list[str]) -> list[str]:
    for _ in range(_MOST_MAGICS):
        try:
            changed, after = manager.do_one_token_transform(lines)
        except SyntaxError:
            break
        if not changed:
            break
        lost = len(lines) - len(after)
        if lost > 0:
            # A magic over several lines, joined by backslashes, has become a single one.
            first = next(
                (i for i, (was, now) in enumerate(zip(lines, after, strict=False)) if was != now), len(after) - 1
            )
            after = [*after[: first + 1], *["\n"] * lost, *after[first + 1 :]]
        lines = after
    return lines


def _kept(line: str) -> str:
    """Keep the statement that `%time` or the like would run."""
    found = _TIMED.match(line.rstrip("\n"))
    if found is None or found[2] not in _RUNS_ITS_LINE:
        return line
    return f"{found[1]}{_statement(ast.literal_eval(found[3])) or 'pass'}\n"
