"""The pages and the record of one submission of a class, against filling them in where the words stand ready."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from backprop_lab.checking import check
from backprop_lab.feedback import Feedback, feedback_record, page
from backprop_lab.marking.marks import Marks
from backprop_lab.task import Task
from backprop_lab.taskfile import load_task
from tests.benchmarks.measure import Row, against_floor, in_turns

SUBMISSIONS = Path(__file__).parent.parent / "submissions"
TOLD = {"lab3_plain_in_out": "a right program", "lab3_updated_weights": "one with a mistake"}


def rows() -> Iterator[Row]:
    """Time all that is written on a submission when its task has been met before.

    The floor fills in and encodes the same documents from words that stand ready.
    """
    task = load_task("lab_task_3")
    for name, told in TOLD.items():
        marks = check(task, SUBMISSIONS / f"{name}.py")
        ready = Feedback(task, marks, name)
        record = feedback_record(ready)
        assert _told(task, marks, name) == _filled_in(ready, record)
        measured, floor = in_turns(
            partial(_told, task, marks, name), partial(_filled_in, ready, record), repetitions=100
        )
        yield against_floor(f"HTML, Markdown and JSON of {told}", measured, floor, "filled in", "≤ 3 ms")


def _told(task: Task, marks: Marks, name: str) -> tuple[str, str, bytes]:
    feedback = Feedback(task, marks, name)
    return page(feedback, "html"), page(feedback, "md"), msgspec.json.encode(feedback_record(feedback))


def _filled_in(ready: Feedback, record: dict[str, Any]) -> tuple[str, str, bytes]:
    return page(ready, "html"), page(ready, "md"), msgspec.json.encode(record)
