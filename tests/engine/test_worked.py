"""Worked passes: updates follow each other, rounding is carried, noise is no number, and overflow has a name."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from backprop_lab.engine.arithmetic import EXACT, FLOAT, Array, lookup, value
from backprop_lab.engine.network import Network, Update, graph
from backprop_lab.engine.worked import forward_only, work, work_steps
from backprop_lab.errors import NumberError
from backprop_lab.task import Task
from backprop_lab.taskfile import load_task
from tests.engine.networks import SEEDS, networks, random_givens
from tests.strategies import RATIONAL, SQUARED, tasks


def one_by_one(**numbers: float) -> dict[str, Array]:
    return {name: np.array([[number]], dtype=float) for name, number in numbers.items()}


LINE = Network((1, 1), ("identity",), "half_squared_error")
GIVENS = one_by_one(x=2, y=1, W1=3, b1=-1, learning_rate=0.5, momentum=0.5, dampening=0, weight_decay=0)


def test_a_pass_holds_every_given_and_every_step() -> None:
    worked = work(graph(LINE), GIVENS)
    assert {name: found.item() for name, found in worked.values.items()} == {
        "x": 2, "y": 1, "W1": 3, "b1": -1, "learning_rate": 0.5, "z1": 5, "a1": 5, "error": 4, "L": 8,
        "delta1": 4, "dW1": 8, "db1": 4, "dx": 12, "W1_new": -1, "b1_new": -3,
    }  # fmt: skip
    assert worked.arithmetic is FLOAT


def test_every_update_starts_where_the_one_before_ended_and_the_last_pass_is_forward_only() -> None:
    first, second, last = work_steps(LINE, GIVENS, 2)
    assert second.values["W1"] == first.values["W1_new"] == -1
    assert second.values["b1"] == first.values["b1_new"] == -3
    assert last.values["W1"] == second.values["W1_new"]
    assert [step.name for step in last.graph.steps] == ["z1", "a1", "error", "L"]
    assert set(last.values) == {"x", "y", "W1", "b1", "z1", "a1", "error", "L"}


def test_velocity_is_the_gradient_at_first_and_then_remembers() -> None:
    network = Network((1, 1), ("identity",), "half_squared_error", update=Update(momentum=True, dampening=True))
    first, second, _ = work_steps(network, GIVENS | one_by_one(dampening=0.25), 2)
    assert first.values["vW1"] == first.values["dW1"] == 8
    assert second.values["vW1_old"] == 8
    assert second.values["vW1"] == 0.5 * 8 + 0.75 * second.values["dW1"]


@given(networks(update=True), SEEDS, st.sampled_from([None, 3]))
def test_variants_worked_at_once_are_those_worked_alone(network: Network, seed: int, places: int | None) -> None:
    variants = [random_givens(network, seed + number) for number in range(3)]
    shared = {name: variants[0][name] for name in ("y", "learning_rate")}
    stacked = {name: np.stack([givens[name] for givens in variants]) for name in variants[0]}
    alone = [[*work_steps(network, givens | shared, 2, FLOAT, places)] for givens in variants]
    for number, done in enumerate(work_steps(network, stacked | shared, 2, FLOAT, places)):
        for index, passes in enumerate(alone):
            for name, expected in passes[number].values.items():
                found = done.values[name]
                row = found[index] if found.ndim == 3 else found
                np.testing.assert_allclose(row, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("numbers", "step"),
    [
        ({"W1": 1e200, "x": 1e200}, "z1"),
        ({"W1": 1e200}, "L"),
        ({"W1": 1e60, "x": 1e60, "learning_rate": 1e300}, "W1_new"),
        ({"x": math.inf}, "z1"),
        ({"y": math.nan}, "error"),
    ],
)
def test_what_grows_beyond_float64_is_an_error_that_names_the_step(numbers: dict[str, float], step: str) -> None:
    with pytest.raises(NumberError, match=f"^{step}: not a finite number: it overflows float64, or divides 0 by 0"):
        work(graph(LINE), GIVENS | one_by_one(**numbers))


def test_a_training_that_diverges_is_an_error() -> None:
    with pytest.raises(NumberError, match="not a finite number"):
        list(work_steps(LINE, GIVENS | one_by_one(learning_rate=100), 200))


@pytest.mark.parametrize("score", [1000.0, -1000.0, 40.0, -40.0, 0.0])
@pytest.mark.parametrize("target", [0.0, 1.0])
def test_binary_cross_entropy_is_right_at_large_scores(score: float, target: float) -> None:
    network = Network((1, 1), ("sigmoid",), "binary_cross_entropy", biases=False, update=None)
    worked = work(graph(network), one_by_one(x=score, W1=1, y=target)).values
    margin = -score if target else score
    expected = max(margin, 0) + math.log1p(math.exp(-abs(margin)))
    assert math.isclose(worked["L"].item(), expected, rel_tol=1e-14)
    sigmoid = 1 / (1 + math.exp(-score)) if score > 0 else math.exp(score) / (1 + math.exp(score))
    assert math.isclose(worked["delta1"].item(), sigmoid - target, abs_tol=1e-17)


@pytest.mark.parametrize(
    ("scores", "target", "expected"),
    [
        ([1000, -1000, 0], [1, 0, 0], 0),
        ([1000, -1000, 0], [0, 1, 0], 2000),
        ([1000, 1000, -1000], [0.5, 0.5, 0], math.log(2)),
        ([-1000, -1000, -1000], [0, 0, 1], math.log(3)),
        ([0, 0, 40], [0, 0, 1], math.log1p(2 * math.exp(-40))),
    ],
)
def test_cross_entropy_is_right_at_large_scores(scores: list[float], target: list[float], expected: float) -> None:
    network = Network((3, 3), ("softmax",), "cross_entropy", biases=False, update=None)
    givens = {"x": np.array([scores], dtype=float), "W1": np.eye(3), "y": np.array([target], dtype=float)}
    worked = work(graph(network), givens).values
    assert math.isclose(worked["L"].item(), expected, rel_tol=1e-9, abs_tol=1e-17)
    assert np.isfinite(worked["delta1"]).all()
    assert math.isclose(worked["a1"].sum(), 1, rel_tol=1e-15)


@pytest.mark.parametrize(("activation", "slope"), [("relu", 0), ("leaky_relu", 0.1)])
@pytest.mark.parametrize("bias", [-0.3, -0.30000000000000004])
def test_a_net_input_that_cancels_is_0_and_keeps_no_relu_alive(activation: Any, slope: float, bias: float) -> None:
    assert 0.2 + 0.1 != 0.3
    network = Network((2, 1), (activation,), "half_squared_error", update=None)
    givens = {"x": np.array([[1.0, 1.0]]), "W1": np.array([[0.2], [0.1]]), "b1": np.array([[bias]])}
    worked = work(graph(network), givens | one_by_one(y=1, leaky_slope=0.1)).values
    assert worked["z1"] == worked["a1"] == 0
    assert worked["delta1"] == -slope


def test_what_cancels_but_for_noise_is_0_in_a_tidy_pass_and_so_is_all_that_follows() -> None:
    givens = GIVENS | one_by_one(x=1, W1=0.1, b1=0.2, y=0.3)
    assert work(graph(LINE), givens).values["error"] == 0.1 + 0.2 - 0.3 != 0
    values = work(graph(LINE), givens, tidy=True).values
    assert values["error"] == values["L"] == values["delta1"] == values["dW1"] == 0
    near = work(graph(LINE), GIVENS | one_by_one(x=1, W1=0.1, b1=0.2, y=0.3 + 1e-9), tidy=True).values
    assert math.isclose(near["error"].item(), -1e-9, rel_tol=1e-6)


def test_a_delta_whose_terms_cancel_is_0() -> None:
    network = Network((1, 1, 2), ("sigmoid", "softmax"), "cross_entropy", update=None)
    givens = {"x": [[1]], "W1": [[0.6]], "b1": [[0.1]], "W2": [[-0.6, -0.6]], "b2": [[0.2, 0.4]], "y": [[1, 0]]}
    arrays = {name: np.array(rows, dtype=float) for name, rows in givens.items()}
    assert work(graph(network), arrays).values["delta1"] != 0
    assert work(graph(network), arrays, tidy=True).values["delta1"] == 0


def test_a_factor_that_vanishes_makes_no_sum_cancel() -> None:
    network = Network((1, 1), ("identity",), "half_squared_error", update=Update(momentum=True, dampening=True))
    givens = GIVENS | one_by_one(x=1e6, W1=2, y=1, b1=0, learning_rate=200, momentum=0.9, dampening=1)
    first, second, _ = work_steps(network, givens, 2)
    assert second.values["vW1"] == 0.9 * first.values["vW1"] != 0


def test_a_large_sum_may_end_small() -> None:
    values = work(graph(LINE), GIVENS | one_by_one(x=1, W1=1e14, b1=-99999999999999)).values
    assert values["z1"] == 1


@pytest.mark.parametrize("number", [1e-11, -1e-11])
def test_a_small_net_input_is_no_noise(number: float) -> None:
    worked = work(graph(LINE), GIVENS | one_by_one(x=1, W1=1, b1=-1 + number)).values
    assert math.isclose(worked["z1"].item(), number, rel_tol=1e-4)
    assert work(graph(LINE), GIVENS | one_by_one(x=number * 1e-200, b1=0)).values["z1"] != 0


def test_a_net_input_near_the_largest_float_is_no_noise() -> None:
    worked = work(forward_only(graph(LINE)), one_by_one(x=1, W1=1.5e308, b1=-1e308, y=5e307))
    assert worked.values["z1"] == 5e307


@settings(max_examples=80)
@given(tasks(activations=RATIONAL, losses=SQUARED, largest_depth=3, most_steps=1))
def test_float64_has_the_signs_of_exact_net_inputs(task: Task) -> None:
    floats, exact = work(task.graph, task.givens()).values, work(task.graph, task.givens(EXACT), EXACT).values
    for name in (f"z{layer}" for layer in range(1, task.spec.depth + 1)):
        assert (np.sign(floats[name]) == np.vectorize(lambda z: (z > 0) - (z < 0))(exact[name])).all()


def decimals_of(number: float) -> int:
    exponent = Decimal(repr(number)).normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return max(-exponent, 0)


@given(tasks(), st.integers(0, 6))
def test_under_carry_every_value_has_at_most_so_many_decimals_and_none_is_minus_zero(task: Task, places: int) -> None:
    try:
        passes = list(work_steps(task.spec, task.givens(), task.steps, FLOAT, places))
    except NumberError:
        reject()
    for done in passes:
        for step in done.graph.steps:
            if step.keeps:
                assert done.values[step.name] is done.values[step.inputs[0]]
                continue
            for number in map(float, done.values[step.name].flat):
                assert abs(number) * 10**places >= 2**50 or decimals_of(number) <= places
                assert not (number == 0 and math.copysign(1, number) < 0)


@settings(max_examples=80)
@given(tasks(activations=RATIONAL, losses=SQUARED, largest_depth=3, most_steps=1), st.integers(0, 2))
def test_under_carry_every_line_recomputes_exactly_from_the_numbers_it_shows(task: Task, places: int) -> None:
    done = next(work_steps(task.spec, task.givens(), 1, FLOAT, places))
    as_shown = {
        name: np.vectorize(lambda number: Fraction(repr(float(number))), otypes=[object])(found)
        for name, found in done.values.items()
    }
    for step in done.graph.steps:
        if step.keeps:
            continue
        recomputed = value(step.formula, lookup(as_shown), EXACT)
        for number, found in zip(recomputed.flat, done.values[step.name].flat, strict=True):
            assert rounded(Fraction(number), places) == Fraction(repr(float(found))), step.name


def rounded(number: Fraction, places: int) -> Fraction:
    """Round an exact number, halves away from zero."""
    steps = abs(number) * 10**places
    whole = Decimal(steps.numerator) / Decimal(steps.denominator)
    result = Fraction(int(whole.quantize(Decimal(1), ROUND_HALF_UP)), 10**places)
    return result if number >= 0 else -result


@pytest.mark.parametrize(
    ("score", "target", "expected"),
    [
        (0.6, 1, 0.43),  # the sigmoid is 0.645…, rounded 0.65; -ln(0.65) is 0.431, where -ln(0.6457) is 0.437
        (0.6, 0, 1.05),
        (7, 0, 7.0),  # the sigmoid is rounded to 1, and 1 - 1 has no logarithm
        (7, 1, 0.0),
    ],
)
def test_under_carry_the_loss_is_that_of_the_rounded_output_where_it_has_one(
    score: float, target: float, expected: float
) -> None:
    network = Network((1, 1), ("sigmoid",), "binary_cross_entropy", biases=False, update=None)
    worked = work(graph(network), one_by_one(x=score, W1=1, y=target), FLOAT, 2)
    assert worked.values["L"] == expected


def test_givens_keep_their_decimals_under_carry() -> None:
    task = load_task("mazur")
    done = next(work_steps(task.spec, task.givens(), 1, FLOAT, 1))
    assert done.values["x"].tolist() == [[0.05, 0.1]]
    assert done.values["z1"].tolist() == [[0.4, 0.4]]
    assert done.values["a1"].tolist() == [[0.6, 0.6]]


def test_the_forward_part_of_a_graph_has_only_the_givens_it_uses() -> None:
    network = Network((3, 2), ("softmax",), "cross_entropy", update=Update(momentum=True))
    forward = forward_only(graph(network))
    assert [step.phase for step in forward.steps] == ["forward", "forward", "loss", "loss"]
    assert forward.givens == ("x", "y", "W1", "b1")
