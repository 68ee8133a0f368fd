"""Training runs with a bar, and with checkpoints that they go on from."""

from __future__ import annotations

import time
from pathlib import Path

import click

from backprop_lab.cli.progress import Bar
from backprop_lab.errors import MissingExtraError
from backprop_lab.training.checkpoint import load, save
from backprop_lab.training.loop import Framework, State
from backprop_lab.training.preparing import Prepared
from backprop_lab.training.running import FRAMEWORK_NAMES, Run, run
from backprop_lab.training.torch_loop import check_device

SECONDS = 5.0
"""Between two checkpoints of a run."""


class _Watch:
    """What happens after each epoch: the bar moves, and now and then a checkpoint is written."""

    def __init__(self, bar: Bar, prepared: Prepared, file: Path | None) -> None:
        self.bar, self.prepared, self.file = bar, prepared, file
        self.last: State | None = None
        self.due = time.monotonic()

    def __call__(self, state: State) -> None:
        self.last = state
        self.bar.at(state.epoch, self.prepared.task.training.epochs)
        if time.monotonic() >= self.due:
            self.keep()

    def keep(self) -> None:
        """Write the last state to the checkpoint, if there are both."""
        if self.file is not None and self.last is not None:
            save(self.last, self.prepared, self.file)
            self.due = time.monotonic() + SECONDS


def train_in(
    frameworks: tuple[Framework, ...], prepared: Prepared, checkpoint: Path | None, *, resume: bool
) -> tuple[Run, ...]:
    """Train in each framework; of several, one that is not installed is told and left out.

    The checkpoint of a second framework lies beside that of the first: run.npz and run-torch.npz.
    """
    if "torch" in frameworks:
        check_device(prepared.task)
    runs: list[Run] = []
    for framework in frameworks:
        first = framework == frameworks[0]
        file = checkpoint if checkpoint is None or first else checkpoint.with_stem(f"{checkpoint.stem}-{framework}")
        start = load(file, prepared) if resume and file is not None and (first or file.exists()) else None
        try:
            runs.append(_train(framework, prepared, file, start))
        except MissingExtraError as error:
            if first:
                raise
            click.echo(f"backprop-lab: {error}; {runs[0].name} trained alone", err=True)
    return tuple(runs)


def _train(framework: Framework, prepared: Prepared, file: Path | None, start: State | None) -> Run:
    bar = Bar(FRAMEWORK_NAMES[framework])
    watch = _Watch(bar, prepared, file)
    try:
        with bar:
            done = run(prepared, framework, start=start, seen=watch)
    except KeyboardInterrupt:
        watch.keep()
        if file is not None and watch.last is not None:
            kept = f"{FRAMEWORK_NAMES[framework]} up to epoch {watch.last.epoch} is kept in {file}"
            click.echo(f"backprop-lab: {kept}; the same command with --resume goes on from there", err=True)
        raise
    watch.keep()
    return done
