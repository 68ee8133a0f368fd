"""A handout: for every student of a class a sheet with numbers of their own."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from backprop_lab.classroom.row import Student
from backprop_lab.handouts.key import Part, keys
from backprop_lab.task import Task
from backprop_lab.variants import Variant, variants
from backprop_lab.writing.notation import NotationName


class Sheet(Struct, frozen=True):
    """The sheet of one student: their variant of the task, and what is asked of them, with the right numbers."""

    student: Student
    variant: Variant
    notation: NotationName
    parts: tuple[Part, ...]


class Handout(Struct, frozen=True):
    """The sheets of a class, in the order of its roster."""

    task: Task
    seed: int
    sheets: tuple[Sheet, ...]


def handout(task: Task, students: Sequence[Student], seed: int, notation: NotationName | None = None) -> Handout:
    """Draw a variant for every student; two have the same only where the roster gives them the same seed.

    Raises VariantError where the `[variants]` of the task leave nothing to draw.
    """
    drawn = variants(task, seed, [student.variant_key for student in students])
    name = notation or task.notation
    parts = keys([variant.task for variant in drawn], task.symbols(name)) if drawn else []
    sheets = (Sheet(*own[:2], name, own[2]) for own in zip(students, drawn, parts, strict=True))
    return Handout(task, seed, tuple(sheets))
