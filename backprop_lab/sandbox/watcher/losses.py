"""The losses of a run: those of some updates, evenly spread."""

from __future__ import annotations

MOST_LOSSES = 2000


class Losses:
    """Notes the loss of every update; once there are too many, of every second one of those."""

    def __init__(self) -> None:
        self.noted: list[tuple[int, float]] = []
        self.stride = 1

    def note(self, number: int, value: float) -> None:
        """Note the loss of an update, if its turn has come."""
        if (number - 1) % self.stride:
            return
        self.noted.append((number, value))
        if len(self.noted) > MOST_LOSSES:
            self.noted = self.noted[::2]
            self.stride *= 2

    def until(self, number: int, value: float) -> list[tuple[int, float]]:
        """Return the losses that were noted, and that of the last update in any case."""
        is_noted = not number or self.noted[-1][0] == number
        return self.noted if is_noted else [*self.noted, (number, value)]
