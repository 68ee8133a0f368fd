"""One number of a matrix formula: its scalar form means the same, and so does its derivative."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backprop_lab.engine.arithmetic import Array, lookup, value
from backprop_lab.engine.formula import (
    ONE,
    Add,
    Apply,
    Div,
    Entry,
    Formula,
    MatMul,
    Mul,
    Ref,
    Sub,
    Total,
    Transpose,
    children,
    const,
    leaves,
)
from backprop_lab.engine.network import Network, graph
from backprop_lab.engine.scalar import Order, entry, partial, rows_spelled_out, spelled_out
from backprop_lab.engine.worked import work
from tests.engine.formulas import SHAPES, formulas, values_of_names
from tests.engine.networks import SEEDS, networks, random_givens

X, W, B = Ref("x"), Ref("W"), Ref("b")
NAMED = {"x": (2, 3), "W": (3, 2), "b": (1, 2), "z": (2, 2), "k": (1, 1)}


def x(row: int, column: int) -> Entry:
    return Entry("x", row, column)


def w(row: int, column: int) -> Entry:
    return Entry("W", row, column)


@pytest.mark.parametrize(
    ("formula", "order", "expected"),
    [
        (X, "as_written", x(1, 0)),
        (Transpose(W), "as_written", w(0, 1)),
        (B, "as_written", Entry("b", 0, 0)),
        (Ref("k"), "as_written", Entry("k", 0, 0)),
        (const(3), "as_written", const(3)),
        (x(0, 2), "as_written", x(0, 2)),
        (
            Add((MatMul(X, W), B)),
            "as_written",
            Add((Mul((x(1, 0), w(0, 0))), Mul((x(1, 1), w(1, 0))), Mul((x(1, 2), w(2, 0))), Entry("b", 0, 0))),
        ),
        (
            MatMul(X, W),
            "right_first",
            Add((Mul((w(0, 0), x(1, 0))), Mul((w(1, 0), x(1, 1))), Mul((w(2, 0), x(1, 2))))),
        ),
        (Total(X, "rows"), "as_written", Add((x(0, 0), x(1, 0)))),
        (Total(X, "columns"), "as_written", Add((x(1, 0), x(1, 1), x(1, 2)))),
        (Total(B, "all"), "as_written", Add((Entry("b", 0, 0), Entry("b", 0, 1)))),
        (
            Apply("softmax", (Ref("z"),)),
            "as_written",
            Apply("softmax", (Entry("z", 1, 0), Entry("z", 1, 1), const(0))),
        ),
        (Apply("tanh", (Ref("z"),)), "as_written", Apply("tanh", (Entry("z", 1, 0),))),
        (Sub(Ref("z"), Ref("k")), "as_written", Sub(Entry("z", 1, 0), Entry("k", 0, 0))),
    ],
)
def test_an_entry_is_written_in_the_order_of_the_matrices(formula: Formula, order: Order, expected: Formula) -> None:
    assert entry(formula, 1, 0, NAMED, order) == expected


@settings(max_examples=100)
@given(formulas(2, 3), SEEDS, st.sampled_from(["as_written", "right_first"]))
def test_an_entry_has_the_value_of_the_matrix_there(formula: Formula, seed: int, order: Order) -> None:
    values = values_of_names(seed)
    matrix = np.broadcast_to(value(formula, lookup(values)), (2, 3))
    for row, column in product(range(2), range(3)):
        scalar = spelled_out(entry(formula, row, column, SHAPES, order), guarded=True)
        assert not any(isinstance(leaf, Ref) for leaf in leaves(scalar))
        found = float(value(scalar, lookup(values)))
        assert math.isclose(found, matrix[row, column], rel_tol=1e-11, abs_tol=1e-13 * np.abs(matrix).max())


def test_spelling_out_reaches_every_part_and_by_rows_only_those_by_row() -> None:
    z = Entry("z", 0, 0)
    soft = Apply("softmax", (Apply("sigmoid", (z,)), const(0)))
    power = Apply("exp", (Apply("sigmoid", (z,)),))
    assert rows_spelled_out(soft) == Div(power, power)
    assert {part.function for part in applied(spelled_out(soft))} == {"exp"}


def applied(formula: Formula) -> list[Apply]:
    found = [formula] if isinstance(formula, Apply) else []
    return found + [inner for part in children(formula) for inner in applied(part)]


def moved(network: Network, values: dict[str, Array], step: str, spot: tuple[str, int, int], by: float) -> Array:
    """Return a step's value after one number that it uses is moved."""
    name, row, column = spot
    there = {**values, name: values[name].copy()}
    there[name][row, column] += by
    found: Array = value(graph(network).step[step].formula, lookup(there))
    return found


@settings(max_examples=40)
@given(networks(largest_depth=2, largest_batch=2), SEEDS, st.data())
def test_a_partial_derivative_equals_finite_differences(network: Network, seed: int, data: st.DataObject) -> None:
    built = graph(network)
    values = dict(work(built, random_givens(network, seed)).values)
    forward = [step for step in built.steps if step.phase in ("forward", "loss")]
    step = data.draw(st.sampled_from(forward))
    by = data.draw(st.sampled_from([name for name in step.inputs if name != "leaky_slope"]))
    assume(step.kind != "activation" or (values[by] != 0).all())  # a ReLU has no slope at 0
    for row, column in np.ndindex(built.shapes[by]):
        spot = (by, row, column)
        ends = [moved(network, values, step.name, spot, sign * 1e-6) for sign in (1, -1)]
        expected = (ends[0] - ends[1]) / 2e-6
        for place in np.ndindex(built.shapes[step.name]):
            derivative = spelled_out(partial(built, (step.name, *place), spot), guarded=True)
            found = float(value(derivative, lookup(values)))
            assert math.isclose(found, expected[place], rel_tol=1e-5, abs_tol=1e-5), (step.name, place, spot)


def sigmoid_layer() -> Network:
    return Network((2, 2), ("sigmoid",), "half_squared_error", samples=2)


@pytest.mark.parametrize(
    ("of", "by", "expected"),
    [
        (("z1", 0, 1), ("x", 0, 0), Entry("W1", 0, 1)),
        (("z1", 0, 1), ("W1", 0, 1), Entry("x", 0, 0)),
        (("z1", 0, 1), ("W1", 0, 0), const(0)),
        (("z1", 0, 1), ("x", 1, 0), const(0)),
        (("z1", 1, 1), ("b1", 0, 1), ONE),
        (("a1", 1, 0), ("z1", 1, 0), Mul((Entry("a1", 1, 0), Sub(ONE, Entry("a1", 1, 0))))),
        (("error", 0, 1), ("a1", 0, 1), ONE),
        (("error", 0, 1), ("y", 0, 1), const(-1)),
        (("L", 0, 0), ("error", 1, 1), Entry("error", 1, 1)),
    ],
)
def test_a_partial_derivative_is_a_short_formula(
    of: tuple[str, int, int], by: tuple[str, int, int], expected: Formula
) -> None:
    assert partial(graph(sigmoid_layer()), of, by) == expected


def test_a_constant_entry_stays_exact() -> None:
    scalar = entry(Mul((const(1, 3), X)), 0, 0, NAMED)
    assert isinstance(scalar, Mul)
    assert scalar.factors[0] == const(1, 3)
