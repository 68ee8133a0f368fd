"""Changes of parameters between updates, by which they come back to what they were before."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOST_STATES = 100


class Setbacks:
    """Counts how often all parameters of a loss were as they had been before, though updates went between.

    One parameter is copied after each update; all of them are looked at only where that one has changed since.
    """

    def __init__(self, torch: Any) -> None:
        self.torch = torch
        self.count = 0
        self.left: tuple[Any, Any] = (None, None)
        self.known: set[tuple[float, ...]] = set()

    def leave(self, probe: Any) -> None:
        """Note what an update has made of a parameter."""
        self.left = probe, None if probe is None else probe.detach().clone()

    def is_changed(self, probe: Any) -> bool:
        """Tell whether that parameter is another one by now than the update has left."""
        parameter, copy = self.left
        if copy is None or parameter is not probe or (probe.dtype, probe.shape) != (copy.dtype, copy.shape):
            return False
        return not self.torch.equal(probe, copy)

    def find(self, parameters: list[Any]) -> None:
        """Note the state that parameters were found in by a backward pass; it is a setback where it is known."""
        state = tuple(float(parameter.detach().sum()) for parameter in parameters)
        self.count += state in self.known
        self.know(state)

    def meet(self, parameters: list[Any]) -> None:
        """Note a state that may be come back to."""
        self.know(tuple(float(parameter.detach().sum()) for parameter in parameters))

    def know(self, state: tuple[float, ...]) -> None:
        """Remember a state while there is room."""
        if len(self.known) < MOST_STATES:
            self.known.add(state)
