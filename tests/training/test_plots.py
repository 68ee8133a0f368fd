"""Pictures of a training: the same every time, with their axes named, and no trouble with what data bring along."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backprop_lab.errors import LabError, MissingExtraError
from backprop_lab.training import plots
from backprop_lab.training.loop import Epoch
from backprop_lab.training.picturing import write_pictures
from backprop_lab.training.predicting import Predicted
from backprop_lab.training.preparing import Prepared
from backprop_lab.training.report import Report
from backprop_lab.training.running import run
from backprop_lab.training.surface import Surface
from backprop_lab.training.sweep import Tried
from backprop_lab.writing.notation import Notation
from tests.needs import needs_matplotlib, needs_posix
from tests.training.trainings import CASE_STUDY, ORCHARD, classification, prepared, regression

PNG = b"\x89PNG\r\n\x1a\n"
EPOCHS = [Epoch(n, 100.0 / n**2, n / 20, 120.0 / n**2, n / 25) for n in range(1, 20)]
HOSTILE = r"$\frac{1}{ & <b> 100 % \undefined _^ 平均 " + "x" * 60
SURFACE = Surface(
    ("w11", "w12"),
    np.linspace(-1, 1, 5),
    np.linspace(-1, 1, 5),
    np.add.outer(np.linspace(-1, 1, 5) ** 2, np.linspace(-1, 1, 5) ** 2) + 0.01,
    np.array([[-1.0, 0.5], [0.0, 0.0]]),
    12,
)
DRAWN: dict[str, Callable[[str], Any]] = {
    "loss": lambda title: plots.loss_curves(title, {"NumPy": EPOCHS, "PyTorch": EPOCHS}),
    "accuracy": lambda title: plots.accuracy_curves(title, {"NumPy": EPOCHS}),
    "predictions": lambda title: plots.predictions(
        title, {"training": Predicted(np.eye(2), np.ones((2, 2)))}, [title, "b"]
    ),
    "confusion": lambda title: plots.confusion(title, "training", np.array([[3, 1], [0, 2]]), [title, "b"]),
    "surface": lambda title: plots.loss_surface(title, SURFACE),
    "sweep": lambda title: plots.sweep_curve(
        title, [Tried(0.1, 0.0, 1.0, 2.0), Tried(0.01, 0.0, 20.0, 30.0), Tried(1.0, 0.0, diverged_at=7)]
    ),
}


@pytest.fixture(autouse=True)
def _with_matplotlib() -> None:
    needs_matplotlib()


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_is_the_same_to_the_last_byte(name: str, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    once = plots.save(DRAWN[name]("A title"), tmp_path, name)
    again = plots.save(DRAWN[name]("A title"), tmp_path / "again", name)
    assert [path.name for path in once] == [f"{name}.png", f"{name}.svg"]
    assert [path.read_bytes() for path in once] == [path.read_bytes() for path in again]
    assert once[0].read_bytes().startswith(PNG)
    svg = once[1].read_text(encoding="utf-8")
    assert svg.rstrip().endswith("</svg>")
    assert not re.search(r"<dc:date>|20\d\d-\d\d-\d\d", svg)


@pytest.mark.parametrize("name", DRAWN)
def test_names_from_data_are_drawn_as_they_are(name: str, tmp_path: Path) -> None:
    for path in plots.save(DRAWN[name](HOSTILE), tmp_path, name):
        assert path.stat().st_size > 1000


@pytest.mark.parametrize("name", DRAWN)
def test_every_axis_is_named(name: str) -> None:
    for axes in DRAWN[name]("A title").axes:
        assert axes.get_xlabel() or axes.get_ylabel()


def labels(figure: Any) -> list[str]:
    return [text.get_text() for text in figure.axes[0].get_legend().get_texts()]


def test_curves_of_both_frameworks_lie_over_each_other() -> None:
    figure = DRAWN["loss"]("A title")
    assert labels(figure) == [
        f"{part}, {name}" for name in ("NumPy", "PyTorch") for part in ("training", "validation")
    ]
    ours, _, theirs, _ = figure.axes[0].get_lines()
    assert list(ours.get_ydata()) == [epoch.loss for epoch in EPOCHS] == list(theirs.get_ydata())
    assert ours.get_linewidth() > theirs.get_linewidth()


def test_an_axis_is_logarithmic_where_the_loss_spans_a_decade() -> None:
    flat = [Epoch(n, 5.0 - n / 10) for n in range(1, 20)]
    assert plots.loss_curves("", {"NumPy": EPOCHS}).axes[0].get_yscale() == "log"
    assert plots.loss_curves("", {"NumPy": flat}).axes[0].get_yscale() == "linear"
    assert plots.loss_curves("", {"NumPy": [Epoch(1, 0.0), Epoch(2, 0.0)]}).axes[0].get_yscale() == "linear"


def test_losses_that_no_axis_holds_are_left_out(tmp_path: Path) -> None:
    figure = plots.loss_curves("", {"NumPy": [Epoch(1, 5.0), Epoch(2, 1e200), Epoch(3, 1e307)]})
    assert [list(line.get_xdata()) for line in figure.axes[0].get_lines()] == [[1]]
    plots.save(figure, tmp_path, "loss")
    far = np.full((2, 1), 1e300)
    plots.save(plots.predictions("", {"training": Predicted(np.ones((2, 1)), far)}, ["y"]), tmp_path, "predictions")


def test_a_learning_rate_that_led_nowhere_is_a_cross() -> None:
    tried = [Tried(0.1, 0.0, 1.0), Tried(0.2, 0.0, 2.0), Tried(0.5, 0.0, 1e40), Tried(1.0, 0.0, diverged_at=7)]
    figure = plots.sweep_curve("", tried)
    curve, crosses = figure.axes[0].get_lines()
    assert list(curve.get_xdata()) == [0.1, 0.2]
    assert list(crosses.get_xdata()) == [0.5, 1.0]
    plots.sweep_curve("", tried[3:])


def pictures(training: Prepared, folder: Path) -> set[str]:
    plots.check_plots(folder)
    report = Report(training, (run(training, "numpy", seen=lambda state: None),))
    return set(write_pictures(report, folder, Notation("pytorch", training.sizes, 1)))


def test_a_regression_has_predictions_and_classes_a_confusion_matrix(tmp_path: Path) -> None:
    classes = {"network": {"units": [3], "activations": ["softmax"], "loss": "cross_entropy"}}
    assert pictures(prepared(regression(kept=5)), tmp_path) == {"loss", "predictions", "surface"}
    assert pictures(prepared(classification(kept=6), classes), tmp_path) == {
        "loss", "accuracy", "confusion", "surface",
    }  # fmt: skip


def test_a_training_that_diverges_at_once_has_what_can_be_drawn(tmp_path: Path) -> None:
    training = prepared(ORCHARD, CASE_STUDY | {"update.learning_rate": Decimal("1e60")})
    assert pictures(training, tmp_path) <= {"surface"}


def test_a_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    with pytest.raises(LabError, match="file: is a file; expected a folder"):
        plots.check_plots(tmp_path / "file")
    with pytest.raises(LabError, match="inside: cannot be made: "):
        plots.check_plots(tmp_path / "file" / "inside")
    needs_posix()
    with pytest.raises(LabError, match="cannot be made: "):
        plots.check_plots(Path("/proc/no_such_folder"))


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r'pip install "backprop-lab\[plots\]"'):
        plots.check_plots(tmp_path)


def test_pictures_need_no_window() -> None:
    program = (
        "import sys; from backprop_lab.training import plots; from backprop_lab.training.loop import Epoch\n"
        "plots.loss_curves('', {'NumPy': [Epoch(1, 2.0)]}); print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
