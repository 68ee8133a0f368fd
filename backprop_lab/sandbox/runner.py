"""Run a program in a process of its own and take down what it shows; trust nothing that comes back.

The process gets the program, and nothing else, on its standard input. It writes lines of JSON to a pipe of its own.
Whatever happens to it, what it wrote before that counts.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from itertools import islice
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

import msgspec
from msgspec import Struct

from backprop_lab.marking.observations import Crash, Move, Recording, Status
from backprop_lab.sandbox.report import MalformedError, Report
from backprop_lab.submissions.program import Program

RECORDER = Path(__file__).with_name("recorder.py")
# What a program needs of the environment; nothing else of it is passed on.
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "PYTHONPYCACHEPREFIX")
SET = {
    "MPLBACKEND": "Agg",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "PYTHONWARNINGS": "ignore",
}
CHUNK = 1 << 16
MOST_NEIGHBOURS = 1000
# Bytes of a file beside the program, and of all of them; a file that is larger is not there for the program.
LARGEST_COPY, LARGEST_COPIES = 1 << 24, 1 << 26
# NumPy 2.4 refuses what it only warned of before.
STRICT = {
    "ValueError": "setting an array element with a sequence.",
    "TypeError": "only 0-dimensional arrays can be converted to Python scalars",
}


class Limits(Struct, frozen=True):
    """What a run may take: seconds by the clock, bytes of memory (None: no limit) and of output, and observations."""

    seconds: float = 20.0
    memory: int | None = 1 << 34
    output: int = 1 << 26
    observations: int = 20_000


DEFAULT = Limits()


def record(
    program: Program, *, moves: Sequence[Move] = (), limits: Limits = DEFAULT, like: Recording | None = None
) -> Recording:
    """Run a program, with some of its constants moved, and return what it showed.

    A program that fails where NumPy before 2.4 would have let an array of one number pass for that number is run
    again so that it passes, and that run counts if it comes further. A run that is to be compared with one before is
    to come as far: it is as lenient, and where that one came to its end, an exception ends no more than the
    statement of the module in which it happens.
    """
    if like is not None:
        return _recorded(program, moves, limits, like.lenient, persistent=like.status == "ok")
    recording = _recorded(program, moves, limits)
    crash = recording.crash
    if crash is None or crash.message != STRICT.get(crash.type):
        return recording
    again = _recorded(program, moves, limits, lenient=True)
    further = again.status == "ok" or len(again.seen) > len(recording.seen)
    return again if further else recording


def _recorded(
    program: Program, moves: Sequence[Move], limits: Limits, lenient: bool = False, persistent: bool = False
) -> Recording:
    """Run a program once."""
    with ExitStack() as stack:
        request = stack.enter_context(TemporaryFile())
        folder = stack.enter_context(TemporaryDirectory(prefix="backprop-lab-", ignore_cleanup_errors=True))
        _copy(program.folder, Path(folder))
        request.write(_request(program, folder, moves, limits, lenient, persistent))
        request.seek(0)
        reading, writing = os.pipe()
        report = stack.enter_context(os.fdopen(reading, "rb", buffering=0))
        with os.fdopen(writing, "wb", buffering=0) as pipe:
            process = subprocess.Popen(
                [sys.executable, str(RECORDER), str(pipe.fileno())],
                stdin=request,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(pipe.fileno(),),
                env={name: os.environ[name] for name in KEPT if name in os.environ} | SET,
                start_new_session=True,
                bufsize=0,
            )
        stack.enter_context(process)
        run = _Run(process, report, limits)
        try:
            run.watch()
        finally:
            run.kill()
        return run.recording(lenient)


def _copy(source: Path, folder: Path) -> None:
    """Let a program find what lies beside it, in a folder of its own where it changes nothing of the student's."""
    room = LARGEST_COPIES
    for entry in _neighbours(source):
        with suppress(OSError):
            size, copy = entry.stat().st_size, folder / entry.relative_to(source)
            if entry.is_dir():
                copy.mkdir()
            elif size <= min(LARGEST_COPY, room):
                room -= size
                copyfile(entry, copy)


def _neighbours(source: Path) -> Iterator[Path]:
    """Yield what is in a folder, then what is in the folders in it, and so on; a thousand entries at most."""
    folders = [source]
    left = MOST_NEIGHBOURS
    for folder in folders:
        entries: list[Path] = []
        with suppress(OSError):
            entries = sorted(islice(folder.iterdir(), left))
        left -= len(entries)
        for entry in entries:
            with suppress(OSError):
                if entry.is_file():
                    yield entry
                elif entry.is_dir() and not entry.name.startswith("."):
                    folders.append(entry)
                    yield entry


def _request(
    program: Program, folder: str, moves: Sequence[Move], limits: Limits, lenient: bool, persistent: bool
) -> bytes:
    """Return what the process is told: the program, what to move in it, and its limits."""
    return msgspec.json.encode(
        {
            "cells": program.cells,
            "name": (Path(program.name).name or "program.py").encode("utf-8", "replace").decode(),
            "folder": folder,
            "moves": [(move.place, move.leaf, move.was, move.now) for move in moves],
            "lenient": lenient,
            "persistent": persistent,
            "memory": limits.memory,
            "observations": limits.observations,
            "seconds": limits.seconds - min(0.5, limits.seconds / 4),
        }
    )


class _Run:
    """A process that is being recorded."""

    def __init__(self, process: subprocess.Popen[bytes], pipe: IO[bytes], limits: Limits) -> None:
        self.process, self.pipe, self.limits = process, pipe, limits
        self.report = Report(limits.observations)
        self.stopped: Status | None = None
        self.printed = 0

    def watch(self) -> None:
        """Read what the process writes until it has ended, or must be stopped."""
        end = time.monotonic() + self.limits.seconds
        assert self.process.stdout is not None
        with selectors.DefaultSelector() as selector:
            for stream in (self.pipe, self.process.stdout):
                os.set_blocking(stream.fileno(), False)
                selector.register(stream, selectors.EVENT_READ)
            while selector.get_map():
                left = end - time.monotonic()
                if left <= 0:
                    self.stopped = "timeout"
                if self.stopped is not None:
                    return
                ended = self.process.poll() is not None
                if ended:
                    self.kill()
                ready = selector.select(0 if ended else min(left, 0.1))
                if ended and not ready:
                    return
                for key, _ in ready:
                    data = os.read(key.fd, CHUNK)
                    if data:
                        self.take(data, key.fd)
                    else:
                        selector.unregister(key.fileobj)
        try:
            self.process.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.stopped = "timeout"

    def take(self, data: bytes, descriptor: int) -> None:
        """Take what the process has written, and stop where it is too much or not what it should be."""
        if descriptor != self.pipe.fileno():
            self.printed += len(data)
            if self.printed > self.limits.output:
                self.stopped = "output"
            return
        try:
            self.report.add(data)
        except MalformedError:
            self.stopped = "sandbox"

    def kill(self) -> None:
        """End the process and all in its group."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def recording(self, lenient: bool) -> Recording:
        """Return what the process has shown, and how it ended."""
        report, crash = self.report, self.report.crash()
        status: Status
        if self.stopped is not None:
            status = self.stopped
        elif report.end is not None:
            status = report.end.status
        elif report.literals is None:
            status = "sandbox"
        else:
            status, crash = "error", _dead(self.process.returncode)
        dropped = report.end.dropped if report.end is not None else 0
        literals = report.literals or ()
        return Recording(status, tuple(report.seen), tuple(report.constants), literals, crash, dropped, lenient)


def _dead(code: int) -> Crash:
    """Return what is known of a process that ended without a word."""
    if code >= 0:
        return Crash("SystemExit", f"the program ended its process with status {code}", None, None, "")
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    return Crash(name, f"the program's process was ended by {name}", None, None, "")
