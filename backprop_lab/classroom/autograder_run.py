"""What an autograder's `run_autograder` does: mark one submission, as root in a container of its own.

    python -m backprop_lab.classroom.autograder_run /autograder

Leaves `results/results.json`, or ends with another status than 0 and without that file: so Gradescope is told that
the autograder has failed, and not the student.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from msgspec import Struct

from backprop_lab.classroom.autograder import SETTINGS, TASK, Settings
from backprop_lab.classroom.collecting import opened
from backprop_lab.classroom.feedback_files import gradescope_results
from backprop_lab.classroom.hand_in import HandedFile, HandIn, contents
from backprop_lab.classroom.job import Grading, Job, grade_job
from backprop_lab.classroom.row import Row, Student
from backprop_lab.errors import LabError, SandboxError
from backprop_lab.sandbox import SandboxName, first_working
from backprop_lab.sandbox.orphans import adopt_orphans, end_descendants
from backprop_lab.taskfile import load_lab, task_text
from backprop_lab.wholefile import whole_file

SANDBOXES: tuple[SandboxName, ...] = ("bubblewrap", "nobody")
METADATA = "submission_metadata.json"
SECRET = "secret"
"""Random bytes that `setup.sh` draws, so that nobody knows the numbers of the moved world, and they stay the same."""


class User(Struct, frozen=True):
    """Who has handed something in, as Gradescope has it."""

    id: int | str = ""
    name: str = ""


class Metadata(Struct, frozen=True):
    """What is used of what Gradescope tells of a submission."""

    users: tuple[User, ...] = ()


def main() -> None:
    """Mark the submission below the folder that the command line names."""
    try:
        run(Path(sys.argv[1]))
    except LabError as error:
        sys.exit(f"the autograder failed: {error}")


def run(root: Path) -> None:
    """Mark what lies in `submission` and write `results/results.json` when none of its processes is left.

    Raises LabError, and leaves no results, where the failure is not the student's.
    """
    source, results = root / "source", root / "results" / "results.json"
    results.parent.mkdir(exist_ok=True)
    results.unlink(missing_ok=True)
    _shut(root)
    settings = msgspec.json.decode((source / SETTINGS).read_bytes(), type=Settings)
    secret = (source / SECRET).read_bytes()
    sandbox = first_working(SANDBOXES)
    adopt_orphans()
    grading = Grading(task_text(source / TASK), sandbox, settings.limits, settings.reveal, secret)
    entry = grade_job(_job(root / "submission"), grading).entry
    if entry.marks.status == "sandbox":
        raise SandboxError(entry.marks.crash.message if entry.marks.crash else "the sandbox failed")
    end_descendants()
    row = Row(_student(root / METADATA), entry.marks, entry.submission, entry.others)
    found = gradescope_results(row, load_lab(source / TASK), settings.reveal)
    found["extra_data"]["sandbox"] = sandbox
    with whole_file(results) as file:
        file.write(msgspec.json.encode(found))


def _shut(root: Path) -> None:
    """Let nobody else read the task, what the student has handed in before, or the results, or write there."""
    for name in ("source", "submission", "results"):
        (root / name).chmod(0o700)
    if (root / METADATA).exists():
        (root / METADATA).chmod(0o600)


def _job(submission: Path) -> Job:
    with TemporaryDirectory(prefix="backprop-lab-") as staging:
        hand_in = opened(HandIn("", (), (HandedFile("", submission),)), Path(staging))
        return Job("", "", "", tuple(contents(hand_in)), hand_in.problem)


def _student(metadata: Path) -> Student:
    """Return who handed it in; the members of a group are one."""
    try:
        users = msgspec.json.decode(metadata.read_bytes(), type=Metadata).users
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        users = ()
    return Student(", ".join(str(user.id) for user in users), ", ".join(user.name for user in users))


if __name__ == "__main__":
    main()
