"""How far rounding can take a right calculation: a pass worked on balls, each a number and a radius around it.

The bound is that of midpoint-radius interval arithmetic (Rump, Fast and parallel interval arithmetic, BIT 39, 1999),
without its outward rounding of the last bit of float64.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from backprop_lab.engine.arithmetic import FLOAT, Arithmetic, Array, value
from backprop_lab.engine.formula import Leaf
from backprop_lab.engine.graph import Graph


class Ball(NDArrayOperatorsMixin):
    """An array of numbers, each known to within its radius."""

    def __init__(self, middle: Any, radius: Any = 0.0) -> None:
        self.middle = np.asarray(middle, dtype=np.float64)
        self.radius = np.broadcast_to(np.asarray(radius, dtype=np.float64), self.middle.shape)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *operands: Any, **_: Any) -> Any:
        if method != "__call__" or ufunc not in _OPERATIONS:
            return NotImplemented
        return _OPERATIONS[ufunc](*(part if isinstance(part, Ball) else Ball(part) for part in operands))

    def __array_function__(self, function: Any, types: Any, arguments: tuple[Any, ...], keywords: Any) -> Any:
        if function is not np.swapaxes:
            return NotImplemented
        _, *axes = arguments
        return Ball(np.swapaxes(self.middle, *axes), np.swapaxes(self.radius, *axes))

    def sum(self, axis: tuple[int, ...], *, keepdims: bool) -> Ball:
        """Add up the numbers, and the radii with them."""
        return Ball(self.middle.sum(axis=axis, keepdims=keepdims), self.radius.sum(axis=axis, keepdims=keepdims))


def _product(times: Callable[[Any, Any], Any]) -> Callable[[Ball, Ball], Ball]:
    def product(left: Ball, right: Ball) -> Ball:
        outer, inner = np.abs(left.middle), np.abs(right.middle)
        radius = times(outer, right.radius) + times(left.radius, inner) + times(left.radius, right.radius)
        return Ball(times(left.middle, right.middle), radius)

    return product


def _quotient(top: Ball, bottom: Ball) -> Ball:
    nearest = np.maximum(np.abs(bottom.middle) - bottom.radius, np.abs(bottom.middle) / 2)
    middle = top.middle / bottom.middle
    return Ball(middle, (top.radius + np.abs(middle) * bottom.radius) / nearest)


_OPERATIONS: Mapping[np.ufunc, Callable[..., Ball]] = {
    np.add: lambda a, b: Ball(a.middle + b.middle, a.radius + b.radius),
    np.subtract: lambda a, b: Ball(a.middle - b.middle, a.radius + b.radius),
    np.multiply: _product(np.multiply),
    np.matmul: _product(np.matmul),
    np.divide: _quotient,
}


def _rising(name: str) -> Callable[..., Ball]:
    """Make a function on balls of one that rises in every argument."""
    function = FLOAT.functions[name]

    def on_balls(*arguments: Ball) -> Ball:
        middle = function(*(ball.middle for ball in arguments))
        above = function(*(ball.middle + ball.radius for ball in arguments))
        below = function(*(ball.middle - ball.radius for ball in arguments))
        return Ball(middle, np.maximum(above - middle, middle - below))

    return on_balls


def _log(x: Ball) -> Ball:
    # Nobody takes the logarithm of an output that rounding made 0.
    below = np.maximum(x.middle - x.radius, x.middle / 2)
    return Ball(np.log(x.middle), np.log(x.middle) - np.log(below))


def _square(x: Ball) -> Ball:
    return Ball(x.middle**2, 2 * np.abs(x.middle) * x.radius + x.radius**2)


def _softmax(z: Ball) -> Ball:
    """An output rises with its own net input, and falls with the others': at worst all move apart."""
    middle = FLOAT.functions["softmax"](z.middle)
    apart = np.exp(2 * np.max(z.radius, axis=-1, keepdims=True))
    above = middle * apart / (middle * apart + 1 - middle)
    below = middle / apart / (middle / apart + 1 - middle)
    return Ball(middle, np.maximum(above - middle, middle - below))


def _log_softmax(z: Ball) -> Ball:
    """An output moves at most as far as its own net input and the one that moves farthest."""
    farthest = np.max(z.radius, axis=-1, keepdims=True)
    return Ball(FLOAT.functions["log_softmax"](z.middle), z.radius + farthest)


BALLS = Arithmetic(
    "balls",
    lambda constant: Ball(float(constant)),
    {name: _rising(name) for name in FLOAT.functions}
    | {
        "log": _log,
        "abs": lambda x: Ball(np.abs(x.middle), x.radius),
        "square": _square,
        "softmax": _softmax,
        "log_softmax": _log_softmax,
    },
    object,
)


def rounding_radii(graph: Graph, values: Mapping[str, Array], unit: float) -> dict[str, Array]:
    """Return how far each step may be off, in any world, if every step before was rounded to a multiple of `unit`.

    Values are (worlds, rows, columns), radii (rows, columns). The rounding of the step's own result is left out, and
    steps that leave a parameter as it is round nothing. With a unit of 0 every digit is carried.
    """
    if unit == 0:
        return {step.name: np.zeros(graph.shapes[step.name]) for step in graph.steps}
    return {name: radius.max(axis=0) for name, radius in radii_by_world(graph, values, unit).items()}


def radii_by_world(graph: Graph, values: Mapping[str, Array], unit: float) -> dict[str, Array]:
    """Return the same for each world: values and radii are (worlds, rows, columns)."""
    balls = {name: Ball(values[name]) for name in graph.givens}
    radii: dict[str, Array] = {}

    def leaf(node: Leaf) -> Ball:
        return balls[node.name]

    with np.errstate(all="ignore"):
        for step in graph.steps:
            radius = np.nan_to_num(value(step.formula, leaf, BALLS).radius, nan=0.0, posinf=0.0)
            radii[step.name] = np.broadcast_to(radius, values[step.name].shape)
            balls[step.name] = Ball(values[step.name], radius if step.keeps else radius + unit / 2)
    return radii
