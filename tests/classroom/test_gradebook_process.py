"""What becomes of a gradebook when processes die, wait for each other, or find no space."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import IO

from backprop_lab.classroom.gradebook import FILE
from tests.classroom.gradebooks import MARKS, begun, entry, fill
from tests.needs import needs, needs_posix

GRADER = Path(__file__).parent / "grader.py"
KILLS = 20


def grader(verb: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(GRADER), verb, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def stream(found: IO[str] | None) -> IO[str]:
    assert found is not None
    return found


@cache
def own_mounts() -> bool:
    """Tell whether a process may mount a file system of its own."""
    if shutil.which("unshare") is None:
        return False
    done = subprocess.run(
        ["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False
    )
    return done.returncode == 0


def output_on_a_mount(mount: str, verb: str, folder: Path) -> list[str]:
    """Return what a grader prints that runs with something mounted on its folder."""
    needs(own_mounts(), "unshare cannot mount file systems")
    script = f'{mount} && exec "$1" "$2" "$3" "$0"'
    arguments = ["unshare", "-rm", "sh", "-c", script, str(folder), sys.executable, str(GRADER), verb]
    return subprocess.run(arguments, capture_output=True, text=True, check=True).stdout.splitlines()


def test_what_was_stored_outlives_a_grader_that_is_killed(tmp_path: Path) -> None:
    needs_posix()
    moments = random.Random(20)
    told: list[str] = []
    with begun(tmp_path) as gradebook:
        secret = gradebook.secret
    for _ in range(KILLS):
        with grader("store", tmp_path) as process:
            output = stream(process.stdout)
            told += [output.readline().strip() for _ in range(moments.randrange(1, 30))]
            time.sleep(moments.random() / 100)
            process.kill()
            told += output.read().split()
        assert process.returncode == -signal.SIGKILL
        with closing(sqlite3.connect(tmp_path / FILE)) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            stored = [student for (student,) in database.execute("SELECT student FROM entries ORDER BY student")]
        assert len(stored) == len(set(stored))
        assert set(told) <= set(stored)
        assert len(stored) <= len(set(told)) + KILLS, "at most one that was not told, for each that was killed"
        with begun(tmp_path) as gradebook:
            fill(gradebook, stored)
            assert gradebook.secret == secret
    with begun(tmp_path) as gradebook:
        assert {row.marks == MARKS for row in gradebook.rows()} == {True}
    assert len(told) == len(set(told)) >= KILLS


def test_a_gradebook_that_was_killed_while_it_was_made_is_made_again(tmp_path: Path) -> None:
    needs_posix()
    moments = random.Random(5)
    for number in range(5):
        folder = tmp_path / str(number)
        folder.mkdir()
        with grader("store", folder) as process:
            while not (folder / FILE).exists():
                assert process.poll() is None
            time.sleep(moments.random() / 500)
            process.kill()
        with begun(folder) as gradebook:
            assert len(gradebook.secret) == 32
            gradebook.add([("a", entry())])


def test_a_second_grader_says_that_it_waits_and_goes_on_when_the_first_is_killed(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    with grader("locked", folder) as first:
        assert stream(first.stdout).readline() == "grading\n"
        with grader("locked", folder) as second:
            assert stream(second.stdout).readline() == "waiting\n"
            assert second.poll() is None
            first.kill()
            assert stream(second.stdout).readline() == "grading\n"
            stream(second.stdin).close()
        assert second.returncode == 0


def test_a_full_disk_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    said, kept, added = output_on_a_mount('mount -t tmpfs -o size=1m none "$0"', "full", tmp_path)
    assert "cannot be used: database or disk is full; what it held before is kept" in said
    assert kept == "True True"
    assert added == "1"


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    begun(tmp_path).close()
    mount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"'
    begin, correct, grade = output_on_a_mount(mount, "readonly", tmp_path)
    assert begin == correct
    assert begin.startswith(f"{tmp_path / FILE}: cannot be used: ")
    assert grade.startswith(f"{tmp_path}: cannot be graded into: Read-only file system")
