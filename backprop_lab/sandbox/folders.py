"""An empty folder for a program, which is removed with all that the program has made in it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from secrets import token_hex


@contextmanager
def empty_folder() -> Iterator[str]:
    """Give the name of an empty folder, and remove it with what is in it by then, as far as the system allows."""
    folder = tempfile.mkdtemp(prefix="backprop-lab-")
    try:
        yield folder
    finally:
        remove(folder)


def remove(folder: str) -> None:
    """Remove a folder, however deep the folders in it are; no link is followed.

    A folder in it is moved to the top before it is emptied: no path gets long, and only two folders are open at once.
    """
    with suppress(OSError):
        _allow(folder)
        top = _opened(folder)
        try:
            left = _emptied(top, top)
            while left:
                with suppress(OSError):
                    _empty(left.pop(), top, left)
        finally:
            os.close(top)
        os.rmdir(folder)  # noqa: PTH106


def _empty(name: str, top: int, left: list[str]) -> None:
    """Remove a folder at the top, and note those that were in it."""
    folder = _opened(name, top)
    try:
        left += _emptied(folder, top)
    finally:
        os.close(folder)
    os.rmdir(name, dir_fd=top)


def _emptied(folder: int, top: int) -> list[str]:
    """Remove all files of a folder, move the folders in it to the top, and return what they are called there."""
    moved = []
    for name in os.listdir(folder):
        try:
            os.unlink(name, dir_fd=folder)
        except OSError:
            with suppress(OSError):
                new = token_hex(16)
                _allow(name, folder)
                os.rename(name, new, src_dir_fd=folder, dst_dir_fd=top)
                moved.append(new)
    return moved


def _opened(name: str, above: int | None = None) -> int:
    return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=above)


def _allow(name: str, above: int | None = None) -> None:
    """Let this user change a folder; root may anyhow, and must not be led elsewhere by a link in its place."""
    if os.geteuid() != 0:
        os.chmod(name, 0o700, dir_fd=above)
