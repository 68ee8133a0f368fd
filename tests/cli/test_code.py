from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import output_of
from tests.solved import SHIPPED


@pytest.mark.parametrize("framework", ["numpy", "torch"])
@pytest.mark.parametrize("name", SHIPPED)
def test_a_script_is_python(name: str, framework: str) -> None:
    text = output_of("code", name, "--framework", framework, "--set", "rounding=full")
    compile(text, name, "exec")
    assert f"import {framework}" in text
    assert text.startswith("# ")
    assert text.endswith(")\n")


def test_numpy_is_the_default_and_a_file_gets_the_same(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    assert output_of("code", "lab_task_3", "-o", path) == ""
    assert (
        path.read_text(encoding="utf-8")
        == output_of("code", "lab_task_3")
        == output_of("code", "lab_task_3", "--framework", "numpy")
    )


def test_settings_are_in_the_script() -> None:
    assert "learning_rate = 0.25" in output_of("code", "lab_task_3", "--set", "learning_rate=0.25")


def test_each_step_is_a_line_that_reads_as_the_formula() -> None:
    text = output_of("code", "lab_task_3")
    for line in (
        "z1 = x @ W1 + b1",
        "a1 = relu(z1)",
        "error = a2 - y",
        "L = 1 / 2 * np.sum(error**2)",
        "dW2 = a1.T @ delta2",
        "delta1 = delta2 @ W2.T * relu_slope(z1)",
        "dx = delta1 @ W1.T",
        "W1_new = W1 - learning_rate * dW1",
    ):
        assert f"\n{line}\n" in text


def test_a_title_stays_in_its_comment() -> None:
    title = "\"\"\" ''' {x} %s \\ # print(1)"
    for framework in ("numpy", "torch"):
        text = output_of("code", "lab_task_3", "--framework", framework, "--set", f"title={title}")
        assert any(line.startswith("# ") and line.endswith(title) for line in text.splitlines())
        compile(text, "script", "exec")
