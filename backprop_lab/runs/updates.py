"""Whether the updates of a training program are those that it claims to make."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from msgspec.structs import replace

from backprop_lab.runs.findings import Finding, Mistake, at_step, facts, missing, untrained, wrong
from backprop_lab.runs.recomputing import Recomputed, recompute
from backprop_lab.runs.stepping import BY_HAND
from backprop_lab.runs.watched import Watched, WatchedUpdate
from backprop_lab.trainingtask import TrainingTask

FOLLOWS: frozenset[Mistake] = frozenset(
    (
        "no-zero-grad", "step-outside-loop", "optimizer-without-layers", "broadcast-target", "scaled-gradients",
        "another-optimizer", "loss-not-finite",
    )
)  # fmt: skip
"""What another requirement is about, or the task leaves free: the update is right, given that."""
UNPROVEN = Fraction(1, 2)
"""What updates earn that could not be worked again."""
_FEW_RESETS = 10
"""Trainings of the same initial network, as for several learning rates, one after another."""


def updates(task: TrainingTask, watched: Watched) -> Finding:
    """Work the updates that were seen in full again, and compare gradients and parameters."""
    if not watched.seen:
        return missing(untrained(watched), Finding(facts=facts(agreed=0, seen=0)))
    earlier = {one.number: one for one in watched.seen}
    done = [recompute(update, earlier.get(update.number - 1)) for update in watched.seen]
    finding = _judged(watched, done)
    if finding.share and watched.resets > max(_FEW_RESETS, task.training.epochs / 2):
        return wrong("parameters-reset", finding)
    return finding


def _judged(watched: Watched, done: list[Recomputed]) -> Finding:
    """Return the verdict on all of them; of several causes the gravest one counts."""
    others = sorted((one for one in done if one.cause is not None), key=lambda one: _gravity(one.cause))
    first = others[0] if others else Recomputed(0)
    agreed = [one for one in done if one.cause is None]
    finding = Finding(
        expected=len(done),
        found=len(agreed),
        where=at_step(watched),
        facts=facts(
            agreed=len(agreed), seen=len(done), largest=max((one.difference for one in agreed), default=0.0),
            number=first.number, what=first.what,
        ),
    )  # fmt: skip
    if stands_still(watched.seen):
        return wrong("stands-still", finding)
    if first.cause is None:
        return finding
    if first.cause in FOLLOWS:
        return replace(finding, verdict="follows", cause=first.cause)
    if first.cause == "not-recomputed":
        return replace(missing(first.cause, finding), share=UNPROVEN)
    return wrong(first.cause, finding)


def stands_still(seen: Sequence[WatchedUpdate]) -> bool:
    """Tell whether no update changes anything, or most of the later half do not: their learning rate is 0.

    A schedule may begin with a rate of 0, or come to it now and then.
    """
    if all(_is_lost(one) for one in seen):
        return True
    late = seen[len(seen) // 2 :]
    still = [one for one in late if one.optimizer.kind != BY_HAND and one.optimizer.learning_rate == 0]
    return 2 * sum(one.before == one.after for one in still) > len(late)


def _is_lost(update: WatchedUpdate) -> bool:
    """Tell whether an update leaves all parameters with a gradient as they are: its learning rate is next to 0."""
    names = [
        name
        for name in update.optimizer.parameters
        if name in update.gradients and any(update.gradients[name].numbers)
    ]
    return bool(names) and all(update.before.get(name) == update.after.get(name) for name in names)


def _gravity(cause: Mistake | None) -> int:
    return 2 if cause == "not-recomputed" else int(cause in FOLLOWS)
