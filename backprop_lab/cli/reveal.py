"""The option of all commands that mark: how much students get to know."""

from __future__ import annotations

import click

from backprop_lab.feedback import REVEALS

reveal_option = click.option(
    "--reveal",
    type=click.Choice(REVEALS),
    default="wrong",
    show_default=True,
    help="Right numbers in the feedback: none, those of wrong ones, or all.",
)
