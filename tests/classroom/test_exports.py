from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace

from backprop_lab.classroom.exports import EXPORTS
from backprop_lab.classroom.feedback_files import (
    gradescope_results,
    gradescope_zip,
    moodle_feedback_zip,
    results_jsonl,
)
from backprop_lab.classroom.junit import junit_xml
from backprop_lab.classroom.row import ExportName, Row
from backprop_lab.classroom.stored import Publishing
from backprop_lab.errors import ClassroomError
from backprop_lab.feedback import Feedback, Reveal, feedback_record
from backprop_lab.marking.marks import Marks
from backprop_lab.marking.observations import Crash
from backprop_lab.task import Ask, Task
from tests.classroom.gradebooks import MARKS, TASK, row
from tests.marked import MISSING, marked

BROKEN = Marks(
    "error", marked(TASK, {"W2_new": MISSING}).verdicts, Crash("E\x00", "<b>]]>\ud800\x1b", 3, None, "a\x01")
)
HOSTILE = row("a/../b\x00<&\"'\ud800", "<script>\x08\ufffe", BROKEN, hand_in="12")
ABSENT = row("gone", "Not There", None)
UNREADABLE = row("u", "Un Read", Marks("unreadable", message="no\x02text"), hand_in="13")
CLASS = (row(hand_in="Ana Lopez_11_assignsubmission_file_"), HOSTILE, ABSENT, UNREADABLE)
WRITERS = (*((export.write, Publishing()) for export in EXPORTS.values()), (results_jsonl, "wrong"))
Writer = Callable[[Iterable[Row], Task, Path, Any], None]


def written(
    writer: Writer, folder: Path, *rows: Row, task: Task = TASK, reveal: Reveal | Publishing = "wrong"
) -> Path:
    path = folder / "out"
    writer(iter(rows), task, path, reveal)
    return path


@pytest.mark.parametrize(("writer", "how"), WRITERS)
def test_the_same_class_makes_the_same_file_and_a_failure_none(
    writer: Writer, how: Reveal | Publishing, tmp_path: Path
) -> None:
    def failing() -> Iterator[Row]:
        yield CLASS[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        writer(failing(), TASK, tmp_path / "out", how)
    assert list(tmp_path.iterdir()) == []
    first = written(writer, tmp_path, *CLASS, reveal=how).read_bytes()
    assert written(writer, tmp_path, *CLASS, reveal=how).read_bytes() == first != b""


def test_names_of_exported_files_are_told_apart() -> None:
    assert {"canvas", "moodle", "junit", "gradescope", "moodle-feedback"} == set(EXPORTS) == set(get_args(ExportName))
    assert len({export.file for export in EXPORTS.values()}) == len(EXPORTS)


def suites(path: Path) -> list[ElementTree.Element]:
    root = ElementTree.parse(path).getroot()
    assert (root.tag, root.get("name")) == ("testsuites", TASK.title)
    for suite in root:
        cases = suite.findall("testcase")
        assert suite.get("tests") == str(len(cases))
        for attribute, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert suite.get(attribute) == str(sum(case.find(element) is not None for case in cases))
    return list(root)


def outcome(suite: ElementTree.Element, step: str) -> tuple[str, str | None]:
    (case,) = (case for case in suite.findall("testcase") if case.get("name") == step)
    found = [*case, ElementTree.Element("passed")][0]
    return found.tag, found.get("message")


def test_junit_has_a_suite_for_each_student_and_a_case_for_each_step(tmp_path: Path) -> None:
    ana, hostile, absent, unreadable = suites(written(junit_xml, tmp_path, *CLASS))
    assert [case.get("name") for case in ana.findall("testcase")] == [ask.step for ask in TASK.asked]
    assert outcome(ana, "z1") == ("passed", None)
    assert outcome(ana, "delta1") == ("failure", "0/2")
    assert outcome(ana, "W2_new") == ("failure", "0/2")
    assert ana.get("name") == "s1"
    assert outcome(hostile, "W2_new") == ("error", "0/2")
    assert outcome(hostile, "z1") == ("passed", None)
    assert hostile.get("name") == "a/../b<&\"'"
    assert {outcome(absent, ask.step)[0] for ask in TASK.asked} == {"skipped"}
    assert {outcome(unreadable, ask.step)[0] for ask in TASK.asked if ask.points != 0} == {"error"}
    assert "The file could not be read" in unreadable.findtext("system-err", "")


def test_junit_says_what_is_wrong(tmp_path: Path) -> None:
    (suite,) = suites(written(junit_xml, tmp_path, CLASS[0]))
    (text,) = (case.findtext("failure", "") for case in suite if case.get("name") == "delta1")
    assert "the slope of the hidden activation was left out" in text


def test_steps_that_do_not_count_are_skipped_where_they_are_missing(tmp_path: Path) -> None:
    task = replace(TASK, ask=[Ask("z1"), Ask("dx", points=TASK.max_score * 0)])
    (suite,) = suites(written(junit_xml, tmp_path, row(marks=marked(task, {"dx": MISSING})), task=task))
    assert (outcome(suite, "z1")[0], outcome(suite, "dx")[0]) == ("passed", "skipped")


def test_results_are_the_feedback_with_the_student(tmp_path: Path) -> None:
    lines = written(results_jsonl, tmp_path, *CLASS).read_text(encoding="utf-8").splitlines()
    ana, hostile, unreadable = map(json.loads, lines)
    expected = json.loads(json.dumps(feedback_record(Feedback(TASK, MARKS, "lab3.py"))))
    assert ana == {"id": "s1", "name": "Ana Lopez", **expected}
    assert (hostile["id"], hostile["name"], hostile["status"]) == ("a/../b<&\"'", "<script>", "error")
    assert (unreadable["id"], unreadable["score"], unreadable["steps"]) == ("u", 0, [])


def test_the_right_numbers_are_kept_back_if_they_are_to_be(tmp_path: Path) -> None:
    def expected(reveal: Reveal) -> set[Any]:
        text = written(results_jsonl, tmp_path, CLASS[0], reveal=reveal).read_text(encoding="utf-8")
        return {step["expected"] for step in json.loads(text)["steps"]}

    assert expected("never") == {None}
    assert len(expected("all")) > len(expected("wrong")) > 1


def test_gradescope_gets_a_test_for_each_step() -> None:
    results = gradescope_results(CLASS[0], TASK, "wrong")
    assert json.loads(json.dumps(results, allow_nan=False)) == results
    assert (results["score"], results["visibility"], results["output_format"]) == (28, "visible", "text")
    assert results["extra_data"] == {"id": "s1", "name": "Ana Lopez", "submission": "lab3.py", "status": "ok"}
    tests = {test["name"]: test for test in results["tests"]}
    assert list(tests) == [ask.step for ask in TASK.asked]
    assert sum(test["score"] for test in tests.values()) == 28
    assert sum(test["max_score"] for test in tests.values()) == 32
    assert (tests["z1"]["status"], tests["z1"]["output"]) == ("passed", "")
    assert (tests["delta1"]["status"], tests["delta1"]["score"]) == ("failed", 0)
    assert "slope of the hidden activation" in tests["delta1"]["output"]
    assert {(test["output_format"], test["visibility"]) for test in tests.values()} == {("text", "visible")}


def test_gradescope_gets_0_where_there_is_nothing_to_mark() -> None:
    absent, unreadable = (gradescope_results(one, TASK, "wrong") for one in (ABSENT, UNREADABLE))
    assert (absent["score"], absent["tests"], absent["extra_data"]["status"]) == (0, [], "")
    assert (unreadable["score"], {test["status"] for test in unreadable["tests"]}) == (0, {"failed"})
    assert not {"L", "dx"} & {test["name"] for test in unreadable["tests"]}, "these do not count"
    assert "The file could not be read" in unreadable["output"]


def test_the_archive_for_gradescope_has_a_safe_folder_for_each_hand_in(tmp_path: Path) -> None:
    with zipfile.ZipFile(written(gradescope_zip, tmp_path, *CLASS)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert [bool(re.fullmatch(r"[\w.-]+/results\.json", name)) for name in names] == [True, True, True]
        assert json.loads(archive.read(names[1]))["extra_data"]["name"] == "<script>"


def test_the_archive_for_moodle_has_the_folders_that_moodle_knows(tmp_path: Path) -> None:
    nobody = row("x", "No Number", hand_in="x")
    under = row("y", "Under_score_99_Name", hand_in="14")
    with zipfile.ZipFile(written(moodle_feedback_zip, tmp_path, *CLASS, nobody, under)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        parts = [name.split("_", 4) for name in names]
        assert [part[1:] for part in parts] == [
            [number, "assignsubmission", "file", "/feedback.html"] for number in ("11", "12", "13", "14")
        ]
        assert names[0] == "Ana Lopez_11_assignsubmission_file_/feedback.html"
        assert not any("/" in part[0] or ".." in part[0] for part in parts)
        html = archive.read(names[0]).decode()
        assert html.startswith("<!DOCTYPE html>")
        assert "28 of 32 points" in html
        assert b"<b>]]>" not in archive.read(names[1])


def test_an_archive_that_moodle_could_not_read_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(ClassroomError, match='"s1": has no participant number, nor has anybody else'):
        written(moodle_feedback_zip, tmp_path, row(), ABSENT)
    assert list(tmp_path.iterdir()) == []
