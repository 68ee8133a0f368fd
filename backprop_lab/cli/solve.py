"""backprop-lab solve."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from backprop_lab.cli.options import (
    TaskCommand,
    decimals_option,
    deliver,
    load_own,
    model_options,
    notation_option,
    optional_task_argument,
    output_option,
    pick_format,
    set_option,
    variant_options,
)
from backprop_lab.document import Document, LineStyle, Markup
from backprop_lab.errors import LabError
from backprop_lab.solution import Solution, solve
from backprop_lab.task import Rounding, Task
from backprop_lab.templating import render
from backprop_lab.writing.notation import NotationName

if TYPE_CHECKING:
    from backprop_lab.verification import Verification

FORMATS = ("txt", "md", "tex", "json")


@click.command(name="solve", cls=TaskCommand)
@optional_task_argument
@click.option("--format", "format_", type=click.Choice(FORMATS), help="By default as -o's suffix says, else txt.")
@click.option(
    "--style",
    type=click.Choice(["scalar", "matrix", "both"]),
    default="both",
    help="Lines per entry, per matrix, or both.",
)
@notation_option
@decimals_option
@click.option(
    "--rounding",
    type=click.Choice(["full", "carry"]),
    help="Carry every digit, or round each step and go on with that.",
)
@click.option("--exact", is_flag=True, help="Add exact results: fractions and short closed forms.")
@click.option("--steps", type=click.IntRange(1, 100_000), help="The number of updates.")
@set_option
@variant_options
@model_options
@click.option(
    "--verify",
    "verified",
    is_flag=True,
    help="Check against exact arithmetic, PyTorch and finite differences.",
)
@click.option(
    "--template",
    type=click.Path(path_type=Path),
    help="A Jinja template of your own (delimiters << >> and <% %>).",
)
@output_option
@click.pass_context
def command(
    ctx: click.Context,
    task: str,
    format_: str | None,
    style: LineStyle,
    notation: NotationName | None,
    decimals: int | None,
    rounding: Rounding | None,
    exact: bool,
    steps: int | None,
    settings: tuple[str, ...],
    seed: int | None,
    student: str | None,
    roster: Path | None,
    state_dict: Path | None,
    verified: bool,
    template: Path | None,
    output: Path | None,
) -> None:
    """Work a task out line by line: forward pass, loss, backward pass, update.

    \b
    Examples:
      backprop-lab solve lab_task_3
      backprop-lab solve lab_task_3 -o solution.tex --notation standard
      backprop-lab solve lab_task_3 --seed 2026 --id s1042
      backprop-lab solve mazur --steps 3 --set learning_rate=1 --format json
      backprop-lab solve --state-dict model.pt --task arch.toml
    """
    format_ = pick_format(FORMATS, format_, output, template)
    if template is not None and format_ == "json":
        raise LabError("--template goes with the formats txt, md and tex")
    if decimals is not None:
        settings = (*settings, f"decimals={decimals}")
    loaded = load_own(task, settings, seed, student, roster, state_dict)
    if exact and style == "matrix" and format_ != "json":
        raise LabError("--exact writes exact results into the lines of single numbers; use --style scalar or both")
    solution = solve(loaded, steps=steps, rounding=rounding, exact=exact)
    verification = _verification(loaded, steps) if verified else None
    if format_ == "json":
        text = _json(solution, notation or loaded.notation, verification)
    else:
        markup: Markup = "unicode" if format_ == "txt" else "latex"
        document = Document(solution, notation or loaded.notation, style, markup, verification)
        text = render(template or f"solution.{format_}.j2", document.context())
    deliver(text, output, task, *([template] if template else []))
    if verification is not None and not verification.agrees:
        click.echo("backprop-lab: the checks disagree; see `backprop-lab verify`", err=True)
        ctx.exit(1)


def _verification(task: Task, steps: int | None) -> Verification:
    from backprop_lab.verification import verify

    return verify(task, steps)


def _json(solution: Solution, notation: NotationName, verification: Verification | None) -> str:
    import msgspec

    from backprop_lab.record import solution_record

    record = solution_record(solution, notation, verification)
    return msgspec.json.format(msgspec.json.encode(record), indent=1).decode()
