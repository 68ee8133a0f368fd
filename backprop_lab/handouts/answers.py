"""What a student hands in digitally: the answer sheet, and a notebook with a cell for every step that is asked."""

from __future__ import annotations

from types import SimpleNamespace

from backprop_lab.engine.arithmetic import Array
from backprop_lab.errors import escaped
from backprop_lab.feedback.words import points_text
from backprop_lab.handouts.handout import Sheet
from backprop_lab.sheet import answer_sheet
from backprop_lab.templating import render
from backprop_lab.writing.notation import Notation
from backprop_lab.writing.numbers import given
from backprop_lab.writing.symbols import ascii_symbol


def answers_toml(sheet: Sheet) -> str:
    """Return the answer sheet of a student, who stands on it already."""
    return answer_sheet(sheet.variant.task, sheet.notation, escaped(sheet.student.name), escaped(sheet.student.id))


def answers_notebook(sheet: Sheet) -> str:
    """Return a notebook that has the student's numbers, and a cell with the names of every step that is asked."""
    task = sheet.variant.task
    symbols = task.symbols(sheet.notation)
    givens = task.givens()
    names = [name for name in task.graph.givens if symbols.entry(name, 0, 0).role == "value"]
    about = SimpleNamespace(
        title=task.title,
        name=escaped(sheet.student.name),
        id=escaped(sheet.student.id),
        code=sheet.variant.code,
        depth=task.spec.depth,
        decimals=task.decimals,
        rounding=task.rounding,
        arrays=symbols.name == "pytorch",
        givens=[line for name in names for line in _given(symbols, name, givens[name])],
        steps=[
            SimpleNamespace(
                name=part.step,
                kind=part.kind,
                layer=part.layer,
                points=points_text(part.points),
                names=_names(symbols, part.step, [(blank.row, blank.column) for blank in part.blanks]),
            )
            for part in sheet.parts
        ],
    )
    return render("handout_answers.ipynb.j2", {"d": about})


def _given(symbols: Notation, name: str, array: Array) -> list[tuple[str, str]]:
    """Return the names and values in Python of a given: of each number, or in code of the whole array."""
    spots = symbols.spots(name, array.shape)
    if symbols.name != "pytorch":
        return [(ascii_symbol(symbols.entry(name, *spot)), given(float(array[spot]))) for spot in spots]
    written = array.T if symbols.flips(name) else array
    rows = ", ".join("[" + ", ".join(given(float(number)) for number in row) + "]" for row in written)
    single = written.shape == (1, 1) and name not in ("x", "y") and name[0] not in "Wb"
    value = given(float(written[0, 0])) if single else f"np.array([{rows}])"
    return [(_variable(symbols, name), value)]


def _names(symbols: Notation, step: str, spots: list[tuple[int, int]]) -> list[str]:
    """Return the names that a step is to have in Python."""
    if symbols.name == "pytorch":
        return [_variable(symbols, step)]
    return [ascii_symbol(symbols.entry(step, *spot)) for spot in spots]


def _variable(symbols: Notation, name: str) -> str:
    return ascii_symbol(symbols.matrix(name)).replace(".", "_")
