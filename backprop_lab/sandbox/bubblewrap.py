"""Linux's sandbox: in one bubblewrap a warm parent, which forks a child into namespaces of its own for each run."""

from __future__ import annotations

import json
import os
import select
import shutil
import site
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, get_args

from backprop_lab.errors import SandboxError
from backprop_lab.resources import folder
from backprop_lab.sandbox.advice import advice
from backprop_lab.sandbox.local import SET, pipe
from backprop_lab.sandbox.request import Ended, Limit, Request
from backprop_lab.sandbox.seccomp import call_filter
from backprop_lab.sandbox.warm import END, LONGEST_MESSAGE

PACKAGE = Path(__file__).parent.parent
INSIDE = Path("/recorder")
WORK = "/work"
TMP = "/tmp"
SECONDS_TO_START = 120.0
SECONDS_TO_ANSWER = 10.0
SYSTEM = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
FROM_ETC = ("ld.so.cache", "alternatives", "localtime")
PARTS = ("bin", "lib", "lib32", "lib64", "include", "share", "pyvenv.cfg")
DEVICES = ("null", "zero", "full", "random", "urandom")
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": WORK, "TMPDIR": WORK, "USER": "student", "LANG": "C.UTF-8"}


class Bubblewrap:
    """Keeps one warm parent with NumPy, and one with PyTorch as soon as a program speaks of it.

    Only one program at a time: whoever wants more has one of these for each thread or process.
    """

    def __init__(self) -> None:
        self.parents: dict[tuple[str, ...], Parent] = {}

    @contextmanager
    def start(self, request: Request) -> Iterator[Child]:
        """Let a warm parent fork a child for a run."""
        modules = request.modules
        parent = self.parents.get(modules)
        if parent is None:
            parent = self.parents[modules] = Parent(modules)
        try:
            with parent.child(request) as child:
                yield child
        except SandboxError:
            parent.close()
            del self.parents[modules]
            raise

    def close(self) -> None:
        """End the parents."""
        while self.parents:
            self.parents.popitem()[1].close()


class Parent:
    """A warm parent in its bubblewrap, at the other end of a socket."""

    def __init__(self, modules: Sequence[str]) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, TemporaryFile() as errors:
            try:
                self.process = subprocess.Popen(
                    command(theirs.fileno()),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=errors,
                    pass_fds=(theirs.fileno(),),
                )
            except BaseException as error:
                self.control.close()
                if isinstance(error, OSError):
                    raise SandboxError(f"bubblewrap cannot be started: {error.strerror}") from None
                raise
            theirs.close()
            self.tell({"modules": modules, "filter": call_filter().hex()})
            if self.answer(SECONDS_TO_START) is None:
                self.close()
                errors.seek(0)
                raise SandboxError(advice(errors.read(1 << 16).decode("utf-8", "replace")))

    def tell(self, message: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
        """Send a message; a parent that is no more is noticed by its answer."""
        with suppress(OSError):
            socket.send_fds(self.control, [json.dumps(message).encode()], descriptors)

    def answer(self, seconds: float) -> dict[str, Any] | None:
        """Return the next message, or None where there is none in time or at all."""
        if not select.select([self.control], [], [], seconds)[0]:
            return None
        try:
            answer = json.loads(self.control.recv(LONGEST_MESSAGE))
        except (OSError, ValueError):
            return None
        return answer if isinstance(answer, dict) else None

    @contextmanager
    def child(self, request: Request) -> Iterator[Child]:
        """Have a child forked for a run."""
        with ExitStack() as ours:
            told = ours.enter_context(os.fdopen(os.memfd_create("request"), "wb"))
            told.writelines(request.encoded(f"{WORK}/lab", processes=request.limits.processes))
            told.seek(0)
            about = {
                "memory": request.limits.memory,
                "cpu_seconds": request.limits.cpu_seconds,
                "room": request.room,
                "folders": small_folders(),
            }
            with ExitStack() as theirs:
                report, their_report = pipe(ours, theirs)
                output, their_output = pipe(ours, theirs)
                self.tell(about, (told.fileno(), their_report, their_output))
            yield Child(self, report, output)

    def close(self) -> None:
        """End it, and with it whatever is left in its bubblewrap."""
        self.control.close()
        self.process.kill()
        self.process.wait()


class Child:
    """A child of a warm parent: the first process of a namespace, so that all it has started ends with it."""

    def __init__(self, parent: Parent, report: int, output: int) -> None:
        self.parent, self.report, self.output = parent, report, output
        self.how: Ended | None = None

    def ended(self) -> bool:
        """Tell whether it has ended: what is in its pipes by then is all there is."""
        return self.how is not None

    def kill(self) -> None:
        """End it if it has not ended."""
        if self.how is None:
            with suppress(OSError):
                self.parent.control.send(END)
            if self.wait(SECONDS_TO_ANSWER) is None:
                raise SandboxError("the parent of the sandbox's processes does not answer")

    def wait(self, seconds: float) -> Ended | None:
        """Return how it ended, or None if it has not."""
        if self.how is None and select.select([self.parent.control], [], [], seconds)[0]:
            match self.parent.answer(0):
                case {"code": int(code), "why": why}:
                    self.how = Ended(code, why if why in get_args(Limit) else None)
                case _:
                    raise SandboxError("the parent of the sandbox's processes has ended")
        return self.how


def command(descriptor: int) -> list[str]:
    """Return the command that starts a warm parent, which inherits one end of a socket.

    All that it sees is the system's programs and libraries, Python and its packages but for this one, and the
    recorder; nothing of that can be written to. As root it keeps the right to become nobody, and no other.
    """
    program = shutil.which("bwrap")
    if program is None:
        raise SandboxError("bubblewrap is not installed; on Debian and Ubuntu: apt install bubblewrap")
    rights = ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"] if os.getuid() == 0 else ["--unshare-user"]
    return [
        program,
        "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
        *rights,
        "--die-with-parent", "--new-session", "--clearenv",
        *(word for name, value in (SET | ENVIRONMENT).items() for word in ("--setenv", name, value)),
        *_mounts(),
        "--chdir", "/",
        sys.executable, str(INSIDE / "sandbox" / "warm.py"), str(descriptor),
    ]  # fmt: skip


def _mounts() -> Iterator[str]:
    yield from _system()
    bound = _python()
    for path in bound:
        yield from _below(path)
        yield from ("--ro-bind", str(path), str(path))
    for path in _own_folders():
        if any(path.is_relative_to(place) for place in (Path("/usr"), *bound)):
            yield from ("--tmpfs", str(path))
    yield from _below(INSIDE / "sandbox")
    yield from ("--ro-bind", str(PACKAGE / "sandbox"), str(INSIDE / "sandbox"))
    yield from ("--proc", "/proc", "--perms", "0755", "--dir", "/dev")
    for name in DEVICES:
        yield from ("--dev-bind", f"/dev/{name}", f"/dev/{name}")
    yield from ("--perms", "0755", "--dir", "/dev/shm", "--perms", "1777", "--tmpfs", WORK)
    yield from ("--perms", "0755", "--dir", TMP)
    yield from ("--remount-ro", "/")


def _own_folders() -> list[Path]:
    """Return where this package lies, also what an editable installation has of it among the other packages."""
    places = [*site.getsitepackages(), site.getusersitepackages()]
    found = {path for place in places for path in Path(place).glob("backprop_lab*") if path.is_dir()}
    return sorted(found | {PACKAGE, folder("tasks"), folder("templates")})


@cache
def small_folders() -> list[str]:
    """Return the folders that each child has of its own; /tmp is none where Python itself lies in it."""
    return [WORK, "/dev/shm", *([] if any(path.is_relative_to(TMP) for path in _python()) else [TMP])]


def _system() -> Iterator[str]:
    yield from ("--ro-bind", "/usr", "/usr")
    for name in SYSTEM:
        path = Path("/", name)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
        elif path.is_dir():
            yield from ("--ro-bind", str(path), str(path))
    yield from ("--perms", "0755", "--dir", "/etc")
    for name in FROM_ETC:
        yield from ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")


def _python() -> list[Path]:
    """Return the folders of this interpreter and its packages that are not the system's.

    Of an environment these are its parts: it may have been made in a folder in which there is more.
    """
    places = [sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix]
    environments = {Path(place) for place in places} | {Path(place).resolve() for place in places}
    found = {path / part for path in environments for part in PARTS if (path / part).exists()}
    found |= {Path(site.getusersitepackages())} if site.ENABLE_USER_SITE else set()
    return sorted(path for path in found if path.exists() and not path.is_relative_to("/usr"))


def _below(path: Path) -> Iterator[str]:
    """Yield what makes the folders above one, such that everybody may pass through them."""
    for above in list(path.parents)[-2::-1]:
        yield from ("--perms", "0755", "--dir", str(above))
