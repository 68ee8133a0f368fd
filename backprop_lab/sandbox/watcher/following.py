"""Follow the graphs of losses that look alike: the way through the first one leads to the batch of each later one."""

from __future__ import annotations

from .autograd import LEAF, name_of, route
from .lossgraph import Reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any


MOST_WAYS = 8


class Trail:
    """What was last read of a loss, and the ways from it to a parameter, to its batch and to its target.

    `ways` are those of the last few kinds of graphs: a last batch of one row may have another one than all others.
    """

    def __init__(self) -> None:
        self.reading: Reading | None = None
        self.probe_route: tuple[int, ...] = ()
        self.ways: dict[tuple[tuple[int, ...], str], tuple[Reading, tuple[int, ...]]] = {}

    def read(self, loss: Any, held: set[int], frames: list[FrameType]) -> Reading:
        """Read the graph of a loss; the parameter to be looked at is one of those held, if it reaches any."""
        self.reading = reading = Reading(loss)
        top = loss.grad_fn
        of_held = route(top, lambda node: name_of(node) == LEAF and id(node.variable) in held) if held else None
        self.probe_route = of_held or route(top, lambda node: name_of(node) == LEAF) or ()
        if not reading.exact:
            find_target(reading, frames)
        if reading.route is not None:
            self.ways.pop((reading.route, reading.first), None)
            self.ways[reading.route, reading.first] = reading, self.probe_route
            if len(self.ways) > MOST_WAYS:
                del self.ways[next(iter(self.ways))]
        return reading

    def turn_to(self, top: Any) -> bool:
        """Take the way that leads through a graph; tell whether there is one."""
        if self.first_of(top) is not None:
            return True
        last = self.reading, self.probe_route
        for way in self.ways.values():
            self.reading, self.probe_route = way
            if self.first_of(top) is not None:
                return True
        self.reading, self.probe_route = last
        return False

    def probe_of(self, top: Any) -> Any:
        """Return a parameter of the last layer that a loss reaches."""
        node = followed(top, self.probe_route)
        return getattr(node, "variable", None)

    def first_of(self, top: Any) -> Any:
        """Return the first operation on a batch; None where the graph is another one than that which was read."""
        reading = self.reading
        if reading is None or reading.route is None:
            return None
        node = followed(top, reading.route)
        return node if type(node).__name__ == reading.first else None

    def target_of(self, top: Any, frames: Callable[[], list[FrameType]]) -> Any:
        """Return the target of a loss: what its node saved, or what the variable holds that held it before."""
        reading = self.reading
        if reading is None or reading.core_route is None:
            return None
        if not reading.saved:
            spaces = [frame.f_locals for frame in frames()] if reading.variable else []
            return next((space[reading.variable] for space in spaces if reading.variable in space), None)
        target = getattr(followed(top, reading.core_route), reading.saved)
        return target[0] if target.dim() > 1 and target.stride(0) == 0 else target


def followed(top: Any, way: tuple[int, ...]) -> Any:
    """Return the node to which a way leads; None where it leads nowhere."""
    node = top
    try:
        for place in way:
            node = node.next_functions[place][0]
    except (AttributeError, IndexError):
        return None
    return node


def find_target(reading: Reading, frames: list[FrameType]) -> None:
    """Find the tensor that is the target of a loss written by hand, among the variables."""
    wanted = reading.target
    for frame in frames:
        for name, value in list(frame.f_locals.items()):
            if type(value) is type(wanted) and not value.requires_grad and spreads(value, wanted):
                reading.found(value, name)
                return


def spreads(value: Any, wanted: Any) -> bool:
    """Tell whether a tensor is another one, or would be if it were spread over its shape."""
    if value.dim() > wanted.dim() or not value.numel():
        return False
    try:
        difference = (value.double() - wanted.double()).abs().max()
    except RuntimeError:
        return False
    return bool(difference <= 1e-4 * (1e-3 + wanted.abs().max())) and (value + wanted).shape == wanted.shape
