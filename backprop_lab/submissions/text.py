"""From a file that a stranger handed in to text: regular files of bounded size, in an encoding that is stated."""

from __future__ import annotations

import codecs
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backprop_lab.errors import SubmissionError
from backprop_lab.limits import MIB

LARGEST_TEXT = 2 * MIB
"""Bytes of a script, an answer sheet or a text."""
MOST_VALUES = 120_000
"""Values of an answer sheet, as its separators count them: each may take a kilobyte of memory."""

_SEPARATORS = (b",", b";", b"\t", b"\n", b"[", b"{")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HIGH = re.compile(rb"[\x80-\xff]+")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f]")
_ARCHIVES = {b"PK\x03\x04": "a zip archive", b"\x1f\x8b": "a gzip archive", b"%PDF": "a PDF", b"\x89PNG": "an image"}


@contextmanager
def within(path: Path) -> Iterator[None]:
    """Put the name of the file before the message of every SubmissionError."""
    try:
        yield
    except SubmissionError as error:
        raise SubmissionError(f"{path.name}: {error}") from None


def read_bytes(path: Path, largest: int = LARGEST_TEXT) -> bytes:
    """Return the bytes of a regular file that is neither empty nor larger than allowed.

    Raises SubmissionError for anything else, and for what cannot be opened.
    """
    try:
        # A FIFO that nobody writes to would keep the program waiting when it is opened.
        if not stat.S_ISREG(path.stat().st_mode):
            kind = "a folder" if path.is_dir() else "not a regular file"
            raise SubmissionError(f"is {kind}; expected one file")
        with path.open("rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise SubmissionError("is not a regular file; expected one file")
            content = file.read(largest + 1)
    except FileNotFoundError:
        raise SubmissionError("no such file") from None
    except OSError as error:
        raise SubmissionError(f"cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise SubmissionError(f"cannot be read: {error}") from None
    return sized(content, largest)


def sized(content: bytes, largest: int) -> bytes:
    """Return contents that are neither empty nor larger than allowed; raise SubmissionError for others."""
    if len(content) > largest:
        raise SubmissionError(f"is larger than {largest // MIB} MiB; leave out data and outputs")
    if not content.strip():
        raise SubmissionError("is empty: nothing to mark")
    return content


def countable(content: bytes, most: int = MOST_VALUES) -> bytes:
    """Return contents that have no more values than allowed; raise SubmissionError for others."""
    if sum(map(content.count, _SEPARATORS)) > most:
        raise SubmissionError(f"has more than {most:,} values; leave out data and outputs")
    return content


def decoded(content: bytes) -> str:
    """Decode by the byte order mark, else as UTF-8, else as GBK or Windows-1252 where that is plausible."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return checked(content, encoding)
    refuse_binary(content)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _guessed(content, error.start)


def checked(content: bytes, encoding: str) -> str:
    """Decode in a stated encoding; raise SubmissionError where the bytes are not in it."""
    try:
        text = content.decode(encoding)
    except UnicodeError as error:
        where = f" (byte {error.start + 1})" if isinstance(error, UnicodeDecodeError) else ""
        raise SubmissionError(f"is not {encoding} text{where}; save it as UTF-8") from None
    if "\0" in text:
        raise SubmissionError("holds NUL characters: not a text; save it as UTF-8")
    return text


def refuse_binary(content: bytes) -> None:
    """Raise SubmissionError if the bytes are no text."""
    for start, kind in _ARCHIVES.items():
        if content.startswith(start):
            raise SubmissionError(f"is {kind} and not a text; hand in the file itself")
    zero = content.find(b"\0")
    if zero >= 0:
        line = content.count(b"\n", 0, zero) + 1
        raise SubmissionError(f"line {line}: holds NUL bytes: not a text; save it as UTF-8")


def _guessed(content: bytes, wrong: int) -> str:
    """Take an older encoding where the text looks like it.

    In GBK, as it is written, the bytes beyond ASCII come in pairs; in Windows-1252, they are single letters.
    """
    runs = [len(run) for run in _HIGH.findall(content)]
    paired = sum(length for length in runs if length % 2 == 0)
    if paired >= 0.75 * sum(runs):
        try:
            return content.decode("gbk")
        except UnicodeDecodeError:
            pass
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        text = "\0"
    if sum(runs) > 0.3 * len(content) or _CONTROL.search(text):
        line = content.count(b"\n", 0, wrong) + 1
        raise SubmissionError(f"line {line}: is not UTF-8 text (byte {wrong + 1}); save it as UTF-8")
    return text
