"""Work a pass: put numbers through a graph, once or for several updates."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from msgspec import Struct

from backprop_lab.engine.arithmetic import FLOAT, Arithmetic, Array, lookup, round_half_away, value
from backprop_lab.engine.exact import settled
from backprop_lab.engine.formula import Add, Const, Formula, Leaf, Sub, children, inputs, rebuild
from backprop_lab.engine.graph import Graph, Kind, Step
from backprop_lab.engine.network import Network
from backprop_lab.engine.network import graph as build_graph
from backprop_lab.errors import NumberError


class Pass(Struct, frozen=True):
    """A worked pass: a graph and the value of every given and every step.

    Every value has rows and columns as its last two axes; axes before them count variants.
    """

    graph: Graph
    values: Mapping[str, Array]
    arithmetic: Arithmetic


def work(
    graph: Graph,
    givens: Mapping[str, Array],
    arithmetic: Arithmetic = FLOAT,
    decimals: int | None = None,
    *,
    tidy: bool = False,
) -> Pass:
    """Evaluate every step in order; with `decimals`, round each result and go on with the rounded value.

    A net input whose terms cancel but for rounding noise is 0, lest a ReLU be alive on paper's 0; if the pass is
    `tidy`, any such sum is. Raises NumberError, naming the step, where a float64 value is not finite, or an exact
    one not known any more.
    """
    values = {name: givens[name] for name in graph.givens}
    leaf = lookup(values)
    norms: dict[str, float] = {}

    def norm(node: Leaf) -> Array:
        if node.name not in norms:
            norms[node.name] = _norm(values[node.name])
        return np.array([[norms[node.name]]])

    def may_be_noise(step: Step, result: Array) -> bool:
        # No sum in a matrix product has larger terms than the product of the norms (Cauchy, Schwarz).
        if step.kind == "net_input":
            return not np.abs(result).min() > _NOISE * value(step.formula, norm)
        return tidy and step.kind in _SUMS

    def in_floats(step: Step) -> Array:
        result = value(step.evaluated, leaf, arithmetic)
        if decimals is not None and step.stable is not None:
            # On paper the logarithm is that of the rounded output, for as long as there is one.
            as_written = value(step.formula, leaf, arithmetic)
            result = np.where(np.isfinite(as_written), as_written, result)
        norms[step.name] = _norm(result)
        if not math.isfinite(norms[step.name]) and not np.isfinite(result).all():
            raise NumberError(
                "not a finite number: it overflows float64, or divides 0 by 0; smaller numbers would do"
            )
        if decimals is not None:
            return np.asarray(result if step.keeps else round_half_away(result, decimals))
        return np.asarray(without_noise(result, step.evaluated, leaf) if may_be_noise(step, result) else result)

    def exactly(step: Step) -> Array:
        return np.asarray(_settled(value(step.evaluated, leaf, arithmetic)))

    evaluate = in_floats if arithmetic is FLOAT else exactly
    with np.errstate(all="ignore"):
        for step in graph.steps:
            try:
                values[step.name] = evaluate(step)
            except NumberError as error:
                raise NumberError(f"{step.name}: {error}") from None
    return Pass(graph, values, arithmetic)


_settled = np.frompyfunc(settled, 1, 1)
_NOISE = 2.0**-48
"""A sum of terms 1 that cancel to less than this, 32 times the rounding error of one, is taken for noise."""
_SUMS: tuple[Kind, ...] = (
    "error", "delta", "weight_gradient", "bias_gradient", "input_gradient",
    "weight_velocity", "bias_velocity", "weight_update", "bias_update",
)  # fmt: skip


def without_noise(result: Array, formula: Formula, leaf: Callable[[Leaf], Array]) -> Array:
    """Return 0 where the terms of a sum cancel but for the noise of float64: 0.2 + 0.1 - 0.3 is 0."""
    terms = value(added_up(formula), lambda node: np.abs(leaf(node)))
    return np.where(np.isfinite(terms) & (np.abs(result) <= _NOISE * terms), 0.0, result)


def _norm(array: Array) -> float:
    """Return the root of the sum of squares, over all variants too; it is infinite long before an entry is."""
    return math.sqrt(np.vdot(array, array))


def added_up(formula: Formula) -> Formula:
    """Return a formula with differences turned into sums: of sizes, it gives the size of the terms.

    A difference from a constant, such as 1 - a, is a factor and none of the sums that may cancel.
    """
    parts = tuple(added_up(part) for part in children(formula))
    cancels = isinstance(formula, Sub) and not isinstance(formula.left, Const)
    return Add(parts) if cancels else rebuild(formula, parts)


def work_steps(
    network: Network,
    givens: Mapping[str, Array],
    steps: int,
    arithmetic: Arithmetic = FLOAT,
    decimals: int | None = None,
) -> Iterator[Pass]:
    """Yield a pass for every update, each with the parameters and velocities that the one before left.

    After the last update comes one more pass, forward and loss only, with the final parameters. Without an update
    there is one pass.
    """
    first, later = build_graph(network), build_graph(network, first_pass=False)
    now = dict(givens)
    for number in range(steps):
        done = work(later if number else first, now, arithmetic, decimals, tidy=True)
        yield done
        for name in done.values:
            if name.endswith("_new"):
                now[name.removesuffix("_new")] = done.values[name]
            elif name.startswith("v") and not name.endswith("_old"):
                now[f"{name}_old"] = done.values[name]
    if network.update is not None:
        yield work(forward_only(first), now, arithmetic, decimals, tidy=True)


def forward_only(graph: Graph) -> Graph:
    """Return the forward pass and the loss of a graph, without what follows."""
    return _made_of(graph, tuple(step for step in graph.steps if step.phase in ("forward", "loss")))


def without_input_gradient(graph: Graph) -> Graph:
    """Return a graph without the gradient at the inputs, which no update needs."""
    return _made_of(graph, tuple(step for step in graph.steps if step.kind != "input_gradient"))


def _made_of(graph: Graph, steps: tuple[Step, ...]) -> Graph:
    names = {name for step in steps for name in (step.name, *step.inputs, *inputs(step.evaluated))}
    return Graph({name: size for name, size in graph.shapes.items() if name in names}, steps)
