"""A class through the command: what it leaves, how it ends, and what it says where it cannot."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from backprop_lab import resources
from backprop_lab.classroom import batch
from backprop_lab.classroom.exports import EXPORTS
from backprop_lab.classroom.gradebook import FILE
from backprop_lab.taskfile import load_task
from tests.classroom.classes import FORWARD, RIGHT, TASK, attempt, grade, program, to_mark
from tests.classroom.trees import planted
from tests.needs import needs_bubblewrap, needs_posix
from tests.redteam.grading import Graded

ROSTER = (
    "id,name,group\nana,Ana Lopez,A\nben,Ben Okafor,A\ncho,Cho Min,B\ndia,Dia Rao,B\neli,Eli Weiss,B\n"
    "fay,Fay Hill,B\ngus,Gus Berg,B\nhal,Hal Chen,B\nivy,Ivy Moss,B\nzoe,Zoe Marsh,B\n"
)
CLASS = {
    "ana/lab.py": RIGHT,
    "ben/lab.py": FORWARD,
    "cho/lab.py": program("lab3_updated_weights.py"),
    "dia/answers.toml": program("lab3_answers.toml"),
    "eli/lab.py": program("lab3_crash_half_way.py"),
    "fay/draft.py": FORWARD,
    "fay/final.py": RIGHT,
    "gus/lab.py": program("lab3_endless.py"),
    "hal/lab.zip": b"no archive at all",
    "ivy/lab.ipynb": program("lab3_input_prompt.ipynb"),
    "moodle_77_assignsubmission_file_/lab.py": RIGHT,
}
STRANGER = "77"


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    needs_bubblewrap()
    folder = planted(tmp_path_factory.mktemp("class") / "handed_in", CLASS)
    folder.with_name("roster.csv").write_text(ROSTER)
    return folder


@pytest.fixture(scope="module")
def graded(handed_in: Path) -> Graded:
    exports = [word for name in EXPORTS for word in ("--export", name)]
    roster = handed_in.with_name("roster.csv")
    return grade(handed_in, handed_in.with_name("out"), "--roster", roster, "--seconds", 2, "--jobs", 2, *exports)


def test_a_class_is_graded(graded: Graded) -> None:
    assert graded.status == 0
    assert to_mark(graded) == 10
    assert graded.integrity() == "ok"
    rows = graded.rows()
    assert list(rows) == ["ana", "ben", "cho", "dia", "eli", "fay", "gus", "hal", "ivy", "zoe", STRANGER]
    told = {student: (row["name"], row["submission"], row["status"]) for student, row in rows.items()}
    assert told["ana"] == ("Ana Lopez", "lab.py", "ok")
    assert told["dia"] == ("Dia Rao", "answers.toml", "ok")
    assert told["eli"] == ("Eli Weiss", "lab.py", "error")
    assert told["gus"] == ("Gus Berg", "lab.py", "timeout")
    assert told["hal"][2] == "unreadable"
    assert told["zoe"] == ("Zoe Marsh", "", "")
    assert (rows["ana"]["score"], rows["ben"]["score"], rows["zoe"]["score"]) == ("32", "7", "")
    steps = [ask.step for ask in load_task(TASK).asked]
    assert list(rows["ana"]) == ["id", "name", "submission", "status", "score", "max_score", *steps, "late"]


def test_every_record_has_the_fields_of_a_submission(graded: Graded) -> None:
    records = {record["id"]: record for record in graded.records()}
    assert list(records) == [student for student, row in graded.rows().items() if row["status"]]
    for record in records.values():
        assert list(record)[:9] == [
            "id", "name", "schema", "task", "submission", "status", "message", "score", "max_score",
        ]  # fmt: skip
        assert record["schema"] == 1
    assert {"step", "row", "column", "symbol", "verdict", "points", "expected", "found", "where"} <= set(
        records["ana"]["steps"][0]
    )


def test_everybody_who_handed_something_in_has_pages(graded: Graded) -> None:
    handed_in = {"ana", "ben", "cho", "dia", "eli", "fay", "gus", "hal", "ivy", STRANGER}
    assert {path.name for path in (graded.out / "feedback").iterdir()} == {
        f"{student}.{suffix}" for student in handed_in for suffix in ("html", "md")
    }
    for text in graded.texts(".html").values():
        assert text.endswith("</html>\n")


def test_the_best_of_several_files_counts_and_is_named(graded: Graded) -> None:
    row = graded.rows()["fay"]
    assert (row["submission"], row["score"]) == ("final.py", "32")
    assert "final.py" in (graded.out / "feedback" / "fay.html").read_text()
    report = (graded.out / "report.html").read_text()
    assert "draft.py" in report


def test_the_report_lists_what_has_no_match_on_either_side(graded: Graded) -> None:
    report = (graded.out / "report.html").read_text()
    assert "Zoe Marsh" in report
    assert "not on the roster" in report
    assert "moodle" in report


def test_a_roster_that_fits_nobody_is_told_with_an_id_of_each_side(graded: Graded, tmp_path: Path) -> None:
    folder = planted(tmp_path / "handed_in", {"ana.toml": program("lab3_answers.toml")})
    (tmp_path / "roster.csv").write_text("id,name\n4711,Quinn Vale\n4712,Rex Wood\n")
    told = grade(folder, tmp_path / "out", "--roster", tmp_path / "roster.csv").told
    line = 'no submission fits the roster, which has ids such as "4711"; submissions are "ana" and the like\n'
    assert told.startswith(line)
    assert "fits the roster" not in graded.told


def test_the_exports_are_what_other_programs_read(graded: Graded) -> None:
    assert "Ana Lopez,,ana,ana,A,32" in (graded.out / "canvas.csv").read_text(encoding="utf-8-sig")
    assert "Participant 77,moodle,77," in (graded.out / "moodle.csv").read_text(encoding="utf-8-sig")
    with zipfile.ZipFile(graded.out / "moodle-feedback.zip") as archive:
        assert archive.namelist() == ["moodle_77_assignsubmission_file_/feedback.html"]
    with zipfile.ZipFile(graded.out / "gradescope.zip") as archive:
        results = json.loads(archive.read("ana/results.json"))
    assert results["score"] == 32
    suites = ElementTree.parse(graded.out / "junit.xml").getroot()
    assert any("ana" in str(case.attrib.values()) for case in suites.iter())


def test_pages_are_written_anew_when_something_else_is_revealed(tmp_path: Path) -> None:
    needs_bubblewrap()
    folder = planted(tmp_path / "handed_in", {"cho/lab.py": FORWARD})
    out = tmp_path / "out"
    shown = grade(folder, out)
    numbers = (step["expected"] for step in shown.records()[0]["steps"])
    expected = {text for number in numbers if number is not None and len(text := f"{number:.6g}") > 6}
    assert len(expected) > 1
    pages = shown.texts(".html") | shown.texts(".md")
    hidden = grade(folder, out, "--reveal", "never")
    assert to_mark(hidden) == 0
    assert {step["expected"] for step in hidden.records()[0]["steps"]} == {None}
    feedback = hidden.texts(".html") | hidden.texts(".md")
    for path in feedback:
        if "feedback" in path:
            assert any(number in pages[path] for number in expected)
            assert not any(number in feedback[path] for number in expected)
    again = grade(folder, out, "--reveal", "wrong")
    page = out / "feedback" / "cho.html"
    assert page.read_text() == pages[str(page)]
    assert to_mark(again) == 0


def test_the_file_that_the_task_names_counts(tmp_path: Path) -> None:
    needs_bubblewrap()
    text = (resources.folder("tasks") / "lab_task_3.toml").read_text(encoding="utf-8")
    task = tmp_path / "task.toml"
    task.write_text(f'{text}\n[hand_in]\nfiles = ["draft*.py"]\n', encoding="utf-8")
    folder = planted(tmp_path / "handed_in", {"fay/draft.py": FORWARD, "fay/final.py": RIGHT})
    row = grade(folder, tmp_path / "out", task=task).rows()["fay"]
    assert (row["submission"], row["score"]) == ("draft.py", "7")


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (("--limit", "seconds=1", "--limit", "cpu_seconds=1"), "timeout"),
        (("--limit", "output=1000"), "output"),
        (("--limit", "memory=300000000"), "memory"),
    ],
)
def test_limits_of_the_command_line_are_kept(options: tuple[str, ...], status: str, tmp_path: Path) -> None:
    needs_bubblewrap()
    attack = {
        "timeout": b"while True:\n    pass\n",
        "output": b"print('x' * 100_000)\n" * 3,
        "memory": b"block = bytearray(1 << 30)\n",
    }
    folder = planted(tmp_path / "handed_in", {"s1/lab.py": FORWARD + attack[status]})
    assert grade(folder, tmp_path / "out", *options).rows()["s1"]["status"] == status


BAD_ROSTERS = {"id,name\na,Ana\nA,Ada\n": 'the id "A" is on line 2 already', "Ana;Ben\n": "has no header"}
BAD_LIMITS = {"nonsense=1": "expected NAME=NUMBER, with a name of seconds", "memory=5": "memory"}


@pytest.mark.parametrize("text", BAD_ROSTERS)
def test_a_bad_roster_is_told_before_anything_is_written(text: str, tmp_path: Path) -> None:
    folder = planted(tmp_path / "handed_in", {"a/lab.py": RIGHT})
    (tmp_path / "roster.csv").write_text(text)
    assert_refused(BAD_ROSTERS[text], folder, "--roster", tmp_path / "roster.csv", folder=tmp_path)


@pytest.mark.parametrize("setting", BAD_LIMITS)
def test_a_bad_limit_is_told_before_anything_is_written(setting: str, tmp_path: Path) -> None:
    folder = planted(tmp_path / "handed_in", {"a/lab.py": RIGHT})
    assert_refused(BAD_LIMITS[setting], folder, "--limit", setting, folder=tmp_path)


@pytest.mark.parametrize(
    ("tree", "path", "expected"),
    [
        ({"empty/": ""}, "empty", "holds no"),
        ({"class/ana/essay.docx": "words", "class/notes.xyz": "words"}, "class", "holds no submission"),
        ({"class.zip": "no archive"}, "class.zip", "class.zip"),
        ({}, "nothing_there", "No such file"),
    ],
)
def test_what_cannot_be_a_class_is_told_in_a_line(
    tree: dict[str, str | bytes], path: str, expected: str, tmp_path: Path
) -> None:
    assert_refused(expected, planted(tmp_path, tree) / path, folder=tmp_path)


def test_results_among_the_submissions_are_refused(tmp_path: Path) -> None:
    folder = planted(tmp_path / "handed_in", {"a/lab.py": RIGHT})
    finished = attempt(folder, "--out", folder / "out")
    assert (finished.status, finished.messages.count("\n")) == (2, 1)
    assert "lies within" in finished.messages
    assert [path.name for path in folder.iterdir()] == ["a"]


def test_a_missing_file_that_was_given_out_is_told_before_anything_is_marked(tmp_path: Path) -> None:
    folder = planted(tmp_path / "handed_in", {"a/lab.py": RIGHT})
    assert_refused("starter.py", folder, "--given-out", tmp_path / "starter.py", folder=tmp_path)


def test_a_folder_of_another_task_is_left_as_it_is(tmp_path: Path) -> None:
    needs_bubblewrap()
    folder = planted(tmp_path / "handed_in", {"a/lab.py": RIGHT})
    before = grade(folder, tmp_path / "out")
    pages = before.texts(".html") | before.texts(".csv")
    finished = attempt(folder, "--out", tmp_path / "out", task="lab_task_2")
    assert (finished.status, finished.output, finished.messages.count("\n")) == (2, "", 1)
    assert 'belongs to the task "Laboratory Task 3", not to "Laboratory Task 2"' in finished.messages
    assert before.texts(".html") | before.texts(".csv") == pages


def test_a_scheduler_that_does_not_answer_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "SECONDS_TO_ANSWER", 0.5)
    folder = planted(tmp_path / "handed_in", {"a/lab.py": RIGHT})
    assert_refused("no scheduler of Dask answers there", folder, "--scheduler", "tcp://127.0.0.1:9", folder=tmp_path)
    assert_refused("no scheduler of Dask answers there", folder, "--scheduler", "nonsense://", folder=tmp_path)


def test_without_a_sandbox_nothing_is_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs_posix()
    folder = planted(tmp_path / "handed_in", {"a/lab.py": RIGHT + f"open({str(tmp_path / 'ran')!r}, 'w')\n".encode()})
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert_refused("docker or podman", folder, folder=tmp_path)
    if os.uname().sysname == "Linux":
        assert_refused("apt install bubblewrap", folder, folder=tmp_path)
    assert not (tmp_path / "ran").exists()


def test_what_is_marked_goes_out_without_a_sandbox_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs_bubblewrap()
    folder = planted(tmp_path / "handed_in", {"a/lab.py": RIGHT})
    grade(folder, tmp_path / "out")
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert to_mark(grade(folder, tmp_path / "out", "--export", "canvas")) == 0
    assert (tmp_path / "out" / "canvas.csv").exists()


def test_a_gradebook_that_is_none_is_told(tmp_path: Path) -> None:
    folder = planted(tmp_path / "handed_in", {"a/lab.py": RIGHT})
    out = planted(tmp_path / "out", {FILE: "no database, and longer than the header of one is" * 9})
    finished = attempt(folder, "--out", out)
    assert (finished.status, finished.messages.count("\n")) == (2, 1)
    assert "is no gradebook" in finished.messages


def test_an_output_that_is_a_file_is_told(tmp_path: Path) -> None:
    needs_bubblewrap()
    folder = planted(tmp_path / "handed_in", {"a/lab.py": RIGHT})
    (tmp_path / "file").write_text("mine")
    finished = attempt(folder, "--out", tmp_path / "file")
    assert (finished.status, finished.messages.count("\n")) == (2, 1)
    assert (tmp_path / "file").read_text() == "mine"


def assert_refused(expected: str, *arguments: object, folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    finished = attempt(*arguments, "--out", folder / "out")
    assert (finished.status, finished.output, finished.messages.count("\n")) == (2, "", 1), finished.messages
    assert expected in finished.messages
    assert sorted(folder.rglob("*")) == before
