"""Marking a class with `grade` against other autograders that mark the same lab on the same machine, in turns.

Each takes two jobs where it can; what each does and does not do is told in `peer_labs`. The environments of the
others are made from PyPI with the versions below; BACKPROP_LAB_PEERS names a folder that keeps them for the next run.
It takes several minutes, and so runs only when asked: python -m tests.benchmarks peers
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from backprop_lab.checking import check
from backprop_lab.taskfile import load_task
from tests.benchmarks import peer_labs
from tests.benchmarks.classes import write_class
from tests.benchmarks.measure import Run, in_turns, readable, table
from tests.benchmarks.peer_labs import Command, Marking, Prepare, lab_steps

KEPT = "BACKPROP_LAB_PEERS"
OURS = 200
THEIRS = 10
JOBS = 2
ROUNDS = 3
RIGHT = Path(__file__).parent.parent.parent / "solutions" / "lab_task_3_numpy.py"
OWN = f"`grade`, of {OURS}"
_TEMPORARY = TemporaryDirectory(ignore_cleanup_errors=True)
KERNEL = ("ipykernel==7.4.0", "nbclient==0.11.0", "nbconvert==7.17.2", "jupyter-client==8.10.0")


class UnavailableError(Exception):
    """Something to be measured cannot run here; its text is why."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Another way to mark the class: its name, what is installed for it, and how its lab is made."""

    name: str
    installs: tuple[str, ...]
    prepare: Prepare


PEERS = (
    Peer("nbgrader 0.9.6", ("nbgrader==0.9.6", "sqlalchemy==2.1.9", *KERNEL), peer_labs.nbgrader),
    Peer("otter-grader 7.0.0", ("otter-grader==7.0.0", *KERNEL), peer_labs.otter),
    Peer("PyBryt 0.7.0", ("pybryt==0.7.0", "pandas==3.1.1", *KERNEL), peer_labs.pybryt),
    Peer("unittest", (), peer_labs.unittest),
    Peer("python script.py", (), peer_labs.bare),
)


@dataclass(frozen=True, slots=True)
class PeerRow:
    """Seconds for each submission, ours and a peer's, or why there are none."""

    ours: float | str
    peer: str
    theirs: float | str

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells of this row of the table."""
        measured, floor = (each if isinstance(each, str) else readable(each) for each in (self.ours, self.theirs))
        ratio = ""
        if isinstance(self.ours, float) and isinstance(self.theirs, float):
            ratio = f"{self.theirs / self.ours:.2f}× faster"
        return f"`grade`, a submission of {OURS}", measured, f"{floor}: {self.peer}", ratio, ""


def rows() -> Iterator[PeerRow]:
    """Time `grade` and each peer on a class; seconds by the clock for each submission, starting up included.

    What starts up is shared by fewer submissions in the smaller class of the peers, so `grade` marks one of that size
    too.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        small, large = folder / "small", folder / "large"
        write_class(small, THEIRS, "numpy")
        write_class(large, OURS, "numpy")
        runs, markings, missing = _startable(small, large, folder)
        seconds = in_turns(*runs.values(), repetitions=ROUNDS, clock=perf_counter)
        for title, marking in markings.items():
            try:
                assert_full_marks(marking)
            except UnavailableError as error:
                missing[title] = f"not available ({error})"
    found: dict[str, float | str] = {
        title: taken / (OURS if title == OWN else THEIRS) for title, taken in zip(runs, seconds, strict=True)
    }
    found |= missing
    yield from (PeerRow(found[OWN], title, theirs) for title, theirs in found.items() if title != OWN)


def details() -> str:
    """Return the percentage that each gives to wrong programs, and to a right one, as a table."""
    programs = programs_to_tell_apart()
    given: dict[str, dict[str, float] | str] = {"`check`": _checked(programs)}
    for peer in PEERS[:-1]:
        with TemporaryDirectory() as folder:
            try:
                marking = prepared(peer, Path(folder), programs)
            except UnavailableError as error:
                given[peer.name] = f"not available ({error})"
                continue
            mark(marking)
            given[peer.name] = marking.percentages()
    lines = [
        (name, *((f"{found[program]:.0f} %" if isinstance(found, dict) else found) for program in programs))
        for name, found in given.items()
    ]
    return table(("percentage for", *programs), lines)


def programs_to_tell_apart() -> dict[str, str]:
    """Return a right program and five wrong ones.

    `slip` has no slope of the ReLU at the hidden layer; `typed` states the right numbers; `chance` squares x and
    leaves out the ReLU and its slope at the output, which changes nothing for these givens; `patched` is `slip` with
    the right numbers stated at the end; `spoilt` is right until the end, where all signs are turned.
    """
    right = RIGHT.read_text("utf-8")
    typed = "".join(f"{step.name} = np.array({step.value})\n" for step in lab_steps())
    slip = _replaced(right, {"@ W2.T * relu_slope(z1)": "@ W2.T"})
    chance = {"z1 = x @": "z1 = x**2 @", "a2 = relu(z2)": "a2 = z2", "error * relu_slope(z2)": "error"}
    return {
        "right": right,
        "slip": slip,
        "typed": f"import numpy as np\n\n{typed}",
        "chance": _replaced(right, chance),
        "patched": f"{slip}\n{typed}",
        "spoilt": right + "".join(f"{step.name} = -{step.name}\n" for step in lab_steps()),
    }


def _replaced(text: str, changes: Mapping[str, str]) -> str:
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def _checked(programs: Mapping[str, str]) -> dict[str, float]:
    """Return the percentages that this program gives."""
    task = load_task("lab_task_3")
    found = {}
    with TemporaryDirectory() as folder:
        for name, program in programs.items():
            path = Path(folder, f"{name}.py")
            path.write_text(program, "utf-8")
            marks = check(task, path)
            found[name] = float(100 * marks.score / marks.max_score)
    return found


def _startable(small: Path, large: Path, folder: Path) -> tuple[dict[str, Run], dict[str, Marking], dict[str, str]]:
    """Return the runs by their titles, the peers' markings among them, and why others cannot run."""
    right = RIGHT.read_text("utf-8")
    programs = {f"s{number:03}": f"# Student {number}\n{right}" for number in range(THEIRS)}
    runs: dict[str, Run] = {}
    markings: dict[str, Marking] = {}
    missing: dict[str, str] = {}
    own = {OWN: large, f"`grade`, of {THEIRS}": small}
    try:
        ours(small, JOBS)
        runs |= {title: partial(ours, submissions, JOBS) for title, submissions in own.items()}
    except UnavailableError as error:
        missing |= dict.fromkeys(own, f"not available ({error})")
    for peer in PEERS:
        title = f"{peer.name}, of {THEIRS}"
        try:
            markings[title] = prepared(peer, folder / peer.prepare.__name__, programs)
            runs[title] = partial(mark, markings[title])
        except UnavailableError as error:
            missing[title] = f"not available ({error})"
    return runs, markings, missing


def ours(folder: Path, jobs: int) -> float:
    """Return the seconds for each submission that `grade` takes as a command, into a new folder.

    Raises UnavailableError where there is no such command, or where it does not mark every submission.
    """
    with TemporaryDirectory() as name:
        out = Path(name, "out")
        command = [sys.executable, "-m", "backprop_lab", "grade", "lab_task_3", str(folder), "--out", str(out)]
        start = perf_counter()
        done = subprocess.run([*command, "--jobs", str(jobs)], capture_output=True, text=True, check=False)
        seconds = perf_counter() - start
        gradebook = out / "gradebook.csv"
        if done.returncode not in (0, 1) or not gradebook.exists():
            raise UnavailableError(_reason(done.stderr))
        with gradebook.open(newline="", encoding="utf-8") as lines:
            marked = sum(1 for _ in csv.DictReader(lines))
    submissions = len(list(folder.iterdir()))
    if marked != submissions:
        raise UnavailableError(f"{marked} of {submissions} submissions in the gradebook")
    return seconds / submissions


def assert_full_marks(marking: Marking) -> None:
    """Look at what right programs got; raises UnavailableError where that is less than full marks, or nothing."""
    try:
        percentages = marking.percentages()
    except (OSError, ValueError, LookupError, subprocess.CalledProcessError) as error:
        raise UnavailableError(_reason(str(error))) from error
    if any(percent != 100 for percent in percentages.values()):
        raise UnavailableError(f"less than full marks for right programs: {percentages}")


def prepared(peer: Peer, folder: Path, programs: Mapping[str, str]) -> Marking:
    """Return what marks these programs with a peer; raises UnavailableError where it does not install or work."""
    folder.mkdir(exist_ok=True)
    try:
        return peer.prepare(_python(peer), folder, programs)
    except subprocess.CalledProcessError as error:
        raise UnavailableError(_reason(error.output)) from error


def mark(marking: Marking) -> None:
    """Run the commands of a marking, so many at once."""
    with ThreadPoolExecutor(JOBS) as pool:
        list(pool.map(Command.run, marking.commands))


@cache
def _python(peer: Peer) -> Path:
    """Return the Python of a peer's environment, which is made if it is not there yet."""
    if not peer.installs:
        return Path(sys.executable)
    kept = os.environ.get(KEPT)
    parent = Path(kept).absolute() if kept else Path(_TEMPORARY.name)
    python = parent / peer.installs[0].replace("==", "-") / "bin" / "python"
    installed = python.parent.parent / "installed.txt"
    wanted = "\n".join((*peer.installs, f"numpy=={version('numpy')}"))
    if not installed.exists() or installed.read_text("utf-8") != wanted:
        venv = [sys.executable, "-m", "venv", "--clear", str(python.parent.parent)]
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *wanted.split()]
        for command in (venv, pip):
            subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True)
        installed.write_text(wanted, "utf-8")
    return python


def _reason(printed: str) -> str:
    """Return the last line that says something, in a cell of a table."""
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    return (lines or ["it said nothing"])[-1].replace("|", "/")[:160]
