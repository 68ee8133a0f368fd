"""Answers in prose: Markdown, LaTeX and plain text."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lab.marking.observations import Answer, Where
from backprop_lab.solution import solve
from backprop_lab.submissions.names import spots_by_name
from backprop_lab.submissions.program import Cell
from backprop_lab.submissions.prose import read_prose
from backprop_lab.taskfile import load_task
from backprop_lab.writing.symbols import ascii_symbol, latex_symbol, unicode_symbol
from tests.submissions_reading.files import ends_in_time
from tests.submissions_reading.spelled import TASKS, entries, symbols_of


def found(text: str, *, latex: bool = False) -> list[tuple[str, float]]:
    """Return the single numbers that a text answers, by name."""
    return [(answer.where.name, answer.numbers[0]) for answer in read_prose([Cell(text)], latex=latex).answers]


@pytest.mark.parametrize("name", TASKS)
def test_every_symbol_that_is_written_gets_its_number(name: str) -> None:
    for symbol in symbols_of(name):
        for write in (latex_symbol, unicode_symbol, ascii_symbol):
            expected = [(ascii_symbol(symbol), -0.7)]
            assert found(f"{write(symbol)} = 0.1 - 0.8 = -0.7") == expected
            assert found(f"- the value ${write(symbol)} \\approx -0.7$.") == expected


@pytest.mark.parametrize(
    ("text", "name", "number"),
    [
        ("Z_1 = … = -0.7", "Z1", -0.7),
        ("$Z_1 = 1(0.2) + 0(0.4) + 1(-0.5) + (-0.4) = -0.7$", "Z1", -0.7),
        (r"\hat{y} = \max(0, 0.08) = 0.08", "yhat", 0.08),
        (r"\delta_3 \approx -0.92", "delta3", -0.92),
        (r"$w_{21}^{new} = w_{21} - 0.001(0) = -0.3$", "w21_new", -0.3),
        (r"$\frac{\partial L}{\partial w_{21}} = \delta_3 H_1 = (-0.92)(0) = 0$", "dw21", 0),
        ("E = ŷ − y = 0.08 − 1 = −0.92", "E", -0.92),
        (r"L = \frac{1}{2}(0.08-1)^2 = \frac{529}{1250}", "L", 0.4232),
        ("L = ½(−0.92)² = 0.4232 (rounded)", "L", 0.4232),
        (r"Z_1 = 4.38 \cdot 10^{-5}", "Z1", 4.38e-5),
        ("Z_1 = 0,08", "Z1", 0.08),
        ("Z_1 = -0.7.", "Z1", -0.7),
        ("Z_1 = -0.7 < 0", "Z1", -0.7),
        ("Z_1 = -0.7 volts", "Z1", -0.7),
        (r"Z_1 = -0.7 \text{ (unit 1)}", "Z1", -0.7),
        (r"Z_1 = -0.7 \quad (\text{hidden})", "Z1", -0.7),
        (r"Z_1 = -0.7 \tag{1}", "Z1", -0.7),
        (r"Z_1 = \boxed{-0.7}", "Z1", -0.7),
        (r"\boxed{Z_1 = -0.7}", "Z1", -0.7),
        (r"Z_1 = \textcolor{red}{-0.7}", "Z1", -0.7),
        ("Z_1 → -0.7", "Z1", -0.7),
        ("Error: -0.92", "Error", -0.92),
        (r"$Z_1 \sim -0.7$", "Z1", -0.7),
        ("Z_1 ~ -0.7", "Z1", -0.7),
        ("$Z_1~=~-0.7$", "Z1", -0.7),
        ("Z_1 = 0.2 x_1 = 0.7", "Z1", 0.7),
        ("Z_1 = 0.2 + bias x_1 = 0.7", "Z1", 0.7),
        ("da = 0.3", "da", 0.3),
        ("dL/da = 0.3", "da", 0.3),
        ("E = 0.5 error squared = 0.42", "E", 0.42),
        ("Z_1 = 0.5 times w_{11} = 0.7", "Z1", 0.7),
        ("Z_1 = 0.5 alpha w_{11} = 0.7", "Z1", 0.7),
        (r"Z_1 = \text{weight} \times \text{input} = -0.7", "Z1", -0.7),
        # what follows a number
        ("Z_1 = -0.7 — dead", "Z1", -0.7),
        ("Z_1 = -0.7 (1 point)", "Z1", -0.7),
        ("Z_1 = -0.7 [2 points]", "Z1", -0.7),
        ("Z_1 = -0.7  # dead, so H_1 = 0", "Z1", -0.7),
        ("Z_1 = -0.7 // dead since x_1 = 0", "Z1", -0.7),
        # marks of Markdown and HTML
        ("- **Z_1 = -0.7**", "Z1", -0.7),
        ("**$Z_1$** = **-0.7**", "Z1", -0.7),
        ("1. `Z1 = -0.7`", "Z1", -0.7),
        ("### (a) Z\\_1 = -0.7", "Z1", -0.7),
        ("Z<sub>1</sub> = <b>&minus;0.7</b>", "Z1", -0.7),
        ("$Z_1$ = $-0.7$", "Z1", -0.7),
        ("$Z_1$: $-0.7$", "Z1", -0.7),
        ("- **$Z_1$:** $-0.7$", "Z1", -0.7),
        ("Net input: $Z_1$: $-0.7$", "Z1", -0.7),
        ("Z_1 = *-0.7*", "Z1", -0.7),
        ("Z_1 = 1*0.2 + 1*(-0.9) = -0.7", "Z1", -0.7),
        ("Z_1 = <mark>-0.7</mark>", "Z1", -0.7),
        ("$Z_1 =$ $1(0.2)$ + $1(-0.9)$ = $-0.7$", "Z1", -0.7),
        # spaces of LaTeX
        (r"$Z_1\;=\;0.2\,-\,0.9\;=\;-0.7$", "Z1", -0.7),
        (r"$Z_1\ =\!-0.7$", "Z1", -0.7),
        (r"$\hat{y}\:=\>0.08$", "yhat", 0.08),
        (r"$L = 0.423\,2$", "L", 0.4232),
        # words before a symbol
        ("Net input of unit 1: Z_1 = -0.7", "Z1", -0.7),
        ("So the new w_{21} is = 0.4", "w21_new", 0.4),
        ("new w21 = 0.4", "w21_new", 0.4),
        ("w_{21} (new) = 0.4", "w21_new", 0.4),
        ("gradient of w_{21} = 0.3", "dw21", 0.3),
        ("gradient w21: 0.3", "dw21", 0.3),
        ("grad w21 = 0.3", "dw21", 0.3),
        (r"\text{gradient of } w_{21} = 0.3", "dw21", 0.3),
        (r"\text{new } w_{21} = 0.3", "w21_new", 0.3),
        (r"w_{21}^\text{new} = 0.3", "w21_new", 0.3),
        ("净输入 Z1 = -0.7", "Z1", -0.7),
        ("净输入Z1＝-0.7。", "Z1", -0.7),
        ("梯度 w21 = 0.3", "dw21", 0.3),
        ("Вход Z1 = -0.7", "Z1", -0.7),
        (r"\therefore \hat{y} = 0.08", "yhat", 0.08),
        # updates
        (r"w_{21} = w_{21} - \alpha g = -0.3 - 0.001(0) = -0.3", "w21_new", -0.3),
        (r"w_{21} \leftarrow -0.3", "w21_new", -0.3),
        ("w_{21} := 0.4 - 0.1 = 0.3", "w21_new", 0.3),
    ],
)
def test_the_last_number_of_a_chain_is_the_answer(text: str, name: str, number: float) -> None:
    assert found(text) == [(name, number)]


@pytest.mark.parametrize(
    "text",
    [
        "Z_1 = 0.2 + 0.1",
        "f(Z_1) = 0",
        "Z_1 = 5%",
        "Z_1 = 2 x_1",
        "Z_1 = 2 times x",
        "E = 0.5 — yhat",
        "f(Z_1, Z_2) = (0, 1)",
        "(Z_1, Z_2) = 0.5",
        "| Z_1 | Z_2 |\n|-|-|\n| 0.1 | 0.2 | 0.3 |",
        "x = 1, 0, 1",
        "Z_1, Z_2 = -0.7, 0.1",
        r"\Delta w_{21} = 0.1",
        r"w_{21} + \Delta w_{21} = 0.1",
        "2 Z_1 = 0.4",
        "= 0.4",
        "Z_1 is about -0.7",
        "| Z_1 | | |",
        "Z_1 = w_{11} x_1 = ?",
        "",
    ],
)
def test_what_is_no_plain_number_is_no_answer(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Z_1 = -0.7, Z_2 = 0.1",
        "Z_1 = 0.2 - 0.9 = -0.7; Z_2 = 0.1.",
        "Z_1 = -0.7. Z_2 = 0.1.",
        "$Z_1 = -0.7$ and $Z_2 = 0.1$",
        "$Z_1 = -0.7$ $Z_2 = 0.1$",
        r"Z_1 = -0.7 \quad Z_2 = 0.1",
        r"$Z_1 = -0.7,\; Z_2 = 0.1$",
        r"Z_1 = -0.7 \text{ and } Z_2 = 0.1",
        r"Z_1 = -0.7 \text{ sowie } Z_2 = 0.1",
        "Z_1 = -0.7 wie auch Z_2 = 0.1",
        "Z1＝-0.7，Z2＝0.1。",
        "Z1：-0.7；Z2：0.1",
        "Z1 = -0.7 而 Z2 = 0.1",
        "(Z_1, Z_2) = (-0.7, 0.1)",
        r"$$\begin{bmatrix} Z_1 \\ Z_2 \end{bmatrix} = \left[\begin{array}{c} -0.7 \\ 0.1 \end{array}\right]$$",
        "Z_1 = -0.7 ⇒ Z_2 = 0.1",
        "Z1=-0.7 Z2=0.1",
        "Z_1 = -0.7 Z_2 = 0.1",
        "Z1: -0.7\nZ2: 0.1",
        "Z_1 = 0.2 +\n  = -0.7\nZ_2\n = 0.1",
        "$$\nZ_1 = 0.2\n+ 0.1\n= -0.7\n$$\n$$Z_2 = 0.1$$",
        "\\begin{aligned}\nZ_1 &= 0.2 - 0.9 \\\\\n&= -0.7 \\\\[2pt]\nZ_2 &= 0.1\n\\end{aligned}",
        "\\begin{align*} Z_1 &= 0.2 \\\\ &\\quad - 0.9 = -0.7 \\\\ Z_2 &= 0.1 \\end{align*}",
        "\\[ Z_1 = -0.7 \\qquad Z_2 = 0.1 \\]",
        "| Symbol | Value |\n|:---|---:|\n| $Z_1$ | -0.7 |\n| **Z_2** | 0.1 |",
        "| Unit | Symbol | Working | Value |\n|-|-|-|-|\n| 1 | Z_1 | 0.2 - 0.9 | -0.7 |\n| 2 | Z_2 | 0 + 0.1 | 0.1 |",
        "| $Z_1$ | $Z_2$ |\n|---|---|\n| -0.7 | 0.1 |",
        "| $Z_1 = -0.7$ | $Z_2 = 0.1$ |",
        "| Symbol | Value | Points |\n|-|-|-|\n| Z_1 | -0.7 | 2 |\n| Z_2 | 0.1 | 1 |",
        "| Symbol | Value |\n|-|-|\n| Z_1 | $1(0.2) + 1(-0.9) = -0.7 < 0$ |\n| Z_2 | $= 0.1$ |",
        "| Symbol | Value | Points |\n|-|-|-|\n| **Hidden layer** | | |\n| Z_1 | -0.7 | 2 |\n| Z_2 | 0.1 | 1 |",
        "| Z_1 | forward | -0.7 |\n| Z_2 | forward | 0.1 |",
        "| Symbol | From | Value |\n|-|-|-|\n| Z_1 | net input | -0.7 |\n| Net input Z_2 | | 0.1 |",
        "| Z_1 | -0.7 | Z_2 | 0.1 |",
        "Symbol | Value\n--- | ---\nZ1 | -0.7\nZ2 | 0.1",
        "Symbol|Working|Value\n---|---|---\nZ1|0.2-0.9|-0.7\nZ2|0.1|0.1",
        "<table><tr><th>Symbol<th>Value</tr>\n<tr>\n<td>Z_1</td>\n<td>-0.7</td>\n</tr><tr><td>Z_2</td><td>0.1</td></tr>",
        "\\begin{tabular}{lc}\n\\hline\n$Z_1$ & $-0.7$ \\\\\n$Z_2$ & $0.1$ \\\\\n\\end{tabular}",
    ],
)
def test_several_answers_are_told_apart(text: str) -> None:
    assert found(text) == [("Z1", -0.7), ("Z2", 0.1)]


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        (
            "| Weight | Old | $\\partial L/\\partial w$ | New |\n|-|-|-|-|\n| $w_{21}$ | 0.4 | 0.1 | 0.3 |",
            [("w21", 0.4), ("dw21", 0.1), ("w21_new", 0.3)],
        ),
        (
            "| Weight | Value | Gradient | From | Updated |\n|-|-|-|-|-|\n| w_{21} | 0.4 | 0.1 | $\\delta_3$ | 0.3 |",
            [("w21", 0.4), ("dw21", 0.1), ("w21_new", 0.3)],
        ),
        ("| Weight | Gradient |\n|-|-|\n| $w_{21}$ | 0.1 |", [("dw21", 0.1)]),
        ("| Weight | Gradient |\n|-|-|\n| $\\frac{\\partial L}{\\partial w_{21}}$ | 0.1 |", [("dw21", 0.1)]),
        ("| Weight | New |\n|-|-|\n| $w_{21}^{new}$ | 0.1 |", [("w21_new", 0.1)]),
        ("| Quantity | Value |\n|-|-|\n| New weight $w_{21}$ | 0.3 |", [("w21_new", 0.3)]),
        (
            "| | $w_{21}$ | $w_{22}$ |\n|-|-|-|\n| Gradient | 0.1 | 0.2 |\n| New | 0.3 | 0.4 |",
            [("dw21", 0.1), ("dw22", 0.2), ("w21_new", 0.3), ("w22_new", 0.4)],
        ),
        ("| Symbol | From | Value |\n|-|-|-|\n| yhat | H_3 | 0.08 |", [("yhat", 0.08)]),
        ("| yhat | the output | 0.08 |", [("yhat", 0.08)]),
    ],
)
def test_a_table_says_in_its_header_what_its_columns_are(text: str, answers: list[tuple[str, float]]) -> None:
    assert found(text) == answers


@pytest.mark.parametrize(
    "text",
    [
        "$$\n\nZ_1 = -0.7\nH_1 = 0",
        "\\begin{align}\n  \nZ_1 &= -0.7\nH_1 &= 0\n\\end{align}",
        "\\begin{document}\nZ_1 = -0.7\nH_1 = 0\n\\end{document}",
        "\\begin{itemize}\n\\item Z_1 = -0.7\n\\item H_1 = 0\n\\end{itemize}",
        "\\begin{enumerate}\n\\item Z_1 = -0.7\n\\item H_1 = 0\n\\end{enumerate}",
    ],
)
def test_a_line_ends_where_no_formula_goes_on(text: str) -> None:
    assert found(text) == [("Z1", -0.7), ("H1", 0)]


def test_what_a_number_is_compared_with_is_no_part_of_it() -> None:
    for text in ("| Z_1 | $1(0.2) + 1(-0.9) = -0.7 < 0$ |", "$Z_1 = -0.7 < 0$"):
        (answer,) = read_prose([Cell(text)]).answers
        assert answer.numbers == (-0.7,)


def test_bars_in_formulas_make_no_table() -> None:
    assert found("Z_1 = |-0.7| = 0.7") == [("Z1", 0.7)]
    assert found("$Z_1 = 0.2 + |w| | 1 | = 0.7$") == [("Z1", 0.7)]
    assert found("$$Z_1 = 0.2 + | 1 | = 0.7$$") == [("Z1", 0.7)]


def test_the_line_of_a_row_of_an_html_table_is_told() -> None:
    text = "<table>\n<tr><td>Z_1</td>\n<td>-0.7</td></tr>\n<tr><td>Z_2</td><td>0.1</td></tr>\n</table>\nZ_3 = 1"
    assert [answer.where.line for answer in read_prose([Cell(text)]).answers] == [2, 4, 6]


def test_an_arrow_to_words_ends_a_chain() -> None:
    assert found("H_1 = max(0, -0.7) = 0 → dead unit") == [("H1", 0)]


@pytest.mark.parametrize("word", ["since", "because", "as", "if", "und", "da", "weil", "porque", "car", "因为"])
@pytest.mark.parametrize("frame", ["{}", "\\text{{ {} }}"])
def test_a_reason_is_another_chain(frame: str, word: str) -> None:
    assert found(f"$H_1 = 0 {frame.format(word)} Z_1 = -0.7$") == [("H1", 0), ("Z1", -0.7)]
    assert found(f"$H_1 = 0 {frame.format(word)} w_{{11}} x_1 + b = -0.7$")[0] == ("H1", 0)


def test_signs_of_equality_close_to_a_symbol_begin_another_chain() -> None:
    assert found("Z1=-0.7 H1=0") == [("Z1", -0.7), ("H1", 0)]
    assert found("Z_1 = -0.7 Z_2 = 0") == [("Z1", -0.7), ("Z2", 0)]


def test_a_symbol_given_twice_comes_twice() -> None:
    assert found("Z_1 = -0.7\n\nCorrection: Z_1 = 0.1") == [("Z1", -0.7), ("Z1", 0.1)]


@pytest.mark.parametrize(
    "matrix",
    [
        r"\begin{bmatrix} 0.2 & -0.3 \\ 0.4 & 0.1 \end{bmatrix}",
        "\\begin{pmatrix}\n0.2 & -0.3 \\\\\n0.4 & 0.1\n\\end{pmatrix}",
        "[[0.2, -0.3], [0.4, 0.1]]",
        "\n[[0.2, -0.3],\n [0.4, 0.1]]",
    ],
)
@pytest.mark.parametrize(
    "frame", ["$W_h = {}$", "$$\n\\mathbf{{W}}_h = {}\n$$", "W_h = {}", "\\begin{{align}}W_h &= {}\\end{{align}}"]
)
def test_a_matrix_is_an_answer(frame: str, matrix: str) -> None:
    (answer,) = read_prose([Cell(frame.format(matrix))]).answers
    assert (answer.where.name, answer.shape, answer.numbers) == ("Wh", (2, 2), (0.2, -0.3, 0.4, 0.1))


def test_the_line_and_the_cell_of_a_chain_are_told() -> None:
    matrix = "\\begin{bmatrix} 1 \\\\\n 2 \\end{bmatrix}"
    aligned = f"\\begin{{aligned}}\nZ_1 &= {matrix} \\\\\nZ_2 &= 1 \\\\\n &= 0.10\n\\end{{aligned}}"
    text = f"# Lab\n\n$$\n{aligned}\n$$\n| Z_3 | 0.08 |"
    first, second, third = read_prose([Cell(text, 4)]).answers
    assert [answer.where for answer in (first, second, third)] == [
        Where("Z1", 5, 4),
        Where("Z2", 7, 4),
        Where("Z3", 11, 4),
    ]
    assert second == Answer(Where("Z2", 7, 4), (), (0.1,), (0.01,))


def test_comments_of_latex_are_left_out() -> None:
    assert found("Z_1 = -0.7 % = 3\n% Z_2 = 1", latex=True) == [("Z1", -0.7)]


def test_a_number_that_is_not_finite_is_an_answer() -> None:
    ((name, number),) = found("Z_1 = nan")
    assert name == "Z1"
    assert math.isnan(number)


@pytest.mark.parametrize("name", ["lab_task_3", "mazur", "geoj_softmax", "three_class_softmax", "three_layer"])
def test_a_worked_solution_handed_in_answers_every_number(name: str) -> None:
    task = load_task(name)
    names, values = spots_by_name(task), solve(task).first.values
    text = (Path(__file__).parents[2] / "solutions" / f"{name}.md").read_text(encoding="utf-8")
    answers = read_prose([Cell(text)]).answers
    found = {
        target: answer
        for answer, target in zip(answers, names.targets(answers), strict=True)
        if target is not None and target[1] is not None
    }
    assert set(found) >= {target for _, target in entries(task, task.notation)}
    for (step, row, column), answer in found.items():
        assert answer.numbers[0] == pytest.approx(values[step][row, column], abs=0.51 * answer.units[0] + 1e-12)


LONG = ["\\text{" + "a" * 2000, "\\text{a " + "b " * 2000, "Z_1 = " + "1" * 2000 + " ", "\\boxed{" + "a" * 150]
HOSTILE = [
    "Z_1 = ",
    "$",
    "\\begin{bmatrix}",
    "(",
    "|",
    "a:",
    "a ",
    "\\frac{",
    "**",
    "<sub>",
    "1 ",
    "=1",
    "\\text{a ",
    "_",
    "- ",
    "& ",
]
HOSTILE += [
    "Z=1 ",
    "\\boxed{",
    "\\boxed{{}",
    ", ",
    "\n",
    "$$\n",
    "\\begin{a}",
    "Z=1,",
    "| Z | 1 |\n",
    " ",
    "Z=[\n",
    "{",
    "&#1",
    "`",
    "\\\\",
    "+$",
    "a|b\n",
    "<tr><td>1",
    "*a",
    "= 1 aa Z_1 ",
    " # ",
    "因",
]


def test_texts_of_one_piece_repeated_are_read_in_time() -> None:
    texts = [f"Z=1{piece * (100_000 // len(piece))}" for piece in HOSTILE + LONG]
    assert ends_in_time(read_prose, [Cell(text) for text in texts])


def test_a_part_that_grows_piece_by_piece_is_read_in_time() -> None:
    assert ends_in_time(read_prose, [Cell("Z=1" + "+$" * 1_500_000)])


def test_a_part_that_is_longer_than_any_value_is_no_answer() -> None:
    assert found(f"Z_1 = {'0.2 + ' * 2_000} 0.1 = 0.5") == [("Z1", 0.5)]
    assert found(f"Z_1 = {'0.2 ' * 2_000}") == []
    assert found(f"{'word ' * 1_000} Z_1 = 0.5") == []


@given(
    st.text(max_size=200)
    | st.text("Z_1=$\\begin{matrix}frac&|\n,;.0-≈→ newtext()[]", max_size=200)
    | st.lists(st.sampled_from(HOSTILE)).map("".join)
)
def test_any_text_has_answers_or_none(text: str) -> None:
    for answer in read_prose([Cell(text)], latex=True).answers:
        assert answer.where.name.isascii()
        assert answer.where.line is not None
        assert 1 <= answer.where.line <= len(text.splitlines()) + 1
