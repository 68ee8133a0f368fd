"""Work a task: its passes under a rounding policy, every loss, and the exact numbers beside them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import repeat
from typing import Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from backprop_lab.engine.arithmetic import EXACT, FLOAT, Arithmetic, Array
from backprop_lab.engine.network import graph
from backprop_lab.engine.worked import Pass, work, work_steps
from backprop_lab.errors import LabError, NumberError
from backprop_lab.task import Rounding, Task

MOST_EXACT_PRODUCTS = 20_000
"""Multiplications of the largest task that is worked in exact arithmetic: about a second."""
PASSES_SHOWN = 3
"""Updates written out in full, before the last one; the others stand in a table."""


class NumberedPass(Struct, frozen=True):
    """A pass and its number, counted from 1; the exact one beside it where it was asked for.

    `rounded` are givens that nobody typed in, such as seeded weights: they are printed rounded, as results are.
    """

    number: int
    worked: Pass
    exact: Pass | None = None
    rounded: frozenset[str] = frozenset()

    @property
    def as_given(self) -> frozenset[str]:
        """The names that stand as they were given: after an update, parameters do so only if it leaves them alone."""
        graph = self.worked.graph
        kept = {step.name for step in graph.steps if step.keeps}
        updated = {name for name in graph.givens if name[0] in "Wbv" and f"{name}_new" not in kept}
        rounded = self.rounded.union(f"{name}_new" for name in self.rounded)
        return frozenset(kept.union(graph.givens) - (updated if self.number > 1 else set()) - rounded)


class Solution(Struct, frozen=True, dict=True):
    """A task worked: the passes that are shown in full, every loss, and the pass after the last update."""

    task: Task
    passes: tuple[NumberedPass, ...]
    losses: tuple[float, ...]
    """The loss before each update, and after the last one; the one loss there is without an update."""
    after: Pass | None
    """Forward pass and loss after the last update; None without an update."""
    rounding: Rounding

    @property
    def first(self) -> Pass:
        """The first pass."""
        return self.passes[0].worked

    @cached_property
    def error_agrees(self) -> bool | None:
        """Whether the chain rule and the lesson's ŷ - y give the same output delta; None without one."""
        return error_agrees(self.task)

    def _repr_markdown_(self) -> str:
        """Return what Jupyter shows of it."""
        from backprop_lab.display import markdown  # of a lower layer: only a notebook asks for it

        return markdown(self)


def error_agrees(task: Task) -> bool | None:
    """Tell whether the chain rule and the lesson's ŷ - y give the same output delta; None without one."""
    spec = task.spec
    if not spec.gradients:
        return None
    if spec.fused:
        return True

    def output_delta(convention: Literal["chain_rule", "error"]) -> Array:
        built = graph(replace(spec, output_delta=convention, update=None))
        return work(built, task.givens(), tidy=True).values[f"delta{spec.depth}"]

    return bool(np.allclose(output_delta("chain_rule"), output_delta("error"), rtol=1e-9, atol=0))


def solve(task: Task, *, steps: int | None = None, rounding: Rounding | None = None, exact: bool = False) -> Solution:
    """Work a task: `steps` updates under a rounding policy, or in exact arithmetic and round that to float64.

    Raises LabError for several steps without an update, and for exact numbers that would be rounded at each step or
    take too long; NumberError where a value is not finite or an exact sign cannot be decided.
    """
    rounding = rounding or ("full" if exact else task.rounding)
    if exact and rounding == "carry":
        raise LabError("--exact carries every digit and goes with --rounding full")
    steps = updates(task, steps)
    passes: list[NumberedPass] = []
    losses: list[float] = []
    both: Iterator[tuple[Pass, Pass | None]] = zip(_worked(task, steps, rounding, FLOAT), repeat(None))
    if exact:
        exactly = exact_passes(task, steps)
        if exactly is None:
            raise LabError(
                f"--exact: more than {MOST_EXACT_PRODUCTS:,} multiplications take too long in exact arithmetic"
            )
        both = ((_in_floats(one), one) for one in exactly)
    for number, (worked, exact_pass) in enumerate(both, start=1):
        losses.append(float(worked.values["L"][0, 0]) + 0.0)
        if number <= min(PASSES_SHOWN, steps) or number == steps:
            passes.append(NumberedPass(number, worked, exact_pass))
    if task.update is None:
        return Solution(task, tuple(passes), tuple(losses[:1]), None, rounding)
    return Solution(task, tuple(passes), tuple(losses), worked, rounding)


def updates(task: Task, steps: int | None) -> int:
    """Return how many updates to work: those asked for, else the task's; raise LabError where there are none."""
    if task.update is None and steps is not None and steps > 1:
        raise LabError(f"--steps {steps}: this task has no [update] table, so there is nothing to repeat")
    return steps or task.steps


def exact_passes(task: Task, steps: int) -> Iterator[Pass] | None:
    """Return the passes in exact arithmetic; None where they would take too long."""
    return _worked(task, steps, "full", EXACT) if 3 * steps * task.products <= MOST_EXACT_PRODUCTS else None


def _in_floats(exact: Pass) -> Pass:
    try:
        values = {name: array.astype(float) for name, array in exact.values.items()}
    except OverflowError:
        raise NumberError("a number is too large for float64; smaller ones would do") from None
    return Pass(exact.graph, values, FLOAT)


def _worked(task: Task, steps: int, rounding: Rounding, arithmetic: Arithmetic) -> Iterator[Pass]:
    decimals = task.decimals if rounding == "carry" else None
    return work_steps(task.spec, task.givens(arithmetic), steps, arithmetic, decimals)
