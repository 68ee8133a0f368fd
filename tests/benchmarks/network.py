"""Forward and backward pass of 784-128-64-10, a batch of 32, against the same written by hand in NumPy."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.graph import Graph
from backprop_lab.engine.network import Network, given_shapes, graph
from backprop_lab.engine.worked import work
from tests.benchmarks.measure import Row, against_floor, in_turns

Values = dict[str, Array]

NETWORK = Network(
    sizes=(784, 128, 64, 10),
    activations=("relu", "relu", "softmax"),
    loss="cross_entropy",
    samples=32,
    reduction="mean",
    update=None,
)


def rows() -> Iterator[Row]:
    """Time every quantity of the pass, and the same without the gradient at the inputs, which training leaves out."""
    whole, givens = graph(NETWORK), given_values()
    yield _row("784-128-64-10, batch 32, with dx", whole, givens, by_hand(givens))
    shapes = {name: shape for name, shape in whole.shapes.items() if name != "dx"}
    without = Graph(shapes, tuple(step for step in whole.steps if step.name != "dx"))
    yield _row("784-128-64-10, batch 32, without dx", without, givens, by_hand_without_dx(givens))


def _row(name: str, pass_: Graph, givens: Values, expected: Values) -> Row:
    worked = work(pass_, givens).values
    assert {step.name for step in pass_.steps} == set(expected)
    for quantity, value in expected.items():
        np.testing.assert_allclose(worked[quantity], value, rtol=1e-10, atol=1e-13, err_msg=quantity)
    hand = by_hand if "dx" in expected else by_hand_without_dx
    measured, floor = in_turns(partial(work, pass_, givens), partial(hand, givens), repetitions=400)
    return against_floor(name, measured, floor, "by hand in NumPy", "≤ 1.5×")


def given_values() -> Values:
    """Return random inputs, one-hot targets, and weights scaled as He et al. (2015) do."""
    random = np.random.default_rng(784)
    givens = {name: random.normal(size=shape) for name, shape in given_shapes(NETWORK).items()}
    for layer, inputs in enumerate(NETWORK.sizes[:-1], start=1):
        givens[f"W{layer}"] *= np.sqrt(2 / inputs)
    givens["y"] = np.eye(10)[random.integers(10, size=32)]
    return givens


def by_hand(givens: Values) -> Values:
    """Return every quantity of the pass."""
    values = by_hand_without_dx(givens)
    return values | {"dx": values["delta1"] @ givens["W1"].T}


def by_hand_without_dx(givens: Values) -> Values:
    """Return every quantity of the pass but the gradient at the inputs."""
    x, y = givens["x"], givens["y"]
    W1, b1, W2, b2, W3, b3 = (givens[name] for name in ("W1", "b1", "W2", "b2", "W3", "b3"))
    z1 = x @ W1 + b1
    a1 = np.maximum(z1, 0)
    z2 = a1 @ W2 + b2
    a2 = np.maximum(z2, 0)
    z3 = a2 @ W3 + b3
    shifted = z3 - z3.max(axis=1, keepdims=True)
    powers = np.exp(shifted)
    total = powers.sum(axis=1, keepdims=True)
    a3 = powers / total
    error = a3 - y
    L = -(y * (shifted - np.log(total))).sum(keepdims=True) / len(x)
    delta3 = error / len(x)
    dW3 = a2.T @ delta3
    db3 = delta3.sum(axis=0, keepdims=True)
    delta2 = (delta3 @ W3.T) * (z2 > 0)
    dW2 = a1.T @ delta2
    db2 = delta2.sum(axis=0, keepdims=True)
    delta1 = (delta2 @ W2.T) * (z1 > 0)
    dW1 = x.T @ delta1
    db1 = delta1.sum(axis=0, keepdims=True)
    return {
        "z1": z1, "a1": a1, "z2": z2, "a2": a2, "z3": z3, "a3": a3, "error": error, "L": L,
        "delta3": delta3, "dW3": dW3, "db3": db3, "delta2": delta2, "dW2": dW2, "db2": db2,
        "delta1": delta1, "dW1": dW1, "db1": db1,
    }  # fmt: skip
