"""Check a worked pass three ways beside itself: exact arithmetic, PyTorch autograd and finite differences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import repeat
from typing import Literal

import numpy as np
from msgspec import Struct

from backprop_lab.engine.arithmetic import FLOAT, Array, lookup, value
from backprop_lab.engine.network import KINKED, Network
from backprop_lab.engine.worked import Pass, forward_only, work_steps
from backprop_lab.errors import NumberError
from backprop_lab.referee import Values, referee
from backprop_lab.solution import MOST_EXACT_PRODUCTS, PASSES_SHOWN, error_agrees, exact_passes, updates
from backprop_lab.task import Task

Column = Literal["exact", "torch", "differences"]
COLUMNS: tuple[Column, ...] = ("exact", "torch", "differences")

TOLERANCE: Mapping[Column, float] = {"exact": 1e-9, "torch": 1e-9, "differences": 1e-5}
"""The largest difference that counts as agreement, relative to the largest entry of the quantity."""
SMALLEST_SCALE = 1e-3
"""Of a pass's largest number, or of 1: a quantity whose entries are all smaller is held against it, for rounding
noise comes from larger terms."""
MOST_MOVED_NUMBERS = 20_000_000
"""Finite differences evaluate the forward pass once per entry; a quantity that takes more numbers is left out."""
_STEP = 1e-6


class Check(Struct, frozen=True):
    """One quantity of one update, computed in several ways.

    `others` holds None where a way says nothing of the quantity, and nan where it says nothing of an entry.
    `objective` is the size of what finite differences are taken of, `largest` that of the pass's largest number:
    cancellation grows with them.
    """

    update: int
    name: str
    value: Array
    objective: float
    largest: float
    others: Mapping[Column, Array | None]

    @property
    def differences(self) -> dict[Column, float | None]:
        """The largest difference in each column; None where there is nothing to compare with."""
        return {column: _distance(column, self.value, other) for column, other in self.others.items()}

    @property
    def agrees(self) -> bool:
        """Whether every difference is within its tolerance."""
        return all(
            difference is None or difference <= _allowed(column, self.value, self.objective, self.largest)
            for column, difference in self.differences.items()
        )


class Verification(Struct, frozen=True):
    """The checks of the first updates and the last, and all that disagree; why a column is empty where it is.

    `largest` is the largest difference of all in each column; None where the column is empty.
    """

    checks: tuple[Check, ...]
    notes: tuple[str, ...]
    largest: Mapping[Column, float | None]

    @property
    def agrees(self) -> bool:
        """Whether all of them agree."""
        return all(check.agrees for check in self.checks)


def verify(task: Task, steps: int | None = None) -> Verification:
    """Compare every quantity of every update, worked in full precision, with the other ways to get it.

    Finite differences are taken of the loss of the first update. Rounding policies do not enter. Raises LabError
    for several steps without an update, MissingExtraError without PyTorch.
    """
    network, givens, steps = task.spec, task.givens(), updates(task, steps)
    notes: list[str] = []
    if network.output_delta == "error" and network.gradients and not error_agrees(task):
        notes.append(
            "PyTorch and differences: given the lesson's output delta, which is not that of the loss, "
            "so these are not the gradients of the loss"
        )
    exact = exact_passes(task, steps)
    if exact is None:
        notes.append(f"exact: left out, more than {MOST_EXACT_PRODUCTS:,} multiplications take too long")
    exact_ones = _while_it_can(exact or iter(()), notes)
    checks: list[Check] = []
    largest: dict[Column, float | None] = dict.fromkeys(COLUMNS)
    passes = zip(work_steps(network, givens, steps), referee(network, givens, steps), strict=True)
    for update, (one, other) in enumerate(passes, start=1):
        slopes = _finite_differences(one, network, notes) if update == 1 and network.gradients else {}
        exact_one = next(exact_ones)
        sizes = _size_of_objective(one, network), max(float(np.abs(array).max()) for array in one.values.values())
        for step in one.graph.steps:
            check = _check(update, step.name, one, sizes, exact_one, other, slopes)
            for column, difference in check.differences.items():
                if difference is not None:
                    largest[column] = max(largest[column] or 0.0, difference)
            if update <= PASSES_SHOWN or update >= steps or not check.agrees:
                checks.append(check)
    return Verification(tuple(checks), tuple(notes), largest)


def _while_it_can(passes: Iterator[Pass], notes: list[str]) -> Iterator[Pass | None]:
    """Yield passes, then None; where exact arithmetic cannot go on, a note says why."""
    try:
        yield from passes
    except NumberError as error:
        notes.append(f"exact: given up, {error}")
    yield from repeat(None)


def _check(
    update: int,
    name: str,
    one: Pass,
    sizes: tuple[float, float],
    exact: Pass | None,
    other: Values,
    slopes: Mapping[str, Array],
) -> Check:
    return Check(
        update,
        name,
        one.values[name],
        *sizes,
        {
            "exact": None if exact is None else exact.values[name],
            # Where nothing is trained there is no optimizer, and nothing new.
            "torch": other.get(name) if name.endswith("_new") else other[name],
            "differences": slopes.get(name),
        },
    )


def _allowed(column: Column, found: Array, objective: float, largest: float) -> float:
    """Return the largest difference in a quantity's column that counts as agreement."""
    size = float(np.abs(found).max())
    least = max(1.0, objective * 1e-3) if column == "differences" else SMALLEST_SCALE * max(1.0, largest)
    return TOLERANCE[column] * max(size, least)


def _lessons_delta(worked: Pass, network: Network) -> Array:
    return worked.values["error"] * float(network.share)


def _size_of_objective(worked: Pass, network: Network) -> float:
    if network.output_delta == "error":
        return float(np.abs(worked.values[f"z{network.depth}"] * _lessons_delta(worked, network)).sum())
    return abs(float(worked.values["L"][0, 0]))


def _distance(column: Column, mine: Array, other: Array | None) -> float | None:
    """Return the largest difference; finite differences say nothing of the entries that are nan."""
    if other is None:
        return None
    away = np.abs(mine - other.astype(float))
    if column == "differences":
        return None if np.isnan(away).all() else float(np.nanmax(away))
    return float("inf") if np.isnan(away).any() else float(away.max())


def _finite_differences(worked: Pass, network: Network, notes: list[str]) -> dict[str, Array]:
    """Return central differences of the loss by every net input and every given, by the gradient's name.

    An entry whose moves cross the kink of a ReLU, or of an absolute error, has no derivative to compare with and is
    nan; so is one where longer moves give another slope, as a weight's do behind an activation of 1e9. Under the
    convention `output_delta = "error"` the loss is replaced by the sum of net input times ŷ - y, with ŷ - y held
    fixed: the function whose gradient the convention hands back.
    """
    slopes = {}
    kink = "an absolute error" if network.loss == "absolute_error" else "a ReLU"
    objective = _size_of_objective(worked, network)
    numbers_per_pass = network.samples * sum(network.sizes)
    for step in worked.graph.steps:
        if step.phase != "backward":
            continue
        name = f"z{step.layer}" if step.kind == "delta" else step.name.removeprefix("d")
        base = worked.values[name]
        if base.size * max(base.size, numbers_per_pass) > MOST_MOVED_NUMBERS:
            notes.append(f"differences: left out for {step.name}, whose {base.size:,} entries take too long")
            continue
        slope, farther = (_slope(worked, network, name, by) for by in (_STEP, 4 * _STEP))
        at_kink = np.isnan(slope)
        if at_kink.any():
            notes.append(f"differences: {at_kink.sum()} of {step.name} left out, at the kink of {kink}")
        unsteady = np.abs(slope - farther) > _allowed("differences", worked.values[step.name], objective, 1.0) / 4
        unsteady |= np.abs(base + _STEP - base - _STEP) > 1e-3 * _STEP  # float64 has no number there
        if unsteady.any():
            notes.append(f"differences: {unsteady.sum()} of {step.name} left out, the numbers are too large")
        slopes[step.name] = np.where(unsteady, np.nan, slope)
    return slopes


def _slope(worked: Pass, network: Network, name: str, by: float) -> Array:
    """Return the central difference of the objective by every entry of a quantity; nan across a kink."""
    base = worked.values[name]
    moves = np.eye(base.size).reshape(base.size, *base.shape) * by
    above, below = (_moved(worked, network, name, base + sign * moves) for sign in (1, -1))
    slope = (above.objective - below.objective) / (2 * by)
    slope[(above.alive != below.alive).any(axis=1)] = np.nan
    return slope.reshape(base.shape)


class _Moved(Struct, frozen=True):
    """What follows when one quantity is moved: the objective, and which units are alive, per variant."""

    objective: Array
    alive: Array


def _moved(worked: Pass, network: Network, name: str, moved: Array) -> _Moved:
    """Evaluate the forward pass for every one of the moved values of a quantity, in one call."""
    graph = forward_only(worked.graph)
    values: dict[str, Array] = {given: worked.values[given] for given in graph.givens}
    values[name] = moved
    for step in graph.steps:
        if step.name != name:
            values[step.name] = value(step.evaluated, lookup(values), FLOAT)
    if network.output_delta == "error":
        objective = (values[f"z{network.depth}"] * _lessons_delta(worked, network)).sum(axis=(-2, -1))
    else:
        objective = values["L"][..., 0, 0]
    variants = moved.shape[0]
    alive = [np.zeros((variants, 0), dtype=bool)]
    for layer, activation in enumerate(network.activations, start=1):
        if activation in KINKED:
            z = np.broadcast_to(values[f"z{layer}"], (variants, *worked.values[f"z{layer}"].shape))
            alive.append(z.reshape(variants, -1) > 0)
    if network.loss == "absolute_error":
        error = np.broadcast_to(values["error"], (variants, *worked.values["error"].shape))
        alive.append(error.reshape(variants, -1) > 0)
    return _Moved(np.broadcast_to(objective, (variants,)), np.concatenate(alive, axis=1))
