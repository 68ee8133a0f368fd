"""The gradebook as CSV: for spreadsheets, and for the grade imports of Canvas and Moodle."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Literal

import numpy as np

from backprop_lab.classroom.names import folded
from backprop_lab.classroom.plaintext import cell, decimal
from backprop_lab.classroom.row import Row
from backprop_lab.classroom.stored import CanvasColumns
from backprop_lab.marking.marks import total
from backprop_lab.trainingtask import Lab
from backprop_lab.variants import code
from backprop_lab.wholefile import whole_text

Numbers = Literal["of_the_task", "their_own"]
"""Whether all students have the same numbers, or each their own."""

_CANVAS_USER = re.compile(r"(?ais)(?:[^_]*_(?:late_)?(?=\d+_\d))?(\d+)(?:_\d+(?:_.*)?)?")
_POINTS = "Points Possible"
_NUMBER = re.compile(r"\s\([0-9]+\)$")
"""What Canvas writes behind the title of an assignment."""
_PARTICIPANT = re.compile(r"(?as)(?:.*_(?=\d+_assign))?(\d+)(?:_assign(?:submission|feedback)_.*)?")


def gradebook_csv(rows: Iterable[Row], task: Lab, path: Path, numbers: Numbers = "of_the_task") -> None:
    """Write a line for each student: who, what was marked, and the points in all and for each step, and lateness.

    Students with numbers of `their_own` also have the code of their sheet, and the ids of those whose numbers were
    solved in its place, or `(task)` for those of the task itself.

    Scores are decimals as `decimal` has them; status, score and steps are empty where nothing was handed in. Raises
    LabError where the file cannot be written.
    """
    steps = [ask.step for ask in task.asked]
    _write(path, _gradebook_lines(rows, steps, decimal(task.max_score), numbers))


def _gradebook_lines(rows: Iterable[Row], steps: list[str], max_score: str, numbers: Numbers) -> Iterator[list[str]]:
    own = ["variant", "numbers_of"] if numbers == "their_own" else []
    yield ["id", "name", "submission", "status", "score", "max_score", *own, *steps, "late"]
    for row in rows:
        points: dict[str, list[Fraction]] = {step: [] for step in steps}
        for verdict in row.marks.verdicts if row.marks else ():
            points[verdict.step].append(verdict.points)
        yield [
            *map(cell, (row.student.id, row.student.name, row.submission)),
            row.marks.status if row.marks else "",
            _score(row),
            max_score,
            *([code(np.array(row.draw)), cell(_numbers_of(row))] if own else []),
            *(decimal(total(points[step])) if row.marks else "" for step in steps),
            "late" if row.late else "",
        ]


def _numbers_of(row: Row) -> str:
    is_task = row.marks is not None and row.marks.is_by_other_numbers and not row.numbers_of
    return "(task)" if is_task else ", ".join(row.numbers_of)


def canvas_csv(rows: Iterable[Row], task: Lab, path: Path, canvas: CanvasColumns) -> None:
    """Write what the gradebook of Canvas imports, with its own columns of those whom it knows.

    Of the others it finds a student by its own number, which stands in the names of files that it hands out, else by
    the id as SIS user or login id, else by the name. The assignment is that of the task's title. Where nothing was
    handed in the grade is left alone.
    """
    _write(path, _canvas_lines(rows, task, canvas))


def _canvas_lines(rows: Iterable[Row], task: Lab, canvas: CanvasColumns) -> Iterator[list[str]]:
    titled = (one for one in canvas.assignments if folded(_NUMBER.sub("", one)) == folded(task.title))
    yield [*map(cell, canvas.headings), cell(next(titled, task.title))]
    yield [_POINTS, *[""] * (len(canvas.headings) - 1), decimal(task.max_score)]
    for row in rows:
        cells = canvas.students.get(row.student.id) or _cells(row, canvas.headings)
        name, *others = map(cell, cells)
        yield [name.replace(_POINTS, ""), *others, _score(row)]  # the line of points is not a student's


def _cells(row: Row, headings: Iterable[str]) -> list[str]:
    """Return what stands under Canvas's headings for a student whom its gradebook did not name."""
    student, user = row.student, _CANVAS_USER.fullmatch(row.hand_in)
    known = {
        "Student": student.name or student.id,
        "ID": user[1] if user else "",
        "SIS User ID": student.id,
        "SIS Login ID": student.id,
        "Section": student.group,
    }
    return [known.get(heading, "") for heading in headings]


def moodle_csv(rows: Iterable[Row], task: Lab, path: Path) -> None:
    """Write an offline grading worksheet of Moodle.

    Moodle finds a student by the participant number, which stands in the names of folders that it hands out; where
    there is none it is left empty, and the id can serve in an import of grades by id number or address. A dash for
    the time of the last change makes Moodle ask before it replaces a grade.
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
        own = cell(row.student.id)
        ids = ("", own) if "@" in own else (own, "")
        yield [identifier, cell(row.student.name), *ids, _score(row), max_score, "-", cell(_comments(row))]


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
