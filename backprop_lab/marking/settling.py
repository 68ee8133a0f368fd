"""Settle which step a number of a program stands for, where it is right for several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.formula import Ref
from backprop_lab.marking.evidence import NONE, Forms, Places, same_numbers
from backprop_lab.marking.naming import likeness

if TYPE_CHECKING:
    from backprop_lab.marking.program_run import ProgramRun


class Settling:
    """Takes numbers from steps that merely equal those that they stand for; `found` is changed in place."""

    def __init__(self, run: ProgramRun, truth: Mapping[str, Array], forms: Forms) -> None:
        self.run, self.truth, self.forms = run, truth, forms
        self.first = {name: float(array.item(0)) for name, array in truth.items()}

    def settle(self, found: Mapping[str, Places]) -> None:
        """Leave to each step, of the numbers that are right for it, what stands for it."""
        self._leave_old(found)
        self._unborrow(found)
        self._unshare(found)

    def _leave_old(self, found: Mapping[str, Places]) -> None:
        """Take new parameters away that were rounded so that not one of them differs from the old one."""
        for name, places in found.items():
            old = self.run.old.get(name.removesuffix("_new"))
            spots = [spot for spot in np.ndindex(*places.shape) if places[spot] != NONE]
            if old is None or self.run.graph.step[name].keeps or not self.run.shown.finest or not spots:
                continue
            apart = [np.abs(self.run.values[places[spot]] - old[(slice(None), *spot)]) for spot in spots]
            rounding = [0.51 * self.run.shown.units[places[spot]] for spot in spots]
            shows = any((gap > allowed).any() for gap, allowed in zip(apart, rounding, strict=True))
            if not shows and not same_numbers(self.truth[name], old):
                places[:] = NONE

    def _unborrow(self, found: Mapping[str, Places]) -> None:
        """Take numbers from a step that are those of another one, unless their names say that they are this one's.

        It gets others that are as right; where there are none, a step that is found in whole keeps what no other
        such step has.
        """
        uses = Counter(index for places in found.values() for index in set(places.ravel().tolist()) - {NONE})
        complete = {name for name, places in found.items() if (places != NONE).all()}
        for name, places in reversed(list(found.items())):
            if all(uses[index] < 2 for index in places.ravel().tolist()):
                continue
            unlike = [other for other in found if other != name and not self._alike(other, name)]
            taken = {index for other in unlike for index in found[other].ravel().tolist()}
            wholly = {index for other in complete.intersection(unlike) for index in found[other].ravel().tolist()}
            step = self.run.graph.step[name]
            free = [[index for index in fits if index not in taken] for fits in self.run.known[name]]
            others = self.run.choose(step, self.truth[name], free)
            for spot, index in np.ndenumerate(places.copy()):
                named = index != NONE and likeness(self.run.shown.name(int(index)), step.kind) == 2
                if index not in taken - {NONE} or (named and (name in complete or index not in wholly)):
                    continue
                if others[spot] != NONE or name not in complete or index in wholly:
                    places[spot] = others[spot]

    def _unshare(self, found: Mapping[str, Places]) -> None:
        """Take a number from steps that merely equal an earlier one, unless its name or a later step speaks for it.

        An error that equals the delta because the slope is 1 is the delta only of a program that goes on from it.
        """
        names = list(found)
        goes_on = False
        for name in reversed(names):
            step, places = self.run.graph.step[name], found[name]
            is_found = bool((places != NONE).any())
            is_identity = step.kind == "activation" and isinstance(step.formula, Ref)
            earlier = names[: names.index(name)] if is_found and not is_identity else []
            alike = [other for other in earlier if self._alike(other, name)]
            if alike:
                indices = [index for index in places.ravel().tolist() if index != NONE]
                named = any(likeness(self.run.shown.name(index), step.kind) == 2 for index in indices)
                equal = {index for fits in self.run.known[name] for index in fits}
                taken = self.run.explained - equal
                own = {i for i in self.run.going_by(step, taken).ravel().tolist() if i != NONE}
                has_another = bool(own) and own.isdisjoint(equal)
                may_end_here = step.kind == "bias_gradient" and (found[f"dW{step.layer}"] != NONE).any()
                enough = (goes_on or may_end_here) and self._variables(name) > len(alike)
                may_be_used = goes_on or step.phase == "forward"
                if has_another or not (named or enough or (may_be_used and self._is_used(name, found))):
                    places[:] = NONE
                    is_found = False
            goes_on |= is_found

    def _is_used(self, name: str, found: Mapping[str, Places]) -> bool:
        """Tell whether a later step speaks for one: by a right number, in another form, or by its own mistake."""
        for user in (later for later in found if name in self.run.graph.inputs[later]):
            if self._alike(user, name):
                if self._is_used(user, found):
                    return True
                continue
            step, nothing = self.run.graph.step[user], np.zeros(self.run.graph.shapes[user])
            if (found[user] != NONE).any() or any(
                (self.run.equal(step, form, nothing, "rounded") != NONE).any() for form in self.forms(user)
            ):
                return True
        return False

    def _alike(self, one: str, other: str) -> bool:
        """Tell whether two steps have the same numbers; most often the first of them tells."""
        apart = abs(self.first[one] - self.first[other])
        return apart <= 1e-8 * (1 + abs(self.first[other])) and same_numbers(self.truth[one], self.truth[other])

    def _variables(self, name: str) -> int:
        """Count the variables that have a result, those of functions' returns left out."""
        names = {self.run.shown.name(index) for fits in self.run.known[name] for index in fits}
        return sum("(" not in name for name in names)
