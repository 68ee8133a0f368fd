"""The documents of a large class, from drawing its variants on, against filling in where everything stands ready."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from backprop_lab.classroom.row import Student
from backprop_lab.diagram import pictures
from backprop_lab.handouts import documents
from backprop_lab.handouts.documents import Documents, Look
from backprop_lab.handouts.handout import handout
from backprop_lab.task import Task
from backprop_lab.taskfile import load_task
from backprop_lab.templating import render
from tests.benchmarks.measure import Row, against_floor, forget_what_was_written, in_turns

Texts = list[str]


def rows() -> Iterator[Row]:
    """Time a class of Task 3; the floor renders the same documents through the same templates from ready data."""
    task = load_task("lab_task_3")
    for told, kind, count in (
        ("sheets, all.tex, key.tex", sheets, 1_000),
        ("solutions as well", with_solutions, 200),
    ):
        students = [Student(f"s{number}", f"Student {number}") for number in range(count)]
        whole = partial(made, task, students, kind)
        ready = rendered_by(whole)
        assert set(whole()) <= set(filled_in(ready))
        measured, floor = in_turns(whole, partial(filled_in, ready), repetitions=3, before=forget_what_was_written)
        yield against_floor(f"{count:,} students: {told}", measured, floor, "filled in", "≤ 2×")


def made(task: Task, students: list[Student], kind: Callable[[Documents], Texts]) -> Texts:
    """Return the documents of a class of which only the roster is known."""
    return kind(Documents(handout(task, students, 2026), Look()))


def sheets(written: Documents) -> Texts:
    """Return every sheet, those of the class in one document, and the key."""
    own = [written.sheet(sheet) for sheet in written.handout.sheets]
    return [*own, written.sheet(*written.handout.sheets), written.key()]


def with_solutions(written: Documents) -> Texts:
    """Return the same, and every solution."""
    return [*sheets(written), *(written.solution(sheet) for sheet in written.handout.sheets)]


def rendered_by(run: Callable[[], Texts]) -> list[tuple[Any, Any]]:
    """Return the templates that a run renders, those of its pictures too, each with what it is filled in with."""
    ready: list[tuple[Any, Any]] = []

    def noted(template: Any, context: Any) -> str:
        ready.append((template, context))
        return render(template, context)

    try:
        documents.render = pictures.render = noted  # type: ignore[attr-defined]
        run()
    finally:
        documents.render = pictures.render = render  # type: ignore[attr-defined]
    return ready


def filled_in(ready: list[tuple[Any, Any]]) -> Texts:
    """Render what stands ready."""
    return [render(template, context) for template, context in ready]
