"""Pictures of a training: curves, predictions, a loss surface and a sweep, each written as PNG and as SVG.

A picture is the same to the last byte for the same numbers. Its colours are Okabe and Ito's (2008), which people who
confuse red and green tell apart.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from backprop_lab.engine.arithmetic import Array
from backprop_lab.errors import LabError, MissingExtraError
from backprop_lab.training.loop import Epoch
from backprop_lab.training.predicting import Predicted
from backprop_lab.training.surface import Surface
from backprop_lab.training.sweep import Tried
from backprop_lab.wholefile import whole_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, VERMILION, GREY = "#0072B2", "#D55E00", "#555555"
SUFFIXES = (".png", ".svg")
MOST_POINTS = 2000
"""Dots of the fullest picture of predictions; of more rows, evenly spread ones are shown."""
MOST_PANELS = 4
"""Targets whose predictions are shown, each beside the other."""
MOST_CLASSES_COUNTED = 12
"""Classes of the largest confusion matrix whose counts stand in its cells."""
_LARGEST = 1e100
"""Larger numbers, as a training has them that is about to diverge, are left out: axes overflow."""
_DECADE = 10.0
_FAR_ABOVE = 1e6
"""A learning rate whose loss is so many times that of the best quarter is drawn like one that diverged."""


def check_plots(folder: Path) -> None:
    """Make the folder for pictures, if there is none.

    Raises MissingExtraError without matplotlib, LabError where there can be no such folder.
    """
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        raise MissingExtraError("matplotlib", "plots") from None
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise LabError(f"{folder}: is a file; expected a folder for the plots") from None
    except OSError as error:
        raise LabError(f"{folder}: cannot be made: {error.strerror}") from None


def save(figure: Figure, folder: Path, name: str) -> tuple[Path, ...]:
    """Write a picture as NAME.png and NAME.svg into a folder; raise LabError where they cannot be written."""
    import matplotlib as mpl

    paths = tuple(folder / f"{name}{suffix}" for suffix in SUFFIXES)
    # A title may have letters that matplotlib's font has not; they are drawn as boxes.
    with mpl.rc_context({"svg.hashsalt": "backprop-lab"}), warnings.catch_warnings(action="ignore"):
        for path in paths:
            metadata = {"Date": None} if path.suffix == ".svg" else {"Software": None}
            with whole_file(path) as file:
                figure.savefig(file, format=path.suffix[1:], dpi=150, metadata=metadata)
            figure.set_layout_engine("none")  # it stays as the first file has it
    return paths


def loss_curves(title: str, runs: Mapping[str, Sequence[Epoch]]) -> Figure:
    """Draw the loss of every epoch, of training and validation; `runs` are the epochs by the framework's name."""
    return _curves(title, runs, "loss", logarithmic=True)


def accuracy_curves(title: str, runs: Mapping[str, Sequence[Epoch]]) -> Figure:
    """Draw the share of samples that are classified rightly after every epoch."""
    return _curves(title, runs, "accuracy", logarithmic=False)


def _curves(title: str, runs: Mapping[str, Sequence[Epoch]], what: str, *, logarithmic: bool) -> Figure:
    figure, axes = _figure(title)
    drawn: list[float] = []
    styles: tuple[dict[str, Any], ...] = ({"lw": 3.5, "alpha": 0.45}, {"lw": 1.3, "ls": (0, (5, 3))})
    for (framework, epochs), style in zip(runs.items(), styles if len(runs) > 1 else ({"lw": 1.8},), strict=True):
        for part, name, color in (("training", what, BLUE), ("validation", f"validation_{what}", VERMILION)):
            points = _points((one.number, getattr(one, name)) for one in epochs)
            if points:
                drawn += [value for _, value in points]
                label, marker = f"{part}, {framework}", "o" if len(points) == 1 else None
                axes.plot(*zip(*points, strict=True), color=color, label=label, marker=marker, **style)
    axes.set_xlabel("epoch")
    axes.set_ylabel(what)
    axes.xaxis.get_major_locator().set_params(integer=True)
    if logarithmic and _spans_a_decade(drawn):
        axes.set_yscale("log")
    _legend(axes)
    return figure


def predictions(title: str, parts: Mapping[str, Predicted], names: Sequence[str]) -> Figure:
    """Draw each prediction against its target, by part (training, validation); `names` are those of the targets."""
    shown = min(len(names), MOST_PANELS)
    figure, panels = _figure(title, width=5.0 if shown == 1 else 4.2, panels=shown)
    for column, axes in enumerate(panels if shown > 1 else [panels]):
        ends: list[float] = []
        for (part, found), color in zip(parts.items(), (BLUE, VERMILION), strict=False):
            rows = _spread(len(found.targets))
            targets, outputs = found.targets[rows, column], _drawable(found.outputs[rows, column])
            axes.scatter(targets, outputs, s=16, color=color, alpha=0.6, linewidths=0, label=part)
            ends += [*targets, *outputs]
        diagonal = [np.nanmin(ends), np.nanmax(ends)]
        axes.plot(diagonal, diagonal, color=GREY, lw=1, ls="--", label="prediction = target", zorder=0)
        axes.set_xlabel(f"target: {names[column]}", parse_math=False)
        axes.set_ylabel("prediction" if column == 0 else "")
        axes.set_aspect("equal", adjustable="box")
        if column == 0:
            _legend(axes)
    return figure


def confusion(title: str, part: str, counts: Array, names: Sequence[str]) -> Figure:
    """Draw how often each class (a row) was taken for each (a column)."""
    figure, axes = _figure(title, width=5.8)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    image = axes.imshow(shares, cmap="cividis", vmin=0, vmax=1)
    if len(counts) <= MOST_CLASSES_COUNTED:
        for row, column in product(range(len(counts)), repeat=2):
            color = "black" if shares[row, column] > 0.6 else "white"
            axes.text(column, row, f"{counts[row, column]:d}", ha="center", va="center", color=color, fontsize=10)
        rotation = 45 if max(map(len, names)) > 3 else 0
        axes.set_xticks(range(len(names)), names, rotation=rotation, parse_math=False)
        axes.set_yticks(range(len(names)), names, parse_math=False)
    axes.set_xlabel("predicted class")
    axes.set_ylabel(f"class ({part})")
    axes.grid(visible=False)
    figure.colorbar(image, label="share of the class", shrink=0.85)
    return figure


def loss_surface(title: str, surface: Surface) -> Figure:
    """Draw the loss over two weights, the others as they are in the end, and the path that training took."""
    from matplotlib.colors import LogNorm

    figure, axes = _figure(title)
    losses = _drawable(surface.losses).T
    finite = losses[np.isfinite(losses)]
    steep = _spans_a_decade(finite)
    levels = np.geomspace(finite.min(), finite.max(), 25) if steep else 25
    filled = axes.contourf(
        surface.first, surface.second, losses, levels, cmap="cividis_r", norm=LogNorm() if steep else None
    )
    axes.contour(surface.first, surface.second, losses, filled.levels[::2], colors="white", linewidths=0.5, alpha=0.5)
    bar = figure.colorbar(filled, label=f"loss on {surface.rows} rows", format="%.3g")
    bar.set_ticks(filled.levels[::4])
    bar.minorticks_off()
    axes.plot(*surface.path.T, color="black", lw=3)
    axes.plot(*surface.path.T, color="white", lw=1.4, label="path of training")
    for place, marker, name in ((0, "o", "start"), (-1, "*", "end")):
        axes.plot(
            *surface.path[place], marker, color=VERMILION, mec="white", ms=8 if place == 0 else 14, label=name, ls=""
        )
    axes.set_title("the other weights as they are at the end", fontsize=9, color=GREY)
    axes.set_xlabel(surface.names[0], parse_math=False)
    axes.set_ylabel(surface.names[1], parse_math=False)
    axes.grid(visible=False)
    axes.legend(facecolor="#BBBBBB", framealpha=0.9)
    return figure


def sweep_curve(title: str, tried: Sequence[Tried]) -> Figure:
    """Draw the last loss of each learning rate that was tried, and a cross at the top where it led nowhere."""
    figure, axes = _figure(title)
    ends = [one.watched for one in tried if np.isfinite(one.watched)]
    ceiling = _FAR_ABOVE * float(np.quantile(ends, 0.25)) if ends else 0.0
    done = [one for one in tried if one.watched <= ceiling]
    line = "-" if len({one.momentum for one in tried}) == 1 else ""
    drawn: list[float] = []
    for name, part, color in (("loss", "training", BLUE), ("validation_loss", "validation", VERMILION)):
        points = _points((one.learning_rate, getattr(one, name)) for one in done)
        if points:
            axes.plot(*zip(*points, strict=True), "o", ls=line, color=color, label=part, lw=1.5, ms=5)
            drawn += [value for _, value in points]
    lost = [one.learning_rate for one in tried if one not in done]
    if lost:
        top = {"transform": axes.get_xaxis_transform(), "clip_on": False}
        axes.plot(lost, [0.97] * len(lost), "x", color=GREY, mew=2, label="diverged, or far above", **top)
    axes.set_xscale("log")
    if _spans_a_decade(drawn):
        axes.set_yscale("log")
    axes.set_xlabel("learning rate")
    axes.set_ylabel("loss after the last epoch")
    _legend(axes)
    return figure


def _figure(title: str, *, width: float = 7.0, panels: int = 1) -> tuple[Figure, Any]:
    """Return an empty picture and its axes, one beside the other; it belongs to no window."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width * panels, 4.6), layout="constrained")
    axes = figure.subplots(1, panels)
    figure.suptitle(title, fontsize=12, parse_math=False)
    for one in np.ravel(axes):
        one.grid(visible=True, color="#DDDDDD", lw=0.6)
        one.set_axisbelow(True)
        one.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _legend(axes: Axes) -> None:
    axes.legend(frameon=True, framealpha=0.9, edgecolor="none")


def is_drawable(surface: Surface) -> bool:
    """Tell whether there is anything to see of a surface: no path beyond all bounds, and losses around it."""
    return bool(np.isfinite(_drawable(surface.path)).all() and np.isfinite(_drawable(surface.losses)).any())


def _drawable(values: Array) -> Array:
    """Return values with what is too large for an axis, or no number, left out."""
    return np.where(np.abs(values) <= _LARGEST, values, np.nan)


def _points(pairs: Iterable[tuple[float, float | None]]) -> list[tuple[float, float]]:
    """Return the points that there are and that fit an axis, from left to right."""
    return sorted((x, y) for x, y in pairs if y is not None and abs(y) <= _LARGEST)


def _spans_a_decade(values: Sequence[float] | Array) -> bool:
    """Tell whether values are told apart better on a logarithmic axis."""
    return len(values) > 0 and min(values) > 0 and max(values) > _DECADE * min(values)


def _spread(rows: int) -> Array:
    """Return the indices of so many rows, or of evenly spread ones where there are too many to draw."""
    return np.unique(np.linspace(0, rows - 1, min(rows, MOST_POINTS)).astype(int))
