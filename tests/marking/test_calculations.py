"""Calculations that a program writes out are read as formulas, and nothing else is."""

from __future__ import annotations

import pytest

from backprop_lab.engine.formula import leaves
from backprop_lab.marking.calculations import read_calculation
from backprop_lab.marking.observations import Where


def names(*lines: str) -> set[str] | None:
    """Return the names and numbers of what the first line assigns to z; None if it is no calculation."""
    formula = read_calculation({None: lines}, Where("z", 1, None))
    return None if formula is None else {leaf.name for leaf in leaves(formula)}


def test_numbers_names_and_the_functions_of_neurons_are_read() -> None:
    assert names("z = 1*0.2 - x1 * W[0] + max(0, b.c) ** 2  # net input") == {"1", "0.2", "x1", "W[0]", "b.c"}


def test_a_calculation_may_go_on_over_lines_within_parentheses() -> None:
    assert names("z = (1 * 0.2", "     + 0.4)") == {"1", "0.2", "0.4"}
    assert names("z = (1 * 0.2", *[""] * 100, "     + 0.4)") is None


@pytest.mark.parametrize(
    "text", ["y = 1 + 2", "z += 1", "z == 1 + 2", "z = '1'", "z = f(1)", "z = 2 ** 3", "z = 0.5 if '(' else 0", "z ="]
)
def test_what_is_no_calculation_of_it_is_not_read(text: str) -> None:
    assert names(text) is None
