"""Make real folders and real zip archives of the same files, and collect from them."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from backprop_lab.classroom.collecting import collect
from backprop_lab.classroom.hand_in import HandIn
from backprop_lab.errors import ClassroomError

Tree = Mapping[str, str | bytes]


def planted(folder: Path, tree: Tree) -> Path:
    """Write files by their names below a folder; a name that ends in a slash is an empty folder."""
    for name, content in tree.items():
        path = folder / name
        if name.endswith("/"):
            path.mkdir(parents=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def packed(path: Path, tree: Tree) -> Path:
    """Write files into a zip archive."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in tree.items():
            archive.writestr(name, content)
    return path


def zipped(tree: Tree) -> bytes:
    """Return the bytes of a zip archive."""
    with TemporaryDirectory() as folder:
        return packed(Path(folder) / "a.zip", tree).read_bytes()


def collected(staging: Path, *paths: Path) -> dict[str, HandIn]:
    """Collect into a staging folder that is made for it; every file that is named is a regular one."""
    staging.mkdir()
    hand_ins = collect(paths, staging)
    keys = [hand_in.key for hand_in in hand_ins]
    assert keys == sorted(set(keys))
    for hand_in in hand_ins:
        assert not (hand_in.problem and hand_in.files)
        assert hand_in.problem.isprintable()
        assert all(file.path.is_file() and not file.path.is_symlink() for file in hand_in.files)
    return {hand_in.key: hand_in for hand_in in hand_ins}


def names(hand_in: HandIn) -> list[str]:
    return [file.name for file in hand_in.files]


def contents(hand_in: HandIn) -> dict[str, str]:
    return {file.name: file.path.read_text(encoding="utf-8") for file in hand_in.files}


def refusal(staging: Path, *paths: Path) -> str:
    """Return the one line that collecting is refused with."""
    staging.mkdir()
    with pytest.raises(ClassroomError) as caught:
        collect(paths, staging)
    assert str(caught.value).isprintable()
    return str(caught.value)
