"""The loss over two weights: it is the loss of the network there, and the path is the training's own."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import numpy as np
import pytest

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.network import graph
from backprop_lab.engine.worked import work
from backprop_lab.errors import LabError
from backprop_lab.training.loop import train
from backprop_lab.training.preparing import Prepared
from backprop_lab.training.surface import MOST_ROWS, loss_over, most_changed, named_weights
from backprop_lab.training.track import Track
from backprop_lab.writing.notation import Notation
from tests.training.trainings import prepared, regression, trained

RUN = prepared(regression(kept=4))
PYTORCH = Notation("pytorch", RUN.sizes, 1)
SPOTS = named_weights(RUN, PYTORCH, ["fc1.weight[2,0]", "fc2.bias[0]"])


def loss(run: Prepared, parameters: Mapping[str, Array]) -> float:
    """Return the loss of all training rows, worked step by step."""
    network = run.network(len(run.data.x), "evaluation")
    givens = {"x": run.data.x, "y": run.data.y, **run.scalars, **parameters}
    return float(work(graph(network), givens).values["L"].item())


def test_weights_are_named_in_a_notation() -> None:
    assert SPOTS == [("W1", 0, 2), ("b2", 0, 0)]
    assert named_weights(RUN, Notation("lesson", RUN.sizes, 1), ["w12", "theta5"]) == [("W1", 0, 1), ("b2", 0, 0)]


def test_a_weight_that_is_not_there_is_told() -> None:
    with pytest.raises(LabError, match=r'no weight "fc9" in this network; expected one such as fc1\.weight\[0,0\]'):
        named_weights(RUN, PYTORCH, ["fc9", "fc2.bias[0]"])


def test_the_surface_is_the_loss_with_two_weights_moved() -> None:
    path = (RUN.parameters, trained(RUN).parameters)
    surface = loss_over(RUN, path, SPOTS, PYTORCH)
    assert surface.names == ("fc1.weight[2,0]", "fc2.bias[0]")
    assert surface.rows == len(RUN.data.x)
    for i, j in ((0, 0), (7, 30), (40, 12)):
        moved = {name: matrix.copy() for name, matrix in path[-1].items()}
        moved["W1"][0, 2], moved["b2"][0, 0] = surface.first[i], surface.second[j]
        assert abs(surface.losses[i, j] - loss(RUN, moved)) < 1e-12 * surface.losses[i, j]


def test_the_path_lies_well_within_the_surface() -> None:
    track = Track(RUN.parameters)
    for state in train(RUN):
        track.add(state.parameters)
    surface = loss_over(RUN, track.points, SPOTS, PYTORCH)
    assert len(surface.path) == RUN.task.training.epochs + 1
    assert tuple(surface.path[0]) == (RUN.parameters["W1"][0, 2], RUN.parameters["b2"][0, 0])
    for side, axis in enumerate((surface.first, surface.second)):
        assert axis[0] < surface.path[:, side].min() < surface.path[:, side].max() < axis[-1]


def test_a_path_that_does_not_move_has_a_surface_around_it() -> None:
    surface = loss_over(RUN, (RUN.parameters,), SPOTS, PYTORCH)
    assert surface.first[0] < surface.path[0, 0] < surface.first[-1]


def test_of_many_rows_some_are_taken() -> None:
    many = prepared(regression(rows=3 * MOST_ROWS))
    assert loss_over(many, (many.parameters,), SPOTS, PYTORCH).rows == MOST_ROWS


def test_the_weights_that_changed_most_are_found() -> None:
    end = {name: matrix.copy() for name, matrix in RUN.parameters.items()}
    end["W1"][2, 1] += 3
    end["W1"][0, 0] -= 2
    end["W2"][3, 0] += 2.5
    end["b2"][0, 0] += 9
    assert most_changed(RUN.parameters, end) == (("W1", 2, 1), ("W2", 3, 0))


def test_with_a_single_weight_its_bias_counts() -> None:
    small = prepared(regression(inputs=1), {"network.units": [1]})
    end = trained(small).parameters
    assert {name for name, *_ in most_changed(small.parameters, end)} == {"W1", "b1"}


def test_a_surface_that_overflows_is_no_number_there() -> None:
    wild = prepared(regression(), {"update.learning_rate": Decimal("0.05")})
    end = {name: matrix.copy() for name, matrix in wild.parameters.items()}
    end["W1"][0, 2] = 1e200
    with np.errstate(all="raise"):
        surface = loss_over(wild, (wild.parameters, end), SPOTS, PYTORCH)
    assert not np.isfinite(surface.losses).all()


def test_a_long_path_is_thinned_evenly_and_keeps_its_ends() -> None:
    start = {"W1": np.zeros((2000, 1000))}  # so large that few are kept
    track = Track(start)
    epochs = [{"W1": start["W1"], "epoch": np.array([[number]])} for number in range(1, 101)]
    for parameters in epochs:
        track.add(parameters)
    assert track.points[0] is start
    assert track.points[-1] is epochs[-1]
    kept = [int(point["epoch"].item()) for point in track.points[1:]]
    assert 2 <= len(kept) <= 5
    assert len(set(np.diff(kept[:-1]))) <= 1


def test_a_short_path_is_kept_whole() -> None:
    track = Track(RUN.parameters)
    points = [dict(RUN.parameters) for _ in range(50)]
    for point in points:
        track.add(point)
    assert all(one is other for one, other in zip(track.points, [RUN.parameters, *points], strict=True))
