"""Networks as graphs: the steps they consist of, and every number of a pass as PyTorch has it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.formula import (
    ONE,
    Add,
    Apply,
    Div,
    Formula,
    MatMul,
    Mul,
    Ref,
    Sub,
    Total,
    Transpose,
    const,
    mul,
    neg,
)
from backprop_lab.engine.network import (
    ACTIVATIONS,
    FUSED,
    LOSSES,
    Activation,
    Loss,
    Network,
    OutputDelta,
    Reduction,
    Update,
    given_shapes,
    graph,
)
from backprop_lab.engine.worked import work_steps
from backprop_lab.referee import referee
from tests.engine.networks import SEEDS, networks, random_givens
from tests.strategies import OUTPUTS

TOLERANCE = 1e-12
UPDATES = 4


def assert_agrees_with_pytorch(network: Network, givens: dict[str, Array]) -> None:
    """Compare every step of every update, relative to the largest entry of the quantity (of 0.01 at least)."""
    ours, theirs = work_steps(network, givens, UPDATES), referee(network, givens, UPDATES)
    for one, other in zip(ours, theirs, strict=True):
        assert {step.name for step in one.graph.steps} == set(other)
        for name, expected in other.items():
            found = one.values[name]
            assert found.shape == expected.shape
            scale = max(float(np.abs(expected).max()), 1e-2)
            assert np.abs(found - expected).max() <= TOLERANCE * scale, name


@settings(max_examples=40)
@given(networks(largest_depth=5, largest_width=64, largest_batch=32, update=True), SEEDS)
def test_every_quantity_of_several_updates_is_pytorchs(network: Network, seed: int) -> None:
    assert_agrees_with_pytorch(network, random_givens(network, seed))


def every_ending() -> Iterator[tuple[Loss, Activation, Reduction, OutputDelta]]:
    deltas: tuple[OutputDelta, ...] = ("chain_rule", "error", "unfused")
    reductions: tuple[Reduction, ...] = ("sum", "mean", "mean_of_entries")
    for loss in LOSSES:
        for output in OUTPUTS[loss]:
            for reduction in reductions:
                for delta in deltas if (output, loss) in FUSED else deltas[:2]:
                    yield loss, output, reduction, delta


@pytest.mark.parametrize(("loss", "output", "reduction", "delta"), [*every_ending()])
def test_a_large_network_with_every_activation_is_pytorchs(
    loss: Loss, output: Activation, reduction: Reduction, delta: OutputDelta
) -> None:
    network = Network(
        sizes=(64,) * 7,
        activations=("tanh", "leaky_relu", "softmax", "sigmoid", "relu", output),
        loss=loss,
        samples=32,
        reduction=reduction,
        output_delta=delta,
        update=Update(momentum=True, nesterov=True, weight_decay=True, frozen=frozenset({2})),
    )
    givens = random_givens(network, seed=2024)
    givens["learning_rate"] /= 32
    assert_agrees_with_pytorch(network, givens)


@pytest.mark.parametrize(
    "update",
    [
        Update(),
        Update(biases=False),
        Update(frozen=frozenset({1, 3})),
        Update(weight_decay=True),
        Update(momentum=True),
        Update(momentum=True, dampening=True),
        Update(momentum=True, nesterov=True),
        Update(momentum=True, weight_decay=True, biases=False, frozen=frozenset({2})),
        Update(momentum=True, nesterov=True, weight_decay=True),
    ],
)
@pytest.mark.parametrize("biases", [True, False])
def test_every_kind_of_update_is_that_of_torch_sgd(update: Update, biases: bool) -> None:
    activations: tuple[Activation, ...] = ("tanh", "relu", "identity")
    network = Network((3, 4, 4, 2), activations, "half_squared_error", 3, biases=biases, update=update)
    assert_agrees_with_pytorch(network, random_givens(network, seed=7))


@settings(max_examples=20)
@given(networks(), SEEDS)
def test_gradients_without_an_update_are_pytorchs(network: Network, seed: int) -> None:
    givens = random_givens(network, seed)
    (ours,), (theirs,) = work_steps(network, givens, 1), referee(network, givens)
    assert not {step.name for step in ours.graph.steps if step.phase == "update"}
    for name, expected in theirs.items():
        assert np.abs(ours.values[name] - expected).max() <= TOLERANCE * max(float(np.abs(expected).max()), 1e-2)


def names(network: Network, **later: bool) -> list[str]:
    return [step.name for step in graph(network, **later).steps]


def test_the_steps_of_a_pass_stand_in_the_order_of_work() -> None:
    network = Network((3, 2, 1), ("relu", "relu"), "half_squared_error")
    forward = ["z1", "a1", "z2", "a2", "error", "L"]
    backward = ["delta2", "dW2", "db2", "delta1", "dW1", "db1", "dx"]
    update = ["W1_new", "b1_new", "W2_new", "b2_new"]
    assert names(network) == [*forward, *backward, *update]
    assert names(replace(network, update=None)) == [*forward, *backward]
    assert names(replace(network, update=None, gradients=False)) == forward
    assert [name for name in names(replace(network, biases=False)) if "b" in name] == []
    assert names(replace(network, update=Update(momentum=True, frozen=frozenset({1}))))[-6:] == [
        "W1_new", "b1_new", "vW2", "W2_new", "vb2", "b2_new",
    ]  # fmt: skip


def test_dropout_is_a_step_of_its_own_and_its_backward_pass_is_derived() -> None:
    network = Network((3, 2, 1), ("relu", "identity"), "squared_error", dropout=frozenset({0, 1}), update=None)
    assert names(network)[:6] == ["kept0", "z1", "a1", "kept1", "z2", "a2"]
    step = graph(network).step
    assert step["kept1"].formula == Div(Mul((Ref("a1"), Ref("mask1"))), Sub(ONE, Ref("p1")))
    assert (step["kept0"].layer, step["kept1"].layer, step["kept1"].kind) == (None, 1, "dropout")
    assert step["dW2"].formula == MatMul(Transpose(Ref("kept1")), Ref("delta2"))
    back = Div(MatMul(Ref("delta2"), Transpose(Ref("W2"))), Sub(ONE, Ref("p1")))
    assert step["delta1"].formula == Mul((back, Ref("mask1"), Apply("relu_slope", (Ref("z1"),))))
    assert not {"dmask1", "dp1"} & set(step)


@pytest.mark.parametrize(
    ("loss", "output", "expected"),
    [
        ("absolute_error", "identity", Apply("sign", (Ref("error"),))),
        ("cross_entropy_with_logits", "identity", Ref("error")),
        ("binary_cross_entropy_with_logits", "relu", Mul((Ref("error"), Apply("relu_slope", (Ref("z1"),))))),
        ("negative_log_likelihood", "log_softmax", Ref("error")),
    ],
)
def test_the_output_delta_of_a_loss_is_that_of_textbooks(loss: Loss, output: Activation, expected: Formula) -> None:
    assert graph(Network((2, 3), (output,), loss)).step["delta1"].formula == expected


@pytest.mark.parametrize(
    ("loss", "output", "prediction"),
    [
        ("cross_entropy_with_logits", "softmax", Apply("softmax", (Ref("a1"),))),
        ("binary_cross_entropy_with_logits", "sigmoid", Apply("sigmoid", (Ref("a1"),))),
        ("negative_log_likelihood", "log_softmax", Apply("softmax", (Ref("z1"),))),
        ("cross_entropy", "softmax", Ref("a1")),
    ],
)
def test_the_error_is_taken_of_what_the_loss_makes_of_the_output(
    loss: Loss, output: Activation, prediction: Formula
) -> None:
    assert graph(Network((2, 3), (output,), loss)).step["error"].formula == Sub(prediction, Ref("y"))


def test_phase_kind_and_layer_of_a_step_are_those_of_its_name() -> None:
    steps = graph(Network((1, 1), ("tanh",), "squared_error", update=Update(momentum=True))).steps
    assert [(step.name, step.phase, step.kind, step.layer) for step in steps] == [
        ("z1", "forward", "net_input", 1),
        ("a1", "forward", "activation", 1),
        ("error", "loss", "error", None),
        ("L", "loss", "loss", None),
        ("delta1", "backward", "delta", 1),
        ("dW1", "backward", "weight_gradient", 1),
        ("db1", "backward", "bias_gradient", 1),
        ("dx", "backward", "input_gradient", None),
        ("vW1", "update", "weight_velocity", 1),
        ("W1_new", "update", "weight_update", 1),
        ("vb1", "update", "bias_velocity", 1),
        ("b1_new", "update", "bias_update", 1),
    ]


def test_a_graph_knows_the_shapes_of_what_it_uses_and_makes_and_no_others() -> None:
    network = Network((3, 2), ("leaky_relu",), "squared_error", samples=4, update=Update(weight_decay=True))
    built = graph(network)
    assert built.givens == ("x", "y", "W1", "b1", "leaky_slope", "learning_rate", "weight_decay")
    assert built.shapes["z1"] == built.shapes["delta1"] == built.shapes["error"] == (4, 2)
    assert built.shapes["dW1"] == built.shapes["W1_new"] == (3, 2)
    assert (built.shapes["db1"], built.shapes["dx"], built.shapes["L"]) == ((1, 2), (4, 3), (1, 1))
    assert graph(replace(network, activations=("tanh",), update=None)).givens == ("x", "y", "W1", "b1")


@given(networks(update=True), SEEDS)
def test_every_value_has_the_shape_that_the_graph_says(network: Network, seed: int) -> None:
    first, later, after = work_steps(network, random_givens(network, seed), 2)
    for done in (first, later, after):
        assert {name: found.shape for name, found in done.values.items()} == dict(done.graph.shapes)


@pytest.mark.parametrize(
    ("loss", "output", "reduction", "expected"),
    [
        ("half_squared_error", "tanh", "sum", mul(const(1, 2), Total(Apply("square", (Ref("error"),)), "all"))),
        ("half_squared_error", "tanh", "mean", mul(const(1, 8), Total(Apply("square", (Ref("error"),)), "all"))),
        ("squared_error", "tanh", "sum", Total(Apply("square", (Ref("error"),)), "all")),
        ("squared_error", "tanh", "mean", mul(const(1, 4), Total(Apply("square", (Ref("error"),)), "all"))),
        ("mean_squared_error", "tanh", "sum", mul(const(1, 12), Total(Apply("square", (Ref("error"),)), "all"))),
        ("mean_squared_error", "tanh", "mean", mul(const(1, 12), Total(Apply("square", (Ref("error"),)), "all"))),
        ("cross_entropy", "softmax", "sum", neg(Total(Mul((Ref("y"), Apply("log", (Ref("a1"),)))), "all"))),
        (
            "binary_cross_entropy",
            "sigmoid",
            "mean",
            neg(
                mul(
                    const(1, 4),
                    Total(
                        Add(
                            (
                                Mul((Ref("y"), Apply("log", (Ref("a1"),)))),
                                Mul((Sub(ONE, Ref("y")), Apply("log", (Sub(ONE, Ref("a1")),)))),
                            )
                        ),
                        "all",
                    ),
                )
            ),
        ),
    ],
)
def test_a_loss_is_stated_as_the_textbook_has_it(
    loss: Loss, output: Activation, reduction: Reduction, expected: Formula
) -> None:
    network = Network((2, 3), (output,), loss, samples=4, reduction=reduction)
    assert graph(network).step["L"].formula == expected


@pytest.mark.parametrize(
    ("update", "first_pass", "expected"),
    [
        (Update(), True, {"W1_new": Sub(Ref("W1"), Mul((Ref("learning_rate"), Ref("dW1"))))}),
        (Update(biases=False), True, {"b1_new": Ref("b1")}),
        (Update(frozen=frozenset({1}), momentum=True), True, {"W1_new": Ref("W1"), "b1_new": Ref("b1")}),
        (
            Update(weight_decay=True),
            True,
            {
                "W1_new": Sub(
                    Ref("W1"),
                    Mul((Ref("learning_rate"), Add((Ref("dW1"), Mul((Ref("weight_decay"), Ref("W1"))))))),
                )
            },
        ),
        (
            Update(momentum=True),
            True,
            {"vW1": Ref("dW1"), "W1_new": Sub(Ref("W1"), Mul((Ref("learning_rate"), Ref("vW1"))))},
        ),
        (
            Update(momentum=True, dampening=True),
            False,
            {"vb1": Add((Mul((Ref("momentum"), Ref("vb1_old"))), Mul((Sub(ONE, Ref("dampening")), Ref("db1")))))},
        ),
        (
            Update(momentum=True, nesterov=True),
            False,
            {
                "vb1": Add((Mul((Ref("momentum"), Ref("vb1_old"))), Ref("db1"))),
                "b1_new": Sub(
                    Ref("b1"),
                    Mul((Ref("learning_rate"), Add((Ref("db1"), Mul((Ref("momentum"), Ref("vb1"))))))),
                ),
            },
        ),
    ],
)
def test_an_update_is_stated_as_torch_sgd_documents_it(
    update: Update, first_pass: bool, expected: dict[str, Formula]
) -> None:
    steps = graph(Network((2, 2), ("tanh",), "squared_error", update=update), first_pass=first_pass).step
    assert {name: steps[name].formula for name in expected} == expected


def test_a_network_without_biases_has_no_sum_in_its_net_inputs() -> None:
    network = Network((2, 2), ("tanh",), "squared_error")
    product = MatMul(Ref("x"), Ref("W1"))
    assert graph(network).step["z1"].formula == Add((product, Ref("b1")))
    assert graph(replace(network, biases=False)).step["z1"].formula == product
    assert "b1" not in given_shapes(replace(network, biases=False))


def test_only_these_outputs_and_losses_shorten_the_chain_rule() -> None:
    shortened = {
        (output, loss)
        for loss in LOSSES
        for output in ACTIVATIONS
        if Network((2, 2), (output,), loss).fused and not Network((2, 2), (output,), loss, output_delta="error").fused
    }
    assert shortened == {
        ("softmax", "cross_entropy"),
        ("sigmoid", "binary_cross_entropy"),
        ("log_softmax", "negative_log_likelihood"),
    }
