"""What stands in a picture of a network: each quantity as a symbol, a number, or both."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from backprop_lab.engine.worked import Pass
from backprop_lab.task import Task
from backprop_lab.writing.layout import latex_width
from backprop_lab.writing.notation import Notation, NotationName, Symbol
from backprop_lab.writing.numbers import given, shown
from backprop_lab.writing.spelling import LATEX

Fill = Literal["both", "number", "symbol", "nothing"]
"""What a text says: symbol and number, or one of them."""

MOST_DECIMALS = 4
"""Decimals of the values in a picture, of which the lines of a solution have more."""
_DIGIT = 4.7
"""The width of a digit in points, a little more than that of 9 point type."""
_MARGIN = 4.0
_WIDTHS = 3.0
"""Widths are multiples of it: pictures of variants share their layout more often so."""


class Text(Struct, frozen=True):
    """A symbol, a number, or both with a relation between them."""

    symbol: Symbol | None
    number: str = ""
    relation: Literal["=", "≈"] = "="

    @property
    def width(self) -> float:
        """The width in points that is kept free for it."""
        return _width(self)

    @property
    def height(self) -> float:
        """The height in points, more for a symbol with something below and above it."""
        return 15.0 if self.symbol is not None and self.symbol.layer else 12.0

    def filled(self, fill: Fill) -> Text:
        """Return the part of the text that is wanted, or its symbol where it has no number."""
        if fill == "symbol" or not self.number:
            return Text(self.symbol)
        return Text(None, self.number) if fill == "number" else self

    def within(self, room: float) -> Text:
        """Return the text, or its number alone where both are too wide."""
        return self if self.width <= room else self.filled("number")


@lru_cache(maxsize=4096)
def _width(text: Text) -> float:
    symbol = LATEX.symbol(text.symbol) if text.symbol is not None else ""
    relation = " = " if symbol and text.number else ""
    digits = latex_width(symbol + relation + LATEX.number(text.number))
    return _WIDTHS * math.ceil((digits * _DIGIT + _MARGIN) / _WIDTHS)


class Texts:
    """The texts of one picture, of a single sample or of any of a batch: no symbol has a sample's number."""

    def __init__(self, task: Task, notation: NotationName | None, worked: Pass | None) -> None:
        self.task = task
        self.single = len(task.data.x) == 1
        self.values = worked.values if worked is not None and self.single else {}
        self.notation = Notation(notation or task.notation, task.sizes, 1)

    @property
    def depth(self) -> int:
        """The number of layers of weights."""
        return self.notation.depth

    @property
    def backward(self) -> bool:
        """Whether there are deltas."""
        return f"delta{self.depth}" in self.values

    def node(self, layer: int, unit: int) -> tuple[Text, ...]:
        """Return what stands in a node: an input, or a net input and its activation."""
        if layer == 0:
            return (self._datum("x", unit),)
        return self._value(f"z{layer}", unit), self._value(f"a{layer}", unit)

    def is_dropped(self, layer: int, unit: int) -> bool:
        """Tell whether dropout drops a unit, or an input, for every sample."""
        masks = [table.mask for table in self.task.dropout if table.layer == layer]
        return any(not any(row[unit] for row in mask) for mask in masks)

    def weight(self, layer: int, source: int, target: int) -> Text:
        """Return the weight of an edge."""
        number = self.task.network.weights[layer - 1][source][target]
        return Text(self.notation.entry(f"W{layer}", source, target), given(float(number)))

    def bias(self, layer: int, unit: int) -> Text | None:
        """Return the bias of a unit; None where it has none."""
        biases = self.task.network.biases
        if layer == 0 or biases is None or not biases[layer - 1]:
            return None
        number = biases[layer - 1][unit]
        return Text(self.notation.entry(f"b{layer}", 0, unit), given(float(number)))

    def delta(self, layer: int, unit: int) -> Text | None:
        """Return the delta of a unit; None where it is not worked."""
        return self._value(f"delta{layer}", unit) if layer and self.backward else None

    def deltas(self, layer: int) -> Text:
        """Return the symbol of all deltas of a layer."""
        return Text(self.notation.matrix(f"delta{layer}"))

    def target(self, unit: int) -> Text:
        """Return what an output should be."""
        return self._datum("y", unit)

    def loss(self) -> Text:
        """Return the loss."""
        return self._value("L", 0)

    def _datum(self, name: Literal["x", "y"], column: int) -> Text:
        rows = self.task.data.x if name == "x" else self.task.targets
        return Text(self._symbol(name, column), given(float(rows[0][column])) if self.single else "")

    def _value(self, name: str, column: int) -> Text:
        symbol = self._symbol(name, column)
        if name not in self.values:
            return Text(symbol)
        value, decimals = float(self.values[name][0, column]), self.task.decimals
        number = shown(value, min(decimals, MOST_DECIMALS))
        return Text(symbol, number, "=" if number == shown(value, decimals) else "≈")

    def _symbol(self, name: str, column: int) -> Symbol:
        symbol = self.notation.entry(name, 0, column)
        return symbol if self.single or len(symbol.index) < 2 else replace(symbol, index=(":", column))
