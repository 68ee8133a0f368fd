from __future__ import annotations

import csv
import json
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from backprop_lab.checking import check
from backprop_lab.classroom.row import Student
from backprop_lab.errors import ClassroomError, LabError
from backprop_lab.handouts.documents import Look
from backprop_lab.handouts.folder import write_handout
from backprop_lab.handouts.handout import handout
from backprop_lab.taskfile import load_task
from backprop_lab.writing.notation import NotationName
from tests.handouts.pages import of_class
from tests.needs import needs


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def variants(folder: Path) -> Any:
    return json.loads((folder / "variants.json").read_text(encoding="utf-8"))


def test_a_folder_has_the_files_of_every_student_and_of_the_class(tmp_path: Path) -> None:
    write_handout(of_class(["Ana", "Ben"]), tmp_path / "out", Look())
    own = {f"{kind}/{who}{ending}" for who in ("s1", "s2") for kind, ending in (
        ("sheets", ".tex"), ("solutions", ".tex"), ("answers", ".toml"), ("answers", ".ipynb"))}  # fmt: skip
    assert set(contents(tmp_path / "out")) == own | {"all.tex", "key.tex", "key.csv", "variants.json"}
    write_handout(of_class(["Ana", "Ben"]), tmp_path / "out", Look(), grading=True)
    assert (tmp_path / "out" / "grading.tex").is_file()


def test_no_document_needs_a_file_that_is_not_there(tmp_path: Path) -> None:
    write_handout(of_class(["Ana"]), tmp_path / "out", Look(), grading=True)
    for name, content in contents(tmp_path / "out").items():
        assert not (name.endswith(".tex") and b"\\input" in content)
        assert str(tmp_path).encode() not in content


def test_variants_say_whose_numbers_are_whose(tmp_path: Path) -> None:
    made = of_class(["Ana", "Ben"])
    write_handout(made, tmp_path / "out", Look())
    found = variants(tmp_path / "out")
    assert (found["schema"], found["task"], found["seed"]) == (1, "Laboratory Task 3", 2026)
    for sheet, student in zip(made.sheets, found["students"], strict=True):
        assert (student["id"], student["key"], student["code"]) == (
            sheet.student.id, sheet.variant.key, sheet.variant.code,
        )  # fmt: skip
        task = sheet.variant.task
        assert student["givens"]["W1"] == [[float(number) for number in row] for row in task.network.weights[0]]
        assert student["givens"]["x"] == [[float(number) for number in row] for row in task.data.x]


def test_the_same_handout_again_changes_nothing_and_another_look_only_the_documents(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_handout(of_class(), out, Look())
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
    write_handout(of_class(), out, Look())
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()} == before
    write_handout(of_class(), out, Look(paper="letter"))
    changed = {path.suffix for path, when in before.items() if path.stat().st_mtime_ns != when}
    assert changed == {".tex"}


def test_a_roster_may_grow_and_shrink(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_handout(of_class(["Ana", "Ben"]), out, Look())
    before = contents(out)
    write_handout(of_class(["Ana", "Ben", "Cem"]), out, Look())
    assert (out / "sheets" / "s3.tex").is_file()
    assert contents(out)["solutions/s2.tex"] == before["solutions/s2.tex"]
    write_handout(of_class(["Ana"]), out, Look())
    assert [student["id"] for student in variants(out)["students"]] == ["s1", "s2", "s3"]


@pytest.mark.parametrize(
    ("task", "settings", "seed", "message"),
    [
        ("lab_task_3", (), 7, "holds the handout of \"Laboratory Task 3\" with seed 2026"),
        ("lab_task_2", (), 2026, "expected another folder for \"Laboratory Task 2\""),
        ("lab_task_3", ("learning_rate=0.01",), 2026, "\"s1\" has other numbers there"),
        ("lab_task_3", ("variants.grid=0.05",), 2026, "\"s1\" has other numbers there"),
    ],
)  # fmt: skip
def test_another_handout_is_refused(
    task: str, settings: tuple[str, ...], seed: int, message: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    write_handout(of_class(["Ana"]), out, Look())
    before = contents(out)
    with pytest.raises(ClassroomError, match=message):
        write_handout(of_class(["Ana", "Ben"], task, settings, seed=seed), out, Look())
    assert contents(out) == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[1]",
        b"\xff",
        b'{"task": "x", "seed": "y", "students": []}',
        b'{"task": "x", "seed": 1, "students": [], "more": ' + 100_000 * b"[" + 100_000 * b"]" + b"}",
    ],
)
def test_variants_that_no_handout_has_written_are_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "variants.json").write_bytes(content)
    with pytest.raises(ClassroomError, match=r"variants\.json"):
        write_handout(of_class(["Ana"]), tmp_path, Look())
    assert contents(tmp_path) == {"variants.json": content}


def test_a_template_that_fails_leaves_nothing(tmp_path: Path) -> None:
    template = tmp_path / "own.tex.j2"
    template.write_text("<< d.nothing >>")
    with pytest.raises(LabError):
        write_handout(of_class(["Ana"]), tmp_path / "out", Look(template=template))
    assert not (tmp_path / "out").exists()


def test_the_key_of_a_class_is_safe_in_a_spreadsheet(tmp_path: Path) -> None:
    students = [Student("=1+1", '@SUM(A1), "x"', "-2"), Student("s2", "Nguyễn")]
    made = handout(load_task("lab_task_3"), students, 1)
    write_handout(made, tmp_path / "out", Look())
    with (tmp_path / "out" / "key.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header[:5] == ["id", "name", "group", "variant", "Z1"]
    assert rows[0][:3] == ["'=1+1", '\'@SUM(A1), "x"', "'-2"]
    for row, sheet in zip(rows, made.sheets, strict=True):
        assert row[4:] == [blank.shown for part in sheet.parts for blank in part.blanks]


def test_of_two_handouts_at_once_in_one_folder_one_is_refused(tmp_path: Path) -> None:
    outcomes: list[object] = []

    def write(seed: int) -> None:
        try:
            write_handout(made[seed], tmp_path / "out", Look())
            outcomes.append(seed)
        except ClassroomError as error:
            outcomes.append(str(error))

    made = {seed: of_class(["Ana", "Ben"], seed=seed) for seed in (1, 2)}
    threads = [Thread(target=write, args=[seed]) for seed in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = (one for one in outcomes if isinstance(one, int))
    (message,) = (one for one in outcomes if isinstance(one, str))
    assert f'holds the handout of "Laboratory Task 3" with seed {winner}' in message
    write_handout(made[winner], tmp_path / "alone", Look())
    assert contents(tmp_path / "out") == contents(tmp_path / "alone")


@pytest.mark.parametrize("student", ["../../up", "con", "a/b\\c", "Ä", "x" * 300, "all", "."])
def test_an_id_is_never_a_path(student: str, tmp_path: Path) -> None:
    write_handout(handout(load_task("lab_task_2"), [Student(student)], 1), tmp_path / "out", Look())
    assert {path.name for path in tmp_path.iterdir()} == {"out"}
    assert len(list((tmp_path / "out" / "sheets").iterdir())) == 1


def test_a_filled_answer_sheet_earns_all_points(tmp_path: Path) -> None:
    made = of_class(['Ana "Ann" O\'Neil\\'])
    write_handout(made, tmp_path / "out", Look())
    sheet, path = made.sheets[0], tmp_path / "out" / "answers" / "s1.toml"
    text = path.read_text(encoding="utf-8")
    assert 'id = "s1"' in text
    head, *blanks = text.split(' = ""')
    shown = [blank.shown for part in sheet.parts for blank in part.blanks]
    filled = head + "".join(f' = "{number}"{rest}' for number, rest in zip(shown, blanks, strict=True))
    path.write_text(filled, encoding="utf-8")
    marks = check(sheet.variant.task, path)
    assert marks.score == marks.max_score


@pytest.mark.parametrize(
    ("notation", "calculations"),
    [
        (
            "lesson",
            {
                "Z1": "w11*x1 + w13*x2 + w15*x3 + theta1",
                "Z2": "w12*x1 + w14*x2 + w16*x3 + theta2",
                "H1": "max(0, Z1)",
            },
        ),
        ("pytorch", {"z1": "x @ fc1_weight.T + fc1_bias", "a1": "np.maximum(0, z1)"}),
    ],
)
def test_a_notebook_is_filled_in_with_calculations(
    notation: NotationName, calculations: dict[str, str], tmp_path: Path
) -> None:
    made = of_class(["Ana | *Ben* $x$"], notation=notation)
    write_handout(made, tmp_path / "out", Look())
    path = tmp_path / "out" / "answers" / "s1.ipynb"
    found = json.loads(path.read_text(encoding="utf-8"))
    assert [cell["metadata"].get("name") for cell in found["cells"][1:4]] == ["given", "z1", "a1"]
    for cell in found["cells"]:
        for name, calculation in calculations.items():
            cell["source"] = [line.replace(f"{name} = ...", f"{name} = {calculation}") for line in cell["source"]]
    path.write_text(json.dumps(found), encoding="utf-8")
    marks = check(made.sheets[0].variant.task, path)
    assert marks.status == "ok"
    verdicts = {(verdict.step, verdict.column): verdict.verdict for verdict in marks.verdicts}
    assert verdicts["z1", 0] == verdicts["z1", 1] == verdicts["a1", 0] == "right"
    assert verdicts["dW1", 0] == "missing"


@pytest.mark.parametrize("task", ["lab_task_3", "mazur_biases", "three_class_softmax", "binary_classification"])
def test_a_notebook_is_one_that_jupyter_reads_and_runs_as_it_is(task: str, tmp_path: Path) -> None:
    needs(find_spec("nbformat") is not None, "nbformat is not installed")
    import nbformat

    write_handout(of_class(['Ana\\ "Ann"'], task), tmp_path / "out", Look())
    found = nbformat.read(tmp_path / "out" / "answers" / "s1.ipynb", as_version=4)
    nbformat.validate(found)
    compile("\n".join(cell.source for cell in found.cells if cell.cell_type == "code"), "s1", "exec")
