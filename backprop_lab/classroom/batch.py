"""Run jobs through an executor of concurrent.futures: local processes, or a Dask cluster."""

from __future__ import annotations

import logging
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress

from backprop_lab.classroom.job import Graded, Grading, Job, grade_job
from backprop_lab.classroom.stored import Entry
from backprop_lab.errors import ClassroomError, MissingExtraError
from backprop_lab.marking.marks import Marks
from backprop_lab.marking.observations import Crash

# Jobs that wait for a worker, for each worker, and bytes of what was handed in that are under way at most.
AHEAD = 3
MOST_BYTES = 32 << 20
MOST_STARTS = 3
SECONDS_TO_ANSWER = 10
LOST = Crash("WorkerLost", "the process that marked this submission died, three times", None, None, "")

MakeExecutor = Callable[[], Executor]


@contextmanager
def local(jobs: int) -> Iterator[MakeExecutor]:
    """Give what makes an executor of so many processes of this computer, which end at once if this one is stopped."""
    made: list[ProcessPoolExecutor] = []
    others = {process.pid for process in multiprocessing.active_children()}

    def make() -> Executor:
        context = multiprocessing.get_context("spawn")
        made.append(ProcessPoolExecutor(jobs, mp_context=context, initializer=_follow_the_grader))
        with _interrupts_held():
            made[-1].submit(os.getpid)  # starts the processes
        return made[-1]

    try:
        yield make
    except BaseException:
        for process in multiprocessing.active_children():
            if process.pid not in others:
                process.kill()
        raise
    finally:
        for executor in made:
            executor.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Let an interrupt wait, also in the processes that are started meanwhile."""
    if sys.platform == "win32":
        yield
        return
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


def _follow_the_grader() -> None:
    """Leave interrupts to the process that started this one, and end when it does, however it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    grader = multiprocessing.parent_process()
    if grader is not None:
        threading.Thread(target=_end_with, args=(grader.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    multiprocessing.connection.wait([sentinel])
    os._exit(1)


@contextmanager
def cluster(address: str) -> Iterator[MakeExecutor]:
    """Give what makes an executor of a Dask cluster; raises ClassroomError where no scheduler answers."""
    try:
        from distributed import Client
    except ImportError:
        raise MissingExtraError("dask.distributed", "cluster") from None
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # what it would say is told below
    try:
        client = Client(address, timeout=SECONDS_TO_ANSWER, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        said = " ".join(str(error).split())[:200]
        raise ClassroomError(f"{address}: no scheduler of Dask answers there: {said}") from None
    try:
        yield lambda: client.get_executor(pure=False, retries=MOST_STARTS - 1)
    except CancelledError:
        raise ClassroomError(
            f"{address}: the scheduler is lost; what was marked is kept, so go on with another"
        ) from None
    finally:
        with suppress(Exception):
            client.close(timeout=SECONDS_TO_ANSWER)


def run(jobs: Iterable[Job], grading: Grading, make: MakeExecutor, workers: int) -> Iterator[list[Graded]]:
    """Yield what is graded as it comes, in small lists; of the jobs only a few are held at a time.

    A job whose worker dies is started again, alone, a few times.
    """
    return _Batch(iter(jobs), grading, make, workers).results()


class _Batch:
    """Jobs on their way through an executor, which is made anew when one of its processes has died."""

    def __init__(self, jobs: Iterator[Job], grading: Grading, make: MakeExecutor, workers: int) -> None:
        self.jobs, self.grading, self.make, self.workers = jobs, grading, make, workers
        self.executor = make()
        self.under_way: dict[Future[Graded], Job] = {}
        self.suspects: list[Job] = []
        self.starts: Counter[str] = Counter()

    def results(self) -> Iterator[list[Graded]]:
        """Yield what is graded as it comes."""
        self.fill()
        while self.under_way:
            done, _ = wait(self.under_way, return_when=FIRST_COMPLETED)
            graded = [result for result in map(self.result, done) if result is not None]
            if graded:
                yield graded
            self.fill()

    def fill(self) -> None:
        """Hand out jobs until enough are under way; one that a worker may have died of goes alone."""
        while self.has_room():
            job = self.suspects.pop() if self.suspects else next(self.jobs, None)
            if job is None:
                return
            try:
                future = self.executor.submit(grade_job, job, self.grading)
            except BrokenProcessPool:
                self.executor = self.make()
                future = self.executor.submit(grade_job, job, self.grading)
            self.under_way[future] = job

    def has_room(self) -> bool:
        """Tell whether another job may be handed out."""
        if self.suspects or any(self.starts[job.student] for job in self.under_way.values()):
            return not self.under_way
        size = sum(len(file.content) for job in self.under_way.values() for file in job.files)
        return len(self.under_way) < self.workers * (1 + AHEAD) and size < MOST_BYTES

    def result(self, future: Future[Graded]) -> Graded | None:
        """Return what has come of a job, or None if it is to be started again."""
        job = self.under_way.pop(future)
        try:
            return future.result()
        except BrokenProcessPool:
            self.starts[job.student] += 1
            if self.starts[job.student] < MOST_STARTS:
                self.suspects.append(job)
                return None
        except Exception as error:
            if type(error).__name__ != "KilledWorker":  # Dask's word for the same
                raise
        return Graded(job.student, Entry(job.key, job.digest, "", Marks("sandbox", crash=LOST)), "", "")
