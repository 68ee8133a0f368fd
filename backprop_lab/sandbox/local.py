"""No sandbox: a process of this computer's user, for one's own work alone; or for root, of another user."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from backprop_lab.errors import SandboxError
from backprop_lab.sandbox.folders import empty_folder
from backprop_lab.sandbox.orphans import adopt_orphans, end_descendants
from backprop_lab.sandbox.request import Ended, Request

GLANCE = 0.001
_CAN_LOOK = hasattr(os, "waitid")  # macOS has it from Python 3.13 on
_ALONE = threading.Lock()
"""Held while a program of another user runs: what is that user's by its end was started by it."""
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
    "TORCH_COMPILE_DISABLE": "1",  # what is compiled has no graph to look at, and takes a compiler of C++
}


class Local:
    """Starts a new interpreter for each run, in an empty folder, within limits but with all of the user's rights.

    Root can name another user by its number: a program then has the rights of that one, in a folder that is its own,
    and nothing that it has started outlives it. That takes Linux, and of such programs a process runs one at a time.
    """

    def __init__(self, user: int | None = None) -> None:
        self.user = user
        if user is not None:
            adopt_orphans()

    @contextmanager
    def start(self, request: Request) -> Iterator[LocalProcess]:
        """Start a recorder's process; raise SandboxError where Python does not start, or not as that user."""
        with ExitStack() as stack:
            told = stack.enter_context(TemporaryFile())
            folder = stack.enter_context(empty_folder())
            environment = {name: os.environ[name] for name in KEPT if name in os.environ} | SET
            processes = None
            if self.user is not None:
                stack.enter_context(_ALONE)
                stack.callback(end_descendants, self.user)
                os.chown(folder, self.user, self.user)
                environment["HOME"] = folder
                processes = request.limits.processes  # the system counts them for each user
            told.writelines(request.encoded(folder, processes=processes))
            told.seek(0)
            with ExitStack() as theirs:
                report, their_report = pipe(stack, theirs)
                process = self._popen(told, their_report, environment)
            stack.enter_context(process)
            yield LocalProcess(process, report)

    def _popen(self, told: IO[bytes], report: int, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                [sys.executable, str(RECORDER), str(report)],
                stdin=told,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(report,),
                env=environment,
                start_new_session=True,
                bufsize=0,
                user=self.user,
                group=self.user,
                extra_groups=None if self.user is None else (),
            )
        except OSError as error:
            raise SandboxError(f"{sys.executable}: cannot be started: {error.strerror}") from None

    def close(self) -> None:
        """Leave nothing behind: there is nothing."""


def pipe(ours: ExitStack, theirs: ExitStack) -> tuple[int, int]:
    """Return the ends of a pipe: one to read from, which the first stack closes, and one for the second."""
    reading, writing = os.pipe()
    ours.callback(os.close, reading)
    theirs.callback(os.close, writing)
    return reading, writing


class LocalProcess:
    """A process and its group, which keeps its number for as long as the process is there to be waited for."""

    def __init__(self, process: subprocess.Popen[bytes], report: int) -> None:
        assert process.stdout is not None
        self.process, self.report, self.output = process, report, process.stdout.fileno()
        self.killed = False

    def ended(self) -> bool:
        """Tell whether it has ended."""
        if self.process.returncode is None and _CAN_LOOK:
            return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        return self.process.poll() is not None

    def kill(self) -> None:
        """End the process and all in its group, once."""
        if self.killed:
            return
        self.killed = True
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def wait(self, seconds: float) -> Ended | None:
        """Return how it ended, having ended its group too, or None if it has not."""
        deadline = time.monotonic() + seconds
        while not self.ended():
            if time.monotonic() >= deadline:
                return None
            time.sleep(GLANCE)
        self.kill()
        code = self.process.returncode
        return Ended(code, "timeout" if code == -signal.SIGXCPU else None)
