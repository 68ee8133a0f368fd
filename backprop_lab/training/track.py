"""The path of a training: its parameters at the start, on the way, and at the end."""

from __future__ import annotations

from collections.abc import Mapping

from backprop_lab.engine.arithmetic import Array

_MOST_NUMBERS = 8_000_000
_MOST_KEPT, _FEWEST_KEPT = 400, 4

Parameters = Mapping[str, Array]


class Track:
    """The parameters along a run, as many as memory has room for: at the start, and every so many epochs."""

    def __init__(self, start: Parameters) -> None:
        numbers = sum(matrix.size for matrix in start.values())
        self._most = max(_FEWEST_KEPT, min(_MOST_KEPT, _MOST_NUMBERS // numbers))
        self._every = 1
        self._seen = 0
        self._kept = [start]
        self._last = start

    def add(self, parameters: Parameters) -> None:
        """Follow the run by one epoch."""
        self._seen += 1
        self._last = parameters
        if self._seen % self._every == 0:
            self._kept.append(parameters)
        if len(self._kept) > self._most:
            del self._kept[1::2]
            self._every *= 2

    @property
    def points(self) -> tuple[Parameters, ...]:
        """The parameters at the start, on the way, and at the end."""
        return (*self._kept, *([] if self._kept[-1] is self._last else [self._last]))
