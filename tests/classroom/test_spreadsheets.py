from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from msgspec.structs import replace

from backprop_lab.classroom.correcting import corrected
from backprop_lab.classroom.row import Correction, Row, Student
from backprop_lab.classroom.spreadsheets import canvas_csv, gradebook_csv, moodle_csv
from backprop_lab.classroom.stored import CanvasColumns
from backprop_lab.marking.marks import Marks
from backprop_lab.task import Ask, Task
from tests.classroom.gradebooks import MARKS, TASK, row

STEPS = [ask.step for ask in TASK.asked]
HOSTILE = row("=cmd|' /C calc'!A0", '+evil", "x\r\ny', hand_in="＝1")
Writer = Callable[[Iterable[Row], Task, Path], None]


def canvas(rows: Iterable[Row], task: Task, path: Path) -> None:
    canvas_csv(rows, task, path, CanvasColumns())


WRITERS = (gradebook_csv, canvas, moodle_csv)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def written(writer: Writer, tmp_path: Path, *rows: Row, task: Task = TASK) -> list[dict[str, str]]:
    path = tmp_path / "out.csv"
    writer(iter(rows), task, path)
    return read(path)


def test_a_line_has_the_points_of_each_step(tmp_path: Path) -> None:
    (line,) = written(gradebook_csv, tmp_path, row())
    assert list(line) == ["id", "name", "submission", "status", "score", "max_score", *STEPS, "late"]
    assert (line["id"], line["name"], line["submission"], line["status"]) == ("s1", "Ana Lopez", "lab3.py", "ok")
    assert (line["score"], line["max_score"]) == ("28", "32")
    assert (line["delta1"], line["W2_new"], line["W1_new"]) == ("0", "0", "6")
    assert sum(Fraction(line[step]) for step in STEPS) == Fraction(line["score"])


def test_who_was_late_is_marked_so(tmp_path: Path) -> None:
    assert [line["late"] for line in written(gradebook_csv, tmp_path, row(late=True), row("s2"))] == ["late", ""]


def test_points_that_are_no_decimals_are_rounded_in_the_end_only(tmp_path: Path) -> None:
    thirds = tuple(replace(one, points=Fraction(1, 3), max_points=Fraction(1, 3)) for one in MARKS.verdicts[:3])
    task = replace(TASK, ask=[Ask("z1", Fraction(2, 3)), Ask("a1", Fraction(1, 3))])
    (line,) = written(gradebook_csv, tmp_path, row(marks=Marks("ok", thirds)), task=task)
    assert (line["z1"], line["a1"], line["score"], line["max_score"]) == ("0.6667", "0.3333", "1", "1")


def test_who_handed_nothing_in_has_no_score_and_what_could_not_be_read_has_0(tmp_path: Path) -> None:
    absent, unreadable = written(gradebook_csv, tmp_path, row(marks=None), row(marks=Marks("unreadable")))
    assert {absent[key] for key in ("submission", "status", "score", *STEPS)} == {""}
    assert absent["max_score"] == unreadable["max_score"] == "32"
    assert {unreadable[key] for key in ("score", *STEPS)} == {"0"}
    assert unreadable["status"] == "unreadable"


@pytest.mark.parametrize("writer", WRITERS)
def test_names_are_no_formulas_and_numbers_are_numbers(writer: Writer, tmp_path: Path) -> None:
    lines = written(writer, tmp_path, HOSTILE, task=replace(TASK, title="@title"))
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        cells = [cell for line in csv.reader(file) for cell in line]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "@", "＝")]
    assert "28" in lines[-1].values()
    assert '\'+evil", "x  y' in lines[-1].values()


@pytest.mark.parametrize("writer", WRITERS)
def test_a_class_that_fails_half_way_leaves_no_file(writer: Writer, tmp_path: Path) -> None:
    def failing() -> Iterator[Row]:
        yield row()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        writer(failing(), TASK, tmp_path / "out.csv")
    assert list(tmp_path.iterdir()) == []


def test_canvas_gets_the_title_and_its_own_numbers(tmp_path: Path) -> None:
    rows = (
        row("a1", "Ana", hand_in="lopezana_LATE_4711_88_lab3.py"),
        row("b1", "Bo", hand_in="12345"),
        row("c1", "Points Possible", None),
        row("lab_3", "", hand_in="lab_3"),
    )
    points, ana, bo, absent, no_roster = written(canvas, tmp_path, *rows)
    title = TASK.title
    assert list(ana) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title]
    assert (points["Student"], points[title]) == ("Points Possible", "32")
    assert (ana["ID"], ana["SIS User ID"], ana["SIS Login ID"], ana[title]) == ("4711", "a1", "a1", "28")
    assert (bo["Student"], bo["ID"]) == ("Bo", "12345")
    assert (absent["Student"], absent["ID"], absent[title]) == ("", "", "")
    assert (no_roster["Student"], no_roster["ID"], no_roster["SIS User ID"]) == ("lab_3", "", "lab_3")


def test_canvas_gets_the_columns_that_it_exported(tmp_path: Path) -> None:
    headings = ("Student", "ID", "SIS User ID", "SIS Login ID", "Integration ID", "Section")
    known: dict[str, tuple[str, ...]] = {
        "12345": ("Doe, Jane", "12345", "S-1", "jdoe", "", "Lab A"),
        "12346": ("+Roe, Joe", "12346", "S-2", "jroe", "", "Lab A and Lab B"),
    }
    exported = CanvasColumns(
        headings, known, ("Laboratory Task 30 (7)", f"{TASK.title.upper()} (991)", "Final Score")
    )
    rows = (
        row("12345", "Jane"),
        row("12346", "Joe", None),
        row("eve", "Eve Lee", hand_in="leeeve_LATE_4711_88_x.py"),
    )
    canvas_csv(rows, TASK, tmp_path / "out.csv", exported)
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            [*headings, f"{TASK.title.upper()} (991)"],
            ["Points Possible", "", "", "", "", "", "32"],
            [*known["12345"], "28"],
            ["'+Roe, Joe", *known["12346"][1:], ""],
            ["Eve Lee", "4711", "eve", "eve", "", "", "28"],
        ]


def test_the_group_is_the_section_of_canvas(tmp_path: Path) -> None:
    *_, line = written(canvas, tmp_path, Row(Student("a1", "Ana", group="Monday"), MARKS))
    assert line["Section"] == "Monday"


def test_moodle_gets_participant_numbers_and_the_notes(tmp_path: Path) -> None:
    correction = Correction("delta1", None, None, "right", "See page 2.", "Ada", "2026-11-22T13:32:23Z")
    marks = corrected(MARKS, [correction], TASK)
    rows = (
        row("a1", "Ana", marks, hand_in="Ana Lopez_4711_assignsubmission_file_", corrections=(correction,)),
        row("bo@uni.edu", "Bo", hand_in="12"),
        row("7777", "Cy", None),
        row("d1", "Di", hand_in="lab3_2"),
    )
    ana, bo, cy, di = written(moodle_csv, tmp_path, *rows)
    columns = (
        "Identifier,Full name,ID number,Email address,Grade,Maximum Grade,Last modified (grade),Feedback comments"
    )
    assert list(ana) == columns.split(",")
    assert (ana["Identifier"], ana["Full name"], ana["Grade"]) == ("Participant 4711", "Ana", "30")
    assert (ana["Maximum Grade"], ana["Feedback comments"]) == ("32", "delta1: See page 2.")
    assert (bo["Identifier"], bo["ID number"], bo["Email address"]) == ("Participant 12", "", "bo@uni.edu")
    assert (cy["Identifier"], cy["ID number"], cy["Grade"]) == ("", "7777", "")
    assert di["Identifier"] == ""
