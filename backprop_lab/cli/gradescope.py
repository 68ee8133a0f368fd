"""backprop-lab gradescope."""

from __future__ import annotations

from pathlib import Path

import click

from backprop_lab.cli.options import TaskCommand, keep_sources, lab_argument, limit_options, limits_with
from backprop_lab.cli.reveal import reveal_option
from backprop_lab.feedback import Reveal
from backprop_lab.taskfile import load_lab, task_text


@click.command(name="gradescope", cls=TaskCommand)
@lab_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    default=Path("autograder.zip"),
    show_default=True,
    help="Write to a file, whole or not at all.",
)
@reveal_option
@limit_options
@click.option("--torch", is_flag=True, help="Install PyTorch for the programs of students: a large image.")
def command(
    task: str, output: Path, reveal: Reveal, seconds: int | None, limits: tuple[str, ...], torch: bool
) -> None:
    """Write an autograder that Gradescope runs as it is: upload FILE as the assignment's autograder.

    Programs run in bubblewrap where Gradescope lets it start, and otherwise as the user nobody.

    \b
    Examples:
      backprop-lab gradescope lab_task_3
      backprop-lab gradescope lab_task_3 --torch --reveal never --seconds 60 -o lab3.zip
    """
    from backprop_lab.classroom.autograder import Settings, write_autograder

    loaded = load_lab(task)
    keep_sources(output, task)
    write_autograder(
        task_text(task), Settings(limits_with(loaded.limits, seconds, limits), reveal), output, torch=torch
    )
    click.echo(f"Wrote {output}; its tests are worth {float(loaded.max_score):g} points", err=True)
