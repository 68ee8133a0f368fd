"""backprop-lab code."""

from __future__ import annotations

from pathlib import Path

import click

from backprop_lab.cli.options import (
    TaskCommand,
    deliver,
    load_own,
    output_option,
    set_option,
    task_argument,
    variant_options,
)
from backprop_lab.script import FRAMEWORKS, Framework, script


@click.command(name="code", cls=TaskCommand)
@task_argument
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
    """Print a script that works the task's pass on its own and prints the same numbers.

    \b
    Example:
      backprop-lab code lab_task_3 --framework torch -o lab_task_3.py
    """
    deliver(script(load_own(task, settings, seed, student, roster), framework), output, task)
