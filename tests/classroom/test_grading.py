"""What is marked anew, and what of a class stays as it is from one run to the next."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from backprop_lab import resources
from backprop_lab.classroom.publishing import FEEDBACK
from tests.classroom.classes import FORWARD, RIGHT, TASK, class_of, grade, program, scores, to_mark
from tests.classroom.trees import planted
from tests.command import command, output_of
from tests.needs import needs_bubblewrap
from tests.redteam.grading import Graded

NOTE = "Worked out on page 2."


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of three that is graded; tests copy it."""
    needs_bubblewrap()
    folder = tmp_path_factory.mktemp("class")
    planted(class_of(folder / "handed_in", 2), {"ben/lab.py": FORWARD})
    assert scores(grade(folder / "handed_in", folder / "out")) == {"ben": "7", "s00": "32", "s01": "32"}
    return folder


@pytest.fixture
def folder(marked: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(marked, tmp_path / "class"))


def again(folder: Path, *options: object, task: object = TASK) -> Graded:
    return grade(folder / "handed_in", folder / "out", *options, task=task)


def page(folder: Path, student: str) -> str:
    return (folder / "out" / FEEDBACK / f"{student}.html").read_text(encoding="utf-8")


def correct(folder: Path, student: str = "ben") -> None:
    output_of("regrade", folder / "out", student, "--set", "delta1=right", "--note", NOTE, "--by", "Ada")


def test_a_second_run_marks_nothing_and_a_run_again_marks_all(folder: Path) -> None:
    before = page(folder, "ben")
    assert to_mark(again(folder)) == 0
    assert to_mark(again(folder, "--again")) == 3
    assert page(folder, "ben") == before


def test_what_is_new_or_changed_is_marked(folder: Path) -> None:
    planted(folder / "handed_in", {"s00/lab.py": FORWARD, "new/lab.py": RIGHT})
    graded = again(folder)
    assert to_mark(graded) == 2
    assert scores(graded) == {"ben": "7", "new": "32", "s00": "7", "s01": "32"}


def test_other_limits_and_another_text_of_the_task_mark_anew(folder: Path) -> None:
    assert to_mark(again(folder, "--limit", "output=100000")) == 3
    task = folder / "task.toml"
    text = (resources.folder("tasks") / "lab_task_3.toml").read_text(encoding="utf-8")
    task.write_text(text.replace('{ step = "z1" }', '{ step = "z1", points = 4 }'), encoding="utf-8")
    graded = again(folder, task=task)
    assert to_mark(graded) == 3
    assert scores(graded)["s00"] == "34"
    assert to_mark(again(folder)) == 0, "what was marked by the first text is still there"


def test_the_page_is_that_of_the_files_that_are_handed_in_now(folder: Path) -> None:
    first = page(folder, "s00")
    planted(folder / "handed_in", {"s00/lab.py": FORWARD})
    assert "7 of 32 points" in page_after(folder, "s00", marked=1)
    planted(folder / "handed_in", {"s00/lab.py": RIGHT + b"# 0\n"})
    assert page_after(folder, "s00", marked=0) == first


def page_after(folder: Path, student: str, *, marked: int) -> str:
    assert to_mark(again(folder)) == marked
    return page(folder, student)


def test_who_takes_everything_back_has_no_page(folder: Path) -> None:
    roster = folder / "roster.csv"
    roster.write_text("id\nben\ns00\ns01\n")
    shutil.rmtree(folder / "handed_in" / "ben")
    graded = again(folder, "--roster", roster)
    assert scores(graded)["ben"] == ""
    assert not list((graded.out / FEEDBACK).glob("ben.*"))


def test_who_leaves_the_class_has_no_page_until_coming_back(folder: Path) -> None:
    correct(folder)
    corrected, pages = page(folder, "ben"), folder / "out" / FEEDBACK
    planted(pages, {"notes.html": "my own", "zoe.md": "my own"})
    (folder / "handed_in" / "ben").rename(folder / "ben")
    assert list(scores(again(folder))) == ["s00", "s01"]
    assert {path.name for path in pages.iterdir()} == {
        "notes.html", "zoe.md", "s00.html", "s00.md", "s01.html", "s01.md",
    }  # fmt: skip
    (folder / "ben").rename(folder / "handed_in" / "ben")
    graded = again(folder)
    assert (to_mark(graded), scores(graded)["ben"]) == (0, "9")
    assert page(folder, "ben") == corrected


def test_a_correction_is_in_everything_at_once(folder: Path) -> None:
    again(folder, "--export", "canvas", "--export", "gradescope")
    correct(folder)
    assert "9 of 32 points" in page(folder, "ben")
    assert NOTE in page(folder, "ben")
    out = Graded(folder / "out", 0, "", 0)
    assert scores(out) == {"ben": "9", "s00": "32", "s01": "32"}
    assert [record["score"] for record in out.records()] == [9, 32, 32]
    assert NOTE in (out.out / "report.html").read_text(encoding="utf-8")
    assert (out.out / "canvas.csv").read_text(encoding="utf-8-sig").splitlines()[2].endswith(",9")


def test_canvas_gets_back_what_its_gradebook_said_also_after_a_correction(folder: Path) -> None:
    roster = folder / "canvas.csv"
    roster.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,Laboratory Task 3 (991)\n    Points Possible,,,,,32\n"
        '"Okafor, Ben",ben,S-1,bokafor,Lab A,\n"Vale, Quinn",4712,S-2,qvale,Lab A,\n'
    )
    again(folder, "--roster", roster, "--export", "canvas")
    correct(folder)
    lines = (folder / "out" / "canvas.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "Student,ID,SIS User ID,SIS Login ID,Section,Laboratory Task 3 (991)"
    assert lines[2:4] == ['"Okafor, Ben",ben,S-1,bokafor,Lab A,9', '"Vale, Quinn",4712,S-2,qvale,Lab A,']


def test_a_correction_outlives_later_runs_but_not_other_files(folder: Path) -> None:
    correct(folder)
    corrected = page(folder, "ben")
    for options in ((), ("--again",), ("--limit", "output=100000")):
        assert scores(again(folder, *options))["ben"] == "9"
        assert page(folder, "ben") == corrected
    planted(folder / "handed_in", {"ben/lab.py": program("lab3_updated_weights.py")})
    graded = again(folder)
    assert NOTE not in page(folder, "ben")
    assert "correction" in (graded.out / "report.html").read_text(encoding="utf-8")
    planted(folder / "handed_in", {"ben/lab.py": FORWARD})
    assert scores(again(folder))["ben"] == "9"
    assert page(folder, "ben") == corrected


def test_a_correction_reveals_no_more_than_the_pages_did(folder: Path) -> None:
    again(folder, "--reveal", "never")
    correct(folder)
    records = Graded(folder / "out", 0, "", 0).records()
    assert {step["expected"] for record in records for step in record["steps"]} == {None}


def test_what_was_given_out_is_remembered_by_a_correction(folder: Path) -> None:
    alike = RIGHT.replace(b"W_hidden", b"weights_of_mine")
    handed_in = {f"{name}/lab.py": alike for name in ("a", "b")} | {f"{n}{n}/lab.py": FORWARD for n in "cdefg"}
    shutil.rmtree(folder / "handed_in")
    planted(folder / "handed_in", handed_in)
    given_out = planted(folder / "given", {"starter.py": alike}) / "starter.py"
    reports = []
    for options in ((), ("--given-out", given_out)):
        again(folder, *options)
        before = copies(folder)
        correct(folder, "cc")
        assert copies(folder) == before
        reports.append(before)
    assert reports[0] != reports[1]


def copies(folder: Path) -> bool:
    """Tell whether the report knows of a pair of the same programs."""
    report = (folder / "out" / "report.html").read_text(encoding="utf-8")
    return "feedback/a.html" in report.partition('id="alike"')[2]


def test_halves_of_files_of_a_run_that_was_killed_are_removed_and_nothing_else(folder: Path) -> None:
    out = planted(
        folder / "out",
        {
            ".gradebook.csv.abcdefgh.part": "id,na",
            f"{FEEDBACK}/.ben.html.abcdefgh.part": "<!DOC",
            "notes.txt": "mine",
        },
    )
    again(folder)
    assert {path.name for path in out.iterdir()} == {
        ".lock", FEEDBACK, "gradebook.csv", "gradebook.sqlite", "notes.txt", "report.html", "results.jsonl",
    }  # fmt: skip
    assert len(list((out / FEEDBACK).iterdir())) == 6


def test_a_page_that_is_gone_is_written_again(folder: Path) -> None:
    before = page(folder, "ben")
    (folder / "out" / FEEDBACK / "ben.html").unlink()
    assert page_after(folder, "ben", marked=0) == before


def test_a_correction_whose_tables_cannot_be_written_is_kept_and_told(folder: Path) -> None:
    table = folder / "out" / "gradebook.csv"
    table.unlink()
    table.mkdir()
    finished = command("regrade", folder / "out", "ben", "--set", "delta1=right", "--note", NOTE, "--by", "Ada")
    assert (finished.status, finished.output) == (2, "ben: 9 of 32 points\n")
    assert "gradebook.csv: is a folder" in finished.messages
    table.rmdir()
    assert scores(again(folder))["ben"] == "9"
    assert json.loads((folder / "out" / "results.jsonl").read_text().splitlines()[0])["score"] == 9
