from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from msgspec.structs import replace

from backprop_lab.engine.arithmetic import EXACT, Array
from backprop_lab.solution import solve
from backprop_lab.taskfile import load_task
from backprop_lab.writing.layout import unmarked
from backprop_lab.writing.lines import LineWriter
from backprop_lab.writing.matrices import MatrixWriter
from backprop_lab.writing.notation import Notation, NotationName
from backprop_lab.writing.rows import line_exact, line_formula
from backprop_lab.writing.spelling import LATEX, PLAIN, UNICODE, Spelling
from tests.solved import task_with

SPELLINGS = (LATEX, UNICODE)


def writer(array: Array, spelling: Spelling, notation: NotationName = "lesson") -> MatrixWriter:
    """Return what writes an array under the name z1."""
    symbols = Notation(notation, (array.shape[1],) * 2, array.shape[0])
    return MatrixWriter({"z1": array}, {"z1": array.shape}, symbols, spelling, 4, frozenset())


def test_a_matrix_is_set_in_latex_and_in_one_line_of_a_terminal() -> None:
    array = np.array([[1 / 3, -0.5], [0.0, 2.5e-5]])
    assert writer(array, LATEX).value("z1") == (
        r"\begin{bmatrix} 0.3333 & -0.5 \cr 0 & 2.5 \cdot 10^{-5} \end{bmatrix}"
    )
    assert writer(array, UNICODE).value("z1") == "[0.3333 -0.5; 0 2.5·10⁻⁵]"


def test_a_given_matrix_is_printed_as_it_was_given() -> None:
    written = replace(writer(np.array([[0.123456789, 1.0]]), UNICODE), givens=frozenset(["z1"]))
    assert written.value("z1") == "[0.123456789 1]"


def test_a_matrix_of_one_number_is_a_number() -> None:
    single = writer(np.array([[-0.25]]), UNICODE)
    assert (single.symbol("z1"), single.value("z1")) == ("Z₁", "-0.25")
    assert writer(np.array([[2.5e-5]]), LATEX).value("z1") == r"2.5 \cdot 10^{-5}"


def test_column_vectors_stand_upright_in_the_standard_notation() -> None:
    assert writer(np.array([[1.0, 2.0]]), UNICODE, "standard").value("z1") == "[1; 2]"
    assert writer(np.array([[1.0, 2.0]]), UNICODE, "pytorch").value("z1") == "[1 2]"


@pytest.mark.parametrize("notation", ["lesson", "standard", "pytorch"])
@pytest.mark.parametrize("shape", [(1, 40), (40, 1), (30, 30), (9, 2), (8, 8), (2, 3)])
@pytest.mark.parametrize("number", [1.0, 1234.5678])
def test_a_large_matrix_shows_its_ends_and_counts_the_rest(
    shape: tuple[int, int], notation: NotationName, number: float
) -> None:
    array = np.full(shape, number)
    for spelling in SPELLINGS:
        written = writer(array, spelling, notation)
        text = written.value("z1")
        assert text.count(f"{number:.4f}".removesuffix(".0000")) + written.left_out("z1") == array.size
        assert ("…" in text or "dots" in text) == (written.left_out("z1") > 0)
        assert len(text) < 1000


@pytest.mark.parametrize("style", SPELLINGS)
def test_rows_of_a_large_matrix_have_the_same_number_of_columns(style: Spelling) -> None:
    text = writer(np.ones((30, 30)), style).value("z1")
    rows = text.strip("[]").split(";") if style is UNICODE else text.split(r"\\")
    separator = None if style is UNICODE else "&"
    assert len({len(row.split(separator)) for row in rows}) == 1


def exact_text(number: object, spelling: Spelling = UNICODE) -> str | None:
    """Return the exact result of L beside `0.08`, if there is something to say."""
    task = load_task("lab_task_3")
    solution = solve(task, exact=True)
    one = solution.passes[0]
    assert one.exact is not None
    values = {**one.exact.values, "L": np.array([[number]], dtype=object)}
    exact_pass = type(one.exact)(one.exact.graph, values, one.exact.arithmetic)
    lines = LineWriter(one.worked, task.symbols(), 4, one.as_given, exact_pass)
    return line_exact(lines.line(one.worked.graph.step["L"], 0, 0), spelling)


def test_exact_results_are_fractions_and_short_closed_forms() -> None:
    assert exact_text(Fraction(2, 25)) == "2/25"
    assert exact_text(Fraction(-2, 25), LATEX) == r"-\frac{2}{25}"
    assert "exp(-7/10)" in str(exact_text(applied("sigmoid", Fraction(7, 10))))
    assert exact_text(applied("exp", Fraction(-1)), LATEX) == "e^{-1}"


def applied(function: str, number: Fraction) -> object:
    with np.errstate(all="ignore"):
        return EXACT.functions[function](np.array([[number]]))[0, 0]


def test_an_exact_result_of_too_many_digits_is_left_out() -> None:
    assert exact_text(Fraction(10**60 + 1, 10**60)) is None


def test_formulas_of_one_line_agree_in_every_spelling() -> None:
    task = task_with(activations=["sigmoid"], weights=[[[1], [2]]], biases=[[3]], x=[[1, 2]], y=[[1]])
    first = solve(task).first
    line = LineWriter(first, task.symbols(), 4, frozenset(first.graph.givens)).line(first.graph.step["z1"], 0, 0)
    texts = [unmarked(line_formula(line, task.symbols(), spelling)) for spelling in (LATEX, UNICODE, PLAIN)]
    assert texts == [
        r"w_{11} \cdot x_{1} + w_{12} \cdot x_{2} + \theta_{1}",
        "w₁₁·x₁ + w₁₂·x₂ + θ₁",
        "w11*x1 + w12*x2 + theta1",
    ]
