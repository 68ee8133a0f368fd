"""What `check` prints and leaves with, about marks made by hand."""

from __future__ import annotations

import io
import json
import re
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from backprop_lab import cli
from backprop_lab.errors import SubmissionError
from backprop_lab.feedback import PAGES
from backprop_lab.limits import Limits
from backprop_lab.marking.marks import Caution, Marks
from backprop_lab.marking.observations import Crash
from backprop_lab.task import Task
from backprop_lab.taskfile import load_task
from tests.command import command
from tests.marked import MISSING, lost, marked
from tests.solved import SHIPPED

LAB = load_task("lab_task_3")
FULL = marked(LAB)
PART = marked(LAB, {"delta1": lost("wrong", cause="no-hidden-slope"), "z1": MISSING})
STOPPED = marked(LAB, status="error", crash=Crash("NameError", "name 'w1' is not defined", 3, None, "line 3\n    w1"))

NUMBER = {"type": "number"}
POSITION = {"type": ["integer", "null"], "minimum": 1}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": [
        "schema", "task", "submission", "status", "message", "score", "max_score", "percent", "steps", "warnings",
    ],
    "properties": {
        "schema": {"const": 1},
        "task": {"type": "string"},
        "submission": {"type": "string"},
        "status": {"enum": ["ok", "error", "timeout", "memory", "output", "unreadable", "sandbox"]},
        "message": {"type": "string", "minLength": 1},
        "score": {"type": "number", "minimum": 0},
        "max_score": {"type": "number", "minimum": 0},
        "percent": {"type": ["number", "null"], "minimum": 0, "maximum": 100},
        "steps": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": [
                    "step", "row", "column", "symbol", "ascii", "verdict", "cause", "points", "max_points",
                    "expected", "found", "where", "message",
                ],
                "properties": {
                    "step": {"enum": [step.name for step in LAB.graph.steps]},
                    "row": {"type": "integer", "minimum": 0},
                    "column": {"type": "integer", "minimum": 0},
                    "symbol": {"type": "string", "minLength": 1},
                    "ascii": {"type": "string", "pattern": r"^[A-Za-z0-9_.,\[\]]+$"},
                    "verdict": {"enum": ["right", "follows", "typed-in", "wrong", "missing"]},
                    "cause": {"type": ["string", "null"], "pattern": "^[a-z-]+$"},
                    "points": NUMBER,
                    "max_points": NUMBER,
                    "expected": {"type": ["number", "null"]},
                    "found": {"type": ["number", "null"]},
                    "where": {
                        "type": ["object", "null"],
                        "additionalProperties": False,
                        "required": ["name", "line", "cell"],
                        "properties": {"name": {"type": "string"}, "line": POSITION, "cell": POSITION},
                    },
                    "message": {"type": "string", "minLength": 1},
                },
            },
        },
        "warnings": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["about", "names", "message"],
                "properties": {
                    "about": {"type": "string"},
                    "names": {"type": "array", "items": {"type": "string"}},
                    "message": {"type": "string", "minLength": 1},
                },
            },
        },
    },
}  # fmt: skip


class Checker:
    """Stands for the library call: it gives these marks, or this error, and keeps what it was asked."""

    def __init__(self) -> None:
        self.result: Marks | SubmissionError = FULL
        self.asked: list[tuple[str, str, float]] = []

    def __call__(self, task: Task, path: Path, *, limits: Limits) -> Marks:
        self.asked.append((task.title, str(path), limits.seconds))
        if isinstance(self.result, SubmissionError):
            raise self.result
        return self.result


@pytest.fixture
def checker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checker:
    found = Checker()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("backprop_lab.checking.check", found, raising=False)
    monkeypatch.setattr(cli, "COMMANDS", tuple(dict.fromkeys((*cli.COMMANDS, "check"))))
    Path("lab.py").write_text("Z1 = 1\n")
    return found


@pytest.mark.parametrize("format_", [*PAGES, "json"])
@pytest.mark.parametrize(
    ("marks", "status"),
    [
        (FULL, 0),
        (PART, 1),
        (STOPPED, 1),
        (marked(LAB, status="timeout"), 1),
        (marked(LAB, status="sandbox"), 1),
        (Marks("unreadable", message="lab.py: is empty"), 2),
    ],
)
def test_the_exit_status_tells_full_marks_lost_points_and_nothing_to_mark(
    marks: Marks, status: int, format_: str, checker: Checker
) -> None:
    checker.result = marks
    finished = command("check", "lab_task_3", "lab.py", "--format", format_)
    assert (finished.status, finished.messages) == (status, "")
    assert "Laboratory Task 3" in finished.output


@pytest.mark.parametrize("reveal", ["never", "wrong", "all"])
def test_the_record_keeps_its_contract(reveal: str, checker: Checker) -> None:
    cautions = (Caution("stale_output", ("cell 3",)), Caution("reversed"))
    for marks in (FULL, PART, STOPPED, Marks("unreadable", message="no"), marked(LAB, cautions=cautions)):
        checker.result = marks
        finished = command("check", "lab_task_3", "lab.py", "--format", "json", "--reveal", reveal)
        jsonschema.validate(json.loads(finished.output), SCHEMA)


def test_what_is_asked_reaches_the_check(checker: Checker) -> None:
    assert command("check", "lab_task_3", "lab.py", "--seconds", "7").status == 0
    command("check", "lab_task_3", "lab.py")
    assert checker.asked == [("Laboratory Task 3", "lab.py", 7), ("Laboratory Task 3", "lab.py", 20)]


def test_a_file_that_cannot_be_read_is_one_line(checker: Checker) -> None:
    checker.result = SubmissionError("lab.py: is no notebook: \x1b[31m line 3")
    for format_ in PAGES:
        finished = command("check", "lab_task_3", "lab.py", "--format", format_, "-o", "out.txt")
        assert (finished.status, finished.output) == (2, "")
        assert finished.messages == "backprop-lab: lab.py: is no notebook: \\x1b[31m line 3\n"
        assert not Path("out.txt").exists()


def test_a_file_that_cannot_be_read_still_has_a_record(checker: Checker) -> None:
    checker.result = SubmissionError("lab.py: is no notebook")
    finished = command("check", "lab_task_3", "missing.py", "--format", "json")
    record = json.loads(finished.output)
    assert (finished.status, finished.messages) == (2, "")
    jsonschema.validate(record, SCHEMA)
    assert (record["status"], record["score"], record["steps"]) == ("unreadable", 0, [])
    assert "lab.py: is no notebook" in record["message"]


@pytest.mark.parametrize(("suffix", "start"), [("txt", "Lab"), ("md", "# Lab"), ("html", "<!DOC"), ("json", "{")])
def test_the_format_is_what_the_suffix_means(suffix: str, start: str, checker: Checker) -> None:
    checker.result = PART
    assert command("check", "lab_task_3", "lab.py", "-o", f"out.{suffix}").status == 1
    text = Path(f"out.{suffix}").read_text(encoding="utf-8")
    assert text.startswith(start)
    assert text.rstrip("\n") == command("check", "lab_task_3", "lab.py", "--format", suffix).output.rstrip("\n")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("lab_task_3",), "FILE"),
        (("lab_task_3", "lab.py", "-o", "out.pdf"), ".html"),
        (("lab_task_3", "lab.py", "--reveal", "some"), "never"),
        (("lab_task_3", "lab.py", "--seconds", "0"), "seconds"),
        (("lab_task_3", "lab.py", "--seconds", "nan"), "seconds"),
        (("lab_task_3", "lab.py", "--notation", "mine"), "standard"),
        (("nothing_like_it", "lab.py"), "no such file"),
    ],
)
def test_a_bad_argument_is_one_line(arguments: tuple[str, ...], expected: str, checker: Checker) -> None:
    finished = command("check", *arguments)
    assert (finished.status, finished.output, checker.asked) == (2, "", [])
    assert re.fullmatch(r"backprop-lab: .*\n", finished.messages)
    assert expected in finished.messages


@pytest.mark.usefixtures("checker")
@pytest.mark.parametrize("format_", [*PAGES, "json"])
def test_the_submission_is_not_written_over(format_: str) -> None:
    finished = command("check", "lab_task_3", "lab.py", "--format", format_, "-o", "lab.py")
    assert (finished.status, finished.output) == (2, "")
    assert Path("lab.py").read_text() == "Z1 = 1\n"


def test_a_submission_that_cannot_be_read_is_not_written_over_either(checker: Checker) -> None:
    checker.result = SubmissionError("lab.py: is no notebook")
    assert command("check", "lab_task_3", "lab.py", "--format", "json", "-o", "lab.py").status == 2
    assert Path("lab.py").read_text() == "Z1 = 1\n"


@pytest.mark.usefixtures("checker")
def test_the_symbols_are_those_that_are_asked_for() -> None:
    text = command("check", "lab_task_3", "lab.py", "--notation", "standard").output
    assert "δ[¹]₁" in text
    assert "backprop-lab solve lab_task_3 --notation standard" in text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def on_a_terminal(*arguments: str) -> str:
    output = Terminal()
    with redirect_stdout(output), redirect_stderr(io.StringIO()):
        cli.run(["check", "lab_task_3", "lab.py", *arguments])
    return output.getvalue()


def test_colours_are_for_a_terminal_that_wants_them(checker: Checker, monkeypatch: pytest.MonkeyPatch) -> None:
    checker.result = PART
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    coloured = on_a_terminal()
    plain = command("check", "lab_task_3", "lab.py").output
    assert "\x1b[1;31m✗ wrong" in coloured
    assert "\x1b" not in plain
    without = "\n".join(line.rstrip() for line in re.sub(r"\x1b\[[\d;]*m", "", coloured).splitlines())
    assert without == plain.rstrip("\n")
    assert "\x1b" not in on_a_terminal("--format", "md")
    on_a_terminal("-o", "out.txt")
    assert Path("out.txt").read_text(encoding="utf-8") == plain
    monkeypatch.setenv("NO_COLOR", "1")
    assert on_a_terminal() == plain
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert on_a_terminal() == plain


@pytest.mark.usefixtures("checker")
def test_the_help_warns_that_the_program_is_run() -> None:
    text = " ".join(command("check", "--help").output.split())
    assert "run on this computer with your own rights" in text
    assert "only work that you trust" in text


@pytest.mark.parametrize("name", SHIPPED)
def test_a_task_is_asked_what_it_hides(name: str) -> None:
    finished = command("tasks", "--hides", name)
    assert (finished.status, finished.messages) == (0, "")
    assert finished.output.startswith(load_task(name).title)


def test_laboratory_task_3_hides_the_slope_of_a_unit_that_is_alive() -> None:
    text = command("tasks", "--hides", "lab_task_3").output
    assert "relu-slope-one\n    at δ₃: the slope of ReLU was taken as 1 everywhere\n" in text
    assert command("tasks", "--hides", "nothing_like_it").status == 2
