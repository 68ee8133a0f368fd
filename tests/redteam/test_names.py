"""Students and files with hostile names: shown as text in every format, and never a path."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest

from tests.needs import needs_bubblewrap, needs_posix
from tests.redteam.grading import Graded, grade, task_with_limits

HONEST = Path(__file__).parent.parent / "submissions" / "lab3_plain_in_out.py"
NAMES = (
    "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "<script>alert(1)</script>",
    "\" onmouseover=\"alert(1)", "\\input{/etc/passwd}", "\\write18{id}", "\x1b[31mred\x1b]0;title\x07",
    "{{ 7919*7907 }}", "<< 7919*7907 >>", "<% include '/etc/passwd' %>", "../../x", "/etc/passwd", "..", "CON",
    "nul.txt", "a" * 300, "\u202egnp.exe", "a\u0000b", "a\nb", "[x](javascript:alert(1))", "~",
    "'; DROP TABLE students; --", "$(id)", "`id`",
)  # fmt: skip
FOLDERS = [name for name in NAMES if "/" not in name and "\0" not in name and name not in ("..",) and len(name) < 256]


@pytest.fixture(scope="module")
def by_roster(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """A class whose roster has the hostile names; what they handed in goes by their ids."""
    needs_bubblewrap()
    folder = tmp_path_factory.mktemp("roster")
    roster = folder / "roster.csv"
    with roster.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("id", "name"))
        table.writerows((f"s{number:03}", name.replace("\0", "\ufffd")) for number, name in enumerate(NAMES))
    for number in range(len(NAMES)):
        student = folder / "handed_in" / f"s{number:03}"
        student.mkdir(parents=True)
        shutil.copy(HONEST, student)
    task = task_with_limits(folder)
    return grade(task, folder / "handed_in", folder / "out", "--roster", str(roster))


@pytest.fixture(scope="module")
def by_folder(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """A class without a roster, whose folders and files have the hostile names."""
    needs_bubblewrap()
    needs_posix()
    folder = tmp_path_factory.mktemp("folders")
    for name in FOLDERS:
        student = folder / "handed_in" / name
        student.mkdir(parents=True)
        shutil.copy(HONEST, student / f"{name[:100]}.py")
    return grade(task_with_limits(folder), folder / "handed_in", folder / "out")


@pytest.fixture(params=["by_roster", "by_folder"])
def graded(request: pytest.FixtureRequest) -> Graded:
    found = request.getfixturevalue(str(request.param))
    assert isinstance(found, Graded)
    return found


def test_everybody_is_graded(by_roster: Graded, by_folder: Graded) -> None:
    for graded, size in ((by_roster, len(NAMES)), (by_folder, len(FOLDERS))):
        rows = list(graded.rows().values())
        assert len(rows) == size, graded.told
        assert {row["status"] for row in rows} == {"ok"}
        assert all(row["score"] == row["max_score"] for row in rows)


def test_no_cell_of_a_table_is_a_formula(graded: Graded) -> None:
    for path in graded.out.rglob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        formulas = [
            cell for cell in cells if cell[:1] in ("=", "+", "@", "\t", "\r") or re.match(r"-[^\d.]|-\d+[^\d.]", cell)
        ]
        assert formulas == [], path


def test_no_page_has_markup_of_a_student(graded: Graded) -> None:
    for path, text in graded.texts(".html").items():
        assert "<script>alert" not in text, path
        assert not re.search(r"<[^>]*[\" ]onmouseover=\"alert", text), path
        assert 'href="javascript:' not in text, path


def test_no_template_is_worked_out(graded: Graded) -> None:
    for suffix in (".html", ".md", ".csv", ".jsonl"):
        for path, text in graded.texts(suffix).items():
            assert "root:x:" not in text, path
            assert str(7919 * 7907) not in text, path


def test_no_text_has_control_characters(graded: Graded) -> None:
    texts = {"the command": graded.told}
    for suffix in (".html", ".md", ".csv", ".jsonl"):
        texts |= graded.texts(suffix)
    for path, text in texts.items():
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text), path


def test_every_file_lies_in_the_folder_asked_for(graded: Graded) -> None:
    outside = [path.name for path in graded.out.parent.iterdir()]
    assert set(outside) <= {"handed_in", "out", "roster.csv", "lab_task_3.toml"}
    for path in graded.out.rglob("*"):
        assert path.resolve().is_relative_to(graded.out.resolve())
        assert len(path.name) < 256
        assert not re.search(r"[\x00-\x1f<>:\"|?*\\\u202e]", path.name)
        assert path.stem.lower() not in ("con", "nul", "prn", "aux")
