"""backprop-lab derive."""

from __future__ import annotations

from pathlib import Path

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
from backprop_lab.derivation import derivation_context, derive
from backprop_lab.templating import render
from backprop_lab.writing.notation import NotationName

FORMATS = ("txt", "md", "tex")


@click.command(name="derive", cls=TaskCommand)
@optional_task_argument
@click.option("--wrt", required=True, metavar="SYMBOL", help="A weight, bias or input, such as w11, theta3 or x2.")
@click.option("--format", "format_", type=click.Choice(FORMATS), help="By default as -o's suffix says, else txt.")
@notation_option
@decimals_option
@set_option
@variant_options
@model_options
@output_option
def command(
    task: str,
    wrt: str,
    format_: str | None,
    notation: NotationName | None,
    decimals: int | None,
    settings: tuple[str, ...],
    seed: int | None,
    student: str | None,
    roster: Path | None,
    state_dict: Path | None,
    output: Path | None,
) -> None:
    """Write the chain rule for one number out, path by path, with symbols, numbers and their sum.

    \b
    Examples:
      backprop-lab derive lab_task_3 --wrt w12
      backprop-lab derive three_layer --wrt x2 -o chain.md
    """
    format_ = pick_format(FORMATS, format_, output)
    if decimals is not None:
        settings = (*settings, f"decimals={decimals}")
    derivation = derive(load_own(task, settings, seed, student, roster, state_dict), wrt, notation)
    context = derivation_context(derivation, "unicode" if format_ == "txt" else "latex", notation)
    deliver(render(f"derivation.{format_}.j2", context), output, task)
