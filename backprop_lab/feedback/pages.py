"""Feedback as a page: plain text for a terminal, Markdown, or HTML that stands on its own."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from itertools import chain, repeat, zip_longest
from types import SimpleNamespace
from typing import TYPE_CHECKING, Literal, get_args

from backprop_lab.feedback.report import Feedback, Group
from backprop_lab.feedback.words import sentence
from backprop_lab.templating import render
from backprop_lab.writing.layout import TERMINAL_WIDTH

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

Page = Literal["txt", "md", "html"]
PAGES: tuple[Page, ...] = get_args(Page)

_COLUMNS = {"": 10, "quantity": 18, "points": 8, "found": 14, "expected": 14}
"""The columns of the terminal and how wide they may be; the last one, where, has what is left."""
_STYLES = {"right": "green", "follows": "cyan", "typed-in": "yellow", "wrong": "bold red", "missing": "magenta"}


def page(feedback: Feedback, kind: Page) -> str:
    """Return the feedback as a page for people; HTML has no scripts and loads nothing."""
    if kind == "txt":
        return terminal_page(feedback)
    return render(f"feedback.{kind}.j2", {"d": feedback.contents})


def terminal_page(feedback: Feedback, *, width: int = TERMINAL_WIDTH, coloured: bool = False) -> str:
    """Return the feedback as lines of a terminal, with its codes for colours if it is to be coloured."""
    from rich.console import Console
    from rich.text import Text

    text = io.StringIO()
    console = Console(
        file=text, width=width, force_terminal=coloured, color_system="standard" if coloured else None,
        highlight=False, emoji=False, markup=False, legacy_windows=False,
    )  # fmt: skip
    d = feedback.contents
    _print_summary(console, d)
    cells = {id(group): _cells(group) for groups in d.phases.values() for group in groups}
    headings = [Text(heading, "dim") for heading in (*_COLUMNS, "where")]
    widths = _widths([headings, *(row for rows in cells.values() for row in rows)])
    for phase, groups in d.phases.items():
        console.print(f"\n{sentence('phase_title', phase)}", style="bold")
        console.print(_table([headings], widths))
        for group in groups:
            console.print(_table(cells[id(group)], widths))
            _print_sentence(console, group, widths[0] + 1)
    _print_end(console, d)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"


def _print_summary(console: Console, d: SimpleNamespace) -> None:
    from rich.text import Text

    console.print(f"{d.title}: {d.submission}", style="bold")
    console.print()
    console.print(sentence("score", d), style="bold")
    counts = (
        Text(f"{sentence('sign', name)} {count} {sentence('verdict_name', name)}", _STYLES[name])
        for name, count in d.counts
    )
    console.print(Text("   ").join(counts))
    for text in d.messages:
        console.print(f"\n{text}")
    for frame in d.frames:
        console.print(f"    {frame}", style="dim")
    for text in d.notes:
        console.print(f"\n{sentence('note', text)}")
    if d.first is not None:
        console.print(f"\n{sentence('first', d.first)}")


def _cells(group: Group) -> list[list[Text]]:
    """Return the rows of a group; verdict and points stand in the first."""
    from rich.text import Text

    heads = chain([(group.said, group.points)], repeat(("", "")))
    rows = [
        [Text(head, _STYLES[group.verdict]), *map(Text, (row.symbols, points, row.found, row.expected, row.places))]
        for row, (head, points) in zip(group.rows, heads, strict=False)
    ]
    if group.left_out:
        rows.append([Text(), Text(sentence("more", group.left_out))])
    return rows


def _widths(rows: Iterable[Sequence[Text]]) -> list[int]:
    """Return how wide every column but the last must be, so that all tables have the same."""
    columns = zip_longest(*rows)
    return [
        min(most, max(cell.cell_len for cell in column if cell is not None))
        for column, most in zip(columns, _COLUMNS.values(), strict=False)
    ]


def _table(rows: Iterable[Sequence[Text]], widths: Sequence[int]) -> Table:
    from rich.table import Table

    table = Table.grid(padding=(0, 1, 0, 0), expand=True)
    for width in widths:
        table.add_column(min_width=width, max_width=width, overflow="fold")
    table.add_column(overflow="fold", ratio=1)
    for row in rows:
        table.add_row(*row)
    return table


def _print_sentence(console: Console, group: Group, indent: int) -> None:
    from rich.padding import Padding

    lines = [group.sentence, f"{sentence('look_at', group.several)} {group.formula}" if group.formula else ""]
    for line in filter(None, lines):
        console.print(Padding(line, (0, 0, 0, indent)))


def _print_end(console: Console, d: SimpleNamespace) -> None:
    for name in d.legend:
        console.print(f"\n{sentence('legend', name)}")
    if d.solution:
        console.print(f"\n{sentence('worked_solution', d)}\n  {d.solution}")
