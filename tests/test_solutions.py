"""The generated files are those that would be generated now, and the scripts print what the solutions say."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings

from backprop_lab.errors import LabError, NumberError
from backprop_lab.script import FRAMEWORKS, Framework, script
from backprop_lab.task import Task
from backprop_lab.taskfile import load_task, shipped_trainings
from tests.needs import needs_sklearn, needs_torch
from tests.regenerate import ROOT, SCRIPTS, generated
from tests.solved import SHIPPED, recorded, task_with
from tests.strategies import tasks


def test_the_generated_files_are_up_to_date() -> None:
    needs_sklearn()
    for path, text in generated():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is out of date: run `make solutions`"


def test_every_solution_has_its_task() -> None:
    assert {path.name for path in (ROOT / "solutions").iterdir()} == {
        *(f"{name}.md" for name in (*SHIPPED, *shipped_trainings())),
        *(f"{name}_{framework}.py" for name in (*SCRIPTS, *shipped_trainings()) for framework in FRAMEWORKS),
    }


def printed(text: str) -> dict[str, list[list[float]]]:
    """Read the lines `name = [[…]]` that a script prints."""
    lines = [re.fullmatch(r"(\w+) = (\[\[.*\]\])", line) for line in text.splitlines()]
    assert all(lines), text
    return {line[1]: json.loads(line[2]) for line in lines if line}


def assert_same_numbers(found: dict[str, list[list[float]]], task: Task) -> None:
    """Fail unless the last pass has these steps, and these values to the printed decimals."""
    record = recorded(task)
    last = max(step["pass"] for step in record["steps"])
    expected = {step["name"]: step["value"] for step in record["steps"] if step["pass"] == last}
    assert list(found) == list(expected)
    for name, matrix in expected.items():
        assert np.shape(found[name]) == np.shape(matrix), name
        room = 0.5001 * 10.0**-task.decimals + 1e-9 * np.abs(matrix).max()
        assert np.abs(np.subtract(found[name], matrix)).max() <= room, name


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_prints_the_numbers_of_the_solution_wherever_it_runs(
    name: str, framework: Framework, tmp_path: Path
) -> None:
    if framework == "torch":
        needs_torch()
    file = ROOT / "solutions" / f"{name}_{framework}.py"
    command = [sys.executable, "-I", "-W", "error", str(file)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert_same_numbers(printed(done.stdout), load_task(name))
    assert not list(tmp_path.iterdir())


def numbers_printed(name: str, framework: Framework, folder: Path) -> list[float]:
    """Run a kept script of a training in an empty folder, and return every number that it prints."""
    file = ROOT / "solutions" / f"{name}_{framework}.py"
    command = [sys.executable, "-I", "-W", "error", str(file)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return [float(number) for number in re.findall(r"\d+(?:\.\d+)?", done.stdout)]


@pytest.mark.parametrize("name", ["apples_oranges_training", "overfitting_fought"])
def test_the_two_scripts_of_a_training_print_the_same_wherever_they_run(name: str, tmp_path: Path) -> None:
    needs_torch()
    of_numpy, of_torch = (numbers_printed(name, framework, tmp_path) for framework in FRAMEWORKS)
    assert len(of_numpy) > 15
    assert np.allclose(of_numpy, of_torch, rtol=0, atol=1.1e-6)
    assert not list(tmp_path.iterdir())


def run(source: str) -> dict[str, list[list[float]]]:
    """Run a script in this process and read what it prints."""
    output = io.StringIO()
    with redirect_stdout(output):
        exec(compile(source, "script", "exec"), {"__name__": "__main__"})
    return printed(output.getvalue())


@given(tasks(largest_depth=3, largest_width=3, largest_batch=3))
def test_a_script_in_numpy_prints_the_numbers_of_the_solution(task: Task) -> None:
    # A logarithm of an output that was rounded to 0 has no value.
    assume(task.rounding == "full" or "cross_entropy" not in task.network.loss)
    try:
        recorded(task)
    except NumberError:
        assume(False)
    assert_same_numbers(run(script(task, "numpy")), task)


@pytest.fixture
def torch() -> Iterator[Any]:
    needs_torch()
    import torch

    before = torch.get_default_dtype()
    yield torch
    torch.set_default_dtype(before)


def case(name: str, *settings: str) -> Any:
    return pytest.param(name, settings, id=f"{name} {' '.join(settings)}".strip())


CASES = [
    case("mazur_biases", "steps=3"),
    case("three_layer", "steps=3", "momentum=0.9", "dampening=0.1", "weight_decay=0.01"),
    case("tanh_network", "steps=2", "momentum=0.5", "nesterov=true"),
    case("three_class_softmax", "steps=3", "momentum=0.9"),
    case("lesson_sigmoid_error", "steps=2"),
    case("binary_classification", "weight_decay=0.1"),
    case("apples_oranges", "steps=2"),
    case("bookai"),
    case("leaky_relu_network", "steps=2"),
    case("cross_entropy_scores"),
    case("surafel_bce"),
    case("three_layer", "update.biases=false"),
    case("three_layer", "frozen=[1, 2, 3]"),
    case("three_layer", "steps=2", "frozen=[2]"),
    case("mazur", "steps=3"),
]


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_a_script_in_numpy_prints_the_numbers_of_several_updates(name: str, settings: tuple[str, ...]) -> None:
    task = load_task(name, [*settings, "rounding=full"])
    assert_same_numbers(run(script(task, "numpy")), task)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        case("three_layer", "steps=3", "momentum=0.9", "dampening=0.1", "weight_decay=0.01"),
        case("tanh_network", "steps=2", "momentum=0.5", "nesterov=true"),
        case("lesson_sigmoid_error", "steps=2"),
        case("apples_oranges", "steps=2"),
        case("lab_task_3", "decimals=1"),
        case("mazur_biases", "steps=3"),
        case("three_class_softmax", "steps=3", "momentum=0.9"),
        case("surafel_bce"),
    ],
)
def test_a_script_in_numpy_carries_rounded_numbers_on(name: str, settings: tuple[str, ...]) -> None:
    task = load_task(name, [*settings, "rounding=carry"])
    assert_same_numbers(run(script(task, "numpy")), task)


@pytest.mark.usefixtures("torch")
@pytest.mark.parametrize(("name", "settings"), CASES)
def test_a_script_in_pytorch_prints_the_numbers_of_the_solution(name: str, settings: tuple[str, ...]) -> None:
    task = load_task(name, [*settings, "rounding=full"])
    assert_same_numbers(run(script(task, "torch")), task)


HALF, TENTH = Decimal("0.5"), Decimal("0.1")
KINKS: dict[str, tuple[list[Any], list[Any], list[Any], Any]] = {
    "in the second update": (
        [[["0.5", "0.2"], ["-0.3", 0]], [[-1], [2]]], [[2, 2]], [["0.5"]], {"learning_rate": HALF, "steps": 2},
    ),
    "of large terms": (
        [[["3751.9", 1], ["1.3", 1], ["-3753.2", 1]], [["0.5"], [1]]], [[1, 1, 1]], [[1]], {"learning_rate": TENTH},
    ),
    "beside a small net input": (
        [[["0.1", "4e-14"], ["0.2", 0], ["-0.3", 0]], [[1], [1_000_000]]], [[1, 1, 1]], [[1]],
        {"learning_rate": TENTH},
    ),
}  # fmt: skip


@pytest.mark.usefixtures("torch")
@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("kind", KINKS)
def test_a_script_knows_the_kink_of_a_relu(kind: str, framework: Framework) -> None:
    weights, x, y, update = KINKS[kind]
    task = task_with(activations=["relu", "identity"], weights=weights, x=x, y=y, update=update)
    assert_same_numbers(run(script(task, framework)), task)


@pytest.mark.parametrize("change", ["frozen=[1]", "update.biases=false"])
def test_a_script_that_rounds_leaves_alone_what_is_not_updated(change: str) -> None:
    task = load_task("lab_task_3", ["rounding=carry", "decimals=0", "steps=2", "w11=0.6", "theta2=0.7", change])
    assert_same_numbers(run(script(task, "numpy")), task)


@pytest.mark.usefixtures("torch")
@settings(max_examples=15)
@given(tasks(largest_depth=2, largest_width=2, largest_batch=2, most_steps=1))
def test_a_script_in_pytorch_agrees_for_any_task(task: Task) -> None:
    if task.rounding == "carry":
        with pytest.raises(LabError, match="rounding=full"):
            script(task, "torch")
        return
    try:
        recorded(task)
    except NumberError:
        assume(False)
    assert_same_numbers(run(script(task, "torch")), task)
