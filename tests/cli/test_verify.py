from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from backprop_lab import verification
from backprop_lab.referee import referee
from tests.command import command, output_of
from tests.needs import needs_torch
from tests.solved import SHIPPED


@pytest.fixture
def wrong_referee(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the referee return one wrong number."""

    def wrong(*arguments: Any) -> Iterator[Any]:
        for values in referee(*arguments):
            yield {**values, "z1": values["z1"] + 1e-6}

    monkeypatch.setattr(verification, "referee", wrong)


@pytest.fixture
def no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have `import torch` fail."""
    monkeypatch.setitem(sys.modules, "torch", None)


class TestWithPyTorch:
    @pytest.fixture(autouse=True)
    def _torch(self) -> None:
        needs_torch()

    @pytest.mark.parametrize("name", SHIPPED)
    def test_a_shipped_task_agrees(self, name: str) -> None:
        text = output_of("verify", name)
        assert "agree" in text.splitlines()[-1]
        assert "disagree" not in text
        assert "!" not in text

    @pytest.mark.parametrize(("name", "said"), [("lesson_sigmoid_error", True), ("lesson_sigmoid", False)])
    def test_a_lessons_delta_is_not_passed_off_as_that_of_the_loss(self, name: str, said: bool) -> None:
        assert ("these are not the gradients of the loss" in output_of("verify", name)) is said

    def test_no_number_or_name_is_cut_short(self) -> None:
        text = output_of("verify", "lesson_sigmoid")
        assert "theta3_new" in text
        assert "furthest" in text
        assert "-0.00021771313" in text
        assert "…" not in text

    def test_every_way_has_its_column(self) -> None:
        text = output_of("verify", "lab_task_3")
        assert [heading for heading in text.splitlines()[1].split() if heading] == [
            "quantity", "float64", "exact", "PyTorch", "differences", "furthest",
        ]  # fmt: skip
        row = next(line.split() for line in text.splitlines() if line.startswith("delta3 "))
        assert row[:5] == ["delta3", "-0.92", "-23/25", "-0.92", "-0.92"]

    def test_programs_get_json(self) -> None:
        found = json.loads(output_of("verify", "lab_task_3", "--format", "json"))
        assert found["agrees"] is True
        assert {"agrees", "largest", "notes", "checks"} <= set(found)
        for check in found["checks"]:
            assert check["agrees"] is True
            assert check["torch"] < 1e-12
            assert check["differences"] is None or check["differences"] < 1e-6

    def test_several_updates_and_settings_are_verified(self) -> None:
        text = output_of("verify", "mazur", "--steps", "2", "--set", "momentum=0.9")
        assert "vW1_11 #2" in text

    @pytest.mark.usefixtures("wrong_referee")
    def test_a_disagreement_is_marked_and_is_the_exit_status(self) -> None:
        finished = command("verify", "lab_task_3")
        assert finished.status == 1
        assert finished.messages == ""
        marked = [line.split()[0] for line in finished.output.splitlines() if line.rstrip().endswith("!")]
        assert marked == ["Z1", "Z1", "They"]

    @pytest.mark.usefixtures("wrong_referee")
    def test_a_disagreement_is_in_the_json(self) -> None:
        finished = command("verify", "lab_task_3", "--format", "json")
        found = json.loads(finished.output)
        assert (finished.status, found["agrees"]) == (1, False)
        assert {check["name"] for check in found["checks"] if not check["agrees"]} == {"z1"}

    @pytest.mark.usefixtures("wrong_referee")
    def test_a_solution_whose_checks_disagree_is_written_and_says_so(self) -> None:
        finished = command("solve", "lab_task_3", "--verify")
        assert finished.status == 1
        assert "not all agree" in finished.output
        assert "disagree" in finished.messages


@pytest.mark.usefixtures("no_torch")
@pytest.mark.parametrize("arguments", [("verify", "lab_task_3"), ("solve", "lab_task_3", "--verify")])
def test_without_pytorch_it_says_how_to_install_it(arguments: tuple[str, ...]) -> None:
    finished = command(*arguments)
    assert (finished.status, finished.output) == (2, "")
    assert finished.messages == (
        'backprop-lab: PyTorch is not installed; install it with: pip install "backprop-lab[torch]"\n'
    )


@pytest.mark.usefixtures("no_torch")
def test_everything_else_does_without_pytorch() -> None:
    for arguments in (
        ("solve", "lab_task_3", "--exact"),
        ("derive", "lab_task_3", "--wrt", "w11"),
        ("code", "lab_task_3", "--framework", "torch"),
        ("sheet", "lab_task_3"),
        ("tasks",),
    ):
        output_of(*arguments)
