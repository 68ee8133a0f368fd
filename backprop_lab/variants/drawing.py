"""Numbers for other givens of a task, from a seed and a key: the same on every machine, whoever else is drawn for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from backprop_lab.bounds import Bounds, Span
from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.network import given_shapes
from backprop_lab.errors import VariantError
from backprop_lab.task import Target, Task

MOST_NUMBERS = 10_000
MOST_COUNTED = 10**15
_WORD = 4
_VERSION = "variant 1"


class Deck(Struct, frozen=True, dict=True):
    """What the givens of a task are drawn from: for each that is drawn, its shape and the numbers there are.

    A draw is a row of places in these numbers, one for every entry, in the order of `choices`.
    """

    task: Task
    choices: Mapping[str, tuple[tuple[int, int], tuple[Fraction, ...]]]

    @cached_property
    def sizes(self) -> Array:
        """How many numbers there are for each entry."""
        counts = [len(numbers) for (rows, columns), numbers in self.choices.values() for _ in range(rows * columns)]
        return np.array(counts, dtype=np.uint64)

    def draw(self, seed: int, keys: Sequence[str], first: int, count: int) -> Array:
        """Return draws number `first` to `first + count - 1` of each key: (keys, count, entries).

        They come from SHAKE-256 of seed and key, a word of 32 bits for each entry.
        """
        length = _WORD * len(self.sizes)
        drawn = []
        for key in keys:
            stream = hashlib.shake_256(f"{_VERSION}\0{seed}\0{key}".encode())
            drawn.append(stream.digest(length * (first + count))[length * first :])
        words = np.frombuffer(b"".join(drawn), dtype="<u4").reshape(len(keys), count, -1)
        return np.asarray((words.astype(np.uint64) * self.sizes) >> np.uint64(32)).astype(np.intp)

    def givens(self, draws: Array) -> dict[str, Array]:
        """Return the givens of many draws, (draws, entries), with an axis of draws in front."""
        own, count = self.task.givens(), len(draws)
        givens = {name: np.broadcast_to(array, (count, *array.shape)) for name, array in own.items()}
        for name, (shape, numbers), places in self._parts(draws):
            givens[name] = np.array([float(number) for number in numbers])[places].reshape(-1, *shape)
        return givens

    def variant(self, draw: Array) -> Task:
        """Return the task with the givens of one draw."""
        rows = {
            name: [[numbers[place] for place in row] for row in places.reshape(shape)]
            for name, (shape, numbers), places in self._parts(draw)
        }
        task = self.task
        weights = [rows.get(f"W{layer}", own) for layer, own in enumerate(task.network.weights, start=1)]
        biases = task.network.biases
        if biases is not None:
            biases = [rows.get(f"b{layer}", [own])[0] for layer, own in enumerate(biases, start=1)]
        target = Target(rows=tuple(map(tuple, rows["y"]))) if "y" in rows else task.data.y
        update = task.update
        if update is not None and "learning_rate" in rows:
            update = replace(update, learning_rate=rows["learning_rate"][0][0])
        return replace(
            task,
            network=replace(task.network, weights=weights, biases=biases),
            data=replace(task.data, x=rows.get("x", task.data.x), y=target),
            update=update,
        )

    def _parts(self, draws: Array) -> list[tuple[str, tuple[tuple[int, int], tuple[Fraction, ...]], Array]]:
        parts, start = [], 0
        for name, (shape, numbers) in self.choices.items():
            end = start + shape[0] * shape[1]
            parts.append((name, (shape, numbers), draws[..., start:end]))
            start = end
        return parts


def deck(task: Task) -> Deck:
    """Return what the givens of a task are drawn from, as its `[variants]` say.

    Raises VariantError where no given has more than one number to draw from.
    """
    bounds, shapes = task.variants, given_shapes(task.spec)
    choices: dict[str, tuple[tuple[int, int], tuple[Fraction, ...]]] = {}
    for name, shape in shapes.items():
        numbers = _numbers(task, bounds, name)
        if numbers:
            choices[name] = shape, numbers
    if all(len(numbers) < 2 for _, numbers in choices.values()):
        raise VariantError(f"variants.draw: nothing is drawn that has two numbers or more: {', '.join(bounds.draw)}")
    return Deck(task, choices)


def _numbers(task: Task, bounds: Bounds, name: str) -> tuple[Fraction, ...]:
    """Return the numbers that a given is drawn from; none where it stays as it is."""
    match name[0]:
        case "W" if "weights" in bounds.draw:
            numbers = multiples(bounds.weights, bounds.grid)
            wanted = numbers if bounds.zero_weights else tuple(number for number in numbers if number)
            if not wanted:
                raise VariantError("variants.weights: leaves only 0, and zero_weights is false; allow more numbers")
            return wanted
        case "b" if "biases" in bounds.draw:
            return multiples(bounds.biases, bounds.grid)
        case "x" if "x" in bounds.draw:
            return _data(task.data.x, bounds.x, bounds, at_least=3)
        case "y" if "y" in bounds.draw:
            return _data(task.targets, bounds.y, bounds, at_least=1)
        case _ if name in bounds.draw:
            return tuple(bounds.learning_rate)
        case _:
            return ()


def _data(
    rows: Sequence[Sequence[Fraction]], span: Span | None, bounds: Bounds, at_least: int
) -> tuple[Fraction, ...]:
    """Return numbers for data, by default like those there are: whole or not, with or without a sign.

    By default the greatest is that of the data, or so many steps of the grid if that is more.
    """
    own = [number for row in rows for number in row]
    whole = all(number.denominator == 1 for number in own)
    grid = bounds.data_grid or (Fraction(1) if whole else bounds.grid)
    if span is None:
        greatest = max(*map(abs, own), at_least * grid)
        span = -greatest if min(own) < 0 else Fraction(0), greatest
    return multiples(span, grid)


def multiples(span: Span, grid: Fraction) -> tuple[Fraction, ...]:
    """Return the multiples of a grid from the least to the greatest number of a span.

    Raises VariantError where there are none, or more than a person needs.
    """
    least, greatest = span
    first, end = -((-least) // grid), greatest // grid + 1
    if not 0 < end - first <= MOST_NUMBERS:  # more than a range can have, too
        raise VariantError(
            f"variants: there are {_counted(end - first)} multiples of {float(grid):g} from {float(least):g} to "
            f"{float(greatest):g}; expected 1 to {MOST_NUMBERS:,}"
        )
    return tuple(grid * count for count in range(first, end))


def _counted(number: int) -> str:
    return f"{number:,}" if number < MOST_COUNTED else f"{float(number):.0e}"
