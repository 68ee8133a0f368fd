"""Verification: valid tasks agree in every column, and each column finds what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from backprop_lab import verification
from backprop_lab.engine import functions
from backprop_lab.engine.arithmetic import EXACT
from backprop_lab.engine.formula import ONE, apply, const, mul, sub
from backprop_lab.engine.network import graph
from backprop_lab.errors import LabError, NumberError
from backprop_lab.referee import referee
from backprop_lab.tables import build_task
from backprop_lab.task import Task
from backprop_lab.taskfile import load_task
from backprop_lab.verification import COLUMNS, Check, Column, Verification, verify
from tests.solved import task_with
from tests.strategies import tasks


def disagreeing(found: Verification) -> set[Column]:
    """Return the columns in which some quantity alone would not agree."""
    return {
        column
        for column in COLUMNS
        for check in found.checks
        if not replace(check, others={column: check.others[column]}).agrees
    }


@settings(max_examples=40)
@given(tasks())
def test_a_valid_task_agrees_in_every_column(task: Task) -> None:
    found = verify(task)
    assert found.agrees
    assert not disagreeing(found)


@settings(max_examples=30)
@given(tasks(large=True, largest_depth=3))
def test_with_large_numbers_finite_differences_alone_raise_no_alarm(task: Task) -> None:
    with suppress(NumberError):
        assert disagreeing(verify(task)) != {"differences"}


def test_every_step_of_every_update_is_checked_in_every_column_that_can() -> None:
    task = load_task("mazur")
    found = verify(task, 2)
    names = [step.name for step in task.graph.steps]
    assert [(check.update, check.name) for check in found.checks] == [
        *((1, name) for name in names),
        *((2, name) for name in names),
        *((3, name) for name in ("z1", "a1", "z2", "a2", "error", "L")),
    ]
    assert all(check.others["torch"] is not None and check.others["exact"] is not None for check in found.checks)
    differentiated = [check.name for check in found.checks if check.others["differences"] is not None]
    assert differentiated == ["delta2", "dW2", "db2", "delta1", "dW1", "db1", "dx"]
    assert not found.notes
    largest = found.largest
    assert largest["torch"] is not None
    assert 0 < largest["torch"] < 1e-15
    assert largest["differences"] is not None
    assert 1e-13 < largest["differences"] < 1e-9


def check(value: float, column: Column, other: float | None, objective: float = 1) -> Check:
    array = None if other is None else np.array([[other, 0.0]])
    return Check(1, "dW1", np.array([[value, 0.0]]), objective, 1.0, {column: array})


@pytest.mark.parametrize(
    ("made", "agrees"),
    [
        (check(1, "torch", 1 + 0.9e-9), True),
        (check(1, "torch", 1 + 1.1e-9), False),
        (check(1e3, "torch", 1e3 + 0.9e-6), True),
        (check(1e3, "exact", 1e3 + 1.1e-6), False),
        (check(0.001, "exact", 0.001 + 0.9e-12), True),
        (check(0.001, "exact", 0.001 + 1.1e-12), False),
        (check(1e-9, "torch", 1e-9 + 0.9e-12), True),
        (check(1e-9, "torch", 1.5e-9), False),
        (check(1, "torch", float("nan")), False),
        (check(1, "differences", 1 + 0.9e-5), True),
        (check(1, "differences", 1 + 1.1e-5), False),
        (check(1, "differences", 1 + 0.9e-2, 1e6), True),
        (check(1, "torch", 1 + 0.9e-2, 1e6), False),
        (check(1, "torch", None), True),
        (check(1, "differences", float("nan")), True),
    ],
)
def test_agreement_is_relative_to_the_largest_entry_or_to_the_smallest_scale(made: Check, agrees: bool) -> None:
    assert made.agrees is agrees


def test_a_column_without_an_entry_has_no_difference() -> None:
    nothing = np.full((1, 2), np.nan)
    made = Check(1, "dx", np.ones((1, 2)), 1, 1, {"exact": None, "torch": np.ones((1, 2)), "differences": nothing})
    assert made.differences == {"exact": None, "torch": 0, "differences": None}


def test_a_wrong_number_of_pytorch_shows_in_its_column_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*arguments: Any) -> Iterator[Any]:
        for values in right(*arguments):
            yield values | {"a1": values["a1"] + 1e-7}

    right = referee
    monkeypatch.setattr(verification, "referee", wrong)
    found = verify(load_task("mazur"))
    assert not found.agrees
    assert disagreeing(found) == {"torch"}


@pytest.fixture
def no_graphs_kept() -> Iterator[None]:
    """Have graphs built anew for a test, and after it."""
    graph.cache_clear()
    yield
    graph.cache_clear()


@pytest.mark.usefixtures("no_graphs_kept")
def test_a_wrong_pull_back_rule_shows_in_pytorch_and_in_finite_differences(monkeypatch: pytest.MonkeyPatch) -> None:
    right = functions.FUNCTIONS["tanh"]
    twice = replace(right, pull_back=lambda g, ans, z: (mul(const(2), g, sub(ONE, apply("square", ans))),))
    monkeypatch.setitem(functions.FUNCTIONS, "tanh", twice)
    found = verify(load_task("tanh_network"))
    assert disagreeing(found) == {"torch", "differences"}


def test_a_wrong_function_in_float64_shows_in_exact_arithmetic_too(monkeypatch: pytest.MonkeyPatch) -> None:
    right = EXACT.functions["sigmoid"]
    monkeypatch.setitem(EXACT.functions, "sigmoid", lambda z: right(z * 2))
    assert disagreeing(verify(load_task("mazur"))) == {"exact"}


@pytest.mark.parametrize("delta", ["chain_rule", "error"])
@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_finite_differences_are_of_what_the_convention_differentiates(delta: str, reduction: str) -> None:
    settings_ = [f"output_delta={delta}", f"reduction={reduction}", "loss=squared_error", "x=[[1, 0.5], [2, -1]]"]
    found = verify(load_task("mazur", [*settings_, "y=[[0.1, 0.9], [0.5, 0.5]]"]))
    assert found.agrees
    assert [check.name for check in found.checks if check.differences["differences"] is not None][-1] == "dx"


KINK = {
    "title": "kink",
    "network": {
        "activations": ["relu", "identity"],
        "loss": "half_squared_error",
        "weights": [[[1], [1]], [[2]]],
        "biases": [[-2], [0]],
    },
    "data": {"x": [[1, 1]], "y": [[1]]},
    "update": {"learning_rate": 1},
}


def test_an_entry_at_the_kink_of_a_relu_is_left_out_with_a_note() -> None:
    found = verify(build_task(KINK))
    assert found.agrees
    by_name = {check.name: check for check in found.checks if check.update == 1}
    kinks = by_name["dW1"].others["differences"]
    assert kinks is not None
    assert np.isnan(kinks).all()
    assert "differences: 2 of dW1 left out, at the kink of a ReLU" in found.notes
    assert by_name["dW1"].differences["differences"] is None
    assert by_name["dW2"].differences["differences"] is not None


def line(weight: int, x: int, activation: str = "sigmoid") -> Task:
    network = {"activations": [activation], "loss": "half_squared_error", "weights": [[[weight]]]}
    return build_task(
        {"title": "line", "network": network, "data": {"x": [[x]], "y": [[1]]}, "update": {"learning_rate": 1}}
    )


def test_where_exact_arithmetic_cannot_go_on_the_other_columns_stand() -> None:
    found = verify(line(2_000, 1_000))
    assert found.agrees
    assert found.notes == ("exact: given up, a1: exp of a number beyond ±1000000 in exact arithmetic",)
    assert found.largest["exact"] is None
    assert found.largest["torch"] == 0


def test_where_a_move_leaps_over_the_curve_finite_differences_say_nothing() -> None:
    found = verify(line(0, 10**7))
    assert found.agrees
    assert "differences: 1 of dW1 left out, the numbers are too large" in found.notes
    assert [check.name for check in found.checks if check.differences["differences"] is not None] == ["delta1", "dx"]


def test_many_multiplications_are_not_worked_exactly() -> None:
    wide = load_task("mazur", [f"x={[[0.05, 0.1]] * 300}", f"y={[[0.01, 0.99]] * 300}"])
    found = verify(wide, 10)
    assert found.notes == ("exact: left out, more than 20,000 multiplications take too long",)
    assert found.agrees
    assert found.largest["exact"] is None


def test_finite_differences_of_many_entries_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "MOST_MOVED_NUMBERS", 20)
    found = verify(load_task("lab_task_3"))
    assert "differences: left out for dW1, whose 6 entries take too long" in found.notes
    assert {check.name: check.others["differences"] is None for check in found.checks if check.update == 1}["dW1"]


def test_a_forward_pass_alone_has_no_finite_differences() -> None:
    found = verify(load_task("cross_entropy_scores"))
    assert found.agrees
    assert found.largest["differences"] is None


def test_rounding_does_not_enter() -> None:
    carried, full = (verify(load_task("han_kamber", [f"rounding={rounding}"])) for rounding in ("carry", "full"))
    assert [check.value.tolist() for check in carried.checks] == [check.value.tolist() for check in full.checks]


def test_many_updates_are_verified_without_fractions_that_grow_for_ever() -> None:
    found = verify(load_task("lab_task_3"), 40)
    assert found.agrees
    assert not found.notes


def test_a_disagreement_between_the_updates_that_are_listed_is_listed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*arguments: Any) -> Iterator[Any]:
        for update, values in enumerate(right(*arguments), start=1):
            yield values | {"a1": values["a1"] + (1e-7 if update == 5 else 0)}

    right = referee
    monkeypatch.setattr(verification, "referee", wrong)
    found = verify(load_task("mazur"), steps=9)
    assert {(check.update, check.name) for check in found.checks if not check.agrees} == {(5, "a1")}


def test_several_updates_of_a_task_without_one_are_refused() -> None:
    assert {check.update for check in verify(load_task("lab_task_2")).checks} == {1}
    with pytest.raises(LabError, match="there is nothing to repeat"):
        verify(load_task("lab_task_2"), steps=3)


def test_the_slope_of_a_saturated_tanh_is_no_disagreement() -> None:
    assert verify(
        task_with(
            activations=["tanh", "identity"],
            weights=[[[10]], [[100]]],
            x=[[1]],
            y=[[-100]],
            update={"learning_rate": 1},
        )
    ).agrees


def test_a_parameter_that_an_update_cancels_is_0_for_the_referee_too() -> None:
    update = {"learning_rate": Decimal("0.3"), "steps": 2}
    task = task_with(activations=["relu"], weights=[[["0.9"]]], x=[[1]], y=[["-2.1"]], update=update)
    assert verify(task).agrees


def test_a_number_that_float64_cannot_move_a_little_has_no_finite_difference() -> None:
    task = task_with(
        activations=["relu", "identity"],
        weights=[[[10**14], [1 - 10**14]], [[2]]],
        x=[[1, 1]],
        y=[[0]],
        update={"learning_rate": 1},
    )
    found = verify(task)
    assert found.agrees
    assert any("the numbers are too large" in note for note in found.notes)
