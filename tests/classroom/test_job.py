"""Which of a student's files is marked, and which are named beside it."""

from __future__ import annotations

import pytest

from backprop_lab.classroom.job import Grading, Job, grade_job
from backprop_lab.classroom.stored import Entry
from backprop_lab.limits import Limits
from backprop_lab.submissions.program import File
from tests.classroom.classes import FORWARD, program
from tests.classroom.gradebooks import TEXT
from tests.needs import needs_bubblewrap

SHEET = program("lab3_answers.toml")
GRADING = Grading(TEXT, "bubblewrap", Limits(), "wrong", b"secret")


def graded(**files: bytes) -> tuple[Entry, str]:
    """Mark files, `lab_py` for lab.py, and return what is stored, and the page."""
    needs_bubblewrap()
    handed_in = tuple(File(name.replace("_", "."), content) for name, content in files.items())
    done = grade_job(Job("s", "key", "digest", handed_in), GRADING)
    return done.entry, done.markdown


def test_a_sheet_beside_a_program_is_named_and_not_marked() -> None:
    entry, page = graded(lab_py=FORWARD, answers_toml=SHEET, wrong_csv=b"z1,77\n")
    assert entry.marks.score == 7
    assert (entry.submission, entry.others) == ("lab.py", ("answers.toml", "wrong.csv"))
    assert "Of your files lab.py was marked. Not marked: answers.toml, wrong.csv" in page


@pytest.mark.parametrize(
    "data",
    [
        {"data_csv": b"x1,x2,x3\n1,0,1\n"},
        {"readme_md": b"# My lab\nThe learning rate is 0.001; run it with Python 3.11.\n"},
        {"requirements_txt": b"numpy==2.1.0\n"},
        {"broken_json": b"{"},
    ],
    ids=lambda data: next(iter(data)),
)
def test_what_a_program_needs_is_not_named(data: dict[str, bytes]) -> None:
    entry, page = graded(lab_py=FORWARD, **data)
    assert (entry.submission, entry.others) == ("lab.py", ())
    assert "Not marked" not in page


def test_where_a_program_gets_nothing_every_other_file_is_named() -> None:
    entry, page = graded(lab_py=b"print(1)\n", data_csv=b"x1,x2\n", answers_toml=SHEET)
    assert entry.marks.score == 0
    assert (entry.submission, entry.others) == ("lab.py", ("data.csv", "answers.toml"))
    assert "Not marked: data.csv, answers.toml" in page


def test_of_many_other_files_the_first_are_named_to_the_student() -> None:
    entry, page = graded(lab_py=b"print(1)\n", **{f"d{number:02}_txt": b"x" for number in range(12)})
    assert len(entry.others) == 12
    assert "d07.txt, …" in page
