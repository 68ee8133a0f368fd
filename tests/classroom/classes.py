"""Small classes of real programs, graded through the command."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

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
    return command("grade", task, *arguments)


def to_mark(graded: Graded) -> int:
    """Return how many submissions a run has said that it marks."""
    (found,) = re.findall(r"in the class, (\d+) to mark\n", graded.told)
    return int(found)


def scores(graded: Graded) -> Mapping[str, str]:
    """Return the score of each student."""
    return {student: row["score"] for student, row in graded.rows().items()}
