"""Training programs through the commands: check, grade, regrade, gradescope, tasks."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.classroom.trees import planted
from tests.command import Finished, command, output_of
from tests.needs import needs_bubblewrap, needs_torch
from tests.redteam.grading import Graded

TASK = """
kind = "training"
title = "Two layers"
[network]
units = [3, 1]
loss = "mean_squared_error"
[data]
x = [[0.0], [1.0]]
y = [[1.0], [3.0]]
[update]
learning_rate = 0.1
[training]
epochs = 20
batch_size = 8
"""
PROGRAM = """
import torch
torch.manual_seed(0)
X = torch.linspace(-1, 1, 24).reshape(-1, 1)
y = 2 * X + 1
model = torch.nn.Sequential(torch.nn.Linear(1, 3), torch.nn.Linear(3, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loss_function = torch.nn.MSELoss()
for epoch in range(EPOCHS):
    for start in range(0, 24, 8):
        optimizer.zero_grad()
        loss = loss_function(model(X[start : start + 8]), y[start : start + 8])
        loss.backward()
        optimizer.step()
with torch.no_grad():
    print(loss_function(model(X), y))
"""
RIGHT, SHORT = PROGRAM.replace("EPOCHS", "20"), PROGRAM.replace("EPOCHS", "19")


@pytest.fixture
def task(tmp_path: Path) -> Path:
    path = tmp_path / "two_layers.toml"
    path.write_text(TASK)
    return path


def check(task: Path, text: str, *options: object, name: str = "lab4.py") -> Finished:
    file = task.with_name(name)
    file.write_text(text)
    return command("check", task, file, *options)


def test_full_marks_end_with_0_and_lost_points_with_1(task: Path) -> None:
    needs_torch()
    full, short = check(task, RIGHT), check(task, SHORT)
    assert (full.status, short.status) == (0, 1)
    assert "10 of 10 points (100 %)" in full.output
    assert "backprop-lab solve" not in full.output
    assert "The loop is one epoch short." in " ".join(short.output.split())


def test_the_record_of_a_training_program_is_that_of_any_other(task: Path) -> None:
    needs_torch()
    record = json.loads(check(task, SHORT, "--format", "json").output)
    assert (record["schema"], record["status"], record["score"], record["max_score"]) == (1, "ok", 9.0, 10.0)
    (epochs,) = (one for one in record["steps"] if one["step"] == "epochs")
    assert (epochs["verdict"], epochs["cause"]) == ("wrong", "one-epoch-short")
    assert (epochs["expected"], epochs["found"], epochs["points"]) == (20, 19, 0)


@pytest.mark.parametrize(("name", "text"), [("answers.toml", "z1 = 3"), ("notes.md", "z1 = 3, and the loss is 0.5.")])
def test_what_is_no_program_is_one_line(name: str, text: str, task: Path) -> None:
    finished = check(task, text, name=name)
    assert finished.status == 2
    assert finished.messages.endswith(
        f"{name}: has no program; expected a script or notebook that trains the network\n"
    )
    assert finished.messages.count("\n") == 1


@pytest.mark.parametrize("command_", ["check", "grade"])
def test_a_training_task_has_no_variants(command_: str, task: Path) -> None:
    file, roster = task.with_name("lab4.py"), task.with_name("roster.csv")
    file.write_text(RIGHT)
    roster.write_text("id,name\nana,Ana\n")
    options = ["--id", "ana"] if command_ == "check" else ["--out", task.with_name("out")]
    finished = command(command_, task, file, "--seed", 7, "--roster", roster, *options)
    assert finished.status == 2
    assert "a training task" in finished.messages
    assert "--seed" in finished.messages
    assert finished.messages.count("\n") == 1
    assert not task.with_name("out").exists()


@pytest.fixture
def graded(task: Path) -> Graded:
    needs_torch()
    needs_bubblewrap()
    handed_in = planted(
        task.parent / "handed_in",
        {"ana/lab4.py": RIGHT.encode(), "ben/lab4.py": SHORT.encode(), "cho/answers.toml": b"z1 = 3"},
    )
    exports = ["--export", "junit", "--export", "canvas", "--export", "gradescope"]
    finished = command("grade", task, handed_in, "--out", task.with_name("out"), "--jobs", 1, *exports)
    assert finished.status == 0, finished.messages
    return Graded(task.with_name("out"), finished.status, finished.messages, 0)


def test_a_class_is_graded_and_a_verdict_corrected(graded: Graded) -> None:
    rows = graded.rows()
    assert {student: row["score"] for student, row in rows.items()} == {"ana": "10", "ben": "9", "cho": "0"}
    assert (rows["ben"]["epochs"], rows["cho"]["status"]) == ("0", "unreadable")
    report = (graded.out / "report.html").read_text()
    assert "the loop is one epoch short" in report
    assert "gradients cleared" in report
    text = output_of(
        "regrade", graded.out, "ben", "--set", "epochs=right", "--note", "19 was agreed on.", "--by", "Ada"
    )
    assert text == "ben: 10 of 10 points\n"
    assert "19 was agreed on." in (graded.out / "feedback" / "ben.html").read_text()
    assert 'name="epochs"' in (graded.out / "junit.xml").read_text()


def test_a_verdict_on_what_is_not_asked_is_one_line(graded: Graded) -> None:
    finished = command("regrade", graded.out, "ben", "--set", "epoch=right", "--note", "x", "--by", "Ada")
    assert (finished.status, finished.messages.count("\n")) == (2, 1)
    assert 'did you mean "epochs"?' in finished.messages


def test_an_autograder_is_written(task: Path) -> None:
    archive = task.with_name("autograder.zip")
    finished = command("gradescope", task, "--torch", "-o", archive)
    assert (finished.status, finished.messages) == (0, f"Wrote {archive}; its tests are worth 10 points\n")
    with zipfile.ZipFile(archive) as packed:
        assert packed.read("task.toml").decode() == TASK


def test_training_tasks_are_listed_with_what_they_are(task: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(task.parent)
    assert "Two layers (training: units 3-1, 20 epochs)" in output_of("tasks")
