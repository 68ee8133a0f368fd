"""Which numbers are fit for a person: each demand of `[variants]` is met by what is kept."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from backprop_lab.errors import VariantError
from backprop_lab.solution import solve
from backprop_lab.task import Target
from backprop_lab.variants import study, variants
from backprop_lab.variants.fitness import demands
from tests.variants.test_drawing import task

KEYS = [f"id {count}" for count in range(60)]


def test_inputs_live_and_a_hidden_unit_is_dead_beside_one_that_is_alive() -> None:
    for variant in variants(task(), 1, KEYS):
        values = solve(variant.task).first.values
        assert values["x"].all()
        assert sorted((values["z1"][0] > 0).tolist()) == [False, True]
        assert values["z2"][0, 0] > 0
        assert np.abs(values["z1"]).min() >= 0.05
        assert values["L"][0, 0] >= 0.01


@pytest.mark.parametrize("dead", [0, 1, 2])
def test_as_many_units_are_dead_as_are_wanted(dead: int) -> None:
    three = task(f"dead = [{dead}, {dead}]", name="three_layer")
    for variant in variants(three, 1, KEYS[:10]):
        values = solve(variant.task).first.values
        relu = [f"z{layer}" for layer, name in enumerate(three.network.activations[:-1], start=1) if name == "relu"]
        assert sum(int((values[name] <= 0).all(axis=0).sum()) for name in relu) == dead


def test_sigmoids_stay_away_from_saturation() -> None:
    for variant in variants(task("saturation = 1.5", name="lesson_sigmoid"), 1, KEYS):
        values = solve(variant.task).first.values
        assert max(np.abs(values["z1"]).max(), np.abs(values["z2"]).max()) <= 1.5


@pytest.mark.parametrize(("key", "name"), [("saturation", "z1"), ("kink", "z1"), ("loss", "L")])
@pytest.mark.parametrize("towards", [-np.inf, np.inf])
def test_the_last_bit_of_a_number_on_a_bound_decides_nothing(key: str, name: str, towards: float) -> None:
    own = task("saturation = 3", "kink = 0.05", "loss = 0.01", name="three_layer" if key == "kink" else "mazur")
    values = {step: array[None] for step, array in solve(own).first.values.items()}
    bound = float(getattr(own.variants, key))
    values[name] = np.full_like(values[name], np.nextafter(bound, towards))
    values["z2"] = np.ones_like(values["z2"])
    assert demands(own, values)[key].all()


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("loss = 1e6",), "variants.loss: none of 8,192 draws meets it; allow more numbers, or ask less of them"),
        (
            ("dead = [2, 2]",),
            "variants: none of 8,192 draws meets all of x, kink, alive, output, dead, loss; the rarest is dead",
        ),
    ],
)
def test_demands_that_no_draw_meets_are_told(lines: tuple[str, ...], expected: str) -> None:
    with pytest.raises(VariantError) as raised:
        study(task(*lines))
    assert str(raised.value) == expected


def test_inputs_that_are_not_drawn_may_be_0() -> None:
    assert "x" not in study(task('draw = ["weights", "biases"]')).met


def test_a_task_too_large_to_be_drawn_is_told() -> None:
    own = task()
    many = replace(own, data=replace(own.data, x=own.data.x * 1000, y=Target(rows=tuple(own.targets) * 1000)))
    with pytest.raises(VariantError, match=r"a pass of this task has [0-9,]+ numbers; expected at most 10,000"):
        study(many)
