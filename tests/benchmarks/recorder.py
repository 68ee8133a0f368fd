"""A program under the recorder, against the same program as `python script.py`: a plain lab, and a long loop."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from backprop_lab.sandbox import local
from backprop_lab.sandbox.runner import record
from backprop_lab.submissions.program import Cell, Program
from tests.benchmarks.measure import Row, against_floor, in_turns

SCRIPT = Path(__file__).parent.parent.parent / "solutions" / "lab_task_3_numpy.py"
ASSIGNMENTS = 10**6
LOOP = f"""\
w = 0.5
x = [0.25, 0.5, 0.75, 1.0]
for k in range({ASSIGNMENTS // 4}):
    z = w * x[k % 4]
    error = z - 0.1
    w -= 0.001 * error
    t = 0
print(w)
"""


def rows() -> Iterator[Row]:
    """Time `record` as somebody waits for it, and the bare script in the same environment.

    Both processes find their byte code compiled, as anywhere from the second run on, whatever
    PYTHONDONTWRITEBYTECODE says: it is kept in a folder of this benchmark's own, which is not the program's.
    """
    with TemporaryDirectory() as folder, TemporaryDirectory() as compiled:
        os.environ["PYTHONPYCACHEPREFIX"] = compiled
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        plain = _in_turns(Path(folder, "lab.py"), SCRIPT.read_text("utf-8"), "dW1", repetitions=40)
        loop = _in_turns(Path(folder, "loop.py"), LOOP, "error", repetitions=10)
    yield against_floor("recorder, plain lab script", *plain, "`python script.py`", "≤ 1.3×")
    yield against_floor("recorder, 10^6 assignments", *loop, "`python script.py`", "≤ 5×")


def _in_turns(path: Path, text: str, name: str, repetitions: int) -> tuple[float, float]:
    """Return the seconds that a script takes under the recorder and by itself; a name must have been seen."""
    path.write_text(text, "utf-8")
    program = Program((Cell(text),), path.name)
    recording = record(program)
    assert recording.status == "ok"
    assert name in {entry.where.name for entry in recording.seen}
    environment = {name: os.environ[name] for name in local.KEPT if name in os.environ} | local.SET
    bare = partial(
        subprocess.run,
        [sys.executable, str(path)],
        env=environment,
        stdout=subprocess.PIPE,
        cwd=path.parent,
        check=True,
    )
    measured, floor = in_turns(lambda: record(program), bare, repetitions=repetitions, clock=perf_counter)
    return measured, floor
