"""What a submission as a whole is told: stale outputs, answers left out, text or program."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from backprop_lab.checking import check
from backprop_lab.errors import SubmissionError
from backprop_lab.marking.marks import Marks
from backprop_lab.taskfile import load_task
from tests.needs import needs_posix

GIVENS = """
import numpy as np
x = np.array([[1, 0, 1]]); y = np.array([[1]])
W1 = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]]); b1 = np.array([[-0.4, 0.2]])
W2 = np.array([[-0.3], [-0.2]]); b2 = np.array([[0.1]])
"""
LOOP = """
for epoch in range(40):
    e = np.maximum(np.maximum(x @ W1 + b1, 0) @ W2 + b2, 0) - y
    b2 = b2 - 0.01 * e
    print(f"loss {(0.5 * e ** 2).item():.6f}")
"""


@pytest.fixture(autouse=True)
def _posix() -> None:
    needs_posix()


def is_stale(folder: Path, source: str, printed: str) -> bool:
    """Tell whether a notebook with an output gets the caution that it is stale."""
    output = {"output_type": "stream", "name": "stdout", "text": printed}
    cells = [
        {"cell_type": "code", "metadata": {}, "execution_count": 1, "source": text, "outputs": outputs}
        for text, outputs in ((GIVENS, []), (source, [output]))
    ]
    path = folder / "lab.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), "utf-8")
    marks = check(load_task("lab_task_3"), path)
    assert marks.status == "ok"
    return "stale_output" in [caution.about for caution in marks.cautions]


@pytest.mark.parametrize(
    ("source", "printed", "stale"),
    [
        ("z1 = x @ W1\nprint(z1)", "[[-0.3000 -0.1000]]", False),
        ("z1 = x @ W1\nprint(z1)", "[[-0.3000 -0.1250]]", True),
        (
            "z1 = x @ W1\nprint('a rate of 0.050 is too large', z1)",
            "a rate of 0.050 is too large [[-0.3 -0.1]]",
            False,
        ),
        ("z1 = x @ W1\nprint(0.125)", "0.125", False),
        ("z1 = x @ W1\ns = f'{z1[0, 0] / 3:.3f}'\nprint(s)", "-0.100", False),
        (LOOP, "loss 0.283109", False),
    ],
)
def test_only_numbers_that_a_run_does_not_come_by_are_stale(
    source: str, printed: str, stale: bool, tmp_path: Path
) -> None:
    assert is_stale(tmp_path, source, printed) is stale


def checked(path: Path, text: str) -> Marks:
    path.write_text(text, "utf-8")
    return check(load_task("lab_task_3"), path)


def told(marks: Marks) -> dict[str, tuple[str, ...]]:
    return {caution.about: caution.names for caution in marks.cautions}


def test_answers_with_too_few_numbers_are_told_and_not_marked(tmp_path: Path) -> None:
    marks = checked(tmp_path / "sheet.toml", "W1_new = [1, 2, 3, 4, 5]\nZ1 = -0.7\n")
    assert told(marks) == {"wrong_size": ("W1_new",)}
    assert [one.step for one in marks.verdicts if one.verdict != "missing"] == ["z1"]


def test_of_two_spellings_of_one_entry_the_last_counts_and_the_first_is_told(tmp_path: Path) -> None:
    marks = checked(tmp_path / "sheet.toml", "Z1 = -0.7\nZ_1 = 5\n")
    assert told(marks) == {"twice": ("Z1",)}
    assert marks.score == 0


def test_an_answer_that_is_no_number_twice_over_is_not_two_answers(tmp_path: Path) -> None:
    assert told(checked(tmp_path / "sheet.toml", 'Z1 = "nan"\nZ2 = 0.1\n')) == {}


def test_a_sheet_without_any_number_is_refused_with_what_stands_there(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match=re.escape('none of its answers is a number: Z1: "o.7"')):
        checked(tmp_path / "sheet.toml", 'Z1 = "o.7"\n')


@pytest.mark.parametrize(("second", "points"), [("With the new weights: $Z_3 = 0.081$", 2), ("No: $Z_2 = 0.2$", 1)])
def test_a_second_forward_pass_in_a_text_does_not_replace_the_first(tmp_path: Path, second: str, points: int) -> None:
    new = "$w_{22}^{new} = -0.199908$\n\n" if "new" in second else ""
    marks = checked(tmp_path / "work.md", f"$Z_2 = 0.1$ and $Z_3 = 0.08$\n\n{new}{second}\n")
    forward = [one for one in marks.verdicts if one.step in ("z1", "z2") and one.verdict == "right"]
    assert len(forward) == points


@pytest.mark.parametrize(
    ("text", "by_text"), [("$Z_1 = -0.7$, $Z_2 = 0.1$, $H_2 = 0.1$", True), ("$Z_1 = -0.7$", False)]
)
def test_a_notebook_is_marked_by_its_text_where_that_says_more_than_its_program(
    tmp_path: Path, text: str, by_text: bool
) -> None:
    code = f"{GIVENS}\nz = x @ W1 + b1"
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": text},
        {"cell_type": "code", "metadata": {}, "execution_count": 1, "source": code, "outputs": []},
    ]
    notebook = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
    marks = checked(tmp_path / "lab.ipynb", notebook)
    assert ("by_text" in told(marks)) == by_text
    assert marks.score == (3 if by_text else 2)
