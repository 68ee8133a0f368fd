"""Read a Jupyter notebook of any version: its code without magics, its prose, and the outputs saved in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from backprop_lab.errors import MissingExtraError, SubmissionError
from backprop_lab.limits import MIB
from backprop_lab.submissions.magics import plain_python
from backprop_lab.submissions.program import Cell, Program
from backprop_lab.submissions.prose import bounded
from backprop_lab.submissions.text import LARGEST_TEXT, countable, decoded

LARGEST_NOTEBOOK = 16 * MIB
"""Bytes; a single emoji makes text of them that takes four times as much memory."""
MOST_VALUES = 500_000
"""Of the JSON, as its separators count them: each may take a hundred bytes of memory."""
MOST_CELLS = 10_000
_LONGEST_OUTPUT = 100_000


class Output(Struct, frozen=True):
    """The text that a cell had printed and shown when the notebook was saved; cells count from 1."""

    cell: int
    text: str


class Notebook(Struct, frozen=True):
    """A notebook: its code cells as a program, its Markdown cells, and the saved outputs of the code cells.

    Cells count from 1 through all cells, so the cells of a program need not be numbered without gaps.
    """

    program: Program
    prose: tuple[Cell, ...] = ()
    outputs: tuple[Output, ...] = ()


def notebook(content: bytes, path: Path) -> Notebook:
    """Return the notebook that the bytes of a file are.

    Raises SubmissionError, one line, if they are none, or one that is too large or not of Python; MissingExtraError
    without nbformat, or without IPython where a cell has magics.
    """
    found = _upgraded(_parsed(decoded(countable(content, MOST_VALUES))))
    _refuse_other_languages(found.get("metadata"))
    code: list[Cell] = []
    prose: list[Cell] = []
    outputs: list[Output] = []
    for number, cell in enumerate(_cells(found), start=1):
        source = _joined(cell.get("source"))
        if "\0" in source:
            raise SubmissionError(f"cell {number}: holds NUL characters: not a text")
        match cell.get("cell_type"):
            case "code":
                code.append(Cell(source, number))
                outputs += _output(number, cell.get("outputs"))
            case "markdown":
                prose.append(Cell(source, number))
    if sum(len(cell.source) for cell in code) > LARGEST_TEXT:
        raise SubmissionError(f"has more than {LARGEST_TEXT // MIB} MiB of code; leave out data")
    cells = tuple(plain_python(code))
    return Notebook(Program(cells, path.name), bounded(prose), tuple(outputs))


def is_notebook(found: Any) -> bool:
    """Tell whether parsed JSON means to be a notebook."""
    return isinstance(found, dict) and "nbformat" in found and ("cells" in found or "worksheets" in found)


def _parsed(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise SubmissionError(
            f"line {error.lineno}: is not JSON: {error.msg} (column {error.colno}); save it again in Jupyter"
        ) from None
    except RecursionError:
        raise SubmissionError("is not a notebook: its lists are nested too deeply") from None
    except ValueError:
        raise SubmissionError("is not a notebook: a number has too many digits") from None
    if not is_notebook(found):
        raise SubmissionError("is not a notebook: it has no cells; save it from Jupyter as .ipynb")
    return found  # type: ignore[no-any-return]


def _upgraded(found: dict[str, Any]) -> dict[str, Any]:
    """Bring a notebook of an older version to version 4, whose files are read as they are."""
    version = found["nbformat"]
    if not isinstance(version, int) or not 2 <= version <= 4:
        raise SubmissionError(f"is a notebook of version {str(version)[:20]}; expected version 4, or 2 or 3")
    if version == 4:
        return found
    try:
        from nbformat import ValidationError, converter, reader
    except ImportError:
        raise MissingExtraError("nbformat", "notebooks") from None
    try:
        return converter.convert(reader.reads(json.dumps(found)), 4)  # type: ignore[no-any-return]
    except (ValidationError, AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        reason = str(error).split("\n")[0][:80]
        raise SubmissionError(f"is not a valid notebook: {reason}; save it again in Jupyter") from None


def _cells(found: dict[str, Any]) -> list[dict[str, Any]]:
    cells = found.get("cells")
    if not isinstance(cells, list):
        raise SubmissionError("is not a valid notebook: it has no list of cells; save it again in Jupyter")
    if len(cells) > MOST_CELLS:
        raise SubmissionError(f"has {len(cells):,} cells; expected at most {MOST_CELLS:,}")
    wrong = next((number for number, cell in enumerate(cells, start=1) if not isinstance(cell, dict)), None)
    if wrong is not None:
        raise SubmissionError(f"cell {wrong}: is not a cell; save the notebook again in Jupyter")
    return cells


def _refuse_other_languages(metadata: Any) -> None:
    """Raise SubmissionError if the notebook says that its kernel is not one of Python."""
    for table, key in (("kernelspec", "language"), ("language_info", "name")):
        inner = metadata.get(table) if isinstance(metadata, dict) else None
        language = inner.get(key) if isinstance(inner, dict) else None
        if isinstance(language, str) and language.strip() and not language.lower().startswith(("python", "ipython")):
            raise SubmissionError(f'is a notebook in the language "{language[:40]}"; expected Python')


def _joined(source: Any) -> str:
    """Return a text that may be in lines; anything else is nothing."""
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        return ""
    # JSON can hold halves of a character, which no Python source may.
    return source if source.isascii() else source.encode("utf-8", "replace").decode("utf-8")


def _output(number: int, outputs: Any) -> Iterator[Output]:
    parts = []
    for output in outputs if isinstance(outputs, list) else []:
        if not isinstance(output, dict):
            continue
        data = output.get("data")
        match output.get("output_type"):
            case "stream" if output.get("name") != "stderr":
                parts.append(_joined(output.get("text")))
            case "execute_result" | "display_data" if isinstance(data, dict):
                parts.append(_joined(data.get("text/plain")))
    text = "\n".join(part.rstrip("\n") for part in parts if part)
    if text:
        yield Output(number, text[:_LONGEST_OUTPUT])
