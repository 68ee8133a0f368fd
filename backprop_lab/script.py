"""A worked pass as a script of its own, in NumPy or PyTorch, that prints the same numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Literal, get_args

import numpy as np

from backprop_lab.engine.formula import Apply, Formula, Ref, children
from backprop_lab.engine.graph import Kind, Phase, Step
from backprop_lab.engine.network import KINKED, SCALARS, graph
from backprop_lab.engine.worked import added_up, work_steps
from backprop_lab.errors import LabError
from backprop_lab.task import Task
from backprop_lab.templating import render
from backprop_lab.writing.expression import Printer, Text
from backprop_lab.writing.layout import unmarked
from backprop_lab.writing.styles import NUMPY

Framework = Literal["numpy", "torch"]
FRAMEWORKS: tuple[Framework, ...] = get_args(Framework)


def script(task: Task, framework: Framework) -> str:
    """Return the source of a script that works the task's pass and prints every step.

    Raises LabError for PyTorch under `rounding = "carry"`: autograd does not round.
    """
    if framework == "torch" and task.rounding == "carry":
        raise LabError("autograd carries every digit; add --set rounding=full, or use --framework numpy")
    return render(f"script.{framework}.j2", {"d": _Script(task)})


class _Script:
    """What a script template sees of a task: one name, `d`."""

    def __init__(self, task: Task) -> None:
        spec = task.spec
        self.task = task
        self.title = task.title
        self.network = spec
        self.sizes = task.sizes
        self.decimals = task.decimals
        self.carry = task.rounding == "carry"
        self.updates = task.steps
        self.update_table = task.update
        self.scalars = (*SCALARS, *(f"p{layer}" for layer in spec.dropout))
        self.first, self.later = graph(spec), graph(spec, first_pass=False)
        self.layers = list(enumerate(spec.activations, start=1))
        self.phases = {phase: [step for step in self.first.steps if step.phase == phase] for phase in _PHASES}
        self.trained = [
            f"{name}{layer}"
            for layer in range(1, spec.depth + 1)
            for name in ("Wb" if spec.has_bias(layer) else "W")
            if spec.update and layer not in spec.update.frozen and (name == "W" or spec.update.biases)
        ]

    @cached_property
    def givens(self) -> dict[str, str]:
        """Every given that a pass uses, as Python source."""
        graphs = (self.first, self.later) if self.updates > 1 else (self.first,)
        used = {name for graph in graphs for name in graph.givens}
        arrays = {name: array for name, array in self.task.givens().items() if name in used}
        return {name: repr(a.item() if name in self.scalars else a.tolist()) for name, a in arrays.items()}

    @cached_property
    def noisy(self) -> set[str]:
        """The net inputs, errors and new parameters that are 0 somewhere in some pass; a kink tells noise from 0."""
        if not set(self.network.activations) & set(KINKED) and self.network.loss != "absolute_error":
            return set()
        passes = work_steps(self.network, self.task.givens(), self.updates)
        sums = [step for step in self.first.steps if step.kind in _MAY_CANCEL and not step.keeps]
        return {step.name for one in passes for step in sums if (one.values.get(step.name, _ONE) == 0).any()}

    @property
    def vanishing(self) -> set[str]:
        """The parameters that an update cancels somewhere."""
        return {name.removesuffix("_new") for name in self.noisy if name.endswith("_new")}

    @property
    def functions(self) -> list[str]:
        """The functions that the formulas apply, in alphabetical order."""
        return applied(formula for step in self.first.steps for formula in step.formulas)

    def code(self, step: Step) -> str:
        """Return a step's formula in NumPy; under "carry" as it is printed, for on paper nothing else is computed."""
        if not self.carry:
            text = self._in_turn(step, _numpy(step.evaluated))
            if step.name in self.noisy:
                return f"without_noise({text}, {_numpy(added_up(step.formula), 'np.abs({})')})"
            return text
        if step.keeps:
            return _numpy(step.formula)
        if step.stable is None:
            return f"carry({self._in_turn(step, _numpy(step.formula))})"
        printed, stable = _numpy(step.formula), _numpy(step.stable)
        return f"carry(np.where(np.isfinite({printed}), {printed}, {stable}))"

    def _in_turn(self, step: Step, first: str) -> str:
        """Return what to compute in the first update and, where it differs, in a later one."""
        later = self.later.step[step.name].formula
        if self.updates == 1 or step.formula == later:
            return first
        return f"{first} if update == 1 else {_numpy(later)}"

    def carried_over(self) -> list[tuple[str, str]]:
        """Return what the next update starts from: names and the names of their new values."""
        pairs = [
            (step.name.removesuffix("_new"), step.name) for step in self.first.steps if step.name.endswith("_new")
        ]
        return pairs + [(f"{step.name}_old", step.name) for step in self.first.steps if "velocity" in step.kind]


_PHASES = get_args(Phase)
_MAY_CANCEL: tuple[Kind, ...] = ("net_input", "error", "weight_update", "bias_update")
_ONE = np.ones((1, 1))


def applied(formulas: Iterable[Formula]) -> list[str]:
    """Return the functions that formulas apply, in alphabetical order."""
    return sorted({name for formula in formulas for name in _functions(formula)})


def _functions(formula: Formula) -> set[str]:
    found = {formula.function} if isinstance(formula, Apply) else set()
    return found.union(*(_functions(part) for part in children(formula)))


def numpy_source(formula: Formula, leaf: Callable[[Formula], Text | None]) -> str:
    """Return a formula in NumPy; `leaf` gives the text of names, and of whatever else it wants to."""
    return unmarked(Printer(NUMPY, leaf, lambda _: False).write(formula))


def _numpy(formula: Formula, leaf: str = "{}") -> str:
    return numpy_source(formula, lambda part: Text(leaf.format(part.name)) if isinstance(part, Ref) else None)
