"""What the other givens of a task may be drawn from."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Drawn = Literal["x", "y", "weights", "biases", "learning_rate"]
Span = tuple[Fraction, Fraction]
"""The least and the greatest of the numbers, both among them."""


class Bounds(Struct, frozen=True, forbid_unknown_fields=True):
    """`[variants]`: what other givens are drawn from, and what a draw must be like to be kept.

    `draw` are the givens that differ from student to student; numbers are multiples of `grid`, those of x and y of
    `data_grid`. Without `x`, `y` or `data_grid` these are like the task's own. `dead` is how many hidden ReLU units
    get no positive net input from any sample, at least and at most; `kink` is how far the net inputs of a ReLU stay
    from 0, `saturation` how far those of a sigmoid, tanh or softmax may get from it, and `loss` what is left to
    descend. `draws` is how many are tried for a sheet before the best of them is taken.
    """

    draw: Annotated[list[Drawn], Meta(min_length=1)] = field(default_factory=lambda: ["x", "weights", "biases"])
    grid: Fraction = field(default_factory=lambda: Fraction(1, 10))
    weights: Span = field(default_factory=lambda: (Fraction(-9, 10), Fraction(9, 10)))
    biases: Span = field(default_factory=lambda: (Fraction(-9, 10), Fraction(9, 10)))
    zero_weights: bool = False
    data_grid: Fraction | None = None
    x: Span | None = None
    y: Span | None = None
    learning_rate: list[Fraction] = []
    dead: tuple[Annotated[int, Meta(ge=0)], Annotated[int, Meta(ge=0)]] | None = None
    kink: Fraction = field(default_factory=lambda: Fraction(1, 20))
    saturation: Fraction = field(default_factory=lambda: Fraction(3))
    loss: Fraction = field(default_factory=lambda: Fraction(1, 100))
    draws: Annotated[int, Meta(ge=1, le=100_000)] = 2_000
