"""A network as a drawing: its texts in the places of a layout, as full as they can be kept apart on a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, zip_longest

from msgspec import Struct
from msgspec.structs import replace

from backprop_lab.diagram.geometry import Box, Line, Point, pieces
from backprop_lab.diagram.layout import Column, Edge, Layout, Placed, layout
from backprop_lab.diagram.texts import Fill, Text, Texts

_NODE = 36.0
_INPUT = 22.0
_DOTS = 8.0
_AROUND = 6.0
"""The room around the lines in a node."""
_WIDEST_LABEL = 76.0
"""The widest label of a bias, or tag of a delta, that has a symbol beside the number."""
_MOST_WITH_SYMBOLS = 9
"""Edges from one layer to the next that are labelled with symbols beside the numbers."""

_SEEN = 1.8
"""How much longer than a label with a symbol its edge must be."""
_MOST_CLOSE = 16
"""Edges with labels from one layer to the next between which rows may stand as close as they can."""
_DENSE_STRETCH = 16.0


class Node(Struct, frozen=True):
    """A node: the lines in it, the bias above and the delta below it where it has them, and whether it is dropped."""

    box: Box
    lines: tuple[Text, ...]
    bias: tuple[Box, Text] | None
    delta: tuple[Box, Text] | None
    dropped: bool


class Layer(Struct, frozen=True):
    """A layer as it is drawn, 0 for the inputs and None for layers that are left out; dots stand for units."""

    number: int | None
    x: float
    radius: float
    nodes: tuple[Node, ...]
    dots: Point | None


class Weight(Struct, frozen=True):
    """A weight: what labels leave of its edge, the direction of its arrow, and its own label."""

    pieces: tuple[Line, ...]
    angle: float
    label: tuple[Box, Text] | None


class Backward(Struct, frozen=True):
    """The lane of the backward pass: the loss, the deltas of layers around their x, and arrows between them."""

    y: float
    loss: tuple[float, Text]
    """The left end of the text, and the text."""
    deltas: tuple[tuple[float, Text], ...]
    arrows: tuple[tuple[float, float], ...]


class Drawing(Struct, frozen=True):
    """A network in points, y downwards, from 0 to its width and height."""

    width: float
    height: float
    layers: tuple[Layer, ...]
    weights: tuple[Weight, ...]
    targets: tuple[tuple[Point, Text], ...]
    """What each output should be, with the left end of the text."""
    backward: Backward | None

    @property
    def drops(self) -> bool:
        """Whether a node is dropped."""
        return any(node.dropped for layer in self.layers for node in layer.nodes)


class Attempt(Struct, frozen=True):
    """How much is drawn: what weights and nodes say, the most units and layers without dots, and space for labels."""

    weights: Fill
    nodes: Fill = "both"
    units: int = 5
    layers: int = 6
    stretches: tuple[float, ...] = (0.0,)


_STRETCHES = (0.0, 8.0, 16.0, 28.0, 40.0)
ATTEMPTS = (
    Attempt("both", stretches=(0.0, 12.0)),
    Attempt("number", stretches=_STRETCHES),
    *(Attempt("number", "number", layers=layers, stretches=_STRETCHES) for layers in (6, 5)),
    *(Attempt("number", units=units, layers=4, stretches=_STRETCHES) for units in (5, 4)),
    *(Attempt("number", "number", units=units, layers=4, stretches=_STRETCHES) for units in (5, 4, 3)),
    Attempt("symbol", units=4, layers=4, stretches=_STRETCHES),
    Attempt("nothing"),
    Attempt("nothing", layers=4),
    Attempt("nothing", "symbol", layers=4),
)
"""From the fullest drawing to the barest; the first that fits is taken."""


def drawing(texts: Texts) -> Drawing:
    """Draw the network as fully as its texts can be kept apart on a page."""
    return next(found for attempt in ATTEMPTS if (found := _attempted(texts, attempt)) is not None)


def elided(count: int, most: int) -> tuple[int | None, ...]:
    """Return the numbers from 0 that are shown of a count; None in the place of those between that are not."""
    if count <= most:
        return tuple(range(count))
    last = most // 3
    return *range(most - 1 - last), None, *range(count - last, count)


class _Filled(Struct, frozen=True):
    """A layer with its texts before it has a place: the units that are shown, and what each of them says."""

    layer: int | None
    units: tuple[int | None, ...] = (None,)
    lines: tuple[tuple[Text, ...], ...] = ()
    biases: tuple[Text, ...] = ()
    deltas: tuple[Text, ...] = ()
    dropped: tuple[bool, ...] = ()

    @property
    def shown(self) -> list[int]:
        """The units that are not left out."""
        return [unit for unit in self.units if unit is not None]

    @property
    def column(self) -> Column:
        """The sizes that its texts take."""
        height = _NODE if self.layer else _INPUT
        return Column(
            len(self.units),
            self.units.index(None) if None in self.units else None,
            max(height, _widest(line for lines in self.lines for line in lines) + _AROUND) if self.lines else _DOTS,
            height,
            _widest(self.biases),
            _widest(self.deltas),
        )

    def placed(self, at: Placed) -> Layer:
        """Return the layer with its texts in their boxes."""
        biases, deltas = _in_boxes(at.above, self.biases), _in_boxes(at.below, self.deltas)
        nodes = zip_longest(at.nodes, self.lines, biases, deltas, self.dropped)
        return Layer(self.layer, at.x, self.column.radius, tuple(Node(*node) for node in nodes), at.dots)


def _filled(texts: Texts, layer: int | None, attempt: Attempt) -> _Filled:
    if layer is None:
        return _Filled(None)
    units = elided(texts.task.sizes[layer], attempt.units)
    shown = [unit for unit in units if unit is not None]

    def labels(of_units: Iterable[Text | None]) -> tuple[Text, ...]:
        return tuple(text.filled(attempt.nodes).within(_WIDEST_LABEL) for text in of_units if text is not None)

    return _Filled(
        layer,
        units,
        tuple(tuple(text.filled(attempt.nodes) for text in texts.node(layer, unit)) for unit in shown),
        labels(texts.bias(layer, unit) for unit in shown),
        labels(texts.delta(layer, unit) for unit in shown),
        tuple(texts.is_dropped(layer, unit) for unit in shown),
    )


def _attempted(texts: Texts, attempt: Attempt) -> Drawing | None:
    """Return the drawing of an attempt; None where it does not fit."""
    layers = [_filled(texts, layer, attempt) for layer in elided(texts.depth + 1, attempt.layers)]
    labels = [_labels(texts, before, after, attempt.weights) for before, after in pairwise(layers)]
    targets = [texts.target(unit).filled(attempt.nodes) for unit in layers[-1].shown]
    loss = texts.loss()
    place = _placed(layers, labels, _widest([*targets, loss] if texts.backward else targets), attempt)
    if place is None:
        return None
    placed = tuple(layer.placed(at) for layer, at in zip(layers, place.columns, strict=True))
    return Drawing(
        place.width,
        place.height,
        placed,
        tuple(
            weight
            for sides, edges, said in zip(pairwise(placed), place.gaps, labels, strict=True)
            for weight in _weights(sides, edges, said)
        ),
        tuple(((place.right, box.y), text) for box, text in zip(place.columns[-1].nodes, targets, strict=True)),
        _backward(texts, layers, place, loss) if texts.backward else None,
    )


def _placed(
    layers: Sequence[_Filled], labels: Sequence[Sequence[Text]], right: float, attempt: Attempt
) -> Layout | None:
    """Return the closest layout of an attempt in which labels are apart and edges are seen beside them."""
    most = max(map(len, labels))
    if attempt.weights == "both" and most > _MOST_WITH_SYMBOLS:
        return None
    columns = tuple(layer.column for layer in layers)
    sizes = tuple((_widest(said), max((text.height for text in said), default=0.0)) for said in labels)
    stretches = (stretch for stretch in attempt.stretches if most <= _MOST_CLOSE or stretch >= _DENSE_STRETCH)
    places = (layout(columns, sizes, right, stretch) for stretch in stretches)
    place = next((place for place in places if place is not None), None)
    if place is None or attempt.weights != "both":
        return place
    lines = [(edge.line, width) for edges, (width, _) in zip(place.gaps, sizes, strict=True) for edge in edges]
    return place if all(end[0] - start[0] >= _SEEN * width for (start, end), width in lines) else None


def _labels(texts: Texts, before: _Filled, after: _Filled, fill: Fill) -> list[Text]:
    """Return the labels of the edges from a layer to the next."""
    if after.layer is None or fill == "nothing":
        return []
    weights = (texts.weight(after.layer, source, target) for source in before.shown for target in after.shown)
    return [weight.filled(fill) for weight in weights]


def _weights(sides: tuple[Layer, Layer], edges: Sequence[Edge], said: Sequence[Text]) -> Iterator[Weight]:
    """Yield the weights between two layers, their edges hidden by all the labels there."""
    labels = _in_boxes([edge.label for edge in edges if edge.label is not None], said)
    beside = [label for layer in sides for node in layer.nodes for label in (node.bias, node.delta)]
    boxes = [label[0] for label in (*labels, *beside) if label is not None]
    for edge, label in zip_longest(edges, labels):
        yield Weight(pieces(edge.line, boxes), edge.angle, label)


def _in_boxes(boxes: Iterable[Box], texts: Iterable[Text]) -> list[tuple[Box, Text]]:
    """Return texts, each with the part of its box that it takes."""
    return [(replace(box, width=text.width), text) for box, text in zip(boxes, texts, strict=True)]


def _backward(texts: Texts, layers: Sequence[_Filled], place: Layout, loss: Text) -> Backward:
    """Return the lane of the backward pass, from the loss on the right to the first layer of units."""
    worked = [
        (at.x, texts.deltas(layer.layer)) for layer, at in zip(layers, place.columns, strict=True) if layer.layer
    ]
    ends = [(x - text.width / 2, x + text.width / 2) for x, text in worked]
    starts = [*(left for left, _ in ends[1:]), place.right]
    arrows = tuple((start, right) for start, (_, right) in zip(starts, ends, strict=True))
    return Backward(place.lane, (place.right, loss), tuple(worked), arrows)


def _widest(texts: Iterable[Text]) -> float:
    return max((text.width for text in texts), default=0.0)
