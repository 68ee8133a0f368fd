"""A class in which everybody has a sheet of their own: programs and answer sheets, right, mistaken and swapped."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from backprop_lab.classroom.row import Student
from backprop_lab.handouts.key import key
from backprop_lab.script import script
from backprop_lab.task import Task
from backprop_lab.taskfile import load_task, task_text
from backprop_lab.variants import Variant, variants
from backprop_lab.writing.symbols import ascii_symbol
from tests.classroom.classes import TASK, attempt, grade, scores, to_mark
from tests.classroom.trees import planted
from tests.command import command, output_of
from tests.needs import needs_bubblewrap
from tests.redteam.grading import Graded

SEED = 2026
IDS = [f"s{number:02}" for number in range(30)]
LAB = load_task(TASK)
FULL = str(LAB.max_score)
SWAPPED = {"s03": "s17", "s17": "s03", "s08": "s21", "s12": "(task)"}
"""Who hands in whose work: that of another sheet, or that of the task as it is printed."""
MISTAKES = {
    "relu-slope-one": ("delta2 @ W2.T * relu_slope(z1)", "delta2 @ W2.T"),
    "no-bias": ("x @ W1 + b1", "x @ W1"),
    "no-learning-rate": ("W2 - learning_rate * dW2", "W2 - dW2"),
    "ascent": ("b1 - learning_rate * db1", "b1 + learning_rate * db1"),
    "bias-gradient-times-bias": ("db2 = delta2", "db2 = delta2 * b2"),
}


def own_tasks() -> dict[str, Task]:
    """Return the task of each student's sheet, and that which is printed for all."""
    drawn = variants(LAB, SEED, [Student(student).variant_key for student in IDS])
    return {**{student: variant.task for student, variant in zip(IDS, drawn, strict=True)}, "(task)": LAB}


def planned(student: str) -> str:
    """Return the mistake that a student is to make."""
    return [*MISTAKES][IDS.index(student) % len(MISTAKES)]


def right_program(task: Task, _: str) -> str:
    return script(task, "numpy")


def mistaken_program(task: Task, student: str) -> str:
    right, wrong = MISTAKES[planned(student)]
    source = script(task, "numpy")
    assert source.count(right) == 1
    return source.replace(right, wrong)


def answers(task: Task, _: str) -> str:
    blanks = [blank for part in key(task) for blank in part.blanks]
    return "".join(f"{ascii_symbol(blank.symbol)} = {blank.shown}\n" for blank in blanks)


def hand_in(folder: Path, name: str, work: Callable[[Task, str], str]) -> Path:
    """Let everybody hand in their work, or somebody else's."""
    tasks = own_tasks()
    tree = {}
    for student in IDS:
        whose = SWAPPED.get(student, student)
        tree[f"{student}/{name}"] = work(tasks[whose], whose if whose in IDS else student)
    return planted(folder, tree)


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("roster") / "class.csv"
    path.write_text("id,name\n" + "".join(f"{student},Name of {student}\n" for student in IDS))
    return path


Works = Mapping[str, Graded]


@pytest.fixture(scope="module")
def graded(roster: Path, tmp_path_factory: pytest.TempPathFactory) -> Works:
    """The same class three times: by right programs, by mistaken ones, and by answer sheets."""
    needs_bubblewrap()
    folder = tmp_path_factory.mktemp("class")
    works = {
        "right": hand_in(folder / "right", "lab.py", right_program),
        "mistaken": hand_in(folder / "mistaken", "lab.py", mistaken_program),
        "sheets": hand_in(folder / "sheets", "answers.toml", answers),
    }
    return {
        name: grade(handed_in, folder / f"{name}_out", "--roster", roster, "--seed", SEED, "--jobs", 2)
        for name, handed_in in works.items()
    }


@pytest.mark.parametrize("work", ["right", "sheets"])
def test_right_work_by_the_own_sheet_has_full_marks(work: str, graded: Works) -> None:
    found = scores(graded[work])
    assert {student: found[student] for student in IDS if student not in SWAPPED} == dict.fromkeys(
        (student for student in IDS if student not in SWAPPED), FULL
    )


def test_the_mistake_of_each_is_named(graded: Works) -> None:
    for record in graded["mistaken"].records():
        if record["id"] not in SWAPPED:
            first = next(step for step in record["steps"] if step["verdict"] == "wrong")
            assert first["cause"] == planned(record["id"]), record["id"]
            assert record["warnings"] == []
            assert record["score"] < record["max_score"]


@pytest.mark.parametrize("work", ["right", "mistaken", "sheets"])
def test_work_by_the_sheet_of_another_is_named(work: str, graded: Works) -> None:
    out = graded[work]
    assert {student: row["numbers_of"] for student, row in out.rows().items() if row["numbers_of"]} == SWAPPED
    told = {record["id"]: record["warnings"][0] for record in out.records() if record["warnings"]}
    assert {student: (warning["about"], warning["names"]) for student, warning in told.items()} == {
        "s03": ("other_numbers", ["s17"]),
        "s17": ("other_numbers", ["s03"]),
        "s08": ("other_numbers", ["s21"]),
        "s12": ("task_numbers", []),
    }
    assert told["s08"]["message"] == "This has the numbers on the sheet of s21, and not those of its own."
    report = (out.out / "report.html").read_text(encoding="utf-8")
    assert "Solves the sheet of another student" in report
    assert "<div>s21</div>" in report


@pytest.mark.parametrize("work", ["right", "mistaken", "sheets"])
def test_nothing_follows_from_the_numbers_of_another(work: str, graded: Works) -> None:
    for record in graded[work].records():
        if record["id"] in SWAPPED:
            assert {step["verdict"] for step in record["steps"]} <= {"right", "typed-in", "wrong", "missing"}
            assert {step["cause"] for step in record["steps"]} == {None}
            assert record["score"] < record["max_score"] / 2


@pytest.mark.parametrize("work", ["right", "mistaken", "sheets"])
def test_students_are_told_that_the_numbers_are_not_theirs_and_no_more(work: str, graded: Works) -> None:
    folder = graded[work].out / "feedback"
    assert "but of another one" in (folder / "s08.md").read_text(encoding="utf-8")
    assert "as it is printed for all" in (folder / "s12.md").read_text(encoding="utf-8")
    for student in IDS:
        for page in folder.glob(f"{student}.*"):
            text = page.read_text(encoding="utf-8")
            assert not [other for other in IDS if other != student and other in text]
            assert ("not those of your sheet" in text) == (student in SWAPPED)


def test_a_page_has_the_right_numbers_of_the_own_sheet(graded: Works) -> None:
    tasks = own_tasks()
    for record in graded["mistaken"].records():
        expected = {(s["step"], s["row"], s["column"]): s["expected"] for s in record["steps"]}
        for part in key(tasks[record["id"]]):
            for blank in part.blanks:
                told = expected[part.step, blank.row, blank.column]
                assert told is None or told == pytest.approx(blank.value, abs=1e-12)


def test_the_codes_of_the_sheets_are_in_the_gradebook(graded: Works) -> None:
    drawn = variants(LAB, SEED, [Student(student).variant_key for student in IDS])
    assert [row["variant"] for row in graded["right"].rows().values()] == [variant.code for variant in drawn]


def test_the_work_of_others_adds_no_mistakes_and_no_copies(graded: Works) -> None:
    report = (graded["right"].out / "report.html").read_text(encoding="utf-8")
    mistakes, shared = (section_of(report, name) for name in ("mistakes", "shared"))
    assert "None." in mistakes
    assert "None." in shared


def section_of(report: str, name: str) -> str:
    found = re.search(rf'<h2 id="{name}">.*?</section>', report, re.DOTALL)
    assert found is not None
    return found[0]


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Three students: a right program, one that breaks off, and one of whom nothing can be read."""
    needs_bubblewrap()
    tasks = own_tasks()
    handed_in = planted(
        tmp_path / "handed_in",
        {
            "s00/lab.py": script(tasks["s00"], "numpy"),
            "s01/lab.py": script(tasks["s02"], "numpy").replace("# Error and loss", "raise SystemExit"),
            "s02/lab.zip": b"no archive",
        },
    )
    roster = tmp_path / "class.csv"
    roster.write_text("id,seed\ns00,\ns01,\ns02,\n")
    return handed_in, tmp_path / "out", roster


def test_an_unchanged_class_is_not_marked_again_and_another_sheet_is(small: tuple[Path, Path, Path]) -> None:
    handed_in, out, roster = small
    first = grade(handed_in, out, "--roster", roster, "--seed", SEED)
    assert (to_mark(first), scores(first)["s00"]) == (3, FULL)
    assert first.rows()["s01"]["numbers_of"] == "s02", "what was worked out until it broke off is enough"
    assert to_mark(grade(handed_in, out, "--roster", roster, "--seed", SEED)) == 0
    roster.write_text("id,seed\nnew,\ns02,\ns01,\ns00,17\n")
    again = grade(handed_in, out, "--roster", roster, "--seed", SEED)
    assert to_mark(again) == 1
    assert again.rows()["s00"]["variant"] == variants(LAB, SEED, ["seed 17"])[0].code
    assert scores(again)["s00"] != FULL
    assert "variant" in again.rows()["new"]


def test_a_correction_of_what_could_not_be_read_shows_the_own_numbers(small: tuple[Path, Path, Path]) -> None:
    handed_in, out, roster = small
    grade(handed_in, out, "--roster", roster, "--seed", SEED)
    output_of("regrade", out, "s02", "--set", "z1=right", "--note", "On paper.", "--by", "Ada")
    record = next(record for record in Graded(out, 0, "", 0).records() if record["id"] == "s02")
    told = [step["expected"] for step in record["steps"] if step["step"] == "delta1"]
    own = next(part for part in key(own_tasks()["s02"]) if part.step == "delta1")
    assert told == pytest.approx([blank.value for blank in own.blanks])


def test_who_is_not_on_the_roster_is_marked_too(small: tuple[Path, Path, Path]) -> None:
    handed_in, out, roster = small
    shutil.copytree(handed_in / "s00", handed_in / "stranger")
    found = grade(handed_in, out, "--roster", roster, "--seed", SEED).rows()
    assert found["stranger"]["numbers_of"] == "s00"
    assert found["s00"]["score"] == FULL


@pytest.mark.parametrize(
    ("first", "then", "expected"),
    [
        (("--seed", 1), ("--seed", 2), "was graded with --seed 1;"),
        (("--seed", 1), (), "was graded with --seed 1;"),
        ((), ("--seed", 1), "was graded without --seed;"),
    ],
)
def test_a_folder_of_another_seed_is_left_as_it_is(
    first: tuple[object, ...], then: tuple[object, ...], expected: str, small: tuple[Path, Path, Path]
) -> None:
    handed_in, out, roster = small
    before = grade(handed_in, out, "--roster", roster, *first)
    pages = before.texts(".html") | before.texts(".csv")
    finished = attempt(handed_in, "--out", out, "--roster", roster, *then)
    assert (finished.status, finished.output, finished.messages.count("\n")) == (2, "", 1)
    assert expected in finished.messages
    assert before.texts(".html") | before.texts(".csv") == pages


def test_a_seed_needs_a_roster_and_bounds_that_can_be_met(tmp_path: Path) -> None:
    folder = planted(tmp_path / "handed_in", {"a/lab.py": "z1 = 1"})
    (tmp_path / "class.csv").write_text("id\na\n")
    task = tmp_path / "task.toml"
    task.write_text(f"{task_text(TASK)}\n[variants]\nloss = 1000000\n")
    for arguments, expected in (
        ((folder, "--seed", 1), "--seed: needs the ids of those who got a sheet; add --roster CSV"),
        ((folder, "--seed", 1, "--roster", tmp_path / "class.csv"), f"{task}: variants.loss: none of"),
    ):
        finished = attempt(*arguments, "--out", tmp_path / "out", task=task)
        assert (finished.status, finished.output, finished.messages.count("\n")) == (2, "", 1)
        assert expected in finished.messages
    assert not (tmp_path / "out").exists()


def test_two_of_one_sheet_are_both_named(tmp_path: Path) -> None:
    needs_bubblewrap()
    (shared,) = variants(LAB, SEED, ["seed 5"])
    handed_in = planted(tmp_path / "handed_in", {f"{name}/lab.py": script(shared.task, "numpy") for name in "abc"})
    (tmp_path / "class.csv").write_text("id,seed\na,5\nb,5\nc,\n")
    found = grade(handed_in, tmp_path / "out", "--roster", tmp_path / "class.csv", "--seed", SEED).rows()
    assert [found[name]["numbers_of"] for name in "abc"] == ["", "", "a, b"]
    assert [found[name]["score"] == FULL for name in "abc"] == [True, True, False]


def checked(file: Path, *options: object) -> dict[str, Any]:
    finished = command("check", TASK, file, "--format", "json", *options)
    assert finished.messages == ""
    found: dict[str, Any] = json.loads(finished.output)
    return found


def test_students_check_their_own_sheet(tmp_path: Path) -> None:
    tasks = own_tasks()
    file = tmp_path / "answers.toml"
    file.write_text(answers(tasks["s07"], "s07"))
    assert checked(file, "--seed", SEED, "--id", "s07")["score"] == float(FULL)
    assert checked(file, "--seed", SEED, "--id", "s06")["score"] < float(FULL) / 2
    file.write_text(answers(LAB, ""))
    (warning,) = checked(file, "--seed", SEED, "--id", "s07")["warnings"]
    assert warning["about"] == "task_numbers"


def test_a_roster_says_which_sheet_an_id_has(tmp_path: Path) -> None:
    (drawn,) = variants(LAB, SEED, ["seed 17"])
    roster = tmp_path / "class.csv"
    roster.write_text("id,seed\nAna,17\nben,\n")
    assert code("--id", "ana", "--roster", roster) == script(drawn.task, "numpy")
    assert code("--id", "ben", "--roster", roster) == code("--id", "ben")
    assert code("--id", "ben") == script(by_id("ben").task, "numpy")
    assert code("--id", "Ben ") == code("--id", "ben")


def by_id(student: str) -> Variant:
    return variants(LAB, SEED, [Student(student).variant_key])[0]


def code(*options: object) -> str:
    return output_of("code", TASK, "--seed", SEED, *options)


def test_commands_on_a_sheet_take_settings_that_leave_its_numbers() -> None:
    task = by_id("ben").task
    solved = json.loads(
        output_of("solve", TASK, "--seed", SEED, "--id", "ben", "--decimals", 2, "--set", "learning_rate=1",
                  "--format", "json")
    )  # fmt: skip
    steps = {step["name"]: step["value"] for step in solved["steps"]}
    z1 = next(part for part in key(task) if part.step == "z1")
    assert steps["z1"][0] == pytest.approx([blank.value for blank in z1.blanks])
    assert steps["W2_new"][0][0] == pytest.approx(float(task.network.weights[1][0][0]) - steps["dW2"][0][0])
    assert output_of("derive", TASK, "--wrt", "w11", "--seed", SEED, "--id", "ben") != output_of(
        "derive", TASK, "--wrt", "w11"
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--seed", 1), "--seed and --id go together"),
        (("--id", "ana"), "--seed and --id go together"),
        (("--roster", "class.csv"), "--seed and --id go together"),
        (
            ("--seed", 1, "--id", "anna", "--roster", "class.csv"),
            '"anna": is no id on the roster; did you mean "ana"?',
        ),
    ],
)
def test_options_of_a_sheet_that_miss_something_are_told(
    options: tuple[object, ...], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("class.csv").write_text("id\nana\nben\n")
    for verb in (("solve",), ("code",), ("derive", "--wrt", "w11"), ("check", "lab.py"), ("verify",)):
        finished = command(verb[0], TASK, *verb[1:], *options)
        assert (finished.status, finished.output, finished.messages.count("\n")) == (2, "", 1)
        assert expected in finished.messages
