"""Training programs in the manners of real students: each gets the verdicts that a careful person would give.

A file of `tests/submissions/task4` has its verdicts in `expected.toml` there; those of other kinds of iris are marked
by `classes.toml`, and all others by `task.toml`. They are run for real, in two sandboxes at once.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue

import pytest

from backprop_lab.checking import check
from backprop_lab.limits import Limits
from backprop_lab.marking.marks import Marks
from backprop_lab.sandbox import open_sandbox
from backprop_lab.sandbox.request import Sandbox
from backprop_lab.taskfile import load_training
from tests.needs import needs_bubblewrap, needs_sklearn, needs_torch

FOLDER = Path(__file__).parent / "submissions" / "task4"
EXPECTED = tomllib.loads((FOLDER / "expected.toml").read_text(encoding="utf-8"))
VERDICTS: dict[str, dict[str, str]] = {name: {} for name in EXPECTED["right"]["files"]} | EXPECTED["wrong"]
OF_CLASSES = ("iris_right.py", "iris_log_softmax.py", "softmax_before_cross_entropy.py")
SECONDS = 300.0


def marked(name: str, idle: SimpleQueue[Sandbox]) -> Marks:
    task = load_training(FOLDER / ("classes.toml" if name in OF_CLASSES else "task.toml"))
    sandbox = idle.get()
    try:
        return check(task, FOLDER / name, sandbox=sandbox, limits=Limits().lasting(SECONDS))
    finally:
        idle.put(sandbox)


@pytest.fixture(scope="module")
def marks() -> Iterator[dict[str, Future[Marks]]]:
    """All of them, being marked by two threads, each of which waits for a sandbox of its own."""
    needs_torch()
    needs_sklearn()
    needs_bubblewrap()
    idle: SimpleQueue[Sandbox] = SimpleQueue()
    with ExitStack() as stack:
        for _ in range(2):
            idle.put(stack.enter_context(open_sandbox("bubblewrap")))
        threads = stack.enter_context(ThreadPoolExecutor(2))
        yield {name: threads.submit(marked, name, idle) for name in sorted(VERDICTS)}
        threads.shutdown(cancel_futures=True)


@pytest.mark.parametrize("name", sorted(VERDICTS))
def test_a_training_program_gets_the_verdicts_of_a_careful_person(name: str, marks: dict[str, Future[Marks]]) -> None:
    expected = {step: wanted for step, wanted in VERDICTS[name].items() if step != "status"}

    found = marks[name].result()

    assert found.status == VERDICTS[name].get("status", "ok"), found.crash
    told = {one.step: f"{one.verdict} {one.cause or ''}".strip() for one in found.verdicts}
    assert {step: verdict for step, verdict in told.items() if verdict != "right"} == expected
    assert len(found.verdicts) == 10


def test_every_program_of_the_folder_is_expected() -> None:
    programs = {path.name for path in FOLDER.iterdir() if path.suffix in (".py", ".ipynb")}
    assert programs == set(VERDICTS)
    assert len(programs) >= 24
