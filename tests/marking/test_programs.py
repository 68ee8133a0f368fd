"""Programs are marked by what they compute: in any names, layout and type of numbers, and each mistake once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, get_args

import numpy as np
import pytest
from hypothesis import assume, currently_in_test_context, given, note, settings
from hypothesis import strategies as st
from msgspec import Struct

from backprop_lab.checking import check
from backprop_lab.engine.arithmetic import Array, lookup, value
from backprop_lab.engine.formula import Formula, const, mul
from backprop_lab.engine.graph import Step
from backprop_lab.engine.network import LOSSES, WITH_LOGITS
from backprop_lab.engine.worked import work, work_steps
from backprop_lab.errors import NumberError
from backprop_lab.limits import Limits
from backprop_lab.marking.conventions import signed
from backprop_lab.marking.marks import Marks
from backprop_lab.marking.misconceptions import mistaken
from backprop_lab.script import script
from backprop_lab.tables import build_task
from backprop_lab.task import Task
from backprop_lab.taskfile import load_task
from tests.marking import programs
from tests.needs import needs_torch
from tests.strategies import RATIONAL, SQUARED, Tables, tables

Draw = st.DrawFn

LETTERS = ("ж", "щ", "δδ", "θ", "ŷ", "αβ", "σz", "ñu", "変数", "øy")
RENAMINGS = ("nothing_said", "misleading", "prefixed", "upper_case", "unicode")
SMALL: Mapping[str, Any] = {"largest_depth": 3, "largest_width": 3, "largest_batch": 3, "most_steps": 2}


def marks_of(task: Task, source: str) -> Marks:
    if currently_in_test_context():
        note(source)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "program.py"
        path.write_text(source, encoding="utf-8")
        return check(task, path, limits=Limits().lasting(60))


def lost(task: Task, source: str) -> set[tuple[str, int, int, str, str | None]]:
    """Return every number of a program that is not right, with its verdict and remark."""
    marks = marks_of(task, source)
    assert marks.status == "ok", marks.crash
    return {
        (one.step, one.row, one.column, one.verdict, one.remark)
        for one in marks.verdicts
        if one.verdict != "right" or one.points != one.max_points
    }


def shows(task: Task) -> bool:
    """Tell whether no step is one number throughout, in every world: under a name of no meaning it proves nothing."""
    try:
        list(work_steps(task.spec, task.givens(), task.steps))
        own, other = (work(task.graph, givens).values for givens in (task.givens(), programs.elsewhere(task)))
    except NumberError:
        return False
    return all(np.ptp(own[name]) > 0 or not np.allclose(own[name], other[name]) for name in task.graph.step)


@st.composite
def tasks(draw: Draw, /, **kinds: Any) -> Task:
    """Draw a task whose numbers tell something, and whose steps are all asked for; `numbers` may exchange them.

    Nothing is dropped out: what is dropped is 0 in every world, which proves no calculation.
    """
    rounding, least = kinds.pop("rounding", "full"), kinds.pop("decimals", 2)
    exchanged: Callable[[Tables], Tables] = kinds.pop("numbers", dict)
    found = exchanged(draw(tables(**{**SMALL, "asks": False, **kinds})))
    found.pop("dropout", None)
    task = build_task({**found, "rounding": rounding, "decimals": max(least, found.get("decimals", 4))})
    assume(shows(task))
    return task


@st.composite
def names_of(draw: Draw, names: Sequence[str], how: str) -> dict[str, str]:
    match how:
        case "nothing_said":
            return dict(zip(names, draw(st.permutations([f"q{place}" for place in range(len(names))])), strict=True))
        case "misleading":
            return dict(zip(names, draw(st.permutations(names)), strict=True))
        case "prefixed":
            return {name: f"my_{name}" for name in names}
        case "upper_case":
            return {name: f"{name.upper()}{'_LOW' if name.islower() else ''}" for name in names}
        case _:
            return {name: f"{LETTERS[place % len(LETTERS)]}{place}" for place, name in enumerate(names)}


@settings(max_examples=25)
@given(st.data(), tasks(), st.sampled_from(RENAMINGS))
def test_the_reference_script_scores_full_marks_under_every_renaming(
    data: st.DataObject, task: Task, how: str
) -> None:
    names = data.draw(names_of(programs.variables(task), how))
    assert not lost(task, programs.dressed(task, programs.Clothes(names)))


@st.composite
def layouts(draw: Draw, task: Task) -> dict[str, programs.Stored]:
    """Draw how matrices are kept: weights or all of them transposed, rows in one dimension, as lists, or anyhow."""
    shapes = task.graph.shapes
    anyhow = st.fixed_dictionaries({name: st.sampled_from(get_args(programs.Stored)) for name in shapes})
    same: list[dict[str, programs.Stored]] = [dict.fromkeys(shapes, "turned"), dict.fromkeys(shapes, "list")]
    same += [
        {name: "turned" for name in shapes if name[0] == "W"},
        {name: "flat" for name in shapes if 1 in shapes[name]},
    ]
    return draw(st.one_of(st.sampled_from(same), anyhow))


@settings(max_examples=25)
@given(st.data(), tasks(), st.sampled_from(["as_it_is", "nothing_said"]), st.booleans())
def test_the_reference_script_scores_full_marks_however_it_keeps_its_matrices(
    data: st.DataObject, task: Task, how: str, stacked: bool
) -> None:
    names = {} if how == "as_it_is" else data.draw(names_of(programs.variables(task), how))
    source = programs.dressed(task, programs.Clothes(names, data.draw(layouts(task)), "float", stacked))
    assert not lost(task, source)


@pytest.mark.parametrize("numbers", ["whole", "fraction", "object", "float32"])
@settings(max_examples=7)
@given(st.data())
def test_the_reference_script_scores_full_marks_with_numbers_of_every_type(
    numbers: programs.Numbers, data: st.DataObject
) -> None:
    exact = numbers in ("fraction", "object")  # NumPy knows no exponential of a fraction
    task = data.draw(tasks(activations=RATIONAL, losses=SQUARED) if exact else tasks())
    source = programs.dressed(task, programs.Clothes(numbers=numbers))
    # A ReLU that is alive for the noise of float32 has other numbers.
    assume(numbers != "float32" or "without_noise" not in source)
    assert not lost(task, source)


@settings(max_examples=12)
@given(tasks(rounding="carry", decimals=8))
def test_the_reference_script_scores_full_marks_where_each_step_is_rounded(task: Task) -> None:
    # With few decimals all numbers of a step may be the same in every world, which proves nothing.
    assert not lost(task, script(task, "numpy"))


@pytest.mark.parametrize("decimals", [9, 10, 11, 12])
def test_a_program_that_rounds_each_step_to_many_decimals_scores_full_marks(decimals: int) -> None:
    task = load_task("lesson_sigmoid", (f"decimals={decimals}", 'rounding="carry"'))
    assert not lost(task, script(task, "numpy"))


SCALAR: Mapping[str, Any] = {"largest_depth": 2, "largest_width": 2, "largest_batch": 2, "most_steps": 1}


@settings(max_examples=15)
@given(tasks(**SCALAR), st.sampled_from(["lesson", "standard"]))
def test_a_program_with_a_variable_for_every_number_scores_full_marks_under_the_names_of_a_notation(
    task: Task, notation: Literal["lesson", "standard"]
) -> None:
    assert not lost(task, programs.number_by_number(task, programs.spelled(task, notation)))


def broken(number: Any) -> Any:
    """Return numbers none of which is whole: a whole one, of a name that says nothing, could count something."""
    if isinstance(number, list):
        return [broken(entry) for entry in number]
    return number + Decimal("0.13") if number % 1 == 0 else number


@st.composite
def broken_tasks(draw: Draw) -> Task:
    found: Tables = draw(tables(**SCALAR, losses=SQUARED, asks=False))
    found.pop("dropout", None)
    network, data = found["network"], found["data"]
    network |= {key: broken(network[key]) for key in ("weights", "biases") if key in network}
    data |= {key: broken(data[key]) for key in ("x", "y")}
    task = build_task({**found, "rounding": "full"})
    assume(shows(task))
    return task


@settings(max_examples=12)
@given(st.data(), broken_tasks())
def test_a_program_with_a_variable_for_every_number_scores_full_marks_under_names_that_say_nothing(
    data: st.DataObject, task: Task
) -> None:
    own = programs.spelled(task, "lesson")
    names = data.draw(names_of(list(own.values()), "nothing_said"))
    assert not lost(task, programs.number_by_number(task, {spot: names[name] for spot, name in own.items()}))


@pytest.mark.parametrize(("name", "how"), [("lab_task_3", "misleading"), ("three_class_softmax", "nothing_said")])
def test_the_reference_script_in_pytorch_scores_full_marks_under_other_names(name: str, how: str) -> None:
    needs_torch()
    task = load_task(name)
    source = script(task, "torch")
    words = ["x", "y", "error", "L", "optimizer", "trained"]
    words += [f"{letter}{layer}" for layer in range(1, task.spec.depth + 1) for letter in ("z", "a", "fc")]
    others = [f"q{place}" for place in range(len(words))] if how == "nothing_said" else words[1:] + words[:1]
    assert not lost(task, programs.renamed(source, dict(zip(words, others, strict=True))))


class Planted(Struct, frozen=True):
    """A mistake in one step, and what a program that goes on from it comes to, beside what is right."""

    task: Task
    step: Step
    slug: str
    formula: Formula
    right: Mapping[str, Array]
    said: Mapping[str, Array]

    @property
    def wrong(self) -> Array:
        """Which numbers of the step the mistake changes."""
        return ~_close(self.said[self.step.name], self.right[self.step.name])

    def is_trivial(self, name: str, row: int, column: int) -> bool:
        """Tell whether the mistake left nothing to work out: a 0, or an input handed on, where there was more."""
        said, right = (float(values[name][row, column]) for values in (self.said, self.right))
        step = self.task.graph.step[name]
        parts = step.inputs if step.kind != "activation" else ()

        def handed_on(values: Mapping[str, Array], number: float) -> bool:
            return any(np.isclose(values[part], number, rtol=1e-12, atol=0).any() for part in parts)

        return said == 0 != right or (handed_on(self.said, said) and not handed_on(self.right, right))


def _close(one: Array, other: Array) -> Array:
    return np.isclose(one, other, rtol=1e-9, atol=1e-12)


def another_explains(planted: Planted) -> bool:
    """Tell whether another mistake gives the same wrong numbers, here and with other givens."""
    task, step, wrong = planted.task, planted.step, planted.wrong
    far = programs.elsewhere(task)
    other = (programs.worked(task.graph, far, {}), programs.worked(task.graph, far, {step.name: planted.formula}))
    for slug, formula in mistaken(task.spec, task.graph, step):
        with np.errstate(all="ignore"):
            same = [
                _close(np.broadcast_to(value(formula, lookup(right)), wrong.shape), said[step.name])[wrong].all()
                for right, said in ((planted.right, planted.said), other)
            ]
        if slug != planted.slug and all(same):
            return True
    return False


def is_another_convention(planted: Planted) -> bool:
    """Tell whether a course with the other sign for errors and deltas comes to exactly these numbers."""
    task = planted.task
    graphs = [signed(task.spec, task.graph, signs) for signs in ("from_error", "from_delta")]
    passes = [programs.worked(graph, task.givens(), {}) for graph in graphs]
    return any(all(_close(one[name], planted.said[name]).all() for name in one) for one in passes)


def tells(planted: Planted) -> bool:
    """Tell whether the wrong numbers could not be any number: they are not the same in every world, and equal."""
    far = programs.worked(planted.task.graph, programs.elsewhere(planted.task), {planted.step.name: planted.formula})
    said = planted.said[planted.step.name]
    return not _close(said, far[planted.step.name]).all()


def spread(found: Tables, seed: int) -> Tables:
    """Return tables with other weights, biases and inputs: none of them 0, hardly two alike."""
    chance = np.random.default_rng(seed)

    def other(rows: Any) -> Any:
        if isinstance(rows, list):
            return [other(row) for row in rows]
        return Decimal(str(round(chance.uniform(0.1, 0.9) * chance.choice([-1, 1]), 2)))

    network, data = found["network"], found["data"]
    parameters = {key: other(network[key]) for key in ("weights", "biases") if key in network}
    return found | {"network": network | parameters, "data": data | {"x": other(data["x"])}}


def dies_out(planted: Planted) -> bool:
    """Tell whether a mistake leaves a 0 where there was more, as where it kills a ReLU: nothing follows from it."""
    return any(((said == 0) & (planted.right[name] != 0)).any() for name, said in planted.said.items())


@st.composite
def mistakes(draw: Draw) -> Planted:
    """Draw a mistake that a task's numbers show, and tell from every other one.

    Losses of logits are left out: what follows from a wrong output is not always told through them. So are learning
    rates of 0, with which an update shows nothing of its gradient.
    """
    losses = [loss for loss in LOSSES if loss not in WITH_LOGITS]
    kinds = {"losses": losses, "largest_batch": 2, "most_steps": 1}
    seed = draw(st.integers(0, 1000))
    task = draw(tasks(**kinds, update=draw(st.sampled_from(["always", "any"])), numbers=partial(spread, seed=seed)))
    assume(task.update is None or task.update.learning_rate)
    graph, spec = task.graph, task.spec
    every = [
        (slug, step, formula)
        for step in graph.steps
        if not step.keeps
        for slug, formula in mistaken(spec, graph, step)
    ]
    assume(every)
    chosen = draw(st.sampled_from(sorted({slug for slug, _, _ in every})))
    slug, step, formula = draw(st.sampled_from([one for one in every if one[0] == chosen]))
    right = programs.worked(graph, task.givens(), {})
    planted = Planted(task, step, slug, formula, right, programs.worked(graph, task.givens(), {step.name: formula}))
    assume(all(np.isfinite(array).all() for values in (right, planted.said) for array in values.values()))
    assume(planted.wrong.any() and tells(planted) and not dies_out(planted))
    assume(slug != "transposed")  # a whole gradient that lies the other way is right: it is the update that is not
    assume(not another_explains(planted) and not is_another_convention(planted))
    return planted


@settings(max_examples=35)
@given(st.data(), mistakes(), st.sampled_from(["as_it_is", "nothing_said"]))
def test_a_planted_mistake_is_one_wrong_step_of_that_cause_and_costs_nothing_else(
    data: st.DataObject, planted: Planted, how: str
) -> None:
    assume(how == "as_it_is" or planted.slug != "bias-kept")  # without a name that is the old bias, and no more
    names = {} if how == "as_it_is" else data.draw(names_of(programs.variables(planted.task), how))
    marks = marks_of(planted.task, programs.written_out(planted.task, {planted.step.name: planted.formula}, names))
    told = {(one.step, one.row, one.column): (one.verdict, one.cause) for one in marks.verdicts}
    charged = {place for place, (verdict, _) in told.items() if verdict in ("wrong", "missing", "typed-in")}
    expected = {(planted.step.name, int(row), int(column)) for row, column in np.argwhere(planted.wrong)}
    excused = {(one.step, one.row, one.column) for one in marks.verdicts if one.remark == "trivial"}
    trivial = {place for place in excused - expected if planted.is_trivial(*place)}

    assert charged - trivial == expected, {place: told[place] for place in charged ^ expected}
    assert {told[place] for place in expected} == {("wrong", planted.slug)}
    assert marks.score == marks.max_score - len(charged)


UNKNOWN = [
    (name, step.name)
    for name in ("mazur_biases", "lesson_sigmoid", "tanh_network", "bookai", "three_layer")
    for step in load_task(name).graph.steps
    if step.kind in ("net_input", "activation", "delta", "weight_gradient")
]


@pytest.mark.parametrize(("name", "step"), UNKNOWN)
def test_a_mistake_of_no_known_kind_costs_one_step_though_no_name_says_anything(name: str, step: str) -> None:
    task = load_task(name)
    wrong = {step: mul(const(137, 100), task.graph.step[step].formula)}
    names = {name: f"q{place}" for place, name in enumerate(programs.variables(task))}
    marks = marks_of(task, programs.written_out(task, wrong, names))
    charged = {(one.step, one.verdict, one.cause) for one in marks.verdicts if one.points < one.max_points}
    assert charged == {(step, "wrong", None)}
