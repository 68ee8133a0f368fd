"""The chain rule path by path: the products of all paths add up to the gradient of the worked pass."""

from __future__ import annotations

import math
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from backprop_lab.engine.arithmetic import lookup, value
from backprop_lab.engine.formula import Entry
from backprop_lab.engine.network import Network, graph
from backprop_lab.engine.paths import Path, Paths
from backprop_lab.engine.scalar import spelled_out
from backprop_lab.engine.worked import Pass, work
from tests.engine.networks import SEEDS, networks, random_givens


def starts_at_delta(network: Network) -> bool:
    return network.fused or network.output_delta == "error"


def factors(path: Path, worked: Pass) -> list[float]:
    leaf = lookup(worked.values)
    return [float(value(spelled_out(factor.formula, guarded=True), leaf)) for factor in path]


def assert_paths_add_up(paths: Paths, worked: Pass) -> None:
    for name, shape in worked.graph.shapes.items():
        if name[0] in "Wbx" and name in worked.graph.givens:
            for row, column in product(*map(range, shape)):
                target = (name, row, column)
                found = list(paths.to(target))
                total = sum(math.prod(factors(path, worked)) for path in found)
                expected = worked.values[f"d{name}"][row, column]
                assert math.isclose(total, expected, rel_tol=1e-9, abs_tol=1e-12), target
                assert paths.count(target) == len(found)
                assert all(path[0].of[0] == "L" and path[-1].by == target for path in found)


@settings(max_examples=40)
@given(networks(largest_depth=3, largest_width=2, largest_batch=2), SEEDS)
def test_the_products_of_all_paths_add_up_to_the_gradient(network: Network, seed: int) -> None:
    built = graph(network)
    assert_paths_add_up(Paths(built, starts_at_delta(network)), work(built, random_givens(network, seed)))


@settings(max_examples=15)
@given(networks(largest_depth=2, largest_width=2, largest_batch=2), SEEDS)
def test_paths_through_the_loss_give_the_chain_rule_whatever_is_shortened(network: Network, seed: int) -> None:
    built = graph(replace(network, output_delta="chain_rule"))
    assert_paths_add_up(Paths(built, starts_at_delta=False), work(built, random_givens(network, seed)))


@settings(max_examples=30)
@given(networks(largest_depth=3, largest_width=2, largest_batch=2))
def test_each_factor_goes_on_where_the_one_before_ended(network: Network) -> None:
    for path in Paths(graph(network), starts_at_delta(network)).to(("W1", 0, 0)):
        assert all(one.by == other.of for one, other in pairwise(path))


@pytest.mark.parametrize(
    ("target", "through"),
    [
        (("W1", 0, 1), [["L", "a2", "z2", "a1", "z1", "W1"]]),
        (("W2", 1, 0), [["L", "a2", "z2", "W2"]]),
        (("b2", 0, 0), [["L", "a2", "z2", "b2"]]),
        (("x", 0, 2), [["L", "a2", "z2", "a1", "z1", "x"]] * 2),
    ],
)
def test_a_path_leads_from_the_loss_through_the_units(target: tuple[str, int, int], through: list[list[str]]) -> None:
    network = Network((3, 2, 1), ("tanh", "identity"), "half_squared_error")
    found = list(Paths(graph(network), starts_at_delta=False).to(target))
    assert [[path[0].of[0], *(factor.by[0] for factor in path)] for path in found] == through


def test_paths_come_in_the_order_of_the_units() -> None:
    network = Network((1, 3, 2), ("tanh", "identity"), "squared_error")
    found = Paths(graph(network), starts_at_delta=True).to(("x", 0, 0))
    units = [[factor.by[2] for factor in path if factor.by[0] in ("z2", "a1")] for path in found]
    assert units == [list(pair) for pair in product(range(2), range(3))]


def test_with_a_shortened_chain_rule_a_path_starts_with_the_output_delta() -> None:
    network = Network((2, 2), ("softmax",), "cross_entropy", reduction="mean", samples=2)
    built = graph(network)
    path = next(Paths(built, starts_at_delta=True).to(("W1", 0, 1)))
    assert [(factor.of, factor.by) for factor in path] == [(("L", 0, 0), ("z1", 0, 1)), (("z1", 0, 1), ("W1", 0, 1))]
    worked = work(built, random_givens(network, 3))
    assert factors(path, worked) == [worked.values["delta1"][0, 1], worked.values["x"][0, 0]]
    assert Entry("error", 0, 1) not in [factor.formula for factor in path]


def test_many_paths_are_counted_without_walking_them() -> None:
    network = Network((2, *[20] * 9, 1), ("tanh",) * 10, "half_squared_error")
    assert Paths(graph(network), starts_at_delta=False).count(("x", 0, 0)) == 20**9
