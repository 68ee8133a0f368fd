"""KEY=VALUE settings: they reach every key and every given number, and a wrong one is told in one line."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lab.errors import TaskError
from backprop_lab.tables import build_task
from backprop_lab.taskfile import load_task
from tests.strategies import toml
from tests.taskfiles import CLASSES, MISSING, TEXT, VALID, changed, complaint, written


@pytest.mark.parametrize(
    ("setting", "key", "expected"),
    [
        ("learning_rate=0.5", "update.learning_rate", Decimal("0.5")),
        ("update.learning_rate = 0.5", "update.learning_rate", Decimal("0.5")),
        ("learning_rate=.5", "update.learning_rate", Decimal("0.5")),
        ("learning_rate=5.", "update.learning_rate", Decimal(5)),
        ("momentum=0.9", "update.momentum", Decimal("0.9")),
        ("loss=squared_error", "network.loss", "squared_error"),
        ('loss="squared_error"', "network.loss", "squared_error"),
        ("decimals=2", "decimals", 2),
        ("title=Another task", "title", "Another task"),
        ("reduction=mean", "conventions.reduction", "mean"),
        ("update.biases=false", "update.biases", False),
        ("biases=[[1, 2], [3]]", "network.biases", [[1, 2], [3]]),
        ("x=[[3, 4]]", "data.x", [[3, 4]]),
        ('activations=["tanh", "tanh"]', "network.activations", ["tanh", "tanh"]),
        ("x2=-1", "data.x", [[1, -1]]),
        ("y=[[5]]", "data.y", [[5]]),
        ("y=5", "data.y", [[5]]),
        ("theta3=0.25", "network.biases", [[0, 0], [Decimal("0.25")]]),
        ("w22=7", "network.weights", [VALID["network"]["weights"][0], [[1], [7]]]),
    ],
)
def test_a_setting_changes_one_key_or_one_given(setting: str, key: str, expected: Any, tmp_path: Path) -> None:
    path = written(tmp_path, TEXT)
    assert load_task(path, [setting]) == build_task(changed({key: expected}))


@pytest.mark.parametrize(
    ("notation", "setting"),
    [("lesson", "w13=0.5"), ("standard", "W1_12=0.5"), ("pytorch", "fc1.weight[0,1]=0.5")],
)
def test_a_weight_is_set_by_its_symbol_in_the_tasks_notation(notation: str, setting: str, tmp_path: Path) -> None:
    path = written(tmp_path, toml(changed({"notation": notation})))
    task = load_task(path, [setting])
    assert task.network.weights[0] == [[Fraction("0.2"), Fraction("-0.3")], [Fraction("0.5"), Fraction("0.1")]]


@pytest.mark.parametrize(
    ("notation", "settings"),
    [
        ("lesson", ["alpha=0.5", "mu=0.9", "lambda=0.1", "gamma=0.2"]),
        ("standard", ["eta=0.5", "mu=0.9", "lambda=0.1", "gamma=0.2"]),
        ("pytorch", ["lr=0.5", "momentum=0.9", "weight_decay=0.1", "negative_slope=0.2"]),
    ],
)
def test_a_size_is_set_by_its_symbol_in_the_tasks_notation(
    notation: str, settings: list[str], tmp_path: Path
) -> None:
    task = load_task(written(tmp_path, toml(changed({"notation": notation}))), settings)
    assert task.update is not None
    sizes = (task.update.learning_rate, task.update.momentum, task.update.weight_decay, task.network.leaky_slope)
    assert sizes == (Fraction("0.5"), Fraction("0.9"), Fraction("0.1"), Fraction("0.2"))


def test_settings_are_applied_in_order_and_checked_together(tmp_path: Path) -> None:
    path = written(tmp_path, TEXT)
    task = load_task(path, ["x=[[1, 2], [3, 4]]", "y=[[1], [2]]", "x1=9", "w11=1", "w11=2"])
    assert task.data.x == [[9, 2], [3, 4]]
    assert task.network.weights[0][0][0] == 2


def test_a_setting_can_add_a_table(tmp_path: Path) -> None:
    path = written(tmp_path, toml(changed({"update": MISSING})))
    update = load_task(path, ["learning_rate=0.5", "steps=3"]).update
    assert update is not None
    assert (update.learning_rate, update.steps) == (Fraction(1, 2), 3)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (["w11"], "--set w11: expected KEY=VALUE, such as learning_rate=0.5 or w11=0.2"),
        (["=1"], '--set "=1": expected KEY=VALUE'),
        (["learning_rat=1"], '--set learning_rat: no such key or given; did you mean "learning_rate"?'),
        (["w19=1"], "--set w19: no such key or given; did you mean "),
        (["W1_11=1"], "--set W1_11: no such key or given"),
        (["qqq=1"], "--set qqq: no such key or given; valid: x1, x2, y, w11"),
        (["w11=one"], 'network.weights[0][0][0]: expected a number, found the string "one"'),
        (["w11="], 'network.weights[0][0][0]: expected a number, found the string ""'),
        (["w11=nan"], "network.weights[0][0][0]: expected a finite number, found NaN"),
        (["w11=1e400"], "network.weights[0][0][0]: expected a number between -1e100 and 1e100"),
        (["w11=1\nw12=2"], "--set w11: expected one value, found several"),
        (["learning_rate=[1]"], "update.learning_rate: expected a number, found a list"),
        (["steps=0"], "update.steps: expected a whole number >= 1"),
        (["decimals=99"], "decimals: expected a whole number <= 12"),
        (["title="], "title: expected a string of length >= 1"),
        (["x=[[1, 2], [3, 4]]"], "data.y: expected 2 rows (as in data.x)"),
        (["network=1", "w11=1"], "--set w11: an earlier --set left no place for it"),
        (["weights=[[[1]]]", "w12=1"], "--set w12: an earlier --set left no place for it"),
        (["update=1", "update.steps=2"], '--set "update.steps": an earlier --set left no place for it'),
        (["title=\udcff"], "--set title: is not UTF-8 text"),
        (["title=\x1b[31mred"], "title: expected one line of printable text"),
    ],
)
def test_a_wrong_setting_is_told(settings: list[str], expected: str, tmp_path: Path) -> None:
    assert complaint(tmp_path, TEXT, *settings).startswith(expected)


def test_class_indices_are_set_as_a_whole(tmp_path: Path) -> None:
    path = written(tmp_path, toml(changed(CLASSES)))
    assert load_task(path, ["y=[0]"]).data.y.classes == (0,)
    with pytest.raises(TaskError, match=r"--set y: the targets are class indices; set them as y=\[2\]"):
        load_task(path, ["y1=1"])


SET = ["w11", "x1", "y", "theta1", "weights", "network", "update", "data.x", "title", "steps", "a.b", ""]
VALUES = ["1", "[[1]]", "[]", "{}", "x", "", "true", "[[[1]]]", "{steps = 1}", "0x" + "f" * 9_000, "#", '"', "["]


@hypothesis.settings(max_examples=100)
@given(
    chosen=st.lists(st.tuples(st.sampled_from(SET), st.one_of(st.sampled_from(VALUES), st.text())), max_size=3),
    name=st.sampled_from(["lab_task_3", "three_class_softmax", "cross_entropy_scores"]),
)
def test_settings_of_any_kind_give_a_task_or_one_line(chosen: list[tuple[str, str]], name: str) -> None:
    try:
        load_task(name, [f"{key}={value}" for key, value in chosen])
    except TaskError as error:
        message = str(error)
    else:
        message = "loads"
    assert message.isprintable()
