from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from backprop_lab.classroom.staging import LOCK, PREFIX, YOUNGEST, staging

HOLDER = """
import sys
from backprop_lab.classroom.staging import staging
with staging() as folder:
    (folder / "lab.py").write_text("x = 1")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", None)
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(tmp_path))
    return tmp_path


def holder() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent.parent)},
    )


def aged(folder: Path) -> Path:
    """Make a folder look old."""
    then = time.time() - 2 * YOUNGEST
    os.utime(folder / LOCK, (then, then))
    return folder


def test_a_folder_is_empty_and_gone_afterwards(place: Path) -> None:
    with staging() as folder:
        assert list(folder.iterdir()) == []
        (folder / "a").write_text("a")
    assert list(place.iterdir()) == []


def test_what_a_killed_process_has_left_is_removed_by_the_next_one(place: Path) -> None:
    with holder() as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        aged(folder.parent)
        with staging():
            assert (folder / "lab.py").exists(), "it is in use"
        process.kill()
    with staging():
        assert not folder.parent.exists()
    assert list(place.iterdir()) == []


def test_what_is_young_or_not_of_this_kind_is_left_alone(place: Path) -> None:
    young, other, elsewhere = place / f"{PREFIX}a", place / f"{PREFIX}b", place / "elsewhere"
    for folder in (young, other, elsewhere):
        folder.mkdir()
        (folder / "mine").write_text("mine")
    (young / LOCK).touch()
    (elsewhere / LOCK).touch()
    aged(elsewhere)
    if os.name == "posix":
        (place / f"{PREFIX}c").symlink_to(elsewhere)
    with staging():
        pass
    assert [(folder / "mine").exists() for folder in (young, other, elsewhere)] == [True] * 3
