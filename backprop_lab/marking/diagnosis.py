"""Name the mistake that gives a student's numbers: a misconception, a miscopied given, or a slip of the pen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from msgspec import Struct

from backprop_lab.engine.arithmetic import Array, lookup, value
from backprop_lab.engine.formula import Ref
from backprop_lab.engine.graph import Step
from backprop_lab.marking.consequences import found_by_consequence
from backprop_lab.marking.evidence import NONE, Among, Evidence, Mask, Places, near
from backprop_lab.marking.judged import Case, Judged, OwnValues, Truth
from backprop_lab.marking.marks import Remark
from backprop_lab.marking.misconceptions import mistaken
from backprop_lab.marking.slips import slips


class Diagnosis(Struct, frozen=True):
    """Explains the numbers of a step that are neither right nor follow, in the order in which its methods stand."""

    truth: Truth
    evidence: Evidence
    own: OwnValues

    def by_misconception(self, case: Case) -> bool:
        """Look for the misconceptions that give most of the numbers not yet judged; tell if there are any."""
        if not self.evidence.may_have(case.step):
            return False
        mistakes = list(self._mistakes(case))
        if not mistakes:
            return False
        targets = [target for _, target in mistakes]
        best: Mapping[str, Places] = {}
        most = 0
        for among, found in self.evidence.mistaken(case.step, targets, self.truth.radii[case.step.name]):
            pairs = zip(mistakes, found, strict=True)
            told, here = self._most_telling(case, among, [(slug, target, places) for (slug, target), places in pairs])
            if told > most:
                most, best = told, here
            if most == sum(one.index == NONE for one in case.judged):
                break
        if best:
            self._name_cause(case, best)
        return bool(best)

    def _mistakes(self, case: Case) -> Iterator[tuple[str, Array]]:
        """Yield what each misconception comes to with the student's own numbers, and astray with the right ones."""
        for slug, formula in mistaken(self.truth.network, self.truth.graph, case.step):
            yield slug, self.own.of(formula, case.right)
            if case.astray:
                yield slug, np.broadcast_to(value(formula, lookup(self.truth.values)), case.right.shape)

    def _most_telling(
        self, case: Case, among: Among, mistakes: list[tuple[str, Array, Places]]
    ) -> tuple[int, Mapping[str, Places]]:
        """Return how many numbers the best misconceptions explain, and these.

        A program must go on from the numbers if they are right for another step.
        """
        wanting = np.array([one.index == NONE for one in case.judged])
        best: dict[str, Places] = {}
        most = 1
        for slug, target, places in mistakes:
            if (places == NONE).all():
                continue
            differs = ~near(target, case.right, 1e-9, 1e-12).all(axis=0)
            told = int(((places != NONE) & differs).ravel()[wanting].sum())
            sure = self.evidence.by_hand or among == "unexplained"
            if told < most or not (sure or self._is_used(case.step, target)):
                continue
            best = {} if told > most else best
            most = told
            best.setdefault(slug, places)
        return most if best else 0, best

    def _is_used(self, step: Step, target: Array) -> bool:
        """Tell whether the submission goes on from a wrong result: a later step's number comes from it."""
        known = {*self.own.values, step.name}
        for user in self.truth.graph.steps:
            if user.formula == Ref(step.name):
                if self._is_used(user, target):
                    return True
            elif step.name in user.inputs and known.issuperset(user.inputs):
                result = self.own.of(user.formula, self.truth.values[user.name], {step.name: target})
                places = self.evidence.equal(user, result, self.truth.radii[user.name], "rounded")
                if not self.evidence.claimed.issuperset(set(places.ravel().tolist()) - {NONE}):
                    return True
        return False

    def _name_cause(self, case: Case, best: Mapping[str, Places]) -> None:
        slugs = _told_apart(best, self.evidence, np.array([one.index == NONE for one in case.judged]))
        cause = slugs[0] if len(slugs) == 1 else None
        remark: Remark | None = None if cause else "several_causes"
        self._charge(case, best[slugs[0]], cause, () if cause else tuple(slugs), remark)

    def _charge(
        self,
        case: Case,
        places: Places,
        cause: str | None,
        causes: tuple[str, ...] = (),
        remark: Remark | None = None,
    ) -> None:
        """Charge a mistake where it shows in the task's own numbers; if it shows in none of them, everywhere."""
        judged = case.judged
        wrong = {at: i for at, i in enumerate(places.ravel().tolist()) if judged[at].index == NONE != i}
        own = case.right[0].ravel()
        showing = {at for at, i in wrong.items() if abs(self.evidence.values[i][0] - own[at]) > 1e-9 * abs(own[at])}
        for at, index in wrong.items():
            shows = at in showing or not showing
            judged[at] = Judged("wrong", index, cause, causes, remark) if shows else Judged("right", index)

    def by_copy(self, case: Case) -> None:
        """Look for the result with a given as the student copied it; what comes after follows from that."""
        if not self.evidence.may_have(case.step):
            return
        givens = {name: self.own.values[name] for name in self.truth.graph.givens}
        copies = [(name, copied) for name in case.step.inputs if name in givens
                  for copied in self.evidence.copies(name, givens)]  # fmt: skip
        targets = [self.own.of(case.step.formula, case.right, {name: copied}) for name, copied in copies]
        for among, found in self.evidence.mistaken(case.step, targets, self.truth.radii[case.step.name]):
            for (name, copied), target, places in zip(copies, targets, found, strict=True):
                differs = ~near(target, case.right, 1e-9, 1e-12).all(axis=0).ravel()
                told = [
                    case.judged[at].index == NONE != index and differs[at] and not self.evidence.is_typed(index)
                    for at, index in enumerate(places.ravel().tolist())
                ]
                if among != "another_name" and any(told):
                    self.own.values[name] = copied
                    self.own.deviating.add(name)
                    self._charge(case, places, _slip_of_the_copy(givens[name], copied), remark="miscopied")
                    return

    def by_slip(self, case: Case) -> None:
        """Try slips on the numbers that go by the step's name."""
        step, judged = case.step, case.judged
        places = self.evidence.named(step).ravel().tolist()
        wanting = [at for at, one in enumerate(judged) if one.index == NONE != places[at]]
        if not wanting:
            return
        right = case.right.reshape(len(case.right), -1)
        for slug, target, growth in slips(self.truth.graph, step, case.follow, self.own.values):
            radius = self.truth.radii[step.name] + growth * self.evidence.finest / 2
            fits = self.evidence.equal(step, target, radius, "rounded").ravel()
            told = [at for at in wanting if fits[at] == places[at] and judged[at].index == NONE]
            if slug == "swapped-entries" and len(told) < 2:
                continue
            for at in told:
                if not np.isclose(target.reshape(len(target), -1)[:, at], right[:, at]).all():
                    judged[at] = Judged("wrong", int(fits[at]), slug)

    def by_consequence(self, case: Case) -> None:
        """Take for wrong without a cause what later numbers follow from."""
        for at, index in found_by_consequence(case, self.own, self.evidence).items():
            case.judged[at] = Judged("wrong", index)

    def by_name(self, case: Case) -> None:
        """Take the rest for wrong without a cause: what goes by the step's name.

        What goes by the name of an error that nobody asks for, as the delta is the same, may be anything.
        """
        if case.step.kind == "error" and self.truth.error_is_delta and "error" not in self.truth.asked:
            return
        for at, index in enumerate(self.evidence.named(case.step).ravel().tolist()):
            if case.judged[at].index == NONE != index:
                case.judged[at] = Judged("wrong", index, remark=self._why_not(case.right, at, index))

    def _why_not(self, right: Array, at: int, index: int) -> Remark | None:
        found = self.evidence.values[index]
        if not np.isfinite(found).all():
            return "not_finite"
        own = right[0].ravel()[at]
        return "by_coincidence" if len(found) > 1 and abs(found[0] - own) <= 1e-9 * max(1.0, abs(own)) else None


def _slip_of_the_copy(stated: Array, copied: Array) -> str | None:
    """Return the slug of the slip by which a given was copied wrongly, if it is one."""
    differs = ~np.isclose(stated, copied, rtol=1e-6, atol=0).all(axis=0)
    ratios = copied[0][differs] / stated[0][differs]
    if np.allclose(ratios, -1):
        return "sign-slip"
    return "decimal-slip" if np.isin(np.round(np.abs(np.log10(np.abs(ratios))), 6), (1, 2)).all() else None


def _told_apart(best: Mapping[str, Places], evidence: Evidence, wanting: Mask) -> list[str]:
    """Return the mistakes that remain: an array changed in place is what it was last, not what it was before."""
    last = {slug: max(places.ravel()[wanting].tolist()) for slug, places in best.items()}
    names = {evidence.where(index).name for index in last.values()}
    return [slug for slug in best if len(names) > 1 or last[slug] == max(last.values())]
