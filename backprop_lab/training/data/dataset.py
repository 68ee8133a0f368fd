"""What a network is trained on: the training part, the validation part, and how both were scaled."""

from __future__ import annotations

from msgspec import Struct

from backprop_lab.training.seeded import Floats


class Scaling(Struct, frozen=True, eq=False):
    """The means and deviations that columns were standardised with, each (1, columns).

    Those of a column that was left as it is are 0 and 1.
    """

    input_mean: Floats
    input_deviation: Floats
    target_mean: Floats
    target_deviation: Floats

    def inputs(self, x: Floats) -> Floats:
        """Return inputs in the units of the data (n, inputs) as the network takes them."""
        return (x - self.input_mean) / self.input_deviation

    def targets(self, y: Floats) -> Floats:
        """Return targets in the units of the data (n, outputs) as the network gives them."""
        return (y - self.target_mean) / self.target_deviation

    def restored(self, predictions: Floats) -> Floats:
        """Return what the network gives (n, outputs) in the units of the data."""
        return predictions * self.target_deviation + self.target_mean


class DataSet(Struct, frozen=True, eq=False):
    """Samples as rows, in float64: `x` (n, inputs) and `y` (n, outputs) to train on, and those kept for validation.

    With classes, `y` is one-hot and `targets` are the names of the classes; else `targets` are those of the columns
    of `y`. `scaling` is None where nothing was standardised.
    """

    x: Floats
    y: Floats
    classes: int | None
    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    validation_x: Floats | None = None
    validation_y: Floats | None = None
    scaling: Scaling | None = None
