"""What PyTorch draws from a seed, drawn without PyTorch: initial weights, and the order of a shuffled data set.

PyTorch's generator on the CPU is the Mersenne Twister (Matsumoto and Nishimura, 1998), seeded with 32 bits as NumPy's
legacy seeding does it. Float32 numbers come from its lower 24 bits; a permutation is Fisher and Yates's shuffle.
"""

from __future__ import annotations

from functools import cached_property
from math import prod, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Draws:
    """PyTorch's default generator after `torch.manual_seed(seed)`."""

    def __init__(self, seed: int) -> None:
        self._twister = np.random.MT19937()
        self._twister._legacy_seeding(seed)

    @property
    def state(self) -> Any:
        """Where the generator stands."""
        return self._twister.state

    @state.setter
    def state(self, state: Any) -> None:
        self._twister.state = state

    def uniform(self, shape: tuple[int, ...], bound: float) -> Floats:
        """Return float32 numbers from -bound to bound, as `Tensor.uniform_` draws them, as float64."""
        low = float(np.float32(-bound))
        span = float(np.float32(np.float32(bound) - np.float32(-bound)))
        parts = (self._raw(prod(shape)) & 0xFFFFFF) * 2.0**-24
        return (parts * span + low).astype(np.float32).astype(np.float64).reshape(shape)

    def linear(self, inputs: int, units: int, *, bias: bool = True) -> tuple[Floats, Floats | None]:
        """Return the weights (inputs, units) and biases (1, units) of a new `nn.Linear(inputs, units)`."""
        weights = self.uniform((units, inputs), sqrt(3.0) * (sqrt(2.0 / 6.0) / sqrt(inputs))).T
        return weights, self.uniform((1, units), 1 / sqrt(inputs)) if bias else None

    def shuffled(self, rows: int) -> npt.NDArray[np.intp]:
        """Return the order in which a new pass over `DataLoader(..., shuffle=True)` visits the rows."""
        self._long()  # the seed that it keeps for its workers
        self._shuffling._twister._legacy_seeding(self._long() & 0xFFFFFFFF)
        return self._shuffling.permutation(rows)

    def skip(self, shuffles: int) -> None:
        """Leave out as many shuffles."""
        self._raw(4 * shuffles)

    def permutation(self, rows: int) -> npt.NDArray[np.intp]:
        """Return what `torch.randperm(rows)` returns."""
        order = list(range(rows))
        places = np.arange(max(rows - 1, 0), dtype=np.uint64)
        others = places + self._raw(len(places)) % (np.uint64(rows) - places)
        for place, other in enumerate(others.tolist()):
            order[place], order[other] = order[other], order[place]
        return np.array(order, dtype=np.intp)

    @cached_property
    def _shuffling(self) -> Draws:
        """The generator that permutations come from; a new one would take long to make."""
        return Draws(0)

    def _raw(self, count: int) -> npt.NDArray[np.uint64]:
        return self._twister.random_raw(count).astype(np.uint64)

    def _long(self) -> int:
        high, low = self._raw(2).tolist()
        return (int(high) << 32 | int(low)) & (2**63 - 1)
