"""Judge a training program: a verdict for every requirement of the task, by what was seen of its run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

import numpy as np
from msgspec.structs import replace

from backprop_lab.marking.marks import Caution, Marks, Verdict, total
from backprop_lab.marking.observations import Status
from backprop_lab.runs import outcome, passes, program, updates
from backprop_lab.runs.findings import Judge, missing
from backprop_lab.runs.watched import Run, Watched
from backprop_lab.trainingtask import TrainingTask

JUDGES: Mapping[str, Judge] = {
    "linear_layers": program.linear_layers,
    "loss": program.loss,
    "batch_size": passes.batch_size,
    "optimizer": program.optimizer,
    "epochs": passes.epochs,
    "zero_grad": passes.zero_grad,
    "updates": updates.updates,
    "training_data": passes.training_data,
    "loss_fell": outcome.loss_fell,
    "evaluation": outcome.evaluation,
}
"""What looks at a run, by requirement."""
OF_THE_WHOLE = ("updates", "loss_fell", "evaluation")
"""What a training that was broken off has not done, besides its epochs."""


def judge(task: TrainingTask, run: Run) -> Marks:
    """Return a verdict for every requirement of a task, by what a program had done when it ended.

    Of a program that trains more than once, the training counts that meets most.
    """
    if run.status == "sandbox":
        return Marks("sandbox", crash=run.crash)
    with np.errstate(all="ignore"):  # of a training that diverges
        judged = [_verdicts(task, part, run.status) for part in (run.watched, *_trainings(run.watched))]
    best = max(judged, key=lambda verdicts: total(one.points for one in verdicts))
    unproven = [dict(one.facts).get("what", "") for one in best if one.cause == "not-recomputed"]
    cautions = [Caution("not_recomputed", (str(what),)) for what in unproven]
    return Marks(run.status, best, run.crash, cautions=tuple(cautions), work="program")


def _verdicts(task: TrainingTask, watched: Watched, status: Status) -> tuple[Verdict, ...]:
    findings = {ask.step: JUDGES[ask.step](task, watched) for ask in task.asked}
    if passes.is_broken_off(task, watched, status):
        findings |= {
            step: missing("ended-early", finding)
            for step, finding in findings.items()
            if step in OF_THE_WHOLE and finding.share
        }
    found = ((ask, findings[ask.step], ask.points or Fraction(0)) for ask in task.asked)
    return tuple(
        Verdict(
            ask.step, 0, 0, one.verdict, one.share * most, most, one.expected, one.found, one.where, one.cause,
            facts=one.facts,
        )
        for ask, one, most in found
    )  # fmt: skip


def _trainings(watched: Watched) -> Iterator[Watched]:
    """Yield what was seen of each training, where there are several.

    Backward passes are counted for all of them together, so each gets its share; and the parameters at the end are
    those of the last one.
    """
    for phase in watched.phases if len(watched.phases) > 1 else ():
        share = phase.updates / max(1, watched.updates)
        held = phase.optimizer.kind, phase.optimizer.parameters
        yield replace(
            watched,
            updates=phase.updates,
            backwards=round(share * watched.backwards),
            cleared=round(share * watched.cleared),
            batches=phase.batches,
            losses=tuple(one for one in watched.losses if phase.first <= one[0] <= phase.last),
            seen=tuple(
                one
                for one in watched.seen
                if phase.first <= one.number <= phase.last and (one.optimizer.kind, one.optimizer.parameters) == held
            ),
            layers=phase.layers or watched.layers,
            evaluated=max(0, watched.evaluated - phase.last + phase.updates),
            last={},
        )


def nothing_seen(task: TrainingTask) -> tuple[Verdict, ...]:
    """Return the verdicts on what was not handed in, or could not be read: everything is missing."""
    return judge(task, Run("unreadable", None, Watched())).verdicts
