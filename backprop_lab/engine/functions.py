"""The functions a formula may apply: their float64 values, their pull-back rules, what they are made of.

A pull-back rule has the arguments `(g, ans, *args)`: the gradient at the result, the result, the arguments;
it returns the gradient at each argument (None where none is wanted) as formulas.
A definition spells a function out in `exp`, `log`, `tanh` and `max`, for one entry; `guarded` is an equal
definition that stays finite where the first overflows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from backprop_lab.engine.formula import (
    ONE,
    ZERO,
    Formula,
    Total,
    add,
    apply,
    const,
    div,
    mul,
    neg,
    sub,
)

Floats = npt.NDArray[np.float64]


class Function(Struct, frozen=True):
    """One function: how to compute it, how gradients pass back through it, how to spell it out."""

    floats: Callable[..., Any]
    pull_back: Callable[..., tuple[Formula | None, ...]] | None = None
    definition: Callable[..., Formula] | None = None
    guarded: Callable[..., Formula] | None = None
    by_row: bool = False
    """By row: the definitions take (row of arguments, index) and give that entry."""


def _sigmoid(z: Floats) -> Any:
    small = np.exp(-np.abs(z))
    return np.where(np.asarray(z) >= 0, 1.0, small) / (1.0 + small)


def _softplus(z: Floats) -> Any:
    return np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z)))


def _softmax(z: Floats) -> Any:
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _log_softmax(z: Floats) -> Any:
    shifted = z - z.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def _exp_sum(row: Sequence[Formula]) -> Formula:
    return add(*(apply("exp", z) for z in row))


def _shifted(row: Sequence[Formula]) -> list[Formula]:
    largest = apply("max", *row)
    return [sub(z, largest) for z in row]


FUNCTIONS: Mapping[str, Function] = {
    "exp": Function(np.exp, lambda g, ans, x: (mul(g, ans),)),
    "log": Function(np.log, lambda g, ans, x: (div(g, x),)),
    "max": Function(lambda *values: np.maximum.reduce(values)),
    "abs": Function(np.abs, lambda g, ans, x: (mul(g, apply("sign", x)),)),
    "sign": Function(np.sign),
    "square": Function(np.square, lambda g, ans, x: (mul(const(2), g, x),)),
    "tanh": Function(np.tanh, lambda g, ans, z: (mul(g, sub(ONE, apply("square", ans))),)),
    "sigmoid": Function(
        _sigmoid,
        lambda g, ans, z: (mul(g, ans, sub(ONE, ans)),),
        definition=lambda z: div(ONE, add(ONE, apply("exp", neg(z)))),
        guarded=lambda z: div(apply("exp", z), add(ONE, apply("exp", z))),
    ),
    "relu": Function(
        lambda z: np.maximum(z, 0.0),
        lambda g, ans, z: (mul(g, apply("relu_slope", z)),),
        definition=lambda z: apply("max", ZERO, z),
    ),
    "relu_slope": Function(lambda z: np.greater(z, 0.0) * 1.0),
    "leaky_relu": Function(
        lambda z, slope: np.where(np.greater(z, 0.0), z, slope * z),
        lambda g, ans, z, slope: (mul(g, apply("leaky_relu_slope", z, slope)), None),
        # The two agree because a task's slope lies between 0 and 1.
        definition=lambda z, slope: apply("max", z, mul(slope, z)),
    ),
    "leaky_relu_slope": Function(lambda z, slope: np.where(np.greater(z, 0.0), 1.0, slope)),
    "softmax": Function(
        _softmax,
        lambda g, ans, z: (mul(ans, sub(g, Total(mul(g, ans), "columns"))),),
        definition=lambda row, j: div(apply("exp", row[j]), _exp_sum(row)),
        guarded=lambda row, j: div(apply("exp", _shifted(row)[j]), _exp_sum(_shifted(row))),
        by_row=True,
    ),
    "log_softmax": Function(
        _log_softmax,
        lambda g, ans, z: (sub(g, mul(apply("softmax", z), Total(g, "columns"))),),
        definition=lambda row, j: sub(row[j], apply("log", _exp_sum(row))),
        guarded=lambda row, j: sub(_shifted(row)[j], apply("log", _exp_sum(_shifted(row)))),
        by_row=True,
    ),
    "softplus": Function(
        _softplus,
        lambda g, ans, z: (mul(g, apply("sigmoid", z)),),
        definition=lambda z: apply("log", add(ONE, apply("exp", z))),
        guarded=lambda z: add(
            apply("max", ZERO, z), apply("log", add(ONE, apply("exp", neg(apply("max", z, neg(z))))))
        ),
    ),
}
