"""backprop-lab grade."""

from __future__ import annotations

import os
from pathlib import Path
from typing import get_args

import click

from backprop_lab.classroom.row import ExportName
from backprop_lab.cli import INTERRUPTED
from backprop_lab.cli.options import SEED, TaskCommand, lab_argument, limit_options, limits_with
from backprop_lab.cli.reveal import reveal_option
from backprop_lab.feedback import Reveal
from backprop_lab.sandbox import SANDBOXES, SandboxName
from backprop_lab.taskfile import find_task, load_lab, task_text

NOT_ALL_RUN = 1


@click.command(name="grade", cls=TaskCommand)
@lab_argument
@click.argument("paths", metavar="PATH…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Where everything goes.")
@click.option(
    "--roster", type=click.Path(path_type=Path), metavar="CSV", help="Who is in the class: id, name, group."
)
@click.option(
    "--seed", type=SEED, help="Mark each by the numbers of their own sheet, drawn from this seed; goes with --roster."
)
@click.option(
    "--jobs", type=click.IntRange(1, 256), default=os.cpu_count() or 1, show_default=True, help="Processes at once."
)
@click.option(
    "--scheduler", default="", metavar="ADDRESS", help="Of Dask, such as tcp://10.0.0.1:8786: its workers mark."
)
@click.option(
    "--sandbox",
    type=click.Choice(SANDBOXES),
    default="auto",
    show_default=True,
    help="Where programs run; none runs them with your own rights.",
)
@reveal_option
@limit_options
@click.option("--again", is_flag=True, help="Mark everything again, not only what has changed.")
@click.option(
    "--export", "exports", multiple=True, type=click.Choice(get_args(ExportName)), help="Also write; may be repeated."
)
@click.option(
    "--given-out",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A program that every student was given, so that it counts for nobody's copy; may be repeated.",
)
@click.pass_context
def command(
    ctx: click.Context,
    task: str,
    paths: tuple[Path, ...],
    out: Path,
    roster: Path | None,
    seed: int | None,
    jobs: int,
    scheduler: str,
    sandbox: SandboxName,
    reveal: Reveal,
    seconds: int | None,
    limits: tuple[str, ...],
    again: bool,
    exports: tuple[ExportName, ...],
    given_out: tuple[Path, ...],
) -> None:
    """Mark a class: folders, files, archives, as Canvas, Moodle, Gradescope, GitHub Classroom and nbgrader give them.

    Programs run in a sandbox, twice each, and those of a training task once. DIR gets gradebook.sqlite,
    gradebook.csv, results.jsonl, feedback/ with a page for every student, and report.html. A second run marks only
    what has changed; a run that was stopped goes on.

    Leaves with status 0 when all is marked, 1 if some submissions could not be run through no fault of their own,
    and 2 for bad input.

    \b
    Examples:
      backprop-lab grade lab_task_3 submissions.zip --out marks --roster class.csv
      backprop-lab grade lab_task_3 submissions/ --out own_marks --roster class.csv --seed 2026
      backprop-lab grade lab_task_3 submissions/ --out marks --export canvas --limit seconds=60
    """
    from backprop_lab.classroom.grading import Options, grade
    from backprop_lab.classroom.report import class_summary
    from backprop_lab.cli.progress import Progress

    loaded = load_lab(task)
    options = Options(
        limits_with(loaded.limits, seconds, limits),
        roster,
        sandbox,
        jobs,
        scheduler,
        reveal,
        again,
        exports,
        given_out,
        seed,
        find_task(task).parent,
    )
    progress = Progress()
    try:
        with progress:
            found = grade(loaded, task_text(task), paths, out, options, progress)
    except KeyboardInterrupt:
        click.echo(f"backprop-lab: interrupted: {progress.kept}; the same command goes on from there", err=True)
        ctx.exit(INTERRUPTED)
    click.echo(class_summary(found, str(out / "report.html")), nl=False)
    ctx.exit(NOT_ALL_RUN if found.failed else 0)
