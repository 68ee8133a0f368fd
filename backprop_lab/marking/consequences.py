"""Find a wrong number that no known mistake gives and no name tells: by what the program goes on to make of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, permutations

import numpy as np

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.formula import Ref
from backprop_lab.engine.graph import Graph, Step
from backprop_lab.marking.evidence import NONE, Evidence, Mask, Places, near
from backprop_lab.marking.judged import Case, OwnValues

Trial = dict[int, int]
"""For some entries of a step, row by row, which of the submission's numbers each may be."""

_MOST_TRIALS = 600
_MOST_NUMBERS = 20_000
_MOST_LOOSE = 1_000
"""Of more numbers that are right for nothing, some follow from each other by chance."""
_COARSE = 1e-6
"""Of numbers that are no more precise than this some follow by chance."""


def found_by_consequence(case: Case, own: OwnValues, evidence: Evidence) -> Trial:
    """Return the numbers for entries of a step from which later steps' numbers follow, in every world.

    An error that is the delta is left to that.
    """
    is_delta = case.step.kind == "error" and own.truth.error_is_delta
    if is_delta or len(case.right) == 1 or evidence.precision > _COARSE:
        return {}
    wanting = [at for at, one in enumerate(case.judged) if one.index == NONE]
    loose = evidence.unexplained(case.step)
    later = list(_later(case.step, own.truth.graph))
    found: Trial = {}
    for trials in _trials(case, wanting, loose, evidence) if later and 0 < len(loose) <= _MOST_LOOSE else ():
        missing = [at for at in wanting if at not in found]
        scores = _scores(case, own, evidence, later, trials) if missing else []
        for at in missing:
            found |= _best(at, trials, scores, evidence)
    return {at: index for at, index in found.items() if at in wanting}


def _trials(case: Case, wanting: Sequence[int], loose: Sequence[int], evidence: Evidence) -> Iterator[list[Trial]]:
    """Yield sets of trials: whole arrays, then one number for an entry, then two for the only two that want one."""
    size = len(case.judged)
    known = set(loose)
    arrays = (dict(enumerate(array)) for array in evidence.arrays(size) if size > 1 and known.issuperset(array))
    singles = ({at: index} for at in wanting for index in loose)
    two = permutations(loose, 2) if len(wanting) == 2 else ()
    pairs = (dict(zip(wanting, pair, strict=True)) for pair in two)
    for trials in (arrays, singles, pairs):
        if tried := list(islice(trials, _MOST_TRIALS)):
            yield tried


def _best(at: int, trials: Sequence[Trial], scores: Sequence[int], evidence: Evidence) -> Trial:
    """Return the trial for an entry from which most numbers follow; none if others are as good."""
    ranked = [(score, trial) for score, trial in zip(scores, trials, strict=True) if at in trial and score]
    if not ranked:
        return {}
    most = max(score for score, _ in ranked)
    best, *others = [trial for score, trial in ranked if score == most]
    values = evidence.values
    alike = all(near(values[best[at]], values[other[at]], evidence.precision).all() for other in others)
    return best if alike else {}


def _scores(
    case: Case, own: OwnValues, evidence: Evidence, later: Sequence[Step], trials: Sequence[Trial]
) -> list[int]:
    """Count the numbers that follow from each trial."""
    scores = [0] * len(trials)
    numbers = np.sort(evidence.values[:, -1])
    tried = np.repeat(case.follow[None], len(trials), axis=0)
    flat = tried.reshape(len(trials), len(case.right), -1)
    for number, trial in enumerate(trials):
        for at, index in trial.items():
            flat[number, :, at] = evidence.values[index]
    for user in later:
        like = own.truth.values[user.name]
        if like[0].size * len(trials) > _MOST_NUMBERS:
            continue
        results = own.of(user.formula, like, {case.step.name: tried})
        usual = own.of(user.formula, like, {case.step.name: case.follow})
        results = np.broadcast_to(results, (len(trials), *like.shape))
        shown = _may_be_shown(results[:, -1], numbers, evidence)
        telling = {
            number: shown[number] & _telling(results[number], usual, flat[number], evidence)
            for number in np.flatnonzero(shown.any(axis=(1, 2))).tolist()
        }
        hopeful = [number for number, mask in telling.items() if mask.any()]
        found = _unexplained(user, results[hopeful], evidence) if hopeful else ()
        for number, places in zip(hopeful, found, strict=False):
            follows = set(places[telling[number]].tolist())
            scores[number] += len(follows - {NONE, *trials[number].values()})
    return scores


def _may_be_shown(results: Array, numbers: Array, evidence: Evidence) -> Mask:
    """Tell which results are near any of a submission's numbers of the same world, which are sorted."""
    allowed = 2 * evidence.finest + 1e-3 * evidence.precision + 50 * evidence.precision * np.abs(results)
    places = np.searchsorted(numbers, results - allowed)
    return np.asarray(numbers[np.minimum(places, len(numbers) - 1)] <= results + allowed)


def _later(step: Step, graph: Graph) -> Iterator[Step]:
    """Yield the steps that make something of a step, or of what is made of it."""
    names = {step.name}
    for user in graph.steps:
        if not names.isdisjoint(graph.inputs[user.name]):
            names.add(user.name)
            if user.formula != Ref(step.name):
                yield user


def _unexplained(user: Step, results: Array, evidence: Evidence) -> Sequence[Places]:
    """Return where each of several results of a step is among the numbers that are right for nothing."""
    for among, found in evidence.mistaken(user, list(results), np.zeros(results.shape[-2:])):
        if among == "unexplained":
            return found
    return ()


def _telling(result: Array, usual: Array, tried: Array, evidence: Evidence) -> Mask:
    """Tell which entries of a later step would be others but for a trial.

    What is the same in every world proves nothing, nor what is one of the numbers tried, as ReLU leaves it.
    """
    telling = _unlike(result, usual, evidence).any(axis=0) & _unlike(result[0], result[-1], evidence)
    for number in tried[-1]:
        telling &= _unlike(result[-1], number, evidence)
    return telling


def _unlike(numbers: Array, others: Array | float, evidence: Evidence) -> Mask:
    """Tell where numbers are others by much more than their types allow for."""
    return np.asarray(
        np.abs(numbers - others) > 50 * evidence.precision * np.maximum(np.abs(numbers), np.abs(others))
    )
