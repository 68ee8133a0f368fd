"""Every attack gains nothing: neither points, nor time and room, nor anything of the machine or of the next one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.needs import needs_torch
from tests.redteam import attacks
from tests.redteam.outside import Outside, left_behind, survivors

SINGLE = [name for name in attacks.names() if not attacks.is_pair(name)]
PAIRS = [name for name in attacks.names() if attacks.is_pair(name)]


def touched(grader: Outside) -> list[str]:
    """Return what of the grader's machine is not as it was before a submission."""
    found = [f"outlives its run: {process}" for process in survivors()]
    found += [f"left behind: {path}" for path in left_behind()]
    if grader.visitors():
        found.append("has connected to the grader's machine")
    if not grader.is_as_it_was():
        found.append("has changed the secret, or left something beside it")
    return found


@pytest.mark.parametrize("name", SINGLE)
def test_an_attack_gains_nothing(name: str, sandbox: Any, grader: Outside, tmp_path: Path) -> None:
    if "torch" in name:
        needs_torch()
    wanted = attacks.expected(name)
    path = attacks.hand_in(name, tmp_path / "student", grader)
    marks = attacks.marked(wanted, path, sandbox)
    assert attacks.gains(wanted, marks) + touched(grader) == []
    assert [entry.name for entry in tmp_path.iterdir()] == ["student"]


@pytest.mark.parametrize("name", PAIRS)
def test_nothing_survives_from_one_submission_to_the_next(
    name: str, sandbox: Any, grader: Outside, tmp_path: Path
) -> None:
    wanted = attacks.expected(name)
    attacks.marked(wanted, attacks.hand_in(f"{name}.first", tmp_path / "first", grader), sandbox)
    marks = attacks.marked(wanted, attacks.hand_in(f"{name}.second", tmp_path / "second", grader), sandbox)
    assert attacks.gains(wanted, marks) + touched(grader) == []


def test_there_are_at_least_sixty_attacks() -> None:
    assert len(attacks.names()) >= 60
