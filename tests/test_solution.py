"""Solutions: which passes and losses they hold, and what they say of the conventions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

from backprop_lab.engine.worked import work_steps
from backprop_lab.errors import LabError
from backprop_lab.solution import solve
from backprop_lab.task import Task
from backprop_lab.taskfile import load_task
from tests.strategies import tasks


@pytest.mark.parametrize(
    ("steps", "shown"), [(1, [1]), (2, [1, 2]), (3, [1, 2, 3]), (4, [1, 2, 3, 4]), (50, [1, 2, 3, 50])]
)
def test_the_first_updates_and_the_last_are_shown(steps: int, shown: list[int]) -> None:
    solution = solve(load_task("mazur"), steps=steps)
    assert [done.number for done in solution.passes] == shown
    assert len(solution.losses) == steps + 1
    assert solution.after is not None
    assert solution.losses[0] == solution.first.values["L"]
    assert solution.losses[-1] == solution.after.values["L"]


@settings(max_examples=25)
@given(tasks())
def test_a_solution_holds_the_losses_before_and_after_every_update(task: Task) -> None:
    solution = solve(task)
    decimals = task.decimals if task.rounding == "carry" else None
    losses = [done.values["L"].item() for done in work_steps(task.spec, task.givens(), task.steps, decimals=decimals)]
    assert list(solution.losses) == (losses if task.update else losses[:1])
    assert (solution.after is None) is (task.update is None)


def test_the_steps_and_the_rounding_of_the_task_hold_unless_others_are_asked_for() -> None:
    task = load_task("mazur", ["steps=2", "rounding=carry", "decimals=1"])
    assert len(solve(task).losses) == 3
    assert solve(task).first.values["z1"].tolist() == [[0.4, 0.4]]
    assert solve(task).rounding == "carry"
    full = solve(task, steps=1, rounding="full")
    assert len(full.losses) == 2
    np.testing.assert_allclose(full.first.values["z1"], [[0.3775, 0.3925]], rtol=1e-14)


def test_several_updates_of_a_task_without_any_are_an_error() -> None:
    task = load_task("cross_entropy_scores")
    assert len(solve(task, steps=1).losses) == 1
    with pytest.raises(LabError, match=r"--steps 2: this task has no \[update\] table"):
        solve(task, steps=2)


def test_exact_passes_stand_beside_the_others() -> None:
    solution = solve(load_task("lab_task_3"), steps=2, exact=True)
    for done in solution.passes:
        assert done.exact is not None
        assert isinstance(done.exact.values["L"][0, 0], Fraction)
        assert float(done.exact.values["L"][0, 0]) == pytest.approx(done.worked.values["L"].item(), rel=1e-15)
    assert all(done.exact is None for done in solve(load_task("lab_task_3")).passes)


def test_exact_passes_that_would_take_too_long_are_an_error() -> None:
    with pytest.raises(LabError, match="more than 20,000 multiplications take too long in exact arithmetic"):
        solve(load_task("mazur"), steps=1_000, exact=True)


def test_after_an_update_the_parameters_are_not_given_any_more() -> None:
    first, second = solve(load_task("apples_oranges"), steps=2).passes
    assert first.as_given == {"x", "y", "W1", "b1", "learning_rate"}
    assert second.as_given == {"x", "y", "learning_rate", "momentum"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lab_task_3", True),  # the output is a live ReLU
        ("apples_oranges", False),  # a mean over many entries
        ("lesson_sigmoid", False),
        ("lesson_sigmoid_error", False),
        ("three_class_softmax", True),
        ("cross_entropy_scores", None),  # no backward pass
    ],
)
def test_it_is_known_whether_the_error_is_the_output_delta(name: str, expected: bool | None) -> None:
    assert solve(load_task(name), rounding="full").error_agrees is expected


def test_rounding_does_not_change_whether_the_error_is_the_output_delta() -> None:
    assert solve(load_task("three_class_softmax", ["decimals=2"]), rounding="carry").error_agrees is True
