"""The classes that benchmarks mark: all different, the same every time, and real submissions."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from backprop_lab.checking import check
from backprop_lab.limits import Limits
from backprop_lab.taskfile import load_task
from tests.benchmarks.classes import Kind, corpus, template, write_class
from tests.needs import needs_torch

SIZE = 120


@pytest.mark.parametrize("kind", ["numpy", "torch"])
def test_the_submissions_of_a_class_differ_and_every_tenth_is_a_notebook(tmp_path: Path, kind: Kind) -> None:
    write_class(tmp_path / "class", SIZE, kind)
    paths = sorted((tmp_path / "class").iterdir())
    assert [path.stem for path in paths] == [f"s{number:05}" for number in range(1, SIZE + 1)]
    assert sum(path.suffix == ".ipynb" for path in paths) == SIZE // 10
    assert len({path.read_bytes() for path in paths}) == SIZE
    for path in paths:
        text = path.read_text("utf-8")
        if path.suffix == ".ipynb":
            text = "\n".join(cell["source"] for cell in json.loads(text)["cells"])
        ast.parse(text)
        assert ("import torch" in text) == (kind == "torch")


def test_the_same_class_is_written_again(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_class(tmp_path / name, SIZE, "numpy")
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two


def test_a_program_is_taken_apart_without_loss() -> None:
    text = 'import numpy as np\n\n# here\nw = 1; v = 2\ndef f(w):\n    return f"{v}" + np.w\n\n\nprint(w, end="")'
    taken = template(text)
    assert "".join(part for statement in taken.statements for part in statement) == text + "\n"
    assert set(taken.names) == {"f"}  # w is an attribute too, and v stands in an f-string
    assert len(taken.statements) == 4


@pytest.mark.parametrize("kind", ["numpy", "torch"])
def test_submissions_of_a_class_run_and_work_through_the_task(tmp_path: Path, kind: Kind) -> None:
    if kind == "torch":
        needs_torch()
    write_class(tmp_path / "class", 3, kind)
    for path in (tmp_path / "class").iterdir():
        marks = check(load_task("lab_task_3"), path, limits=Limits().lasting(60))
        assert marks.status == "ok"
        assert marks.score >= marks.max_score / 2


def test_a_class_has_programs_of_many_manners() -> None:
    assert len(corpus("numpy")) >= 30
    assert len(corpus("torch")) >= 4
