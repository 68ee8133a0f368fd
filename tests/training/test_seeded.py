from __future__ import annotations

import numpy as np
import pytest

from backprop_lab.training.seeded import Draws
from tests.needs import needs_torch


@pytest.mark.parametrize(("inputs", "units"), [(1, 1), (3, 2), (7, 5), (784, 128)])
@pytest.mark.parametrize("seed", [0, 42, 2**32 - 1])
def test_layers_are_drawn_as_pytorch_draws_them(inputs: int, units: int, seed: int) -> None:
    needs_torch()
    import torch

    torch.manual_seed(seed)
    layers = [torch.nn.Linear(inputs, units), torch.nn.Linear(units, 1, bias=False)]
    draws = Draws(seed)
    for layer in layers:
        weights, biases = draws.linear(layer.in_features, layer.out_features, bias=layer.bias is not None)
        assert np.array_equal(weights.T, layer.weight.detach().double().numpy())
        if layer.bias is None:
            assert biases is None
        else:
            assert biases is not None
            assert np.array_equal(biases[0], layer.bias.detach().double().numpy())


@pytest.mark.parametrize("rows", [1, 2, 15, 442])
def test_rows_are_shuffled_as_a_data_loader_shuffles_them(rows: int) -> None:
    needs_torch()
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    torch.manual_seed(7)
    torch.nn.Linear(4, 2)
    loader = DataLoader(TensorDataset(torch.arange(rows)), 4, shuffle=True)
    draws = Draws(7)
    draws.linear(4, 2)
    for _ in range(3):
        assert np.concatenate([batch.numpy() for (batch,) in loader]).tolist() == draws.shuffled(rows).tolist()


def test_a_state_goes_on_where_it_was_taken() -> None:
    draws, other = Draws(1), Draws(2)
    draws.shuffled(10)
    other.state = draws.state
    assert other.shuffled(10).tolist() == draws.shuffled(10).tolist()


def test_shuffles_that_are_skipped_are_not_missed_later() -> None:
    draws, other = Draws(1), Draws(1)
    for _ in range(5):
        draws.shuffled(10)
    other.skip(5)
    assert other.shuffled(10).tolist() == draws.shuffled(10).tolist()
