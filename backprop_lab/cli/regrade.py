"""backprop-lab regrade."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path

import click

from backprop_lab.errors import ClassroomError


@click.command(name="regrade")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("student", metavar="ID")
@click.option(
    "--set", "settings", multiple=True, required=True, metavar="STEP=VERDICT",
    help="A step, an entry such as W1_new[0,1], or a symbol such as w12_new, and its verdict; may be repeated.",
)  # fmt: skip
@click.option("--note", required=True, help="Why; the student reads it.")
@click.option("--by", metavar="NAME", help="Who says so; by default your login name.")
def command(folder: Path, student: str, settings: tuple[str, ...], note: str, by: str | None) -> None:
    """Put your own verdict in the place of one that was found, for what a student has handed in.

    A verdict is right, follows, typed-in, wrong or missing, and is worth what the task says. It stays, whatever is
    graded again, until the student hands in other files. The student's page, the tables and the report are written
    anew.

    \b
    Examples:
      backprop-lab regrade marks s1042 --set delta1=right --note "Worked out on page 2."
      backprop-lab regrade marks s1042 --set 'W1_new[0,1]=follows' --note "See page 2." --by Ada
    """
    from backprop_lab.classroom.correcting import parse_correction
    from backprop_lab.classroom.gradebook import Gradebook, only_grader
    from backprop_lab.classroom.publishing import publish
    from backprop_lab.classroom.row import Correction
    from backprop_lab.cli.progress import Progress
    from backprop_lab.feedback.words import points_text, printable

    who, when = by or _login_name(), datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    Gradebook.open(folder).close()  # where there is none, no folder is made for a lock
    with only_grader(folder, Progress().waiting), Gradebook.open(folder) as gradebook:
        spots = [parse_correction(setting, gradebook.task) for setting in settings]
        corrections = [
            Correction(step, at_row, at_column, verdict, note, who, when)
            for (step, at_row, at_column), verdict in spots
        ]
        row = gradebook.correct(student, corrections)
        assert row.marks is not None
        score, max_score = points_text(row.marks.score), points_text(row.marks.max_score)
        click.echo(f"{printable(student)}: {score} of {max_score} points")
        publish(gradebook, folder)


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        raise ClassroomError("cannot tell who you are; add --by NAME") from None
