"""Work by hand is never marked wrong for its rounding, and its mistakes are named."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backprop_lab.engine.arithmetic import lookup, value
from backprop_lab.engine.worked import work
from backprop_lab.errors import NumberError
from backprop_lab.marking.mark import mark_answers
from backprop_lab.marking.misconceptions import mistaken
from backprop_lab.marking.observations import Answer, Where
from backprop_lab.task import Task
from backprop_lab.taskfile import load_task
from tests.marking.handwork import Halves, When, marked, worked_by_hand
from tests.solved import SHIPPED
from tests.strategies import tasks


def finite(task: Task) -> bool:
    try:
        work(task.graph, task.givens())
    except NumberError:
        return False
    return True


def lost(task: Task, decimals: int, halves: Halves, when: When) -> set[tuple[str, str]]:
    """Return the steps and verdicts that a right calculation loses points for."""
    with np.errstate(all="ignore"):
        written = worked_by_hand(task, decimals, halves, when)
    return {(one.step, one.verdict) for one in marked(task, written).verdicts if one.verdict != "right"}


@pytest.mark.parametrize("when", ["each_step", "at_the_end"])
@pytest.mark.parametrize("halves", ["up", "even"])
@pytest.mark.parametrize("decimals", [2, 3, 4, 6, 9])
@pytest.mark.parametrize("name", SHIPPED)
def test_a_right_calculation_is_never_marked_wrong(name: str, decimals: int, halves: Halves, when: When) -> None:
    assert not lost(load_task(name), decimals, halves, when)


@settings(max_examples=150, deadline=None)
@given(
    tasks(largest_depth=3, largest_width=3, largest_batch=3, most_steps=1),
    st.integers(2, 9),
    st.sampled_from(["up", "even"]),
    st.sampled_from(["each_step", "at_the_end"]),
)
def test_a_right_calculation_of_a_random_task_is_never_marked_wrong(
    task: Task, decimals: int, halves: Halves, when: When
) -> None:
    assume(finite(task))
    assert not lost(task, decimals, halves, when)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_number_one_unit_of_its_last_digit_off_is_not_marked_wrong_and_the_report_says_so(name: str) -> None:
    task = load_task(name)
    written = worked_by_hand(task, 4, "up", "at_the_end")
    step = task.asked[0].step
    written[step][0][0] += Decimal("0.0001")
    first = marked(task, written).verdicts[0]
    assert (first.verdict, first.remark) == ("right", "rounding")


def test_two_units_off_is_wrong() -> None:
    task = load_task("lesson_sigmoid")
    written = worked_by_hand(task, 4, "up", "at_the_end")
    written["z1"][0][0] += Decimal("0.0002")
    assert marked(task, written).verdicts[0].verdict == "wrong"


def shown_mistakes(task: Task) -> list[tuple[str, str, int]]:
    """Return the step, the slug and the number of its formula, of every mistake that changes a task's numbers."""
    values = work(task.graph, task.givens()).values
    found = []
    for step in task.graph.steps:
        for index, (slug, formula) in enumerate(mistaken(task.spec, task.graph, step)):
            with np.errstate(all="ignore"):
                result = np.broadcast_to(value(formula, lookup(values)), values[step.name].shape)
            if np.isfinite(result).all() and not np.allclose(result, values[step.name], rtol=1e-4, atol=1e-6):
                found.append((step.name, slug, index))
    return found


TOLD_APART = ("lesson_sigmoid", "lesson_sigmoid_error", "mazur", "mazur_biases", "tanh_network")


@pytest.mark.parametrize(
    ("name", "step", "slug", "index"),
    [(name, *shown) for name in TOLD_APART for shown in shown_mistakes(load_task(name))],
)
def test_a_mistake_is_one_wrong_step_of_that_cause_and_what_follows_is_credited(
    name: str, step: str, slug: str, index: int
) -> None:
    task = load_task(name)
    formula = list(mistaken(task.spec, task.graph, task.graph.step[step]))[index][1]
    with np.errstate(all="ignore"):
        written = worked_by_hand(task, 12, "up", "at_the_end", {step: formula})
    verdicts = marked(task, written).verdicts
    wrong = {(one.step, one.cause) for one in verdicts if one.verdict in ("wrong", "missing")}
    assert wrong == {(step, slug)}
    assert all(one.points == one.max_points for one in verdicts if one.step != step)


def test_a_hidden_delta_through_updated_weights_is_wrong_once_and_the_rest_follows() -> None:
    task = load_task("lab_task_3", ["learning_rate=0.5"])
    formula = dict(mistaken(task.spec, task.graph, task.graph.step["delta1"]))["updated-weights"]
    verdicts = marked(task, worked_by_hand(task, 6, "up", "at_the_end", {"delta1": formula})).verdicts
    told = {(one.step, one.row, one.column): (one.verdict, one.cause) for one in verdicts if one.verdict != "right"}
    assert told.pop(("delta1", 0, 1)) == ("wrong", "updated-weights")
    assert set(told.values()) == {("follows", None)}
    assert {step for step, _, _ in told} == {"dW1", "db1", "dx", "W1_new", "b1_new"}


def test_errors_of_the_other_sign_with_weights_added_are_right_and_the_report_says_so() -> None:
    task = load_task("lesson_sigmoid")
    written = worked_by_hand(task, 6, "up", "at_the_end")
    for step in ("error", "delta2", "dW2", "db2", "delta1", "dW1", "db1", "dx"):
        written[step] = [[-number for number in row] for row in written[step]]
    result = marked(task, written)
    assert {one.verdict for one in result.verdicts} == {"right"}
    assert result.signs == "from_error"
    assert {one.step for one in result.verdicts if one.remark == "reversed"} >= {"error", "delta2", "dW1"}


def test_errors_of_the_other_sign_with_weights_subtracted_are_one_mistake() -> None:
    task = load_task("lesson_sigmoid")
    formula = dict(mistaken(task.spec, task.graph, task.graph.step["error"]))["error-sign"]
    verdicts = marked(task, worked_by_hand(task, 8, "up", "at_the_end", {"error": formula})).verdicts
    assert {(one.step, one.cause) for one in verdicts if one.verdict == "wrong"} == {("error", "error-sign")}


@pytest.mark.parametrize(
    ("step", "change", "slug"),
    [
        ("dW2", lambda rows: [[-rows[0][0]], rows[1]], "sign-slip"),
        ("dW2", lambda rows: [[rows[0][0] * 10], rows[1]], "decimal-slip"),
        ("dW2", lambda rows: rows[::-1], "swapped-entries"),
        ("z1", lambda rows: [[rows[0][0] + Decimal("0.8"), rows[0][1]]], "sign-slip"),
    ],
)
def test_slips_are_named_last(step: str, change: object, slug: str) -> None:
    task = load_task("lesson_sigmoid")
    written = worked_by_hand(task, 6, "up", "at_the_end")
    assert callable(change)
    written[step] = change(written[step])
    lost = {(one.step, one.verdict, one.cause) for one in marked(task, written).verdicts if one.verdict != "right"}
    assert lost == {(step, "wrong", slug)}


def test_a_mistake_that_leaves_nothing_to_work_out_gets_no_credit_for_what_follows() -> None:
    task = load_task("lesson_sigmoid")
    written = worked_by_hand(task, 6, "up", "at_the_end")
    zero = Decimal("0.000000")
    for step in ("delta2", "dW2", "db2", "delta1", "dW1", "db1", "dx"):
        written[step] = [[zero for _ in row] for row in written[step]]
    by_step = {one.step: one for one in marked(task, written).verdicts if one.row == one.column == 0}
    assert by_step["delta2"].verdict == "wrong"
    assert (by_step["dW1"].verdict, by_step["dW1"].remark) == ("wrong", "trivial")


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_an_answer_that_is_no_finite_number_is_wrong_and_called_so(number: float) -> None:
    answer = Answer(Where("Z3"), (), (number,), (0.0,))
    (verdict,) = [
        one for one in mark_answers(load_task("lab_task_2"), [("z2", 0, 0, answer, 0)]).verdicts if one.where
    ]
    assert (verdict.verdict, verdict.remark, verdict.found) == ("wrong", "not_finite", None)


def single(step: str, number: float, unit: float) -> tuple[str, int, int, Answer, int]:
    return step, 0, 0, Answer(Where(step), (), (number,), (unit,)), 0


@pytest.mark.parametrize(("number", "verdict"), [(2 / 25, "right"), (81 / 1000, "wrong")])
def test_fractions_have_no_last_digit_to_be_off_by(number: float, verdict: str) -> None:
    task = load_task("lab_task_3")
    verdicts = mark_answers(task, [single("z2", number, 0.0)]).verdicts
    assert [one.verdict for one in verdicts if one.step == "z2"] == [verdict]


def test_of_several_answers_for_an_entry_the_last_counts() -> None:
    task = load_task("lab_task_3")
    verdicts = mark_answers(task, [single("z2", 0.08, 0.01), single("z2", 0.5, 0.1)]).verdicts
    assert [(one.verdict, one.found) for one in verdicts if one.step == "z2"] == [("wrong", 0.5)]
