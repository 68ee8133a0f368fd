"""Marking a 3-2-1 program, from what it showed in both worlds to its verdicts, against working the reference."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from backprop_lab.engine.worked import work
from backprop_lab.marking.mark import mark_program
from backprop_lab.marking.worlds import plan, stacked
from backprop_lab.sandbox.runner import record
from backprop_lab.submissions.script import script
from backprop_lab.taskfile import load_task
from tests.benchmarks.measure import Row, against_floor, in_turns

SUBMISSIONS = Path(__file__).parent.parent / "submissions"
MARKED = {
    "lab3_plain_in_out": "marking a right program",
    "lab3_updated_weights": "marking one with a mistake",
    "lab3_forward_only": "marking a forward pass alone",
}


def rows() -> Iterator[Row]:
    """Time the marking of three programs; the floor works the reference in both worlds, which every mark needs."""
    task = load_task("lab_task_3")
    for name, benchmark in MARKED.items():
        path = SUBMISSIONS / f"{name}.py"
        program = script(path.read_bytes(), path).program
        source = {cell.number: cell.source.split("\n") for cell in program.cells}
        own = record(program)
        planned = plan(task, own.constants, seed=1)
        runs = [own, record(program, moves=planned.moves)]
        assert {seen.site for seen in runs[0].seen} == {seen.site for seen in runs[1].seen}
        givens = stacked(task.givens(), planned.givens)
        measured, floor = in_turns(
            partial(mark_program, task, source, runs, planned), partial(work, task.graph, givens), repetitions=60
        )
        yield against_floor(benchmark, measured, floor, "working both worlds", "≤ 5 ms")
