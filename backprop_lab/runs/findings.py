"""What a requirement of a training task comes to in one run: how it was met, what was seen, and what went wrong."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from backprop_lab.marking.marks import Fact, VerdictName
from backprop_lab.marking.observations import Where
from backprop_lab.runs.watched import Watched
from backprop_lab.trainingtask import TrainingTask

Mistake = Literal[
    # linear_layers
    "one-layer", "layer-not-used", "fewer-layers", "more-layers", "not-nn-linear",
    # loss
    "another-loss", "loss-is-a-sum", "softmax-before-cross-entropy", "no-log-softmax", "broadcast-target",
    # batch_size
    "full-batch", "single-rows", "another-batch-size",
    # optimizer
    "another-optimizer", "optimizer-without-layers", "another-momentum", "another-weight-decay",
    # epochs
    "one-epoch-short", "one-epoch-more", "another-number-of-epochs", "step-outside-loop", "one-batch-an-epoch",
    # zero_grad
    "no-zero-grad", "zero-grad-per-epoch", "zero-grad-sometimes",
    # updates
    "backward-outside-loop", "zeroed-before-step", "scaled-gradients", "another-gradient", "ascent", "another-step",
    "stands-still", "parameters-reset", "not-recomputed",
    # training_data
    "scaled-not-used", "targets-all-the-same", "one-batch-only", "part-of-the-data",
    # loss_fell
    "loss-not-finite", "did-not-fall",
    # evaluation
    "evaluation-with-gradients", "no-evaluation",
    # any
    "not-trained", "never-stepped", "ended-early",
]  # fmt: skip
"""The mistakes of training programs, by the requirement that shows them first."""


class Finding(Struct, frozen=True):
    """What a requirement came to; `share` is how much of its points it earns, and `where` where to look."""

    verdict: VerdictName = "right"
    cause: Mistake | None = None
    expected: float | None = None
    found: float | None = None
    where: Where | None = None
    share: Fraction = Fraction(1)
    facts: tuple[tuple[str, Fact], ...] = ()


Judge = Callable[[TrainingTask, Watched], Finding]
"""What looks at a run for one requirement."""


def facts(**seen: Fact | None) -> tuple[tuple[str, Fact], ...]:
    """Return what was seen, by name; nothing is left out, and a number that is not finite is text."""
    told = ((name, "" if fact is None else fact) for name, fact in seen.items())
    return tuple(
        (name, str(fact) if isinstance(fact, float) and not math.isfinite(fact) else fact) for name, fact in told
    )


def wrong(cause: Mistake, seen: Finding) -> Finding:
    """Return a finding as wrong for a cause, with what it has seen."""
    return replace(seen, verdict="wrong", cause=cause, share=Fraction(0))


def missing(cause: Mistake, seen: Finding) -> Finding:
    """Return a finding as missing for a cause, with what it has seen."""
    return replace(seen, verdict="missing", cause=cause, share=Fraction(0))


def at_step(watched: Watched) -> Where | None:
    """Return where the program makes its updates."""
    return next((Where("", one.line, one.cell) for one in watched.seen if one.line is not None), None)


def untrained(watched: Watched) -> Mistake:
    """Return why there are no updates."""
    return "never-stepped" if watched.backwards else "not-trained"


def batches(watched: Watched) -> dict[int, int]:
    """Return how many updates were made with a batch of so many rows.

    Where several backward passes go before each update, their rows are not those of one batch; the updates that were
    seen in full tell.
    """
    told = {rows: count for rows, count in watched.batches.items() if rows}
    if watched.updates and watched.backwards >= 2 * watched.updates:
        shapes = Counter(one.x.shape[0] for one in watched.seen if one.x is not None and one.x.shape)
        return dict(shapes) or told
    return told


def usual_batch(watched: Watched) -> int:
    """Return the rows of most batches, the larger of two that are as frequent; 0 where none were seen."""
    found = batches(watched)
    return max(found, key=lambda rows: (found[rows], rows), default=0)
