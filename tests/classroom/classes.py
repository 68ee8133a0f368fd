"""Small classes of real programs, graded through the command."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path

import psutil

from backprop_lab.classroom.gradebook import FILE
from tests.classroom.trees import planted
from tests.command import Finished, command
from tests.redteam.grading import Graded

SUBMISSIONS = Path(__file__).parent.parent / "submissions"
TASK = "lab_task_3"


def program(name: str) -> bytes:
    """Return a program of a student by the name of its file."""
    return (SUBMISSIONS / name).read_bytes()


RIGHT = program("lab3_plain_in_out.py")
FORWARD = program("lab3_forward_only.py")


def class_of(folder: Path, size: int, prefix: str = "s") -> Path:
    """Hand in a right program for so many students, no two the same."""
    return planted(folder, {f"{prefix}{number:02}/lab.py": RIGHT + b"# %d\n" % number for number in range(size)})


def grade(handed_in: Path, out: Path, *options: object, task: object = TASK) -> Graded:
    """Grade a class that can be graded."""
    finished = attempt(handed_in, "--out", out, *options, task=task)
    assert finished.status in (0, 1), finished.messages
    return Graded(out, finished.status, finished.messages, 0)


def attempt(*arguments: object, task: object = TASK) -> Finished:
    """Ask for a class to be graded."""
    return command("grade", task, "--jobs", 1, *arguments)


def to_mark(graded: Graded) -> int:
    """Return how many submissions a run has said that it marks."""
    (found,) = re.findall(r"in the class, (\d+) to mark\n", graded.told)
    return int(found)


def scores(graded: Graded) -> Mapping[str, str]:
    """Return the score of each student."""
    return {student: row["score"] for student, row in graded.rows().items()}


def slow_class(folder: Path, size: int) -> Path:
    """Hand in programs that take a while."""
    return planted(
        folder, {f"s{number:02}/lab.py": RIGHT + b"import time\ntime.sleep(0.2)\n" for number in range(size)}
    )


def started(handed_in: Path, out: Path, *options: object) -> subprocess.Popen[str]:
    """Start the command in a process group of its own."""
    words = [sys.executable, "-m", "backprop_lab", "grade", TASK, handed_in, "--out", out, *options]
    return subprocess.Popen(
        list(map(str, words)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def stored(out: Path) -> list[str]:
    """Return the students of whom something is in the gradebook, once for each submission that is."""
    if not (out / FILE).exists():
        return []
    with closing(sqlite3.connect(out / FILE, timeout=60)) as database:
        if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'entries'").fetchone():
            return []
        return [student for (student,) in database.execute("SELECT student FROM entries ORDER BY student")]


def wait_until_stored(out: Path, number: int, process: subprocess.Popen[str]) -> None:
    """Wait until so many submissions are in the gradebook, or the process has ended."""
    while len(stored(out)) < number and process.poll() is None:
        time.sleep(0.02)


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Return the processes that one has started, and those have."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(process.pid).children(recursive=True)
    return []


def survivors(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Return the processes that are still there after a while; they are ended."""
    _, alive = psutil.wait_procs(processes, timeout=20)
    for process in alive:
        process.kill()
    return alive
