"""A notebook's saved output is compared with what a run from the top comes by."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backprop_lab.checking import check
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
