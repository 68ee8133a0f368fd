"""Handouts of small classes whose names and titles are hostile to every format."""

from __future__ import annotations

from msgspec.structs import replace

from backprop_lab.classroom.row import Student
from backprop_lab.handouts.handout import Handout, handout
from backprop_lab.taskfile import load_task
from backprop_lab.writing.notation import NotationName

TASKS = ("lab_task_3", "lesson_sigmoid", "three_class_softmax")
TITLE = r"]]> & <b>Lab</b> {1:NUMERICAL:=1} ~%100% # \input{x} :: a/b // $\SI{1}{m}$ `c` <!-- _x_ *y* {{ 7*7 }} ŷ/"
NAME = r"O'Brien & Sons_100% #1 \input{x} {{7*7}} <b> ]]> {1:NM:=1} ~= $x$ Nguyễn Θεοδώρα"


def hostile(task: str, size: int = 20, notation: NotationName | None = None) -> Handout:
    """Return a handout for a class of whom each has the same hostile name, and none is a name of a file."""
    students = [Student(f"s/{number} <{number}>", NAME) for number in range(size)]
    return handout(replace(load_task(task), title=TITLE), students, 2026, notation)
