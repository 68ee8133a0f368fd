"""Runs to their end or to where they diverge, and the difference between two of them."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from msgspec.structs import replace

from backprop_lab.training.loop import Epoch, State
from backprop_lab.training.running import Run, difference, run
from tests.needs import needs_torch
from tests.training.trainings import CASE_STUDY, ORCHARD, farthest, prepared, regression, trained

RUN = prepared(regression())


def finished() -> Run:
    return run(RUN, "numpy", seen=lambda state: None)


def test_every_epoch_is_seen() -> None:
    seen: list[State] = []
    done = run(RUN, "numpy", seen=seen.append)
    assert [state.epoch for state in seen] == [1, 2, 3]
    assert done.state is seen[-1]
    assert [epoch.number for epoch in done.epochs] == [1, 2, 3]
    assert [farthest(point, state.parameters) for point, state in zip(done.path[1:], seen, strict=True)] == [0, 0, 0]


def test_a_run_that_was_finished_is_not_run_again() -> None:
    state = trained(RUN)
    done = run(RUN, "numpy", start=state, seen=lambda state: None)
    assert done.state is state
    assert farthest(done.path[-1], state.parameters) == 0


def test_divergence_is_part_of_the_outcome() -> None:
    done = run(
        prepared(ORCHARD, CASE_STUDY | {"update.learning_rate": Decimal("0.001")}), "numpy", seen=lambda state: None
    )
    assert done.diverged is not None
    assert done.diverged.epoch == len(done.epochs) + 1
    at_once = run(
        prepared(ORCHARD, CASE_STUDY | {"update.learning_rate": Decimal("1e60")}), "numpy", seen=lambda state: None
    )
    assert at_once.state is None
    assert len(at_once.epochs) == 0
    assert difference(done, at_once) is None


def test_the_largest_differences_are_found() -> None:
    one = finished()
    assert one.state is not None
    epochs = [
        one.epochs[0],
        replace(one.epochs[1], loss=one.epochs[1].loss + 0.5),
        Epoch(3, one.epochs[2].loss - 0.25),
    ]
    moved = {name: matrix.copy() for name, matrix in one.state.parameters.items()}
    moved["b1"][0, 2] -= 2
    moved["W2"][0, 0] += 1
    other = Run("torch", replace(one.state, epochs=epochs, parameters=moved), one.path)
    found = difference(one, other)
    assert found is not None
    assert (found.epoch, found.where) == (2, "b1")
    assert np.isclose(found.loss, 0.5)
    assert np.isclose(found.parameters, 2)


def test_pytorch_runs_the_same() -> None:
    needs_torch()
    found = difference(finished(), run(RUN, "torch", seen=lambda state: None))
    assert found is not None
    assert found.loss < 1e-14
    assert found.parameters < 1e-14
