"""Why a number got its verdict, and how its symbol is spelled: what sentences on tasks of both kinds are made of."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from backprop_lab.engine import graph
from backprop_lab.marking.marks import Corrected, Fact, Remark, Verdict, VerdictName

Phase = graph.Phase | Literal["training"]
Kind = Literal["pass", "training"]
"""Of a task: what is judged are the quantities of a pass, or the requirements of a training."""
"""The heading under which a number stands."""
Shows = Literal["found", "both"]
"""What is shown of a number: the one that was found, or the right one too."""


class Reason(Struct, frozen=True):
    """Why one number of a task got its verdict: all that a sentence on it is made of."""

    step: str
    row: int
    column: int
    verdict: VerdictName
    remark: Remark | None
    cause: str | None
    causes: tuple[str, ...]
    earned: bool
    corrected: Corrected | None
    facts: tuple[tuple[str, Fact], ...] = ()

    @classmethod
    def of(cls, verdict: Verdict) -> Reason:
        """Return the reason of a verdict, whatever number was found."""
        return cls(
            verdict.step,
            verdict.row,
            verdict.column,
            verdict.verdict,
            verdict.remark,
            verdict.cause,
            verdict.causes,
            verdict.points > 0,
            verdict.corrected,
            verdict.facts,
        )


class Symbols(Struct, frozen=True):
    """The symbol of one number, spelled for a reader, in LaTeX, and as on an answer sheet."""

    unicode: str
    latex: str
    ascii: str
