"""What a recorder's process is told, and what a sandbox must be able to do with one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import PurePosixPath
from typing import Literal, Protocol

import msgspec
from msgspec import Struct

from backprop_lab.limits import Limits
from backprop_lab.marking.observations import Move
from backprop_lab.submissions.program import Program

Limit = Literal["timeout", "memory"]
PAGE = 4096
TIME_TO_REPORT = 0.5
TIME_TO_TELL_OF_TRAINING = 5.0
_TORCH = re.compile(r"\btorch\b")


class Request(Struct, frozen=True):
    """One run of a program: what to move in it, how lenient to be, and its limits."""

    program: Program
    limits: Limits
    moves: Sequence[Move] = ()
    lenient: bool = False
    persistent: bool = False
    watch: int | None = None
    """The seed of a watcher: the program is not recorded statement by statement, but watched as it trains."""

    @property
    def modules(self) -> tuple[str, ...]:
        """The large libraries that its text may need: it is run where these are at hand."""
        speaks_of_torch = self.watch is not None or any(_TORCH.search(cell.source) for cell in self.program.cells)
        return ("numpy", "torch") if speaks_of_torch else ("numpy",)

    @property
    def time_to_report(self) -> float:
        """The seconds that it has to report how it ended, before it is ended from outside."""
        return TIME_TO_REPORT if self.watch is None else TIME_TO_TELL_OF_TRAINING

    @property
    def room(self) -> int:
        """The bytes that its folder must hold: what the program finds there, in whole pages, and may write itself."""
        pages = sum(-(-len(file.content) // PAGE) for file in self.program.files)
        return self.limits.file_size + PAGE * pages

    def encoded(self, folder: str, *, processes: int | None) -> list[bytes]:
        """Return what the process reads: a line of JSON, then the files to put into its folder."""
        limits, program = self.limits, self.program
        header = {
            "cells": program.cells,
            "name": _text(PurePosixPath(program.name).name) or "program.py",
            "folder": folder,
            "files": [(_text(file.name), len(file.content)) for file in program.files],
            "moves": [(move.place, move.leaf, move.was, move.now) for move in self.moves],
            "lenient": self.lenient,
            "persistent": self.persistent,
            "watch": self.watch,
            "observations": limits.observations,
            "seconds": limits.seconds - min(self.time_to_report, limits.seconds / 4),
            "limits": {
                "memory": limits.memory,
                "file_size": limits.file_size,
                "cpu_seconds": limits.cpu_seconds,
                "processes": processes,
            },
        }
        return [msgspec.json.encode(header), b"\n", *(file.content for file in program.files)]


def _text(name: str) -> str:
    """Return the name of a file as UTF-8 can have it."""
    return name.encode("utf-8", "replace").decode()


class Ended(Struct, frozen=True):
    """How a process ended: its exit status, negative for a signal, and the limit for which it was killed, if any."""

    code: int
    limit: Limit | None = None


class Process(Protocol):
    """A recorder's process, seen from outside."""

    report: int
    """The descriptor on which it reports."""
    output: int
    """The descriptor to which it prints."""

    def ended(self) -> bool:
        """Tell whether it has ended, though others may still hold its pipes."""

    def kill(self) -> None:
        """End it, and all that it has started."""

    def wait(self, seconds: float) -> Ended | None:
        """Return how it ended, or None if it has not within so many seconds.

        Raises SandboxError where that cannot be told.
        """


class Sandbox(Protocol):
    """A place to run programs in."""

    def start(self, request: Request) -> AbstractContextManager[Process]:
        """Start a recorder's process; raise SandboxError where it cannot be."""

    def close(self) -> None:
        """Leave nothing behind."""
