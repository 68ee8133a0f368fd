"""All gradients of Task 3 as formulas, against SymPy's derivatives of the composed loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
import sympy
from msgspec.structs import replace
from sympy.core.cache import clear_cache

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.formula import Formula
from backprop_lab.engine.network import Network, graph
from backprop_lab.engine.scalar import entry
from backprop_lab.engine.worked import work
from backprop_lab.task import Task
from backprop_lab.taskfile import load_task
from tests.benchmarks.measure import Row, in_turns

GRADIENTS = ("dW1", "db1", "dW2", "db2", "dx")
ACTIVATIONS: dict[str, dict[str, Callable[[Any], Any]]] = {
    "lab_task_3": {
        "as Max": lambda z: sympy.Max(0, z),
        "as Piecewise": lambda z: sympy.Piecewise((z, z > 0), (0, True)),
    },
    "lesson_sigmoid": {"with exp": lambda z: 1 / (1 + sympy.exp(-z))},
}


def rows() -> Iterator[Row]:
    """Time building the graph, and taking its gradients apart into 12 scalar formulas, as SymPy's are.

    SymPy's cache is emptied every time: from the second time on it would only look its answers up. Its formulas
    are in the givens alone, ours in the results of earlier steps. Composing the loss is not counted.
    """
    for name, activations in ACTIVATIONS.items():
        task = load_task(name)
        spec = replace(task.spec, update=None, gradients=True)
        ways = {how: Composed(task, activation) for how, activation in activations.items()}
        for composed in ways.values():
            composed.assert_equal(spec, task.givens())
        diffs = [composed.gradients for composed in ways.values()]
        formulas, entries, *floors = in_turns(
            partial(graph, spec), partial(scalar_formulas, spec), *diffs, repetitions=15, before=clear_cache
        )
        floor, how = min(zip(floors, ways, strict=True))
        for title, measured in (("", formulas), (", all 12 entries", entries)):
            yield Row(
                f"gradients of {name} as formulas{title}",
                measured,
                floor,
                f"sympy.diff {how}",
                floor / measured,
                "≥ 10×",
            )


def scalar_formulas(spec: Network) -> list[Formula]:
    """Return the gradient at every parameter and every input as a scalar formula."""
    built = graph(spec)
    return [
        entry(built.step[name].formula, row, column, built.shapes)
        for name in GRADIENTS
        for row, column in np.ndindex(built.shapes[name])
    ]


class Composed:
    """A task's loss as one SymPy expression in its givens."""

    def __init__(self, task: Task, activation: Callable[[Any], Any]) -> None:
        shapes = task.graph.shapes
        self.symbols = {name: _matrix(name, *shapes[name]) for name in ("W1", "b1", "W2", "b2", "x", "y")}
        W1, b1, W2, b2, x, y = self.symbols.values()
        a1 = (x * W1 + b1).applyfunc(activation)
        a2 = (a1 * W2 + b2).applyfunc(activation)
        self.loss = (a2 - y)[0, 0] ** 2 / 2

    def gradients(self) -> dict[str, list[Any]]:
        """Return the derivatives by every parameter and every input."""
        return {
            name: [sympy.diff(self.loss, symbol) for symbol in self.symbols[name.removeprefix("d")]]
            for name in GRADIENTS
        }

    def assert_equal(self, spec: Network, givens: Mapping[str, Array]) -> None:
        """Check that SymPy's formulas have the values of the engine's."""
        values = work(graph(spec), givens).values
        numbers = {
            symbol: number
            for name, matrix in self.symbols.items()
            for symbol, number in zip(matrix, givens[name].flat, strict=True)
        }
        for name, formulas in self.gradients().items():
            found = [float(formula.subs(numbers)) for formula in formulas]
            np.testing.assert_allclose(found, values[name].flatten(), rtol=1e-12, atol=1e-15, err_msg=name)


def _matrix(name: str, rows: int, columns: int) -> Any:
    return sympy.Matrix(rows, columns, sympy.symbols(f"{name}_:{rows}_:{columns}", real=True))
