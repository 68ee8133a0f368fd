"""Compiled graphs give the values of worked ones, and only those that are wanted."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.compiled import compiled
from backprop_lab.engine.formula import Entry, Mul, Ref, Transpose
from backprop_lab.engine.graph import Graph, Step
from backprop_lab.engine.network import SCALARS, Network, Update, graph
from backprop_lab.engine.worked import work
from tests.engine.networks import SEEDS, distance, networks, random_givens


@given(networks(update=True), SEEDS, st.sampled_from(["first", "later"]), st.sampled_from(["matrices", "floats"]))
def test_a_compiled_pass_has_the_values_of_a_worked_one(
    network: Network, seed: int, which: str, scalars: str
) -> None:
    built = graph(network, first_pass=which == "first")
    givens = random_givens(network, seed)
    draw = np.random.default_rng(seed)
    givens |= {name: draw.normal(size=built.shapes[name]) for name in built.givens if name.endswith("_old")}
    as_given = {
        name: array.item() if scalars == "floats" and name in SCALARS else array for name, array in givens.items()
    }
    expected = work(built, givens).values
    found = compiled(built)(as_given)
    assert list(found) == [step.name for step in built.steps]
    assert max(distance(found[name], expected[name]) for name in found) <= 1e-12


@given(networks(update=True), SEEDS, st.data())
def test_only_the_wanted_steps_are_worked(network: Network, seed: int, data: st.DataObject) -> None:
    built = graph(network)
    names = [step.name for step in built.steps]
    wanted = data.draw(st.sets(st.sampled_from(names)))
    givens = random_givens(network, seed)
    everything = compiled(built)(givens)
    found = compiled(built, wanted)(givens)
    assert set(found) == wanted
    for name in wanted:
        np.testing.assert_array_equal(found[name], everything[name])


def test_a_forward_pass_needs_no_targets() -> None:
    network = Network((2, 2), ("relu",), "mean_squared_error", update=None)
    values = {"x": np.ones((1, 2)), "W1": np.eye(2), "b1": np.ones((1, 2))}
    assert compiled(graph(network), ["a1"])(values)["a1"].tolist() == [[2, 2]]


def test_what_formulas_share_is_worked_once() -> None:
    update = Update(momentum=True, nesterov=True, weight_decay=True)
    network = Network((2, 2), ("sigmoid",), "mean_squared_error", update=update)
    built = graph(network, first_pass=False)
    givens = random_givens(network, 1) | {f"v{name}_old": np.ones(built.shapes[name]) for name in ("W1", "b1")}
    calls = []

    class Counted:
        __array_ufunc__ = None

        def __mul__(self, other: Array) -> Array:
            calls.append(other)
            return np.asarray(0.1 * other)

    compiled(built, ["W1_new"])({**givens, "weight_decay": Counted()})
    assert len(calls) == 1


def test_entries_and_transposes_are_read_from_their_matrix() -> None:
    step = Step("z1", Mul((Entry("x", 0, 1), Transpose(Ref("x")))), "forward", "net_input", 1)
    run = compiled(Graph({"x": (1, 2), "z1": (2, 1)}, (step,)))
    assert run({"x": np.array([[2.0, 3.0]])})["z1"].tolist() == [[6.0], [9.0]]
