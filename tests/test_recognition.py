"""Whose numbers an answer sheet has, among the variants of a large class."""

from __future__ import annotations

import numpy as np
import pytest

from backprop_lab.checking import run_submission
from backprop_lab.marking.marks import Marks
from backprop_lab.marking.observations import Constant, Recording, Where
from backprop_lab.recognition import mark_among
from backprop_lab.sandbox.running import Running
from backprop_lab.submissions.read import read_content
from backprop_lab.task import Task
from backprop_lab.taskfile import load_task
from backprop_lab.variants import Known, Variant, deck, variants
from tests.classroom.test_own_numbers import answers

LAB = load_task("lab_task_3")


@pytest.fixture(scope="module")
def drawn() -> tuple[Variant, ...]:
    return variants(LAB, 2026, [f"id s{number}" for number in range(1000)])


def solved(drawn: tuple[Variant, ...], own: int, task: Task, share: int = 1) -> int | None:
    """Return whose numbers a sheet has, of which the first half or all is filled in."""
    known = Known(drawn[0].deck, np.array([variant.draw for variant in drawn]))
    lines = answers(task, "").splitlines()
    sheet = read_content("\n".join(lines[: len(lines) // share]).encode(), "answers.toml")
    return mark_among(known, own, run_submission(sheet, "answers.toml", Running()))[1]


@pytest.mark.parametrize("share", [1, 2])
def test_the_numbers_of_another_are_found_in_a_whole_sheet_and_in_half_of_one(
    share: int, drawn: tuple[Variant, ...]
) -> None:
    assert [solved(drawn, 1, drawn[place - 1].task, share) for place in range(2, 12)] == list(range(2, 12))
    assert solved(drawn, 1, LAB, share) == 0


@pytest.mark.parametrize("share", [1, 2])
def test_numbers_that_are_nobodys_and_ones_own_accuse_nobody(share: int, drawn: tuple[Variant, ...]) -> None:
    others = variants(LAB, 1999, [f"id s{number}" for number in range(30)])
    assert {solved(drawn, 1, variant.task, share) for variant in others} == {None}
    assert {solved(drawn, place + 1, drawn[place].task, share) for place in range(10)} == {None}


def test_a_number_that_a_variant_has_hundreds_of_times_counts_as_often() -> None:
    batch = load_task("lab_task_3", [f"data.x={[[1, 0, 1]] * 500}", f"data.y={[[1]] * 500}"])
    own = deck(batch)
    known = Known(own, own.draw(1, ["id 1"], 0, 2)[0])
    givens = known.task(2).givens()
    stated = [float(number) for name in own.choices for number in givens[name].ravel()]
    assert max(map(stated.count, set(stated))) > 255
    program = Recording("ok", constants=(Constant(0, 0, Where("x"), (len(stated),), tuple(stated)),))
    assert known.candidates(1, Marks("ok"), program) == [(2, 1.0)]


def test_numbers_that_are_too_large_to_compare_are_nobodys(drawn: tuple[Variant, ...]) -> None:
    known = Known(drawn[0].deck, drawn[0].draw[None])
    sheet = read_content(answers(drawn[0].task, "").replace("Z1 = ", "Z1 = 1e300 #").encode(), "answers.toml")
    assert mark_among(known, 1, run_submission(sheet, "answers.toml", Running()))[1] is None
    huge = Constant(0, 0, Where("best"), (), (1e308,))
    assert known.candidates(1, Marks("ok"), Recording("ok", constants=(huge,), literals=(1e308,))) == []
