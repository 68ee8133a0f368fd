"""Random networks: what a graph is built from, and float64 givens for it from a seed."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.network import (
    ACTIVATIONS,
    CLASS_LOSSES,
    FUSED,
    LOSSES,
    PROBABILITY_LOSSES,
    ROWWISE,
    Network,
    OutputDelta,
    Update,
    given_shapes,
)
from tests.strategies import OUTPUTS

SEEDS = st.integers(0, 2**32 - 1)


@st.composite
def networks(
    draw: st.DrawFn,
    *,
    largest_depth: int = 3,
    largest_width: int = 3,
    largest_batch: int = 3,
    update: bool = False,
) -> Network:
    loss = draw(st.sampled_from(LOSSES))
    output = draw(st.sampled_from(OUTPUTS[loss]))
    hidden = draw(st.lists(st.sampled_from(ACTIVATIONS), max_size=largest_depth - 1))
    activations = (*hidden, output)
    widths = [draw(st.integers(2 if name in ROWWISE else 1, largest_width)) for name in activations]
    deltas: list[OutputDelta] = ["chain_rule", "error"]
    return Network(
        sizes=(draw(st.integers(1, largest_width)), *widths),
        activations=activations,
        loss=loss,
        samples=draw(st.integers(1, largest_batch)),
        biases=draw(st.booleans()),
        output_delta=draw(st.sampled_from([*deltas, "unfused"] if (output, loss) in FUSED else deltas)),
        reduction=draw(st.sampled_from(["sum", "mean", "mean_of_entries"])),
        unbiased=draw(st.frozensets(st.integers(1, len(activations)), max_size=1)),
        dropout=draw(st.frozensets(st.integers(0, len(activations) - 1), max_size=2)),
        update=draw(_updates(len(activations))) if update else None,
    )


@st.composite
def _updates(draw: st.DrawFn, depth: int) -> Update:
    momentum = draw(st.sampled_from(["none", "plain", "damped", "nesterov"]))
    return Update(
        biases=draw(st.booleans()),
        momentum=momentum != "none",
        dampening=momentum == "damped",
        nesterov=momentum == "nesterov",
        weight_decay=draw(st.booleans()),
        frozen=frozenset(draw(st.sets(st.integers(1, depth), max_size=depth - 1))),
    )


def random_givens(network: Network, seed: int) -> dict[str, Array]:
    """Draw every given: weights that keep net inputs near 1, targets that fit the loss."""
    draw = np.random.default_rng(seed)
    givens: dict[str, Array] = {}
    for name, shape in given_shapes(network).items():
        spread = shape[0] ** -0.5 if name[0] == "W" else 1.0
        givens[name] = draw.normal(scale=spread, size=shape)
    for layer in network.dropout:
        givens[f"mask{layer}"] = draw.integers(0, 2, size=givens[f"mask{layer}"].shape).astype(float)
        givens[f"p{layer}"] = draw.uniform(0, 0.9, size=(1, 1))
    if network.loss in CLASS_LOSSES:
        givens["y"] = draw.dirichlet(np.ones(network.sizes[-1]), size=network.samples)
    elif network.loss in PROBABILITY_LOSSES:
        givens["y"] = draw.uniform(size=givens["y"].shape)
    for name in ("leaky_slope", "learning_rate", "momentum", "dampening", "weight_decay"):
        givens[name] = draw.uniform(0.01, 0.5, size=(1, 1))
    givens["learning_rate"] /= 10 * network.samples * max(network.sizes)  # lest the training diverge
    if network.update is None or not network.update.momentum:
        givens["momentum"] = np.zeros((1, 1))
    if network.update is None or not network.update.weight_decay:
        givens["weight_decay"] = np.zeros((1, 1))
    if network.update is None or not network.update.dampening:
        givens["dampening"] = np.zeros((1, 1))
    return givens


def distance(one: Array, other: Array) -> float:
    """Return the largest difference, relative to the largest entry (an entry against an equal one is 0)."""
    largest = max(float(np.abs(one).max()), float(np.abs(other).max()))
    return float(np.abs(one - other).max()) / largest if largest else 0.0
