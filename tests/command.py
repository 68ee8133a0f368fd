"""Run the command line inside of this process."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

from backprop_lab.cli import run


@dataclass(frozen=True, slots=True)
class Finished:
    """What a command left: its exit status, its output and its messages."""

    status: int
    output: str
    messages: str


def command(*arguments: object) -> Finished:
    """Run `backprop-lab` with these arguments."""
    output, messages = io.StringIO(), io.StringIO()
    with redirect_stdout(output), redirect_stderr(messages):
        status = run([str(argument) for argument in arguments])
    return Finished(status, output.getvalue(), messages.getvalue())


def output_of(*arguments: object) -> str:
    """Return the output of a command that must do."""
    finished = command(*arguments)
    assert (finished.status, finished.messages) == (0, ""), finished.messages
    return finished.output
