"""The grader's machine, as the red team looks for it: a secret file, sockets that listen, and processes."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

MARK = "backprop-redteam"
"""What every process that a submission starts has on its command line, or as its name."""
CANARY = "backprop-lab-canary"


class Outside:
    """What must not be found on the grader's machine: a secret file, a TCP port, an abstract socket."""

    def __init__(self, canary: Path, listeners: list[socket.socket]) -> None:
        self.canary, self.listeners = canary, listeners
        self.secret = canary.read_text()
        self.port = listeners[0].getsockname()[1]

    def told_to(self, program: bytes) -> bytes:
        """Return a program that knows where to look: a stranger who has seen the machine would."""
        program = program.replace(b"PORT = 0\n", f"PORT = {self.port}\n".encode())
        return program.replace(b"the path of the canary", str(self.canary).encode())

    def visitors(self) -> int:
        """Return how many have connected since this was last asked."""
        found = 0
        for listener in self.listeners:
            try:
                while True:
                    listener.accept()[0].close()
                    found += 1
            except BlockingIOError:
                continue
        return found

    def is_as_it_was(self) -> bool:
        """Tell whether the secret file is unchanged, with nothing left beside it."""
        return self.canary.read_text() == self.secret and list(self.canary.parent.iterdir()) == [self.canary]


@contextmanager
def outside(folder: Path) -> Iterator[Outside]:
    """Lay out the secret and listen."""
    canary = folder / "neighbour.txt"
    canary.write_text(f"{CANARY} {secrets.token_hex()} Z1 = -0.7\n")
    with ExitStack() as stack:
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
        abstract.bind(f"\0{MARK}-{tcp.getsockname()[1]}")
        abstract.listen()
        for listener in (tcp, abstract):
            listener.setblocking(False)
        yield Outside(canary, [tcp, abstract])


def survivors() -> list[str]:
    """Return the processes of this machine that bear the mark of a submission."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid():
            for name in ("cmdline", "comm"):
                try:
                    told = (process / name).read_bytes()
                except OSError:
                    continue
                if MARK[:14].encode() in told:
                    found.append(f"{process.name}: {told!r}")
    return found


def left_behind() -> list[Path]:
    """Return the files that submissions have left in the folders that everybody may write to."""
    return [path for folder in ("/tmp", "/var/tmp", "/dev/shm") for path in Path(folder).glob(f"{MARK}*")]
