"""Numbers from a seed and a key: the same everywhere, on the grid that the task asks for."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from backprop_lab.errors import VariantError
from backprop_lab.task import Task
from backprop_lab.taskfile import load_task, task_of, task_text
from backprop_lab.variants.drawing import deck, multiples


def task(*lines: str, name: str = "lab_task_3") -> Task:
    """Return a shipped task with another `[variants]` table."""
    return task_of(task_text(name) + "\n[variants]\n" + "\n".join(lines))


def test_draws_are_those_of_any_other_machine() -> None:
    draws = deck(load_task("lab_task_3")).draw(2026, ["id 17"], 0, 2)
    # SHAKE-256 of "variant 1\\0" "2026\\0" "id 17", in words of 32 bits times how many numbers there are, in 2**32.
    assert draws.tolist() == [
        [[2, 1, 3, 14, 13, 0, 8, 3, 4, 13, 8, 2, 5, 9], [1, 0, 0, 15, 11, 7, 16, 8, 8, 6, 0, 2, 3, 18]]
    ]


def test_a_later_draw_is_the_same_whatever_was_drawn_before() -> None:
    own = deck(load_task("lab_task_3"))
    at_once = own.draw(1, ["a", "b"], 0, 7)
    assert np.array_equal(own.draw(1, ["b"], 3, 4)[0], at_once[1, 3:])


@pytest.mark.parametrize(
    ("lines", "name", "expected"),
    [
        ((), "W1", {Fraction(n, 10) for n in range(-9, 10) if n}),
        (("zero_weights = true",), "W1", {Fraction(n, 10) for n in range(-9, 10)}),
        (("grid = 0.25", "weights = [-0.5, 0.6]"), "W2", {Fraction(n, 4) for n in (-2, -1, 1, 2)}),
        (("biases = [0.2, 0.4]",), "b1", {Fraction(n, 10) for n in (2, 3, 4)}),
        ((), "x", {Fraction(n) for n in range(4)}),
        (("x = [-1, 1]", "data_grid = 0.5"), "x", {Fraction(n, 2) for n in range(-2, 3)}),
        (('draw = ["y", "x"]',), "y", {Fraction(0), Fraction(1)}),
        (
            ('draw = ["learning_rate"]', "learning_rate = [0.1, 0.5]"),
            "learning_rate",
            {Fraction(1, 10), Fraction(1, 2)},
        ),
    ],
)
def test_numbers_are_those_that_the_task_allows(lines: tuple[str, ...], name: str, expected: set[Fraction]) -> None:
    own = deck(task(*lines))
    _, numbers = own.choices[name]
    assert set(numbers) == expected
    drawn = own.givens(own.draw(5, ["many"], 0, 2000)[0])[name]
    assert set(np.unique(drawn).tolist()) == set(map(float, expected))


def test_what_is_not_drawn_stays_as_it_is() -> None:
    own = deck(task('draw = ["x"]'))
    changed = own.variant(own.draw(1, ["a"], 3, 1)[0, 0])
    assert changed.network == own.task.network
    assert changed.update == own.task.update
    assert changed.data.y == own.task.data.y


def test_the_task_of_a_draw_has_the_givens_of_the_draw() -> None:
    own = deck(task('draw = ["x", "y", "weights", "biases", "learning_rate"]', "learning_rate = [0.25, 0.5]"))
    draws = own.draw(9, ["a"], 0, 20)[0]
    many = own.givens(draws)
    for place, draw in enumerate(draws):
        for name, array in own.variant(draw).givens().items():
            assert np.array_equal(array, many[name][place]), name


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ("grid = 0.5", "weights = [0.1, 0.4]"),
            "variants: there are 0 multiples of 0.5 from 0.1 to 0.4; expected 1 to 10,000",
        ),
        (
            ('draw = ["weights"]', "weights = [0.1, 0.1]"),
            "variants.draw: nothing is drawn that has two numbers or more: weights",
        ),
        (
            ("weights = [-0.05, 0.05]",),
            "variants.weights: leaves only 0, and zero_weights is false; allow more numbers",
        ),
        (
            ("weights = [-1e9, 1e9]",),
            "variants: there are 20,000,000,001 multiples of 0.1 from -1e+09 to 1e+09; expected 1 to 10,000",
        ),
        (
            ("weights = [-1e100, 1e100]", "grid = 1e-100"),
            "variants: there are 2e+200 multiples of 1e-100 from -1e+100 to 1e+100; expected 1 to 10,000",
        ),
    ],
)
def test_bounds_that_leave_nothing_are_told(lines: tuple[str, ...], expected: str) -> None:
    with pytest.raises(VariantError) as raised:
        deck(task(*lines))
    assert str(raised.value) == expected


def test_multiples_have_both_ends() -> None:
    assert multiples((Fraction(-3, 10), Fraction(1, 5)), Fraction(1, 10)) == tuple(
        Fraction(n, 10) for n in range(-3, 3)
    )
