"""backprop-lab new."""

from __future__ import annotations

import re
from pathlib import Path

import click

from backprop_lab.cli.options import deliver
from backprop_lab.engine.network import ACTIVATIONS, LOSSES, Activation, Loss
from backprop_lab.errors import LabError
from backprop_lab.newtask import new_task, new_training


@click.command(name="new")
@click.argument("name")
@click.option(
    "--sizes", default="3-2-1", show_default=True, metavar="N-N-…", help="Inputs, then units of each layer."
)
@click.option(
    "--hidden",
    type=click.Choice(ACTIVATIONS),
    default="relu",
    show_default=True,
    help="Activation of the hidden layers.",
)
@click.option("--output", "output_activation", type=click.Choice(ACTIVATIONS), help="Activation of the output layer.")
@click.option(
    "--loss",
    type=click.Choice(LOSSES),
    metavar="LOSS",
    help=f"What is to be made small: {', '.join(LOSSES)}. "
    "By default half_squared_error, of a training mean_squared_error.",
)
@click.option(
    "--samples",
    type=click.IntRange(1, 1000),
    help="Rows of inputs and targets; by default 1, of a training 40.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Which numbers are drawn.")
@click.option("--training", is_flag=True, help="Write a training task, with epochs and batches.")
def command(
    name: str,
    sizes: str,
    hidden: Activation,
    output_activation: Activation | None,
    loss: Loss | None,
    samples: int | None,
    seed: int,
    training: bool,
) -> None:
    """Write a commented task file NAME.toml into this folder, to change as you like.

    \b
    Examples:
      backprop-lab new mine
      backprop-lab new classes --sizes 4-3-3 --loss cross_entropy
      backprop-lab new lab --training --sizes 3-4-1
    """
    stem = name.removesuffix(".toml")
    if not re.fullmatch(r"[A-Za-z0-9][\w-]{0,99}", stem, re.ASCII):
        raise LabError(f"{name[:100]}: expected a name of letters, digits, - and _, such as my_task")
    path = Path(f"{stem}.toml")
    if path.exists() or path.is_symlink():
        raise LabError(f"{path}: is there already; choose another name or remove it")
    write = new_training if training else new_task
    loss = loss or ("mean_squared_error" if training else "half_squared_error")
    samples = samples or (40 if training else 1)
    deliver(write(stem, _sizes(sizes), hidden, output_activation, loss, samples, seed), path)
    click.echo(f"Wrote {path}; now: backprop-lab {'train' if training else 'solve'} {path}", err=True)


def _sizes(text: str) -> tuple[int, ...]:
    if not re.fullmatch(r"\d{1,30}([-,x]\d{1,30})+", text, re.ASCII):
        raise LabError(f"--sizes {text[:40]}: expected numbers such as 3-2-1: inputs, then units of each layer")
    return tuple(int(part) for part in re.split("[-,x]", text))
