"""What was seen of a training run: plain data that comes out of the sandbox, and in which nothing is trusted.

It is read from JSON as it stands: every list and name has its bound, and every array as many numbers as its shape
says. A number that is not finite is None. Names of parameters are those that the program's module gives them
(`fc1.weight`), or that of the variable that holds a tensor, else `parameter0` and so on in the order in which the
optimiser holds them.
"""

from __future__ import annotations

from math import prod
from typing import Annotated, Literal

import numpy as np
from msgspec import Meta, Struct

from backprop_lab.engine.arithmetic import Array
from backprop_lab.marking.observations import Crash, Status

Name = Annotated[str, Meta(max_length=250)]
Count = Annotated[int, Meta(ge=0, lt=1 << 31)]
Line = Annotated[int, Meta(ge=1, lt=1 << 31)]
_Names = Annotated[tuple[Name, ...], Meta(max_length=1000)]
_Rows = Annotated[dict[Count, Count], Meta(max_length=100_000)]


class Matrix(Struct, frozen=True, forbid_unknown_fields=True):
    """A tensor: its shape as PyTorch has it, and its numbers row by row."""

    shape: Annotated[tuple[Count, ...], Meta(max_length=64)]
    numbers: Annotated[tuple[float | None, ...], Meta(max_length=1_000_000)]

    def __post_init__(self) -> None:
        """Refuse numbers that are not those of an array of that shape."""
        if prod(self.shape) != len(self.numbers):
            raise ValueError("a matrix has as many numbers as its shape says")

    @property
    def array(self) -> Array:
        """The tensor in NumPy, with NaN for what is not finite."""
        return np.array(self.numbers, dtype=np.float64).reshape(self.shape)


_Matrices = Annotated[dict[Name, Matrix], Meta(max_length=1000)]


class Operation(Struct, frozen=True, forbid_unknown_fields=True):
    """One operation between a batch and its loss, as autograd recorded it, from the batch on.

    `kind` is linear, relu, leaky_relu, sigmoid, tanh, softmax, log_softmax, dropout, reshape, or the name of the
    autograd node where it is none of these. `weight` and `bias` name the parameters of a linear one, whose weight is
    (units, inputs) as in `nn.Linear`, or with `inputs_first` (inputs, units) as in `x @ W`. `factor` is what dropout
    multiplied each number by.
    """

    kind: Name
    weight: Name = ""
    bias: Name = ""
    slope: float | None = None
    inputs_first: bool = False
    factor: Matrix | None = None


class Optimizer(Struct, frozen=True, forbid_unknown_fields=True):
    """An optimiser: its class, the settings of its first group, and the `parameters` that it holds.

    `kind` is empty where the program changes its parameters itself. `others` are its other groups, with the
    parameters and settings of each, and those of all optimisers that make the same update.
    """

    kind: Name
    parameters: _Names
    learning_rate: float = 0.0
    momentum: float = 0.0
    dampening: float = 0.0
    weight_decay: float = 0.0
    nesterov: bool = False
    others: Annotated[tuple[Optimizer, ...], Meta(max_length=100)] = ()

    def group_of(self, name: str) -> Optimizer:
        """Return the group that holds a parameter."""
        return next((group for group in self.others if name in group.parameters), self)


class WatchedUpdate(Struct, frozen=True, forbid_unknown_fields=True):
    """One step of an optimiser, seen in full; steps are counted from 1 through the whole run.

    `loss` is mean_squared_error, squared_error (the sum of all squares), mean_absolute_error, absolute_error,
    cross_entropy (of scores, as `nn.CrossEntropyLoss` takes them), negative_log_likelihood, binary_cross_entropy,
    binary_cross_entropy_with_logits, smooth_absolute_error, huber, or the name of the autograd node that made it; it
    is empty where no backward pass came before. `reduction` is over all rows (for squared errors over all numbers),
    and `scale` what the program multiplied the loss with: `value` is that of the product. `operations` lead from `x`
    to `prediction`. A target is as the loss took it: classes are numbers of classes. `gradients` are those that the
    optimiser used, and `velocities` its momentum buffers before the step: none before the first. `backwards` is how
    many backward passes there were since the step before, and `cleared` whether the gradients were empty before the
    last of them. `line` and `cell` are where the program called `step`. Where an update has too many numbers, its
    arrays are left out.
    """

    number: Count
    optimizer: Optimizer
    loss: Name
    value: float | None
    operations: Annotated[tuple[Operation, ...], Meta(max_length=100)]
    x: Matrix | None
    prediction: Matrix | None
    target: Matrix | None
    before: _Matrices
    gradients: _Matrices
    velocities: _Matrices
    after: _Matrices
    backwards: Count
    cleared: bool
    line: Line | None = None
    cell: Line | None = None
    reduction: Literal["mean", "sum"] = "mean"
    scale: float | None = 1.0


class Layer(Struct, frozen=True, forbid_unknown_fields=True):
    """An `nn.Linear` of the program: its sizes, and whether a loss reached it and an optimiser holds it."""

    name: Name
    inputs: Count
    units: Count
    reached: bool
    optimized: bool


class Phase(Struct, frozen=True, forbid_unknown_fields=True):
    """The updates of one optimiser (or of several that step together), or those that the program made itself.

    `optimizer` is as it was at the first of them. `first` and `last` are numbers of updates, `batches` counts them
    by the rows of their batch, and `layers` are those that there were while updates of it were seen in full. An
    optimiser that is made anew for the same parameters goes on with the phase.
    """

    optimizer: Optimizer
    updates: Count
    first: Count
    last: Count
    batches: _Rows
    layers: Annotated[tuple[Layer, ...], Meta(max_length=10_000)] = ()


class Loader(Struct, frozen=True, forbid_unknown_fields=True):
    """A `DataLoader`, or several made alike: the rows of the data set, the settings, and whether updates used it."""

    rows: Count
    batch_size: Count
    shuffle: bool
    drop_last: bool
    used: bool


class Scaled(Struct, frozen=True, forbid_unknown_fields=True):
    """An array that is standardised, or scaled to [0, 1], and that no update has seen; `line` is its assignment's."""

    name: Name
    rows: Count
    columns: Count
    line: Line | None = None
    cell: Line | None = None


class Watched(Struct, frozen=True, forbid_unknown_fields=True):
    """A whole run.

    `batches` counts the updates by the rows of all batches that were back-propagated since the update before: 0 where
    none was, or none could be told. `rows` is how many different rows (x with its target) the updates have seen, `x`
    and `y` those rows (at most as many as fit), and `even_rows` how many had made all the batches if each had been in
    as many of them: 0 where that is not known. `losses` are the numbers of some updates, evenly spread, first and
    last among them, with the loss of each. `cleared` counts the backward passes that started from empty gradients.
    `seen` are the first updates and some later ones, in order. `layers`
    are all `nn.Linear` of the program. `quiet` and `loud` count the forward passes, after the last update, without
    and with gradients being recorded; `evaluated` is how many updates went before the last quiet one in the whole
    run. `resets` is how often the parameters came back, between two updates, to what they had been. `last` are the
    parameters at the end.
    """

    updates: Count = 0
    backwards: Count = 0
    cleared: Count = 0
    batches: _Rows = {}
    rows: Count = 0
    x: Matrix | None = None
    y: Matrix | None = None
    losses: Annotated[tuple[tuple[Count, float | None], ...], Meta(max_length=10_000)] = ()
    seen: Annotated[tuple[WatchedUpdate, ...], Meta(max_length=100)] = ()
    phases: Annotated[tuple[Phase, ...], Meta(max_length=100)] = ()
    layers: Annotated[tuple[Layer, ...], Meta(max_length=10_000)] = ()
    loaders: Annotated[tuple[Loader, ...], Meta(max_length=1000)] = ()
    scaled: Annotated[tuple[Scaled, ...], Meta(max_length=1000)] = ()
    broadcasts: Annotated[tuple[Name, ...], Meta(max_length=100)] = ()
    """Shapes of prediction and target, as `(8, 1) (8,)`, where the loss spread one over the other."""
    even_rows: Annotated[float, Meta(ge=0)] = 0.0
    resets: Count = 0
    evaluated: Count = 0
    quiet: Count = 0
    loud: Count = 0
    last: _Matrices = {}


class Run(Struct, frozen=True):
    """A run of a training program: how it ended, and what was seen until then."""

    status: Status
    crash: Crash | None = None
    watched: Watched = Watched()
