"""The tasks that come with the program: each loads, fits the schema, solves, and shows what it says."""

from __future__ import annotations

import tomllib
from fractions import Fraction
from typing import Any

import jsonschema
import numpy as np
import pytest

from backprop_lab.engine.arithmetic import Array
from backprop_lab.solution import solve
from backprop_lab.tables import schema
from backprop_lab.taskfile import load_task, shipped_tasks
from backprop_lab.training.seeded import Draws

NAMES = [
    "apples_oranges",
    "binary_classification",
    "binary_forward",
    "bookai",
    "cross_entropy_scores",
    "geoj_softmax",
    "han_kamber",
    "kircerta",
    "lab_task_2",
    "lab_task_3",
    "leaky_relu_network",
    "lesson_sigmoid",
    "lesson_sigmoid_error",
    "mazur",
    "mazur_biases",
    "multiclass_forward",
    "regression_forward",
    "surafel_bce",
    "tanh_network",
    "three_class_softmax",
    "three_layer",
]


def values(name: str) -> dict[str, Array]:
    """Return the values of a task's first pass, in full."""
    return dict(solve(load_task(name), rounding="full").first.values)


def stated(name: str) -> tuple[Any, ...]:
    """Return a task's network and data."""
    task = load_task(name)
    return task.network, task.data.x, task.targets


def test_these_tasks_are_shipped() -> None:
    assert list(shipped_tasks()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_task_loads_and_solves(name: str) -> None:
    solution = solve(load_task(name))
    assert np.isfinite(solution.losses).all()


@pytest.mark.parametrize("name", [name for name in NAMES if load_task(name).update])
def test_an_update_lowers_the_loss(name: str) -> None:
    before, after = solve(load_task(name), steps=1).losses
    assert after < before


@pytest.mark.parametrize("name", NAMES)
def test_a_task_fits_the_schema(name: str) -> None:
    text = shipped_tasks()[name].read_text(encoding="utf-8")
    jsonschema.validate(tomllib.loads(text), schema())
    assert text.startswith("#:schema ./task.schema.json\n# ")


def test_han_kamber_is_the_sigmoid_example_of_the_lesson() -> None:
    assert stated("han_kamber") == stated("lesson_sigmoid")
    assert load_task("han_kamber").update == load_task("lesson_sigmoid").update


def test_laboratory_task_3_goes_on_from_laboratory_task_2() -> None:
    assert stated("lab_task_3") == stated("lab_task_2")


def test_the_lessons_output_delta_is_the_error_and_larger_than_the_chain_rules() -> None:
    lesson, chain_rule = values("lesson_sigmoid_error"), values("lesson_sigmoid")
    assert lesson["delta2"] == lesson["error"]
    assert abs(lesson["delta2"]) > abs(chain_rule["delta2"])


def test_the_second_step_of_apples_and_oranges_overshoots() -> None:
    first, second, third = solve(load_task("apples_oranges"), steps=2).losses
    assert second < third < first


def test_sample_2_of_the_binary_classification_is_wrong_and_has_the_largest_delta() -> None:
    found = values("binary_classification")
    assert ((found["a2"] > 0.5) != found["y"]).tolist() == [[False], [True], [False]]
    assert abs(found["delta2"]).argmax() == 1


def test_hidden_unit_1_of_the_softmax_network_is_dead_for_sample_2_alone() -> None:
    assert (values("three_class_softmax")["z1"] > 0).tolist() == [[True, True], [False, True]]


def test_a_leaky_unit_learns_below_zero() -> None:
    found = values("leaky_relu_network")
    assert found["z1"][0, 0] < 0
    assert (found["dW1"] != 0).all()


def test_every_unit_of_the_three_layers_is_alive_and_every_number_has_six_decimals() -> None:
    exact = solve(load_task("three_layer"), exact=True).passes[0].exact
    assert exact is not None
    for name, found in exact.values.items():
        assert all((Fraction(entry) * 10**6).denominator == 1 for entry in found.flat), name
    assert all((exact.values[f"z{layer}"] > 0).all() for layer in (1, 2))
    assert all((exact.values[f"delta{layer}"] != 0).all() for layer in (1, 2, 3))


@pytest.mark.parametrize(
    ("name", "units"), [("binary_forward", 1), ("multiclass_forward", 3), ("regression_forward", 1)]
)
def test_a_forward_pass_of_the_notes_has_the_weights_of_seed_42_rounded(name: str, units: int) -> None:
    draws, found = Draws(42), load_task(name).givens()
    for layer, sizes in enumerate(((6, 4), (4, units)), start=1):
        weights, biases = draws.linear(*sizes)
        assert biases is not None
        assert np.array_equal(found[f"W{layer}"], weights.round(2))
        assert np.array_equal(found[f"b{layer}"], biases.round(2))


def test_the_outputs_of_a_forward_pass_are_what_the_notes_say_they_are() -> None:
    binary, multiclass = values("binary_forward")["a2"], values("multiclass_forward")["a2"]
    assert binary.shape == (5, 1)
    assert ((binary > 0) & (binary < 1)).all()
    assert multiclass.shape == (5, 3)
    assert np.allclose(multiclass.sum(axis=1), 1)
    assert np.array_equal(values("regression_forward")["a2"], values("regression_forward")["z2"])
