"""Follow-through marking: walk the graph with the student's own values, and give every number its verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from msgspec import Struct

from backprop_lab.engine.arithmetic import Array, lookup, value
from backprop_lab.engine.formula import Formula, Leaf, Ref
from backprop_lab.engine.graph import Graph, Step
from backprop_lab.engine.network import Network
from backprop_lab.marking.evidence import AMONG, NONE, Among, Evidence, Mask, Places, Strictness, near
from backprop_lab.marking.marks import Remark, VerdictName
from backprop_lab.marking.misconceptions import mistaken
from backprop_lab.marking.slips import slips


class Judged(Struct):
    """The verdict on one number, before it is worth points."""

    verdict: VerdictName = "missing"
    index: int = NONE
    cause: str | None = None
    causes: tuple[str, ...] = ()
    remark: Remark | None = None


class Truth(Struct, frozen=True):
    """What a submission is held against: a graph, and its right values and rounding radii in every world."""

    network: Network
    graph: Graph
    values: Mapping[str, Array]
    radii: Mapping[str, Array]


OtherForms = Mapping[str, Sequence[Array]]
"""Per step, other forms that are accepted in the place of the right value."""


def walk(truth: Truth, evidence: Evidence, other_forms: OtherForms) -> dict[str, list[Judged]]:
    """Return the verdicts on every step, entry by entry, row by row."""
    return _Walk(truth, evidence, other_forms).verdicts()


class _Walk:
    def __init__(self, truth: Truth, evidence: Evidence, other_forms: OtherForms) -> None:
        self.truth, self.evidence, self.other_forms = truth, evidence, other_forms
        self.own: dict[str, Array] = {name: truth.values[name] for name in truth.graph.givens}
        self.deviating: set[str] = set()
        self.right = evidence.right(truth.values, truth.radii, self._forms)

    def verdicts(self) -> dict[str, list[Judged]]:
        with np.errstate(all="ignore"):
            judged = {step.name: self._step(step) for step in self.truth.graph.steps}
        if not self.evidence.by_hand:
            self._within_updates(judged)
        return judged

    def _forms(self, name: str) -> list[Array]:
        """Return what a step comes to in other accepted forms, and by mistakes of its own."""
        right, leaf = self.truth.values[name], lookup(self.truth.values)
        formulas = mistaken(self.truth.network, self.truth.graph, self.truth.graph.step[name])
        with np.errstate(all="ignore"):
            wrong = [np.broadcast_to(value(formula, leaf), right.shape) for _, formula in formulas]
        return [*self.other_forms.get(name, ()), *wrong]

    def _within_updates(self, judged: Mapping[str, Sequence[Judged]]) -> None:
        """Credit gradients that a program works out inside of its updates: these move as they should."""
        for step in self.truth.graph.steps:
            name = step.name.removesuffix("_new")
            if step.phase != "update" or step.keeps or name == step.name or f"d{name}" not in judged:
                continue
            for new, gradient in zip(judged[step.name], judged[f"d{name}"], strict=True):
                if gradient.verdict == "missing" and new.verdict == "right" and len(self.evidence.values[0]) > 1:
                    gradient.verdict, gradient.index, gradient.remark = "right", new.index, "within"

    def _step(self, step: Step) -> list[Judged]:
        right = self.truth.values[step.name]
        astray = bool(self.deviating.intersection(self.truth.graph.inputs[step.name]))
        follow = self._followed(step, right) if astray or self.evidence.by_hand else right
        judged = [Judged() for _ in range(right[0].size)]
        self._credit(step, right, follow, judged, astray=astray)
        if any(one.index == NONE for one in judged):
            self._diagnose(step, right, follow, judged, astray=astray)
        self._remember(step, follow, judged)
        self.evidence.claimed |= {one.index for one in judged} - {NONE}
        return judged

    def _followed(self, step: Step, right: Array) -> Array:
        """Return what a step comes to with the student's own values."""
        output = f"a{self.truth.network.depth}"
        if step.kind != "loss" or "y" not in step.inputs or output not in step.inputs:
            return self._evaluate(step.formula, right)
        own = self.own[output]
        # Where the target is 0 an output has no part in a cross-entropy, even if it has no logarithm.
        self.own[output] = np.where((self.own["y"] == 0) & (own <= 0), 1.0, own)
        try:
            return self._evaluate(step.formula, right)
        finally:
            self.own[output] = own

    def _evaluate(self, formula: Formula, like: Array) -> Array:
        """Evaluate a formula with the student's own values; a later step's are worked from them."""

        def leaf(node: Leaf) -> Array:
            if node.name not in self.own:
                later = self.truth.graph.step[node.name]
                return self._evaluate(later.formula, self.truth.values[node.name])
            return self.own[node.name]

        return np.broadcast_to(value(formula, leaf), like.shape)

    def _credit(self, step: Step, right: Array, follow: Array, judged: list[Judged], *, astray: bool) -> None:
        """Look for the right number first, then for what follows from the student's own."""
        _note(judged, self.right[step.name], "right")
        for form in self.other_forms.get(step.name, ()):
            _note(judged, self._equal(step, form, "rounded", judged), "right", remark="other_form")
        self._follow(step, right, follow, judged, "rounded", astray=astray)
        if self.evidence.by_hand:
            _note(judged, self._equal(step, right, "one_unit", judged), "right", remark="rounding")
            self._follow(step, right, follow, judged, "one_unit", astray=astray)
        self._guard(step, right, follow, judged)
        self._typed_in(step, right, judged)

    def _follow(
        self, step: Step, right: Array, follow: Array, judged: list[Judged], strictness: Strictness, *, astray: bool
    ) -> None:
        """Credit what follows from the student's own numbers; it is right where these were."""
        if follow is right:
            return
        _note(judged, self._equal(step, follow, strictness, judged, carried=False), "follows")
        same = near(follow[0], right[0], 1e-9, 1e-12).ravel().tolist()
        for one, is_same in zip(judged, same, strict=True):
            if one.verdict == "follows" and (is_same or not astray):
                one.verdict = "right"

    def _typed_in(self, step: Step, right: Array, judged: list[Judged]) -> None:
        """Tell numbers that a program states from those that it calculates."""
        for at, (one, index) in enumerate(zip(judged, self.evidence.named(step).ravel().tolist(), strict=True)):
            number = right[0].ravel()[at]
            if one.index == NONE and index != NONE and self.evidence.is_typed(index):
                if abs(self.evidence.values[index][0] - number) <= 1e-6 * abs(number) + 1e-9:
                    judged[at] = Judged("right" if _fixed(right, at) else "typed-in", index)
            elif one.verdict == "right" and self.evidence.is_typed(one.index) and not _fixed(right, at):
                judged[at] = Judged("typed-in", one.index)

    def _equal(
        self, step: Step, target: Array, strictness: Strictness, judged: list[Judged], *, carried: bool = True
    ) -> Places:
        """Return where a result is; `carried`: the rounding of the steps before may show in it."""
        radius = self.truth.radii[step.name]
        if all(one.index != NONE for one in judged):
            return np.full(radius.shape, NONE)
        return self.evidence.equal(step, target, radius if carried else np.zeros_like(radius), strictness)

    def _guard(self, step: Step, right: Array, follow: Array, judged: list[Judged]) -> None:
        """Take credit away where a mistake before left nothing to work out: a zero, or an input unchanged."""
        if step.kind == "activation":
            return
        for at, one in enumerate(judged):
            if one.verdict == "follows":
                vanished = follow[0].ravel()[at] == 0 != right[0].ravel()[at]
                handed_on = self._is_an_input(step, follow, at, self.own)
                if vanished or (handed_on and not self._is_an_input(step, right, at, self.truth.values)):
                    judged[at] = Judged("wrong", one.index, remark="trivial")

    def _is_an_input(self, step: Step, result: Array, at: int, values: Mapping[str, Array]) -> bool:
        """Tell whether a result is one of the numbers that it was made of, as after adding 0 or multiplying by 1."""
        number = result[0].ravel()[at]
        parts = (values[name][0] for name in self.truth.graph.inputs[step.name])
        return any(bool(near(part, number, 1e-12).any()) for part in parts)

    def _diagnose(self, step: Step, right: Array, follow: Array, judged: list[Judged], *, astray: bool) -> None:
        """Name the mistake that gives the student's numbers; where none does, find them by name."""
        if not self.evidence.by_hand and self._was_right(step):
            return
        told = any(self._explain(step, right, judged, among, astray=astray) for among in AMONG)
        if not told:
            if self.evidence.by_hand:
                _note(judged, self._equal(step, right, "coarse", judged), "right", remark="rounding")
                self._follow(step, right, follow, judged, "coarse", astray=astray)
            self._miscopy(step, judged)
            self._slip(step, right, follow, judged)
        for at, index in enumerate(self.evidence.named(step).ravel().tolist()):
            if judged[at].index == NONE and index != NONE:
                judged[at] = Judged("wrong", index, remark=self._why_not(right, at, index))

    def _was_right(self, step: Step) -> bool:
        """Tell whether a program must have had a step right, though it does not show it: what uses it is right."""
        inputs, steps = self.truth.graph.inputs, self.truth.graph.step
        users = [name for name in inputs if step.name in inputs[name] and steps[name].formula != Ref(step.name)]
        telling = [name for name in users if steps[name].kind != "input_gradient"]
        return bool(telling) and not self.deviating and all((self.right[name] != NONE).all() for name in telling)

    def _miscopy(self, step: Step, judged: list[Judged]) -> None:
        """Look for the result with a given as the student copied it; what comes after follows from that."""
        for name in step.inputs:
            copied = None if name not in self.truth.graph.givens else self.evidence.miscopied(name, self.own[name])
            if copied is None:
                continue
            stated, self.own[name] = self.own[name], copied
            target = self._evaluate(step.formula, self.truth.values[step.name])
            places = self._equal(step, target, "rounded", judged)
            if (places != NONE).any():
                for at, index in enumerate(places.ravel().tolist()):
                    if judged[at].index == NONE and index != NONE:
                        judged[at] = Judged("wrong", index, _slip_of_the_copy(stated, copied), remark="miscopied")
                return
            self.own[name] = stated

    def _explain(self, step: Step, right: Array, judged: list[Judged], among: Among, *, astray: bool) -> bool:
        """Look for the misconceptions that give most of the numbers not yet judged; tell if there are any."""
        if not self.evidence.may_have(step, among):
            return False
        wanting = np.array([one.index == NONE for one in judged])
        best: dict[str, Places] = {}
        most = 1
        mistakes = list(self._mistakes(step, right, astray=astray))
        if not mistakes:
            return False
        targets = [target for _, target in mistakes]
        found = self.evidence.mistaken(step, targets, self.truth.radii[step.name], among)
        for (slug, target), places in zip(mistakes, found, strict=True):
            differs = ~near(target, right, 1e-9, 1e-12).all(axis=0)
            told = int(((places != NONE) & differs).ravel()[wanting].sum())
            if told < most or not (self.evidence.by_hand or among == "unexplained" or self._is_used(step, target)):
                continue
            best = {} if told > most else best
            most = told
            best.setdefault(slug, places)
        if best:
            self._name_cause(right, judged, best)
        return bool(best)

    def _is_used(self, step: Step, target: Array) -> bool:
        """Tell whether the submission goes on from a wrong result: a later step's number comes from it."""
        before = self.own.get(step.name)
        self.own[step.name] = target
        try:
            for user in self.truth.graph.steps:
                if step.name in user.inputs and all(name in self.own for name in user.inputs):
                    result = self._evaluate(user.formula, self.truth.values[user.name])
                    places = self.evidence.equal(user, result, self.truth.radii[user.name], "rounded")
                    if user.formula != Ref(step.name) and (places != NONE).any():
                        return True
        finally:
            self.own.pop(step.name)
            if before is not None:
                self.own[step.name] = before
        return False

    def _mistakes(self, step: Step, right: Array, *, astray: bool) -> Iterator[tuple[str, Array]]:
        for slug, formula in mistaken(self.truth.network, self.truth.graph, step):
            yield slug, self._evaluate(formula, right)
            if astray:
                leaf = lookup(self.truth.values)
                yield slug, np.broadcast_to(value(formula, leaf), right.shape)

    def _name_cause(self, right: Array, judged: list[Judged], best: dict[str, Places]) -> None:
        """Charge a mistake where it shows in the task's own numbers; if it shows in none of them, everywhere."""
        slugs = _told_apart(best, self.evidence, np.array([one.index == NONE for one in judged]))
        cause = slugs[0] if len(slugs) == 1 else None
        remark: Remark | None = None if cause else "several_causes"
        wrong = {at: i for at, i in enumerate(best[slugs[0]].ravel().tolist()) if judged[at].index == NONE != i}
        own = right[0].ravel()
        showing = {at for at, i in wrong.items() if abs(self.evidence.values[i][0] - own[at]) > 1e-9 * abs(own[at])}
        for at, index in wrong.items():
            if at in showing or not showing:
                judged[at] = Judged("wrong", index, cause, () if cause else tuple(slugs), remark)
            else:
                judged[at] = Judged("right", index)

    def _slip(self, step: Step, right: Array, follow: Array, judged: list[Judged]) -> None:
        """Try slips on the numbers that go by the step's name."""
        places = self.evidence.named(step)
        wanting = [at for at, one in enumerate(judged) if one.index == NONE and places.ravel()[at] != NONE]
        if not wanting:
            return
        for slug, target, growth in slips(self.truth.graph, step, follow, self.own):
            radius = self.truth.radii[step.name] + growth * self.evidence.finest / 2
            fits = self.evidence.equal(step, target, radius, "rounded").ravel()
            told = [at for at in wanting if fits[at] == places.ravel()[at] and judged[at].index == NONE]
            if slug == "swapped-entries" and len(told) < 2:
                continue
            for at in told:
                if not np.isclose(target.reshape(len(target), -1)[:, at], right.reshape(len(right), -1)[:, at]).all():
                    judged[at] = Judged("wrong", int(fits[at]), slug)

    def _why_not(self, right: Array, at: int, index: int) -> Remark | None:
        found = self.evidence.values[index]
        if not np.isfinite(found).all():
            return "not_finite"
        own = right[0].ravel()[at]
        return "by_coincidence" if len(found) > 1 and abs(found[0] - own) <= 1e-9 * max(1.0, abs(own)) else None

    def _remember(self, step: Step, follow: Array, judged: list[Judged]) -> None:
        """Go on with the student's own numbers, and with what follows from them where there are none."""
        own = np.array(follow)
        flat = own.reshape(len(own), -1)
        for at, one in enumerate(judged):
            if (
                one.index != NONE
                and one.remark != "other_form"
                and np.isfinite(self.evidence.values[one.index]).all()
            ):
                flat[:, at] = self.evidence.values[one.index]
            if one.verdict in ("wrong", "follows", "typed-in"):
                self.deviating.add(step.name)
        if not self.evidence.by_hand and not near(own, self.truth.values[step.name], 1e-4, 1e-9).all():
            self.deviating.add(step.name)
        if self.deviating.intersection(self.truth.graph.inputs[step.name]) and any(
            one.verdict == "missing" for one in judged
        ):
            self.deviating.add(step.name)
        self.own[step.name] = flat.reshape(own.shape)


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


def _note(judged: list[Judged], places: Places, verdict: VerdictName, *, remark: Remark | None = None) -> None:
    for at, index in enumerate(places.ravel().tolist()):
        if judged[at].index == NONE and index != NONE:
            judged[at] = Judged(verdict, index, remark=remark)


def _fixed(right: Array, at: int) -> bool:
    """Tell whether a right number is the same in every world, though there are several."""
    numbers = right.reshape(len(right), -1)[:, at]
    return len(numbers) > 1 and bool(near(numbers[0], numbers[-1], 1e-9))
