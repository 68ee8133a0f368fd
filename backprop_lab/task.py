"""A task: a network, its data, what is asked, and conventions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from backprop_lab.bounds import Bounds
from backprop_lab.engine.arithmetic import FLOAT, Arithmetic, Array
from backprop_lab.engine.graph import Graph
from backprop_lab.engine.network import (
    Activation,
    Loss,
    Network,
    OutputDelta,
    Reduction,
    Update,
    given_shapes,
    graph,
)
from backprop_lab.engine.scalar import Spot
from backprop_lab.limits import Limits
from backprop_lab.writing.notation import Notation, NotationName
from backprop_lab.writing.symbols import ascii_symbol

Rounding = Literal["full", "carry"]
Credit = Literal["full", "half", "none"]
ErrorForm = Literal["error", "error_reversed", "squared_error", "half_squared_error"]
Rows = tuple[tuple[Fraction, ...], ...]

MOST_LAYERS = 200


class Target:
    """What the network should give: rows of numbers, or the index of a class for every sample."""

    # Not a dataclass: msgspec would read one from a table, and a target is a list of either kind.
    __slots__ = ("classes", "rows")

    def __init__(self, *, rows: Rows = (), classes: tuple[int, ...] = ()) -> None:
        self.rows = rows
        self.classes = classes

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Target) and (self.rows, self.classes) == (other.rows, other.classes)

    def __hash__(self) -> int:
        return hash((self.rows, self.classes))


class NetworkTable(Struct, frozen=True, forbid_unknown_fields=True):
    """`[network]`: per layer an activation, a matrix of weights (rows are inputs) and a row of biases.

    A layer without biases, where others have some, has an empty row.
    """

    activations: Annotated[list[Activation], Meta(min_length=1, max_length=MOST_LAYERS)]
    loss: Loss
    weights: Annotated[list[list[list[Fraction]]], Meta(min_length=1)]
    biases: list[list[Fraction]] | None = None
    leaky_slope: Fraction = msgspec.field(default_factory=lambda: Fraction(1, 100))


class DataTable(Struct, frozen=True, forbid_unknown_fields=True):
    """`[data]`: inputs and targets; rows are samples."""

    x: list[list[Fraction]]
    y: Target


class UpdateTable(Struct, frozen=True, forbid_unknown_fields=True):
    """`[update]`: SGD as `torch.optim.SGD` defines it."""

    learning_rate: Fraction
    biases: bool = True
    momentum: Fraction = msgspec.field(default_factory=Fraction)
    dampening: Fraction = msgspec.field(default_factory=Fraction)
    weight_decay: Fraction = msgspec.field(default_factory=Fraction)
    nesterov: bool = False
    frozen: list[Annotated[int, Meta(ge=1, le=MOST_LAYERS)]] = []
    steps: Annotated[int, Meta(ge=1, le=100_000)] = 1


class ConventionsTable(Struct, frozen=True, forbid_unknown_fields=True):
    """`[conventions]`: alternatives that courses differ in."""

    output_delta: OutputDelta = "chain_rule"
    reduction: Reduction = "sum"


class DropoutTable(Struct, frozen=True, forbid_unknown_fields=True):
    """`[[dropout]]`: dropout with a given mask, behind a hidden layer or at the inputs, which are layer 0.

    `rate` is the share p that PyTorch's nn.Dropout is made with; `mask` has a row per sample, 0 where a unit is
    dropped and 1 where it is kept and divided by 1 - p. Every update uses the same mask.
    """

    layer: Annotated[int, Meta(ge=0, le=MOST_LAYERS)]
    rate: Fraction
    mask: list[list[Fraction]]


class Ask(Struct, frozen=True, forbid_unknown_fields=True):
    """`[[ask]]`: a step to hand in and what it is worth (left out: one point per entry).

    `follows` and `typed_in` are the credit for what follows from an earlier mistake, and for right numbers that a
    program states and does not calculate; left out, the latter is full for work by hand and half for a program's.
    """

    step: str
    points: Fraction | None = None
    accept: list[ErrorForm] = []
    follows: Credit = "full"
    typed_in: Credit | None = None


class HandInTable(Struct, frozen=True, forbid_unknown_fields=True):
    """`[hand_in]`: which of several files of a student is marked.

    `files` are patterns such as `lab3*.ipynb`, the best first; where none fits, or there are none, the file that
    scores best is.
    """

    files: list[Annotated[str, Meta(min_length=1, max_length=200)]] = []


class Task(Struct, frozen=True, dict=True, forbid_unknown_fields=True):
    """A task file's contents."""

    title: Annotated[str, Meta(min_length=1, max_length=200)]
    network: NetworkTable
    data: DataTable
    notation: NotationName = "lesson"
    decimals: Annotated[int, Meta(ge=0, le=12)] = 4
    rounding: Rounding = "full"
    update: UpdateTable | None = None
    conventions: ConventionsTable = ConventionsTable()
    dropout: list[DropoutTable] = []
    ask: list[Ask] = []
    limits: Limits = Limits()
    variants: Bounds = msgspec.field(default_factory=Bounds)
    hand_in: HandInTable = HandInTable()

    def __hash__(self) -> int:
        """Return a hash of what is quick to compare: tables hold lists, which have none."""
        return hash((self.title, self.sizes, self.notation))

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of inputs, then of units in every layer."""
        return (len(self.network.weights[0]), *(len(matrix[0]) for matrix in self.network.weights))

    @property
    def products(self) -> int:
        """The multiplications of one forward pass."""
        return len(self.data.x) * sum(inputs * units for inputs, units in pairwise(self.sizes))

    @cached_property
    def spec(self) -> Network:
        """The network that the engine builds its graph from."""
        asked_gradients = any(ask.step.startswith("d") for ask in self.ask)  # delta2, dW1, dx
        return Network(
            sizes=self.sizes,
            activations=tuple(self.network.activations),
            loss=self.network.loss,
            samples=len(self.data.x),
            biases=self.network.biases is not None,
            unbiased=frozenset(layer for layer, row in enumerate(self.network.biases or [], start=1) if not row),
            output_delta=self.conventions.output_delta,
            reduction=self.conventions.reduction,
            gradients=self.update is not None or asked_gradients,
            update=None if self.update is None else update_terms(self.update),
            dropout=frozenset(table.layer for table in self.dropout),
        )

    @property
    def steps(self) -> int:
        """The number of updates; 1 where only a forward pass or gradients are worked."""
        return 1 if self.update is None else self.update.steps

    @cached_property
    def graph(self) -> Graph:
        """The graph of the first pass."""
        return graph(self.spec)

    @cached_property
    def asked(self) -> tuple[Ask, ...]:
        """What is handed in: as the task says, else every step."""
        return tuple(self.ask) or tuple(Ask(step.name) for step in self.graph.steps)

    def symbols(self, notation: NotationName | None = None) -> Notation:
        """Return the task's notation, or another one, for this network."""
        return Notation(notation or self.notation, self.sizes, len(self.data.x))

    def givens(self, arithmetic: Arithmetic = FLOAT) -> dict[str, Array]:
        """Return every given under its name, as 2-D arrays; class indices become one-hot rows.

        Those of float64 are the same arrays every time, and cannot be written to.
        """
        return dict(self._floats) if arithmetic is FLOAT else self._givens(arithmetic)

    @cached_property
    def _floats(self) -> dict[str, Array]:
        givens = self._givens(FLOAT)
        for array in givens.values():
            array.flags.writeable = False
        return givens

    def _givens(self, arithmetic: Arithmetic) -> dict[str, Array]:
        rows: dict[str, Sequence[Sequence[Fraction]]] = {"x": self.data.x, "y": self.targets}
        for layer, matrix in enumerate(self.network.weights, start=1):
            rows[f"W{layer}"] = matrix
        for layer, row in enumerate(self.network.biases or [], start=1):
            rows |= {f"b{layer}": [row]} if row else {}
        for table in self.dropout:
            rows |= {f"mask{table.layer}": table.mask, f"p{table.layer}": [[table.rate]]}
        rows["leaky_slope"] = [[self.network.leaky_slope]]
        if self.update is not None:
            for name in ("learning_rate", "momentum", "dampening", "weight_decay"):
                rows[name] = [[getattr(self.update, name)]]
        return {name: arithmetic.array(matrix) for name, matrix in rows.items()}

    def numbers(self, notation: NotationName | None = None) -> dict[str, Spot]:
        """Return where each weight, bias, input and target stands (name, row, column), by its ASCII symbol."""
        symbols = self.symbols(notation)
        shapes = {name: shape for name, shape in given_shapes(self.spec).items() if name[0] in "xyWb"}
        return {
            ascii_symbol(symbols.entry(name, row, column)): (name, row, column)
            for name, (rows, columns) in shapes.items()
            for row in range(rows)
            for column in range(columns)
        }

    @cached_property
    def max_score(self) -> Fraction:
        """The points that can be reached."""
        shapes = self.graph.shapes
        sizes = ((ask.points, math.prod(shapes[ask.step])) for ask in self.asked)
        return sum((Fraction(size) if points is None else points for points, size in sizes), Fraction(0))

    @property
    def targets(self) -> Rows:
        """The target rows, one-hot where the task gives class indices."""
        if not self.data.y.classes:
            return self.data.y.rows
        width = range(self.sizes[-1])
        return tuple(tuple(Fraction(int(unit == index)) for unit in width) for index in self.data.y.classes)


def update_terms(table: UpdateTable) -> Update:
    """Return which terms an update of these sizes has."""
    return Update(
        biases=table.biases,
        momentum=table.momentum != 0,
        dampening=table.momentum != 0 and table.dampening != 0,
        nesterov=table.nesterov,
        weight_decay=table.weight_decay != 0,
        frozen=frozenset(table.frozen),
    )
