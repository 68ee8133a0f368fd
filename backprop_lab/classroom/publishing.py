"""Write what goes out of a gradebook: feedback for every student, tables, the report, files for other programs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from backprop_lab.classroom.exports import EXPORTS
from backprop_lab.classroom.feedback_files import results_jsonl
from backprop_lab.classroom.filenames import file_name
from backprop_lab.classroom.gradebook import Gradebook
from backprop_lab.classroom.report import class_report
from backprop_lab.classroom.row import Row
from backprop_lab.classroom.spreadsheets import Numbers, gradebook_csv
from backprop_lab.classroom.tally import Tally, tally
from backprop_lab.classroom.telling import feedback_on
from backprop_lab.feedback import Reveal, page
from backprop_lab.trainingtask import Lab
from backprop_lab.wholefile import remove_unfinished, whole_file

FEEDBACK = "feedback"


def publish(gradebook: Gradebook, folder: Path, exports: Collection[str] = ()) -> Tally:
    """Write everything but the feedback that is there as it should be, each file whole; return what the report says.

    Pages of students who are not in the class any more are removed; what else lies in the folder stays.
    Exports are written that are asked for, and those that are there from before. Only the grader of a folder may do
    this.
    """
    for place in (folder, folder / FEEDBACK):
        remove_unfinished(place)
    task, how = gradebook.task, gradebook.publishing
    reveal = how.reveal
    outdated = gradebook.outdated_pages(reveal)
    for row in gradebook.rows():
        if row.student.id in outdated or not all(path.exists() for path in _pages(folder, row.student.id)):
            feedback_of(row, task, folder, reveal)
    for student in gradebook.left_pages():
        write_feedback(folder, student, "", "")
    gradebook.pages_written(reveal)
    numbers: Numbers = "of_the_task" if gradebook.seed is None else "their_own"
    gradebook_csv(gradebook.rows(), task, folder / "gradebook.csv", numbers)
    results_jsonl(gradebook.rows(), task, folder / "results.jsonl", reveal)
    found = tally(gradebook.rows(), task)
    when = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
    write(folder / "report.html", class_report(found, when=when, given_out=how.given_out))
    for name, export in EXPORTS.items():
        if name in exports or (folder / export.file).exists():
            export.write(gradebook.rows(), task, folder / export.file, how)
    return found


def feedback_of(row: Row, task: Lab, folder: Path, reveal: Reveal) -> None:
    """Write the pages of one student; where nothing was handed in there are none."""
    feedback = feedback_on(row, task, reveal)
    html, markdown = ("", "") if feedback is None else (page(feedback, "html"), page(feedback, "md"))
    write_feedback(folder, row.student.id, html, markdown)


def write_feedback(folder: Path, student: str, html: str, markdown: str) -> None:
    """Write the pages that a student is to read, and remove those that have become empty."""
    paths = _pages(folder, student)
    for path, text in zip(paths, (html, markdown), strict=True):
        path.parent.mkdir(exist_ok=True)
        if text:
            write(path, text)
        else:
            path.unlink(missing_ok=True)


def write(path: Path, text: str) -> None:
    """Write a text whole or not at all."""
    with whole_file(path) as file:
        file.write(text.encode("utf-8", "backslashreplace"))


def _pages(folder: Path, student: str) -> tuple[Path, Path]:
    name = file_name(student)
    return folder / FEEDBACK / f"{name}.html", folder / FEEDBACK / f"{name}.md"
