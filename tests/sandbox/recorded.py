"""Run small programs under the recorder, and say what of a recording a test looks at."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import dedent

from backprop_lab.limits import Limits
from backprop_lab.marking.observations import Constant, Move, Recording, Seen
from backprop_lab.sandbox.runner import record
from backprop_lab.submissions.program import Cell, File, Program


def script(text: str, files: tuple[File, ...] = ()) -> Program:
    return Program((Cell(dedent(text)),), "lab.py", files)


def notebook(*cells: str) -> Program:
    return Program(tuple(Cell(dedent(cell), number) for number, cell in enumerate(cells, 1)), "lab.ipynb")


def run(text: str, *, moves: Sequence[Move] = (), limits: Limits = Limits().lasting(60)) -> Recording:  # noqa: B008
    """Run a script that is to end well."""
    recording = record(script(text), moves=moves, limits=limits)
    assert recording.status == "ok", recording.crash
    return recording


def seen(recording: Recording, name: str) -> list[Seen]:
    return [entry for entry in recording.seen if entry.where.name == name]


def values(recording: Recording, name: str) -> list[tuple[float | None, ...]]:
    """Return the numbers that were seen under a name, in order."""
    return [entry.numbers for entry in seen(recording, name)]


def stated(recording: Recording) -> dict[str, tuple[float, ...]]:
    """Return the constants of a program by their names."""
    return {entry.where.name: entry.numbers for entry in recording.constants}


def move(constant: Constant, *now: float) -> Move:
    return Move(constant.place, constant.leaf, constant.numbers, now)


def moved(text: str, name: str, *now: float) -> Recording:
    """Run a script that is to end well, with the numbers of one of its constants moved."""
    (constant,) = (entry for entry in run(text).constants if entry.where.name == name)
    return run(text, moves=[move(constant, *now)])
