"""What proves that a program calculates a number: that it moves with the givens, or a calculation written out.

A calculation with numbers put in has no given that could be moved. So its text is worked in other worlds, in which
the numbers of the step are others, and must come to what the step comes to there.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

import numpy as np

from backprop_lab.engine.arithmetic import Array, value
from backprop_lab.engine.formula import Apply, Entry, Formula, Leaf, leaves, replace
from backprop_lab.engine.graph import Graph, Step
from backprop_lab.engine.scalar import entry, rows_spelled_out
from backprop_lab.marking.calculations import Calculation, Named, number_in, unit_of
from backprop_lab.marking.evidence import Evidence, near
from backprop_lab.marking.judged import Case, Judged, OwnValues

_UNMOVED = (0.0, 1.0)
"""Numbers that stay as they are in a text: slopes, the 0 of a maximum, the 1 of a derivative."""
_FACTORS = (0.5, 2.0)
"""Numbers of a formula itself, such as the half of a square."""


class Proofs:
    """Takes the credit from numbers that nothing proves."""

    def __init__(self, graph: Graph, evidence: Evidence, own: OwnValues) -> None:
        self.graph, self.evidence, self.own = graph, evidence, own
        self.credited: dict[int, list[Entry]] = {}
        self.proven: set[str] = set()
        """Steps of which a number moves, or that stay as they are by right after such steps."""

    def demand(self, case: Case) -> None:
        """Take right numbers that nothing proves for typed in, unless they are one of many; what follows is wrong."""
        unproven = [
            (at, one)
            for at, one in enumerate(case.judged)
            if one.verdict in ("right", "follows") and not self.is_calculated(case, at, one.index)
        ]
        for at, one in unproven:
            if one.verdict == "follows":
                case.judged[at] = Judged("wrong", one.index)
            else:
                case.judged[at] = Judged("typed-in", one.index) if self.evidence.is_first(one.index) else Judged()

    def note(self, case: Case) -> None:
        """Remember which numbers have been credited, for the calculations that use them."""
        columns = case.right.shape[-1]
        for at, one in enumerate(case.judged):
            if one.verdict in ("right", "follows"):
                if self.evidence.moves(one.index) or self._is_still(case, one.index):
                    self.proven.add(case.step.name)
                self.credited.setdefault(one.index, []).append(Entry(case.step.name, *divmod(at, columns)))

    def is_calculated(self, case: Case, at: int, index: int) -> bool:
        """Tell whether something proves that a number of a step is calculated.

        It moves with the givens; or it stays the same, as the 0 of a unit that is dead in every world does, and
        another number of the step moves, or none can and those before it are proven; or the program writes its
        calculation out.
        """
        if self.evidence.moves(index) or self._is_still(case, index):
            return True
        credited = [one.index for one in case.judged if one.verdict in ("right", "follows")]
        if any(map(self.evidence.moves, credited)) and self._stays(case, at, index):
            return True
        calculation = self.evidence.calculation(index)
        return calculation is not None and self._is_of(calculation, case.step, at)

    def _is_still(self, case: Case, index: int) -> bool:
        """Tell whether a number was calculated for a step that is the same in every world, after proven steps."""
        before = self.graph.inputs[case.step.name] & self.graph.step.keys()
        is_fixed = all(map(case.is_fixed, range(len(case.judged))))
        return is_fixed and bool(before) and before <= self.proven and not self.evidence.is_stated(index)

    def _stays(self, case: Case, at: int, index: int) -> bool:
        """Tell whether a number is the same in every world by right, or by what was calculated before it."""
        if case.is_fixed(at):
            return True
        follow = case.follow.reshape(len(case.follow), -1)[:, at]
        is_worked = case.astray and not self.evidence.is_stated(index)
        return is_worked and bool(near(self.evidence.values[index], follow, 1e-9, 1e-12).all())

    def _is_known(self, calculation: Calculation) -> bool:
        """Tell whether all names in a calculation are those of givens, or of numbers that have been credited."""
        credited = self.evidence.values[list(self.credited), 0]
        return all(
            one.is_given or bool(near(credited, np.array(one.number), 1e-9).any())
            for one in calculation.named.values()
        )

    def _is_of(self, calculation: Calculation, step: Step, at: int) -> bool:
        """Tell whether a calculation is that of an entry of a step, or of it and the steps that it is made of."""
        spot = divmod(at, self.graph.shapes[step.name][1])

        def one_before(leaf: Leaf) -> Formula:
            return self.graph.step[leaf.name].formula if leaf.name in self.graph.step else leaf

        for formula in (step.formula, replace(step.formula, one_before)):
            wanted = rows_spelled_out(entry(formula, *spot, self.graph.shapes))
            operands = [leaf for leaf in dict.fromkeys(leaves(wanted)) if isinstance(leaf, Entry)]
            own = {leaf: float(self.own.values[leaf.name][0, leaf.row, leaf.column]) for leaf in operands}
            told = {name: spot for name, one in calculation.named.items()
                    for spot in self.credited.get(one.index, ()) if spot in own}  # fmt: skip
            worlds = _Worlds(own, told, turning=step.kind == "activation")
            if self._is_known(calculation) and worlds.agree(calculation, wanted):
                return True
        return False


class _Worlds:
    """Other worlds for the operands of a step: `own` are their numbers, and `told` those that a text calls by name.

    Operands of one number stay alike, so that it does not matter which of them a number in a text is. `turning`: they
    change their signs, which tells a function from a 0 or from its argument.
    """

    def __init__(self, own: Mapping[Entry, float], told: Mapping[str, Entry], *, turning: bool) -> None:
        self.own, self.told = own, told
        self.values = {spot: self._others(spot, number, turning) for spot, number in own.items()}

    def _others(self, spot: Entry, number: float, turning: bool) -> Array:
        is_told = spot in self.told.values()
        if not is_told and abs(number) in _UNMOVED:
            return np.full(3, number)
        chance = random.Random(repr(spot) if is_told else f"{abs(number):.9g}")
        factors = np.array([1, chance.uniform(1.2, 2.2), chance.uniform(0.4, 0.8) * (-1 if turning else 1)])
        return factors * number if number else factors - 1

    def agree(self, calculation: Calculation, wanted: Formula) -> bool:
        """Tell whether a calculation comes to what is wanted in every world, and by more than a number alone."""
        values: dict[str, Array] = {}
        for leaf in leaves(calculation.formula):
            found = self._of(leaf.name, calculation.named.get(leaf.name))
            if found is None:
                return False
            values[leaf.name] = found
        is_number = len(values) == 1 and not calculation.named and not isinstance(calculation.formula, Apply)
        if is_number or not any(np.ptp(array) for array in values.values()):
            return False
        with np.errstate(all="ignore"):
            result = value(calculation.formula, lambda leaf: values[leaf.name])
            target = value(wanted, lambda leaf: self.values[leaf])  # type: ignore[index]
        return bool(near(result, target, 1e-9, 1e-12).all())

    def _of(self, name: str, named: Named | None) -> Array | None:
        """Return what a name or number of a text is in every world; None if it is nothing of the step's."""
        if name in self.told:
            return self.values[self.told[name]]
        number = named.number if named else number_in(name)
        assert number is not None
        if abs(number) in _UNMOVED:
            return np.full(3, number)
        unit = 1e-9 if named else max(1e-9, unit_of(name) / 2)
        told = set(self.told.values())
        apart = [(abs(abs(own) - abs(number)), spot in told, spot) for spot, own in self.own.items()]
        distance, _, spot = min(apart, key=lambda one: one[:2])
        if distance <= 1.01 * unit:
            return self.values[spot] if self.own[spot] * number > 0 else -self.values[spot]
        return np.full(3, number) if number in _FACTORS else None
