"""Read a Python script as Python does: by its coding line, its byte order mark, or else as UTF-8."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from msgspec import Struct

from backprop_lab.errors import SubmissionError
from backprop_lab.submissions.program import Cell, Program
from backprop_lab.submissions.text import checked, decoded, refuse_binary

_CODING = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_COMMENT = re.compile(rb"[ \t\f]*(?:#.*)?\r?")
_NOT_FOR_FILES = {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"}
"""Codecs of Python that are not encodings of texts; to decode with some of them takes forever."""


class Script(Struct, frozen=True):
    """A script as a program of one cell, whose lines are as they were handed in."""

    program: Program


def script(content: bytes, path: Path) -> Script:
    """Return the script that the bytes of a file are; raise SubmissionError, one line, if they are not a text."""
    return Script(Program((Cell(_source(content)),), path.name))


def _source(content: bytes) -> str:
    stated = _coding(content)
    if stated is None or content.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return decoded(content)
    try:
        encoding = codecs.lookup(stated).name.replace("-", "_")
    except LookupError:
        encoding = "undefined"
    if encoding in _NOT_FOR_FILES:
        raise SubmissionError(f'its first lines name the encoding "{stated[:40]}", which there is not; use utf-8')
    refuse_binary(content)
    try:
        return checked(content, stated)
    except LookupError:  # what Python calls a codec and is not for text, such as rot13 or hex
        raise SubmissionError(
            f'its first lines name the encoding "{stated[:40]}", which is not of text; use utf-8'
        ) from None


def _coding(content: bytes) -> str | None:
    """Return the encoding named by a comment in the first two lines, as PEP 263 has it."""
    for line in content.split(b"\n", 2)[:2]:
        found = _CODING.match(line)
        if found:
            return found[1].decode("ascii", "replace")
        if not _COMMENT.fullmatch(line):
            return None
    return None
