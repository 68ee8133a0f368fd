"""backprop-lab handout."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from backprop_lab.cli.options import SEED, TaskCommand, notation_option, task_argument
from backprop_lab.errors import LabError
from backprop_lab.handouts.documents import DocumentClass, Look, Paper
from backprop_lab.handouts.lms import WayName
from backprop_lab.taskfile import load_task
from backprop_lab.writing.notation import NotationName

if TYPE_CHECKING:
    from backprop_lab.classroom.row import Student
    from backprop_lab.handouts.handout import Handout

MOST_VARIANTS = 100_000


@click.command(name="handout", cls=TaskCommand)
@task_argument
@click.option(
    "--roster", type=click.Path(path_type=Path), metavar="CSV", help="Who is in the class: id, name, group, seed."
)
@click.option(
    "--variants",
    type=click.IntRange(1, MOST_VARIANTS),
    metavar="N",
    help="So many sheets without names, in place of a roster.",
)
@click.option(
    "--seed",
    required=True,
    type=SEED,
    metavar="S",
    help="What all numbers are drawn from; the same seed draws the same again.",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Where everything goes.")
@click.option(
    "--class",
    "document_class",
    type=click.Choice(get_args(DocumentClass)),
    default="exam",
    show_default=True,
    help="The LaTeX class of the documents.",
)
@click.option(
    "--paper", type=click.Choice(get_args(Paper)), default="a4", show_default=True, help="What is printed on."
)
@notation_option
@click.option(
    "--template",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A Jinja template of your own for the sheets (delimiters << >> and <% %>).",
)
@click.option("--key", is_flag=True, help="Also write grading.tex: what mistakes give, beside each right number.")
@click.option(
    "--also",
    "ways",
    multiple=True,
    type=click.Choice(get_args(WayName)),
    help="Other ways out, each in a folder of its name; may be given several times.",
)
@click.option("--pdf", is_flag=True, help="Set every document with LaTeX.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    metavar="N",
    help="How many PDFs at once; by default as there are processors.",
)
@click.option("--course", default="", metavar="TEXT", help="Stands above the title.")
@click.pass_context
def command(
    ctx: click.Context,
    task: str,
    roster: Path | None,
    variants: int | None,
    seed: int,
    out: Path,
    document_class: DocumentClass,
    paper: Paper,
    notation: NotationName | None,
    template: Path | None,
    key: bool,
    course: str,
    ways: tuple[WayName, ...],
    pdf: bool,
    jobs: int | None,
) -> None:
    """Write a problem sheet with numbers of their own for every student, its solution, and the key.

    DIR gets sheets/, solutions/ and answers/ with files for every student, all.tex with all sheets, key.tex, key.csv,
    and variants.json, which says whose numbers are whose. The same command writes only what has changed. Exit status:
    1 if LaTeX could not set a document.

    \b
    Examples:
      backprop-lab handout lab_task_3 --roster class.csv --seed 2026 --out handout --pdf
      backprop-lab handout lab_task_3 --roster class.csv --seed 2026 --out handout --also moodle
      backprop-lab handout lab_task_3 --variants 4 --seed 1 --out four --class article --paper letter
    """
    from backprop_lab.handouts.folder import write_handout
    from backprop_lab.handouts.handout import handout

    loaded = load_task(task)
    students = _students(roster, variants)
    drawn = handout(loaded, students, seed, notation)
    write_handout(drawn, out, Look(document_class, paper, course, template), grading=key, ways=ways)
    click.echo(f"Wrote the sheets of {len(students)} student{'s' if len(students) != 1 else ''} to {out}", err=True)
    gaps = [sheet.student.id for sheet in drawn.sheets if sheet.variant.missed]
    if gaps:
        ids = ", ".join(gaps[:8]) + (f" and {len(gaps) - 8} more" if len(gaps) > 8 else "")
        click.echo(
            f"Some mistakes do not show on the sheets of {ids}, but on others; variants.draws allows more draws",
            err=True,
        )
    if pdf and not _set(out, drawn, jobs or 0, grading=key):
        ctx.exit(1)


def _set(out: Path, drawn: Handout, jobs: int, *, grading: bool) -> bool:
    """Make the PDFs of a handout; tell those that failed, and return whether all are there."""
    from backprop_lab.cli.progress import Bar
    from backprop_lab.handouts.folder import documents
    from backprop_lab.handouts.pdf import compile_documents

    with Bar("LaTeX") as bar:
        failures = compile_documents(out, documents(drawn, grading=grading), jobs=jobs, progress=bar.at)
    for failure in failures:
        click.echo(f"backprop-lab: {failure}", err=True)
    return not failures


def _students(roster: Path | None, variants: int | None) -> tuple[Student, ...]:
    """Return who is to get a sheet: those of a roster, or so many whose ids are numbers."""
    from backprop_lab.classroom.roster import read_roster
    from backprop_lab.classroom.row import Student

    if (roster is None) == (variants is None):
        raise LabError("expected --roster CSV or --variants N, and not both")
    if roster is not None:
        return read_roster(roster)
    digits = len(str(variants))
    return tuple(Student(f"{number:0{digits}d}") for number in range(1, (variants or 0) + 1))
