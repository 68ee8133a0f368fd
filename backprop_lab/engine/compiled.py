"""Compile a graph: the same formulas as one Python function of NumPy calls, for passes by the thousand.

`work` looks at every step to tell noise from numbers, and names the step that overflows; a compiled pass does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, assert_never

import numpy as np

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.formula import (
    Add,
    Apply,
    Const,
    Div,
    Entry,
    Formula,
    MatMul,
    Mul,
    Ref,
    Sub,
    Total,
    Transpose,
    children,
    inputs,
)
from backprop_lab.engine.functions import FUNCTIONS
from backprop_lab.engine.graph import Graph, Step

Compiled = Callable[[Mapping[str, Any]], dict[str, Array]]

_BETWEEN = {Add: " + ", Sub: " - ", Mul: " * ", Div: " / "}
_AXIS = {"all": (0, 1), "rows": 0, "columns": 1}


def compiled(graph: Graph, wanted: Collection[str] | None = None) -> Compiled:
    """Return the function from a graph's givens to the values of the wanted steps, or of all.

    Givens are float64 matrices; those that are 1×1 may be plain floats, which is faster. Steps that no wanted one
    needs are not worked, and what formulas have in common is worked once.
    """
    steps = leading_to(graph, wanted)
    results = [step.name for step in steps if wanted is None or step.name in wanted]
    source = _Source(steps)
    lines = [f"{source.names[name]} = given[{name!r}]" for name in source.givens]
    for step in steps:
        lines += source.lines(step)
    lines.append(f"return {{{', '.join(f'{name!r}: {source.names[name]}' for name in results)}}}")
    namespace: dict[str, Any] = {"total": np.add.reduce}
    namespace |= {name: function.floats for name, function in FUNCTIONS.items()}
    exec("def run(given):\n    " + "\n    ".join(lines), namespace)
    run: Compiled = namespace["run"]
    return run


def leading_to(graph: Graph, wanted: Collection[str] | None) -> list[Step]:
    """Return the steps that the wanted ones need, in the order of work."""
    if wanted is None:
        return list(graph.steps)
    needed = set(wanted)
    steps = []
    for step in reversed(graph.steps):
        if step.name in needed:
            needed.update(inputs(step.evaluated))
            steps.append(step)
    return steps[::-1]


class _Source:
    """The source text of steps: names are numbered, and a formula that occurs again is a variable."""

    def __init__(self, steps: Collection[Step]) -> None:
        used = dict.fromkeys(name for step in steps for name in inputs(step.evaluated))
        made = [step.name for step in steps]
        self.givens = [name for name in used if name not in made]
        self.names = {name: f"v{place}" for place, name in enumerate([*self.givens, *made])}
        self._uses = Counter(part for step in steps for part in _parts(step.evaluated))
        self._shared: dict[Formula, str] = {}
        self._before: list[str] = []

    def lines(self, step: Step) -> list[str]:
        """Return the lines of one step, those of what it shares with later ones first."""
        self._before = []
        expression = self._expression(step.evaluated)
        self._shared.setdefault(step.evaluated, self.names[step.name])
        return [*self._before, f"{self.names[step.name]} = {expression}"]

    def _expression(self, formula: Formula) -> str:
        if isinstance(formula, Ref):
            return self.names[formula.name]
        if formula in self._shared:
            return self._shared[formula]
        expression = self._written(formula)
        if self._uses[formula] > 1:
            self._shared[formula] = f"s{len(self._shared)}"
            self._before.append(f"{self._shared[formula]} = {expression}")
            return self._shared[formula]
        return expression

    def _written(self, formula: Formula) -> str:
        parts = [self._expression(part) for part in children(formula)]
        match formula:
            case Ref(name):
                return self.names[name]
            case Entry(name, row, column):
                return f"{self.names[name]}[{row}, {column}]"
            case Const(constant):
                return f"({float(constant)!r})"
            case Add() | Sub() | Mul() | Div():
                return f"({_BETWEEN[type(formula)].join(parts)})"
            case MatMul():
                return f"{parts[0]}.dot({parts[1]})"
            case Transpose():
                return f"{parts[0]}.T"
            case Total(_, over):
                return f"total({parts[0]}, {_AXIS[over]}, None, None, True)"
            case Apply(function, _):
                return f"{function}({', '.join(parts)})"
            case _:
                assert_never(formula)


def _parts(formula: Formula) -> Iterator[Formula]:
    """Yield every operation in a formula."""
    if not isinstance(formula, Ref | Const):
        yield formula
        for part in children(formula):
            yield from _parts(part)
