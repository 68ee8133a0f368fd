from __future__ import annotations

import re
from math import fsum

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from backprop_lab.derivation import MOST_PATHS, derive
from backprop_lab.engine.network import graph
from backprop_lab.engine.worked import work
from backprop_lab.errors import NumberError
from backprop_lab.task import Task
from backprop_lab.taskfile import load_task
from backprop_lab.writing.notation import NOTATIONS, NotationName
from tests.command import command, output_of
from tests.solved import SHIPPED, task_with
from tests.strategies import tasks


def gradients(task: Task) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    """Return the gradients that a solution holds, in full."""
    spec = replace(task.spec, gradients=True, update=None)
    return dict(work(graph(spec), task.givens()).values)


def assert_sums_to_the_gradient(task: Task, symbol: str, notation: NotationName | None = None) -> None:
    found = derive(task, symbol, notation)
    name, row, column = found.target
    expected = gradients(task)[f"d{name}"][row, column]
    assert found.total == pytest.approx(expected, rel=1e-12, abs=1e-14)
    if len(found.paths) == found.path_count:
        products = [found.product(path) for path in found.paths]
        assert fsum(products) == pytest.approx(expected, rel=1e-9, abs=1e-9 * max(1, *map(abs, products)))


@pytest.mark.parametrize("name", SHIPPED)
def test_the_paths_to_every_number_of_a_shipped_task_sum_to_its_gradient(name: str) -> None:
    task = load_task(name)
    for symbol, (given_name, _, _) in task.numbers().items():
        if given_name != "y" and len(task.data.x) < 10:
            assert_sums_to_the_gradient(task, symbol)


@given(tasks(largest_depth=3, largest_width=2, largest_batch=2), st.data())
def test_the_paths_of_any_task_sum_to_the_gradient(task: Task, data: st.DataObject) -> None:
    numbers = [symbol for symbol, spot in task.numbers().items() if spot[0] != "y"]
    symbol = data.draw(st.sampled_from(numbers))
    try:
        assert_sums_to_the_gradient(task, symbol)
    except NumberError:
        assume(False)


@pytest.mark.parametrize(
    ("name", "symbol", "settings", "paths"),
    [
        ("three_layer", "w31", (), 1),
        ("three_layer", "w21", (), 2),
        ("three_layer", "w11", (), 4),
        ("three_layer", "x2", (), 8),
        ("three_layer", "theta1", (), 4),
        ("lab_task_3", "w11", (), 1),
        ("lab_task_3", "x1", (), 2),
        ("mazur", "W1_11", (), 2),
        ("mazur", "b1_1", (), 2),
        ("binary_classification", "w11", (), 3),
        ("three_class_softmax", "w21", (), 2),
        ("three_class_softmax", "w21", ("output_delta=unfused",), 6),
        ("lesson_sigmoid_error", "w11", (), 1),
        ("apples_oranges", "fc1.weight[0,0]", (), 15),
    ],
)
def test_there_is_a_path_for_every_way_to_the_loss(
    name: str, symbol: str, settings: tuple[str, ...], paths: int
) -> None:
    task = load_task(name, settings)
    assert derive(task, symbol).path_count == paths
    assert_sums_to_the_gradient(task, symbol)


def test_the_error_convention_is_followed_and_not_the_chain_rule() -> None:
    lesson, chain_rule = (derive(load_task(name), "w11") for name in ("lesson_sigmoid_error", "lesson_sigmoid"))
    assert lesson.total != pytest.approx(chain_rule.total)
    assert lesson.total == pytest.approx(gradients(load_task("lesson_sigmoid_error"))["dW1"][0, 0])


def test_a_task_without_an_update_has_gradients_to_derive() -> None:
    assert "Path 1 of 1" in output_of("derive", "lab_task_2", "--wrt", "w11")


def test_a_path_is_a_product_in_symbols_in_formulas_and_in_numbers() -> None:
    text = re.sub(r"\s+", " ", output_of("derive", "lab_task_3", "--wrt", "w12"))
    assert "Path 1 of 1 ∂L/∂ŷ·∂ŷ/∂Z₃·∂Z₃/∂H₂·∂H₂/∂Z₂·∂Z₂/∂w₁₂ = (ŷ - y)·ReLU′(Z₃)·w₂₂·ReLU′(Z₂)·x₁" in text
    assert "= (0.08 - 1)·1·(-0.2)·1·1 = 0.184" in text


def test_the_sum_of_the_paths_is_written_out() -> None:
    text = re.sub(r"\s+", " ", output_of("derive", "mazur", "--wrt", "W1_11"))
    assert text.endswith("Sum ∂L/∂W[¹]₁₁ = 0.000668396 + (-0.000229828) = 0.000438568 ")


def test_of_too_many_paths_the_first_are_shown_and_the_others_counted() -> None:
    found = derive(load_task("apples_oranges"), "fc1.weight[0,0]")
    assert len(found.paths) < found.path_count == 15 > MOST_PATHS
    for format_ in ("txt", "md", "tex"):
        text = output_of("derive", "apples_oranges", "--wrt", "fc1.weight[0,0]", "--format", format_)
        assert f"{15 - len(found.paths)} more paths are left out" in text
        assert "-250.7638" in text


def test_a_deep_wide_network_is_counted_and_not_walked() -> None:
    """A number with 40 ** 9 ways to the loss is derived at once."""
    width, depth = 40, 10
    square = [[1] * width for _ in range(width)]
    task = task_with(
        activations=["identity"] * depth,
        weights=[[[1] * width], *[square] * (depth - 2), [[1]] * width],
        x=[["0.001"]],
        y=[[0]],
    )
    assert derive(task, "x1").path_count == width ** (depth - 1)


@pytest.mark.parametrize("notation", NOTATIONS)
def test_numbers_are_named_in_the_notation_that_is_asked_for(notation: NotationName) -> None:
    symbol = {"lesson": "w14", "standard": "W1_22", "pytorch": "fc1.weight[1,1]"}[notation]
    found = derive(load_task("mazur"), symbol, notation)
    assert found.target == ("W1", 1, 1)
    assert_sums_to_the_gradient(load_task("mazur"), symbol, notation)


def test_the_options_reach_the_derivation() -> None:
    assert output_of("derive", "mazur", "--wrt", "W1_11", "--decimals", "4").endswith(" 0.0004\n")
    assert "(0.28 - 1)" in output_of("derive", "lab_task_3", "--wrt", "w12", "--set", "theta3=0.3")


def test_carried_rounding_is_said_not_to_matter_here() -> None:
    text = output_of("derive", "lab_task_3", "--wrt", "w12", "--set", "rounding=carry")
    assert "every digit is carried" in text


def test_a_target_is_not_derived() -> None:
    finished = command("derive", "lab_task_3", "--wrt", "y")
    assert (finished.status, finished.output) == (2, "")


def test_paths_of_a_target_that_is_met_are_0() -> None:
    task = task_with(activations=["identity"], weights=[[["0.1"], ["0.2"]]], x=[[1, 1]], y=[["0.3"]])
    assert derive(task, "w11").total == 0


def test_what_is_left_of_paths_that_cancel_is_their_sum() -> None:
    task = task_with(activations=["softmax", "identity"], weights=[[[40, 0]], [[1], ["0.5"]]], x=[[1]], y=[[0]])
    derivation = derive(task, "w11")
    assert derivation.total == sum(map(derivation.product, derivation.paths)) != 0
