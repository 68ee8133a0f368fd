"""Mark what one student handed in: a function of plain data, which runs in any process on any computer."""

from __future__ import annotations

import fnmatch
import threading
import traceback
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import PurePosixPath
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from backprop_lab.checking import check_submission, run_submission
from backprop_lab.classroom.similarity import fingerprint
from backprop_lab.classroom.stored import Entry
from backprop_lab.errors import MissingExtraError, SubmissionError
from backprop_lab.feedback import Feedback, Reveal, page
from backprop_lab.limits import Limits
from backprop_lab.marking.marks import Marks
from backprop_lab.marking.observations import Crash
from backprop_lab.recognition import mark_among
from backprop_lab.sandbox import SandboxName, new_sandbox
from backprop_lab.sandbox.running import Running
from backprop_lab.submissions.notebook import Notebook
from backprop_lab.submissions.program import File
from backprop_lab.submissions.prose import Prose
from backprop_lab.submissions.read import SUFFIXES, VALID, Submission, read_content
from backprop_lab.submissions.script import Script
from backprop_lab.submissions.sheet import Sheet
from backprop_lab.taskfile import lab_of, task_of
from backprop_lab.trainingtask import Lab, TrainingTask
from backprop_lab.variants import Known, deck

if TYPE_CHECKING:
    from backprop_lab.sandbox.request import Sandbox

MOST_CANDIDATES = 8
PROGRAMS = (".py", ".ipynb")
_PLACE = "<u2"
"""A place among the numbers that an entry is drawn from, of which there are at most 10,000."""
Marker = Callable[[Submission, str, Running], tuple[Marks, int | None]]
"""What marks a submission from a file of a name, and tells whose numbers it solves."""


class Grading(Struct, frozen=True):
    """What is the same for every submission of a class; `task` is the text of the task's file.

    `draws` are the variants of the class, one after the other, as `encoded` has them; empty where all have the
    numbers of the task.
    """

    task: str
    sandbox: SandboxName
    limits: Limits
    reveal: Reveal
    secret: bytes
    draws: bytes = b""


class Job(Struct, frozen=True):
    """What one student handed in, or why it cannot be read; `key` and `digest` are those of its `Entry`.

    `place` is that of the student's own variant among those of the class, from 1; 0 is the task itself.
    """

    student: str
    key: str
    digest: str
    files: tuple[File, ...]
    problem: str = ""
    place: int = 0


class Graded(Struct, frozen=True):
    """What comes of a job: what the gradebook stores, and what the student gets to read.

    `solves` is the place of the variant that was solved in the place of the student's own, None if none was.
    """

    student: str
    entry: Entry
    html: str
    markdown: str
    solves: int | None = None


class _Chosen(Struct, frozen=True):
    """The file that counts, its marks and whose numbers it solves, and the files that do not count."""

    file: str
    marks: Marks
    solves: int | None = None
    others: tuple[str, ...] = ()
    fingerprint: tuple[int, ...] = ()


def encoded(draws: Sequence[Sequence[int]]) -> bytes:
    """Return draws, one after the other, as bytes."""
    return np.array(draws, _PLACE).tobytes()


def grade_job(job: Job, grading: Grading) -> Graded:
    """Mark a job; a mistake of ours becomes the status `sandbox` and costs nobody anything.

    Raises MissingExtraError where a library is not installed that submissions of this class need.
    """
    start = perf_counter()
    task = _task(grading.task)
    try:
        chosen = _marked(task, job, grading)
    except MissingExtraError:
        raise
    except Exception as error:
        own = Crash("InternalError", f"{type(error).__name__}: {error}", None, None, traceback.format_exc()[-4000:])
        chosen = _Chosen("", Marks("sandbox", crash=own))
    seconds = perf_counter() - start
    entry = Entry(job.key, job.digest, chosen.file, chosen.marks, chosen.others, chosen.fingerprint, seconds)
    # No words on a variant are but the task's.
    feedback = Feedback(task, chosen.marks, chosen.file, grading.reveal, others=chosen.others)
    return Graded(job.student, entry, page(feedback, "html"), page(feedback, "md"), chosen.solves)


def _marked(task: Lab, job: Job, grading: Grading) -> _Chosen:
    """Mark the files of a job, and choose the best.

    Where one of several could not be run through no fault of the student's, nothing is chosen yet. Sheets and texts
    beside a program are named if they answer something, and all other files if the best has no points.
    """
    candidates = _candidates(task, job.files)
    if not candidates:
        return _Chosen("", Marks("unreadable", message=job.problem or _nothing_in(job.files)))
    running = Running(_sandbox(grading.sandbox), grading.limits, grading.secret)
    mark = _marker(task, job.place, grading)
    best: tuple[tuple[Any, ...], File, Marks, int | None, Submission | None] | None = None
    for file in candidates:
        submission, marks, solves = _one(mark, file, job.files, running)
        rank = (marks.status == "sandbox", marks.score, marks.status != "unreadable", marks.status == "ok")
        if best is None or rank > best[0]:
            best = rank, file, marks, solves, submission
    assert best is not None
    _, chosen, marks, solves, submission = best
    beside = [file for file in job.files if _is_readable(file) and file not in candidates]
    if marks.score:
        beside = [file for file in beside[:MOST_CANDIDATES] if _answers(task, file, running)]
    others = tuple(file.name for file in (*candidates, *beside) if file is not chosen)
    return _Chosen(chosen.name, marks, solves, others, _fingerprint(submission))


def _marker(task: Lab, place: int, grading: Grading) -> Marker:
    """Return what marks a submission by the numbers of a place."""
    if not grading.draws:
        return lambda submission, name, running: (check_submission(task, submission, name, running), None)
    known = _known(grading.task, grading.draws)
    return lambda submission, name, running: mark_among(known, place, run_submission(submission, name, running))


def _is_readable(file: File) -> bool:
    return PurePosixPath(file.name).suffix.lower() in SUFFIXES


def _is_program(file: File) -> bool:
    return PurePosixPath(file.name).suffix.lower() in PROGRAMS


def _candidates(task: Lab, files: Sequence[File]) -> list[File]:
    """Return the files that may be marked: those that the first fitting pattern of the task names.

    Without one these are the programs; where there are none, whatever else can be read. What lies beside a program
    is its data, and not an answer sheet.
    """
    readable = [file for file in files if _is_readable(file)]
    for pattern in task.hand_in.files:
        wanted = pattern.casefold()
        fitting = [
            file
            for file in readable
            if fnmatch.fnmatchcase(file.name.casefold(), wanted)
            or fnmatch.fnmatchcase(PurePosixPath(file.name).name.casefold(), wanted)
        ]
        if fitting:
            return fitting[:MOST_CANDIDATES]
    programs = [file for file in readable if _is_program(file)]
    return (programs or readable)[:MOST_CANDIDATES]


def _one(
    mark: Marker, file: File, files: Sequence[File], running: Running
) -> tuple[Submission | None, Marks, int | None]:
    try:
        submission = read_content(file.content, file.name)
        if isinstance(submission, Script | Notebook):
            submission = replace(submission, program=replace(submission.program, files=tuple(files)))
        return submission, *mark(submission, file.name, running)
    except SubmissionError as error:
        return None, Marks("unreadable", message=str(error)), None


def _answers(task: Lab, file: File, running: Running) -> bool:
    """Tell whether a file is a sheet or a text with an answer to something that the task asks."""
    if _is_program(file) or isinstance(task, TrainingTask):
        return False
    try:
        submission = read_content(file.content, file.name)
        if not isinstance(submission, Sheet | Prose):
            return False
        marks = check_submission(task, submission, file.name, running)
    except SubmissionError:
        return False
    return any(verdict.found is not None for verdict in marks.verdicts)


def _nothing_in(files: Sequence[File]) -> str:
    names = ", ".join(file.name for file in files[:3])
    more = ", …" if len(files) > 3 else ""
    return f"has {names}{more}; expected {VALID}" if files else f"is empty; expected {VALID}"


def _fingerprint(submission: Submission | None) -> tuple[int, ...]:
    if isinstance(submission, Script | Notebook):
        return fingerprint([cell.source for cell in submission.program.cells])
    return ()


@lru_cache(maxsize=8)
def _task(text: str) -> Lab:
    return lab_of(text)


@lru_cache(maxsize=2)
def _known(text: str, draws: bytes) -> Known:
    own = deck(task_of(text))
    return Known(own, np.frombuffer(draws, _PLACE).reshape(-1, len(own.sizes)).astype(np.intp))


_own = threading.local()


def _sandbox(name: SandboxName) -> Sandbox:
    """Return the sandbox of this thread, which lasts as long as its process."""
    kept: dict[str, Sandbox] | None = getattr(_own, "sandboxes", None)
    if kept is None:
        kept = _own.sandboxes = {}
    if name not in kept:
        kept[name] = new_sandbox(name)
    return kept[name]
