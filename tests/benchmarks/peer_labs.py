"""Laboratory Task 3 as other autograders want it: the same program, the same values, the same points.

nbgrader       a source notebook with an autograded cell for each step; `nbgrader autograde` takes all students in
               one command, one after the other. It has no jobs: two at once, each on a gradebook of its own as its
               users do (its issue 174), are two courses with half the class each.
otter-grader   `otter assign`, a hidden test for each step; its API grades one notebook after the other in one
               process, which saves the imports of `otter run` for each. `otter grade` does it in Docker containers.
PyBryt         a compiled reference with a value annotation for each step; a notebook is traced, then checked.
unittest       a test for each step, in a process for each student that imports the student's script.
python         a process for each student that runs the script and marks nothing.

The first three run a notebook in a Jupyter kernel of its own, and once. Like unittest, nbgrader and otter ask for
given names; PyBryt looks for values under any name, wherever they come from. None of them runs a program a second
time with other givens, credits what follows from a mistake, names the mistake, or as used here shuts a program in.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backprop_lab.solution import solve
from backprop_lab.taskfile import load_task

PROGRAMS = Path(__file__).parent / "peer_programs"
TOLERANCE = 1e-6
Cells = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Command:
    """A command, the folder that it runs in, and the file that takes what it prints."""

    arguments: tuple[str | Path, ...]
    folder: Path
    output: Path

    def run(self) -> None:
        """Run the command; its exit status says nothing of use, since a wrong program is not a failure."""
        with self.output.open("w") as output:
            subprocess.run(
                self.arguments,
                cwd=self.folder,
                env=_activated(self.arguments[0], self.folder),
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )


@dataclass(frozen=True, slots=True)
class Marking:
    """Commands that mark a class, to be run two at a time, and how the percentages are read afterwards."""

    commands: tuple[Command, ...]
    percentages: Callable[[], dict[str, float]]


Prepare = Callable[[Path, Path, Mapping[str, str]], Marking]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the lab: its right value and its points."""

    name: str
    value: list[list[float]]
    points: int

    @property
    def assertion(self) -> str:
        """The test of this step."""
        return f"np.testing.assert_allclose({self.name}, {self.value}, atol={TOLERANCE})"


def lab_steps() -> list[Step]:
    """Return the steps of Laboratory Task 3 that are worth points."""
    task = load_task("lab_task_3")
    values = solve(task).first.values
    asked = [ask for ask in task.asked if ask.points is None or ask.points]
    return [Step(ask.step, values[ask.step].tolist(), values[ask.step].size) for ask in asked]


def nbgrader(python: Path, folder: Path, programs: Mapping[str, str]) -> Marking:
    """Make two courses, each with half the class; the command sets a time limit for a cell."""
    command = python.with_name("nbgrader")
    commands, courses = [], []
    for number, half in enumerate(_halves(programs)):
        course = folder / f"course{number}"
        courses.append(course)
        tests = [
            _code(
                f"### BEGIN HIDDEN TESTS\n{step.assertion}\n### END HIDDEN TESTS",
                nbgrader=_graded(f"test_{step.name}", points=step.points),
            )
            for step in lab_steps()
        ]
        work = _code("### BEGIN SOLUTION\npass\n### END SOLUTION", nbgrader=_graded("work"))
        _write(course / "source" / "lab" / "lab.ipynb", [_code("import numpy as np"), work, *tests])
        _run(command, "generate_assignment", "lab", folder=course)
        released = json.loads((course / "release" / "lab" / "lab.ipynb").read_text("utf-8"))
        for student, program in half.items():
            released["cells"][1]["source"] = program
            _write(course / "submitted" / student / "lab" / "lab.ipynb", released["cells"])
        arguments = (command, "autograde", "lab", "--force", "--ExecutePreprocessor.timeout=30")
        commands.append(Command(arguments, course, course / "log"))

    def percentages() -> dict[str, float]:
        found = {}
        for course in courses:
            _run(command, "export", "--to", "grades.csv", folder=course)
            with (course / "grades.csv").open(newline="", encoding="utf-8") as lines:
                for row in csv.DictReader(lines):
                    found[row["student_id"]] = 100 * float(row["score"]) / float(row["max_score"])
        return found

    return Marking(tuple(commands), percentages)


def otter(python: Path, folder: Path, programs: Mapping[str, str]) -> Marking:
    """Make the autograder with `otter assign`, and the notebooks; one process for each half of the class."""
    points = [step.points for step in lab_steps()]
    cells = [
        _raw("# ASSIGNMENT CONFIG\ninit_cell: false\nexport_cell: false\ncheck_all_cell: false\ngenerate: true"),
        _raw(f"# BEGIN QUESTION\nname: lab\npoints: {points}"),
        _raw("# BEGIN SOLUTION"),
        _code("# BEGIN SOLUTION\nimport numpy as np\n# END SOLUTION"),
        _raw("# END SOLUTION"),
        _raw("# BEGIN TESTS"),
        *(_code(f"# HIDDEN\n{step.assertion}") for step in lab_steps()),
        _raw("# END TESTS"),
        _raw("# END QUESTION"),
    ]
    _write(folder / "lab.ipynb", cells)
    _run(python.with_name("otter"), "assign", "--no-pdfs", "--no-run-tests", "lab.ipynb", "made", folder=folder)
    (autograder,) = (folder / "made" / "autograder").glob("*.zip")
    handed_out = json.loads((folder / "made" / "student" / "lab.ipynb").read_text("utf-8"))
    (answer,) = (cell for cell in handed_out["cells"] if "otter_answer_cell" in cell["metadata"].get("tags", ()))
    for student, program in programs.items():
        answer["source"] = program
        _write(folder / f"{student}.ipynb", handed_out["cells"], **handed_out["metadata"])
    return _by_halves((python, PROGRAMS / "otter_class.py", autograder), folder, programs)


def pybryt(python: Path, folder: Path, programs: Mapping[str, str]) -> Marking:
    """Compile the reference, and make the notebooks; one process for each half of the class."""
    annotations = [
        _code(f"pybryt.Value(np.array({step.value}), name='{step.name}: {step.points}', atol={TOLERANCE})")
        for step in lab_steps()
    ]
    _write(folder / "reference.ipynb", [_code("import numpy as np\nimport pybryt"), *annotations])
    _run(python.with_name("pybryt"), "compile", "reference.ipynb", "-n", "lab", "-d", "reference.pkl", folder=folder)
    for student, program in programs.items():
        _write(folder / f"{student}.ipynb", [_code(program)])
    return _by_halves((python, PROGRAMS / "pybryt_class.py", folder / "reference.pkl"), folder, programs)


def unittest(python: Path, folder: Path, programs: Mapping[str, str]) -> Marking:
    """Write a file of tests, and each script into a folder of its own."""
    tests = [f"    def test_{step.name}(self):\n        {_in_work(step)}\n" for step in lab_steps()]
    text = "import unittest\n\nimport numpy as np\n\nimport work\n\n\nclass Lab(unittest.TestCase):\n" + "\n".join(
        tests
    )
    for student, program in programs.items():
        (folder / student).mkdir()
        (folder / student / "work.py").write_text(program, "utf-8")
        (folder / student / "test_lab.py").write_text(text, "utf-8")

    def percentages() -> dict[str, float]:
        return {student: _passed((folder / student / "log").read_text("utf-8")) for student in programs}

    arguments = (python, "-m", "unittest", "--verbose", "test_lab")
    return Marking(tuple(Command(arguments, folder / each, folder / each / "log") for each in programs), percentages)


def bare(python: Path, folder: Path, programs: Mapping[str, str]) -> Marking:
    """Write the scripts; nothing is marked."""
    commands = []
    for student, program in programs.items():
        script = folder / f"{student}.py"
        script.write_text(program, "utf-8")
        commands.append(Command((python, script), folder, folder / f"{student}.log"))
    return Marking(tuple(commands), dict)


def _in_work(step: Step) -> str:
    return step.assertion.replace(f"({step.name},", f"(work.{step.name},")


def _passed(log: str) -> float:
    """Return the percentage of points that a verbose run of the tests has given."""
    steps = lab_steps()
    reached = sum(step.points for step in steps if f"test_lab.Lab.test_{step.name}) ... ok" in log)
    return 100 * reached / sum(step.points for step in steps)


def _by_halves(arguments: tuple[str | Path, ...], folder: Path, programs: Mapping[str, str]) -> Marking:
    """Return one command for each half of the class; each prints the percentages in its last line."""
    commands = [
        Command((*arguments, *(folder / f"{student}.ipynb" for student in half)), folder, folder / f"log{number}")
        for number, half in enumerate(_halves(programs))
    ]

    def percentages() -> dict[str, float]:
        found: dict[str, float] = {}
        for command in commands:
            found |= json.loads(command.output.read_text("utf-8").splitlines()[-1])
        return found

    return Marking(tuple(commands), percentages)


def _halves(programs: Mapping[str, str]) -> list[dict[str, str]]:
    students = list(programs.items())
    return [dict(students[start::2]) for start in (0, 1)]


def _graded(grade_id: str, points: int = 0) -> dict[str, Any]:
    """Return nbgrader's metadata of a cell: of tests where it has points, else of the student's work."""
    kind = {"grade": bool(points), "solution": not points, "locked": bool(points), "task": False}
    return {"schema_version": 3, "grade_id": grade_id, **kind, **({"points": points} if points else {})}


def _code(source: str, **metadata: Any) -> dict[str, Any]:
    return {**_raw(source), "cell_type": "code", "execution_count": None, "outputs": [], "metadata": metadata}


def _raw(source: str) -> dict[str, Any]:
    return {"cell_type": "raw", "metadata": {}, "source": source}


def _write(path: Path, cells: Cells, **metadata: Any) -> None:
    """Write a notebook."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    named = [{**cell, "id": f"cell{number}"} for number, cell in enumerate(cells)]
    notebook = {"cells": named, "metadata": {"kernelspec": kernel, **metadata}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook), "utf-8")


def _run(*arguments: str | Path, folder: Path) -> None:
    """Run a command that prepares or reads; raises CalledProcessError, which has what it printed."""
    subprocess.run(
        arguments,
        cwd=folder,
        env=_activated(arguments[0], folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )


def _activated(command: str | Path, folder: Path) -> dict[str, str]:
    """Return environment variables: commands beside this one come first, and Jupyter keeps to the folder."""
    path = os.pathsep.join((str(Path(command).parent), os.environ.get("PATH", "")))
    kept = {"IPYTHONDIR": str(folder / ".ipython"), "JUPYTER_RUNTIME_DIR": str(folder / ".jupyter")}
    return {**os.environ, **kept, "PATH": path}
