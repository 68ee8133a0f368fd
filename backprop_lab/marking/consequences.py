"""Find a wrong number that no known mistake gives and no name tells: by what the program goes on to make of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, permutations

import numpy as np

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.formula import Ref
from backprop_lab.engine.graph import Step
from backprop_lab.marking.evidence import NONE, Evidence
from backprop_lab.marking.judged import Case, OwnValues

Trial = dict[int, int]
"""For some entries of a step, row by row, which of the submission's numbers each may be."""

_MOST_TRIALS = 600
_MOST_NUMBERS = 20_000


def found_by_consequence(case: Case, own: OwnValues, evidence: Evidence) -> Trial:
    """Return the numbers for entries of a step from which later steps' numbers follow, in every world."""
    wanting = [at for at, one in enumerate(case.judged) if one.index == NONE]
    loose = evidence.unexplained()
    found: Trial = {}
    for trials in _trials(case, wanting, loose, evidence):
        best = _most_followed(case, own, evidence, list(islice(trials, _MOST_TRIALS)))
        found |= {at: index for at, index in best.items() if at in wanting and at not in found}
        if len(found) == len(wanting):
            break
    return found


def _trials(
    case: Case, wanting: Sequence[int], loose: Sequence[int], evidence: Evidence
) -> Iterator[Iterator[Trial]]:
    """Yield sets of trials: whole arrays, then one number for an entry, then two for the only two that want one."""
    size = len(case.judged)
    if size > 1:
        yield (dict(enumerate(array)) for array in evidence.arrays(size) if set(array) <= set(loose))
    for at in wanting:
        yield ({at: index} for index in loose)
    if len(wanting) == 2:
        yield (dict(zip(wanting, pair, strict=True)) for pair in permutations(loose, 2))


def _most_followed(case: Case, own: OwnValues, evidence: Evidence, trials: Sequence[Trial]) -> Trial:
    """Return the trial from which most numbers follow; none if several are as good."""
    if not trials:
        return {}
    tried = np.repeat(case.follow[None], len(trials), axis=0)
    flat = tried.reshape(len(trials), len(case.right), -1)
    for number, trial in enumerate(trials):
        for at, index in trial.items():
            flat[number, :, at] = evidence.values[index]
    scores = np.zeros(len(trials), dtype=int)
    for user in _telling_users(case.step, own):
        like = own.truth.values[user.name]
        if like[0].size * len(trials) > _MOST_NUMBERS:
            continue
        results = own.of(user.formula, np.broadcast_to(like, (len(trials), *like.shape)), {case.step.name: tried})
        usual = own.of(user.formula, like, {case.step.name: case.follow})
        scores += [
            _followed(user, result, usual, flat[number], evidence, set(trials[number].values()))
            for number, result in enumerate(results)
        ]
    best = np.flatnonzero(scores == scores.max())
    alike = all(np.allclose(flat[other], flat[best[0]], rtol=1e-9, atol=1e-12) for other in best)
    return dict(trials[best[0]]) if scores.max() and alike else {}


def _telling_users(step: Step, own: OwnValues) -> Iterator[Step]:
    """Yield the later steps that make something else of a step, and nothing of others that are still to come."""
    known = {*own.values, step.name}
    for user in own.truth.graph.steps:
        if step.name in user.inputs and known.issuperset(user.inputs) and user.formula != Ref(step.name):
            yield user


def _followed(user: Step, result: Array, usual: Array, tried: Array, evidence: Evidence, own: set[int]) -> int:
    """Count the numbers of a later step that the submission has, and that would be others but for the trial.

    What is the same in every world proves nothing, nor what is one of the numbers tried, as ReLU leaves it.
    """
    places = evidence.equal(user, result, np.zeros(result.shape[1:]), "rounded").ravel().tolist()
    numbers, others = result.reshape(len(result), -1), usual.reshape(len(usual), -1)
    return sum(
        index != NONE
        and index not in own
        and index not in evidence.claimed
        and abs(numbers[0, at] - numbers[-1, at]) > 1e-9
        and bool((np.abs(numbers[:, at] - others[:, at]) > 1e-9 * np.abs(others[:, at]) + 1e-12).any())
        and not (np.abs(tried[-1] - numbers[-1, at]) <= 1e-9 * np.abs(tried[-1])).any()
        for at, index in enumerate(places)
    )
