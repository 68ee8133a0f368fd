from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from backprop_lab.classroom.roster import read_roster
from backprop_lab.taskfile import load_task, task_text
from backprop_lab.variants import variants
from tests.command import command
from tests.needs import needs_latex, needs_poppler

ROSTER = "id,name,group,seed\ns1,Ana,A,\ns2,Ben,B,17\n"


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    path = tmp_path / "class.csv"
    path.write_text(ROSTER, encoding="utf-8")
    return path


def listed(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_class_gets_its_handout(roster: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = (
        "--course",
        "Deep Learning",
        "--class",
        "article",
        "--paper",
        "letter",
        "--notation",
        "standard",
        "--key",
    )
    finished = command("handout", "lab_task_3", "--roster", roster, "--seed", 2026, "--out", out, *options)
    assert (finished.status, finished.output) == (0, "")
    assert finished.messages == f"Wrote the sheets of 2 students to {out}\n"
    assert listed(out) == {
        "sheets", "solutions", "answers", "all.tex", "key.tex", "key.csv", "grading.tex", "variants.json",
    }  # fmt: skip
    source = (out / "sheets" / "s1.tex").read_text(encoding="utf-8")
    assert r"\documentclass[11pt,letterpaper]{article}" in source
    assert "Deep Learning" in source
    assert "W^{[1]}" in source
    keys = [student.variant_key for student in read_roster(roster)]
    codes = [variant.code for variant in variants(load_task("lab_task_3"), 2026, keys)]
    found = json.loads((out / "variants.json").read_text(encoding="utf-8"))
    assert [student["code"] for student in found["students"]] == codes


def test_sheets_without_a_roster_have_numbers_for_ids(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert command("handout", "lab_task_2", "--variants", 10, "--seed", 1, "--out", out).status == 0
    assert listed(out / "sheets") == {f"{number:02}.tex" for number in range(1, 11)}


BAD_ROSTERS = {
    "without ids": (b"name,group\nAna,A\n", "has no column of ids"),
    "an id twice": (b"id,name\ns1,Ana\nS1,Ben\n", 'line 3: the id "S1" is on line 2 already'),
    "an id missing": (b"id,name\ns1,Ana\n,Ben\n", "line 3: no id"),
    "Windows-1252": ("id,name\ns1,Müller\n".encode("cp1252"), "UTF-8"),
    "no header": (b"s1,Ana\ns2,Ben\n", "has no header"),
    "empty": (b"", "class.csv"),
    "an endless id": (b"id,name\n" + 301 * b"x" + b",Ana\n", "has 301 characters; expected at most 300"),
}


@pytest.mark.parametrize(("content", "message"), BAD_ROSTERS.values(), ids=BAD_ROSTERS)
def test_a_bad_roster_is_told_in_one_line(content: bytes, message: str, roster: Path, tmp_path: Path) -> None:
    roster.write_bytes(content)
    finished = command("handout", "lab_task_3", "--roster", roster, "--seed", 1, "--out", tmp_path / "out")
    assert finished.status == 2
    assert len(finished.messages.splitlines()) == 1
    assert message in finished.messages
    assert listed(tmp_path) == {"class.csv"}


BAD_ARGUMENTS: dict[str, tuple[tuple[str, ...], str]] = {
    "no seed": (("--variants", "2"), "--seed"),
    "neither roster nor number": (("--seed", "1"), "--roster CSV or --variants N"),
    "both": (("--seed", "1", "--variants", "2", "--roster", "class.csv"), "not both"),
    "no sheets": (("--seed", "1", "--variants", "0"), "--variants"),
    "a negative seed": (("--seed", "-1", "--variants", "2"), "--seed"),
    "unknown class": (("--seed", "1", "--variants", "2", "--class", "book"), "exam"),
    "unknown paper": (("--seed", "1", "--variants", "2", "--paper", "a5"), "letter"),
    "no such template": (("--seed", "1", "--variants", "2", "--template", "none.j2"), "none.j2: no such template"),
    "no such roster": (("--seed", "1", "--roster", "none.csv"), "none.csv"),
}


@pytest.mark.parametrize(("arguments", "message"), BAD_ARGUMENTS.values(), ids=BAD_ARGUMENTS)
def test_bad_arguments_are_told_in_one_line(
    arguments: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    finished = command("handout", "lab_task_2", "--out", "out", *arguments)
    assert finished.status == 2
    assert len(finished.messages.splitlines()) == 1
    assert message in finished.messages
    assert listed(tmp_path) == set()


def test_bounds_that_no_draw_meets_are_told(tmp_path: Path) -> None:
    task = tmp_path / "task.toml"
    text = Path(__file__).parents[2].joinpath("tasks", "lab_task_3.toml").read_text(encoding="utf-8")
    task.write_text(text + "\n[variants]\nkink = 100\n", encoding="utf-8")
    finished = command("handout", task, "--variants", 2, "--seed", 1, "--out", tmp_path / "out")
    assert finished.status == 2
    assert "variants.kink" in finished.messages
    assert listed(tmp_path) == {"task.toml"}


def test_sheets_that_show_less_than_others_are_told(tmp_path: Path) -> None:
    task = tmp_path / "task.toml"
    task.write_text(task_text("lab_task_3") + "\n[variants]\ndraws = 40\n", encoding="utf-8")
    finished = command("handout", task, "--variants", 9, "--seed", 1, "--out", tmp_path / "out")
    assert finished.status == 0
    gaps = [one.key for one in variants(load_task(task), 1, [f"id {n}" for n in range(1, 10)]) if one.missed]
    ids = ", ".join(key.removeprefix("id ") for key in gaps)
    assert finished.messages.splitlines()[1].startswith(f"Some mistakes do not show on the sheets of {ids}, but on")


def test_a_class_goes_on_where_another_process_was_killed(roster: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / ".variants.json.abc.part").write_text("half")
    assert command("handout", "lab_task_2", "--roster", roster, "--seed", 1, "--out", out).status == 0
    assert not list(out.rglob(".*"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("variants", "lab_task_2", "--seed", "1234567890123456789"),
        ("solve", "lab_task_2", "--seed", "-1", "--id", "s1"),
        ("solve", "lab_task_2", "--seed", "1", "--id", " "),
        ("solve", "lab_task_2", "--seed", "1", "--id", "s\udcff"),
        ("grade", "lab_task_2", "work", "--out", "marks", "--roster", "class.csv", "--seed", "-1"),
    ],
)
def test_seeds_and_ids_that_no_handout_has_are_told(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    finished = command(*arguments)
    assert (finished.status, finished.output) == (2, "")
    assert len(finished.messages.splitlines()) == 1
    assert "--seed" in finished.messages or "--id" in finished.messages
    assert listed(tmp_path) == set()


def test_an_id_means_the_same_with_spaces_around_it() -> None:
    one, other = (command("solve", "lab_task_2", "--seed", 1, "--id", student) for student in ("s1", " s1 "))
    assert one.output == other.output


def test_a_folder_with_other_work_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.tex").write_text("my thesis")
    finished = command("handout", "lab_task_2", "--variants", 2, "--seed", 1, "--out", out)
    assert finished.status == 2
    assert 'holds other work, such as "thesis.tex"' in finished.messages
    assert listed(out) == {"thesis.tex"}
    finished = command("handout", "lab_task_2", "--variants", 2, "--seed", 1, "--out", out / "thesis.tex")
    assert finished.status == 2
    assert "is not a folder" in finished.messages


def test_a_second_run_with_another_seed_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert command("handout", "lab_task_2", "--variants", 2, "--seed", 1, "--out", out).status == 0
    finished = command("handout", "lab_task_2", "--variants", 2, "--seed", 2, "--out", out)
    assert finished.status == 2
    assert "with seed 1; expected another folder" in finished.messages


def pages(path: Path) -> str:
    return subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout


def test_documents_are_set_and_each_has_its_own_students_numbers(roster: Path, tmp_path: Path) -> None:
    needs_latex()
    needs_poppler()
    out = tmp_path / "out"
    arguments = ("handout", "lab_task_3", "--roster", roster, "--seed", 2026, "--out", out, "--pdf", "--key")
    assert command(*arguments).status == 0
    assert {path.name for path in out.glob("**/*.pdf")} == {"s1.pdf", "s2.pdf", "all.pdf", "key.pdf", "grading.pdf"}
    found = json.loads((out / "variants.json").read_text(encoding="utf-8"))["students"]
    for student in found:
        others = {one["code"] for one in found} - {student["code"]}
        biases = " ".join(f"{number:g}".replace("-", "−") for number in student["givens"]["b1"][0])
        for kind in ("sheets", "solutions"):
            text = " ".join(pages(out / kind / f"{student['id']}.pdf").split())
            assert student["code"] in text
            assert biases in text
            assert not [other for other in others if other in text]
    made = {path: path.stat().st_mtime_ns for path in out.glob("**/*.pdf")}
    assert command(*arguments).status == 0
    assert {path: path.stat().st_mtime_ns for path in out.glob("**/*.pdf")} == made


def test_what_latex_cannot_set_is_told_with_its_line_and_student(roster: Path, tmp_path: Path) -> None:
    needs_latex()
    template = tmp_path / "own.tex.j2"
    template.write_text(
        "\\documentclass{article}\n\\begin{document}\n"
        "<% for s in d.sheets %>\n<< s.id | tex >>\\<< 'relax' if s.id == 's2' else 'undefined' >>\n<% endfor %>\n"
        "\\end{document}\n"
    )
    out = tmp_path / "out"
    finished = command(
        "handout", "lab_task_2", "--roster", roster, "--seed", 1, "--out", out, "--template", template, "--pdf"
    )
    assert finished.status == 1
    told = [line for line in finished.messages.splitlines() if line.startswith("backprop-lab: ")]
    assert told[0].startswith("backprop-lab: s1 Ana: sheets/s1.tex:3: Undefined control sequence.")
    assert told[1].startswith("backprop-lab: the class: all.tex:3: ")
    assert len(told) == 2
    assert (out / "sheets" / "s2.pdf").is_file()
    assert not (out / "sheets" / "s1.pdf").exists()


def test_without_latex_the_documents_are_written_and_what_to_install_is_told(
    roster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    out = tmp_path / "out"
    finished = command("handout", "lab_task_2", "--roster", roster, "--seed", 1, "--out", out, "--pdf")
    assert finished.status == 2
    assert "texlive-latex-extra" in finished.messages.splitlines()[-1]
    assert (out / "sheets" / "s1.tex").is_file()


def test_other_ways_out_have_folders_of_their_names(roster: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ways = ("--also", "moodle", "--also", "markdown", "--also", "html")
    assert command("handout", "lab_task_3", "--roster", roster, "--seed", 1, "--out", out, *ways).status == 0
    assert listed(out / "moodle") == {"moodle_sheets.xml", "moodle_numbers.xml"}
    assert listed(out / "markdown") == {"s1.md", "s2.md"}
    page = (out / "html" / "s1.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "<script" not in page
