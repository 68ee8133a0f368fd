"""Numbers, lists and matrices, in whichever brackets."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lab.submissions.values import MOST_NUMBERS, read_nested, read_value


@pytest.mark.parametrize(
    ("text", "shape", "numbers"),
    [
        ("0.08", (), (0.08,)),
        ("[0.5]", (1,), (0.5,)),
        ("[0.2, -0.3]", (2,), (0.2, -0.3)),
        ("(0.2, -0.3)", (2,), (0.2, -0.3)),
        ("0.2, -0.3", (2,), (0.2, -0.3)),
        ("0.2 -0.3", (2,), (0.2, -0.3)),
        ("[2/25, 1/2]", (2,), (0.08, 0.5)),
        (r"[\frac{2}{25}, 0.5]", (2,), (0.08, 0.5)),
        ("[[0.2, -0.3], [0.4, 0.1]]", (2, 2), (0.2, -0.3, 0.4, 0.1)),
        ("((0.2, -0.3), (0.4, 0.1))", (2, 2), (0.2, -0.3, 0.4, 0.1)),
        ("[[0.2 -0.3]\n [0.4  0.1]]", (2, 2), (0.2, -0.3, 0.4, 0.1)),
        ("0.2 -0.3; 0.4 0.1", (2, 2), (0.2, -0.3, 0.4, 0.1)),
        ("[0.2 -0.3; 0.4 0.1]", (2, 2), (0.2, -0.3, 0.4, 0.1)),
        ("0,2 -0,3; 0,4 0,1", (2, 2), (0.2, -0.3, 0.4, 0.1)),
        ("[0,2 -0,3]", (2,), (0.2, -0.3)),
        ("0,2, -0,3", (2,), (0.2, -0.3)),
        ("[1,2]", (2,), (1, 2)),
        ("[-0,7; 0,1]", (2, 1), (-0.7, 0.1)),
        ("[-0,7 0,5; 0,1 1]", (2, 2), (-0.7, 0.5, 0.1, 1)),
        ("0.2; -0.3", (2, 1), (0.2, -0.3)),
        (r"\begin{bmatrix} 0.2 & -0.3 \\ 0.4 & 0.1 \end{bmatrix}", (2, 2), (0.2, -0.3, 0.4, 0.1)),
        (r"\begin{pmatrix} 0.2 \\ -0.3 \end{pmatrix}", (2, 1), (0.2, -0.3)),
        (r"\begin{array}{cc} 0.2 & -0.3 \end{array}", (1, 2), (0.2, -0.3)),
        ("[0.2, -0.3]^T", (2, 1), (0.2, -0.3)),
        (r"\left[ 0.2, -0.3 \right]", (2,), (0.2, -0.3)),
        (r"\left[\begin{array}{cc} 0.2 & -0.3 \end{array}\right]", (1, 2), (0.2, -0.3)),
        (r"\left(\begin{matrix} 0.2 \\ -0.3 \end{matrix}\right)", (2, 1), (0.2, -0.3)),
        (r"\begin{bmatrix*}[r] 0.2 \\ -0.3 \end{bmatrix*}", (2, 1), (0.2, -0.3)),
        (r"[[1, 2, 3], [4, 5, 6]]^{\top}", (3, 2), (1, 4, 2, 5, 3, 6)),
    ],
)
def test_a_value_reads_with_its_shape(text: str, shape: tuple[int, ...], numbers: tuple[float, ...]) -> None:
    found = read_value(text)
    assert found is not None
    assert (found.shape, tuple(number.value for number in found.numbers)) == (shape, numbers)


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "[[]]",
        "[a]",
        "[1, o.3]",
        "[[1, 2], [3]]",
        "[[[1]]]",
        "[" * 100000,
        "[1" * 50000,
        "foo bar",
        "[1] + [2]",
        r"\begin{bmatrix} 1",
        r"\begin{cases} 1 \end{cases}",
        r"\begin{bmatrix} 1 \end{bmatrix} x",
        r"\begin{bmatrix} 1 \end{pmatrix}",
        "1 2; 3",
        "__import__('os')",
    ],
    ids=lambda text: text[:12],
)
def test_what_is_no_value_is_none(text: str) -> None:
    assert read_value(text) is None


@pytest.mark.parametrize(
    ("found", "shape"),
    [("0.5", ()), (3, ()), (["0.5", 3], (2,)), ([["1", "2"], ["3", 4]], (2, 2)), ([[1]], (1, 1)), ("[1, 2]", (2,))],
)
def test_lists_of_a_file_read_as_they_are_nested(found: Any, shape: tuple[int, ...]) -> None:
    value = read_nested(found)
    assert value is not None
    assert value.shape == shape


@pytest.mark.parametrize(
    "found",
    [True, None, [], [[]], [True], [[1], 2], [[1, 2], [3]], [[[1]]], {"a": 1}, 10**100, [10**100], [None], ["[1]"]],
)
def test_other_things_in_a_file_are_no_values(found: Any) -> None:
    assert read_nested(found) is None


def test_a_value_of_more_numbers_than_any_step_has_is_none() -> None:
    assert read_value(" ".join(["1"] * (MOST_NUMBERS + 1))) is None


@given(st.lists(st.lists(st.integers(-999, 999), min_size=2, max_size=2), min_size=1, max_size=4))
def test_a_matrix_reads_the_same_in_every_notation(rows: list[list[int]]) -> None:
    tenths = [[f"{number / 10:.1f}" for number in row] for row in rows]
    python = "[" + ", ".join("[" + ", ".join(row) + "]" for row in tenths) + "]"
    numpy = "[" + "\n ".join("[" + " ".join(row) + "]" for row in tenths) + "]"
    latex = r"\begin{bmatrix}" + r" \\ ".join(" & ".join(row) for row in tenths) + r"\end{bmatrix}"
    assert read_value(python) == read_value(numpy) == read_value(latex) == read_nested(tenths)
    assert read_value(python.replace(", ", ",")) == read_value(python)
