from __future__ import annotations

from fractions import Fraction
from math import ceil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lab.task import Target
from backprop_lab.training.data import DataSet, load_data
from backprop_lab.trainingtask import Standardised, TrainingDataTable
from tests.needs import needs_sklearn, needs_torch
from tests.training.data.told import complaint


def table(
    rows: int,
    *,
    validation: float = 0.0,
    split_seed: int | None = None,
    first: int | None = None,
    standardise: Standardised = "none",
) -> TrainingDataTable:
    """Return rows of two inputs and a target, of which the first input is the number of the row."""
    x = [[Fraction(row), Fraction(row * row % 7, 3)] for row in range(rows)]
    y = Target(rows=tuple((Fraction(row % 5 * 100 + row),) for row in range(rows)))
    return TrainingDataTable(
        x=x, y=y, rows=first, validation=validation, split_seed=split_seed, standardise=standardise
    )


def places(data: DataSet) -> tuple[list[int], list[int]]:
    kept = [] if data.validation_x is None else data.validation_x[:, 0].astype(int).tolist()
    return data.x[:, 0].astype(int).tolist(), kept


def test_without_a_share_every_row_is_trained_on() -> None:
    data = load_data(table(5), Path())

    assert places(data) == ([0, 1, 2, 3, 4], [])
    assert (data.validation_x, data.validation_y, data.scaling) == (None, None, None)
    assert (data.inputs, data.targets) == (("x1", "x2"), ("y1",))


def test_the_last_rows_are_kept_for_validation() -> None:
    assert places(load_data(table(5, validation=0.4), Path())) == ([0, 1, 2], [3, 4])


def test_the_first_rows_are_taken_before_some_are_kept() -> None:
    assert places(load_data(table(10, first=5, validation=0.4), Path())) == ([0, 1, 2], [3, 4])


@pytest.mark.parametrize(("rows", "share"), [(2, 0.2), (10, 0.25), (442, 0.2), (100, 0.07)])
def test_rows_are_drawn_as_random_split_draws_them(rows: int, share: float) -> None:
    needs_torch()
    import torch
    from torch.utils.data import random_split

    data = load_data(table(rows, validation=share, split_seed=42), Path())
    kept = ceil(Fraction(str(share)) * rows)
    torch.manual_seed(42)
    expected = random_split(range(rows), [rows - kept, kept])

    assert places(data) == tuple(list(part.indices) for part in expected)


@given(st.integers(2, 40), st.floats(0, 0.99), st.none() | st.integers(0, 2**32 - 1))
def test_every_row_is_in_one_part(rows: int, share: float, seed: int | None) -> None:
    found = table(rows, validation=share, split_seed=seed)
    if rows - ceil(Fraction(str(share)) * rows) < 1:
        message = complaint(Path(), found)
        assert message.startswith(f"data.validation: {share:g} of {rows} rows leaves none to train on")
        return
    data = load_data(found, Path())
    training, kept = places(data)
    assert sorted(training + kept) == list(range(rows))
    assert bool(kept) == (share > 0)
    assert data.y[:, 0].tolist() == [row % 5 * 100 + row for row in training]


@pytest.mark.parametrize("which", ["inputs", "both"])
def test_columns_are_standardised_by_the_training_part_as_scikit_learn_does(which: Standardised) -> None:
    needs_sklearn()
    from sklearn.preprocessing import StandardScaler

    raw = load_data(table(20, validation=0.3, split_seed=1), Path())
    data = load_data(table(20, validation=0.3, split_seed=1, standardise=which), Path())
    inputs, targets = StandardScaler().fit(raw.x), StandardScaler().fit(raw.y)
    both = which == "both"

    assert np.allclose(data.x, inputs.transform(raw.x), rtol=0, atol=1e-13)
    assert np.allclose(data.validation_x, inputs.transform(raw.validation_x), rtol=0, atol=1e-13)  # type: ignore[arg-type]
    assert np.allclose(data.y, targets.transform(raw.y) if both else raw.y, rtol=0, atol=1e-13)
    expected = targets.transform(raw.validation_y) if both else raw.validation_y
    assert np.allclose(data.validation_y, expected, rtol=0, atol=1e-13)  # type: ignore[arg-type]


@pytest.mark.parametrize("which", ["inputs", "both"])
def test_a_scaling_turns_numbers_there_and_back(which: Standardised) -> None:
    raw = load_data(table(20), Path())
    data = load_data(table(20, standardise=which), Path())

    assert data.scaling is not None
    assert np.array_equal(data.scaling.inputs(raw.x), data.x)
    assert np.array_equal(data.scaling.targets(raw.y), data.y)
    assert np.allclose(data.scaling.restored(data.y), raw.y, rtol=0, atol=1e-12)


def test_a_constant_column_is_left_at_zero() -> None:
    x = [[Fraction(1, 10), Fraction(row)] for row in range(3)]
    rows = TrainingDataTable(x=x, y=Target(rows=((Fraction(1),),) * 3), standardise="both")
    data = load_data(rows, Path())

    assert data.x[:, 0].tolist() == [0, 0, 0]
    assert data.y.tolist() == [[0], [0], [0]]
    assert data.scaling is not None
    assert data.scaling.restored(data.y).tolist() == [[1], [1], [1]]


def test_more_rows_than_there_are_is_told() -> None:
    assert complaint(Path(), table(5, first=6)) == "data.rows: expected at most 5, as many as there are, found 6"


def test_class_indices_become_one_hot_rows() -> None:
    data = load_data(TrainingDataTable(x=[[Fraction(1, 3)]] * 3, y=Target(classes=(2, 0, 1))), Path())

    assert data.y.tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    assert (data.classes, data.targets) == (3, ("0", "1", "2"))
    assert data.x.tolist() == [[1 / 3]] * 3
