"""Where programs of students run: sandboxes behind one small interface, and the recorder inside of them.

    with open_sandbox("auto") as sandbox:
        record(program, sandbox=sandbox)

From outside: `request`, `runner`, `report`, and the sandboxes `local`, `bubblewrap`, `container`. Inside, with
nothing but this folder and the standard library: `recorder` and `warm`, run by their paths, and what they import;
of programs that train, that is `watcher` too.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from backprop_lab.sandbox.request import Sandbox

SandboxName = Literal["auto", "bubblewrap", "container", "nobody", "none"]
SANDBOXES: tuple[SandboxName, ...] = get_args(SandboxName)

__all__ = ["SANDBOXES", "SandboxName", "find_sandbox", "first_working", "new_sandbox", "open_sandbox"]


@contextmanager
def open_sandbox(name: SandboxName) -> Iterator[Sandbox]:
    """Give a sandbox for one program at a time, and close it; raise SandboxError, one line, if it cannot be had."""
    sandbox = new_sandbox(name)
    try:
        yield sandbox
    finally:
        sandbox.close()


def find_sandbox(name: SandboxName) -> SandboxName:
    """Return the sandbox to use, having run a program in it: for `auto` the first that works here.

    Raises SandboxError where it does not work: what is missing, and what to install or to change.
    """
    if name != "auto":
        _try(name)
        return name
    return first_working(("bubblewrap", "container") if sys.platform == "linux" else ("container",))


def first_working(candidates: Sequence[SandboxName]) -> SandboxName:
    """Return the first sandbox that works here, having run a program in it; raise SandboxError if none does."""
    from backprop_lab.errors import SandboxError

    reasons = []
    for candidate in candidates:
        try:
            _try(candidate)
        except SandboxError as error:
            reasons.append(str(error))
        else:
            return candidate
    raise SandboxError(f"programs of others need a sandbox: {'; '.join(reasons)}")


def _try(name: SandboxName) -> None:
    from backprop_lab.errors import SandboxError
    from backprop_lab.sandbox.runner import record
    from backprop_lab.submissions.program import Cell, Program

    with open_sandbox(name) as sandbox:
        recording = record(Program((Cell("w = 0.5\nv = w * 2"),), "trial.py"), sandbox=sandbox)
    if recording.status != "ok":
        why = recording.crash.message if recording.crash is not None else "the recorder fails"
        raise SandboxError(f"the sandbox {name} does not work here: {why}")


def new_sandbox(name: SandboxName) -> Sandbox:
    """Return a sandbox, which whoever asks for it closes; raise SandboxError, one line, if it cannot be had."""
    match find_sandbox(name) if name == "auto" else name:
        case "bubblewrap":
            from backprop_lab.sandbox.bubblewrap import Bubblewrap

            return Bubblewrap()
        case "container":
            from backprop_lab.sandbox.container import Container, find_engine

            return Container(find_engine())
        case "nobody":
            from backprop_lab.errors import SandboxError
            from backprop_lab.sandbox.local import Local

            if sys.platform != "linux" or os.getuid() != 0:
                raise SandboxError("only root of Linux may run programs as another user: choose another sandbox")
            from backprop_lab.sandbox.isolation import NOBODY

            return Local(NOBODY)
        case _:
            from backprop_lab.sandbox.local import Local

            return Local()
