"""The gradebook as JUnit XML: a suite for each student and a case for each step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from backprop_lab.classroom.plaintext import decimal, plain
from backprop_lab.classroom.row import Row
from backprop_lab.classroom.telling import Outcome, Told, feedback_on, told_steps
from backprop_lab.feedback import Reveal
from backprop_lab.trainingtask import Lab
from backprop_lab.wholefile import whole_file

_ELEMENTS: dict[Outcome, str] = {"failed": "failure", "error": "error", "extra": "skipped"}


def junit_xml(rows: Iterable[Row], task: Lab, path: Path, reveal: Reveal) -> None:
    """Write a test suite for each student; steps are skipped that do not count, or where nothing was handed in.

    Raises LabError where the file cannot be written.
    """
    with whole_file(path) as file:
        xml = XMLGenerator(file, "utf-8", short_empty_elements=True)
        xml.startDocument()
        with _element(xml, "testsuites", name=task.title):
            for row in rows:
                _write_suite(xml, row, task, reveal)
        xml.endDocument()


def _write_suite(xml: XMLGenerator, row: Row, task: Lab, reveal: Reveal) -> None:
    feedback = feedback_on(row, task, reveal)
    steps = [] if feedback is None else list(told_steps(feedback))
    left_out = [ask.step for ask in task.asked] if feedback is None else []
    counts = Counter(told.outcome for told in steps)
    numbers = {
        "tests": len(steps) + len(left_out),
        "failures": counts["failed"],
        "errors": counts["error"],
        "skipped": counts["extra"] + len(left_out),
    }
    student = row.student.id
    with _element(xml, "testsuite", name=student, **{name: str(number) for name, number in numbers.items()}):
        for told in steps:
            _write_case(xml, student, told)
        for step in left_out:
            with _element(xml, "testcase", classname=student, name=step), _element(xml, "skipped"):
                pass
        if feedback is not None and feedback.marks.status != "ok":
            with _element(xml, "system-err"):
                _write_lines(xml, feedback.messages)


def _write_case(xml: XMLGenerator, student: str, told: Told) -> None:
    with _element(xml, "testcase", classname=student, name=told.step):
        if told.outcome != "passed":
            points = f"{decimal(told.points)}/{decimal(told.max_points)}"
            with _element(xml, _ELEMENTS[told.outcome], message=points):
                _write_lines(xml, told.sentences)


@contextmanager
def _element(xml: XMLGenerator, tag: str, /, **attributes: str) -> Iterator[None]:
    xml.startElement(tag, AttributesImpl({name: plain(value) for name, value in attributes.items()}))
    yield
    xml.endElement(tag)


def _write_lines(xml: XMLGenerator, lines: Iterable[str]) -> None:
    xml.characters("\n".join(map(plain, lines)))
