"""The key to a sheet: right numbers, points, what rounding may do to them, and what mistakes give."""

from __future__ import annotations

import pytest

from backprop_lab.handouts.key import key, keys
from backprop_lab.solution import solve
from backprop_lab.taskfile import load_task, shipped_tasks
from backprop_lab.variants import variants

TASKS = sorted(shipped_tasks())


@pytest.mark.parametrize("name", TASKS)
def test_the_numbers_are_those_of_the_solution_and_the_points_those_of_the_task(name: str) -> None:
    task = load_task(name)
    values = solve(task).first.values
    parts = key(task)
    assert [part.step for part in parts] == [ask.step for ask in task.asked]
    for part in parts:
        found = {(blank.row, blank.column): blank.value for blank in part.blanks}
        shape = values[part.step].shape
        assert found == {
            (i, j): pytest.approx(values[part.step][i, j], rel=1e-12, abs=1e-15)
            for i in range(shape[0])
            for j in range(shape[1])
        }
        assert sum(blank.points for blank in part.blanks) == part.points
    assert sum(part.points for part in parts) == task.max_score


@pytest.mark.parametrize("name", ["lab_task_3", "lesson_sigmoid", "mazur", "three_class_softmax", "han_kamber"])
@pytest.mark.parametrize("decimals", [2, 4, 6])
def test_whoever_rounds_at_each_step_stays_within_the_tolerance(name: str, decimals: int) -> None:
    for variant in variants(load_task(name, (f"decimals={decimals}",)), 5, [f"id {count}" for count in range(20)]):
        rounded = solve(variant.task, rounding="carry", steps=1).first.values
        for part in key(variant.task):
            for blank in part.blanks:
                assert abs(rounded[part.step][blank.row, blank.column] - blank.value) <= blank.tolerance + 1e-12


@pytest.mark.parametrize("name", TASKS)
def test_no_mistake_gives_the_number_that_is_right(name: str) -> None:
    for part in key(load_task(name)):
        for blank in part.blanks:
            assert blank.shown not in {mistake.shown for mistake in blank.mistakes}


def test_a_form_that_the_task_accepts_is_no_mistake() -> None:
    (part,) = (part for part in key(load_task("lab_task_3")) if part.step == "error")
    assert part.blanks[0].mistakes == ()
    (part,) = (part for part in key(load_task("lesson_sigmoid")) if part.step == "error")
    assert [mistake.slug for mistake in part.blanks[0].mistakes] == ["error-sign"]


def test_the_keys_of_many_are_those_of_each() -> None:
    tasks = [
        variant.task for variant in variants(load_task("tanh_network"), 1, [f"id {count}" for count in range(7)])
    ]
    assert keys(tasks) == [key(task) for task in tasks]
