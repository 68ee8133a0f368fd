"""Follow-through marking: walk the graph with the student's own values, and give every number its verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from backprop_lab.engine.arithmetic import Array, lookup, value
from backprop_lab.engine.formula import Formula, Ref
from backprop_lab.engine.graph import Step
from backprop_lab.marking.consequences import found_by_consequence
from backprop_lab.marking.diagnosis import Diagnosis
from backprop_lab.marking.evidence import NONE, Evidence, Places, Strictness, near
from backprop_lab.marking.judged import Case, Judged, OwnValues, Truth
from backprop_lab.marking.marks import VerdictName
from backprop_lab.marking.misconceptions import mistaken
from backprop_lab.marking.proofs import Proofs

OtherForms = Mapping[str, Sequence[Formula]]
"""Per step, other forms that are accepted in the place of its value, as formulas of that."""


def walk(truth: Truth, evidence: Evidence, other_forms: OtherForms) -> dict[str, list[Judged]]:
    """Return the verdicts on every step, entry by entry, row by row."""
    return _Walk(truth, evidence, other_forms).verdicts()


class _Walk:
    def __init__(self, truth: Truth, evidence: Evidence, other_forms: OtherForms) -> None:
        self.truth, self.evidence, self.other_forms = truth, evidence, other_forms
        self.own = OwnValues(truth)
        self.diagnosis = Diagnosis(truth, evidence, self.own)
        self.proofs = Proofs(truth.graph, evidence, self.own)
        self.trivial: dict[str, Array] = {}
        self.right = evidence.right(truth.values, truth.radii, self._forms)

    def verdicts(self) -> dict[str, list[Judged]]:
        with np.errstate(all="ignore"):
            judged = {step.name: self._step(step) for step in self.truth.graph.steps}
            for step in () if self.evidence.by_hand else reversed(self.truth.graph.steps):
                self._within(step, judged)
        return judged

    def _forms(self, name: str) -> list[Array]:
        """Return what a step comes to in other accepted forms, and by mistakes of its own."""
        right, leaf = self.truth.values[name], lookup(self.truth.values)
        formulas = mistaken(self.truth.network, self.truth.graph, self.truth.graph.step[name])
        with np.errstate(all="ignore"):
            wrong = [np.broadcast_to(value(formula, leaf), right.shape) for _, formula in formulas]
        return [*self._in_other_forms(name, right), *wrong]

    def _in_other_forms(self, name: str, result: Array) -> list[Array]:
        leaf = lookup({name: result})
        return [np.asarray(value(form, leaf)) for form in self.other_forms.get(name, ())]

    def _within(self, step: Step, judged: Mapping[str, list[Judged]]) -> None:
        """Credit what a program works out inside of larger expressions, if what it shows of its users is right.

        The gradient within an update that is right may be no number of its own, as in `w - lr * delta * x`.
        """
        missing = [at for at, one in enumerate(judged[step.name]) if one.verdict == "missing"]
        if not missing:
            return
        graph, own, right = self.truth.graph, self.own.values[step.name], self.truth.values[step.name]
        users = [name for name, inputs in graph.inputs.items() if step.name in inputs]
        shown = {one.verdict for name in users for one in judged[name]} - {"missing"}
        places = np.full(right[0].size, NONE)
        if shown and shown <= {"right", "follows"}:
            places = self.evidence.within(step, own).ravel()
        is_right = near(own[0], right[0], 1e-9, 1e-12).ravel().tolist()
        is_gradient = step.kind in ("weight_gradient", "bias_gradient") and len(right) > 1
        new = f"{step.name[1:]}_new"
        updates = judged[new] if is_gradient and new in judged and not graph.step[new].keeps else ()
        for at in missing:
            if places[at] != NONE:
                verdict: VerdictName = "right" if is_right[at] else "follows"
                judged[step.name][at] = Judged(verdict, int(places[at]), remark="within")
            elif updates and updates[at].verdict == "right":
                judged[step.name][at] = Judged("right", updates[at].index, remark="within")

    def _step(self, step: Step) -> list[Judged]:
        right = self.truth.values[step.name]
        astray = not self.own.deviating.isdisjoint(self.truth.graph.inputs[step.name])
        follow = self._followed(step, right) if astray or self.evidence.by_hand else right
        case = Case(step, right, follow, astray, [Judged() for _ in range(right[0].size)])
        self._credit(case)
        if step.kind == "activation":
            self._reconsider(case)
        if case.is_open and (self.evidence.by_hand or not self._was_right(step)):
            self._diagnose(case)
            self.proofs.demand(case)
        self.proofs.note(case)
        trivial = [one.index for one in case.judged if one.remark == "trivial"]
        if trivial:
            self.trivial[step.name] = self.evidence.values[trivial, 0]
        self._remember(case)
        self.evidence.claimed |= {one.index for one in case.judged} - {NONE}
        return case.judged

    def _reconsider(self, case: Case) -> None:
        """Take another number for a right one that nothing comes of, if that is what later numbers follow from.

        A function may have returned the right one, and the program have gone on from something else.
        """
        users = self._users(case.step)
        is_in_vain = all((self.right[name] == NONE).all() for name in users)
        if users and is_in_vain and all(one.verdict == "right" for one in case.judged):
            again = Case(case.step, case.right, case.follow, case.astray, [Judged() for _ in case.judged])
            for at, index in found_by_consequence(again, self.own, self.evidence).items():
                case.judged[at] = Judged("wrong", index)

    def _users(self, step: Step) -> list[str]:
        """Return the later steps that make something else of a step, or of one that hands it on."""
        inputs, steps = self.truth.graph.inputs, self.truth.graph.step
        users = [steps[name] for name in inputs if step.name in inputs[name]]
        return [
            name for user in users for name in (self._users(user) if user.formula == Ref(step.name) else [user.name])
        ]

    def _followed(self, step: Step, right: Array) -> Array:
        """Return what a step comes to with the student's own values."""
        output = f"a{self.truth.network.depth}"
        instead: dict[str, Array] = {}
        if step.kind == "loss" and "y" in step.inputs and output in step.inputs:
            # Where the target is 0 an output has no part in a cross-entropy, even if it has no logarithm.
            own = self.own.values[output]
            instead[output] = np.where((self.own.values["y"] == 0) & (own <= 0), 1.0, own)
        return self.own.of(step.formula, right, instead)

    def _credit(self, case: Case) -> None:
        """Look for the right number first, then for what follows from the student's own."""
        case.note(self.right[case.step.name], "right")
        for form in self._in_other_forms(case.step.name, case.right):
            case.note(self._equal(case, form, "rounded"), "right", remark="other_form")
        self._follow(case, "rounded")
        if self.evidence.by_hand:
            case.note(self._equal(case, case.right, "one_unit"), "right", remark="rounding")
            self._follow(case, "one_unit")
        self._guard(case)
        self.proofs.demand(case)
        self._typed_in(case)

    def _equal(self, case: Case, target: Array, strictness: Strictness, *, carried: bool = True) -> Places:
        """Return where a result is; `carried`: the rounding of the steps before may show in it."""
        radius = self.truth.radii[case.step.name]
        if not case.is_open:
            return np.full(radius.shape, NONE)
        return self.evidence.equal(case.step, target, radius if carried else np.zeros_like(radius), strictness)

    def _follow(self, case: Case, strictness: Strictness) -> None:
        """Credit what follows from the student's own numbers; it is right where these were."""
        if case.follow is case.right:
            return
        case.note(self._equal(case, case.follow, strictness, carried=False), "follows")
        for form in self._in_other_forms(case.step.name, case.follow):
            case.note(self._equal(case, form, strictness, carried=False), "follows", remark="other_form")
        same = near(case.follow[0], case.right[0], 1e-9, 1e-12).ravel().tolist()
        for one, is_same in zip(case.judged, same, strict=True):
            if one.verdict == "follows" and (is_same or not case.astray):
                one.verdict = "right"

    def _guard(self, case: Case) -> None:
        """Take credit away where a mistake before left nothing to work out: a zero, or an input unchanged."""
        step = case.step
        if step.kind == "activation":
            return
        for at, one in enumerate(case.judged):
            if one.verdict == "follows":
                vanished = case.follow[0].ravel()[at] == 0 != case.right[0].ravel()[at]
                handed_on = self._is_an_input(step, case.follow, at, self.own.values)
                is_usual = self._is_an_input(step, case.right, at, self.truth.values)
                if vanished or (handed_on and not is_usual) or self._is_trivial(step, case.follow, at):
                    case.judged[at] = Judged("wrong", one.index, remark="trivial")

    def _is_trivial(self, step: Step, result: Array, at: int) -> bool:
        """Tell whether a result is one of the numbers that it was made of, for which nothing had to be worked out."""
        number = result[0].ravel()[at]
        given = [self.trivial[name] for name in self.truth.graph.inputs[step.name] if name in self.trivial]
        return any(bool(near(numbers, number, 1e-12).any()) for numbers in given)

    def _is_an_input(self, step: Step, result: Array, at: int, values: Mapping[str, Array]) -> bool:
        """Tell whether a result is one of the numbers that it was made of, as after adding 0 or multiplying by 1."""
        number = result[0].ravel()[at]
        parts = (values[name][0] for name in self.truth.graph.inputs[step.name])
        return any(bool(near(part, number, 1e-12).any()) for part in parts)

    def _typed_in(self, case: Case) -> None:
        """Tell numbers that a program states from those that it calculates, be it from what it has stated."""
        typed = self.evidence.typed_in(case.step, case.right).ravel().tolist() if case.is_open else []
        for at, index in enumerate(typed):
            if case.judged[at].index == NONE != index:
                is_calculated = self.proofs.is_calculated(case, at, index)
                case.judged[at] = Judged("right" if is_calculated else "typed-in", index)

    def _diagnose(self, case: Case) -> None:
        """Name the mistake that gives the student's numbers; where none does, find them by name."""
        if not self.diagnosis.by_misconception(case):
            if self.evidence.by_hand:
                case.note(self._equal(case, case.right, "coarse"), "right", remark="rounding")
                self._follow(case, "coarse")
            self.diagnosis.by_copy(case)
            self.diagnosis.by_slip(case)
        self.diagnosis.by_consequence(case)
        self.diagnosis.by_name(case)

    def _was_right(self, step: Step) -> bool:
        """Tell whether a program must have had a step right, though it does not show it: what uses it is right."""
        steps = self.truth.graph.step
        telling = [name for name in self._users(step) if steps[name].kind != "input_gradient"]
        return bool(telling) and not self.own.deviating and all((self.right[name] != NONE).all() for name in telling)

    def _remember(self, case: Case) -> None:
        """Go on with the student's own numbers, and with what follows from them where there are none."""
        name = case.step.name
        own = np.array(case.follow)
        flat = own.reshape(len(own), -1)
        shown = {
            at: one.index for at, one in enumerate(case.judged) if one.index != NONE and one.remark != "other_form"
        }
        if shown:
            found = self.evidence.values[list(shown.values())]
            finite = np.isfinite(found).all(axis=1)
            flat[:, np.array(list(shown))[finite]] = found[finite].T
        deviates = any(one.verdict in ("wrong", "follows", "typed-in") for one in case.judged)
        if not deviates and not self.evidence.by_hand:
            deviates = not near(own, self.truth.values[name], 1e-4, 1e-9).all()
        if deviates or (case.astray and any(one.verdict == "missing" for one in case.judged)):
            self.own.deviating.add(name)
        self.own.values[name] = own
