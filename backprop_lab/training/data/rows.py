"""The rows of a data set as they stand in their source: checked numbers, and labels as one-hot rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from backprop_lab.errors import TaskError
from backprop_lab.training.seeded import Floats

MOST_NUMBERS = 1 << 26
"""Of one matrix; MNIST's training images are 47 million."""
MOST_CLASSES = 1000
LARGEST = 1e100

_WHOLE = re.compile(r"[+-]?\d{1,18}(\.0*)?", re.ASCII)


class Rows(Struct, frozen=True, eq=False):
    """Every row of a source: `x` (n, inputs) and `y` (n, outputs), one-hot where there are classes.

    `validation` are rows that the source itself keeps apart.
    """

    x: Floats
    y: Floats
    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    classes: int | None = None
    validation: Rows | None = None


@contextmanager
def told_of(*places: str) -> Iterator[None]:
    """Put the key, and what it names, before the message of every TaskError."""
    try:
        yield
    except TaskError as error:
        raise TaskError(": ".join((*(place[:200] for place in places), str(error)))) from None


def first_bad(numbers: Floats) -> tuple[int, ...] | None:
    """Return where the first entry stands that is not a number between -1e100 and 1e100; None without one."""
    bad = ~(np.abs(numbers) <= LARGEST)
    return tuple(int(place) for place in np.argwhere(bad)[0]) if bad.any() else None


def numbered(letter: str, count: int) -> tuple[str, ...]:
    """Return names for columns that have none: x1, x2, …."""
    return tuple(f"{letter}{number}" for number in range(1, count + 1))


def one_hot(indices: npt.NDArray[np.intp], classes: int) -> Floats:
    """Return a row for every class index (n,) with a 1 at its place; raise TaskError if that is too much."""
    if classes > MOST_CLASSES or len(indices) * classes > MOST_NUMBERS:
        raise TaskError(
            f"found {classes:,} classes in {len(indices):,} rows; expected at most {MOST_CLASSES:,} classes and "
            f"{MOST_NUMBERS:,} entries, and classes = false where the target is a quantity"
        )
    rows = np.zeros((len(indices), classes))
    rows[np.arange(len(indices)), indices] = 1
    return rows


def by_label(labels: Sequence[str]) -> tuple[Floats, tuple[str, ...]]:
    """Return one-hot rows, and the names of the classes in their order.

    Whole numbers are in their order and named without decimals; other labels are in the order of their characters.
    """
    if all(map(_WHOLE.fullmatch, set(labels))):
        labels = [str(int(label.partition(".")[0])) for label in labels]
        names = sorted(set(labels), key=int)
    else:
        names = sorted(set(labels))
    if len(names) < 2:
        raise TaskError(f'expected at least 2 classes, found only "{names[0][:40]}"')
    places = {name: place for place, name in enumerate(names)}
    return one_hot(np.array([places[label] for label in labels]), len(names)), tuple(names)
