"""What the gradebook can be exported to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from msgspec import Struct

from backprop_lab.classroom.feedback_files import gradescope_zip, moodle_feedback_zip
from backprop_lab.classroom.junit import junit_xml
from backprop_lab.classroom.row import ExportName, Row
from backprop_lab.classroom.spreadsheets import canvas_csv, moodle_csv
from backprop_lab.classroom.stored import Publishing
from backprop_lab.feedback import Reveal
from backprop_lab.trainingtask import Lab

Write = Callable[[Iterable[Row], Lab, Path, Publishing], None]


class Export(Struct, frozen=True):
    """The name of the file that an export makes, and the function that writes it."""

    file: str
    write: Write


def _revealing(write: Callable[[Iterable[Row], Lab, Path, Reveal], None]) -> Write:
    return lambda rows, task, path, how: write(rows, task, path, how.reveal)


EXPORTS: Mapping[ExportName, Export] = {
    "canvas": Export("canvas.csv", lambda rows, task, path, how: canvas_csv(rows, task, path, how.canvas)),
    "moodle": Export("moodle.csv", lambda rows, task, path, how: moodle_csv(rows, task, path)),
    "moodle-feedback": Export("moodle-feedback.zip", _revealing(moodle_feedback_zip)),
    "gradescope": Export("gradescope.zip", _revealing(gradescope_zip)),
    "junit": Export("junit.xml", _revealing(junit_xml)),
}
"""By the name that the command line has for them."""
