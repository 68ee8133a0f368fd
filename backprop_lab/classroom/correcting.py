"""An instructor's own verdicts in the place of those that were found."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import get_args

from msgspec.structs import replace

from backprop_lab.classroom.row import Correction
from backprop_lab.errors import ClassroomError
from backprop_lab.marking.mark import credit, mark_answers
from backprop_lab.marking.marks import Corrected, Marks, VerdictName
from backprop_lab.submissions.names import Target
from backprop_lab.task import Task
from backprop_lab.taskfile import nearest
from backprop_lab.writing.symbols import ascii_symbol

VERDICTS: tuple[VerdictName, ...] = get_args(VerdictName)
_ENTRY = re.compile(r"(?a)(.+)\[\s*(\d{1,9})\s*,\s*(\d{1,9})\s*\]")


def corrected(marks: Marks, corrections: Iterable[Correction], task: Task) -> Marks:
    """Return marks with corrections in them, of which the last one of an entry counts.

    Where nothing could be marked, all else is missing. What the task does not ask is left as it is.
    """
    verdicts = {(one.step, one.row, one.column): one for one in marks.verdicts or mark_answers(task, []).verdicts}
    asks = {ask.step: ask for ask in task.asked}
    for correction in corrections:
        for spot, verdict in verdicts.items():
            ask = asks.get(verdict.step)
            if ask is None or not _is_meant(spot, correction):
                continue
            verdicts[spot] = replace(
                verdict,
                verdict=correction.verdict,
                points=verdict.max_points * credit(ask, correction.verdict, marks.work),
                cause=None,
                causes=(),
                remark=None,
                corrected=Corrected(correction.who, correction.when, correction.note),
            )
    return replace(marks, verdicts=tuple(verdicts.values()))


def _is_meant(spot: tuple[str, int, int], correction: Correction) -> bool:
    step, row, column = spot
    return step == correction.step and correction.row in (None, row) and correction.column in (None, column)


def parse_correction(text: str, task: Task) -> tuple[Target, VerdictName]:
    """Return what `STEP=VERDICT` means: a step or an entry of one that the task asks, and the verdict on it.

    STEP is the name of a step, which is all of its entries; one entry, as W1_new[0,1]; or the ASCII symbol of one in
    the task's notation. Raises ClassroomError, with near names.
    """
    name, equals, verdict = (part.strip() for part in text.rpartition("="))
    if not equals:
        raise ClassroomError(f'--set "{text[:80]}": expected STEP=VERDICT, such as delta1=right')
    if verdict not in VERDICTS:
        raise ClassroomError(f'--set "{text[:80]}": expected one of {", ".join(VERDICTS)}, found "{verdict[:60]}"')
    return _spot(name, task), VERDICTS[VERDICTS.index(verdict)]


def _spot(name: str, task: Task) -> Target:
    shapes = {ask.step: task.graph.shapes[ask.step] for ask in task.asked}
    if name in shapes:
        return (name, None, None)
    entry = _ENTRY.fullmatch(name)
    if entry and entry[1] in shapes:
        (rows, columns), row, column = shapes[entry[1]], int(entry[2]), int(entry[3])
        if row >= rows or column >= columns:
            last = f"{entry[1]}[{rows - 1},{columns - 1}]"
            raise ClassroomError(f'--set "{name}": there is no such entry; the last one is {last}')
        return (entry[1], row, column)
    symbols = task.symbols()
    entries = {
        ascii_symbol(symbols.entry(step, row, column)): (step, row, column)
        for step, (rows, columns) in shapes.items()
        for row in range(rows)
        for column in range(columns)
    }
    if name not in entries:
        raise ClassroomError(f'--set "{name[:60]}": the task asks no such step; {nearest(name, [*shapes, *entries])}')
    return entries[name]
