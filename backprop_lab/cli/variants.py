"""backprop-lab variants."""

from __future__ import annotations

import click

from backprop_lab.cli.options import SEED, TaskCommand, deliver, set_option, task_argument
from backprop_lab.taskfile import load_task


@click.command(name="variants", cls=TaskCommand)
@task_argument
@click.option("-n", "number", type=click.IntRange(1, 100_000), default=1000, show_default=True, help="How many.")
@click.option("--seed", type=SEED, default=0, show_default=True, help="What they are drawn from.")
@set_option
def command(task: str, number: int, seed: int, settings: tuple[str, ...]) -> None:
    """Draw variants of a task, and say how they are spread: draws, sizes of numbers, mistakes that stay hidden.

    \b
    Example:
      backprop-lab variants lab_task_3 -n 1000
    """
    from backprop_lab.handouts.spread import spread_page
    from backprop_lab.variants import study, variants

    loaded = load_task(task, settings)
    studied = study(loaded)
    keys = [f"id {count}" for count in range(1, number + 1)]
    deliver(spread_page(loaded, studied, variants(loaded, seed, keys, studied)), None)
