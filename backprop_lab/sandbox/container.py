"""A container of docker or podman for each run: the sandbox of computers where bubblewrap does not start."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from threading import Thread
from typing import IO

from backprop_lab.errors import SandboxError
from backprop_lab.sandbox.local import SET
from backprop_lab.sandbox.request import Ended, Request

ENGINES = ("docker", "podman")
IMAGE = "backprop-lab-sandbox"
FOLDER = Path(__file__).parent
WORK = "/tmp/work"  # in the container
KILLED = 137
SECONDS_TO_ASK = 20.0


class Container:
    """Starts a container for each run: no network, nothing to write to but a small /tmp, no rights."""

    def __init__(self, engine: str) -> None:
        self.engine = engine

    @contextmanager
    def start(self, request: Request) -> Iterator[ContainerProcess]:
        """Start a recorder in a container."""
        name = f"{IMAGE}-{token_hex(8)}"
        try:
            self._create(name, request)
            with self._started(name) as process:
                assert process.stdin is not None
                told = request.encoded(WORK, processes=None)
                Thread(target=_feed, args=(process.stdin, told), daemon=True).start()
                yield ContainerProcess(self.engine, name, process)
        finally:
            _asked(self.engine, "rm", "--force", name)

    def _create(self, name: str, request: Request) -> None:
        """Make a container that does not run yet, so that there is one to be ended as soon as there is a process."""
        made = _asked(*command(self.engine, name, request))
        if made is None or made.returncode != 0:
            said = "it does not answer" if made is None else made.stderr.decode("utf-8", "replace").strip()[:300]
            raise SandboxError(f"{self.engine} makes no container: {said or 'it says nothing'}")

    def _started(self, name: str) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                [self.engine, "start", "--attach", "--interactive", name],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
            )
        except OSError as error:
            raise SandboxError(f"{self.engine} cannot be started: {error.strerror}") from None

    def close(self) -> None:
        """Leave nothing behind: each container is removed after its run."""


class ContainerProcess:
    """A container with a recorder in it."""

    def __init__(self, engine: str, name: str, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        self.engine, self.name, self.process = engine, name, process
        self.report, self.output = process.stdout.fileno(), process.stderr.fileno()

    def ended(self) -> bool:
        """Tell whether it has ended."""
        return self.process.poll() is not None

    def kill(self) -> None:
        """End the container, and the engine's client."""
        if self.process.poll() is None:
            self.process.kill()  # which may not have started the container yet
            _asked(self.engine, "kill", self.name)
        self.process.wait()

    def wait(self, seconds: float) -> Ended | None:
        """Return how it ended, or None if it has not; the engine knows whether it was for want of memory."""
        with suppress(subprocess.TimeoutExpired):
            code = self.process.wait(seconds)
            return Ended(code, "memory" if code == KILLED and self._lacked_memory() else None)
        return None

    def _lacked_memory(self) -> bool:
        asked = _asked(self.engine, "inspect", "--format", "{{.State.OOMKilled}}", self.name)
        return asked is not None and asked.stdout.strip() == b"true"


def command(engine: str, name: str, request: Request) -> list[str]:
    """Return the command that makes a recorder's container: request in, report out, what is printed as errors."""
    limits = request.limits
    memory = [] if limits.memory is None else ["--memory", str(limits.memory), "--memory-swap", str(limits.memory)]
    settings = SET | {"HOME": "/tmp", "TMPDIR": "/tmp", "USER": "student"}
    return [
        engine, "create", "--interactive", "--pull", "never", "--name", name,
        "--network", "none", "--ipc", "none", "--read-only", "--cap-drop", "ALL",
        "--security-opt", "no-new-privileges", "--user", "65534:65534",
        "--pids-limit", str(limits.processes), *memory,
        "--tmpfs", f"/tmp:rw,nosuid,nodev,size={request.room},mode=1777",
        "--volume", f"{FOLDER}:/recorder/sandbox:ro",
        *(word for key, value in settings.items() for word in ("--env", f"{key}={value}")),
        IMAGE, "python", "/recorder/sandbox/recorder.py", "1",
    ]  # fmt: skip


def find_engine() -> str:
    """Return the container engine that runs on this computer and has the image; raise SandboxError if none has."""
    for engine in ENGINES:
        if shutil.which(engine) is not None and _succeeds(engine, "info"):
            if _succeeds(engine, "image", "inspect", IMAGE):
                return engine
            raise SandboxError(
                f"{engine} runs, but has no image {IMAGE}; make it with: {engine} build -t {IMAGE} {FOLDER}"
            )
    raise SandboxError("no container engine runs here; start docker or podman")


def _succeeds(*words: str) -> bool:
    asked = _asked(*words)
    return asked is not None and asked.returncode == 0


def _asked(*words: str) -> subprocess.CompletedProcess[bytes] | None:
    """Ask an engine for something, and return what it says; None if it does not answer."""
    try:
        return subprocess.run(words, capture_output=True, timeout=SECONDS_TO_ASK, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None


def _feed(pipe: IO[bytes], parts: list[bytes]) -> None:
    with suppress(OSError), pipe:
        for part in parts:
            view = memoryview(part)
            while view:
                view = view[os.write(pipe.fileno(), view) :]
