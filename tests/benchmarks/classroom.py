"""Grading a class: submissions per second, where the time of one goes, and a second run over a class that is marked.

The floor is what isolation alone costs: two runs of an empty program in the sandbox, which is where the two worlds of
a submission run. BACKPROP_LAB_CLASSES names sizes for the table of time and memory, such as "10 100 1000 10000".
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from backprop_lab.classroom.gradebook import Gradebook
from backprop_lab.classroom.job import Grading, Job, grade_job
from backprop_lab.classroom.publishing import write_feedback
from backprop_lab.limits import Limits
from backprop_lab.sandbox import open_sandbox
from backprop_lab.sandbox.runner import record
from backprop_lab.submissions.program import Cell, File, Program
from backprop_lab.submissions.script import script
from backprop_lab.taskfile import load_task, task_text
from tests.benchmarks.classes import Kind, write_class
from tests.benchmarks.measure import Row, against_floor, in_turns, readable, table

TASK = "lab_task_3"
JOBS = 2
SAMPLE = 40
SIZES = "10 100 1000"
ASKED: dict[Kind, tuple[int, str]] = {"numpy": (200, "≥ 100 a second"), "torch": (60, "≥ 30 a second")}
PEAK = """
import resource, runpy, sys
sys.argv[0] = "backprop-lab"
try:
    runpy.run_module("backprop_lab", alter_sys=True)
finally:
    print(*(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
"""


def rows() -> Iterator[Row]:
    """Time the command on a class of each kind, then the parts of a submission."""
    parts = _parts()
    for kind, (size, asked) in ASKED.items():
        with TemporaryDirectory() as folder:
            cold, again, _ = _graded(Path(folder), size, kind)
        name = f"`grade --jobs {JOBS}`, {kind}, one of {size}, cold start included"
        yield against_floor(name, cold / size, parts["two empty runs"], "two empty runs in the sandbox", asked)
    with TemporaryDirectory() as folder:
        _, again, _ = _graded(Path(folder), 1000, "numpy")
    yield against_floor("a second run over 1,000", again, parts["two empty runs"], "two empty runs", "≤ 2 s")
    rest = sum(parts[name] for name in ("read, mark, write pages", "store"))
    yield against_floor(
        "all but the runs, a submission", rest, parts["two runs"], "its two runs in the sandbox", "≤ 1×"
    )


def details() -> str:
    """Return the tables of where the time of a submission goes, and of classes of several sizes."""
    parts = [(name, readable(seconds)) for name, seconds in _parts().items()]
    sizes = [int(size) for size in os.environ.get("BACKPROP_LAB_CLASSES", SIZES).split()]
    text = f"One NumPy submission, one after the other:\n\n{table(('part', 'time'), parts)}\n\nClasses:\n\n"
    found = []
    for size in sizes:
        with TemporaryDirectory() as folder:
            cold, again, memory = _graded(Path(folder), size, "numpy")
        found.append((f"{size:,}", readable(cold), f"{size / cold:.0f}", readable(again), memory))
    return text + table(("submissions", "first run", "per second", "second run", "memory of the grader"), found)


def _graded(folder: Path, size: int, kind: Kind) -> tuple[float, float, str]:
    """Return the seconds of a first and of a second run of the command, and what memory the first took."""
    write_class(folder / "class", size, kind)
    command: list[str | Path] = [sys.executable, "-c", PEAK, "grade", TASK, folder / "class"]
    command += ["--out", folder / "out", "--jobs", str(JOBS)]
    seconds: list[float] = []
    said = ""
    for _ in range(2):
        start = perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        seconds.append(perf_counter() - start)
        said = said or done.stdout.splitlines()[-1]
    own, worker = (int(kilobytes) // 1024 for kilobytes in said.split())
    return seconds[0], seconds[1], f"{own} MB, a worker {worker} MB"


@cache
def _parts() -> dict[str, float]:
    """Return the seconds of each part of a submission, as the median of a sample of a class."""
    task = load_task(TASK)
    grading = Grading(task_text(TASK), "bubblewrap", Limits(), "wrong", b"")
    with TemporaryDirectory() as folder, open_sandbox("bubblewrap") as sandbox:
        write_class(Path(folder, "class"), SAMPLE, "numpy")
        files = sorted(Path(folder, "class").rglob("*.py"))
        jobs = [Job(path.stem, path.stem, path.stem, (File(path.name, path.read_bytes()),)) for path in files]
        programs = iter([script(path.read_bytes(), path).program for path in files] * 2)
        whole, again = iter(jobs * 2), iter([grade_job(job, grading) for job in jobs] * 2)
        empty = Program((Cell("import numpy as np"),), "empty.py")
        with Gradebook.begin(Path(folder), task, grading.task) as gradebook:

            def runs(program: Program) -> None:
                record(program, sandbox=sandbox)
                record(program, sandbox=sandbox)

            def store() -> None:
                graded = next(again)
                write_feedback(Path(folder), graded.student, graded.html, graded.markdown)
                gradebook.add([(graded.student, graded.entry)])

            bare, both, all_of_it, stored = in_turns(
                lambda: runs(empty),
                lambda: runs(next(programs)),
                lambda: grade_job(next(whole), grading),
                store,
                repetitions=len(jobs),
                clock=perf_counter,
            )
    return {
        "two empty runs": bare,
        "two runs": both,
        "read, mark, write pages": all_of_it - both,
        "store": stored,
    }
