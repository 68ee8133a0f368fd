"""Random formulas over named matrices of every small shape, and float64 values for the names."""

from __future__ import annotations

from typing import Literal

import numpy as np
from hypothesis import strategies as st

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.formula import (
    Add,
    Apply,
    Div,
    Formula,
    MatMul,
    Mul,
    Ref,
    Shape,
    Sub,
    Total,
    Transpose,
    const,
)

_SIZES = (1, 2, 3)
SHAPES: dict[str, Shape] = {
    f"{letter}{rows}{columns}": (rows, columns) for letter in "AB" for rows in _SIZES for columns in _SIZES
} | {"slope": (1, 1)}
"""The names that random formulas use."""

Kind = Literal["any", "differentiable"]
OVER: tuple[Literal["rows", "columns", "all"], ...] = ("rows", "columns", "all")
_DIFFERENTIABLE = ("add", "row", "sub", "scale", "mul", "div", "matmul", "transpose", "apply", "leaky_relu", "log")
_FUNCTIONS = ("exp", "square", "tanh", "sigmoid", "relu", "softmax")


@st.composite
def formulas(draw: st.DrawFn, rows: int, columns: int, depth: int = 3, kind: Kind = "any") -> Formula:
    """Draw a formula of that shape; the values of its parts stay small.

    Those without a pull-back rule, and totals (whose gradient is left a single row), are not differentiable.
    """

    def part(rows: int = rows, columns: int = columns) -> Formula:
        return draw(formulas(rows, columns, depth - 1, kind))

    def bounded() -> Formula:
        return Apply("tanh", (part(),))

    if depth == 0:
        return Ref(f"{draw(st.sampled_from('AB'))}{rows}{columns}")
    more = () if kind == "differentiable" else ("total", "broadcast", "max", "softplus", "log_softmax", "relu_slope")
    match draw(st.sampled_from(("leaf", *_DIFFERENTIABLE, *more))):
        case "add":
            return Add(tuple(part() for _ in range(draw(st.integers(2, 3)))))
        case "row":
            return Add((part(), part(1)))
        case "sub":
            return Sub(part(), part())
        case "scale":
            return Mul((const(draw(st.sampled_from([-3, -2, -1, 1, 2, 3])), 2), part()))
        case "mul":
            return Mul((part(), part()))
        case "div":
            return Div(part(), Apply("exp", (bounded(),)))
        case "matmul":
            inner = draw(st.sampled_from(_SIZES))
            return MatMul(part(rows, inner), part(inner, columns))
        case "transpose":
            return Transpose(part(columns, rows))
        case "apply":
            return Apply(draw(st.sampled_from(_FUNCTIONS)), (bounded(),))
        case "leaky_relu":
            return Apply("leaky_relu", (part(), Ref("slope")))
        case "log":
            return Apply("log", (Apply("exp", (bounded(),)),))
        case "total":
            over = draw(st.sampled_from(OVER))
            return Add((Ref(f"A{rows}{columns}"), Total(part(), over)))
        case "broadcast":
            return Mul((part(), Total(part(1, columns), "all")))
        case "max":
            return Apply("max", (part(), part()))
        case "relu_slope":
            return Apply("leaky_relu_slope", (Apply("relu_slope", (part(),)), Ref("slope")))
        case "softplus" | "log_softmax" as name:
            return Apply(name, (part(),))
        case _:
            return Ref(f"{draw(st.sampled_from('AB'))}{rows}{columns}")


def values_of_names(seed: int) -> dict[str, Array]:
    draw = np.random.default_rng(seed)
    return {name: draw.uniform(-1, 1, size=shape) for name, shape in SHAPES.items()} | {"slope": np.array([[0.1]])}
