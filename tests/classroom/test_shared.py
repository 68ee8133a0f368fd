from __future__ import annotations

import math
from typing import Any

import pytest

from backprop_lab.classroom.shared import MOST_AT_LEAST, SharedValue, WrongValues
from backprop_lab.taskfile import load_task
from tests.marked import lost, marked

TASK = load_task("lab_task_3")
SPOT = ("delta1", 0, 1)


def shared(*changes: dict[str, Any], of: int = 60) -> list[SharedValue]:
    """Return what students share whose delta_2 has these fields, in a class of so many."""
    values = WrongValues(TASK)
    for at, change in enumerate(changes):
        values.add(at, marked(TASK, {SPOT: change}))
    return values.shared([f"s{at}" for at in range(len(changes))], of)


def test_two_students_with_the_same_unexplained_number_are_told() -> None:
    found = shared(lost("wrong", 0.731264), lost("wrong", 7.125), lost("wrong", 0.731264 * (1 + 1e-11)))
    assert found == [SharedValue(*SPOT, "δ₂", 0.731264, ("s0", "s2"))]


def test_numbers_that_differ_in_the_ninth_digit_are_not_the_same() -> None:
    assert shared(lost("wrong", 0.731264111), lost("wrong", 0.731264112)) == []


@pytest.mark.parametrize(
    "change",
    [
        lost("wrong", 0.731264, cause="no-hidden-slope"),
        lost("wrong", 0.731264, causes=("no-hidden-slope", "error-sign"), remark="several_causes"),
        lost("follows", 0.731264),
        lost("wrong", None),
        lost("wrong", math.inf),
        lost("wrong", math.nan),
        lost("wrong", 0.0),
        lost("wrong", -0.5),
        lost("wrong", 0.184, remark="by_coincidence"),
    ],
)
def test_what_is_explained_or_says_too_little_is_left_out(change: dict[str, Any]) -> None:
    assert shared(change, change) == []


@pytest.mark.parametrize("rounded", [0.667, 0.6667, 0.66666667])
def test_roundings_of_the_right_number_are_left_out(rounded: float) -> None:
    change = {**lost("wrong", rounded), "expected": 2 / 3}
    assert shared(change, change) == []


def test_a_number_that_much_of_the_class_has_is_left_out() -> None:
    change = lost("wrong", 0.731264)
    assert shared(*[change] * MOST_AT_LEAST)
    assert shared(*[change] * (MOST_AT_LEAST + 1)) == []
    assert shared(*[change] * (MOST_AT_LEAST + 1), of=1000)


def test_the_same_number_at_another_entry_is_not_the_same() -> None:
    values = WrongValues(TASK)
    values.add(0, marked(TASK, {("delta1", 0, 1): lost("wrong", 0.731264)}))
    values.add(1, marked(TASK, {("delta1", 0, 0): lost("wrong", 0.731264)}))
    assert values.shared(["a", "b"], 2) == []


def test_a_class_without_marks_shares_nothing() -> None:
    assert WrongValues(TASK).shared([], 0) == []
