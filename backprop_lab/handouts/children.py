"""Processes that several threads wait for, each within limits, and that can all be ended at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from math import ceil
from pathlib import Path
from threading import Event, Lock, Timer
from time import monotonic

from backprop_lab.limits import MIB

MEMORY = 2048 * MIB
FILE_SIZE = 64 * MIB
TOO_LARGE = "SIGXFSZ"


class Children:
    """The processes that are running: silent ones, without input, each the leader of a group of its own."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._over = Event()

    def run(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float
    ) -> int | str | None:
        """Run a command, end what it leaves behind, and return its exit status or the name of the signal it died of.

        None means that it was not done in so many seconds, or that all have been ended meanwhile. On Linux it may
        have MEMORY bytes of address space, and write files of FILE_SIZE bytes. Raises OSError if it does not start.
        """
        end = monotonic() + seconds
        with self._lock:
            if self._over.is_set():
                return None
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            self._running.add(process)
        alarm = Timer(seconds, _kill, [process])
        try:
            _limit(process.pid, seconds)
            alarm.start()
            code = process.wait()
        finally:
            alarm.cancel()
            _kill(process)
            with self._lock:
                self._running.discard(process)
        if self._over.is_set() or monotonic() >= end:
            return None
        return signal.Signals(-code).name if code < 0 else code

    def end(self) -> None:
        """End all that are running, and let no more be started."""
        with self._lock:
            self._over.set()
            for process in self._running:
                _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def _limit(process: int, seconds: float) -> None:
    """Let a process have no more than it may, and no longer even if nobody is left to end it."""
    if sys.platform == "linux":
        import resource

        wanted = {
            resource.RLIMIT_CORE: 0,
            resource.RLIMIT_AS: MEMORY,
            resource.RLIMIT_FSIZE: FILE_SIZE,
            resource.RLIMIT_CPU: ceil(seconds) + 1,
        }
        with suppress(ProcessLookupError):
            for kind, most in wanted.items():
                hard = resource.prlimit(process, kind)[1]
                least = most if hard == resource.RLIM_INFINITY else min(most, hard)
                resource.prlimit(process, kind, (least, least))
