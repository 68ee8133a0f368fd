"""Evidence from a program: numbers are found by their values in every world, names decide between coincidences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
from msgspec.structs import replace

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.formula import Ref
from backprop_lab.engine.graph import Graph, Step
from backprop_lab.marking.evidence import NONE, Among, Forms, Mask, Places, Strictness, near
from backprop_lab.marking.naming import GIVEN_KINDS, digits, likeness, suggested
from backprop_lab.marking.observations import Recording, Seen, Where
from backprop_lab.writing.notation import NOTATIONS, Notation
from backprop_lab.writing.symbols import ascii_symbol

_SHORT = 10
"""A number with fewer decimals than this was rounded."""
_LOOSE_LETTERS = frozenset("bgijklLnptvwx")
"""Names that are given to anything, in loops above all."""
_NOTHING: npt.NDArray[np.intp] = np.empty(0, dtype=np.intp)
_MOST_ROUNDED = 5_000_000
"""Pairs of entries and rounded numbers that are compared; of more, none is."""
_MOST_ALIKE = 500
"""Numbers looked at that are all the same: the first of them will do."""
Candidates = list[npt.NDArray[np.intp]]
"""For every entry of a step, row by row, the numbers that equal it."""


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
        self.literals = {round(abs(number), 9) for number in own.literals}
        self.claimed: set[int] = set()
        self.givens: set[int] = set()
        self.common: set[float] = set()
        self.explained: set[int] = set()
        self.known: dict[str, Candidates] = {}
        self.old: dict[str, Array] = {}

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
        """The unit of the last decimal of each calculated number, if the program rounds its numbers; else 0.

        It does if most of those that have decimals have few; a single short number may come out so by itself.
        """
        units = np.array([_unit(row) for row in self.values.tolist()])
        calculated = ~self.typed & (np.nan_to_num(self.values) % 1 != 0).any(axis=1)
        rounds = 2 * np.count_nonzero(units[calculated]) > np.count_nonzero(calculated)
        return units * ~self.typed if rounds else np.zeros(len(units))

    @cached_property
    def finest(self) -> float:
        """The unit to which the program rounds most of its numbers; 0 if it does not."""
        units = [unit for unit in self.units.tolist() if unit > 0]
        return float(max(set(units), key=units.count)) if units else 0.0

    def right(self, truth: Mapping[str, Array], radii: Mapping[str, Array], forms: Forms) -> Mapping[str, Places]:
        """Return where the right numbers of all steps are, each number standing for what it was used as."""
        self._learn(truth)
        self.known = {name: self._candidates(truth[name], radii[name], "rounded") for name in radii}
        found = {name: self._chosen(self.graph.step[name], truth[name], self.known[name]) for name in radii}
        self.explained = {
            i for known in self.known.values() for fits in known for i in fits[self.moves[fits]].tolist()
        }
        self._unborrow(found, truth)
        self._unshare(found, truth, forms)
        self.claimed = {index for places in found.values() for index in places.ravel().tolist()} - {NONE}
        return found

    def _learn(self, truth: Mapping[str, Array]) -> None:
        """Note which numbers are givens, and which values more than one step or given has."""
        own = Counter(round(number, 9) for array in truth.values() for number in set(array[0].ravel().tolist()))
        self.common = {number for number, times in own.items() if times > 1 or number == 0}
        self.old = {name: truth[name] for name in self.graph.givens}
        self.literals -= {round(abs(n), 9) for name in self.graph.givens for n in truth[name][0].ravel().tolist()}
        for name in self.graph.givens:
            for fits in self._candidates(truth[name], np.zeros(truth[name].shape[1:]), "exact"):
                self.givens |= set(fits[self.moves[fits] | self.typed[fits]].tolist())

    @cached_property
    def _sorted(self) -> tuple[npt.NDArray[np.intp], Array]:
        """The numbers by their value in the last world: their order, and the values."""
        order = np.argsort(self.values[:, -1], kind="stable")
        return order, self.values[order, -1]

    @cached_property
    def _stated(self) -> set[int]:
        """The arrays and numbers that are givens as a whole."""
        return {
            owner
            for owner in {int(self.owner[index]) for index in self.givens}
            if all(index in self.givens for index in range(self.start[owner], self.start[owner + 1]))
        }

    def _candidates(self, target: Array, radius: Array, strictness: Strictness) -> Candidates:
        """Return which numbers equal each entry in every world."""
        order, numbers = self._sorted
        wanted = target.reshape(len(target), -1)
        relative, absolute = (2e-5, 2e-6) if self.single else (1e-9, 1e-12)
        allowed = relative * np.abs(wanted) + absolute * np.abs(target).max(initial=0.0)
        low = np.searchsorted(numbers, wanted[-1] - allowed[-1], "left").tolist()
        high = np.searchsorted(numbers, wanted[-1] + allowed[-1], "right").tolist()
        unknown = np.isnan(wanted[-1]).tolist()
        found = []
        for entry in range(wanted.shape[1]):
            # Not a number in the moved world either: both ends are behind the last number.
            end = len(numbers) if unknown[entry] else high[entry]
            if low[entry] >= end:
                found.append(_NOTHING)
                continue
            fits = np.sort(order[low[entry] : min(end, low[entry] + _MOST_ALIKE)])
            others = np.abs(self.values[fits, :-1] - wanted[:-1, entry]) <= allowed[:-1, entry]
            found.append(fits[others.all(axis=1)])
        return found if strictness == "exact" else self._with_rounded(found, wanted, radius)

    def _with_rounded(self, found: Candidates, wanted: Array, radius: Array) -> Candidates:
        """Add the numbers that equal an entry but for their own rounding, and that of the numbers before."""
        rounded = np.flatnonzero(self.units)
        if not rounded.size or rounded.size * len(found) > _MOST_ROUNDED:
            return found
        allowed = radius.reshape(-1, 1) + 0.51 * self.units[rounded]
        apart = np.abs(self.values[rounded][None] - wanted.T[:, None, :])
        close = (apart <= allowed[:, :, None]).all(axis=2)
        return [np.union1d(fits, rounded[row]) for fits, row in zip(found, close, strict=True)]

    def equal(self, step: Step, target: Array, radius: Array, strictness: Strictness) -> Places:
        """Return where the entries of `target` are."""
        return self._chosen(step, target, self._candidates(target, radius, strictness))

    def _chosen(self, step: Step, target: Array, candidates: Candidates) -> Places:
        """Choose for every entry: an array with more of the step, then by name, then the first.

        A number that moves from world to world is no coincidence. Of one that does not, an array that has the whole
        step speaks for it, a number of the same array that does, or its name.
        """
        proved = ~near(target[0], target[-1], 1e-6).ravel()
        whole = self._whole(target, candidates)
        supported = {owner for entry in np.flatnonzero(proved) for owner in self.owner[candidates[entry]].tolist()}
        old = self._stated if step.name.endswith("_new") and not step.keeps else set()
        if old and _alike(target, self.old[step.name.removesuffix("_new")]):
            old = {owner for owner in old if self.seen[owner].typed}
        places = np.full(len(candidates), NONE)
        for entry, fits in enumerate(candidates):
            best: tuple[int, ...] | None = None
            for index in fits.tolist():
                owner = int(self.owner[index])
                if owner in old and self._is_a_given(index, step):
                    continue
                name = self.seen[owner].where.name
                alike = likeness(name, step.kind)
                alone = len(self.seen[owner].numbers) == 1
                unlike_others = alike > 0 and round(float(target[0].ravel()[entry]), 9) not in self.common
                named = alone and (alike == 2 or unlike_others)
                if proved[entry] or owner in supported or owner in whole or named:
                    rank = (-(owner in whole), -alike, int(self.typed[index]), int("(" in name), index)
                    best = rank if best is None or rank < best else best
            places[entry] = NONE if best is None else best[-1]
        return places.reshape(target.shape[1:])

    def _whole(self, target: Array, candidates: Candidates) -> set[int]:
        """Return the arrays that are the whole step, row by row or column by column, and not all one number."""
        size = len(candidates)
        if size < 2 or (np.ptp(target.reshape(len(target), -1), axis=1) == 0).all():
            return set()
        turned = np.arange(size).reshape(target.shape[1:]).T.ravel().tolist()
        whole = set()
        for owner in set(self.owner[candidates[0]].tolist()):
            first = int(self.start[owner])
            if self.start[owner + 1] - first == size:
                for order in (range(size), turned):
                    if all(first + at in candidates[entry] for at, entry in enumerate(order)):
                        whole.add(owner)
        return whole

    def _unborrow(self, found: Mapping[str, Places], truth: Mapping[str, Array]) -> None:
        """Take numbers from a step that has only some of its own, and those from what is another step."""
        complete = {name for name, places in found.items() if (places != NONE).all()}
        for name in found.keys() - complete:
            places, kind = found[name], self.graph.step[name].kind
            unlike = [other for other in found if other != name and not _alike(truth[other], truth[name])]
            taken = {index for other in unlike for index in found[other].ravel().tolist()}
            wholly = {index for other in complete.intersection(unlike) for index in found[other].ravel().tolist()}
            for spot in zip(*np.nonzero(places != NONE), strict=True):
                index = int(places[spot])
                if index in wholly or (index in taken and likeness(self.where(index).name, kind) < 2):
                    places[spot] = NONE

    def _unshare(self, found: Mapping[str, Places], truth: Mapping[str, Array], forms: Forms) -> None:
        """Take a number from steps that merely equal an earlier one, unless its name or a later step speaks for it.

        An error that equals the delta because the slope is 1 is the delta only of a program that goes on from it.
        """
        names = list(found)
        goes_on = False
        for name in reversed(names):
            step, places = self.graph.step[name], found[name]
            alike = [other for other in names[: names.index(name)] if _alike(truth[other], truth[name])]
            is_identity = step.kind == "activation" and isinstance(step.formula, Ref)
            if alike and not is_identity and (places != NONE).any():
                named = any(
                    likeness(self.where(i).name, step.kind) == 2 for i in places.ravel().tolist() if i != NONE
                )
                equal = {index for fits in self.known[name] for index in fits.tolist()}
                own = set(self._named(step, self.explained - equal).ravel().tolist()) - {NONE}
                has_another = bool(own) and own.isdisjoint(equal)
                enough = goes_on and self._sightings(name) > len(alike)
                may_be_used = goes_on or step.phase == "forward"
                if has_another or not (named or enough or (may_be_used and self._is_used(name, found, truth, forms))):
                    places[:] = NONE
            goes_on |= bool((places != NONE).any())

    def _is_used(self, name: str, found: Mapping[str, Places], truth: Mapping[str, Array], forms: Forms) -> bool:
        """Tell whether a later step speaks for one: by a right number, in another form, or by its own mistake."""
        for user in (later for later in found if name in self.graph.inputs[later]):
            if _alike(truth[user], truth[name]):
                if self._is_used(user, found, truth, forms):
                    return True
                continue
            step, nothing = self.graph.step[user], np.zeros(self.graph.shapes[user])
            if (found[user] != NONE).any() or any(
                (self.equal(step, form, nothing, "rounded") != NONE).any() for form in forms(user)
            ):
                return True
        return False

    def _sightings(self, name: str) -> int:
        """Count the variables that have a result, those of functions' returns left out."""
        names = {self.where(index).name for fits in self.known[name] for index in fits.tolist()}
        return sum("(" not in name for name in names)

    def may_have(self, step: Step, among: Among) -> bool:
        """Tell whether there are numbers that are right for nothing, or that go by the name of such a step."""
        if among != "named":
            known = self.claimed | self.givens | (self.explained if among == "unexplained" else set())
            return len(known) < len(self.values)
        return any(likeness(seen.where.name, step.kind) == 2 for seen in self.seen)

    def mistaken(self, step: Step, targets: Sequence[Array], radius: Array, among: Among) -> Iterator[Places]:
        """Yield where the entries of each wrong result are; a given is no result, unless its name says so."""
        together = np.concatenate(targets, axis=1)
        radii = np.concatenate([radius] * len(targets))
        found = self._candidates(together, radii, "rounded")
        for place, target in enumerate(targets):
            own = found[place * radius.size : (place + 1) * radius.size]
            free = [self._free(fits, step, among) for fits in own]
            yield self._chosen(step, target, free) if any(map(len, free)) else np.full(radius.shape, NONE)

    def _free(self, fits: npt.NDArray[np.intp], step: Step, among: Among) -> npt.NDArray[np.intp]:
        """Return the numbers that may be a mistake: no givens, and right for nothing else unless the name says so."""
        free = [
            index for index in fits.tolist() if not self._is_a_given(index, step) and self._may_be(index, step, among)
        ]
        return np.array(free, dtype=np.intp)

    def _may_be(self, index: int, step: Step, among: Among) -> bool:
        """Tell whether a number may be a mistake in a step; another variable with a right number may be, too."""
        name = self.where(index).name
        match among:
            case "unexplained":
                return index not in self.claimed | self.explained
            case "another_name":
                return index not in self.claimed and "(" not in name and name not in self._claimed_names()
            case "named":
                return likeness(name, step.kind) == 2

    def _claimed_names(self) -> set[str]:
        return {self.where(index).name for index in self.claimed}

    def _is_a_given(self, index: int, step: Step) -> bool:
        """Tell whether a number is a given; as a new parameter that equals the old one it has a name of its own."""
        if index not in self.givens:
            return False
        kinds = suggested(self.where(index).name)
        return not (step.phase == "update" and step.kind in kinds and not {"weights", "biases"} & kinds)

    def named(self, step: Step) -> Places:
        """Return the numbers that go by this step's name, and are right for nothing else."""
        return self._named(step, self.claimed | self.explained)

    def _named(self, step: Step, taken: set[int]) -> Places:
        """Return the numbers that go by a step's name: an array of its size, or a symbol of the notation."""
        shape = self.graph.shapes[step.name]
        places = np.full(shape, NONE)
        spelled = _spelled(self.notation, step.name, shape)
        for owner, seen in enumerate(self.seen):
            first = int(self.start[owner])
            if (
                first in taken
                or self._is_a_given(first, step)
                or likeness(seen.where.name, step.kind) < 2
                or _says_nothing(seen)
            ):
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
            if len(seen.numbers) != size or likeness(seen.where.name, kind) < 2 or (size == 1 and not seen.typed):
                continue
            numbers = self.values[self.start[owner] : self.start[owner + 1]].T
            for array in (numbers.reshape(given.shape), _turned(numbers, given)):
                same = near(array, given, 1e-5, 1e-9).all(axis=0)
                alike = 2 * same.sum() >= size > 1 or (size == 1 and name in ("y", "learning_rate"))
                if not same.all() and alike and np.isfinite(array).all():
                    return np.asarray(array)
        return None

    def where(self, index: int) -> Where:
        """Return the place of a number in the file."""
        where: Where = self.seen[self.owner[index]].where
        return where

    def is_typed(self, index: int) -> bool:
        """Tell whether a program states a number, and does not calculate it from the givens.

        In a single run, a number that stands in the program's text and is no given was put there as a result.
        """
        if self.values.shape[1] > 1:
            return not self.moves[index]
        number = round(abs(float(self.values[index, 0])), 9)
        return bool(self.typed[index]) or (number % 1 != 0 and number in self.literals)


@lru_cache(maxsize=1024)
def _spelled(notation: Notation, name: str, shape: tuple[int, int]) -> Mapping[str, tuple[int, int]]:
    """Return where a step's numbers stand by their symbols, the task's own notation before the others."""
    spots = list(np.ndindex(*shape))
    names = {_bare(name): spots[0]} if len(spots) == 1 else {}
    for other in (*(replace(notation, name=other) for other in NOTATIONS), notation):
        names |= {_bare(ascii_symbol(other.entry(name, *spot))): spot for spot in spots}
    return names


def _says_nothing(seen: Seen) -> bool:
    """Tell whether a value is no result: the start of a sum, a count, a letter that a loop gives to anything."""
    is_count = seen.typed and all(number is None or number % 1 == 0 for number in seen.numbers)
    is_parameter = bool({"weights", "biases"} & suggested(seen.where.name))
    is_empty = is_parameter and len(seen.numbers) > 1 and not any(seen.numbers)
    return seen.where.name in _LOOSE_LETTERS or is_empty or (is_count and len(seen.numbers) == 1)


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
        exponent = Decimal(repr(number)).as_tuple().exponent
        if not isinstance(exponent, int) or -exponent >= _SHORT:
            return 0.0
        decimals = max(decimals, 0 if number % 1 == 0 else -exponent)
    return 10.0**-decimals if decimals > 1 else 0.0
