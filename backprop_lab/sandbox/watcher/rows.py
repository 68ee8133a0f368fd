"""The rows of data that updates have seen, each counted once, and arrays of the program's that none has seen."""

from __future__ import annotations

import ast
import sys
from random import Random

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

MOST_ROWS = 100_000
ROOM = 200_000
RESTING = 32
"""Once no new rows have come for long, only one update in so many is looked at, at random."""
MOST_ARRAYS = 50
SAMPLED = 50
MOST_SCALED = 20
LARGEST = 10_000_000
MEAN, DEVIATION = 1e-3, 2e-2
"""What a standardised column's mean and standard deviation may be off: by rounding, and by n-1 in the place of n."""


class Rows:
    """The different rows, x with its target, that have gone into updates, and into about how many of them each."""

    def __init__(self, torch: Any, seed: float) -> None:
        self.torch = torch
        self.random = Random(seed)
        self.known: dict[int, int] = {}
        self.xs: set[int] = set()
        self.ys: set[int] = set()
        self.kept: tuple[list[list[float]], list[list[float]]] = ([], [])
        self.room = ROOM
        self.idle = self.wait = 0
        self.span = 1

    def due(self) -> bool:
        """Tell whether the next batch is to be looked at."""
        self.wait -= 1
        return self.wait < 0

    def add(self, x: Any, y: Any) -> None:
        """Take the rows of a batch, and of its target where that has as many."""
        xs = as_rows(x)
        ys = as_rows(y if y.dim() else y.reshape(1)) if y is not None else None
        if ys is not None and len(ys) != len(xs):
            ys = ys.reshape(len(xs), -1) if ys.numel() % len(xs) == 0 else None
        texts = pieces(xs), (pieces(ys) if ys is not None else [b""] * len(xs))
        before = len(self.known)
        for place, (one, other) in enumerate(zip(*texts, strict=True)):
            key = hash((one, other))
            if key in self.known:
                self.known[key] += self.span
            elif len(self.known) < MOST_ROWS:
                self.known[key] = self.span
                self.xs.add(hash(one))
                self.ys.add(hash(other))
                self.keep(xs[place], ys[place] if ys is not None else None)
        self.idle = 0 if len(self.known) > before else self.idle + 1
        is_resting = self.idle * len(xs) > 2 * len(self.known) + 100 * len(xs) or len(self.known) >= MOST_ROWS
        self.wait = self.random.randrange(2 * RESTING - 1) if is_resting else 0
        self.span = self.wait + 1

    def even(self) -> float:
        """Return how many rows would have had all uses if each had as many: few, where few had most."""
        uses = self.known.values()
        return sum(uses) ** 2 / sum(use * use for use in uses) if uses else 0.0

    def keep(self, x: Any, y: Any) -> None:
        """Keep the numbers of a row while there is room."""
        size = x.numel() + (0 if y is None else y.numel())
        same = not self.kept[0] or (len(self.kept[0][0]) == x.numel() and (y is None) == (not self.kept[1]))
        if same and size <= self.room:
            self.room -= size
            self.kept[0].append(x.tolist())
            if y is not None:
                self.kept[1].append(y.tolist())

    def matrices(self) -> list[dict[str, Any] | None]:
        """Return x and y of the rows that are kept."""
        return [
            {"shape": [len(rows), len(rows[0])], "numbers": [float(entry) for row in rows for entry in row]}
            if rows and all(len(row) == len(rows[0]) for row in rows)
            else None
            for rows in self.kept
        ]

    def unseen(self, arrays: Iterable[tuple[str, Any]]) -> list[tuple[str, int, int]]:
        """Return name, rows and columns of scaled arrays, of as many rows as the data, that no update has seen."""
        found: dict[str, tuple[str, int, int]] = {}
        for name, value in arrays:
            array = self.matrix(value)
            if array is not None and len(array) >= max(2, len(self.known)) and len(found) < MOST_SCALED:
                step = max(1, len(array) // SAMPLED)
                keys = {hash(text) for text in pieces(array[::step])}
                if not keys & self.xs and not keys & self.ys and is_scaled(array):
                    found.setdefault(name, (name, len(array), array.shape[1]))
        return list(found.values())

    def matrix(self, value: Any) -> Any:
        """Return an array of NumPy's or PyTorch's own types as a matrix of single precision; None for all else."""
        numpy, torch = sys.modules.get("numpy"), self.torch
        if numpy is not None and type(value) is numpy.ndarray and value.dtype.kind == "f":
            value = torch.from_numpy(numpy.ascontiguousarray(value)) if value.size <= LARGEST else None
        if type(value) is not torch.Tensor or not value.is_floating_point() or value.numel() > LARGEST:
            return None
        return as_rows(value) if value.dim() in (1, 2) and value.numel() else None


def as_rows(value: Any) -> Any:
    """Return a tensor as a matrix, a row for each sample."""
    value = value.detach()
    if value.dim() != 2:
        value = value.reshape(len(value), -1) if value.dim() > 2 else value.reshape(-1, 1)
    return value if value.is_floating_point() else value.double()


def pieces(matrix: Any) -> list[bytes]:
    """Return the bytes of each row in single precision, the same for an array and for what was made of it."""
    data = matrix.float().contiguous().numpy().tobytes()
    width = 4 * matrix.shape[1]
    return [data[place : place + width] for place in range(0, len(data), width)]


def is_scaled(matrix: Any) -> bool:
    """Tell whether each column is standardised, or each goes from 0 to 1 with more between; constant ones aside."""
    matrix = matrix.double()
    low, high = matrix.amin(0), matrix.amax(0)
    varied = high > low
    if not bool(varied.any()) or not bool(matrix.isfinite().all()):
        return False
    mean, deviation = matrix.mean(0)[varied], matrix.std(0, correction=0)[varied]
    if bool((mean.abs() <= MEAN).all()) and bool(((deviation - 1).abs() <= DEVIATION).all()):
        return True
    is_between = bool(((matrix > 0) & (matrix < 1)).any())
    return is_between and bool((low[varied].abs() <= 1e-6).all()) and bool(((high[varied] - 1).abs() <= 1e-6).all())


def assigned(trees: list[tuple[ast.Module, int | None]], name: str) -> tuple[int | None, int | None]:
    """Return line and cell of the last assignment to a name."""
    found: tuple[int | None, int | None] = None, None
    for tree, cell in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == name:
                found = node.lineno, cell
    return found
