"""Feedback on a whole class, in the files that other programs take."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from backprop_lab.classroom.filenames import file_name
from backprop_lab.classroom.packing import pack
from backprop_lab.classroom.plaintext import plain
from backprop_lab.classroom.row import Row
from backprop_lab.classroom.spreadsheets import participant
from backprop_lab.classroom.tally import class_sentence
from backprop_lab.classroom.telling import feedback_on, told_steps
from backprop_lab.errors import ClassroomError
from backprop_lab.feedback import Feedback, Reveal, feedback_record, page
from backprop_lab.feedback.words import printable
from backprop_lab.trainingtask import Lab
from backprop_lab.wholefile import whole_file

LONGEST_NAME = 80


def results_jsonl(rows: Iterable[Row], task: Lab, path: Path, reveal: Reveal) -> None:
    """Write `feedback_record`, with the student's id and name, on a line for each who handed something in.

    Here a warning says whose numbers are solved in the place of the student's own.
    """
    with whole_file(path) as file:
        for row, feedback in _handed_in(rows, task, reveal):
            who = {"id": plain(row.student.id), "name": plain(row.student.name)}
            record = feedback_record(feedback)
            for warning in record["warnings"]:
                if warning["about"] == "other_numbers":
                    warning["names"] = [plain(name) for name in row.numbers_of]
                    warning["message"] = class_sentence("numbers_of", [*map(printable, row.numbers_of)])
            file.write(msgspec.json.encode({**who, **record}) + b"\n")


def gradescope_results(row: Row, task: Lab, reveal: Reveal) -> dict[str, Any]:
    """Return what Gradescope expects in `results.json`: a test for each step, visible, with what is said about it.

    Steps that do not count and are missing are left out.

    Where nothing was handed in the score is 0 and there are no tests.
    """
    feedback = feedback_on(row, task, reveal)
    extra = {"id": plain(row.student.id), "name": plain(row.student.name), "submission": plain(row.submission)}
    return {
        "score": 0.0 if feedback is None else float(feedback.marks.score),
        "output": "" if feedback is None else "\n".join(map(plain, (*feedback.messages, *feedback.notes))),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {**extra, "status": "" if feedback is None else feedback.marks.status},
        "tests": [
            {
                "name": told.step,
                "score": float(told.points),
                "max_score": float(told.max_points),
                "status": "passed" if told.points == told.max_points else "failed",
                "output": "\n".join(map(plain, told.sentences)),
                "output_format": "text",
                "visibility": "visible",
            }
            for told in (told_steps(feedback) if feedback else ())
            if told.outcome != "extra"
        ],
    }


def gradescope_zip(rows: Iterable[Row], task: Lab, path: Path, reveal: Reveal) -> None:
    """Write an archive with a folder for each student who handed something in, and `results.json` in it."""
    found = ((row, gradescope_results(row, task, reveal)) for row, _ in _handed_in(rows, task, reveal))
    with whole_file(path) as file:
        pack(file, ((f"{file_name(row.student.id)}/results.json", msgspec.json.encode(told)) for row, told in found))


def moodle_feedback_zip(rows: Iterable[Row], task: Lab, path: Path, reveal: Reveal) -> None:
    """Write the archive that Moodle takes as feedback files: a page in the folder of each participant.

    Left out are students without a participant number, by which Moodle tells them apart; raises ClassroomError if
    nobody who handed something in has one.
    """
    with whole_file(path) as file:
        pack(file, _moodle_pages(rows, task, reveal))


def _moodle_pages(rows: Iterable[Row], task: Lab, reveal: Reveal) -> Iterator[tuple[str, bytes]]:
    found, without = False, ""
    for row, feedback in _handed_in(rows, task, reveal):
        number = participant(row)
        if number:
            found = True
            words = re.findall(r"[^\W_]+", row.student.name or row.student.id)  # Moodle parts the name at _
            name = " ".join(words)[:LONGEST_NAME] or "student"
            yield f"{name}_{number}_assignsubmission_file_/feedback.html", page(feedback, "html").encode()
        else:
            without = without or row.student.id
    if without and not found:
        raise ClassroomError(
            f'"{without[:80]}": has no participant number, nor has anybody else; '
            'expected hand-ins as Moodle\'s "Download all submissions" names them'
        )


def _handed_in(rows: Iterable[Row], task: Lab, reveal: Reveal) -> Iterator[tuple[Row, Feedback]]:
    for row in rows:
        feedback = feedback_on(row, task, reveal)
        if feedback is not None:
            yield row, feedback
