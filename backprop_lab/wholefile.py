"""Write a file whole or not at all."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from backprop_lab.errors import LabError

UNFINISHED = ".part"


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file for bytes that takes its name when all is written, and leaves what was there if anything fails.

    Links stay links, and an old file keeps its permissions. Raises LabError where it cannot be written.
    """
    try:
        if path.is_dir():
            raise LabError(f"{path}: is a folder; expected the name of a file")
        if not path.parent.is_dir():
            raise LabError(f"{path}: there is no folder {path.parent}")
        if path.exists() and not os.access(path, os.W_OK):
            raise LabError(f"{path}: may not be written; expected the name of another file")
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        target = path.resolve()
        handle, name = tempfile.mkstemp(UNFINISHED, f".{path.name[:40]}.", target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(handle)
            Path(name).chmod(mode)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _keep_name(target.parent)
    except (OSError, RuntimeError) as error:  # Path.resolve raises a RuntimeError for links in a circle
        raise LabError(f"{path}: cannot be written: {getattr(error, 'strerror', error)}") from None


@contextmanager
def whole_text(path: Path) -> Iterator[TextIO]:
    r"""Open a file as `whole_file` does, for text in UTF-8; lines end as they are written.

    Half a character of a name that is no text is written as \\udc80.
    """
    with whole_file(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", errors="backslashreplace", newline="")
        yield text
        text.flush()
        text.detach()


def remove_unfinished(folder: Path) -> None:
    """Remove the halves of files that a process has left in a folder that was killed as it wrote them."""
    for path in folder.glob(f".*{UNFINISHED}"):
        with contextlib.suppress(OSError):
            path.unlink()


def _keep_name(folder: Path) -> None:
    """Have the system write down the new name as well, where it can do so for a folder."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
