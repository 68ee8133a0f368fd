"""Read whatever was handed in: a script, a notebook, an answer sheet or prose, by its suffix and by what it says."""

from __future__ import annotations

import ast
import json
import re
import warnings
from pathlib import Path

from backprop_lab.errors import SubmissionError
from backprop_lab.limits import MIB
from backprop_lab.submissions.notebook import LARGEST_NOTEBOOK, MOST_VALUES, Notebook, is_notebook, notebook
from backprop_lab.submissions.program import Cell
from backprop_lab.submissions.prose import Prose, bounded, read_prose
from backprop_lab.submissions.script import Script, script
from backprop_lab.submissions.sheet import Sheet, csv_sheet, json_sheet, toml_sheet
from backprop_lab.submissions.text import LARGEST_TEXT, countable, decoded, read_bytes, sized, within

Submission = Script | Notebook | Sheet | Prose

VALID = "a script (.py), a notebook (.ipynb), an answer sheet (.toml, .json, .csv) or a text (.md, .txt, .tex)"
SUFFIXES = (".py", ".ipynb", ".toml", ".json", ".csv", ".md", ".txt", ".tex")

_TABLE = re.compile(r"^[ \t]*\[answers\][ \t]*(?:#.*)?$", re.MULTILINE)
_CODE = re.compile(
    r"^(?:import [\w.]+(?: as \w+)?[ \t]*(?:[,;#].*)?$|from [\w.]+ import |def \w+\(|class \w+[(:]|print\()",
    re.MULTILINE,
)
_BLOCK = re.compile(r"^(?:for|while|if|with) .+:[ \t]*(?:#.*)?$", re.MULTILINE)
_ASSIGNMENT = re.compile(r"^[A-Za-z_][\w.]*(?:\[[^\]\n]*\])? *[-+*/]?= *\S", re.MULTILINE)


def read_submission(path: Path) -> Submission:
    """Read one file that was handed in.

    Raises SubmissionError, one line that begins with the name of the file, if there is nothing in it to mark; and
    MissingExtraError if it takes a library that is not installed.
    """
    with within(path):
        suffix = path.suffix.lower()
        if suffix not in SUFFIXES:
            if path.is_dir():
                raise SubmissionError(f"is a folder; expected {VALID}")
            found = f'a file "{suffix[:20]}"' if suffix else "a file without a suffix"
            raise SubmissionError(f"is {found}; expected {VALID}")
        return _read(read_bytes(path, _most(suffix)), path)


def read_content(content: bytes, name: str) -> Submission:
    """Read the contents of a file of that name, which has one of SUFFIXES, as `read_submission` does."""
    path = Path(name)
    with within(path):
        return _read(sized(content, _most(path.suffix.lower())), path)


def _most(suffix: str) -> int:
    return LARGEST_NOTEBOOK if suffix in (".ipynb", ".json") else LARGEST_TEXT


def _read(content: bytes, path: Path) -> Submission:
    match path.suffix.lower():
        case ".py":
            return script(content, path)
        case ".ipynb":
            return notebook(content, path)
        case ".toml":
            return toml_sheet(decoded(countable(content)))
        case ".csv":
            return csv_sheet(decoded(countable(content)))
        case ".json":
            return _json(content, path)
        case ".txt":
            return _plain_text(content, path)
        case suffix:
            return _prose(decoded(content), latex=suffix == ".tex")


def _json(content: bytes, path: Path) -> Submission:
    """Read an answer sheet, or a notebook that was saved under the wrong suffix."""
    if _is_notebook(decoded(countable(content, MOST_VALUES))):
        return notebook(content, path)
    if len(content) > LARGEST_TEXT:
        raise SubmissionError(f"is larger than {LARGEST_TEXT // MIB} MiB; an answer sheet holds a few numbers")
    return json_sheet(decoded(countable(content)))


def _is_notebook(text: str) -> bool:
    try:
        return is_notebook(json.loads(text))
    except (ValueError, RecursionError):
        return False


def _plain_text(content: bytes, path: Path) -> Submission:
    """Read plain text as what it says: an answer sheet, a program, or answers such as `Z1 = -0.7`."""
    text = decoded(content)
    if text.lstrip().startswith("{"):
        return _json(content, path)
    if _TABLE.search(text):
        countable(content)
        return toml_sheet(text)
    if _CODE.search(text) or (_BLOCK.search(text) and _is_python(text)):
        return script(content, path)
    prose = _prose(text, latex=False)
    if not prose.answers and _ASSIGNMENT.search(text) and _is_python(text):
        return script(content, path)
    return prose


def _is_python(text: str) -> bool:
    """Tell whether a text is a program; prose may have lines such as `for the hidden layer:`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, RecursionError, MemoryError):
            return False
    return True


def _prose(text: str, *, latex: bool) -> Prose:
    return read_prose(bounded([Cell(text)]), latex=latex)
