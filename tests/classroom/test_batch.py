"""Jobs on real executors: processes of this computer, and a Dask cluster of which a worker dies."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

from backprop_lab.classroom import batch
from backprop_lab.classroom.job import Grading, Job, grade_job
from backprop_lab.errors import MissingExtraError
from backprop_lab.limits import Limits
from backprop_lab.submissions.program import File
from tests.classroom.classes import RIGHT, scores, slow_class, started, stored, wait_until_stored
from tests.classroom.gradebooks import TEXT
from tests.needs import needs, needs_bubblewrap
from tests.redteam.grading import Graded

GRADING = Grading(TEXT, "bubblewrap", Limits(), "wrong", b"secret")


def jobs(number: int, content: bytes = RIGHT) -> Iterator[Job]:
    for index in range(number):
        yield Job(f"s{index}", "key", "digest", (File("lab.py", content),))


def test_every_job_is_done_once() -> None:
    needs_bubblewrap()
    with batch.local(2) as make:
        done = [graded for some in batch.run(jobs(9), GRADING, make, 2) for graded in some]
    assert sorted(graded.student for graded in done) == [f"s{index}" for index in range(9)]
    assert {graded.entry.marks.score for graded in done} == {32}


def test_only_a_few_jobs_are_held_at_a_time() -> None:
    needs_bubblewrap()
    taken: list[str] = []

    def counted() -> Iterator[Job]:
        for job in jobs(30):
            taken.append(job.student)
            yield job

    with batch.local(1) as make:
        results = batch.run(counted(), GRADING, make, 1)
        first = next(results)
        assert len(taken) <= (1 + batch.AHEAD)
        rest = [graded for some in results for graded in some]
    assert len(first) + len(rest) == 30


def test_a_mistake_of_ours_costs_one_submission_and_is_told() -> None:
    broken = Job("s", "key", "digest", (File("lab.py", None),))  # type: ignore[arg-type]
    graded = grade_job(broken, GRADING)
    assert graded.entry.marks.status == "sandbox"
    assert graded.entry.marks.crash is not None
    assert graded.entry.marks.crash.type == "InternalError"


def test_a_missing_library_is_told_by_a_worker() -> None:
    told = pickle.loads(pickle.dumps(MissingExtraError("IPython", "notebooks")))
    assert str(told) == str(MissingExtraError("IPython", "notebooks"))


class Cluster:
    """A scheduler and its workers on this computer, as processes."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self.stack = folder, stack
        self.scheduler = self.start("scheduler", "--port", "0")
        self.address = self.said("Scheduler at:")
        self.workers = [self.start("worker", self.address, "--nthreads", "1", "--no-nanny") for _ in range(2)]

    def start(self, kind: str, *options: str) -> subprocess.Popen[bytes]:
        """Start a process of the cluster; it ends with the test."""
        command = [sys.executable, "-m", "dask", kind, *options, "--host", "127.0.0.1", "--no-dashboard"]
        command += [] if kind == "scheduler" else ["--local-directory", str(self.folder)]
        process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=self.stack.enter_context((self.folder / f"{kind}.log").open("ab")),
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent.parent)},
        )
        self.stack.callback(process.wait)
        self.stack.callback(process.kill)
        return process

    def said(self, words: str) -> str:
        """Return what the scheduler says after certain words."""
        while True:
            assert self.scheduler.poll() is None
            for line in (self.folder / "scheduler.log").read_text().splitlines():
                if words in line:
                    return line.partition(words)[2].strip()
            time.sleep(0.05)


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    needs(find_spec("distributed") is not None, "Dask's distributed is not installed")
    with ExitStack() as stack:
        yield Cluster(folder, stack)


def started_on(found: Cluster, handed_in: Path, out: Path) -> subprocess.Popen[str]:
    return started(handed_in, out, "--jobs", 2, "--scheduler", found.address)


def test_a_cluster_that_loses_a_worker_grades_everybody_once(tmp_path: Path) -> None:
    needs_bubblewrap()
    handed_in, out = slow_class(tmp_path / "handed_in", 10), tmp_path / "out"
    with cluster(tmp_path) as found, started_on(found, handed_in, out) as process:
        wait_until_stored(out, 2, process)
        found.workers[0].kill()
        told = process.communicate()
    assert process.returncode == 0, told
    assert stored(out) == [f"s{number:02}" for number in range(10)]
    assert set(scores(Graded(out, 0, "", 0)).values()) == {"32"}


def test_a_cluster_whose_scheduler_is_lost_keeps_what_is_marked(tmp_path: Path) -> None:
    needs_bubblewrap()
    handed_in, out = slow_class(tmp_path / "handed_in", 10), tmp_path / "out"
    with cluster(tmp_path) as found, started_on(found, handed_in, out) as process:
        wait_until_stored(out, 2, process)
        found.scheduler.kill()
        _, errors = process.communicate()
    assert process.returncode == 2, errors
    _, complaint = errors.splitlines()
    assert complaint.startswith(f"backprop-lab: {found.address}: the scheduler is lost")
    assert len(stored(out)) >= 2
