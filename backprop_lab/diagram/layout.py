"""Where everything stands in a picture of a network, in points, y downwards; texts come later."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from msgspec import Struct

from backprop_lab.diagram.geometry import Box, Line, Point, Size, labelled

PAGE_WIDTH = 440.0
"""The widest picture: 15.5 cm, which fits between the margins of A4 and letter."""
PAGE_HEIGHT = 600.0
"""The highest picture: 21.1 cm, which leaves room for a heading on either paper."""
HEADING = 30.0
"""The height of the headings above the columns."""
_WIDEST_GAP = 125.0
_NARROWEST_GAP = 16.0
_HEADROOM = 3.0
_DOTS_GAP = 26.0
_BESIDE = 20.0
"""The room between the outputs and the texts to their right."""
_LABEL_HEIGHT = 12.0
_LEADER = 8.0
"""The length of the arrow from a bias to its node."""
_TAG_GAP = 3.0
_TAG_HEIGHT = 14.0
_BETWEEN_ROWS = 10.0
_LANE = 34.0
"""The height of the lane below the columns."""


class Column(Struct, frozen=True):
    """What stands in a column: nodes in `slots` of which one may have dots in its place, with labels of these widths.

    A width of 0 means no label above, or no tag below, the nodes.
    """

    slots: int
    dots: int | None
    width: float
    height: float
    above: float = 0.0
    below: float = 0.0

    @property
    def nodes(self) -> int:
        """The number of nodes."""
        return self.slots - (self.dots is not None)

    @property
    def radius(self) -> float:
        """The radius of the corners: a node as wide as high is a circle."""
        return self.height / 2 if self.width <= self.height else min(9.0, self.height / 2)

    @property
    def overhang(self) -> float:
        """How far what stands above or below a node reaches out on either side of it."""
        return max(0.0, self.above - self.width, self.below - self.width) / 2

    @property
    def reach(self) -> tuple[float, float]:
        """How far a node reaches from its centre with what stands above and below it."""
        above = _LEADER + _LABEL_HEIGHT if self.above else 0.0
        below = _TAG_GAP + _TAG_HEIGHT if self.below else 0.0
        return self.height / 2 + above, self.height / 2 + below


class Placed(Struct, frozen=True):
    """A column in its place: boxes of nodes, of the labels above and the tags below them, and where dots stand."""

    x: float
    nodes: tuple[Box, ...]
    above: tuple[Box, ...]
    below: tuple[Box, ...]
    dots: Point | None


class Edge(Struct, frozen=True):
    """An edge from one node to another, both by their numbers in their columns, and the box of its label."""

    source: int
    target: int
    line: Line
    label: Box | None

    @property
    def angle(self) -> float:
        """The direction of the edge in degrees, clockwise from the right."""
        (x, y), (to_x, to_y) = self.line
        return math.degrees(math.atan2(to_y - y, to_x - x))


class Layout(Struct, frozen=True):
    """A picture without its texts: columns, the edges between each and the next, and the place of the targets."""

    width: float
    height: float
    columns: tuple[Placed, ...]
    gaps: tuple[tuple[Edge, ...], ...]
    right: float
    lane: float
    """How far down the lane lies."""


@lru_cache(maxsize=512)
def layout(columns: tuple[Column, ...], labels: tuple[Size, ...], right: float, stretch: float) -> Layout | None:
    """Arrange columns, with labels of a size for each gap, and texts of a width to their right.

    `stretch` is what rows stand further apart than they must; a width of 0 leaves edges without labels.
    Returns None where the picture would be too wide or high, or labels cannot be kept apart.
    """
    gap = _gap(columns, right)
    beside = max(before.overhang + after.overhang for before, after in pairwise(columns))
    rows = max(sum(column.reach) for column in columns) + _BETWEEN_ROWS + stretch
    up, down = (max((column.slots - 1) / 2 * rows + column.reach[side] for column in columns) for side in (0, 1))
    bottom = HEADING + up + down
    height = bottom + (_LANE if any(column.below for column in columns) else 2.0)
    if gap < max(*(width for width, _ in labels), _NARROWEST_GAP, beside + _HEADROOM) or height > PAGE_HEIGHT:
        return None
    placed = _in_a_row(columns, HEADING + up, rows, gap)
    gaps = []
    for sides, at, label in zip(pairwise(columns), pairwise(placed), labels, strict=True):
        edges = _edges(sides, at, label)
        if edges is None:
            return None
        gaps.append(edges)
    end = placed[-1].x + columns[-1].width / 2 + _BESIDE
    return Layout(end + right, height, tuple(placed), tuple(gaps), end, bottom + _LANE / 2)


def _gap(columns: Sequence[Column], right: float) -> float:
    """Return the room between the nodes of neighbouring columns."""
    beside_dots = 2 * sum(not column.nodes for column in columns)
    left = PAGE_WIDTH - sum(column.width for column in columns) - right - _BESIDE - beside_dots * _DOTS_GAP
    return min(_WIDEST_GAP, math.floor(left / max(1, len(columns) - 1 - beside_dots)))


def _in_a_row(columns: Sequence[Column], middle: float, rows: float, gap: float) -> list[Placed]:
    placed = [_placed(columns[0], columns[0].width / 2, middle, rows)]
    for before, column in pairwise(columns):
        between = gap if before.nodes and column.nodes else _DOTS_GAP
        placed.append(_placed(column, placed[-1].x + (before.width + column.width) / 2 + between, middle, rows))
    return placed


def _placed(column: Column, x: float, middle: float, rows: float) -> Placed:
    ys = [middle + (slot - (column.slots - 1) / 2) * rows for slot in range(column.slots)]
    at = [y for slot, y in enumerate(ys) if slot != column.dots]
    up = column.height / 2 + _LEADER + _LABEL_HEIGHT / 2
    down = column.height / 2 + _TAG_GAP + _TAG_HEIGHT / 2
    return Placed(
        x,
        tuple(Box(x, y, column.width, column.height) for y in at),
        tuple(Box(x, y - up, column.above, _LABEL_HEIGHT) for y in at if column.above),
        tuple(Box(x, y + down, column.below, _TAG_HEIGHT) for y in at if column.below),
        None if column.dots is None else (x, ys[column.dots]),
    )


def _edges(columns: tuple[Column, Column], placed: tuple[Placed, Placed], label: Size) -> tuple[Edge, ...] | None:
    """Draw every edge from a column to the next and put labels of that size on them; None where they overlap."""
    ends = [
        (source, target, line)
        for source in range(columns[0].nodes)
        for target, line in enumerate(_fan(columns, placed, source))
    ]
    lines = [line for _, _, line in ends]
    obstacles = [box for column in placed for box in (*column.nodes, *column.above, *column.below)]
    boxes = labelled(lines, label, obstacles) if label[0] else ()
    if boxes is None:
        return None
    return tuple(
        Edge(source, target, line, boxes[number] if boxes else None)
        for number, (source, target, line) in enumerate(ends)
    )


def _fan(columns: tuple[Column, Column], placed: tuple[Placed, Placed], source: int) -> Iterator[Line]:
    """Yield the lines from a node to those of the next column; they spread where they leave and where they arrive."""
    left, right = columns
    for target in range(right.nodes):
        leaves = _spread(left, target, right.nodes)
        arrives = _spread(right, source, left.nodes)
        start, end = placed[0].nodes[source], placed[1].nodes[target]
        yield (
            (start.x + _half_width(left, leaves), start.y + leaves),
            (end.x - _half_width(right, arrives), end.y + arrives),
        )


def _spread(column: Column, number: int, count: int) -> float:
    """Return how far from the middle of a node one of several edges begins or ends."""
    return (number - (count - 1) / 2) * min(6.0, 0.7 * column.height / count)


def _half_width(column: Column, offset: float) -> float:
    """Return half the width of a node at a distance from its middle, with its round corners."""
    into_corner = max(0.0, abs(offset) - column.height / 2 + column.radius)
    return column.width / 2 - column.radius + math.sqrt(column.radius**2 - into_corner**2)
