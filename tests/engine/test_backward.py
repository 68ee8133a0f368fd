"""The derived backward pass: it reads like a textbook, and equals finite differences."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from backprop_lab.engine.arithmetic import Array, lookup, value
from backprop_lab.engine.backward import backward, pull_back
from backprop_lab.engine.formula import (
    ONE,
    Add,
    Apply,
    Entry,
    Formula,
    MatMul,
    Mul,
    Ref,
    Sub,
    Total,
    Transpose,
    const,
    inputs,
    mul,
    neg,
)
from backprop_lab.engine.graph import Step
from backprop_lab.engine.network import FUSED, Network, graph
from backprop_lab.engine.worked import forward_only, work
from tests.engine.formulas import SHAPES, formulas, values_of_names
from tests.engine.networks import SEEDS, distance, networks, random_givens

A, B, C, G, ROW, X, Y, Z = map(Ref, ("A", "B", "C", "g", "row", "x", "y", "z"))
STEP = 1e-5


def slopes(function: Callable[[Mapping[str, Array]], float], values: Mapping[str, Array], name: str) -> Array:
    """Return central differences of a number by every entry of one value."""
    found = np.zeros_like(values[name])
    for place in np.ndindex(found.shape):
        ends = []
        for sign in (1, -1):
            moved = values[name].copy()
            moved[place] += sign * STEP
            ends.append(function({**values, name: moved}))
        found[place] = (ends[0] - ends[1]) / (2 * STEP)
    return found


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (X, {"x": G}),
        (Add((X, Y)), {"x": G, "y": G}),
        (Add((X, ROW)), {"x": G, "row": Total(G, "rows")}),
        (Sub(X, Y), {"x": G, "y": neg(G)}),
        (Sub(ONE, Y), {"y": neg(G)}),
        (Mul((X, Y, Z)), {"x": mul(G, Y, Z), "y": mul(G, X, Z), "z": mul(G, X, Y)}),
        (Mul((const(1, 2), X)), {"x": mul(const(1, 2), G)}),
        (MatMul(X, A), {"x": MatMul(G, Transpose(A)), "A": MatMul(Transpose(X), G)}),
        (MatMul(X, Transpose(B)), {"x": MatMul(G, B), "B": Transpose(MatMul(Transpose(X), G))}),
        (Transpose(A), {"A": Transpose(G)}),
        (Total(X, "all"), {"x": G}),
        (Apply("square", (X,)), {"x": mul(const(2), G, X)}),
        (Apply("relu", (X,)), {"x": mul(G, Apply("relu_slope", (X,)))}),
        (Apply("sigmoid", (X,)), {"x": mul(G, Ref("ans"), Sub(ONE, Ref("ans")))}),
        (Add((X, X)), {"x": Add((G, G))}),
        (Mul((X, X)), {"x": Add((mul(G, X), mul(G, X)))}),
        (const(3), {}),
    ],
)
def test_a_rule_gives_the_formula_of_the_textbook(formula: Formula, expected: dict[str, Formula]) -> None:
    shapes = {**dict.fromkeys("xyzg", (2, 3)), "row": (1, 3), "A": (3, 3), "B": (3, 3), "ans": (2, 3)}
    assert pull_back(formula, G, Ref("ans"), shapes) == expected


@pytest.mark.parametrize("formula", [Entry("x", 0, 0), Apply("max", (X, Y)), Apply("sign", (X,))])
def test_what_no_pass_differentiates_has_no_rule(formula: Formula) -> None:
    with pytest.raises(ValueError, match=r"pulled back through matrices|not differentiated in any pass"):
        pull_back(formula, G, Ref("ans"), {"x": (2, 3), "y": (2, 3), "g": (2, 3)})


@settings(max_examples=150)
@given(formulas(2, 3, kind="differentiable"), SEEDS)
def test_a_derived_gradient_equals_finite_differences(formula: Formula, seed: int) -> None:
    values = values_of_names(seed)
    values["G"] = np.random.default_rng(seed + 1).normal(size=(2, 3))
    steps = [Step("f", formula, "forward", "activation"), _total("f")]
    shapes = {**SHAPES, "G": (2, 3), "f": (2, 3), "L": (1, 1)}
    names = {name: f"d{name}" for name in inputs(formula) if name != "slope"}
    values["f"] = value(formula, lookup(values))
    for gradient, derived in backward(steps, shapes, names, {}).items():
        name = gradient[1:]
        expected = slopes(lambda moved: float((moved["G"] * value(formula, lookup(moved))).sum()), values, name)
        found = np.broadcast_to(value(derived, lookup(values)), expected.shape)
        scale = max(1.0, float(np.abs(expected).max()), float(np.abs(values["f"]).max()))
        assert np.abs(found - expected).max() <= 1e-6 * scale, name


def _total(name: str) -> Step:
    return Step("L", Total(Mul((Ref("G"), Ref(name))), "all"), "loss", "loss")


@settings(max_examples=60)
@given(networks(), SEEDS)
def test_every_gradient_of_a_network_equals_finite_differences_of_its_loss(network: Network, seed: int) -> None:
    plain = replace(network, output_delta="chain_rule")
    worked = work(graph(plain), random_givens(plain, seed))
    forward = forward_only(worked.graph)

    def loss(values: Mapping[str, Array]) -> float:
        return float(work(forward, values).values["L"][0, 0])

    givens = {name: worked.values[name] for name in forward.givens}
    for name in givens:
        if name[0] in "xWb":
            expected = slopes(loss, givens, name)
            scale = max(1.0, float(np.abs(expected).max()), loss(givens))
            assert np.abs(worked.values[f"d{name}"] - expected).max() <= 1e-6 * scale, name


@settings(max_examples=80)
@given(networks(), SEEDS)
def test_the_shortened_chain_rule_equals_the_whole_one(network: Network, seed: int) -> None:
    fused = (network.activations[-1], network.loss) in FUSED
    shortened = replace(network, output_delta="chain_rule")
    whole = graph(replace(network, output_delta="unfused" if fused else "chain_rule"))
    assert shortened.fused is fused
    values = work(graph(shortened), random_givens(network, seed)).values
    delta = f"delta{network.depth}"
    assert distance(value(whole.step[delta].formula, lookup(values)), values[delta]) <= 1e-9
    assert ("error" in whole.step[delta].inputs) is not fused


def test_the_chain_rule_survives_where_its_factors_do_not() -> None:
    network = Network((1, 1), ("sigmoid",), "binary_cross_entropy")
    givens = random_givens(network, 0) | {"x": np.array([[1000.0]]), "W1": np.array([[1.0]]), "y": np.array([[1.0]])}
    assert work(graph(network), givens).values["delta1"] == 0
    assert work(graph(replace(network, output_delta="unfused")), givens).values["delta1"] == 0


def two_layers(**changes: object) -> dict[str, Formula]:
    network = Network((3, 2, 1), ("relu", "identity"), "half_squared_error", update=None)
    return {step.name: step.formula for step in graph(replace(network, **changes)).steps}


SLOPE = Apply("relu_slope", (Ref("z1"),))


@pytest.mark.parametrize(
    ("changes", "step", "expected"),
    [
        ({}, "delta2", Ref("error")),
        ({}, "dW2", MatMul(Transpose(Ref("a1")), Ref("delta2"))),
        ({}, "db2", Ref("delta2")),
        ({}, "delta1", Mul((MatMul(Ref("delta2"), Transpose(Ref("W2"))), SLOPE))),
        ({}, "dW1", MatMul(Transpose(Ref("x")), Ref("delta1"))),
        ({}, "db1", Ref("delta1")),
        ({}, "dx", MatMul(Ref("delta1"), Transpose(Ref("W1")))),
        ({"samples": 4}, "db2", Total(Ref("delta2"), "rows")),
        ({"samples": 4}, "db1", Total(Ref("delta1"), "rows")),
        ({"samples": 4, "reduction": "mean"}, "delta2", Mul((const(1, 4), Ref("error")))),
        ({"loss": "squared_error"}, "delta2", Mul((const(2), Ref("error")))),
        ({"loss": "mean_squared_error", "samples": 4}, "delta2", Mul((const(1, 2), Ref("error")))),
        (
            {"activations": ("relu", "sigmoid")},
            "delta2",
            Mul((Ref("error"), Ref("a2"), Sub(ONE, Ref("a2")))),
        ),
        ({"activations": ("relu", "tanh")}, "delta2", Mul((Ref("error"), Sub(ONE, Apply("square", (Ref("a2"),)))))),
        ({"activations": ("relu", "sigmoid"), "output_delta": "error"}, "delta2", Ref("error")),
        (
            {"loss": "squared_error", "output_delta": "error", "samples": 2, "reduction": "mean"},
            "delta2",
            Mul((const(1, 2), Ref("error"))),
        ),
        ({"activations": ("relu", "sigmoid"), "loss": "binary_cross_entropy"}, "delta2", Ref("error")),
        (
            {"sizes": (3, 2, 2), "activations": ("relu", "softmax"), "loss": "cross_entropy"},
            "delta2",
            Ref("error"),
        ),
    ],
)
def test_a_step_of_the_backward_pass_reads_like_a_textbook(
    changes: dict[str, object], step: str, expected: Formula
) -> None:
    assert two_layers(**changes)[step] == expected


def test_the_whole_chain_rule_goes_through_the_logarithm() -> None:
    unfused = two_layers(activations=("relu", "sigmoid"), loss="binary_cross_entropy", output_delta="unfused")[
        "delta2"
    ]
    assert set(inputs(unfused)) == {"y", "a2"}
    y, a = 0.3, 0.6
    by_output = -y / a + (1 - y) / (1 - a)
    found = value(unfused, lookup({"y": np.array([[y]]), "a2": np.array([[a]])}))
    assert found.item() == pytest.approx(by_output * a * (1 - a), rel=1e-14)


def test_gradients_come_in_the_order_of_work_and_only_those_that_have_a_name() -> None:
    steps = [
        Step("z", MatMul(X, A), "forward", "net_input"),
        Step("a", Apply("tanh", (Z,)), "forward", "activation"),
        Step("L", Total(Apply("square", (Ref("a"),)), "all"), "loss", "loss"),
    ]
    shapes = {"x": (1, 2), "A": (2, 2), "z": (1, 2), "a": (1, 2), "L": (1, 1)}
    assert list(backward(steps, shapes, {"z": "dz", "A": "dA", "x": "dx"}, {})) == ["dz", "dA", "dx"]
    (only,) = backward(steps, shapes, {"A": "dA"}, {}).items()
    slope = Sub(ONE, Apply("square", (Ref("a"),)))
    assert only == ("dA", MatMul(Transpose(X), mul(const(2), Ref("a"), slope)))


def test_an_alternative_stands_in_the_place_of_the_derived_formula_and_is_used_by_name() -> None:
    steps = [
        Step("a", Apply("tanh", (X,)), "forward", "activation"),
        Step("L", Total(Ref("a"), "all"), "loss", "loss"),
    ]
    found = backward(steps, {"x": (1, 2), "a": (1, 2), "L": (1, 1)}, {"a": "da", "x": "dx"}, {"a": const(5)})
    assert found["da"] == const(5)
    assert found["dx"] == mul(Ref("da"), Sub(ONE, Apply("square", (Ref("a"),))))


def test_an_alternative_without_a_name_is_put_into_the_formulas_that_use_it() -> None:
    steps = [
        Step("a", Apply("tanh", (X,)), "forward", "activation"),
        Step("L", Total(Ref("a"), "all"), "loss", "loss"),
    ]
    found = backward(steps, {"x": (1, 2), "a": (1, 2), "L": (1, 1)}, {"x": "dx"}, {"a": Ref("y")})
    assert found == {"dx": mul(Ref("y"), Sub(ONE, Apply("square", (Ref("a"),))))}


def test_what_is_used_twice_gets_the_sum_of_both_gradients() -> None:
    steps = [
        Step("a", Mul((const(3), X)), "forward", "activation"),
        Step("b", Mul((Ref("a"), X)), "forward", "activation"),
        Step("L", Total(Ref("b"), "all"), "loss", "loss"),
    ]
    (gradient,) = backward(steps, {"x": (1, 1), "a": (1, 1), "b": (1, 1), "L": (1, 1)}, {"x": "dx"}, {}).values()
    assert value(gradient, lookup({"x": np.array([[2.0]]), "a": np.array([[6.0]]), "b": np.array([[12.0]])})) == 12
