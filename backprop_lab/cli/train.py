"""backprop-lab train."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Literal

import click
import msgspec

from backprop_lab.cli.options import (
    TaskCommand,
    decimals_option,
    deliver,
    keep_sources,
    notation_option,
    output_option,
    pick_format,
    set_option,
    training_argument,
)
from backprop_lab.cli.progress import Bar
from backprop_lab.cli.trained import train_in
from backprop_lab.errors import LabError, NumberError, TaskError
from backprop_lab.taskfile import find_task, load_training
from backprop_lab.templating import render
from backprop_lab.training import plots
from backprop_lab.training.loop import Framework
from backprop_lab.training.picturing import write_pictures
from backprop_lab.training.preparing import Prepared, prepare
from backprop_lab.training.record import training_record
from backprop_lab.training.report import Report, TrainingDocument
from backprop_lab.training.surface import named_weights
from backprop_lab.training.sweep import Rate, Tried, grid, random_rates, sweep
from backprop_lab.training.worked import worked_updates
from backprop_lab.writing.notation import Notation, NotationName

FORMATS = ("txt", "md", "tex", "json")
_PLAIN_PATH = re.compile(r"[\w ./-]+", re.ASCII)
"""A path that stands in Markdown and LaTeX as it is."""


@click.command(name="train", cls=TaskCommand)
@training_argument
@click.option("--format", "format_", type=click.Choice(FORMATS), help="By default as -o's suffix says, else txt.")
@notation_option
@decimals_option
@click.option("--epochs", type=click.IntRange(1, 1_000_000), help="How often to go through the data.")
@click.option(
    "--framework",
    type=click.Choice(["both", "numpy", "torch"]),
    default="both",
    help="What trains; both are compared.",
)
@click.option(
    "--show-steps", type=click.IntRange(0, 100), default=1, help="The number of updates worked in full; by default 1."
)
@set_option
@click.option(
    "--plots", "folder", type=click.Path(path_type=Path), metavar="DIR", help="Write pictures, as PNG and SVG."
)
@click.option(
    "--surface",
    nargs=2,
    metavar="WEIGHT WEIGHT",
    help="The weights of the loss surface, in place of the most changed.",
)
@click.option(
    "--checkpoint", type=click.Path(path_type=Path), metavar="FILE", help="Keep the state of the training in a file."
)
@click.option("--resume", is_flag=True, help="Go on from the checkpoint.")
@click.option("--sweep", "how", type=click.Choice(["grid", "random"]), help="Try learning rates as well.")
@click.option(
    "--rates", nargs=2, type=float, metavar="LOW HIGH", help="Where they lie; by default around the task's own."
)
@click.option("--tries", type=click.IntRange(1, 1000), default=10, help="The number of them; by default 10.")
@click.option("--momenta", nargs=2, type=float, metavar="LOW HIGH", help="Where momenta lie, in a random sweep.")
@click.option("--sweep-epochs", type=click.IntRange(1, 1_000_000), help="Epochs of each; by default the task's.")
@output_option
def command(
    task: str,
    format_: str | None,
    notation: NotationName | None,
    decimals: int | None,
    epochs: int | None,
    framework: Literal["both", "numpy", "torch"],
    show_steps: int,
    settings: tuple[str, ...],
    folder: Path | None,
    surface: tuple[str, str] | None,
    checkpoint: Path | None,
    resume: bool,
    how: Literal["grid", "random"] | None,
    rates: tuple[float, float] | None,
    tries: int,
    momenta: tuple[float, float] | None,
    sweep_epochs: int | None,
    output: Path | None,
) -> None:
    """Train a task in NumPy and PyTorch, and show what came of it.

    \b
    Examples:
      backprop-lab train lab_task_4 --epochs 100
      backprop-lab train apples_oranges_training --show-steps 3 -o training.md --plots plots
      backprop-lab train apples_oranges_training --sweep grid --rates 1e-6 1e-3 --tries 4
      backprop-lab train overfit_one_batch --framework numpy --checkpoint run.npz
    """
    format_ = pick_format(FORMATS, format_, output)
    changed = {"decimals": decimals, "training.epochs": epochs}
    settings = (*settings, *(f"{key}={value}" for key, value in changed.items() if value is not None))
    prepared = _prepared(task, settings)
    symbols = Notation(notation or prepared.task.notation, prepared.sizes, 1)
    spots = named_weights(prepared, symbols, surface) if surface else None
    to_try = _rates(prepared, how, rates, tries, momenta)
    _check_places(task, output, folder, checkpoint, resume)
    frameworks: tuple[Framework, ...] = ("numpy", "torch") if framework == "both" else (framework,)
    runs = train_in(frameworks, prepared, checkpoint, resume=resume)
    sweep_epochs = sweep_epochs or prepared.task.training.epochs
    tried = _tried(prepared, to_try, sweep_epochs)
    report = Report(prepared, runs, worked_updates(prepared, show_steps), tried, sweep_epochs)
    if folder is not None:
        written = write_pictures(report, folder, symbols, spots)
        report = msgspec.structs.replace(report, pictures=_beside(output, written))
    deliver(_text(report, symbols.name, format_), output, task)
    for one in runs:
        if one.diverged is not None:
            raise NumberError(f"{one.diverged}; what came before stands in {output or 'the output'}")


def _prepared(task: str, settings: tuple[str, ...]) -> Prepared:
    loaded = load_training(task, settings)
    try:
        return prepare(loaded, find_task(task).parent)
    except TaskError as error:
        raise TaskError(f"{task}: {error}") from None


def _check_places(task: str, output: Path | None, folder: Path | None, checkpoint: Path | None, resume: bool) -> None:
    """Raise LabError, before the training, for places where its outcome could not be written."""
    if resume and checkpoint is None:
        raise LabError("--resume goes with --checkpoint FILE, the file to go on from")
    if checkpoint is not None and checkpoint.exists() and not resume:
        raise LabError(f"{checkpoint}: is there already; add --resume to go on from it, or name another file")
    for path in (output, checkpoint):
        if path is not None and not path.parent.is_dir():
            raise LabError(f"{path}: there is no folder {path.parent}")
    if output is not None:
        keep_sources(output, task)
    if folder is not None:
        plots.check_plots(folder)


def _rates(
    prepared: Prepared,
    how: Literal["grid", "random"] | None,
    between: tuple[float, float] | None,
    tries: int,
    momenta: tuple[float, float] | None,
) -> tuple[Rate, ...]:
    """Return the learning rates to try; those of a task go from a hundredth of its own to ten times as much."""
    own = float(prepared.task.update.learning_rate)
    low, high = between or (own / 100, own * 10)
    if momenta is not None and how != "random":
        raise LabError("--momenta goes with --sweep random")
    if how == "random":
        return random_rates(low, high, tries, prepared.task.training.seed, momenta=momenta)
    return grid(low, high, tries) if how == "grid" else ()


def _tried(prepared: Prepared, rates: tuple[Rate, ...], epochs: int) -> tuple[Tried, ...]:
    tried: list[Tried] = []
    with Bar("sweep") as bar:
        for one in sweep(prepared, rates, epochs):
            tried.append(one)
            bar.at(len(tried), len(rates))
    return tuple(tried)


def _beside(output: Path | None, written: dict[str, Path]) -> dict[str, str]:
    """Return how a document finds pictures, as far as it can name them."""
    if output is None:
        return {}
    found = {name: Path(os.path.relpath(path, output.parent)).as_posix() for name, path in written.items()}
    return {name: path for name, path in found.items() if _PLAIN_PATH.fullmatch(path)}


def _text(report: Report, notation: NotationName, format_: str) -> str:
    if format_ == "json":
        return msgspec.json.format(msgspec.json.encode(training_record(report, notation)), indent=1).decode()
    document = TrainingDocument(report, notation, "unicode" if format_ == "txt" else "latex")
    context: dict[str, Any] = document.context()
    return render(f"training.{format_}.j2", context)
