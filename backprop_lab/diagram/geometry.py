"""Boxes and lines in points, y downwards: what overlaps, what a box hides of a line, and labels that stand apart."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from operator import itemgetter

from msgspec import Struct

Point = tuple[float, float]
Line = tuple[Point, Point]
Size = tuple[float, float]
"""Width and height."""

_STEP = 4.0
_ROUNDS = 40
_STUB = 3.0
"""The longest piece of a line that is left out between labels."""
_HEADROOM = 6.0
"""The least space between a label and the node that its line comes from."""
_ARROW = 9.0
"""The same at the other end, where the arrow is."""
_AROUND = 10.0
"""How much wider and higher than a label the room is in which other lines come near it."""
_NEAR = 0.5
"""What a line costs there, against one that is hidden."""
_CROWDED = 6.0
"""What a label costs that touches another one."""
_OVERLAP = 1e4
"""What a point of overlap costs: more than any line that is hidden."""


class Box(Struct, frozen=True):
    """A rectangle around its centre."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: Box) -> bool:
        """Whether two boxes have more than an edge in common."""
        return (
            abs(self.x - other.x) < (self.width + other.width) / 2
            and abs(self.y - other.y) < (self.height + other.height) / 2
        )

    def hides(self, line: Line) -> tuple[float, float] | None:
        """Return the part of a line inside of the box, as fractions of its way; None where it passes by."""
        (x, y), (to_x, to_y) = line
        first, last = 0.0, 1.0
        for start, way, centre, size in (
            (x, to_x - x, self.x, self.width),
            (y, to_y - y, self.y, self.height),
        ):
            if abs(way) < 1e-9:
                if abs(start - centre) >= size / 2:
                    return None
                continue
            enters, leaves = sorted(((centre - size / 2 - start) / way, (centre + size / 2 - start) / way))
            first, last = max(first, enters), min(last, leaves)
        return (first, last) if first < last else None


def along(line: Line, fraction: float) -> Point:
    """Return the point of a line at a fraction of its way."""
    (x, y), (to_x, to_y) = line
    return x + fraction * (to_x - x), y + fraction * (to_y - y)


def pieces(line: Line, boxes: Iterable[Box]) -> tuple[Line, ...]:
    """Return what boxes leave of a line, without stubs; its end is always left."""
    left, done = [], 0.0
    stub = _STUB / math.dist(*line)
    for first, last in sorted(hidden for box in boxes if (hidden := box.hides(line)) is not None):
        if first > done + stub:
            left.append((along(line, done), along(line, first)))
        done = max(done, last)
    left.append((along(line, min(done, 1 - stub)), line[1]))
    return tuple(left)


def labelled(lines: Sequence[Line], size: Size, obstacles: Sequence[Box]) -> tuple[Box, ...] | None:
    """Put a label of that size on every line, such that it overlaps no other and no obstacle, and hides little.

    Every label moves along its line to where it costs least, in turns, until none moves any more. Returns None where
    labels overlap even then.
    """
    choices = [_choices(number, lines, size, obstacles) for number in range(len(lines))]
    if not all(choices):
        return None
    placed = [min(priced, key=itemgetter(0))[1] for priced in choices]
    for _ in range(_ROUNDS):
        moved = False
        for number, priced in enumerate(choices):
            others = [(box.x, box.y) for other, box in enumerate(placed) if other != number]
            best = min(priced, key=lambda one: one[0] + _crowding(one[1], others))[1]
            moved |= best != placed[number]
            placed[number] = best
        if not moved:
            break
    apart = not any(one.overlaps(other) for number, one in enumerate(placed) for other in placed[:number])
    return tuple(placed) if apart else None


def _crowding(box: Box, centres: Iterable[Point]) -> float:
    """Return what it costs that a label stands near others of its size, or on them."""
    cost = 0.0
    for x, y in centres:
        across, down = abs(box.x - x) - box.width, abs(box.y - y) - box.height
        if across < _AROUND and down < _AROUND:
            apart = max(across, down)
            cost += _CROWDED * (1 - apart / _AROUND) if apart >= 0 else _OVERLAP * (1 - across - down)
    return cost


def _choices(number: int, lines: Sequence[Line], size: Size, obstacles: Sequence[Box]) -> list[tuple[float, Box]]:
    """Return where a label may stand on its line, with its cost: the length of other lines that it hides or nears."""
    line, (width, height) = lines[number], size
    start, end = line[0][0] + _HEADROOM + width / 2, line[1][0] - _ARROW - width / 2
    found = []
    for count in range(max(0, math.floor((end - start) / _STEP) + 1)):
        x = start + count * _STEP
        box = Box(*along(line, (x - line[0][0]) / (line[1][0] - line[0][0])), width, height)
        if any(box.overlaps(obstacle) for obstacle in obstacles):
            continue
        around = Box(x, box.y, width + _AROUND, height + _AROUND)
        near = [other for other in lines if other is not line and around.hides(other)]
        hidden = sum(_hidden(box, other) + _NEAR * _hidden(around, other) for other in near)
        found.append((hidden + 0.1 * abs(x - (start + end) / 2), box))
    return found


def _hidden(box: Box, line: Line) -> float:
    hidden = box.hides(line)
    return 0.0 if hidden is None else (hidden[1] - hidden[0]) * math.dist(*line)
