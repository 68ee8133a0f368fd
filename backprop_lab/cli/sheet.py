"""backprop-lab sheet."""

from __future__ import annotations

from pathlib import Path

import click

from backprop_lab.cli.options import deliver, notation_option, output_option, set_option, task_argument
from backprop_lab.sheet import answer_sheet
from backprop_lab.taskfile import load_task
from backprop_lab.writing.notation import NotationName


@click.command(name="sheet")
@task_argument
@notation_option
@set_option
@output_option
def command(task: str, notation: NotationName | None, settings: tuple[str, ...], output: Path | None) -> None:
    """Print a blank answer sheet (TOML): one line for each number that the task asks for.

    \b
    Example:
      backprop-lab sheet lab_task_3 -o answers.toml
    """
    deliver(answer_sheet(load_task(task, settings), notation), output, task)
