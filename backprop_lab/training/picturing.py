"""Every picture of a training that its report gives something for, by the name of its file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from backprop_lab.engine.scalar import Spot
from backprop_lab.training import plots
from backprop_lab.training.predicting import class_names, confusion_counts, predicted
from backprop_lab.training.report import Report
from backprop_lab.training.surface import loss_over, most_changed
from backprop_lab.writing.notation import Notation

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def write_pictures(
    report: Report, folder: Path, notation: Notation, spots: Sequence[Spot] | None = None
) -> dict[str, Path]:
    """Write each picture as PNG and SVG; return where, without the suffix, by what it shows.

    The surface is that over two weights, in the words of a notation: those at `spots`, else the two most changed.
    """
    written = {}
    for name, figure in _pictures(report, notation, spots):
        plots.save(figure, folder, name)
        written[name] = folder / name
    return written


def _pictures(report: Report, notation: Notation, spots: Sequence[Spot] | None) -> Iterator[tuple[str, Figure]]:
    title, prepared, state = report.prepared.task.title, report.prepared, report.runs[0].state
    runs = {run.name: run.epochs for run in report.runs if run.epochs}
    if state is not None:
        yield "loss", plots.loss_curves(title, runs)
        if any(epoch.accuracy is not None for epoch in report.runs[0].epochs):
            yield "accuracy", plots.accuracy_curves(title, runs)
        parts, names = predicted(prepared, state.parameters), class_names(prepared)
        part, found = list(parts.items())[-1]
        if found.classes is not None:
            yield "confusion", plots.confusion(title, part, confusion_counts(found.classes, len(names)), names)
        else:
            yield "predictions", plots.predictions(title, parts, prepared.data.targets)
        path = report.runs[0].path
        surface = loss_over(prepared, path, spots or most_changed(path[0], path[-1]), notation)
        if plots.is_drawable(surface):
            yield "surface", plots.loss_surface(title, surface)
    if report.tried:
        yield "sweep", plots.sweep_curve(title, report.tried)
