"""Worked updates: they start and end where the training does, recompute as they are printed, and stay readable."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backprop_lab.document import Document
from backprop_lab.engine.arithmetic import Array
from backprop_lab.record import solution_record
from backprop_lab.solution import Solution
from backprop_lab.taskfile import load_training
from backprop_lab.templating import render
from backprop_lab.training.loop import updates
from backprop_lab.training.preparing import Prepared, prepare
from backprop_lab.training.worked import worked_updates
from backprop_lab.writing.notation import NOTATIONS
from tests.latex import text_of_pdf
from tests.strategies import toml
from tests.training.trainings import CASE_STUDY, ORCHARD, VALID, classification, farthest, prepared, regression

MOMENTUM = {"update.momentum": Decimal("0.9"), "update.nesterov": True, "update.weight_decay": Decimal("0.01")}
DROPOUT = {
    "network": {
        "units": [5, 1],
        "activations": ["tanh", "identity"],
        "loss": "mean_squared_error",
        "dropout": [0.4, 0],
    }
}
CLASSES = {"network": {"units": [5, 3], "activations": ["relu", "softmax"], "loss": "cross_entropy"}}
TRAININGS: dict[str, Prepared] = {
    "plain": prepared(regression()),
    "momentum": prepared(regression(outputs=1), MOMENTUM),
    "dropout": prepared(regression(), DROPOUT | MOMENTUM),
    "frozen": prepared(regression(), {"update.frozen": [1]}),
    "no biases": prepared(regression(), {"network.has_biases": False}),
    "classes": prepared(classification(), CLASSES),
    "case study": prepared(ORCHARD, CASE_STUDY),
}


def parameters(values: Mapping[str, Array], ending: str = "") -> dict[str, Array]:
    return {name: values[f"{name}{ending}"] for name in values if re.fullmatch(r"[Wb]\d+", name)}


@pytest.mark.parametrize("name", TRAININGS)
def test_worked_updates_are_those_of_the_training(name: str) -> None:
    run = TRAININGS[name]
    starts = updates(run)
    for solution in worked_updates(run, 6):
        update = next(starts)
        values = solution.first.values
        assert solution.passes[0].number == update.number
        assert solution.task.spec == run.network(len(update.x))
        assert np.array_equal(values["x"], update.x)
        assert np.array_equal(values["y"], update.y)
        assert farthest(parameters(values), update.parameters) == 0
        for mask, entries in update.masks.items():
            assert np.array_equal(values[mask], entries)
    assert next(starts).number == 7


@pytest.mark.parametrize("name", TRAININGS)
def test_an_update_ends_where_the_next_one_starts(name: str) -> None:
    for one, following in pairwise(worked_updates(TRAININGS[name], 6)):
        ended, started = one.first.values, following.first.values
        assert farthest(parameters(ended, "_new"), parameters(started)) < 1e-14
        for velocity in (given for given in following.first.graph.givens if given.startswith("v")):
            assert np.abs(ended[velocity.removesuffix("_old")] - started[velocity]).max() < 1e-14


def test_later_passes_have_velocities_and_the_first_has_none() -> None:
    first, second = worked_updates(TRAININGS["momentum"], 2)
    assert not [name for name in first.first.graph.givens if name.startswith("v")]
    assert [name for name in second.first.graph.givens if name.startswith("v")] == [
        "vW1_old", "vb1_old", "vW2_old", "vb2_old",
    ]  # fmt: skip


def test_the_loss_is_told_before_and_after() -> None:
    (solution,) = worked_updates(TRAININGS["plain"], 1)
    before, after = solution.losses
    assert before == solution.first.values["L"].item()
    assert after < before


def test_there_are_no_more_updates_than_the_training_has() -> None:
    run = prepared(regression(), {"training.epochs": 1})
    assert len(worked_updates(run, 50)) == 5
    assert worked_updates(run, 0) == ()


def test_updates_are_worked_as_far_as_float64_goes() -> None:
    run = prepared(ORCHARD, CASE_STUDY | {"update.learning_rate": Decimal("1e60")})
    assert 0 < len(worked_updates(run, 10)) < 10


def printed(solution: Solution, markup: str = "txt", notation: Any = "lesson") -> str:
    document = Document(solution, notation, "both", "unicode" if markup == "txt" else "latex")
    return render(f"solution.{markup}.j2", document.context())


def test_data_are_printed_as_they_are_where_they_stand_in_the_task(tmp_path: Path) -> None:
    text = toml(VALID | {"data": {"x": [[Decimal("0.123456789")], [2]], "y": [[1], [Decimal("0.333333333")]]}})
    (tmp_path / "task.toml").write_text(text, encoding="utf-8")

    def first(*settings: str) -> str:
        run = prepare(load_training(tmp_path / "task.toml", ("batch_size=2", "units=[1]", *settings)), tmp_path)
        return printed(worked_updates(run, 1)[0])

    assert "  x = [2; 0.123456789]\n  y = [0.333333333; 1]" in first()
    assert "  x = [1; -1]\n  y = [0.333333333; 1]" in first("standardise=inputs")
    assert "  x = [1; -1]\n  y = [-1; 1]" in first("standardise=both")


def test_seeded_weights_are_printed_rounded_and_typed_in_ones_as_they_are() -> None:
    seeded = printed(worked_updates(prepared(regression(), {"network.units": [1]}), 1)[0])
    assert re.search(r"^  Wₒ = \[-?0\.\d{4}; -?0\.\d{4}; -?0\.\d{4}\]$", seeded, re.MULTILINE)
    weights = [[[Decimal("0.123456789")], [1], [2]]]
    typed_in = printed(
        worked_updates(prepared(regression(), {"network.units": [1], "network.weights": weights}), 1)[0]
    )
    assert "Wₒ = [0.123456789; 1; 2]" in typed_in


@pytest.mark.parametrize("name", ["plain", "momentum", "dropout", "frozen", "classes"])
def test_every_line_recomputes_from_the_numbers_that_it_shows(name: str) -> None:
    functions = {"exp": np.exp, "log": np.log, "tanh": np.tanh, "max": max}
    lines = 0
    for solution in worked_updates(TRAININGS[name], 3):
        for step in solution_record(solution, "lesson")["steps"]:
            for entry in step["entries"]:
                computed = eval(entry["plain"].replace("^", "**"), {"__builtins__": {}}, functions)
                room = 0.5000001 * 10.0 ** -max(len(entry["shown"].partition(".")[2].partition("e")[0]), 4)
                assert abs(computed - float(entry["shown"])) <= room + 1e-9 * abs(computed), entry
                lines += 1
    assert lines > 100


@pytest.mark.parametrize("notation", NOTATIONS)
def test_an_update_can_be_written_in_every_notation(notation: str) -> None:
    for markup in ("txt", "md", "tex"):
        for solution in worked_updates(TRAININGS["momentum"], 2):
            text = printed(solution, markup, notation)
            assert "<<" not in text
            assert "None" not in text


def test_the_gradient_at_the_inputs_which_no_update_needs_is_left_out() -> None:
    for solution in worked_updates(TRAININGS["momentum"], 2):
        made = {step.kind for step in solution.first.graph.steps}
        assert {"weight_gradient", "bias_gradient", "weight_update"} <= made
        assert "input_gradient" not in made


def test_an_update_of_a_large_network_is_elided() -> None:
    data = classification(rows=64, inputs=784, classes=10)
    large = {"units": [128, 64, 10], "activations": ["relu", "relu", "softmax"], "loss": "cross_entropy"}
    run = prepared(data, {"network": large, "training.batch_size": 32})
    (solution,) = worked_updates(run, 1)
    for notation in NOTATIONS:
        text = printed(solution, "md", notation)
        assert len(text.encode()) < 300_000
        assert max(map(len, text.splitlines())) < 3000
        assert "left out" in text


def test_latex_sets_a_worked_update(tmp_path: Path) -> None:
    assert "Velocity of the weights" in text_of_pdf(
        tmp_path, printed(worked_updates(TRAININGS["momentum"], 2)[1], "tex")
    )
