from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given

from backprop_lab.engine.arithmetic import lookup, value
from backprop_lab.engine.formula import Formula, MatMul, Ref, Total, Transpose, add, apply, mul
from backprop_lab.solution import solve
from backprop_lab.task import Task
from backprop_lab.writing.notation import NOTATIONS
from backprop_lab.writing.orientation import oriented
from tests.strategies import tasks

x, W, b, d = Ref("x"), Ref("W"), Ref("b"), Ref("d")


def every(_name: str) -> bool:
    return True


def weights(name: str) -> bool:
    return name == "W"


def none(_name: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("formula", "flips", "flip_result", "expected"),
    [
        (add(MatMul(x, W), b), none, False, add(MatMul(x, W), b)),
        (add(MatMul(x, W), b), every, True, add(MatMul(W, x), b)),
        (add(MatMul(x, W), b), weights, False, add(MatMul(x, Transpose(W)), b)),
        (MatMul(Transpose(x), d), every, True, MatMul(d, Transpose(x))),
        (MatMul(Transpose(x), d), weights, True, MatMul(Transpose(d), x)),
        (MatMul(d, Transpose(W)), every, True, MatMul(Transpose(W), d)),
        (MatMul(d, Transpose(W)), weights, False, MatMul(d, W)),
        (mul(MatMul(d, Transpose(W)), x), every, True, mul(MatMul(Transpose(W), d), x)),
        (Total(d, "rows"), every, True, Total(d, "columns")),
        (Total(apply("square", d), "all"), every, False, Total(apply("square", Transpose(d)), "all")),
    ],
)
def test_products_are_reversed_and_names_transposed(
    formula: Formula, flips: Callable[[str], bool], flip_result: bool, expected: Formula
) -> None:
    assert oriented(formula, flips, none, flip_result=flip_result) == expected


def test_a_single_number_is_never_transposed() -> None:
    assert oriented(MatMul(d, Transpose(W)), every, lambda name: name == "d", flip_result=True) == MatMul(
        Transpose(W), d
    )


@given(tasks(largest_depth=2, largest_width=3, largest_batch=3, most_steps=1))
def test_a_turned_formula_gives_the_same_matrix_turned(task: Task) -> None:
    first = solve(task, rounding="full").first
    for name in NOTATIONS:
        flips = task.symbols(name).flips
        turned = {known: array.T if flips(known) else array for known, array in first.values.items()}
        for step in first.graph.steps:
            if "softmax" in repr(step.formula):  # it works by row, whichever way it is written
                continue
            flip = flips(step.name)
            formula = oriented(step.formula, flips, lambda known: first.values[known].size == 1, flip_result=flip)
            found, expected = value(formula, lookup(turned)), value(step.formula, lookup(first.values))
            assert np.allclose(found, expected.T if flip else expected)
