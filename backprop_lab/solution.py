"""Work a task: its passes under a rounding policy, every loss, and the exact numbers beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import repeat

import numpy as np

from backprop_lab.engine.arithmetic import EXACT, FLOAT, Arithmetic
from backprop_lab.engine.network import OutputDelta, graph
from backprop_lab.engine.worked import Pass, work, work_steps
from backprop_lab.task import Rounding, Task

PASSES_SHOWN = 3
"""Updates written out in full, before the last one; the others stand in a table."""


@dataclass(frozen=True, slots=True)
class NumberedPass:
    """A pass and its number, counted from 1; the exact one beside it where it was asked for."""

    number: int
    worked: Pass
    exact: Pass | None


@dataclass(frozen=True)
class Solution:
    """A task worked: the passes that are shown in full, every loss, and the pass after the last update."""

    task: Task
    passes: tuple[NumberedPass, ...]
    losses: tuple[float, ...]
    """The loss before each update, and after the last one."""
    after: Pass
    rounding: Rounding

    @property
    def first(self) -> Pass:
        """The first pass."""
        return self.passes[0].worked

    @cached_property
    def error_agrees(self) -> bool | None:
        """Whether the chain rule and the lesson's ŷ - y give the same output delta; None without one."""
        depth = self.task.spec.depth
        if f"delta{depth}" not in self.first.values:
            return None
        other: OutputDelta = "chain_rule" if self.task.conventions.output_delta == "error" else "error"
        spec = replace(self.task.spec, output_delta=other, update=None)
        delta = work(graph(spec), self.task.givens()).values[f"delta{depth}"]
        return bool(np.allclose(delta, self.first.values[f"delta{depth}"], rtol=1e-12, atol=1e-15))


def solve(task: Task, *, steps: int | None = None, rounding: Rounding | None = None, exact: bool = False) -> Solution:
    """Work a task: `steps` updates under a rounding policy, beside it in exact arithmetic if that is asked for.

    Raises NumberError where a value is not finite, or an exact sign cannot be decided.
    """
    rounding = rounding or task.rounding
    steps = steps or task.steps
    exact_passes = _worked(task, steps, "full", EXACT) if exact else repeat(None)
    passes: list[NumberedPass] = []
    losses: list[float] = []
    for number, (worked, exact_pass) in enumerate(zip(_worked(task, steps, rounding, FLOAT), exact_passes), start=1):
        losses.append(float(worked.values["L"][0, 0]))
        if number <= min(PASSES_SHOWN, steps) or number == steps:
            passes.append(NumberedPass(number, worked, exact_pass))
    return Solution(task, tuple(passes), tuple(losses), worked, rounding)


def _worked(task: Task, steps: int, rounding: Rounding, arithmetic: Arithmetic) -> Iterator[Pass]:
    decimals = task.decimals if rounding == "carry" else None
    return work_steps(task.spec, task.givens(arithmetic), steps, arithmetic, decimals)
