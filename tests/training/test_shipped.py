"""The training tasks that come with the program: each loads, fits the schema, and trains as it says."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from itertools import pairwise
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from backprop_lab.tables import schema
from backprop_lab.taskfile import load_task, load_training, shipped_tasks, shipped_trainings
from backprop_lab.training.data import load_data
from backprop_lab.training.loop import State, train
from backprop_lab.training.preparing import Prepared, prepare
from tests.needs import needs_sklearn, needs_torch
from tests.training.trainings import farthest, last

NAMES = [
    "apples_oranges_training",
    "digits",
    "fine_tuning",
    "housing_step",
    "housing_step_scaled",
    "lab_task_4",
    "overfit_one_batch",
    "overfitting_fought",
]
FOLDER = shipped_trainings()["lab_task_4"].parent


def prepared(name: str, *settings: str) -> Prepared:
    task = load_training(name, settings)
    if task.data.sklearn is not None:
        needs_sklearn()
    return prepare(task, FOLDER)


@cache
def trained(name: str, *settings: str) -> State:
    """Return the last state of a run in NumPy."""
    return list(train(prepared(name, *settings)))[-1]


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("housing")])
def test_numpy_ends_where_pytorch_does_after_all_epochs(name: str) -> None:
    needs_torch()
    ours, theirs = trained(name), last(train(prepared(name), "torch"))
    assert len(ours.epochs) == len(theirs.epochs)
    assert farthest(ours.parameters, theirs.parameters) <= 1e-10
    for one, other in zip(ours.epochs, theirs.epochs, strict=True):
        assert abs(one.loss - other.loss) <= 1e-10 * max(1.0, one.loss)


def test_these_training_tasks_are_shipped_under_names_of_their_own() -> None:
    assert list(shipped_trainings()) == NAMES
    assert not set(NAMES) & set(shipped_tasks())


@pytest.mark.parametrize("name", NAMES)
def test_a_training_task_fits_the_schema_and_says_where_it_comes_from(name: str) -> None:
    text = shipped_trainings()[name].read_text(encoding="utf-8")
    jsonschema.validate(tomllib.loads(text), schema())
    assert text.startswith("#:schema ../task.schema.json\n# ")


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("housing")])
def test_a_training_lowers_the_loss(name: str) -> None:
    first, *_, last = trained(name).epochs
    assert last.loss < first.loss / 1.4


def test_the_data_files_are_what_their_lines_of_python_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(
        r"```python\n(.*?)```", (FOLDER / "data" / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    exec("\n".join(blocks), {})
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    shipped = {path.name: path.read_bytes() for path in (FOLDER / "data").iterdir() if path.name != "README.md"}
    assert written == shipped


def test_laboratory_task_4_is_what_the_course_asks_for_and_ends_where_a_linear_regression_does() -> None:
    task = load_training("lab_task_4")
    assert (task.depth, task.activations) == (2, ("identity", "identity"))
    assert (task.network.loss, task.training.batch_size, task.training.epochs) == ("mean_squared_error", 8, 1000)
    assert task.update.momentum == task.update.weight_decay == 0
    assert sum(require.points for require in task.require) == 25
    data = prepared("lab_task_4").data
    x = np.column_stack([data.x, np.ones(len(data.x))])
    squares = np.linalg.lstsq(x, data.y, rcond=None)[1]
    assert squares.item() / len(x) < trained("lab_task_4").epochs[-1].loss < 1.02 * squares.item() / len(x)


def test_the_case_study_starts_from_the_weights_and_the_loss_that_the_lesson_prints() -> None:
    start = prepared("apples_oranges_training")
    one_pass = load_task("apples_oranges")
    givens = one_pass.givens()
    assert np.array_equal(start.data.x, givens["x"])
    assert np.array_equal(start.data.y, givens["y"])
    assert np.array_equal(start.parameters["W1"].T.round(4), [[0.4414, 0.4792, -0.1353], [0.5304, -0.1265, 0.1165]])
    assert np.array_equal(start.parameters["b1"].round(4), [[-0.2811, 0.3391]])
    error = start.data.x @ start.parameters["W1"] + start.parameters["b1"] - start.data.y
    assert abs(np.mean(error**2) - 2480.3708) < 1e-3  # which the lesson has in float32


def test_a_step_on_raw_columns_explodes_and_one_on_scaled_columns_does_not() -> None:
    raw = [epoch.loss for epoch in trained("housing_step", "epochs=3").epochs]
    scaled = [epoch.loss for epoch in trained("housing_step_scaled", "epochs=3").epochs]
    assert raw[0] > 10_000
    assert all(after > 1e6 * before for before, after in pairwise(raw))
    assert all(after < before for before, after in pairwise(scaled))


def test_the_digits_are_read_and_new_ones_too() -> None:
    last = trained("digits").epochs[-1]
    assert prepared("digits").sizes == (64, 128, 64, 10)
    assert last.accuracy is not None
    assert last.validation_accuracy is not None
    assert last.accuracy > 0.97
    assert last.validation_accuracy > 0.85


def test_one_batch_is_learnt_by_heart() -> None:
    last = trained("overfit_one_batch").epochs[-1]
    assert last.loss < 0.01
    assert last.accuracy == 1


LEFT_ALONE = ("dropout=[]", "weight_decay=0", "early_stopping={patience=1000}")


def test_left_alone_the_network_overfits_and_what_fights_it_helps() -> None:
    alone = trained("overfitting_fought", *LEFT_ALONE).epochs
    assert alone[-1].loss < 0.01
    best = min(epoch.watched for epoch in alone)
    assert alone[-1].watched > 2 * best
    fought = trained("overfitting_fought")
    assert fought.stopped
    assert fought.epochs[-1].watched < alone[-1].watched / 2


def test_fine_tuning_starts_from_laboratory_task_4_and_leaves_its_first_layer_alone() -> None:
    start, end = prepared("fine_tuning").parameters, trained("fine_tuning").parameters
    for name, matrix in trained("lab_task_4").parameters.items():
        assert np.array_equal(start[name], matrix.round(4)), name
    assert all(np.array_equal(start[name], end[name]) for name in ("W1", "b1"))
    assert not any(np.array_equal(start[name], end[name]) for name in ("W2", "b2"))


def test_fine_tuning_starts_with_a_fraction_of_the_loss_of_new_weights() -> None:
    task = load_training("fine_tuning")
    data = load_data(task.data, FOLDER)
    tuned = trained("fine_tuning", "epochs=1").epochs[0].loss
    assert tuned < float(np.mean(data.y**2)) / 10
