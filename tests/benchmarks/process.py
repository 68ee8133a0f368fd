"""`solve` as a whole process, against the imports that no such program can do without."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from backprop_lab.document import Document
from backprop_lab.solution import solve
from backprop_lab.taskfile import load_task
from backprop_lab.templating import render
from tests.benchmarks.measure import Row, against_floor, in_turns

FLOOR = "import numpy, click, jinja2"


def rows() -> Iterator[Row]:
    """Time `python -m backprop_lab solve lab_task_3 -o FILE` as somebody waits for it.

    Both processes find their byte code compiled, as anywhere from the second run on, whatever
    PYTHONDONTWRITEBYTECODE says: it is kept in a folder of this benchmark's own.
    """
    with TemporaryDirectory() as folder:
        output = Path(folder, "solution.md")
        environment = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = folder
        process = partial(subprocess.run, env=environment, check=True)
        ours = partial(process, [sys.executable, "-m", "backprop_lab", "solve", "lab_task_3", "-o", str(output)])
        floor = partial(process, [sys.executable, "-c", FLOOR])
        ours()
        task = load_task("lab_task_3")
        document = Document(solve(task), task.notation, "both", "latex")
        assert output.read_text("utf-8") == render("solution.md.j2", document.context())
        measured, imports = in_turns(ours, floor, repetitions=40, clock=perf_counter)
    yield against_floor("solve lab_task_3 to Markdown, a process", measured, imports, f"`{FLOOR}`", "≤ 1.5×")
