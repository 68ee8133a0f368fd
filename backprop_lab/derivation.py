"""The chain rule for one number, written out path by path: in symbols, in formulas, in numbers, and summed."""

from __future__ import annotations

from difflib import get_close_matches
from itertools import islice
from types import SimpleNamespace
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from backprop_lab.document import Markup
from backprop_lab.engine.arithmetic import lookup, value
from backprop_lab.engine.formula import Entry, Mul, add
from backprop_lab.engine.network import graph
from backprop_lab.engine.paths import Path, Paths
from backprop_lab.engine.scalar import Spot, spelled_out
from backprop_lab.engine.worked import Pass, without_noise, work
from backprop_lab.errors import LabError
from backprop_lab.task import Task
from backprop_lab.writing.lines import LineWriter
from backprop_lab.writing.notation import NotationName
from backprop_lab.writing.numbers import shown
from backprop_lab.writing.rows import line_formula, rows
from backprop_lab.writing.spelling import LATEX, UNICODE

MOST_PATHS = 12
MOST_PRODUCTS = 200_000
"""Multiplications of the largest forward pass whose paths are looked for: some seconds."""


class Derivation(Struct, frozen=True):
    """The paths from one given number to the loss, with every digit carried."""

    task: Task
    target: Spot
    gradient: str
    """The name of the step that holds the sum."""
    worked: Pass
    paths: tuple[Path, ...]
    path_count: int
    """All paths, of which `paths` may hold only the first."""

    def product(self, path: Path) -> float:
        """Return the product of a path's partial derivatives; one whose terms cancel but for noise is 0."""
        leaf = lookup(self.worked.values)
        formulas = [spelled_out(factor.formula, guarded=True) for factor in path]
        return float(np.prod([without_noise(value(formula, leaf), formula, leaf) for formula in formulas]))

    @property
    def total(self) -> float:
        """The sum over all paths: the gradient of the solution, or what rounding leaves of paths that cancel."""
        _, row, column = self.target
        gradient = float(self.worked.values[self.gradient][row, column])
        every = len(self.paths) == self.path_count
        return sum(map(self.product, self.paths)) if gradient == 0 and every else gradient


def derive(task: Task, symbol: str, notation: NotationName | None = None) -> Derivation:
    """Return the chain rule for a weight, bias or input named by its ASCII symbol in the task's notation.

    Raises LabError, with near symbols, if the task has no such number, or if its network is too large.
    """
    if task.products > MOST_PRODUCTS:
        raise LabError(f"the chain rule is written out for at most {MOST_PRODUCTS:,} products, not {task.products:,}")
    numbers = {name: spot for name, spot in task.numbers(notation).items() if spot[0] != "y"}
    if symbol not in numbers:
        of_samples = [name for name in numbers if symbol and name.startswith(f"{symbol}_s")]
        near = of_samples[:1] or get_close_matches(symbol, numbers, n=1, cutoff=0.5)
        more = ", …" if len(numbers) > 16 else ""
        inputs_last = sorted(numbers, key=lambda name: numbers[name][0] == "x")
        hint = f'did you mean "{near[0]}"?' if near else f"valid: {', '.join(inputs_last[:16])}{more}"
        raise LabError(f"--wrt {symbol[:40]}: not a weight, bias or input of this task; {hint}")
    target = numbers[symbol]
    worked = work(graph(replace(task.spec, gradients=True, update=None)), task.givens(), tidy=True)
    paths = Paths(worked.graph, task.spec.delta_is_error)
    count = paths.count(target)
    kept = tuple(islice(paths.to(target), count if count <= MOST_PATHS else MOST_PATHS - 4))
    return Derivation(task, target, f"d{target[0]}", worked, kept, count)


def derivation_context(
    derivation: Derivation, markup: Markup, notation_name: NotationName | None = None
) -> dict[str, Any]:
    """Return what a template sees of a derivation: one name, `d`, with rows of text below it."""
    task, spelling = derivation.task, LATEX if markup == "latex" else UNICODE
    notation, decimals = task.symbols(notation_name), task.decimals
    products = np.array([[derivation.product(path) for path in derivation.paths]])
    worked = replace(derivation.worked, values={**derivation.worked.values, "path": products})
    writer = LineWriter(worked, notation, decimals, frozenset(worked.graph.givens))
    gradient = notation.entry(derivation.gradient, *derivation.target[1:])

    def path_rows(path: Path, result: float) -> list[str]:
        symbols = spelling.style.times.join(
            spelling.partial.format(*(spelling.symbol(notation.entry(*spot)) for spot in (factor.of, factor.by)))
            for factor in path
        )
        line = writer.of(gradient, [Mul(tuple(factor.formula for factor in path))], result)
        return rows(spelling, symbols, line_formula(line, notation, spelling), line)

    total = writer.of(gradient, [add(*(Entry("path", 0, k) for k in range(len(derivation.paths))))], derivation.total)
    return {
        "d": SimpleNamespace(
            title=task.title,
            symbol=spelling.symbol(gradient),
            loss=task.network.loss,
            starts_at_delta=task.spec.delta_is_error,
            convention=task.conventions.output_delta,
            paths=[path_rows(path, result) for path, result in zip(derivation.paths, products[0], strict=True)],
            path_count=derivation.path_count,
            total=rows(spelling, spelling.symbol(gradient), None, total),
            value=spelling.number(shown(derivation.total, decimals)),
            rounding=task.rounding,
        )
    }
