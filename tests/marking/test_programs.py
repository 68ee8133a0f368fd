"""Programs are marked by what they compute: in any names, layout and type of numbers, and each mistake once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backprop_lab.checking import check
from backprop_lab.engine.arithmetic import Array, lookup, value
from backprop_lab.engine.formula import Formula
from backprop_lab.engine.graph import Graph, Step
from backprop_lab.engine.worked import work, work_steps
from backprop_lab.errors import NumberError
from backprop_lab.marking.conventions import signed
from backprop_lab.marking.marks import Marks
from backprop_lab.marking.misconceptions import mistaken
from backprop_lab.script import script
from backprop_lab.tables import build_task
from backprop_lab.task import Task
from backprop_lab.taskfile import load_task
from tests.marking.programs import (
    Clothes,
    Numbers,
    Stored,
    dressed,
    number_by_number,
    renamed,
    spelled,
    spots,
    variables,
    written_out,
)
from tests.needs import needs_torch
from tests.strategies import RATIONAL, Tables, tables

Draw = st.DrawFn
Lost = set[tuple[str, int, int, str, str | None]]

LETTERS = ("ж", "щ", "δδ", "θ", "ŷ", "αβ", "σz", "ñu", "変数", "øy")
RENAMINGS = ("nothing_said", "misleading", "prefixed", "upper_case", "unicode")
SMALL: Mapping[str, Any] = {"largest_depth": 3, "largest_width": 3, "largest_batch": 3, "most_steps": 2}


def marks_of(task: Task, source: str) -> Marks:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "program.py"
        path.write_text(source, encoding="utf-8")
        return check(task, path, seconds=60)


def lost(task: Task, source: str) -> Lost:
    """Return every number of a program that is not right, with its verdict and remark."""
    marks = marks_of(task, source)
    assert marks.status == "ok", marks.crash
    return {
        (one.step, one.row, one.column, one.verdict, one.remark)
        for one in marks.verdicts
        if one.verdict != "right" or one.points != one.max_points
    }


def elsewhere(task: Task) -> dict[str, Array]:
    """Return other givens, as a moved world may have them; what is 0 throughout stays, and so do shares."""
    chance = np.random.default_rng(1)
    givens = {name: np.asarray(given) for name, given in task.givens().items()}
    fixed = {"y"} if task.network.loss in ("cross_entropy", "binary_cross_entropy") else set()
    return {
        name: given if name in fixed or not given.any() else chance.uniform(0.3, 1.3, given.shape)
        for name, given in givens.items()
    }


def shows(task: Task) -> bool:
    """Tell whether each step tells something: it is not one number throughout, and that in every world.

    Whatever is called nothing in particular and is 0 in every world could be anything.
    """
    try:
        list(work_steps(task.spec, task.givens(), task.steps))
        own, other = (work(task.graph, givens).values for givens in (task.givens(), elsewhere(task)))
    except NumberError:
        return False
    return all(np.ptp(own[name]) > 0 or not np.allclose(own[name], other[name]) for name in task.graph.step)


@st.composite
def tasks(draw: Draw, **kinds: Any) -> Task:
    """Draw a task whose numbers tell something, and whose steps are all asked for."""
    found: Tables = draw(tables(**{**SMALL, "asks": False, **kinds}))
    task = build_task({**found, "rounding": "full"})
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
    names = data.draw(names_of(variables(task), how))
    assert not lost(task, dressed(task, Clothes(names)))


@st.composite
def layouts(draw: Draw, task: Task) -> dict[str, Stored]:
    """Draw how matrices are kept: weights or all of them transposed, rows in one dimension, as lists, or anyhow."""
    names = list(task.graph.shapes)
    rows: dict[str, Stored] = {name: "flat" for name in names if 1 in task.graph.shapes[name]}
    anyhow = st.fixed_dictionaries({name: st.sampled_from(get_args(Stored)) for name in names})
    weights: dict[str, Stored] = {name: "turned" for name in names if name[0] == "W"}
    same: list[dict[str, Stored]] = [dict.fromkeys(names, "turned"), dict.fromkeys(names, "list"), weights, rows]
    return draw(st.one_of(st.sampled_from(same), anyhow))


@settings(max_examples=25)
@given(st.data(), tasks(), st.sampled_from(["as_it_is", "nothing_said"]), st.booleans())
def test_the_reference_script_scores_full_marks_however_it_keeps_its_matrices(
    data: st.DataObject, task: Task, how: str, stacked: bool
) -> None:
    names = {} if how == "as_it_is" else data.draw(names_of(variables(task), how))
    source = dressed(task, Clothes(names, data.draw(layouts(task)), "float", stacked))
    assert not lost(task, source)


@settings(max_examples=12)
@given(tasks(activations=RATIONAL), st.sampled_from(["fraction", "object"]))
def test_the_reference_script_scores_full_marks_with_fractions_and_objects(task: Task, numbers: Numbers) -> None:
    assert not lost(task, dressed(task, Clothes(numbers=numbers)))


@settings(max_examples=12)
@given(tasks())
def test_the_reference_script_scores_full_marks_with_whole_numbers_as_integers(task: Task) -> None:
    assert not lost(task, dressed(task, Clothes(numbers="whole")))


def spread(task: Task) -> float:
    """Return by how much cancelling lets the relative error of a number grow, at most, in any step of a pass."""
    own = work(task.graph, task.givens()).values
    sizes = {name: np.abs(own[name]) for name in own}
    worst = 1.0
    for step in task.graph.steps:
        with np.errstate(all="ignore"):
            terms = np.asarray(value(step.evaluated, lookup(sizes)))
        worst = max(worst, float(np.max(np.divide(terms, sizes[step.name], where=sizes[step.name] > 0))))
    return worst


@settings(max_examples=12)
@given(tasks(largest_depth=2))
def test_the_reference_script_scores_full_marks_in_single_precision(task: Task) -> None:
    source = dressed(task, Clothes(numbers="float32"))
    assume("without_noise" not in source)
    assert not lost(task, source)


SCALAR: Mapping[str, Any] = {"largest_depth": 2, "largest_width": 2, "largest_batch": 2, "most_steps": 1}


@settings(max_examples=15)
@given(tasks(**SCALAR), st.sampled_from(["lesson", "standard"]))
def test_a_program_with_a_variable_for_every_number_scores_full_marks_under_the_names_of_a_notation(
    task: Task, notation: Any
) -> None:
    assert not lost(task, number_by_number(task, spelled(task, notation)))


def broken(number: Any) -> Any:
    """Return numbers none of which is whole: a whole one, of a name that says nothing, could count something."""
    if isinstance(number, list):
        return [broken(entry) for entry in number]
    return number + Decimal("0.13") if number % 1 == 0 else number


@st.composite
def broken_tasks(draw: Draw) -> Task:
    found: Tables = draw(tables(**SMALL, asks=False) if False else tables(**SCALAR, asks=False, losses=SQUARED))
    network, data = found["network"], found["data"]
    network |= {key: broken(network[key]) for key in ("weights", "biases") if key in network}
    data |= {key: broken(data[key]) for key in ("x", "y")}
    task = build_task({**found, "rounding": "full"})
    assume(shows(task))
    return task


@settings(max_examples=15)
@given(st.data(), broken_tasks(), st.sampled_from(["nothing_said", "misleading"]))
def test_a_program_with_a_variable_for_every_number_scores_full_marks_under_names_that_say_nothing(
    data: st.DataObject, task: Task, how: str
) -> None:
    every = list(spots(task))
    names = data.draw(names_of(list(spelled(task, "lesson").values()), how))
    own = spelled(task, "lesson")
    assert not lost(task, number_by_number(task, {spot: names[own[spot]] for spot in every}))
