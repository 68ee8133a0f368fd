"""Render documents: Jinja with delimiters that fight neither LaTeX nor Markdown, strict about names."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from backprop_lab.errors import LabError
from backprop_lab.resources import folder
from backprop_lab.writing.layout import TERMINAL_WIDTH
from backprop_lab.writing.letters import beyond_latin, is_latin, spelled
from backprop_lab.writing.numbers import given

_TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    '"': r"\textquotedbl{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "\0": "{}",
}
_GIFT = str.maketrans({character: f"\\{character}" for character in "\\~=#{}:"} | {"\n": " "})
_CLOZE = str.maketrans({character: f"&#{ord(character)};" for character in "{}~"})
_LIGATURES = re.compile(r"(?<=[-,])(?=[-,])|(?<=[!?])(?=`)")


def tex(text: object) -> str:
    """Escape text for LaTeX, such that it stands there as it is written.

    A character that is no letter its fonts know is written as its code point; `beyond_latin` are those letters that
    pdfTeX must be told of.
    """
    return "".join(map(_tex, _LIGATURES.sub("\0", unicodedata.normalize("NFC", str(text)))))


@lru_cache(maxsize=4096)
def _tex(character: str) -> str:
    if is_latin(character):
        return _TEX.get(character, character)
    return character if spelled(character) is not None else rf"[U+{ord(character):04X}]\allowbreak{{}}"


def markdown(text: object) -> str:
    """Escape text for Markdown, so that it neither formats anything nor starts HTML or math."""
    escaped = str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]#|$~])", r"\\\1", escaped)


def gift(text: object) -> str:
    """Escape text for GIFT, on one line."""
    return str(text).translate(_GIFT)


def cloze(html: object) -> str:
    """Escape HTML for a cloze question in Moodle, so that it neither starts an answer nor ends one."""
    return str(html).translate(_CLOZE)


def quoted(text: object) -> str:
    """Write printable text as a string of JSON, which is one of TOML and Python too."""
    return json.dumps(str(text), ensure_ascii=False)


def rows_folded(text: str) -> str:
    """Break a matrix between its rows where it is too wide for a terminal, each line under the row above."""
    lines = [""]
    margin = " " * (text.find("[", text.find(" = ") + 1) + 1)
    for row in text.split("; "):
        if not lines[-1]:
            lines[-1] = row
        elif len(f"{lines[-1]}; {row};") <= TERMINAL_WIDTH:
            lines[-1] += f"; {row}"
        else:
            lines[-1] += ";"
            lines.append(margin + row)
    return "\n".join(lines)


class _OwnTemplates(FileSystemLoader):
    """A template, the shipped ones, and what it includes from beside it: files named .j2, no links to elsewhere."""

    def __init__(self, own: Path) -> None:
        super().__init__([own.parent, folder("templates")])
        self.own = own

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Return source, file name, and whether it is still the same."""
        source, filename, is_current = super().get_source(environment, template)
        inside = any(Path(filename).resolve().is_relative_to(Path(path).resolve()) for path in self.searchpath)
        if template != self.own.name and not (inside and template.endswith(".j2")):
            raise TemplateNotFound(template)
        return source, filename, is_current


def _bytecode_cache() -> FileSystemBytecodeCache | None:
    """Keep the shipped templates compiled where Python keeps this module so, if it may write there at all."""
    beside = Path(__file__).parent / "__pycache__"
    if not sys.dont_write_bytecode:
        with contextlib.suppress(OSError):
            beside.mkdir(exist_ok=True)
    return FileSystemBytecodeCache(str(beside), "__shipped_%s.cache") if os.access(beside, os.W_OK) else None


def _environment(kind: type[Environment], loader: BaseLoader, **options: Any) -> Environment:
    environment = kind(
        loader=loader,
        undefined=StrictUndefined,
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # each format escapes with a filter of its own
        **options,
    )
    environment.filters.update(
        ord=ord,
        tex=tex,
        beyond_latin=beyond_latin,
        markdown=markdown,
        quoted=quoted,
        gift=gift,
        cloze=cloze,
        number=given,
        rows_folded=rows_folded,
    )
    return environment


@cache
def _shipped() -> Environment:
    """Return the environment of the shipped templates, which do not change and need no sandbox."""
    return _environment(
        Environment, FileSystemLoader(folder("templates")), bytecode_cache=_bytecode_cache(), auto_reload=False
    )


@cache
def _own(path: Path) -> Environment:
    """Return the environment of a template of the reader's own, which changes nothing of what it is given."""
    return _environment(ImmutableSandboxedEnvironment, _OwnTemplates(path))


@cache
def macros(template: str) -> Any:
    """Return a shipped template that has only macros, as an object with a function for each."""
    return _shipped().get_template(template).module


def render(template: str | Path, context: Mapping[str, Any]) -> str:
    """Render a shipped template by its name, or a template file of the reader's own by its path.

    Raises LabError, naming file and line, where a template cannot be read or uses what is not there.
    """
    path = Path(template)
    own = isinstance(template, Path)
    try:
        return (_own(path) if own else _shipped()).get_template(path.name).render(context)
    except TemplateSyntaxError as error:
        raise LabError(f"{path}:{error.lineno}: {error.message}") from None
    except TemplateNotFound as error:
        raise LabError(f"{path}: no such template" + (f": {error.name}" if error.name != path.name else "")) from None
    except UnicodeDecodeError as error:
        raise LabError(f"{path}: is not UTF-8 text (byte {error.start + 1})") from None
    except OSError as error:
        raise LabError(f"{path}: cannot be read: {error.strerror}") from None
    except Exception as error:
        if not own:
            raise
        message = str(error) or ("needs too much memory" if isinstance(error, MemoryError) else type(error).__name__)
        message = re.sub(r"^'[\w.]+ object' has no attribute", "it has nothing called", message)
        raise LabError(f"{path}{_line(error, path)}: {message}") from None


def _line(error: Exception, path: Path) -> str:
    """Return the line of a template in which an error arose, the innermost one."""
    import traceback

    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) == path]
    return f":{frames[-1].lineno}" if frames else ""
