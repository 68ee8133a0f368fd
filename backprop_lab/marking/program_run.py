"""Evidence from a program: numbers are found by their values in every world, names decide between coincidences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

import numpy as np
from msgspec.structs import replace

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.formula import Ref
from backprop_lab.engine.graph import Graph, Step
from backprop_lab.marking.evidence import NONE, Among, Mask, Places, Strictness, finest, near
from backprop_lab.marking.naming import GIVEN_KINDS, digits, likeness, suggested
from backprop_lab.marking.observations import Recording, Seen, Where
from backprop_lab.writing.notation import NOTATIONS, Notation
from backprop_lab.writing.symbols import ascii_symbol

_SHORT = 10
"""A number with fewer decimals than this was rounded."""


class ProgramRun:
    """The numbers that a program showed in one world or two."""

    by_hand = False

    def __init__(self, graph: Graph, notation: Notation, runs: Sequence[Recording]) -> None:
        self.graph, self.notation = graph, notation
        own, *others = runs
        self.seen = [seen for seen in own.seen if seen.numbers]
        columns = [[_numbers(seen.numbers) for seen in self.seen]]
        for run in others:
            there = {(seen.site, seen.visit): seen for seen in run.seen}
            columns.append([_like(seen, there.get((seen.site, seen.visit))) for seen in self.seen])
        self.values = np.stack([np.concatenate([*column, np.empty(0)]) for column in columns], axis=1)
        sizes = [len(seen.numbers) for seen in self.seen]
        self.owner = np.repeat(np.arange(len(sizes)), sizes)
        self.start = np.concatenate([[0], np.cumsum(sizes)]).astype(int)
        self.single = any(seen.single for seen in self.seen)
        self.claimed: set[int] = set()
        self.givens: set[int] = set()
        self.common: set[float] = set()

    @cached_property
    def typed(self) -> Mask:
        """Whether each number is written down in the program and not calculated."""
        return np.array([seen.typed for seen in self.seen], dtype=bool)[self.owner]

    @cached_property
    def moves(self) -> Mask:
        """Whether each number is another one in the moved world."""
        return ~near(self.values[:, 0], self.values[:, -1], 1e-7)

    @cached_property
    def units(self) -> Array:
        """The unit of the last decimal of each calculated number that was rounded in every world; else 0."""
        return np.array([_unit(row) for row in self.values.tolist()]) * ~self.typed

    @property
    def finest(self) -> float:
        """The unit of the last decimal of the most precise of the numbers that were rounded."""
        return finest(self.units)

    def right(self, truth: Mapping[str, Array], radii: Mapping[str, Array]) -> Mapping[str, Places]:
        """Return where the right numbers of all steps are, each number standing for what it was used as."""
        self._learn(truth)
        equal = self._candidates_of_all(truth, radii)
        found = {name: self._chosen(self.graph.step[name], truth[name], equal[name]) for name in radii}
        self._unborrow(found)
        self._unshare(found, truth)
        self.claimed = {index for places in found.values() for index in places.ravel().tolist()} - {NONE}
        return found

    def _learn(self, truth: Mapping[str, Array]) -> None:
        """Note which numbers are givens, and which values more than one step or given has."""
        own = [round(number, 9) for array in truth.values() for number in set(array[0].ravel().tolist())]
        self.common = {number for number in own if own.count(number) > 1 or number == 0}
        for name in self.graph.givens:
            fits = self._candidates(truth[name], np.zeros(truth[name].shape[1:]), "exact").any(axis=0)
            self.givens |= set(np.flatnonzero(fits & (self.moves | self.typed)).tolist())

    def _candidates(self, target: Array, radius: Array, strictness: Strictness) -> Mask:
        """Tell which number equals which entry in every world; shape (entries, numbers)."""
        wanted = target.reshape(len(target), -1).T[:, None, :]
        equal = self._same(wanted, np.abs(target).max(initial=0.0))
        rounded = np.flatnonzero(self.units) if strictness != "exact" else np.empty(0, int)
        if rounded.size:
            apart = np.abs(self.values[None] - wanted)
            allowed = radius.reshape(-1, 1) + 0.51 * self.units[rounded]
            equal[:, rounded] |= (apart[:, rounded] <= allowed[:, :, None]).all(axis=2)
        return equal

    def _same(self, wanted: Array, scale: Array) -> Mask:
        """Tell which number is which of the wanted ones (entries, 1, worlds), in every world."""
        relative, absolute = (2e-5, 2e-6) if self.single else (1e-9, 1e-12)
        close = near(self.values[None], wanted, relative, absolute * scale)
        if not np.isfinite(wanted).all():
            close[:, :, 1:] |= np.isnan(self.values[None, :, 1:]) & np.isnan(wanted[:, :, 1:])
        return np.asarray(close.all(axis=2))

    def _candidates_of_all(self, truth: Mapping[str, Array], radii: Mapping[str, Array]) -> dict[str, Mask]:
        """Return the candidates for every step, found in one go."""
        if self.finest:
            return {name: self._candidates(truth[name], radii[name], "rounded") for name in radii}
        sizes = [truth[name][0].size for name in radii]
        scales = np.repeat([np.abs(truth[name]).max(initial=0.0) for name in radii], sizes)
        together = np.concatenate([truth[name].reshape(len(truth[name]), -1) for name in radii], axis=1)
        equal = self._same(together.T[:, None, :], scales[:, None, None])
        return dict(zip(radii, np.split(equal, np.cumsum(sizes)[:-1]), strict=True))

    def equal(self, step: Step, target: Array, radius: Array, strictness: Strictness) -> Places:
        """Return where the entries of `target` are."""
        return self._chosen(step, target, self._candidates(target, radius, strictness))

    def _chosen(self, step: Step, target: Array, equal: Mask) -> Places:
        """Choose for every entry: an array with more of the step, then by name, then the first.

        A number that moves from world to world is no coincidence. Of one that does not, an array that has the whole
        step speaks for it, a number of the same array that does, or its name.
        """
        proved = ~near(target[0], target[-1], 1e-6).ravel()
        whole = self._whole(target, equal)
        supported = {owner for entry in np.flatnonzero(proved) for owner in self.owner[equal[entry]].tolist()}
        places = np.full(len(equal), NONE)
        for entry, fits in enumerate(equal):
            best: tuple[int, int, int] | None = None
            for index in np.flatnonzero(fits).tolist():
                owner = int(self.owner[index])
                alike = likeness(self.seen[owner].where.name, step.kind)
                alone = len(self.seen[owner].numbers) == 1
                unlike_others = alike > 0 and round(float(target[0].ravel()[entry]), 9) not in self.common
                named = alone and (alike == 2 or unlike_others)
                if proved[entry] or owner in supported or owner in whole or named:
                    rank = (-(owner in whole) - 2 * alike, int(self.typed[index]), index)
                    best = rank if best is None or rank < best else best
            places[entry] = NONE if best is None else best[2]
        return places.reshape(target.shape[1:])

    def _whole(self, target: Array, equal: Mask) -> set[int]:
        """Return the arrays that are the whole step, row by row or column by column, and not all one number."""
        size = len(equal)
        if size < 2 or np.ptp(target[0]) == 0:
            return set()
        turned = np.arange(size).reshape(target.shape[1:]).T.ravel()
        entries = np.arange(size)
        whole = set()
        for owner in {int(owner) for owner in self.owner[equal[0]].tolist()}:
            first = self.start[owner]
            if self.start[owner + 1] - first == size:
                for order in (entries, turned):
                    if equal[order, first + entries].all():
                        whole.add(owner)
        return whole

    def _unborrow(self, found: Mapping[str, Places]) -> None:
        """Take numbers from a step that has some of an array which is another step as a whole."""
        owners = {name: {int(self.owner[i]) for i in places.ravel() if i != NONE} for name, places in found.items()}
        complete = {name: (places != NONE).all() and len(owners[name]) == 1 for name, places in found.items()}
        taken = {owner for name in found if complete[name] and found[name].size > 1 for owner in owners[name]}
        for name, places in found.items():
            if not complete[name]:
                kind = self.graph.step[name].kind
                for spot in zip(*np.nonzero(places != NONE), strict=True):
                    owner = int(self.owner[places[spot]])
                    if owner in taken and likeness(self.seen[owner].where.name, kind) < 2:
                        places[spot] = NONE

    def _unshare(self, found: Mapping[str, Places], truth: Mapping[str, Array]) -> None:
        """Take a number from steps that merely equal an earlier one, unless its name or a later step speaks for it.

        An error that equals the delta because the slope is 1 is the delta only of a program that goes on from it.
        """
        names = list(found)
        known = {NONE} | {index for places in found.values() for index in places.ravel().tolist()}
        for at in range(len(names) - 1, -1, -1):
            name = names[at]
            step, places = self.graph.step[name], found[name]
            is_identity = step.kind == "activation" and isinstance(step.formula, Ref)
            if is_identity or not any(_alike(truth[other], truth[name]) for other in names[:at]):
                continue
            own = list(set(self.named(step).ravel().tolist()) - known)
            right = self._candidates(truth[name], np.zeros(self.graph.shapes[name]), "rounded")
            has_another = bool(own) and not right[:, own].any()
            named = any(likeness(self.where(i).name, step.kind) == 2 for i in places.ravel().tolist() if i != NONE)
            users = [later for later in found if name in self.graph.inputs[later]]
            used = any((found[user] != NONE).any() for user in users if not _alike(truth[user], truth[name]))
            if not (named or used) or has_another:
                places[:] = NONE

    def may_have(self, step: Step, among: Among) -> bool:
        """Tell whether there are numbers that are right for nothing, or that go by the name of such a step."""
        if among == "unclaimed":
            return len(self.claimed | self.givens) < len(self.values)
        return any(likeness(seen.where.name, step.kind) == 2 for seen in self.seen)

    def mistaken(self, step: Step, targets: Sequence[Array], radius: Array, among: Among) -> Iterator[Places]:
        """Yield where the entries of each wrong result are; a given is no result, unless its name says so."""
        together = np.concatenate(targets, axis=1)
        radii = np.concatenate([radius] * len(targets))
        found = self._candidates(together, radii, "rounded").reshape(len(targets), radius.size, -1)
        for target, equal in zip(targets, found, strict=True):
            places = self._chosen(step, target, equal) if equal.any() else np.full(radius.shape, NONE)
            for spot in zip(*np.nonzero(places != NONE), strict=True):
                index = int(places[spot])
                claimed = index in self.claimed and (
                    among == "unclaimed" or likeness(self.where(index).name, step.kind) < 2
                )
                if claimed or self._is_a_given(index, step):
                    places[spot] = NONE
            yield places

    def _is_a_given(self, index: int, step: Step) -> bool:
        """Tell whether a number is a given; as a new parameter that equals the old one it has a name of its own."""
        if index not in self.givens:
            return False
        kinds = suggested(self.where(index).name)
        return not (step.phase == "update" and step.kind in kinds and not {"weights", "biases"} & kinds)

    def named(self, step: Step) -> Places:
        """Return the numbers that go by this step's name: an array of its size, or a symbol of the notation."""
        shape = self.graph.shapes[step.name]
        places = np.full(shape, NONE)
        spelled = _spelled(self.notation, step.name, shape)
        for owner, seen in enumerate(self.seen):
            first = int(self.start[owner])
            taken = first in self.claimed or self._is_a_given(first, step)
            if taken or likeness(seen.where.name, step.kind) < 2:
                continue
            if len(seen.numbers) == 1:
                spot = spelled.get(_bare(seen.where.name))
                if spot is not None and places[spot] == NONE:
                    places[spot] = first
            elif len(seen.numbers) == places.size and digits(seen.where.name) in ("", str(step.layer)):
                places = np.where(places == NONE, first + _order(seen.shape, shape), places)
            elif step.kind == "bias_update" and len(seen.numbers) == sum(sizes := self._sizes(step)):
                offset = sum(sizes[: (step.layer or 1) - 1])
                places = np.where(places == NONE, first + offset + np.arange(places.size).reshape(shape), places)
        return places

    def _sizes(self, step: Step) -> list[int]:
        """Return how many numbers the steps of one kind have, layer by layer: one array may hold them all."""
        shapes = [self.graph.shapes[other.name] for other in self.graph.steps if other.kind == step.kind]
        return [rows * columns for rows, columns in shapes]

    def miscopied(self, name: str, given: Array) -> Array | None:
        """Return a given as the program has it, where that is not as the task states it: (worlds, rows, columns).

        It goes by the name of such a given, is of its size, and has some of its numbers.
        """
        kind = GIVEN_KINDS.get(name[0], "learning_rate")
        size = given[0].size
        for owner, seen in enumerate(self.seen):
            if len(seen.numbers) == size and likeness(seen.where.name, kind) == 2:
                numbers = self.values[self.start[owner] : self.start[owner + 1]].T
                for array in (numbers.reshape(given.shape), _turned(numbers, given)):
                    same = near(array, given, 1e-5, 1e-9).all(axis=0)
                    if not same.all() and 2 * same.sum() >= size > 1 and np.isfinite(array).all():
                        return np.asarray(array)
        return None

    def where(self, index: int) -> Where:
        """Return the place of a number in the file."""
        where: Where = self.seen[self.owner[index]].where
        return where

    def is_typed(self, index: int) -> bool:
        """Tell whether a program states a number, and does not calculate it from the givens."""
        return bool(self.typed[index]) if self.values.shape[1] == 1 else not self.moves[index]


@lru_cache(maxsize=1024)
def _spelled(notation: Notation, name: str, shape: tuple[int, int]) -> Mapping[str, tuple[int, int]]:
    """Return where a step's numbers stand by their symbols, the task's own notation before the others."""
    spots = list(np.ndindex(*shape))
    names = {_bare(name): spots[0]} if len(spots) == 1 else {}
    for other in (*(replace(notation, name=other) for other in NOTATIONS), notation):
        names |= {_bare(ascii_symbol(other.entry(name, *spot))): spot for spot in spots}
    return names


def _bare(name: str) -> str:
    return name.lower().replace("_", "")


def _numbers(numbers: Sequence[float | None]) -> Array:
    return np.array([np.nan if number is None else number for number in numbers], dtype=float)


def _like(seen: Seen, other: Seen | None) -> Array:
    """Return the numbers of the same place in another run; NaN where that run has no such array there."""
    if other is None or len(other.numbers) != len(seen.numbers):
        return np.full(len(seen.numbers), np.nan)
    return _numbers(other.numbers)


def _order(found: tuple[int, ...], shape: tuple[int, int]) -> Places:
    """Return where in an array as it was found, row by row, each entry of a step stands."""
    order = np.arange(shape[0] * shape[1])
    is_turned = found[-2:] == shape[::-1] != shape
    return order.reshape(shape[::-1]).T if is_turned else order.reshape(shape)


def _turned(numbers: Array, given: Array) -> Array:
    """Return numbers, which stand column by column, in the shape of a given."""
    worlds, rows, columns = given.shape
    return numbers.reshape(worlds, columns, rows).swapaxes(1, 2)


def _alike(one: Array, other: Array) -> bool:
    return one.size == other.size and bool(near(one.ravel(), other.ravel(), 1e-9, 1e-12).all())


def _unit(numbers: Sequence[float]) -> float:
    """Return the unit of the last decimal of numbers that were rounded alike; 0 where one has all its digits."""
    decimals = 0
    for number in numbers:
        text = repr(number)
        if "e" in text or "n" in text or len(text.partition(".")[2]) >= _SHORT:
            return 0.0
        decimals = max(decimals, len(text.partition(".")[2]))
    return 10.0**-decimals if decimals > 1 else 0.0
