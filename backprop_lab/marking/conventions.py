"""The sign convention of other courses: errors are t - o, and weights are added where others subtract."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from backprop_lab.engine.formula import Formula, Ref, Sub, neg, with_names
from backprop_lab.engine.graph import Graph, Step
from backprop_lab.engine.network import Network

Signs = Literal["usual", "from_error", "from_delta"]
"""Whether the sign is the usual one, or the other one from the error on, or from the output delta on."""


def signed(network: Network, graph: Graph, signs: Signs) -> Graph:
    """Return the graph with the other sign on errors, deltas and gradients, and the same new parameters."""
    if signs == "usual":
        return graph
    return Graph(graph.shapes, tuple(_signed(network, step, signs) for step in graph.steps))


def _signed(network: Network, step: Step, signs: Signs) -> Step:
    turned: dict[str, Formula] = {"error": neg(Ref("error"))} if signs == "from_error" else {}
    match step.kind:
        case "error" if signs == "from_error" and isinstance(step.formula, Sub):
            return replace(step, formula=Sub(step.formula.right, step.formula.left))
        case "loss":
            return replace(step, formula=with_names(step.formula, turned))
        case "delta" if step.layer == network.depth:
            stable = None if step.stable is None else neg(with_names(step.stable, turned))
            return replace(step, formula=neg(with_names(step.formula, turned)), stable=stable)
        case "weight_velocity" | "bias_velocity" | "weight_update" | "bias_update":
            gradients = {name: neg(Ref(name)) for name in step.inputs if name[:2] in ("dW", "db")}
            return replace(step, formula=with_names(step.formula, gradients))
        case _:
            return step
