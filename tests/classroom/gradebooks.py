"""Gradebooks of Laboratory Task 3, for tests of what is made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from backprop_lab.classroom.gradebook import Gradebook
from backprop_lab.classroom.row import Member, Row, Student
from backprop_lab.classroom.stored import Entry
from backprop_lab.marking.marks import Marks
from backprop_lab.taskfile import load_task, task_text
from tests.marked import MISSING, lost, marked

TASK = load_task("lab_task_3")
TEXT = task_text("lab_task_3")
MARKS = marked(TASK, {"delta1": lost("wrong", cause="no-hidden-slope"), "W2_new": MISSING})


def begun(folder: Path) -> Gradebook:
    return Gradebook.begin(folder, TASK, TEXT)


def entry(key: str = "key", digest: str = "files", marks: Marks = MARKS, **others: Any) -> Entry:
    return Entry(key, digest, "lab3.py", marks, **others)


def fill(gradebook: Gradebook, students: Sequence[str], **changes: Any) -> None:
    """Add the same submission for students, who are the class then."""
    gradebook.add((student, entry(**changes)) for student in students)
    key = entry(**changes).key
    gradebook.set_class(Member(Student(student, f"Name of {student}"), key) for student in students)


def row(student: str = "s1", name: str = "Ana Lopez", marks: Marks | None = MARKS, **others: Any) -> Row:
    return Row(Student(student, name), marks, "lab3.py" if marks else "", **others)


def total(row: Row) -> Mapping[str, str]:
    """Return the verdicts of a row by step, those of one step joined."""
    assert row.marks is not None
    found: dict[str, str] = {}
    for verdict in row.marks.verdicts:
        found[verdict.step] = " ".join(filter(None, [found.get(verdict.step, ""), verdict.verdict]))
    return found
