"""The bytes of a data file that a task names: a regular file of bounded size in the task's folder or below."""

from __future__ import annotations

import gzip
import io
import os
import stat
import zlib
from pathlib import Path, PurePosixPath, PureWindowsPath

from backprop_lab.errors import TaskError
from backprop_lab.limits import MIB

LARGEST_FILE = 256 * MIB
"""Bytes of a file, and of what is packed in one."""

_GZIP = b"\x1f\x8b"


def read_file(folder: Path, name: str) -> bytes:
    """Return the bytes of a file; raise TaskError if it lies elsewhere, is not regular, empty or too large."""
    try:
        path = _inside(folder, name)
        # Opening a FIFO that nobody writes to would wait; what a device holds is nobody's data.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        if path.is_dir():
            raise TaskError("is a folder; expected a file")
        with os.fdopen(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise TaskError("is not a regular file")
            content = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise TaskError("no such file in the folder of the task file") from None
    except OSError as error:
        raise TaskError(f"cannot be read: {error.strerror}") from None
    except (ValueError, RuntimeError):  # a NUL or half a character in the name; links in a circle
        raise TaskError("is not the name of a file that can be read") from None
    return _sized(content)


def exists(folder: Path, name: str) -> bool:
    """Tell whether there is something of this name in the folder or below, if not yet a file that can be read."""
    try:
        return _inside(folder, name).exists()
    except (TaskError, OSError, ValueError, RuntimeError):
        return False


def unpacked(content: bytes) -> bytes:
    """Return what is packed with gzip, and other bytes as they are; raise TaskError if it is damaged or too large."""
    if not content.startswith(_GZIP):
        return content
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            return _sized(file.read(LARGEST_FILE + 1))
    except (OSError, EOFError, zlib.error):
        raise TaskError("is damaged: it cannot be unpacked with gzip") from None


def as_text(content: bytes) -> str:
    """Return UTF-8 text, with or without a byte order mark; raise TaskError for anything else."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TaskError(f"is not UTF-8 text (byte {error.start + 1}); save it as UTF-8") from None
    if "\0" in text:
        raise TaskError("holds NUL characters: not a text; save it as UTF-8")
    return text


def _inside(folder: Path, name: str) -> Path:
    """Return where a file really is; raise TaskError for a place outside of the folder."""
    parts = {*PurePosixPath(name).parts, *PureWindowsPath(name).parts}
    path = (folder / name).resolve()
    if ".." in parts or PureWindowsPath(name).anchor or not path.is_relative_to(folder.resolve()):
        raise TaskError(
            "lies outside of the task file's folder; expected a file in it or below, such as data/rows.csv"
        )
    return path


def _sized(content: bytes) -> bytes:
    if len(content) > LARGEST_FILE:
        raise TaskError(f"is larger than {LARGEST_FILE // MIB} MiB")
    if not content or content.isspace():
        raise TaskError("is empty")
    return content
