"""Run a training program once, in a sandbox, and return what was seen of it; trust nothing that comes back."""

from __future__ import annotations

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from backprop_lab.limits import MIB, Limits
from backprop_lab.runs.watched import Run, Watched, WatchedUpdate
from backprop_lab.sandbox.report import End, Lines, Literals, MalformedError
from backprop_lab.sandbox.request import Request, Sandbox
from backprop_lab.sandbox.runner import run
from backprop_lab.submissions.program import Program

LONGEST_LINE = 16 * MIB
MOST_UPDATES = 100


class _Update(Struct, array_like=True, tag="u", forbid_unknown_fields=True):
    update: WatchedUpdate


class _Whole(Struct, array_like=True, tag="w", forbid_unknown_fields=True):
    watched: Watched


_LINE = msgspec.json.Decoder(_Update | _Whole | Literals | End)


class _TrainingReport(Lines):
    """What a watcher has sent so far: updates in full, and now and then all else, of which the last counts."""

    def __init__(self) -> None:
        super().__init__(LONGEST_LINE)
        self.updates: dict[int, WatchedUpdate] = {}
        self.whole = Watched()

    def _take(self, line: bytes) -> None:
        match self._decoded(line, _LINE):
            case _Update(update):
                self.updates[update.number] = update
            case _Whole(watched):
                self.whole = watched
            case Literals(numbers):
                self.literals = numbers
            case End() as end:
                self.end = end
        if len(self.updates) > MOST_UPDATES:
            raise MalformedError

    def watched(self) -> Watched:
        """Return all that was seen; where no more was sent, as many updates as were seen in full."""
        seen = tuple(update for _, update in sorted(self.updates.items()))
        most = max(self.updates, default=0)
        return replace(self.whole, seen=seen, updates=max(self.whole.updates, most))


def watch(program: Program, *, sandbox: Sandbox, limits: Limits, seed: int) -> Run:
    """Run a training program, and return what was seen of it, also where it was stopped or crashed.

    The first updates are seen in full, and some later ones that the seed draws. Updates of optimisers of PyTorch are
    counted, or until one of these steps those that the program makes itself between backward passes; what is trained
    without PyTorch is not seen.
    """
    ran = run(sandbox, Request(program, limits, watch=seed), _TrainingReport)
    return Run(ran.status, ran.crash, Watched() if ran.report is None else ran.report.watched())
