"""The report on a class: one page of HTML that stands on its own, and a few lines for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain
from statistics import fmean, median
from types import SimpleNamespace
from typing import get_args

from backprop_lab.classroom.filenames import file_name
from backprop_lab.classroom.row import Correction
from backprop_lab.classroom.similarity import SAME, clusters, similar_pairs
from backprop_lab.classroom.tally import REASONS, Mistake, Tally
from backprop_lab.feedback.lab_words import lab_words
from backprop_lab.feedback.words import message_text, printable, sentence
from backprop_lab.marking.marks import VerdictName
from backprop_lab.templating import render
from backprop_lab.writing.numbers import shown

MOST_NAMED = 200
"""Students that one mistake, cluster or list names."""
MOST_ROWS = 100
"""Rows of one table."""
_VERDICTS: tuple[VerdictName, ...] = get_args(VerdictName)
_BARS = 10
"""Bars of a histogram, with one more for full marks."""


def class_report(found: Tally, *, when: str, given_out: Collection[int] = ()) -> str:
    """Return the report as a page of HTML that loads nothing and runs nothing.

    `when` is the time of the run as it is to be read; `given_out` are the hashes of programs that every student had
    (`similarity.given_out`). Feedback is linked as `feedback/NAME.html`, with names by `file_name`.
    """
    return render("class_report.html.j2", {"d": _contents(found, when, given_out)})


def class_summary(found: Tally, report: str) -> str:
    """Return the lines for the terminal at the end of a run; `report` is where the page lies."""
    about = SimpleNamespace(numbers=_numbers(found), to_look_at=found.to_look_at, report=printable(report, 500))
    return render("class_summary.txt.j2", {"d": about})


def _contents(found: Tally, when: str, given_out: Collection[int]) -> SimpleNamespace:
    """Return what the page says; what strangers wrote is printable text."""
    student = _namer(found)
    by_mistake = sorted(found.mistakes.values(), key=lambda one: (-len(one.students), -one.numbers, one.text))
    return SimpleNamespace(
        title=found.task.title,
        kind=lab_words(found.task).kind,
        when=printable(when),
        numbers=_numbers(found),
        bars=_bars([*chain.from_iterable(found.percents.values())]),
        groups=list(_groups(found)) if any(found.groups) else [],
        verdicts=_VERDICTS,
        steps=list(_steps(found)),
        mistakes=[_mistake(found, one, student) for one in by_mistake],
        unexplained=_mistake(found, found.unexplained, student) if found.unexplained.numbers else None,
        concerns=list(_concerns(found, student)),
        to_look_at=found.to_look_at,
        clusters=_clusters(found, given_out, student),
        same=shown(100 * SAME, 0),
        shared=_shared(found, student),
        own_numbers=found.own_numbers,
        corrections=_cut([_correction(found, *one, student) for one in found.corrections], found.correction_count),
        late=_students(found.late, student),
        nothing=_students(found.nothing, student),
    )


def _namer(found: Tally) -> Callable[[int], SimpleNamespace]:
    """Return what makes a student's number into words, with the feedback where there is any."""
    without = set(found.nothing)

    def student(number: int) -> SimpleNamespace:
        id_, name = found.ids[number], found.names[number]
        link = "" if number in without else f"feedback/{file_name(id_)}.html"
        return SimpleNamespace(id=printable(id_), name=printable(name), link=link)

    return student


def _cut(items: Sequence[object], of: int | None = None, most: int = MOST_ROWS) -> SimpleNamespace:
    """Return the first items of a list, how many there are, and how many are left out."""
    total = len(items) if of is None else of
    return SimpleNamespace(items=items[:most], total=total, more=total - len(items[:most]))


def _students(numbers: Sequence[int], student: Callable[[int], SimpleNamespace]) -> SimpleNamespace:
    return _cut([student(number) for number in numbers[:MOST_NAMED]], len(numbers), MOST_NAMED)


def _numbers(found: Tally) -> SimpleNamespace:
    percents = [*chain.from_iterable(found.percents.values())]
    return SimpleNamespace(
        students=len(found.ids),
        marked=found.marked,
        nothing=len(found.nothing),
        off_roster=found.off_roster,
        late=len(found.late),
        mean=shown(fmean(percents), 1) if percents else None,
        median=shown(median(percents), 1) if percents else None,
        mean_points=shown(found.points / found.marked, 1) if percents and found.max_points else "",
        max_points=shown(found.max_points, 2),
    )


def _bars(percents: Sequence[float]) -> list[SimpleNamespace]:
    """Return a histogram: the label and count of each bar, and its height as a share of the highest."""
    counts = [0] * (_BARS + 1)
    for percent in percents:
        counts[int(percent * _BARS / 100)] += 1
    width, highest = 100 // _BARS, max(1, *counts)
    labels = [f"{at * width}–{(at + 1) * width - 1}" for at in range(_BARS)] + ["100"]
    return [
        SimpleNamespace(label=label, count=count, height=round(count / highest, 3))
        for label, count in zip(labels, counts, strict=True)
    ]


def _groups(found: Tally) -> Iterator[SimpleNamespace]:
    for group, students in sorted(found.groups.items())[:MOST_ROWS]:
        percents: Sequence[float] = found.percents.get(group, ())
        yield SimpleNamespace(
            name=printable(group),
            students=students,
            marked=len(percents),
            mean=shown(fmean(percents), 1) if percents else "",
            median=shown(median(percents), 1) if percents else "",
            bars=_bars(percents),
        )


def _steps(found: Tally) -> Iterator[SimpleNamespace]:
    """Yield the steps asked for in the order of work, with the share of every verdict in whole percent."""
    words = lab_words(found.task)
    for step in words.steps:
        work = found.steps.get(step)
        if work is None:
            continue
        total = work.verdicts.total()
        yield SimpleNamespace(
            title=words.title(step),
            symbols=_symbols(found, step),
            shares=[(name, work.verdicts[name], round(100 * work.verdicts[name] / total)) for name in _VERDICTS],
            points=shown(100 * work.points / work.max_points, 0) if work.max_points else None,
        )


def _symbols(found: Tally, step: str) -> str:
    words = lab_words(found.task)
    return sentence("symbols", [words.symbols(step, *spot).unicode for spot in words.spots(step)])


def _mistake(found: Tally, mistake: Mistake, student: Callable[[int], SimpleNamespace]) -> SimpleNamespace:
    return SimpleNamespace(
        text=mistake.text,
        numbers=mistake.numbers,
        symbols=[_symbols(found, step) for step in lab_words(found.task).steps if step in mistake.steps],
        students=_students(mistake.students, student),
    )


def _concerns(found: Tally, student: Callable[[int], SimpleNamespace]) -> Iterator[SimpleNamespace]:
    """Yield the submissions that need a person by their most pressing reason."""
    for reason in REASONS:
        if found.concern_counts[reason]:
            rows = [
                SimpleNamespace(
                    student=student(one.student),
                    submission=one.submission,
                    percent="" if one.percent is None else shown(one.percent, 0),
                    details=one.details,
                )
                for one in found.concerns[reason]
            ]
            yield SimpleNamespace(reason=reason, rows=_cut(rows, found.concern_counts[reason]))


def _clusters(found: Tally, given_out: Collection[int], student: Callable[[int], SimpleNamespace]) -> SimpleNamespace:
    number = {id_: at for at, id_ in enumerate(found.ids)}
    return _cut(
        [
            SimpleNamespace(
                students=_students([number[id_] for id_ in cluster.members], student),
                lowest=int(100 * cluster.lowest),
                highest=int(100 * cluster.highest),
            )
            for cluster in clusters(similar_pairs(found.fingerprints, given_out))
        ]
    )


def _shared(found: Tally, student: Callable[[int], SimpleNamespace]) -> SimpleNamespace:
    """Return the wrong numbers that students share: those of the same students in one row, the most numbers first."""
    number = {id_: at for at, id_ in enumerate(found.ids)}
    rows: dict[tuple[str, ...], list[str]] = {}
    for one in found.wrong_values.shared(found.ids, found.marked):
        rows.setdefault(one.students, []).append(f"{one.symbol} = {one.value:.9g}")
    ordered = sorted(rows.items(), key=lambda row: (-len(row[1]), row[0]))
    return _cut(
        [
            SimpleNamespace(values=_cut(values, most=12), students=_students([number[id_] for id_ in ids], student))
            for ids, values in ordered[:MOST_ROWS]
        ],
        len(ordered),
    )


def _correction(
    found: Tally, number: int, correction: Correction, student: Callable[[int], SimpleNamespace]
) -> SimpleNamespace:
    step, row, column = correction.step, correction.row, correction.column
    words = lab_words(found.task)
    if step not in words.steps:
        symbol = printable(step)
    elif row is None or column is None:
        symbol = _symbols(found, step)
    else:
        symbol = words.symbols(step, row, column).unicode
    return SimpleNamespace(
        student=student(number),
        symbol=symbol,
        verdict=correction.verdict,
        note=message_text(correction.note),
        who=printable(correction.who),
        when=printable(correction.when),
    )
