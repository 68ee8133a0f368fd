"""Train a task to its end, or to where its loss diverges, and compare one run with another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from msgspec import Struct

from backprop_lab.engine.arithmetic import Array
from backprop_lab.errors import DivergedError
from backprop_lab.training.loop import Epoch, Framework, State, train
from backprop_lab.training.preparing import Prepared
from backprop_lab.training.track import Parameters, Track

FRAMEWORK_NAMES: Mapping[Framework, str] = {"numpy": "NumPy", "torch": "PyTorch"}


class Run(Struct, frozen=True, eq=False):
    """A training in one framework: where it stands after the last whole epoch, and why it went no further.

    `state` is None where it diverged in the first epoch. `path` are its parameters from the start on, of as many
    epochs as memory has room for.
    """

    framework: Framework
    state: State | None
    path: tuple[Parameters, ...]
    diverged: DivergedError | None = None

    @property
    def epochs(self) -> Sequence[Epoch]:
        """The whole epochs."""
        return () if self.state is None else self.state.epochs

    @property
    def name(self) -> str:
        """The framework as it calls itself."""
        return FRAMEWORK_NAMES[self.framework]


class Difference(Struct, frozen=True):
    """The largest differences between two runs: of the losses of an epoch, and of the last parameters.

    `where` names the parameter matrix in which the latter is.
    """

    loss: float
    epoch: int
    parameters: float
    where: str


def run(
    prepared: Prepared, framework: Framework, *, start: State | None = None, seen: Callable[[State], None]
) -> Run:
    """Train to the end, from the beginning or from `start`; `seen` is told of every epoch.

    Raises MissingExtraError where the framework is not installed. A loss that diverges is part of the outcome.
    """
    state = start
    diverged: DivergedError | None = None
    track = Track(prepared.parameters)
    if start is not None:
        track.add(start.parameters)
    try:
        for state in train(prepared, framework, start=start):
            track.add(state.parameters)
            seen(state)
    except DivergedError as error:
        diverged = error
    return Run(framework, state, track.points, diverged)


def difference(one: Run, other: Run) -> Difference | None:
    """Compare two runs of the same task; None where one of them has no whole epoch."""
    if one.state is None or other.state is None:
        return None
    losses = [abs(left.loss - right.loss) for left, right in zip(one.epochs, other.epochs, strict=False)]
    farthest = int(np.argmax(losses))
    apart = {name: _largest(matrix - other.state.parameters[name]) for name, matrix in one.state.parameters.items()}
    where = max(apart, key=lambda name: apart[name])
    return Difference(losses[farthest], one.epochs[farthest].number, apart[where], where)


def _largest(apart: Array) -> float:
    return float(np.abs(apart).max())
