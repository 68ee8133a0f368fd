"""Functions: right where they are evaluated, steady at large numbers, the same spelled out, and differentiated."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lab.engine.arithmetic import FLOAT, Array, lookup, value
from backprop_lab.engine.formula import Apply, Entry, Formula, Ref, const
from backprop_lab.engine.functions import FUNCTIONS
from backprop_lab.engine.scalar import entry, spelled_out

TENTHS = st.integers(-60, 60).map(lambda n: n / 10)
BY_ENTRY = ["exp", "square", "tanh", "sigmoid", "relu", "relu_slope", "softplus"]
BY_ROW = ["softmax", "log_softmax"]


def of(name: str, *rows: object) -> Array:
    """Apply a function to rows of numbers."""
    result: Array = FLOAT.functions[name](*(np.array(row, dtype=float) for row in rows))
    return result


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("exp", ([[0, 1]],), [[1, math.e]]),
        ("log", ([[1, math.e]],), [[0, 1]]),
        ("abs", ([[2, 0, -0.5]],), [[2, 0, 0.5]]),
        ("sign", ([[2, 0, -0.5]],), [[1, 0, -1]]),
        ("max", ([[1, -2]], [[0, 3]], [[-1, 5]]), [[1, 5]]),
        ("square", ([[-3, 0.5]],), [[9, 0.25]]),
        ("tanh", ([[0, 0.5]],), [[0, math.tanh(0.5)]]),
        ("sigmoid", ([[0, 2, -2]],), [[0.5, 1 / (1 + math.exp(-2)), 1 / (1 + math.exp(2))]]),
        ("relu", ([[2, 0, -2]],), [[2, 0, 0]]),
        ("relu_slope", ([[2, 0, -2]],), [[1, 0, 0]]),
        ("leaky_relu", ([[2, 0, -2]], [[0.1]]), [[2, 0, -0.2]]),
        ("leaky_relu_slope", ([[2, 0, -2]], [[0.1]]), [[1, 0.1, 0.1]]),
        ("softmax", ([[0, math.log(3)], [5, 5]],), [[0.25, 0.75], [0.5, 0.5]]),
        ("log_softmax", ([[0, math.log(3)], [5, 5]],), [[math.log(0.25), math.log(0.75)], [-math.log(2)] * 2]),
        ("softplus", ([[0, 2, -2]],), [[math.log(2), math.log(1 + math.exp(2)), math.log(1 + math.exp(-2))]]),
    ],
)
def test_a_function_has_the_values_of_its_definition(name: str, arguments: list[Array], expected: object) -> None:
    np.testing.assert_allclose(of(name, *arguments), np.array(expected), rtol=1e-15, atol=1e-16)


def test_these_are_all_the_functions() -> None:
    assert set(FUNCTIONS) == {*BY_ENTRY, *BY_ROW, "log", "abs", "sign", "max", "leaky_relu", "leaky_relu_slope"}
    assert [name for name, function in FUNCTIONS.items() if function.by_row] == BY_ROW


@pytest.mark.parametrize(
    ("name", "argument", "expected"),
    [
        ("sigmoid", [[1000, -1000]], [[1, 0]]),
        ("sigmoid", [[-40]], [[math.exp(-40)]]),
        ("sigmoid", [[-700]], [[math.exp(-700)]]),
        ("tanh", [[1000, -1000]], [[1, -1]]),
        ("softplus", [[1000, -1000]], [[1000, 0]]),
        ("softplus", [[-40]], [[math.exp(-40)]]),
        ("softmax", [[1000, -1000, 0]], [[1, 0, 0]]),
        ("softmax", [[1000, 1000], [-1000, -1000]], [[0.5, 0.5], [0.5, 0.5]]),
        ("log_softmax", [[1000, -1000, 0]], [[0, -2000, -1000]]),
        ("log_softmax", [[-1000, -1000]], [[-math.log(2)] * 2]),
    ],
)
def test_large_numbers_neither_overflow_nor_lose_digits(name: str, argument: object, expected: object) -> None:
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        found = of(name, argument)
    np.testing.assert_allclose(found, np.array(expected), rtol=1e-14)


@pytest.mark.parametrize("name", BY_ENTRY)
@pytest.mark.parametrize("guarded", [False, True])
@given(z=TENTHS)
def test_a_function_spelled_out_has_the_same_value(name: str, guarded: bool, z: float) -> None:
    spelled = spelled_out(Apply(name, (Entry("z", 0, 0),)), guarded=guarded)
    found = value(spelled, lookup({"z": np.array([[z]])}))
    assert math.isclose(found, of(name, [[z]])[0, 0], rel_tol=1e-12, abs_tol=1e-15)


@pytest.mark.parametrize("name", BY_ROW)
@pytest.mark.parametrize("guarded", [False, True])
@given(row=st.lists(TENTHS, min_size=1, max_size=4))
def test_a_function_by_row_spelled_out_has_the_same_values(name: str, guarded: bool, row: list[float]) -> None:
    z = np.array([row])
    for column in range(len(row)):
        scalar = entry(Apply(name, (Ref("z"),)), 0, column, {"z": z.shape})
        found = value(spelled_out(scalar, guarded=guarded), lookup({"z": z}))
        assert math.isclose(found, of(name, z)[0, column], rel_tol=1e-12, abs_tol=1e-14)


@given(z=TENTHS, slope=st.integers(0, 100).map(lambda n: n / 100))
def test_a_leaky_relu_spelled_out_has_the_same_value(z: float, slope: float) -> None:
    spelled = spelled_out(Apply("leaky_relu", (Entry("z", 0, 0), Entry("slope", 0, 0))))
    found = value(spelled, lookup({"z": np.array([[z]]), "slope": np.array([[slope]])}))
    assert found == of("leaky_relu", [[z]], [[slope]])[0, 0]


@pytest.mark.parametrize("row", [[1000.0, -1000.0, 0.0], [-1000.0, -1000.0, -1001.0], [1000.0, 1000.0, 999.0]])
@pytest.mark.parametrize("name", [*BY_ROW, "softplus"])
def test_a_guarded_definition_stays_finite_on_both_sides(name: str, row: list[float]) -> None:
    z = np.array([row])
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        for column in range(3):
            scalar = spelled_out(entry(Apply(name, (Ref("z"),)), 0, column, {"z": (1, 3)}), guarded=True)
            assert math.isclose(value(scalar, lookup({"z": z})), of(name, z)[0, column], abs_tol=1e-300)


def test_the_guarded_sigmoid_stays_finite_where_the_other_overflows() -> None:
    low = lookup({"z": np.array([[-1000.0]])})
    sigmoid = Apply("sigmoid", (Entry("z", 0, 0),))
    assert value(spelled_out(sigmoid, guarded=True), low) == 0
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        value(spelled_out(sigmoid), low)


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        (spelled_out(Apply("relu", (Ref("z"),))), Apply("max", (const(0), Ref("z")))),
        (spelled_out(Apply("tanh", (Ref("z"),))), Apply("tanh", (Ref("z"),))),
        (spelled_out(Apply("relu_slope", (Ref("z"),))), Apply("relu_slope", (Ref("z"),))),
    ],
)
def test_relu_is_a_maximum_and_what_paper_has_a_name_for_is_left(definition: Formula, expected: Formula) -> None:
    assert definition == expected


def central(function: Callable[[Array], Array], at: Array) -> Array:
    """Return the gradient of a number by every entry, from central differences."""
    slope = np.zeros_like(at)
    for place in np.ndindex(at.shape):
        move = np.zeros_like(at)
        move[place] = 1e-6
        slope[place] = (function(at + move) - function(at - move)) / 2e-6
    return slope


@pytest.mark.parametrize("name", [name for name, function in FUNCTIONS.items() if function.pull_back])
@given(seed=st.integers(0, 2**32 - 1))
def test_a_pull_back_rule_is_the_derivative(name: str, seed: int) -> None:
    draw = np.random.default_rng(seed)
    z = draw.uniform(0.1, 3, size=(2, 3))
    if name != "log":
        z *= draw.choice([-1, 1], size=z.shape)
    g, others = draw.normal(size=(2, 3)), [np.array([[0.2]])] if name == "leaky_relu" else []
    rule = FUNCTIONS[name].pull_back
    assert rule is not None
    derived, *nothing = rule(Ref("g"), Ref("ans"), Ref("z"), *map(Ref, ["slope"] * len(others)))
    assert nothing == [None] * len(others)
    assert derived is not None
    values = {"g": g, "z": z, "ans": of(name, z, *others), "slope": np.array([[0.2]])}
    expected = central(lambda moved: (g * of(name, moved, *others)).sum(), z)
    np.testing.assert_allclose(value(derived, lookup(values)), expected, rtol=1e-6, atol=1e-7)
