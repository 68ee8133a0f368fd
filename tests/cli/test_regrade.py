from __future__ import annotations

import getpass
from pathlib import Path

import pytest

from backprop_lab.classroom.gradebook import Gradebook
from tests.classroom.gradebooks import begun, fill, total
from tests.command import command, output_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with begun(tmp_path) as gradebook:
        fill(gradebook, ["s1042", "other"])
    return tmp_path


def test_a_verdict_is_put_in_the_place_of_another(folder: Path) -> None:
    text = output_of("regrade", folder, "s1042", "--set", "delta1=right", "--note", "See page 2.", "--by", "Ada")
    assert text == "s1042: 30 of 32 points\n"
    with Gradebook.open(folder) as gradebook:
        corrected, other = gradebook.rows()
    (correction,) = corrected.corrections
    assert (correction.step, correction.row, correction.who, correction.note) == (
        "delta1",
        None,
        "Ada",
        "See page 2.",
    )
    assert correction.when.endswith("Z")
    assert total(corrected)["delta1"] == "right right"
    assert total(other)["delta1"] == "wrong wrong"


def test_several_verdicts_are_taken_together_or_not_at_all(folder: Path) -> None:
    settings = ("--set", "delta1[0,0]=right", "--set", "W2_new=follows")
    assert output_of("regrade", folder, "s1042", *settings, "--note", "x") == "s1042: 31 of 32 points\n"
    finished = command("regrade", folder, "s1042", "--set", "dx=wrong", "--set", "nothing=right", "--note", "x")
    assert (finished.status, finished.output) == (2, "")
    assert "the task asks no such step" in finished.messages
    with Gradebook.open(folder) as gradebook:
        assert len(gradebook.row("s1042").corrections) == 2


def test_the_login_name_says_who_unless_there_is_a_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "tutor7")
    assert getpass.getuser() == "tutor7"
    output_of("regrade", folder, "s1042", "--set", "dx=right", "--note", "x")
    with Gradebook.open(folder) as gradebook:
        assert gradebook.row("s1042").corrections[0].who == "tutor7"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("s1024", "--set", "dx=right", "--note", "x"), 'did you mean "s1042"?'),
        (("s1042", "--set", "dx", "--note", "x"), "expected STEP=VERDICT"),
        (("s1042", "--set", "dx=right"), "Missing option '--note'"),
        (("s1042", "--note", "x"), "Missing option '--set'"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(folder: Path, arguments: tuple[str, ...], expected: str) -> None:
    finished = command("regrade", folder, *arguments)
    assert (finished.status, finished.output) == (2, "")
    assert expected in finished.messages
    assert finished.messages.count("\n") == 1


def test_a_folder_without_a_gradebook_is_named(tmp_path: Path) -> None:
    finished = command("regrade", tmp_path, "s1042", "--set", "dx=right", "--note", "x")
    assert finished.status == 2
    assert "has no gradebook.sqlite" in finished.messages
    assert list(tmp_path.iterdir()) == []
