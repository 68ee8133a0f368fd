"""What a sheet says, whatever it is written in: who it is for, what is given, what is asked. No answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace

from backprop_lab.document import conventions
from backprop_lab.errors import escaped
from backprop_lab.feedback.words import points_text
from backprop_lab.handouts.handout import Sheet
from backprop_lab.task import Task
from backprop_lab.writing.notation import NotationName, Symbol
from backprop_lab.writing.numbers import given
from backprop_lab.writing.symbols import ascii_symbol


def content(sheet: Sheet, spelled: Callable[[Symbol], str]) -> SimpleNamespace:
    """Return what a template sees of a sheet, with symbols spelled in its format.

    `givens` are symbols with the rows of their matrices as they are written; strangers' text is on one line, and the
    format escapes it.
    """
    task = sheet.variant.task
    return SimpleNamespace(
        **conventions(task),
        name=escaped(sheet.student.name),
        id=escaped(sheet.student.id),
        code=sheet.variant.code,
        givens=list(_givens(task, sheet.notation, spelled)),
        parts=[
            SimpleNamespace(
                step=part.step,
                kind=part.kind,
                phase=part.phase,
                layer=part.layer,
                points=points_text(part.points),
                blanks=[
                    SimpleNamespace(symbol=spelled(blank.symbol), ascii=ascii_symbol(blank.symbol))
                    for blank in part.blanks
                ],
            )
            for part in sheet.parts
        ],
        rounding=task.rounding,
        decimals=task.decimals,
        notation=sheet.notation,
    )


def _givens(
    task: Task, notation: NotationName, spelled: Callable[[Symbol], str]
) -> Iterator[tuple[str, list[list[str]]]]:
    symbols, values = task.symbols(notation), task.givens()
    for name in task.graph.givens:
        single = values[name].shape == (1, 1) and notation != "pytorch"
        symbol = symbols.entry(name, 0, 0) if single else symbols.matrix(name)
        written = values[name].T if symbols.flips(name) else values[name]
        yield spelled(symbol), [[given(number) for number in row] for row in written.tolist()]
