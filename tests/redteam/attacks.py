"""The attacks in `programs/`, what must become of each, and the marks that it gets.

An attack is `NAME.SUFFIX`, a folder `NAME` with a program in it, or a pair `NAME.first.py`, `NAME.second.py`, with
`NAME.expected.toml` beside it.
"""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from backprop_lab.checking import check
from backprop_lab.errors import SubmissionError
from backprop_lab.limits import MIB, Limits
from backprop_lab.marking.marks import Marks
from backprop_lab.taskfile import load_task
from tests.redteam.outside import Outside

PROGRAMS = Path(__file__).parent / "programs"
SUFFIX = ".expected.toml"
# Small, so that what uses them up does so at once.
LIMITS: dict[str, Any] = {
    "seconds": 5.0, "cpu_seconds": 5, "memory": 1024 * MIB, "file_size": 16 * MIB, "processes": 32, "output": 4 * MIB,
}  # fmt: skip


class Expected(Struct, frozen=True, forbid_unknown_fields=True):
    """What must become of an attack; `at_most` and `at_least` are shares of the points that there are."""

    about: str
    status: str | tuple[str, ...]
    at_most: float
    at_least: float = 0.0
    task: str = "lab_task_3"
    never_right: bool = False
    says: str = ""
    limits: dict[str, Any] = {}


def names() -> list[str]:
    """Return the names of all attacks."""
    return sorted(path.name.removesuffix(SUFFIX) for path in PROGRAMS.glob(f"*{SUFFIX}"))


def is_pair(name: str) -> bool:
    """Tell whether an attack is one submission that leaves something and another that looks for it."""
    return (PROGRAMS / f"{name}.first.py").exists()


def expected(name: str) -> Expected:
    """Return what must become of an attack."""
    return msgspec.convert(tomllib.loads((PROGRAMS / f"{name}{SUFFIX}").read_text(encoding="utf-8")), Expected)


def limits(wanted: Expected) -> Limits:
    """Return the limits that an attack runs under."""
    return msgspec.convert(LIMITS | wanted.limits, Limits)


def hand_in(name: str, folder: Path, outside: Outside) -> Path:
    """Copy an attack into a student's own folder, as it is handed in, and return the file that is to be marked."""
    if (PROGRAMS / name).is_dir():
        shutil.copytree(PROGRAMS / name, folder)
        (program,) = folder.glob("*.py")
        return program
    (found,) = (path for path in PROGRAMS.glob(f"{name}.*") if not path.name.endswith(SUFFIX))
    folder.mkdir(parents=True)
    program = folder / found.name
    program.write_bytes(outside.told_to(found.read_bytes()))
    return program


def marked(wanted: Expected, path: Path, sandbox: Any) -> Marks:
    """Mark an attack; a file that cannot be read gets no points."""
    try:
        return check(load_task(wanted.task), path, sandbox=sandbox, limits=limits(wanted))
    except SubmissionError as error:
        return Marks("unreadable", message=str(error))


def gains(wanted: Expected, marks: Marks) -> list[str]:
    """Return what an attack has got that it must not get."""
    allowed = (wanted.status,) if isinstance(wanted.status, str) else wanted.status
    share = float(marks.score / marks.max_score) if marks.max_score else 0.0
    told = " ".join(part for part in (marks.message, marks.crash.message if marks.crash else "") if part)
    verdicts = [one.step for one in marks.verdicts if one.max_points and one.verdict in ("right", "follows")]
    found = []
    if marks.status not in allowed:
        found.append(f"its status is {marks.status} ({told[:200]}), and may be {', '.join(allowed)}")
    if not wanted.at_least - 1e-9 <= share <= wanted.at_most + 1e-9:
        found.append(f"it gets {share:.3f} of the points; expected {wanted.at_least} to {wanted.at_most}")
    if wanted.never_right and verdicts:
        found.append(f"calculated nothing, and is right for {', '.join(dict.fromkeys(verdicts))}")
    if wanted.says not in told:
        found.append(f'says "{told[:200]}" and not "{wanted.says}"')
    return found
