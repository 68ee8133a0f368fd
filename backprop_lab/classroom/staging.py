"""A folder for what is unpacked, which does not stay behind even where its process is killed."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

PREFIX = "backprop-lab-class-"
LOCK = ".lock"
YOUNGEST = 60.0
"""Seconds after which a folder that nobody has locked has been left."""


@contextmanager
def staging() -> Iterator[Path]:
    """Give an empty folder, and remove those that were left by processes that were killed.

    The system lets go of a folder's lock when its process ends, however it does.
    """
    from filelock import FileLock

    for folder in Path(gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            _remove_if_left(folder)
    with TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as name, FileLock(Path(name, LOCK)):
        files = Path(name, "files")
        files.mkdir()
        yield files


def _remove_if_left(folder: Path) -> None:
    from filelock import FileLock, Timeout

    is_own = not hasattr(os, "getuid") or folder.lstat().st_uid == os.getuid()
    age = time.time() - (folder / LOCK).lstat().st_mtime
    if is_own and not folder.is_symlink() and age > YOUNGEST:
        with suppress(Timeout):
            FileLock(folder / LOCK, blocking=False).acquire().lock.release()
            shutil.rmtree(folder, ignore_errors=True)
