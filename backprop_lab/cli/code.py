"""backprop-lab code."""

from __future__ import annotations

from pathlib import Path

import click

from backprop_lab.cli.options import (
    TaskCommand,
    deliver,
    lab_argument,
    load_own,
    output_option,
    set_option,
    variant_options,
)
from backprop_lab.errors import LabError, TaskError
from backprop_lab.script import FRAMEWORKS, Framework, script
from backprop_lab.taskfile import find_task, load_lab
from backprop_lab.trainingtask import TrainingTask


@click.command(name="code", cls=TaskCommand)
@lab_argument
@click.option("--framework", type=click.Choice(FRAMEWORKS), default="numpy", help="What the script computes with.")
@set_option
@variant_options
@output_option
def command(
    task: str,
    framework: Framework,
    settings: tuple[str, ...],
    seed: int | None,
    student: str | None,
    roster: Path | None,
    output: Path | None,
) -> None:
    """Print a script that works the task's pass, or trains as the task says, and prints the same numbers.

    \b
    Examples:
      backprop-lab code lab_task_3 --framework torch -o lab_task_3.py
      backprop-lab code lab_task_4 --set epochs=100
    """
    path = find_task(task)
    lab = load_lab(task, settings)
    if isinstance(lab, TrainingTask):
        from backprop_lab.training.script import training_script

        if (seed, student, roster) != (None, None, None):
            raise LabError(
                f"{task}: is a training task, of which there are no variants; leave --seed, --id, --roster out"
            )
        try:
            text = training_script(lab, path.parent, framework)
        except TaskError as error:
            raise TaskError(f"{task}: {error}") from None
    else:
        text = script(load_own(task, settings, seed, student, roster), framework)
    deliver(text, output, task)
