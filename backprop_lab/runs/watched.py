"""What was seen of a training run: plain data that comes out of the sandbox, and in which nothing is trusted.

An array is a matrix of floats with its own shape; names of parameters are those that the program's module gives them
(`fc1.weight`), else `parameter0` and so on in the order in which the optimiser holds them.
"""

from __future__ import annotations

from msgspec import Struct


class Matrix(Struct, frozen=True):
    """A tensor: its shape as PyTorch has it, and its numbers row by row."""

    shape: tuple[int, ...]
    numbers: tuple[float, ...]


class Operation(Struct, frozen=True):
    """One operation between a batch and its loss, as autograd recorded it, from the batch on.

    `kind` is linear, relu, leaky_relu, sigmoid, tanh, softmax, log_softmax, dropout, reshape, or the name of the
    autograd node where it is none of these. `weight` and `bias` name the parameters of a linear one.
    """

    kind: str
    weight: str = ""
    bias: str = ""
    slope: float | None = None


class Optimizer(Struct, frozen=True):
    """An optimiser: its class and the sizes of its first group of parameters; `parameters` are those it holds."""

    kind: str
    parameters: tuple[str, ...]
    learning_rate: float = 0.0
    momentum: float = 0.0
    dampening: float = 0.0
    weight_decay: float = 0.0
    nesterov: bool = False


class WatchedUpdate(Struct, frozen=True):
    """One step of an optimiser, seen in full; steps are counted from 1.

    `loss` is a loss of the engine (mean_squared_error, cross_entropy, …) or the name of the autograd node that made
    it; `operations` lead from `x` to `prediction`. `gradients` are those that the optimiser used. `backwards` is how
    many backward passes there were since the step before, and `cleared` whether the gradients were empty before the
    last of them. `line` is where the program called `step`.
    """

    number: int
    optimizer: Optimizer
    loss: str
    value: float
    operations: tuple[Operation, ...]
    x: Matrix | None
    prediction: Matrix | None
    target: Matrix | None
    before: dict[str, Matrix]
    gradients: dict[str, Matrix]
    velocities: dict[str, Matrix]
    after: dict[str, Matrix]
    backwards: int
    cleared: bool
    line: int | None = None


class Layer(Struct, frozen=True):
    """An `nn.Linear` of the program: its sizes, and whether a loss reached it and an optimiser holds it."""

    name: str
    inputs: int
    units: int
    reached: bool
    optimized: bool


class Loader(Struct, frozen=True):
    """A `DataLoader`: the rows of its data set, and how it was made; `used` if its batches went into updates."""

    rows: int
    batch_size: int
    shuffle: bool
    drop_last: bool
    used: bool


class Scaled(Struct, frozen=True):
    """An array that is standardised, or scaled to [0, 1], and that no update has seen; `line` is its assignment's."""

    name: str
    rows: int
    columns: int
    line: int | None = None


class Watched(Struct, frozen=True):
    """A whole run.

    `batches` counts the updates by the rows of their batch. `rows` is how many different rows (x with its target) the
    updates have seen, `x` and `y` those rows (at most as many as fit). `losses` are the numbers of some updates,
    evenly spread, first and last among them, with the loss of each. `cleared` counts the backward passes that started
    from empty gradients. `quiet` and `loud` count the forward passes, after the last update, without and with
    gradients being recorded. `last` are the parameters at the end.
    """

    updates: int = 0
    backwards: int = 0
    cleared: int = 0
    batches: dict[int, int] = {}
    rows: int = 0
    x: Matrix | None = None
    y: Matrix | None = None
    losses: tuple[tuple[int, float], ...] = ()
    seen: tuple[WatchedUpdate, ...] = ()
    layers: tuple[Layer, ...] = ()
    loaders: tuple[Loader, ...] = ()
    scaled: tuple[Scaled, ...] = ()
    broadcasts: tuple[str, ...] = ()
    """Shapes of prediction and target, as `(8, 1) (8,)`, where the loss spread one over the other."""
    quiet: int = 0
    loud: int = 0
    last: dict[str, Matrix] = {}
