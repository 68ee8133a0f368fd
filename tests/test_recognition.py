"""Whose numbers an answer sheet has, among the variants of a large class."""

from __future__ import annotations

import numpy as np
import pytest

from backprop_lab.checking import Running, run_submission
from backprop_lab.recognition import mark_among
from backprop_lab.submissions.read import read_content
from backprop_lab.task import Task
from backprop_lab.taskfile import load_task
from backprop_lab.variants import Known, Variant, variants
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
