"""Learning rates are tried each in a run of its own, and one that diverges is a result."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest

from backprop_lab.errors import TaskError
from backprop_lab.training.sweep import Rate, grid, random_rates, sweep
from tests.training.trainings import CASE_STUDY, ORCHARD, classification, prepared, regression, trained


def test_a_grid_has_the_same_factor_between_neighbours() -> None:
    assert [rate.learning_rate for rate in grid(1e-5, 1e-2, 4)] == [1e-5, 1e-4, 1e-3, 1e-2]
    assert grid(0.1, 0.1, 1) == (Rate(0.1),)
    assert all(rate.momentum is None for rate in grid(0.1, 1, 3))


def test_random_rates_are_spread_over_the_powers_of_ten() -> None:
    rates = random_rates(1e-6, 1e-2, 400, 1, momenta=(0.85, 0.99))
    powers = [math.log10(rate.learning_rate) for rate in rates]
    assert all(-6 <= power <= -2 for power in powers)
    for power in range(-6, -2):
        assert 70 <= sum(power <= found < power + 1 for found in powers) <= 130
    momenta = [rate.momentum for rate in rates]
    assert all(momentum is not None and 0.85 <= momentum <= 0.99 for momentum in momenta)
    assert len(set(momenta)) > 390
    assert random_rates(1e-6, 1e-2, 400, 1, momenta=(0.85, 0.99)) == rates
    assert random_rates(1e-6, 1e-2, 400, 2, momenta=(0.85, 0.99)) != rates
    assert [rate.learning_rate for rate in random_rates(1e-6, 1e-2, 400, 1)] == [rate.learning_rate for rate in rates]


def test_each_rate_is_a_run_of_its_own_and_one_that_diverges_says_when() -> None:
    run = prepared(ORCHARD, CASE_STUDY)
    low, right, high = sweep(run, [Rate(1e-6), Rate(1e-4), Rate(1e-2)], 40)
    assert (right.learning_rate, right.momentum) == (1e-4, 0.9)
    assert low.loss is not None
    assert right.loss is not None
    assert right.loss < low.loss
    assert high.loss is None
    assert high.diverged_at is not None
    assert 1 < high.diverged_at <= 200
    assert min((low, right, high), key=lambda tried: tried.watched) is right
    alone = trained(prepared(ORCHARD, CASE_STUDY | {"training": {"epochs": 40, "batch_size": 3, "seed": 42}}))
    assert right.loss == alone.epochs[-1].loss


def test_a_rate_may_come_with_a_momentum() -> None:
    without, with_momentum = sweep(prepared(regression()), [Rate(0.01), Rate(0.01, 0.9)], 5)
    assert (without.momentum, with_momentum.momentum) == (0, 0.9)
    alone = prepared(
        regression(),
        {"update.learning_rate": Decimal("0.01"), "update.momentum": Decimal("0.9"), "training.epochs": 5},
    )
    assert with_momentum.loss == trained(alone).epochs[-1].loss


def test_accuracy_and_choice_are_by_the_validation_part_where_there_is_one() -> None:
    network = {"units": [3], "activations": ["softmax"], "loss": "cross_entropy"}
    for kept in (0, 9):
        run = prepared(classification(30, kept=kept), {"network": network})
        (tried,) = sweep(run, [Rate(0.1)], 3)
        epoch = trained(
            prepared(classification(30, kept=kept), {"network": network, "update.learning_rate": Decimal("0.1")})
        ).epochs[-1]
        assert tried.accuracy == (epoch.validation_accuracy if kept else epoch.accuracy)
        assert tried.validation_loss == epoch.validation_loss
        assert tried.watched == epoch.watched


def test_rates_that_make_no_sense_are_told_of() -> None:
    for low, high in ((0, 1), (-1, 1), (1, 0.1), (1, math.inf), (math.nan, 1)):
        with pytest.raises(TaskError, match="learning rates: expected two numbers above 0, the lower first"):
            grid(low, high, 3)
    for count in (0, 1001):
        with pytest.raises(TaskError, match=f"expected 1 to 1000 of them, found {count}"):
            random_rates(0.1, 1, count, 1)
    for momenta in ((-0.1, 0.5), (0.9, 0.5)):
        with pytest.raises(TaskError, match="momenta: expected two numbers from 0 on"):
            random_rates(0.1, 1, 3, 1, momenta=momenta)
