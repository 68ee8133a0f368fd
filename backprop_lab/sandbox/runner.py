"""Run a program in a process of its own and take down what it shows; trust nothing that comes back.

The process gets the program, and nothing else. It writes lines of JSON to a pipe of its own. Whatever happens to it,
what it wrote before that counts.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from backprop_lab.errors import SandboxError
from backprop_lab.limits import MIB, Limits
from backprop_lab.marking.observations import Crash, Move, Recording, Status
from backprop_lab.sandbox.local import Local
from backprop_lab.sandbox.report import Lines, MalformedError, Report
from backprop_lab.sandbox.request import Ended, Process, Request, Sandbox
from backprop_lab.submissions.program import Cell, Program

CHUNK = 1 << 16
PIPE = MIB
GLANCE = 0.02
MOST_STARTS = 3
ReportOf = TypeVar("ReportOf", bound=Lines)
# NumPy 2.4 refuses what it only warned of before.
STRICT = {
    "ValueError": "setting an array element with a sequence.",
    "TypeError": "only 0-dimensional arrays can be converted to Python scalars",
}
DEFAULT = Limits()
LOCAL = Local()
SILENT = Crash("SilentEnd", "Python ends before the program starts", None, None, "")
TOO_MUCH = replace(SILENT, message=f"{SILENT.message}: what was handed in may be too large or too deeply nested")
TAMPERED = Crash("TamperedReport", "the program wrote where its values are reported", None, None, "")


def record(
    program: Program,
    *,
    sandbox: Sandbox = LOCAL,
    moves: Sequence[Move] = (),
    limits: Limits = DEFAULT,
    like: Recording | None = None,
) -> Recording:
    """Run a program, with some of its constants moved, and return what it showed.

    A program that fails where NumPy before 2.4 would have let an array of one number pass for that number is run
    again so that it passes, and that run counts if it comes further. A run that is to be compared with one before is
    to come as far: it is as lenient, and where that one came to its end, an exception ends no more than the
    statement of the module in which it happens.
    """
    if like is not None:
        request = Request(program, limits, moves, like.lenient, persistent=like.status == "ok")
        return _recorded(sandbox, request)
    recording = _recorded(sandbox, Request(program, limits, moves))
    crash = recording.crash
    if crash is None or crash.message != STRICT.get(crash.type):
        return recording
    again = _recorded(sandbox, Request(program, limits, moves, lenient=True))
    further = again.status == "ok" or len(again.seen) > len(recording.seen)
    return again if further else recording


def _recorded(sandbox: Sandbox, request: Request) -> Recording:
    ran = run(sandbox, request, lambda: Report(request.limits.observations))
    report = ran.report
    if report is None:
        return Recording(ran.status, crash=ran.crash)
    dropped = report.end.dropped if report.end is not None else 0
    seen, constants, literals = tuple(report.seen), tuple(report.constants), report.literals or ()
    return Recording(ran.status, seen, constants, literals, ran.crash, dropped, request.lenient)


class Ran(Struct, Generic[ReportOf], frozen=True):
    """How a run of a program ended, and what it reported; nothing where no process could be started."""

    status: Status
    crash: Crash | None
    report: ReportOf | None


def run(sandbox: Sandbox, request: Request, report: Callable[[], ReportOf]) -> Ran[ReportOf]:
    """Run a program once; where the sandbox fails, and not the program, start anew a few times.

    A process that ends each time before the program starts, and without a word, has ended for what it was given, if
    one that is given next to nothing is well in the same place: that is an error of the program. Where that one is
    not well either, or the recorder says that it failed, the failure is ours.
    """
    for _ in range(MOST_STARTS):
        try:
            with sandbox.start(request) as process:
                ran = _watched(process, request.limits, report())
        except SandboxError as error:
            ran = Ran("sandbox", Crash("SandboxError", str(error), None, None, ""), None)
        if ran.status != "sandbox":
            break
    if ran.crash == SILENT and _is_well(sandbox, request):
        return replace(ran, status="error", crash=TOO_MUCH)
    return ran


def _is_well(sandbox: Sandbox, request: Request) -> bool:
    """Tell whether a program of nothing but the imports starts where and as another one should."""
    imports = Cell("\n".join(f"import {module}" for module in request.modules))
    try:
        with sandbox.start(Request(Program((imports,), "trial.py"), request.limits)) as process:
            report = Report(request.limits.observations)
            return _watched(process, request.limits, report).status in ("ok", "error")
    except SandboxError:
        return False


def _watched(process: Process, limits: Limits, report: ReportOf) -> Ran[ReportOf]:
    watch = _Watch(process, limits, report)
    try:
        watch.run()
    finally:
        process.kill()
    return Ran(*watch.outcome(), report)


class _Watch:
    """Reads what a process writes."""

    def __init__(self, process: Process, limits: Limits, report: Lines) -> None:
        self.process, self.limits, self.report = process, limits, report
        self.stopped: Status | None = None
        self.tampered = False
        self.printed = 0
        self.end: Ended | None = None

    def run(self) -> None:
        """Read until the process has ended, or must be stopped.

        Only the end of a pipe wakes this process, and else the time after which to look: a pipe holds what is
        written until then, and to be woken for each line would take longer than to read it.
        """
        deadline = time.monotonic() + self.limits.seconds
        pipes = select.poll()
        still_open = [self.process.report, self.process.output]
        for descriptor in still_open:
            os.set_blocking(descriptor, False)
            with suppress(OSError):
                fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, PIPE)
            pipes.register(descriptor, 0)
        while still_open:
            left = deadline - time.monotonic()
            if left <= 0:
                self.stopped = "timeout"
            if self.stopped is not None:
                return
            ended = self.process.ended()
            if ended:
                self.process.kill()
            pipes.poll(0 if ended else 1000 * min(left, GLANCE))
            for descriptor in still_open.copy():
                if not self.drain(descriptor):
                    still_open.remove(descriptor)
                    pipes.unregister(descriptor)
            if ended:
                break
        if self.stopped is not None:
            return
        self.end = self.process.wait(max(0.0, deadline - time.monotonic()))
        if self.end is None:
            self.stopped = "timeout"
        else:
            self.stopped = self.end.limit

    def drain(self, descriptor: int) -> bool:
        """Take what is in a pipe; return whether more may come."""
        while self.stopped is None:
            try:
                data = os.read(descriptor, CHUNK)
            except BlockingIOError:
                break
            if not data:
                return False
            self.take(data, descriptor)
        return True

    def take(self, data: bytes, descriptor: int) -> None:
        """Take what the process has written, and stop where it is too much or not what it should be."""
        if descriptor != self.process.report:
            self.printed += len(data)
            if self.printed > self.limits.output:
                self.stopped = "output"
            return
        try:
            self.report.add(data)
        except MalformedError:
            self.stopped, self.tampered = "error", True

    def outcome(self) -> tuple[Status, Crash | None]:
        """Return how the process ended."""
        report, crash = self.report, self.report.crash()
        if self.stopped is not None:
            return self.stopped, TAMPERED if self.tampered else crash
        if report.end is not None:
            return report.end.status, crash
        if report.literals is None:
            return "sandbox", SILENT
        return "error", _dead(0 if self.end is None else self.end.code)


def _dead(code: int) -> Crash:
    """Return what is known of a process that ended without a word."""
    if code >= 0:
        return Crash("SystemExit", f"the program ended its process with status {code}", None, None, "")
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    return Crash(name, f"the program's process was ended by {name}", None, None, "")
