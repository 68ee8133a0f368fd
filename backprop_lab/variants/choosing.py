"""Draw a variant for every student, so that each shows the same mistakes as all others."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from msgspec import Struct

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.worked import work
from backprop_lab.errors import NumberError, VariantError
from backprop_lab.marking.hiding import Distinction, told
from backprop_lab.task import Task
from backprop_lab.variants.drawing import Deck, deck
from backprop_lab.variants.fitness import demands

STUDIED = 8192
MOST_NUMBERS = 10_000
"""Givens and results of a pass, of which STUDIED are worked at once."""
WITNESSES = 8
AT_ONCE = 16_384
CODE = 6
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without letters that look like digits: Crockford's base 32."""


class Study(Struct, frozen=True):
    """What the draws of a task are like: how often each demand is met, and which questions every variant answers.

    `hidden` are the questions that no draw answers, or too few that answer the others.
    """

    deck: Deck
    met: Mapping[str, float]
    fit: float
    kept: float
    wanted: tuple[Distinction, ...]
    hidden: tuple[Distinction, ...]


class Variant(Struct, frozen=True, dict=True):
    """The numbers of one key: what was drawn, after how many draws, and which questions it leaves open."""

    key: str
    deck: Deck
    draw: Array
    draws: int
    missed: tuple[Distinction, ...] = ()

    @cached_property
    def task(self) -> Task:
        """The task with these numbers."""
        return self.deck.variant(self.draw)

    @property
    def code(self) -> str:
        """A short code that stands for the numbers."""
        return code(self.draw)


class _Judged(Struct, frozen=True):
    """Draws that have been worked: which are fit, and what each of these tells."""

    met: Mapping[str, Array]
    fit: Array
    questions: tuple[Distinction, ...]
    answers: Array
    """(questions, fit draws)"""


def code(draw: Array) -> str:
    """Return a short code that stands for the numbers of a draw."""
    digest = hashlib.sha256(draw.astype("<u4").tobytes()).digest()
    number = int.from_bytes(digest[:8], "big")
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(CODE))


def study(task: Task) -> Study:
    """Draw many variants of a task, and find what can be asked of each.

    Raises VariantError, naming the key of `[variants]`, where there is nothing to draw or no draw is fit.
    """
    own = deck(task)
    size = sum(rows * columns for rows, columns in task.graph.shapes.values())
    if size > MOST_NUMBERS:
        raise VariantError(
            f"variants: a pass of this task has {size:,} numbers; expected at most {MOST_NUMBERS:,}: "
            "a smaller network, or fewer samples"
        )
    judged = _judged(own, own.draw(0, ["study"], 0, STUDIED)[0])
    shares = {key: float(np.mean(good)) for key, good in judged.met.items()}
    if not judged.fit.any():
        raise VariantError(_impossible(shares))
    wanted = _together(judged.answers)
    kept = judged.answers[wanted].all(axis=0).sum() / STUDIED
    asked = set(wanted.tolist())
    return Study(
        own,
        shares,
        float(judged.fit.mean()),
        float(kept),
        tuple(judged.questions[index] for index in sorted(asked)),
        tuple(question for index, question in enumerate(judged.questions) if index not in asked),
    )


def _impossible(shares: Mapping[str, float]) -> str:
    rarest = min(shares, key=lambda key: shares[key])
    if shares[rarest]:
        return f"variants: none of {STUDIED:,} draws meets all of {', '.join(shares)}; the rarest is {rarest}"
    return f"variants.{rarest}: none of {STUDIED:,} draws meets it; allow more numbers, or ask less of them"


def _together(answers: Array) -> Array:
    """Return questions that several draws answer all of, taking them from the easiest on."""
    left = np.ones(answers.shape[1], dtype=bool)
    wanted = []
    for index in np.argsort(-answers.mean(axis=1), kind="stable"):
        both = left & answers[index]
        if both.sum() >= min(WITNESSES, answers.shape[1]):
            left = both
            wanted.append(index)
    return np.array(wanted, dtype=np.intp)


def variants(task: Task, seed: int, keys: Sequence[str], studied: Study | None = None) -> tuple[Variant, ...]:
    """Return a variant for each key, in their order; no two keys have the same numbers.

    Who else there is changes nothing for anybody, but where two keys meet in the same numbers: then the one whose
    hash is greater goes on to its next. Raises VariantError as `study` does, and where a key finds nothing.
    """
    studied = studied or study(task)
    ranked = sorted(set(keys), key=lambda key: hashlib.sha256(f"{seed}\0{key}".encode()).digest())
    search = _Search(studied, seed)
    first, count = 0, min(max(2, round(1 / studied.kept)), task.variants.draws)
    while ranked and count:
        at_once = max(1, AT_ONCE // count)
        for start in range(0, len(ranked), at_once):
            search.go_on(ranked[start : start + at_once], first, count)
        ranked = [key for key in ranked if key not in search.found]
        first, count = first + count, min(2 * count, task.variants.draws - first - count)
    for key in ranked:
        search.settle(key)
    return tuple(search.found[key] for key in keys)


class _Search:
    """The variants found so far, and the best draw of each key that has none."""

    def __init__(self, studied: Study, seed: int) -> None:
        self.deck, self.wanted, self.seed = studied.deck, set(studied.wanted), seed
        self.found: dict[str, Variant] = {}
        self.taken: set[bytes] = set()
        self.best: dict[str, tuple[int, int, Array, tuple[Distinction, ...]]] = {}

    def go_on(self, keys: Sequence[str], first: int, count: int) -> None:
        """Look at some more draws of some keys, and let each have its first that tells all it should."""
        draws = self.deck.draw(self.seed, keys, first, count)
        judged = _judged(self.deck, draws.reshape(len(keys) * count, -1))
        wanted = [index for index, question in enumerate(judged.questions) if question in self.wanted]
        answers = judged.answers[wanted]
        fit = np.flatnonzero(judged.fit)
        missing = (~answers).sum(axis=0)
        for owner, key in enumerate(keys):
            low, high = np.searchsorted(fit, (owner * count, (owner + 1) * count))
            for column in range(low, high):
                if missing[column] and (key in self.best and self.best[key][0] <= missing[column]):
                    continue
                place = int(fit[column]) - owner * count
                draw = draws[owner, place]
                if draw.tobytes() in self.taken:
                    continue
                if not missing[column]:
                    self.keep(key, draw, first + place + 1, ())
                    break
                missed = tuple(judged.questions[wanted[row]] for row in np.flatnonzero(~answers[:, column]))
                self.best[key] = int(missing[column]), first + place + 1, draw, missed

    def settle(self, key: str) -> None:
        """Let a key have its best draw, for lack of one that tells everything."""
        most = self.deck.task.variants.draws
        if key in self.best and self.best[key][2].tobytes() in self.taken:
            del self.best[key]
            for first in range(0, most, AT_ONCE):
                self.go_on([key], first, min(AT_ONCE, most - first))
        if key not in self.best:
            raise VariantError(
                f'variants: of {most:,} draws for "{key[:60]}" none is within the bounds and nobody '
                "else's; allow more numbers or more draws"
            )
        _, draws, draw, missed = self.best[key]
        self.keep(key, draw, draws, missed)

    def keep(self, key: str, draw: Array, draws: int, missed: tuple[Distinction, ...]) -> None:
        """Let a key have a draw."""
        self.taken.add(draw.tobytes())
        self.found[key] = Variant(key, self.deck, draw, draws, missed)


def _judged(own: Deck, draws: Array) -> _Judged:
    """Work draws, (draws, entries), in one call; raise VariantError where their numbers overflow."""
    task = own.task
    decimals = task.decimals if task.rounding == "carry" else None
    try:
        values = work(task.graph, own.givens(draws), decimals=decimals).values
    except NumberError as error:
        raise VariantError(f"variants: {error}") from None
    met = demands(task, values)
    fit = np.logical_and.reduce(list(met.values()))
    questions, answers = told(task, {name: array[fit] for name, array in values.items()})
    return _Judged(met, fit, questions, answers)
