"""backprop-lab check."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from backprop_lab.cli.options import (
    TaskCommand,
    deliver,
    lab_argument,
    limit_options,
    limits_with,
    notation_option,
    output_option,
    own_variant,
    pick_format,
    variant_options,
)
from backprop_lab.cli.reveal import reveal_option
from backprop_lab.errors import SubmissionError
from backprop_lab.feedback import Feedback, Page, Reveal, feedback_record, page, terminal_page
from backprop_lab.limits import Limits
from backprop_lab.marking.marks import Marks
from backprop_lab.taskfile import load_lab
from backprop_lab.trainingtask import Lab, TrainingTask
from backprop_lab.writing.layout import TERMINAL_WIDTH
from backprop_lab.writing.notation import NotationName

if TYPE_CHECKING:
    from backprop_lab.variants import Variant

FORMATS = ("txt", "md", "html", "json")
POINTS_LOST = 1
NOTHING_TO_MARK = 2
_WIDEST = 100


@click.command(name="check", cls=TaskCommand)
@lab_argument
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "format_", type=click.Choice(FORMATS), help="By default as -o's suffix says, else txt.")
@reveal_option
@notation_option
@variant_options
@limit_options
@output_option
@click.pass_context
def command(
    ctx: click.Context,
    task: str,
    file: Path,
    format_: str | None,
    reveal: Reveal,
    notation: NotationName | None,
    seed: int | None,
    student: str | None,
    roster: Path | None,
    seconds: int | None,
    limits: tuple[str, ...],
    output: Path | None,
) -> None:
    """Mark your own work: a script, a notebook, an answer sheet, or a text.

    A program in FILE is run on this computer with your own rights, so check only work that you trust.

    Leaves with status 0 for full marks, 1 if points were lost or the program did not come to its end, and 2 if there
    is nothing that could be marked.

    \b
    Examples:
      backprop-lab check lab_task_3 lab3.ipynb
      backprop-lab check lab_task_3 answers.toml --reveal never -o feedback.html
    """
    format_ = pick_format(FORMATS, format_, output)
    variant = own_variant(task, seed, student, roster)
    loaded = load_lab(task) if variant is None else variant.task
    try:
        marks = _marks(loaded, variant, file, limits_with(loaded.limits, seconds, limits))
    except SubmissionError as error:
        if format_ != "json":
            raise
        marks = Marks("unreadable", message=str(error))
    words = ["backprop-lab", "solve", task, *(["--notation", notation] if notation else [])]
    if student is not None:
        words += ["--seed", str(seed), "--id", student, *(["--roster", str(roster)] if roster else [])]
    solution = "" if isinstance(loaded, TrainingTask) else shlex.join(words)
    feedback = Feedback(loaded, marks, file.name, reveal, notation, solution)
    deliver(_text(feedback, format_, output), output, *_sources(task, file))
    ctx.exit(_exit_status(marks))


def _marks(task: Lab, variant: Variant | None, file: Path, limits: Limits) -> Marks:
    from backprop_lab.checking import check
    from backprop_lab.recognition import check_own

    return check(task, file, limits=limits) if variant is None else check_own(variant, file, limits)


def _exit_status(marks: Marks) -> int:
    if marks.status == "unreadable":
        return NOTHING_TO_MARK
    return 0 if marks.status == "ok" and marks.score == marks.max_score else POINTS_LOST


def _text(feedback: Feedback, format_: str, output: Path | None) -> str:
    match format_:
        case "json":
            import msgspec

            return msgspec.json.format(msgspec.json.encode(feedback_record(feedback)), indent=1).decode()
        case "txt" if output is None and sys.stdout.isatty():
            coloured = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
            width = min(shutil.get_terminal_size((TERMINAL_WIDTH, 24)).columns, _WIDEST)
            return terminal_page(feedback, width=width, coloured=coloured)
        case kind:
            pages: dict[str, Page] = {"txt": "txt", "md": "md", "html": "html"}
            return page(feedback, pages[kind])


def _sources(task: str, file: Path) -> list[str | Path]:
    """Return what must not be written over: the task, and the submission if there is such a file."""
    with contextlib.suppress(OSError):
        if file.exists():
            return [task, file]
    return [task]
