"""Evidence from a program: numbers are found by their values in every world, names decide between coincidences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import islice

import numpy as np

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.formula import leaves
from backprop_lab.engine.graph import Graph, Step
from backprop_lab.marking.by_name import ByName
from backprop_lab.marking.calculations import Calculation, Named, Source, number_in, read_calculation
from backprop_lab.marking.evidence import AMONG, NONE, Among, Forms, Places, Strictness, near, same_numbers
from backprop_lab.marking.layouts import holding
from backprop_lab.marking.naming import GIVEN_KINDS, likeness, suggested
from backprop_lab.marking.observations import Recording, Where
from backprop_lab.marking.settling import Settling
from backprop_lab.marking.sightings import Candidates, Sightings
from backprop_lab.writing.notation import Notation

_COARSE = 0.005
"""A number that was rounded to more than this is right for much."""
_MOST_COPIES = 200
"""Numbers that a program states one by one and that may be miscopied givens; of more, the first are tried."""


class ProgramRun:
    """Which of the numbers that a program showed, in one world or two, stand for which step.

    Of these, `givens` state what the task gives, `moved` are those that the second world exchanged, and `stated` the
    arrays that are givens in whole; `explained` are right for some step, and `known` says which for each entry.
    `common` are values that several steps or givens have.
    """

    by_hand = False

    def __init__(self, graph: Graph, notation: Notation, runs: Sequence[Recording], source: Source) -> None:
        self.graph, self.source = graph, source
        self.shown = Sightings(runs, sum(rows * columns for rows, columns in graph.shapes.values()))
        self.by_name = ByName(self.shown, graph, notation)
        self.values, self.precision = self.shown.values, self.shown.precision
        self.literals = {round(abs(number), 9) for number in runs[0].literals}
        self.claimed: set[int] = set()
        self.givens: set[int] = set()
        self.moved: set[int] = set()
        self.stated: set[int] = set()
        self.common: set[float] = set()
        self.explained: set[int] = set()
        self.known: Mapping[str, Candidates] = {}
        self.old: Mapping[str, Array] = {}

    @property
    def finest(self) -> float:
        """The unit to which the program rounds most of its numbers; 0 if it does not."""
        return self.shown.finest

    def right(self, truth: Mapping[str, Array], radii: Mapping[str, Array], forms: Forms) -> Mapping[str, Places]:
        """Return where the right numbers of all steps are, each number standing for what it was used as."""
        self._learn(truth)
        found_by_value = self.shown.alike([truth[name] for name in radii], list(radii.values()))
        known = [
            self._in_order(self.graph.shapes[name], fits) for name, fits in zip(radii, found_by_value, strict=True)
        ]
        self.known = dict(zip(radii, known, strict=True))
        found = {name: self.choose(self.graph.step[name], truth[name], self.known[name]) for name in radii}
        moves = self.shown.moves
        self.explained = {index for step in known for fits in step for index in fits if moves[index]}
        Settling(self, truth, forms).settle(found)
        self.claimed = {index for places in found.values() for index in places.ravel().tolist()} - {NONE}
        return found

    def _learn(self, truth: Mapping[str, Array]) -> None:
        """Note which numbers are givens, and which values more than one step or given has."""
        own = Counter(round(number, 9) for array in truth.values() for number in set(array[0].ravel().tolist()))
        self.common = {number for number, times in own.items() if times > 1 or number == 0}
        self.old = {name: truth[name] for name in self.graph.givens}
        self.literals -= {round(abs(n), 9) for array in self.old.values() for n in array[0].ravel().tolist()}
        moves, typed, start = self.shown.moves, self.shown.typed, self.shown.start
        equal = {index for given in self.shown.alike(list(self.old.values())) for fits in given for index in fits}
        says_so = {index for index in equal if GIVEN_KINDS & suggested(self.shown.name(index))}
        self.moved = {index for index, is_typed in enumerate(typed) if is_typed and moves[index]}
        self.givens = {index for index in equal if moves[index] or typed[index]} | says_so | self.moved
        owners = {self.shown.owner[index] for index in self.givens}
        self.stated = {
            owner for owner in owners if all(i in self.givens for i in range(start[owner], start[owner + 1]))
        }

    def equal(self, step: Step, target: Array, radius: Array, strictness: Strictness) -> Places:  # noqa: ARG002
        """Return where the entries of `target` are; a program is held to its own way of rounding."""
        (candidates,) = self.shown.alike([target], [radius])
        return self.choose(step, target, self._in_order(radius.shape, candidates))

    def within(self, step: Step, target: Array) -> Places:
        """Return where the entries of `target` are inside of larger expressions, or in what is another step, too."""
        (inner,), (others,) = self.shown.alike([target], inner=True), self.shown.alike([target])
        return self.choose(step, target, [one or other for one, other in zip(inner, others, strict=True)])

    def choose(self, step: Step, target: Array, candidates: Candidates) -> Places:
        """Choose for every entry: an array with more of the step, then by name, then the first.

        A number that moves from world to world is no coincidence. Of one that does not, an array that has the whole
        step speaks for it, a number of the same array that does, or its name.
        """
        owner_of, typed, seen = self.shown.owner, self.shown.typed, self.shown.seen
        proved = (~near(target[0], target[-1], 1e-6)).ravel().tolist()
        numbers = target[0].ravel().tolist()
        whole = self._whole(target, candidates)
        supported = {owner_of[i] for entry, fits in enumerate(candidates) if proved[entry] for i in fits}
        old = self._old(step, target)
        places = []
        for entry, fits in enumerate(candidates):
            best: tuple[int, ...] = ()
            is_common = round(numbers[entry], 9) in self.common
            for index in fits:
                owner = owner_of[index]
                if (index in self.moved and step.phase != "update") or (
                    owner in old and self._is_a_given(index, step)
                ):
                    continue
                name = seen[owner].where.name
                alike = likeness(name, step.kind)
                is_coarse = self.shown.units[index] > _COARSE
                if is_coarse and not alike and not near(self.values[index, 0], numbers[entry], 1e-4):
                    continue  # right but for coarse rounding, and under the name of another step
                named = len(seen[owner].numbers) == 1 and (alike == 2 or (alike > 0 and not is_common))
                if proved[entry] or owner in supported or owner in whole or named:
                    rank = (-(owner in whole), -alike, typed[index], "(" in name, index)
                    best = min(best, rank) if best else rank
            places.append(best[-1] if best else NONE)
        return np.array(places, dtype=np.intp).reshape(target.shape[1:])

    def _old(self, step: Step, target: Array) -> set[int]:
        """Return the arrays and numbers that state givens, which are no new parameters, if the step gives such."""
        if not step.name.endswith("_new") or step.keeps:
            return set()
        if same_numbers(target, self.old[step.name.removesuffix("_new")]):
            return {owner for owner in self.stated if self.shown.seen[owner].typed}
        return self.stated

    def _whole(self, target: Array, candidates: Candidates) -> set[int]:
        """Return the arrays that are the whole step, row by row or column by column, and not all one number."""
        size = len(candidates)
        numbers = target.reshape(len(target), -1)
        if size < 2 or not all(candidates) or (numbers == numbers[:, :1]).all():
            return set()
        orders = _orders(target.shape[1:])
        return {
            owner
            for owner in {self.shown.owner[index] for index in candidates[0]}
            if self._size(owner) == size
            and any(
                all(self.shown.start[owner] + at in candidates[entry] for at, entry in enumerate(order))
                for order in orders
            )
        }

    def _size(self, owner: int) -> int:
        return self.shown.start[owner + 1] - self.shown.start[owner]

    def _in_order(self, shape: tuple[int, ...], candidates: Candidates) -> Candidates:
        """Leave out numbers that stand in the wrong places of an array that has all numbers of a step."""
        size = len(candidates)
        if size < 2 or not all(candidates):
            return candidates
        owners = [{self.shown.owner[index] for index in fits} for fits in candidates]
        complete = {owner for owner in set.intersection(*owners) if self._size(owner) == size}
        spots = {(at, entry) for order in _orders(shape) for at, entry in enumerate(order)}
        return [
            [
                index
                for index in fits
                if (owner := self.shown.owner[index]) not in complete
                or (index - self.shown.start[owner], entry) in spots
            ]
            for entry, fits in enumerate(candidates)
        ]

    def may_have(self, step: Step) -> bool:
        """Tell whether there are numbers that are right for nothing, or that go by the name of such a step."""
        if not all(self._is_a_given(index, step) for index in self.by_name.starts(step)):
            return True
        known = self.claimed | self.explained | self.givens
        return any(not inner and index not in known for index, inner in enumerate(self.shown.inner))

    def mistaken(
        self, step: Step, targets: Sequence[Array], radius: Array
    ) -> Iterator[tuple[Among, Sequence[Places]]]:
        """Yield where the entries of each wrong result are; a given is no result, unless its name says so."""
        found = self.shown.alike(targets, [radius] * len(targets))
        for among in AMONG:
            may_be = self._looked_at(found, step, among)
            free = [[[index for index in fits if index in may_be] for fits in entries] for entries in found]
            if any(map(any, free)):
                yield among, [self.choose(step, target, own) for target, own in zip(targets, free, strict=True)]

    def _looked_at(self, found: Sequence[Candidates], step: Step, among: Among) -> set[int]:
        """Return the numbers that may be a mistake in a step; another variable with a right number may be, too."""
        equal = {index for entries in found for fits in entries for index in fits}
        equal = {index for index in equal if not self._is_a_given(index, step)}
        match among:
            case "unexplained":
                return equal - self.claimed - self.explained
            case "another_name":
                taken = self._claimed_names()
                return {index for index in equal - self.claimed if self._is_another(index, taken)}
            case "named":
                return {index for index in equal if likeness(self.shown.name(index), step.kind) == 2}

    def _claimed_names(self) -> set[str]:
        return {self.shown.name(index) for index in self.claimed}

    def _is_another(self, index: int, taken: set[str]) -> bool:
        """Tell whether a number stands in a variable of its own."""
        name = self.shown.name(index)
        return "(" not in name and name not in taken

    def _is_a_given(self, index: int, step: Step) -> bool:
        """Tell whether a number is a given; as a new parameter that equals the old one it has a name of its own."""
        if index not in self.givens or step.phase != "update":
            return index in self.givens
        kinds = suggested(self.shown.name(index))
        return step.kind not in kinds or bool({"weights", "biases"} & kinds)

    def named(self, step: Step) -> Places:
        """Return the numbers that go by this step's name, and are right for nothing else."""
        return self.going_by(step, self.claimed | self.explained)

    def typed_in(self, step: Step, right: Array) -> Places:
        """Return where the right numbers of a step are stated: by its name, or by values that no other step has."""
        places = self.going_by(step, self.claimed | self.explained, whole=True)
        known = self.claimed | self.givens
        stated = [index for index, typed in enumerate(self.shown.typed) if typed and index not in known]
        for spot, number in np.ndenumerate(right[0]):
            index = int(places[spot])
            if index != NONE and self.is_typed(index) and near(self.values[index, 0], number, 1e-6, 1e-9):
                continue
            is_its_own = number % 1 != 0 and round(float(number), 9) not in self.common
            alike = (i for i in stated if near(self.values[i, 0], number, 1e-6) and not self.shown.moves[i])
            fits = [i for i in alike if is_its_own and likeness(self.shown.name(i), step.kind)]
            places[spot] = fits[0] if fits else NONE
        return places

    def going_by(self, step: Step, taken: set[int], *, whole: bool = False) -> Places:
        """Return the numbers that go by a step's name, but for those that are taken and for givens."""

        def is_free(index: int) -> bool:
            return index not in taken and not self._is_a_given(index, step)

        return self.by_name.find(step, is_free, whole=whole)

    def unexplained(self, step: Step) -> Sequence[int]:
        """Return the numbers that are right for nothing and move, if no name says that they are another step's."""
        known, shown = self.claimed | self.explained | self.givens, self.shown
        return [
            index
            for index, moves in enumerate(shown.moves)
            if moves and index not in known and not shown.inner[index] and likeness(shown.name(index), step.kind)
        ]

    def arrays(self, size: int) -> Iterator[Sequence[int]]:
        """Yield the numbers of each array of a size, row by row and column by column."""
        for owner, seen in enumerate(self.shown.seen):
            if len(seen.numbers) == size:
                places = np.arange(self.shown.start[owner], self.shown.start[owner + 1]).reshape(seen.shape)
                yield places.ravel().tolist()
                if len(seen.shape) == 2 and min(seen.shape) > 1:
                    yield places.T.ravel().tolist()

    def copies(self, name: str, givens: Mapping[str, Array]) -> Iterator[Array]:
        """Yield a given (worlds, rows, columns) as the program may have it, where it is not as the task states it."""
        yield from self.by_name.copies(name, givens, holding(name, self.old))
        if givens[name][0].size > 1:
            yield from islice(self._single_copies(givens[name]), _MOST_COPIES)

    def _single_copies(self, given: Array) -> Iterator[Array]:
        """Yield a given with one number of it as the program states it in a variable of its own."""
        for index, (is_typed, owner) in enumerate(zip(self.shown.typed, self.shown.owner, strict=True)):
            number = self.values[index]
            if is_typed and index not in self.givens and len(self.shown.seen[owner].numbers) == 1:
                for row, column in np.ndindex(given.shape[1:]):
                    copied = given.copy()
                    copied[:, row, column] = number
                    yield copied

    def where(self, index: int) -> Where:
        """Return the place of a number in the file."""
        return self.shown.where(index)

    def is_stated(self, index: int) -> bool:
        """Tell whether a number stands in the program as it is."""
        return self.shown.typed[index]

    def moves(self, index: int) -> bool:
        """Tell whether a number is another one in the moved world, and not just like all others."""
        return self.shown.moves[index] and not self.shown.as_one[index]

    def is_first(self, index: int) -> bool:
        """Tell whether a number is the first that was seen at its place."""
        return self.shown.seen[self.shown.owner[index]].visit == 1

    def calculation(self, index: int) -> Calculation | None:
        """Return the calculation of a number that the program writes out, of numbers that it has shown before."""
        formula = None if self.shown.inner[index] else read_calculation(self.source, self.where(index))
        if formula is None:
            return None
        named: dict[str, Named] = {}
        for name in {leaf.name for leaf in leaves(formula) if number_in(leaf.name) is None}:
            before = [i for i in self._singles.get(name, ()) if i < index]
            if not before:
                return None
            number = float(self.values[before[-1], 0])
            named[name] = Named(before[-1], number, is_given=before[-1] in self.givens)
        return Calculation(formula, named)

    @cached_property
    def _singles(self) -> Mapping[str, list[int]]:
        """The single numbers that were seen under each name, in order."""
        found: dict[str, list[int]] = {}
        for seen, start in zip(self.shown.seen, self.shown.start, strict=False):
            if len(seen.numbers) == 1:
                found.setdefault(seen.where.name, []).append(start)
        return found

    def is_typed(self, index: int) -> bool:
        """Tell whether a program states a number, and does not calculate it from the givens.

        In a single run, a number that stands in the program's text and is no given was put there as a result.
        """
        if self.values.shape[1] > 1:
            return not self.shown.moves[index]
        number = round(abs(float(self.values[index, 0])), 9)
        return self.shown.typed[index] or (number % 1 != 0 and number in self.literals)


@lru_cache(maxsize=256)
def _orders(shape: tuple[int, ...]) -> list[list[int]]:
    """Return which entry, counted row by row, each number of an array is: written row by row, or column by column."""
    order = np.arange(np.prod(shape)).reshape(shape)
    return [order.ravel().tolist(), order.T.ravel().tolist()]
