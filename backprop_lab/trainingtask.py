"""A training task: a network, a data set, how long it is trained, and what a student's program must do."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct, field

from backprop_lab.engine.network import Activation, Loss, Update
from backprop_lab.limits import Limits
from backprop_lab.task import MOST_LAYERS, Ask, HandInTable, Target, Task, UpdateTable, update_terms
from backprop_lab.writing.notation import NotationName

Requirement = Literal[
    "linear_layers",  # as many nn.Linear layers that the loss reaches
    "loss",  # the loss that is back-propagated
    "batch_size",
    "optimizer",
    "epochs",
    "zero_grad",  # gradients are cleared before each backward pass
    "updates",  # the first updates, and some later ones, are those of the stated network, batch and optimiser
    "training_data",  # the rows of the data really go into the updates
    "loss_fell",
    "evaluation",  # the trained network is evaluated without gradients
]
REQUIREMENTS: tuple[Requirement, ...] = get_args(Requirement)
SOURCES = ("csv", "npz", "sklearn", "make_regression", "california_housing", "mnist", "x")
"""The keys of `[data]` that rows can come from."""
Standardised = Literal["none", "inputs", "both"]
Share = Annotated[float, Meta(ge=0, lt=1)]
_Count = Annotated[int, Meta(ge=1, le=1_000_000)]
_Seed = Annotated[int, Meta(ge=0, lt=2**32)]
_Filename = Annotated[str, Meta(min_length=1, max_length=200)]


class TrainingNetworkTable(Struct, frozen=True, forbid_unknown_fields=True):
    """`[network]`: units of each layer (the inputs are the columns of the data), activations and loss.

    Without `activations` every layer is linear. `dropout` is, per layer, the share of its outputs that is set to 0.
    `weights` and `biases` are the initial ones, as in a task of one pass; without them they are drawn as PyTorch's
    `nn.Linear` draws them.
    """

    units: Annotated[list[Annotated[int, Meta(ge=1, le=10_000)]], Meta(min_length=1, max_length=MOST_LAYERS)]
    loss: Loss
    activations: list[Activation] = []
    leaky_slope: Fraction = field(default_factory=lambda: Fraction(1, 100))
    has_biases: bool = True
    dropout: list[Share] = []
    weights: list[list[list[Fraction]]] | None = None
    biases: list[list[Fraction]] | None = None


class MakeRegression(Struct, frozen=True, forbid_unknown_fields=True):
    """What scikit-learn's `make_regression` is called with."""

    samples: _Count = 100
    features: _Count = 3
    targets: _Count = 1
    noise: Annotated[float, Meta(ge=0, le=1e100)] = 0.0
    seed: _Seed = 0


class TrainingDataTable(Struct, frozen=True, forbid_unknown_fields=True):
    """`[data]`: one source of rows, and what becomes of them; files lie beside the task file or below it.

    `csv`: columns by the names in its first row, or by number from 0; without `targets` the last one is the target,
    without `features` all others are features. `npz`: arrays `x` and `y`. `sklearn`: a set that comes with
    scikit-learn. `california_housing`: the file `cal_housing.data` or the archive that scikit-learn downloads.
    `mnist`: a folder with the IDX files, of which t10k is for validation. `x` and `y`: rows in the task itself.
    `classes`: targets are labels, in their order. `rows`: only so many first rows. `validation` is the share of rows
    kept for validation: the last ones, or with `split_seed` drawn as PyTorch's `random_split` draws them.
    """

    csv: _Filename | None = None
    npz: _Filename | None = None
    sklearn: Literal["diabetes", "digits", "iris", "wine", "breast_cancer", "linnerud"] | None = None
    make_regression: MakeRegression | None = None
    california_housing: _Filename | None = None
    mnist: _Filename | None = None
    x: list[list[Fraction]] | None = None
    y: Target | None = None
    features: list[str | int] = []
    targets: list[str | int] = []
    classes: bool = False
    rows: _Count | None = None
    validation: Share = 0.0
    split_seed: _Seed | None = None
    standardise: Standardised = "none"


class EarlyStopping(Struct, frozen=True, forbid_unknown_fields=True):
    """Stop after `patience` epochs in which the validation loss (without one: the loss) got no `least` better."""

    patience: _Count
    least: Annotated[float, Meta(ge=0)] = 0.0


class TrainingTable(Struct, frozen=True, forbid_unknown_fields=True):
    """`[training]`: how long, in which batches, from which seed.

    The initial weights and the shuffles are those of a PyTorch script that calls `torch.manual_seed(seed)`, makes
    its layers in order, and goes through a `DataLoader(..., shuffle=True)` once an epoch. `batches` is how many
    batches of an epoch are used (left out: all); 1 without shuffling is to overfit one batch. `device` is where
    PyTorch trains.
    """

    epochs: _Count
    batch_size: _Count
    seed: _Seed = 0
    shuffle: bool = True
    drop_last: bool = False
    batches: _Count | None = None
    early_stopping: EarlyStopping | None = None
    device: Literal["cpu", "cuda"] = "cpu"


class Require(Struct, frozen=True, forbid_unknown_fields=True):
    """`[[require]]`: something that a student's training program must do, and what it is worth."""

    what: Requirement
    points: Fraction = field(default_factory=lambda: Fraction(1))


class TrainingTask(Struct, frozen=True, dict=True, forbid_unknown_fields=True):
    """The contents of a task file with `kind = "training"`."""

    kind: Literal["training"]
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    network: TrainingNetworkTable
    data: TrainingDataTable
    update: UpdateTable
    training: TrainingTable
    notation: NotationName = "pytorch"
    decimals: Annotated[int, Meta(ge=0, le=12)] = 4
    require: list[Require] = []
    limits: Limits = field(default_factory=lambda: Limits().lasting(300))
    hand_in: HandInTable = HandInTable()

    def __hash__(self) -> int:
        """Return a hash of what is quick to compare: tables hold lists, which have none."""
        return hash((self.title, tuple(self.network.units), self.training.epochs))

    @property
    def depth(self) -> int:
        """The number of layers of weights."""
        return len(self.network.units)

    @property
    def activations(self) -> tuple[Activation, ...]:
        """The activation of every layer."""
        linear: list[Activation] = ["identity"] * self.depth
        return tuple(self.network.activations or linear)

    @property
    def asked(self) -> tuple[Ask, ...]:
        """What a program is marked for: as the task says, else every requirement, one point each."""
        require = self.require or [Require(what) for what in REQUIREMENTS]
        return tuple(Ask(one.what, one.points) for one in require)

    @property
    def max_score(self) -> Fraction:
        """The points that can be reached."""
        return sum((ask.points or Fraction(0) for ask in self.asked), Fraction(0))

    @property
    def terms(self) -> Update:
        """Which terms each update has."""
        return update_terms(self.update)


Lab = Task | TrainingTask
"""A task of either kind."""
