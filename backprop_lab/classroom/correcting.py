"""An instructor's own verdicts in the place of those that were found."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import get_args

from msgspec.structs import replace

from backprop_lab.classroom.row import Correction
from backprop_lab.complaints import nearest
from backprop_lab.errors import ClassroomError
from backprop_lab.feedback.lab_words import lab_words
from backprop_lab.marking.mark import credit, mark_answers
from backprop_lab.marking.marks import Corrected, Marks, Verdict, VerdictName
from backprop_lab.runs.judging import nothing_seen
from backprop_lab.submissions.names import Target
from backprop_lab.trainingtask import Lab, TrainingTask

VERDICTS: tuple[VerdictName, ...] = get_args(VerdictName)
_ENTRY = re.compile(r"(?a)(.+)\[\s*(\d{1,9})\s*,\s*(\d{1,9})\s*\]")


def corrected(marks: Marks, corrections: Iterable[Correction], task: Lab) -> Marks:
    """Return marks with corrections in them, of which the last one of an entry counts.

    Where nothing could be marked, all else is missing. What the task does not ask is left as it is.
    """
    verdicts = {(one.step, one.row, one.column): one for one in marks.verdicts or _all_missing(task)}
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


def _all_missing(task: Lab) -> tuple[Verdict, ...]:
    return nothing_seen(task) if isinstance(task, TrainingTask) else mark_answers(task, []).verdicts


def _is_meant(spot: tuple[str, int, int], correction: Correction) -> bool:
    step, row, column = spot
    return step == correction.step and correction.row in (None, row) and correction.column in (None, column)


def parse_correction(text: str, task: Lab) -> tuple[Target, VerdictName]:
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


def _spot(name: str, task: Lab) -> Target:
    words = lab_words(task)
    spots = {ask.step: words.spots(ask.step) for ask in task.asked}
    if name in spots:
        return (name, None, None)
    entry = _ENTRY.fullmatch(name)
    if entry and entry[1] in spots:
        found, last = (int(entry[2]), int(entry[3])), max(spots[entry[1]])
        if found not in spots[entry[1]]:
            raise ClassroomError(
                f'--set "{name}": there is no such entry; the last one is {entry[1]}[{last[0]},{last[1]}]'
            )
        return (entry[1], *found)
    entries = {words.symbols(step, *spot).ascii: (step, *spot) for step, found in spots.items() for spot in found}
    if name not in entries:
        asked = "step" if words.kind == "pass" else "requirement"
        raise ClassroomError(
            f'--set "{name[:60]}": the task asks no such {asked}; {nearest(name, [*spots, *entries])}'
        )
    return entries[name]
