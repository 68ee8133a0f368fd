"""backprop-lab verify."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from backprop_lab.cli.options import (
    TaskCommand,
    deliver,
    load_own,
    model_options,
    optional_task_argument,
    set_option,
    variant_options,
)
from backprop_lab.engine import exact
from backprop_lab.engine.exact import Real
from backprop_lab.task import Task
from backprop_lab.verification import COLUMNS, Check, Verification, verify
from backprop_lab.writing.symbols import ascii_symbol

MOST_ROWS = 8
_LONGEST_EXACT = 12
_WIDTH = 160
"""Rich would cut symbols and digits short in a narrow terminal; a row that wraps keeps them."""


@click.command(name="verify", cls=TaskCommand)
@optional_task_argument
@click.option("--format", "format_", type=click.Choice(["txt", "json"]), default="txt", help="By default txt.")
@click.option("--steps", type=click.IntRange(1, 100_000), help="The number of updates.")
@set_option
@variant_options
@model_options
@click.pass_context
def command(
    ctx: click.Context,
    task: str,
    format_: str,
    steps: int | None,
    settings: tuple[str, ...],
    seed: int | None,
    student: str | None,
    roster: Path | None,
    state_dict: Path | None,
) -> None:
    """Compare float64, exact arithmetic, PyTorch autograd and finite differences, quantity by quantity.

    Leaves with status 1 if they disagree. Needs PyTorch: pip install "backprop-lab[torch]".

    \b
    Example:
      backprop-lab verify lesson_sigmoid
    """
    loaded = load_own(task, settings, seed, student, roster, state_dict)
    verification = verify(loaded, steps)
    if format_ == "json":
        import msgspec

        from backprop_lab.record import verification_record

        deliver(
            msgspec.json.format(msgspec.json.encode(verification_record(verification)), indent=1).decode(),
            None,
        )
    else:
        deliver(_table(loaded, verification), None)
    ctx.exit(0 if verification.agrees else 1)


def _table(task: Task, verification: Verification) -> str:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(task.title), box=None, pad_edge=False)
    table.add_column("quantity", no_wrap=True)
    for heading in ("float64", "exact", "PyTorch", "differences", "furthest"):
        table.add_column(heading, justify="right", no_wrap=True)
    for check in verification.checks:
        for row in _rows(task, check):
            table.add_row(*row)
    largest = {column: difference for column, difference in verification.largest.items() if difference is not None}
    names = {"exact": "exact", "torch": "PyTorch", "differences": "finite differences"}
    text = io.StringIO()
    console = Console(file=text, width=_WIDTH)
    console.print(table)
    console.print("Largest difference: " + ", ".join(f"{names[column]} {d:.1e}" for column, d in largest.items()))
    for note in verification.notes:
        console.print(Text(note))
    console.print("All agree." if verification.agrees else "They disagree, where marked with !")
    return text.getvalue()


def _rows(task: Task, check: Check) -> list[list[str]]:
    symbols = task.symbols()
    columns = check.value.shape[1]
    found = [difference for difference in check.differences.values() if difference is not None]
    rows = []
    for index in range(min(check.value.size, MOST_ROWS)):
        spot = divmod(index, columns)
        name = ascii_symbol(symbols.entry(check.name, *spot)) + (f" #{check.update}" if check.update > 1 else "")
        furthest = (f"{max(found):.0e}" if found else "") + ("" if check.agrees else " !")
        others = (None if other is None else other[spot] for other in (check.others[column] for column in COLUMNS))
        rows.append([name, _number(check.value[spot]), *map(_number, others), "" if index else furthest])
    if check.value.size > MOST_ROWS:
        rows.append([f"… {check.value.size - MOST_ROWS} more"])
    return rows


def _number(number: Any) -> str:
    if number is None or number != number:
        return "-"
    if isinstance(number, Real | Fraction):
        text = exact.text(number)
        return text if len(text) <= _LONGEST_EXACT else f"{float(number):.8g}"
    return f"{number + 0.0:.8g}"
