"""How a training program goes through its data: batches, epochs, cleared gradients, and which rows."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

import numpy as np
from msgspec.structs import replace

from backprop_lab.marking.observations import Status, Where
from backprop_lab.runs.findings import (
    Finding,
    Mistake,
    at_step,
    batches,
    facts,
    missing,
    untrained,
    usual_batch,
    wrong,
)
from backprop_lab.runs.program import left_out_of_optimizer
from backprop_lab.runs.watched import Loader, Matrix, Scaled, Watched
from backprop_lab.trainingtask import TrainingTask

_MOST_DOUBLED = 0.8
"""Rows that are the same count once: a data set has that share of different ones at least."""
_LEAST_EVEN = 0.2
"""The share of the rows that would do for all batches: drawn at random, some come more often than others."""
_MORE_THAN_A_BATCH = 1.05
_NEXT_TO_NONE = 0.1
"""Updates for each epoch of the task: of a program that ends well with fewer, there is no training to speak of."""
_THROUGH = 0.9
"""The share of the updates after which a program may crash that has only miscounted its epochs."""


def batch_size(task: TrainingTask, watched: Watched) -> Finding:
    """Compare the rows of most batches with the task's number; the last one of an epoch may have fewer."""
    wanted, usual = task.training.batch_size, usual_batch(watched)
    found = batches(watched)
    sizes = tuple(f"{count:,} × {rows}" for rows, count in sorted(found.items(), reverse=True))[:4]
    unused = next((one.batch_size for one in watched.loaders if not one.used), 0)
    finding = Finding(
        expected=wanted,
        found=usual or None,
        where=at_step(watched),
        facts=facts(rows=usual, wanted=wanted, sizes=sizes, all_rows=_rows(watched), unused_loader=unused),
    )
    if not usual or not watched.updates:
        return missing(untrained(watched), finding)
    if usual == wanted and max(found) == wanted:
        return finding
    return wrong(_batch_mistake(usual, _rows(watched)), finding)


def _batch_mistake(usual: int, rows: int) -> Mistake:
    if usual >= rows:
        return "full-batch"
    return "single-rows" if usual == 1 else "another-batch-size"


def _loader(watched: Watched) -> Loader | None:
    """Return the largest `DataLoader` that was trained with, also where several of its batches make an update."""
    adds_up = watched.backwards >= 2 * watched.updates
    used = (one for one in watched.loaders if one.used or adds_up)
    return max(used, key=lambda one: one.rows, default=None)


def _rows(watched: Watched) -> int:
    """Return the rows of the training data: those of the `DataLoader`, else the different ones that were seen."""
    loader = _loader(watched)
    return watched.rows if loader is None else loader.rows


def epochs(task: TrainingTask, watched: Watched) -> Finding:
    """Divide the updates by the batches of an epoch, and compare with the task's number."""
    wanted = task.training.epochs
    ways = _ways(task, watched)
    per_epoch = next((one for one in ways if watched.updates == wanted * one), ways[0] if ways else 0)
    found = round(watched.updates / per_epoch, 2) if per_epoch else 0.0
    whole = int(found) if found.is_integer() else found
    finding = Finding(
        expected=wanted,
        found=found if watched.updates else None,
        where=at_step(watched),
        facts=facts(epochs=whole, wanted=wanted, updates=watched.updates, batches=per_epoch,
                    backwards=watched.backwards),
    )  # fmt: skip
    if not watched.updates:
        return missing(untrained(watched), finding)
    if 2 * watched.backwards <= watched.updates:
        return missing("backward-outside-loop", finding)
    if watched.updates == wanted * per_epoch:
        return finding
    return wrong(_epochs_mistake(watched, found, wanted), finding)


def is_broken_off(task: TrainingTask, watched: Watched, status: Status) -> bool:
    """Tell whether a training ended with its program before it was through, or is next to none."""
    done, wanted = max(watched.updates, watched.backwards), task.training.epochs
    if status == "ok":
        return done < _NEXT_TO_NONE * wanted
    return done < _THROUGH * wanted * min(_ways(task, watched), default=0)


def _ways(task: TrainingTask, watched: Watched) -> list[int]:
    """Return how many batches of an epoch are used, in every way in which that can be told."""
    return [min(one, task.training.batches or one) for one in _batches_of_an_epoch(watched)]


def _batches_of_an_epoch(watched: Watched) -> Iterator[int]:
    """Yield the batches of an epoch in every way in which they can be told.

    By a `DataLoader`; by a last batch with fewer rows, of which there is one in every epoch; by the rows that were
    seen, with and without such a batch.
    """
    usual, loader = usual_batch(watched), _loader(watched)
    if not usual:
        return
    if loader is not None and loader.batch_size:
        whole = loader.rows // loader.batch_size if loader.drop_last else ceil(loader.rows / loader.batch_size)
        yield max(1, whole)
        return
    smaller = [count for rows, count in watched.batches.items() if 0 < rows < usual]
    if len(smaller) == 1 and watched.updates % smaller[0] == 0:
        yield watched.updates // smaller[0]
    yield from (max(1, ceil(watched.rows / usual)), max(1, watched.rows // usual))


def _epochs_mistake(watched: Watched, found: float, wanted: int) -> Mistake:
    if found == wanted - 1:
        return "one-epoch-short"
    if found == wanted + 1:
        return "one-epoch-more"
    if watched.backwards > watched.updates:
        return "step-outside-loop"
    return "one-batch-an-epoch" if watched.updates == wanted else "another-number-of-epochs"


def zero_grad(_task: TrainingTask, watched: Watched) -> Finding:
    """See that the gradients of every update begin at nothing."""
    finding = Finding(
        where=at_step(watched),
        facts=facts(cleared=watched.cleared, backwards=watched.backwards, updates=watched.updates),
    )
    if not watched.backwards:
        return missing("not-trained", finding)
    if watched.cleared >= min(watched.backwards, watched.updates or 1):
        return finding
    if left_out_of_optimizer(watched):
        return replace(finding, verdict="follows", cause="optimizer-without-layers")
    if watched.cleared <= 1:
        return wrong("no-zero-grad", finding)
    by_epoch = any(abs(watched.cleared - watched.updates / one) <= 1 for one in _batches_of_an_epoch(watched))
    return wrong("zero-grad-per-epoch" if by_epoch else "zero-grad-sometimes", finding)


def training_data(task: TrainingTask, watched: Watched) -> Finding:
    """See that the rows of the data go into the updates, scaled where they were scaled for it."""
    loader, unused = _loader(watched), _unused_scaling(watched)
    of = max(watched.rows, loader.rows if loader else 0)
    finding = Finding(
        where=Where(unused.name, unused.line, unused.cell) if unused else at_step(watched),
        facts=facts(rows=watched.rows, of=of, scaled=unused.name if unused else "", batch=usual_batch(watched)),
    )
    if not watched.rows:
        return missing("not-trained", finding)
    if unused is not None:
        return wrong("scaled-not-used", finding)
    if _targets_are_the_same(watched):
        return wrong("targets-all-the-same", finding)
    if task.training.batches is not None:
        return finding
    if watched.rows <= usual_batch(watched) <= task.training.batch_size:
        return wrong("one-batch-only", finding)
    if watched.rows < _MOST_DOUBLED * of or _is_mostly_few(watched):
        return wrong("part-of-the-data", finding)
    return finding


def _is_mostly_few(watched: Watched) -> bool:
    """Tell whether nearly all batches were made of a few rows, though more have been seen at some time."""
    batch = usual_batch(watched)
    if watched.rows <= batch / _MOST_DOUBLED:
        return False
    return 0 < watched.even_rows < max(_MORE_THAN_A_BATCH * batch, _LEAST_EVEN * watched.rows)


def _targets_are_the_same(watched: Watched) -> bool:
    """Tell whether all rows, where all are known, have one and the same target."""
    if watched.y is None or watched.y.shape[:1] != (watched.rows,) or watched.rows == 1:
        return False
    targets = watched.y.array
    return bool((targets == targets[0]).all())


def _unused_scaling(watched: Watched) -> Scaled | None:
    """Return an array of scaled training data in whose place the unscaled one was used.

    Scaled test data are not meant: they have fewer rows, or what was trained with is scaled as well.
    """
    for one in watched.scaled:
        sides = [side for side in (watched.x, watched.y) if _columns(side) == one.columns]
        if sides and one.rows >= _MOST_DOUBLED * watched.rows and not any(map(_is_scaled, sides)):
            return one
    return None


def _columns(found: Matrix | None) -> int | None:
    if found is None:
        return None
    return found.shape[1] if len(found.shape) == 2 else 1


def _is_scaled(found: Matrix | None) -> bool:
    """Tell whether most columns of an array are about standardised, or lie about between 0 and 1.

    Part of what was scaled as a whole is so only about.
    """
    if found is None or not found.numbers or len(found.shape) > 2:
        return False
    rows = found.array.reshape(found.shape[0], -1)
    spread = rows.std(axis=0)
    with np.errstate(all="ignore"):
        standard = (np.abs(rows.mean(axis=0)) < 0.5) & (spread > 0.5) & (spread < 2)
    between = (rows.min(axis=0) > -0.2) & (rows.max(axis=0) < 1.2) & (rows.max(axis=0) - rows.min(axis=0) > 0.5)
    return bool(np.mean(standard | between) > 0.5)
