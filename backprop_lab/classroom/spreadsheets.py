"""The gradebook as CSV: for spreadsheets, and for the grade imports of Canvas and Moodle."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

from backprop_lab.classroom.plaintext import cell, decimal
from backprop_lab.classroom.row import Row
from backprop_lab.marking.marks import total
from backprop_lab.task import Task
from backprop_lab.wholefile import whole_text

_CANVAS_USER = re.compile(r"(?ais)(?:[^_]*_(?:late_)?(?=\d+_\d))?(\d+)(?:_\d+(?:_.*)?)?")
_POINTS = "Points Possible"
_PARTICIPANT = re.compile(r"(?as)(?:.*_(?=\d+_assign))?(\d+)(?:_assign(?:submission|feedback)_.*)?")


def gradebook_csv(rows: Iterable[Row], task: Task, path: Path) -> None:
    """Write a line for each student: who, what was marked, the points in all and for each step, and lateness.

    Scores are decimals as `decimal` has them; status, score and steps are empty where nothing was handed in. Raises
    LabError where the file cannot be written.
    """
    steps = [ask.step for ask in task.asked]
    _write(path, _gradebook_lines(rows, steps, decimal(task.max_score)))


def _gradebook_lines(rows: Iterable[Row], steps: list[str], max_score: str) -> Iterator[list[str]]:
    yield ["id", "name", "submission", "status", "score", "max_score", *steps, "late"]
    for row in rows:
        points: dict[str, list[Fraction]] = {step: [] for step in steps}
        for verdict in row.marks.verdicts if row.marks else ():
            points[verdict.step].append(verdict.points)
        yield [
            *map(cell, (row.student.id, row.student.name, row.submission)),
            row.marks.status if row.marks else "",
            _score(row),
            max_score,
            *(decimal(total(points[step])) if row.marks else "" for step in steps),
            "late" if row.late else "",
        ]


def canvas_csv(rows: Iterable[Row], task: Task, path: Path) -> None:
    """Write what the gradebook of Canvas imports: the title of the task is the name of the assignment.

    Canvas finds a student by its own number, which stands in the names of files that it hands out, else by the id
    as SIS user or login id, else by the name. Where nothing was handed in the grade is left alone.
    """
    _write(path, _canvas_lines(rows, task))


def _canvas_lines(rows: Iterable[Row], task: Task) -> Iterator[list[str]]:
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", cell(task.title)]
    yield [_POINTS, "", "", "", "", decimal(task.max_score)]
    for row in rows:
        user = _CANVAS_USER.fullmatch(row.hand_in)
        own = cell(row.student.id) if row.student.id != row.hand_in else ""
        name = cell(row.student.name or row.student.id).replace(_POINTS, "")  # its line is not a student's
        yield [name, user[1] if user else "", own, own, cell(row.student.group), _score(row)]


def moodle_csv(rows: Iterable[Row], task: Task, path: Path) -> None:
    """Write an offline grading worksheet of Moodle.

    Moodle finds a student by the participant number, which stands in the names of folders that it hands out; where
    there is none it is left empty, and the id can serve in an import of grades by id number. A dash for the time of
    the last change makes Moodle ask before it replaces a grade.
    """
    _write(path, _moodle_lines(rows, decimal(task.max_score)))


def _moodle_lines(rows: Iterable[Row], max_score: str) -> Iterator[list[str]]:
    yield [
        "Identifier", "Full name", "ID number", "Email address", "Grade", "Maximum Grade", "Last modified (grade)",
        "Feedback comments",
    ]  # fmt: skip
    for row in rows:
        number = participant(row)
        identifier = f"Participant {number}" if number else ""
        email = cell(row.student.id) if "@" in row.student.id else ""
        who = (cell(row.student.name), cell(row.student.id), email)
        yield [identifier, *who, _score(row), max_score, "-", cell(_comments(row))]


def participant(row: Row) -> str:
    """Return the number by which Moodle knows the participant; empty if it is unknown."""
    found = _PARTICIPANT.fullmatch(row.hand_in)
    return found[1] if found else ""


def _comments(row: Row) -> str:
    return "; ".join(f"{one.step}: {one.note}" for one in row.corrections)


def _score(row: Row) -> str:
    return decimal(row.marks.score) if row.marks else ""


def _write(path: Path, lines: Iterable[list[str]]) -> None:
    with whole_text(path) as file:
        csv.writer(file, lineterminator="\r\n").writerows(lines)
