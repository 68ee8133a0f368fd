from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from backprop_lab.classroom.gradebook import FILE, SCHEMA, Gradebook
from backprop_lab.classroom.row import Correction, Member, Student
from backprop_lab.errors import ClassroomError
from backprop_lab.marking.marks import Marks
from tests.classroom.gradebooks import MARKS, TASK, TEXT, begun, entry, fill, total

CORRECTION = Correction("delta1", None, None, "right", "See page 2.", "Ada", "2026-11-22T13:32:23Z")


def members(*students: str, key: str | None = "key") -> list[Member]:
    return [Member(Student(student), key) for student in students]


def test_rows_come_in_the_order_of_the_class_with_all_that_was_stored(tmp_path: Path) -> None:
    ana, bo = Student("s2", "Ana", "B", 7), Student("s1", "Bo")
    stored = entry(others=("old.py",), fingerprint=(3, 5))
    with begun(tmp_path) as gradebook:
        gradebook.add([("s2", stored)])
        gradebook.set_class([Member(ana, "key", "12", on_roster=False, late=True), Member(bo)])
    with Gradebook.open(tmp_path) as gradebook:
        first, second = gradebook.rows()
        assert gradebook.task == TASK
    assert (first.student, first.marks, first.submission) == (ana, MARKS, "lab3.py")
    assert (first.others, first.fingerprint, first.hand_in) == (("old.py",), (3, 5), "12")
    assert (first.on_roster, first.late, first.corrections, first.lapsed) == (False, True, (), ())
    assert (second.student, second.marks, second.submission) == (bo, None, "")


def test_what_is_marked_is_known_by_student_and_key(tmp_path: Path) -> None:
    with begun(tmp_path) as gradebook:
        gradebook.add([("a", entry("1")), ("b\udcff", entry("2"))])
        assert gradebook.known([("a", "1"), ("a", "2"), ("b", "2"), ("b\udcff", "2")]) == {
            ("a", "1"),
            ("b\udcff", "2"),
        }


def test_what_could_not_be_run_is_marked_again(tmp_path: Path) -> None:
    with begun(tmp_path) as gradebook:
        gradebook.add([("a", entry("1")), ("b", entry("1", marks=Marks("sandbox")))])
        assert gradebook.known([("a", "1"), ("b", "1")]) == {("a", "1")}


def test_only_the_current_key_counts_and_older_ones_are_kept(tmp_path: Path) -> None:
    newer = replace(MARKS, verdicts=MARKS.verdicts[:1])
    with begun(tmp_path) as gradebook:
        fill(gradebook, ["a", "b"])
        gradebook.add([("a", entry("new", marks=newer))])
        gradebook.set_class([*members("b"), *members("a", key="new")])
        assert [(row.student.id, row.marks) for row in gradebook.rows()] == [("b", MARKS), ("a", newer)]
        assert len(gradebook.known([("a", "key"), ("a", "new"), ("b", "key")])) == 3
        gradebook.set_class(members("a"))
        assert [(row.student.id, row.marks) for row in gradebook.rows()] == [("a", MARKS)]


def test_marking_again_replaces_what_has_the_same_key(tmp_path: Path) -> None:
    with begun(tmp_path) as gradebook:
        fill(gradebook, ["a"])
        gradebook.add([("a", entry(marks=Marks("timeout")))])
        assert [row.marks for row in gradebook.rows()] == [Marks("timeout")]


def test_a_failure_half_way_leaves_what_was_there(tmp_path: Path) -> None:
    def failing() -> Iterator[Member]:
        yield from members("c", key=None)
        raise KeyboardInterrupt

    with begun(tmp_path) as gradebook:
        fill(gradebook, ["a", "b"])
        with pytest.raises(KeyboardInterrupt):
            gradebook.set_class(failing())
        with pytest.raises(sqlite3.IntegrityError):
            gradebook.set_class(members("a", key="never added"))
        assert [row.student.id for row in gradebook.rows()] == ["a", "b"]


def test_the_secret_is_made_once(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    with begun(tmp_path / "a") as one, begun(tmp_path / "a") as again, begun(tmp_path / "b") as other:
        assert len(one.secret) == 32
        assert one.secret == again.secret != other.secret


def test_an_edited_task_of_the_same_title_is_the_same_task(tmp_path: Path) -> None:
    edited = re.sub(r"(?m)^decimals = .*", "decimals = 3", TEXT)
    with begun(tmp_path) as gradebook:
        fill(gradebook, ["a"])
    with Gradebook.begin(tmp_path, replace(TASK, decimals=3), edited) as gradebook:
        assert gradebook.task.decimals == 3
        with Gradebook.open(tmp_path) as before:
            assert before.task.decimals == TASK.decimals, "the class is still the old task's"
        gradebook.set_class(members("a"))
    with Gradebook.open(tmp_path) as gradebook:
        assert gradebook.task.decimals == 3


def test_corrections_stay_with_the_files_whatever_is_marked_again(tmp_path: Path) -> None:
    with begun(tmp_path) as gradebook:
        fill(gradebook, ["a", "b"])
        corrected = gradebook.correct("a", [CORRECTION])
        assert corrected == gradebook.row("a")
        assert total(corrected)["delta1"] == "right right"
        gradebook.add([("a", entry("newer grader"))])
        gradebook.set_class([*members("a", key="newer grader"), *members("b")])
        a, b = gradebook.rows()
        assert (a.corrections, a.lapsed, total(a)["delta1"]) == ((CORRECTION,), (), "right right")
        assert (b.corrections, total(b)["delta1"]) == ((), "wrong wrong")


def test_corrections_of_other_files_are_kept_and_not_applied(tmp_path: Path) -> None:
    with begun(tmp_path) as gradebook:
        fill(gradebook, ["a"])
        gradebook.correct("a", [CORRECTION])
        gradebook.add([("a", entry("second", "other files"))])
        gradebook.set_class(members("a", key="second"))
        row = gradebook.row("a")
        assert (row.corrections, row.lapsed, row.marks) == ((), (CORRECTION,), MARKS)
        gradebook.set_class(members("a", key=None))
        assert gradebook.row("a").lapsed == (CORRECTION,)
        gradebook.set_class(members("a"))
        assert gradebook.row("a").corrections == (CORRECTION,), "the first files are handed in again"


def test_the_last_correction_counts_and_the_history_stays(tmp_path: Path) -> None:
    later = replace(CORRECTION, row=0, column=1, verdict="missing")
    with begun(tmp_path) as gradebook:
        fill(gradebook, ["a"])
        gradebook.correct("a", [CORRECTION, later])
    with Gradebook.open(tmp_path) as gradebook:
        row = gradebook.row("a")
        assert row.corrections == (CORRECTION, later)
        assert total(row)["delta1"] == "right missing"


def test_a_correction_without_anything_to_correct_is_refused(tmp_path: Path) -> None:
    with begun(tmp_path) as gradebook:
        fill(gradebook, ["s1042"])
        gradebook.set_class([*members("s1042"), *members("s1050", key=None)])
        with pytest.raises(ClassroomError, match=r'"s1024": is no student of the class; did you mean "s1042"\?'):
            gradebook.correct("s1024", [CORRECTION])
        with pytest.raises(ClassroomError, match="handed nothing in"):
            gradebook.correct("s1050", [CORRECTION])
        assert [row.corrections + row.lapsed for row in gradebook.rows()] == [(), ()]


def contents(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.iterdir()}


def refused(folder: Path, words: str, task: bool = True) -> None:
    """Check that a gradebook cannot be opened, which is said in a line, and that nothing is changed."""
    before = contents(folder)
    with pytest.raises(ClassroomError, match=words) as error:
        (begun(folder) if task else Gradebook.open(folder)).close()
    assert "\n" not in str(error.value)
    assert contents(folder) == before


def test_the_gradebook_of_another_task_is_left_alone(tmp_path: Path) -> None:
    Gradebook.begin(tmp_path, replace(TASK, title="Another"), TEXT).close()
    refused(tmp_path, f'belongs to the task "Another", not to "{TASK.title}"')


def test_the_gradebook_of_another_version_is_left_alone(tmp_path: Path) -> None:
    begun(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("UPDATE meta SET value = 99 WHERE name = 'schema'")
    database.close()
    refused(tmp_path, f"has schema 99, and this program writes schema {SCHEMA}")


def test_a_file_of_another_program_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("id,name\n" * 500, encoding="utf-8")
    refused(tmp_path, "is no gradebook: file is not a database")
    (tmp_path / FILE).unlink()
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("CREATE TABLE meta (name, value)")
    database.close()
    refused(tmp_path, "is a database of another program")


def test_a_folder_without_a_gradebook_is_named(tmp_path: Path) -> None:
    refused(tmp_path, "has no gradebook.sqlite; expected a folder that", task=False)
    with pytest.raises(ClassroomError, match="unable to open database file"):
        begun(tmp_path / "missing")
    (tmp_path / FILE).mkdir()
    with pytest.raises(ClassroomError, match="unable to open database file"):
        begun(tmp_path)


def test_a_damaged_gradebook_is_told_in_a_line(tmp_path: Path) -> None:
    with begun(tmp_path) as gradebook:
        fill(gradebook, ["a"])
    shutil.copy(tmp_path / FILE, tmp_path / "copy")
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("UPDATE entries SET entry = '{}'")
    database.close()
    with Gradebook.open(tmp_path) as gradebook, pytest.raises(ClassroomError, match="entry that cannot be read"):
        list(gradebook.rows())
    whole = (tmp_path / "copy").read_bytes()
    (tmp_path / FILE).write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(ClassroomError, match="malformed"), Gradebook.open(tmp_path) as gradebook:
        list(gradebook.rows())


def test_a_stored_task_that_cannot_be_read_is_told_with_the_file(tmp_path: Path) -> None:
    Gradebook.begin(tmp_path, TASK, "title = 3").close()
    with pytest.raises(ClassroomError, match=r"gradebook\.sqlite: its task: "):
        Gradebook.open(tmp_path)


def test_an_empty_file_becomes_a_gradebook_with_a_task_only(tmp_path: Path) -> None:
    (tmp_path / FILE).touch()
    with pytest.raises(ClassroomError, match="is empty; grade into its folder first"):
        Gradebook.open(tmp_path)
    with begun(tmp_path) as gradebook:
        fill(gradebook, ["a"])
        assert [row.student.id for row in gradebook.rows()] == ["a"]
