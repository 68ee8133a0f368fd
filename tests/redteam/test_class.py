"""The red team and a few honest students as one class: nobody gains, nobody loses, and the grader stays small."""

from __future__ import annotations

import os
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from backprop_lab.checking import check
from backprop_lab.limits import MIB
from backprop_lab.taskfile import load_task
from tests.redteam import attacks
from tests.redteam.grading import Graded, grade, task_with_limits
from tests.redteam.outside import Outside, left_behind, survivors

HONEST = Path(__file__).parent.parent / "submissions"
STUDENTS = ("lab3_plain_in_out", "lab3_forward_only", "lab3_updated_weights", "lab3_matrix")
MOST_MEMORY = 300 * MIB
# Which need limits of their own.
ALONE = {name for name in attacks.names() if attacks.expected(name).limits.get("memory")}
TEAM = [name for name in attacks.names() if name not in ALONE and not attacks.is_pair(name)]


@pytest.fixture(scope="module")
def graded(grader: Outside, tmp_path_factory: pytest.TempPathFactory) -> Graded:
    folder = tmp_path_factory.mktemp("class")
    handed_in = folder / "handed_in"
    for name in TEAM:
        attacks.hand_in(name, handed_in / name, grader)
    for name in STUDENTS:
        (handed_in / name).mkdir()
        shutil.copy(HONEST / f"{name}.py", handed_in / name)
    return grade(task_with_limits(folder), handed_in, folder / "out", "--jobs", str(min(2, os.cpu_count() or 1)))


def test_no_attack_gains_anything_in_a_class(graded: Graded) -> None:
    rows = graded.rows()
    shares = {name: float(rows[name]["score"] or 0) / float(rows[name]["max_score"] or 1) for name in TEAM}
    assert {name: share for name, share in shares.items() if share > attacks.expected(name).at_most + 0.005} == {}


def test_honest_students_among_them_keep_their_marks(graded: Graded, sandbox: Any) -> None:
    task, rows = load_task("lab_task_3"), graded.rows()
    for name in STUDENTS:
        alone = check(task, HONEST / f"{name}.py", sandbox=sandbox)
        assert Fraction(rows[name]["score"]) == alone.score


def test_the_gradebook_is_whole_and_has_everybody_once(graded: Graded) -> None:
    assert graded.status == 0, graded.told
    assert graded.integrity() == "ok"
    assert sorted(graded.rows()) == sorted([*TEAM, *STUDENTS])
    assert len(graded.records()) == len(TEAM) + len(STUDENTS)


def test_the_grader_stays_small(graded: Graded) -> None:
    assert 0 < graded.peak < MOST_MEMORY


def test_nothing_outlives_the_class(graded: Graded, grader: Outside) -> None:
    assert graded.out.is_dir()
    assert survivors() == []
    assert left_behind() == []
    assert grader.visitors() == 0
    assert grader.is_as_it_was()
