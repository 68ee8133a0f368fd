"""Grade a class: collect, join with the roster, mark what is new, keep it, and write what goes out."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from backprop_lab.classroom import batch
from backprop_lab.classroom.collecting import collect
from backprop_lab.classroom.gradebook import FILE, Gradebook, only_grader
from backprop_lab.classroom.hand_in import contents
from backprop_lab.classroom.job import Grading, Job, encoded
from backprop_lab.classroom.own_numbers import Draw, OwnNumbers, draws_of, own_numbers, own_task
from backprop_lab.classroom.publishing import publish, write_feedback
from backprop_lab.classroom.roster import Participant, canvas_columns, join, read_roster
from backprop_lab.classroom.row import ExportName, Member
from backprop_lab.classroom.similarity import given_out
from backprop_lab.classroom.staging import staging
from backprop_lab.classroom.stored import CanvasColumns, Publishing
from backprop_lab.classroom.tally import Tally
from backprop_lab.errors import ClassroomError
from backprop_lab.feedback import Reveal
from backprop_lab.limits import Limits
from backprop_lab.sandbox import SandboxName, find_sandbox
from backprop_lab.submissions.notebook import Notebook
from backprop_lab.submissions.read import read_submission
from backprop_lab.submissions.script import Script
from backprop_lab.trainingtask import Lab

PACKAGE = Path(__file__).parent.parent
DECIDING = (
    "engine/*.py", "marking/*.py", "variants/*.py", "submissions/*.py", "sandbox/*.py", "runs/*.py",
    "checking.py", "recognition.py", "classroom/job.py",
)  # fmt: skip
"""The code of this package on which marks depend."""


class Options(Struct, frozen=True):
    """How a class is graded; `exports` are names of EXPORTS, `given_out` programs that all students had.

    With a `seed`, everybody has the variant of the task that `variants` draws for them. `folder` is where the files
    of a training task's data lie.
    """

    limits: Limits
    roster: Path | None = None
    sandbox: SandboxName = "auto"
    jobs: int = 1
    scheduler: str = ""
    reveal: Reveal = "wrong"
    again: bool = False
    exports: tuple[ExportName, ...] = ()
    given_out: tuple[Path, ...] = ()
    seed: int | None = None
    folder: Path = Path()


class Watcher:
    """Is told how far a run has come; this one does not say so to anybody."""

    def waiting(self) -> None:
        """Another grader is at work in the folder."""

    def strangers(self, on_roster: str, handed_in: str) -> None:
        """Nobody on the roster has handed in, and nobody who has is on it: an id from each side."""

    def found(self, students: int, to_mark: int) -> None:
        """So many students are in the class, and the hand-ins of so many are to be marked."""

    def marked(self, number: int) -> None:
        """So many more are marked, and kept."""


class Found(Struct, frozen=True):
    """A student of the class with their own draw, the digest of what was handed in, and the key of its marks."""

    participant: Participant
    draw: Draw
    digest: str
    key: str


def grade(task: Lab, text: str, paths: Sequence[Path], out: Path, options: Options, watcher: Watcher) -> Tally:
    """Mark what is new of a class, whose task's file has that text, into a folder; return what its report says.

    Raises LabError where the input is bad: nothing half-written is left, and what was marked before is kept.
    """
    roster = () if options.roster is None else read_roster(options.roster)
    if options.seed is not None and options.roster is None:
        raise ClassroomError("--seed: needs the ids of those who got a sheet; add --roster CSV")
    canvas = CanvasColumns() if options.roster is None else canvas_columns(options.roster)
    _keep_apart(paths, out)
    with staging() as folder:
        participants = join(collect(paths, folder), roster)
        class_key = _digest(text.encode(), msgspec.json.encode(options.limits), grader_version().encode())
        draws = draws_of(task, options.seed, participants)
        found = [_found(one, draw, class_key) for one, draw in zip(participants, draws, strict=True)]
        scripts = [task, *(own_task(task, draw) for draw in draws[:1])]  # only one may guard against 0.2 + 0.1 - 0.3
        given = tuple(sorted(given_out(scripts, map(_sources, options.given_out), options.folder)))
        publishing = Publishing(options.reveal, given, canvas)
        with ExitStack() as stack:
            number = sum(one.participant.hand_in is not None for one in found)
            is_first = number and not (out / FILE).exists()
            place = stack.enter_context(_place(options, number)) if is_first else None  # before anything is written
            stack.enter_context(only_grader(out, watcher.waiting))
            gradebook = stack.enter_context(Gradebook.begin(out, task, text, options.seed))
            pairs = [(one.participant.student.id, one.key) for one in found if one.participant.hand_in is not None]
            known = set() if options.again else gradebook.known(pairs)
            new = [
                one for one in found if one.participant.hand_in and (one.participant.student.id, one.key) not in known
            ]
            _tell_of_strangers(participants, watcher)
            watcher.found(len(found), len(new))
            if new:
                place = place or stack.enter_context(_place(options, len(new)))
                _mark(new, own_numbers(participants, draws), gradebook, text, out, place, options, watcher)
            gradebook.set_class(map(_member, found))
            gradebook.publishing = publishing
            return publish(gradebook, out, options.exports)


class Place(Struct, frozen=True):
    """Where programs run: what makes executors, for how many processes, and the sandbox in each of them."""

    make: batch.MakeExecutor
    workers: int
    sandbox: SandboxName


@contextmanager
def _place(options: Options, number: int) -> Iterator[Place]:
    """Give where the programs of so many hand-ins run; raise LabError where that cannot be had."""
    if options.scheduler:
        with batch.cluster(options.scheduler) as make:
            yield Place(make, 4 * options.jobs, options.sandbox)
    else:
        sandbox = find_sandbox(options.sandbox)
        jobs = min(options.jobs, number)
        with batch.local(jobs) as make:
            yield Place(make, jobs, sandbox)


def _mark(
    new: Sequence[Found],
    own: OwnNumbers,
    gradebook: Gradebook,
    text: str,
    out: Path,
    place: Place,
    options: Options,
    watcher: Watcher,
) -> None:
    """Mark hand-ins; each is in the gradebook as soon as it is marked."""
    grading = Grading(text, place.sandbox, options.limits, options.reveal, gradebook.secret, encoded(own.draws))
    jobs = (_job(one, own.place(one.draw)) for one in new)
    for graded in batch.run(jobs, grading, place.make, place.workers):
        for one in graded:
            write_feedback(out, one.student, one.html, one.markdown)
        entries = ((one.student, replace(one.entry, numbers_of=own.names(one.solves))) for one in graded)
        gradebook.add(entries, shown=options.reveal)
        watcher.marked(len(graded))


def _found(participant: Participant, draw: Draw, class_key: str) -> Found:
    hand_in = participant.hand_in
    if hand_in is None:
        return Found(participant, draw, "", "")
    parts = [hand_in.problem.encode("utf-8", "replace")]
    for file in contents(hand_in):
        parts += [file.name.encode("utf-8", "surrogatepass"), file.content]
    digest = _digest(*parts)
    own = [repr(draw).encode()] if draw else []
    return Found(participant, draw, digest, _digest(class_key.encode(), digest.encode(), *own))


def _job(one: Found, place: int) -> Job:
    hand_in = one.participant.hand_in
    assert hand_in is not None
    return Job(one.participant.student.id, one.key, one.digest, tuple(contents(hand_in)), hand_in.problem, place)


def _member(one: Found) -> Member:
    hand_in = one.participant.hand_in
    if hand_in is None:
        return Member(one.participant.student, on_roster=one.participant.on_roster, draw=one.draw)
    return Member(one.participant.student, one.key, hand_in.key, one.participant.on_roster, hand_in.late, one.draw)


def _tell_of_strangers(participants: Sequence[Participant], watcher: Watcher) -> None:
    """Tell where the roster and what was handed in have nobody in common."""
    on_roster = [one.student.id for one in participants if one.on_roster]
    others = [one.student.id for one in participants if not one.on_roster]
    if on_roster and others and all(one.hand_in is None for one in participants if one.on_roster):
        watcher.strangers(on_roster[0], others[0])


def _sources(path: Path) -> Sequence[str]:
    submission = read_submission(path)
    return [cell.source for cell in submission.program.cells] if isinstance(submission, Script | Notebook) else []


def _digest(*parts: bytes) -> str:
    """Return a digest of parts that no other ones have, however they are cut."""
    digest = sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


@cache
def grader_version() -> str:
    """Return what marks depend on besides task and submission: this package's code, NumPy and Python."""
    files = sorted(path for pattern in DECIDING for path in PACKAGE.glob(pattern))
    code = _digest(*(path.read_bytes() for path in files))
    python = ".".join(map(str, sys.version_info[:2]))
    return f"{version('backprop-lab')}+{code[:16]} numpy {version('numpy')} python {python}"


def _keep_apart(paths: Sequence[Path], out: Path) -> None:
    """See that no result of one run can be a submission of the next."""
    for path in paths:
        if path.is_dir() and out.resolve().is_relative_to(path.resolve()):
            raise ClassroomError(f"{out}: lies within {path}, whose files are marked; name a folder elsewhere")
