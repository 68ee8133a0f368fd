"""Submissions in the manners of real students: each has the verdicts that a careful person would give beside it.

A file `tests/submissions/NAME.SUFFIX` has `NAME.expected.toml`; adding a submission is adding these two files.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from backprop_lab.checking import check
from backprop_lab.limits import Limits
from backprop_lab.marking.marks import Marks, Verdict
from backprop_lab.taskfile import load_task
from tests.needs import needs_torch

FOLDER = Path(__file__).parent / "submissions"
SECONDS = {"timeout": 6.0}
EXPECTED = sorted(FOLDER.glob("*.expected.toml"))


def submission(expected: Path) -> Path:
    name = expected.name.removesuffix(".expected.toml")
    (found,) = (path for path in FOLDER.glob(f"{name}.*") if path != expected)
    return found


def told(verdict: Verdict, wanted: str) -> str:
    """Return a verdict as an expectation puts it: with its cause only where that is expected."""
    return f"{verdict.verdict} {verdict.cause}" if " " in wanted else verdict.verdict


def differences(marks: Marks, expected: dict[str, Any]) -> list[str]:
    """Return every step whose verdicts are not those expected."""
    found = []
    for step, wanted in expected["verdicts"].items():
        verdicts = [one for one in marks.verdicts if one.step == step]
        words = [wanted] * len(verdicts) if isinstance(wanted, str) else wanted
        got = [told(one, word) for one, word in zip(verdicts, words, strict=True)]
        if got != words:
            where = [one.where.name if one.where else None for one in verdicts]
            found.append(f"{step}: expected {words}, got {got} at {where}")
    return found


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: path.name.removesuffix(".expected.toml"))
def test_a_submission_gets_the_verdicts_of_a_careful_person(expected: Path) -> None:
    wanted = tomllib.loads(expected.read_text(encoding="utf-8"))
    path = submission(expected)
    if "torch" in path.read_text(encoding="utf-8", errors="replace"):
        needs_torch()
    marks = check(
        load_task(wanted["task"]), path, limits=Limits().lasting(SECONDS.get(wanted.get("status", "ok"), 60.0))
    )
    assert marks.status == wanted.get("status", "ok"), marks.crash
    assert differences(marks, wanted) == []
    abouts = {caution.about for caution in marks.cautions}
    assert set(wanted.get("warnings", ())) <= abouts


def test_there_are_at_least_forty_submissions() -> None:
    assert len(EXPECTED) >= 40
