from __future__ import annotations

import re

import pytest

from backprop_lab.engine.network import Network, Update, graph
from backprop_lab.writing.notation import NOTATIONS, Notation, NotationName, Symbol
from backprop_lab.writing.symbols import (
    ascii_symbol,
    html_symbol,
    latex_number,
    latex_symbol,
    unicode_number,
    unicode_symbol,
)

SPELLED = [
    (Symbol("w", (1, 2)), "w_{12}", "w₁₂", "w12"),
    (Symbol("w", (1, 12)), "w_{1,12}", "w₁,₁₂", "w1_12"),
    (Symbol("theta", (3,)), r"\theta_{3}", "θ₃", "theta3"),
    (Symbol("theta", (13,)), r"\theta_{13}", "θ₁₃", "theta13"),
    (Symbol("y", hat=True), r"\hat y", "ŷ", "yhat"),
    (Symbol("y", (2,), sample="3", hat=True), r"\hat y_{2}^{(3)}", "ŷ⁽³⁾₂", "yhat2_s3"),
    (Symbol("a", (1,), layer="2"), "a_{1}^{[2]}", "a[²]₁", "a2_1"),
    (Symbol("a", (1,), layer="2", sample="3"), "a_{1}^{[2] (3)}", "a[²]⁽³⁾₁", "a2_1_s3"),
    (Symbol("W", ("h",)), "W_{h}", "Wₕ", "Wh"),
    (Symbol("w", (1, 1), role="new"), r"w_{11}^{\text{new}}", "w₁₁ⁿᵉʷ", "w11_new"),
    (Symbol("b", (1,), layer="2", role="new"), r"b_{1}^{[2]\text{ new}}", "b[²]₁ⁿᵉʷ", "b2_1_new"),
    (Symbol("w", (1, 1), role="gradient"), r"\frac{\partial L}{\partial w_{11}}", "∂L/∂w₁₁", "dw11"),
    (
        Symbol("x", (1,), sample="2", role="gradient"),
        r"\frac{\partial L}{\partial x_{1}^{(2)}}",
        "∂L/∂x⁽²⁾₁",
        "dx1_s2",
    ),
    (Symbol("w", (1, 1), role="velocity"), "v_{w_{11}}", "v(w₁₁)", "vw11"),
    (Symbol("w", (1, 1), role="old_velocity"), r"v_{w_{11}}^{\text{old}}", "v(w₁₁)ᵒˡᵈ", "vw11_old"),
    (Symbol("alpha"), r"\alpha", "α", "alpha"),
    (Symbol("L"), "L", "L", "L"),
    (Symbol("fc1.weight", (0, 1), code=True), r"\texttt{fc1.weight}[0,1]", "fc1.weight[0,1]", "fc1.weight[0,1]"),
    (Symbol("weight_decay", code=True), r"\texttt{weight\_decay}", "weight_decay", "weight_decay"),
]


@pytest.mark.parametrize(("symbol", "latex", "unicode", "ascii_"), SPELLED, ids=lambda part: str(part)[-20:])
def test_a_symbol_has_three_spellings(symbol: Symbol, latex: str, unicode: str, ascii_: str) -> None:
    assert (latex_symbol(symbol), unicode_symbol(symbol), ascii_symbol(symbol)) == (latex, unicode, ascii_)


@pytest.mark.parametrize(
    ("symbol", "html"),
    [
        (Symbol("w", (1, 12)), "<i>w</i><sub>1,12</sub>"),
        (Symbol("y", (2,), sample="3", hat=True), "<i>ŷ</i><sub>2</sub><sup>(3)</sup>"),
        (Symbol("delta", (1,), layer="2"), "<i>δ</i><sub>1</sub><sup>[2]</sup>"),
        (Symbol("w", (1, 1), role="new"), "<i>w</i><sub>11</sub><sup>new</sup>"),
        (Symbol("b", (1,), layer="2", role="new"), "<i>b</i><sub>1</sub><sup>[2] new</sup>"),
        (Symbol("w", (1, 1), role="gradient"), "∂<i>L</i>/∂<i>w</i><sub>11</sub>"),
        (Symbol("w", (1, 1), role="velocity"), "<i>v</i>(<i>w</i><sub>11</sub>)"),
        (Symbol("w", (1, 1), role="old_velocity"), "<i>v</i>(<i>w</i><sub>11</sub>)<sup>old</sup>"),
        (Symbol("fc1.weight", (0, 1), code=True), "<code>fc1.weight[0,1]</code>"),
    ],
)
def test_html_has_indices_below_and_above(symbol: Symbol, html: str) -> None:
    assert html_symbol(symbol) == html


@pytest.mark.parametrize(
    ("printed", "latex", "unicode"),
    [
        ("0.08", "0.08", "0.08"),
        ("-3", "-3", "-3"),
        ("4.38e-05", r"4.38 \cdot 10^{-5}", "4.38·10⁻⁵"),
        ("-1.235e+20", r"-1.235 \cdot 10^{20}", "-1.235·10²⁰"),
        ("4e-10", r"4 \cdot 10^{-10}", "4·10⁻¹⁰"),
    ],
)
def test_powers_of_ten_are_written_out(printed: str, latex: str, unicode: str) -> None:
    assert (latex_number(printed), unicode_number(printed)) == (latex, unicode)


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("samples", [1, 2])
def test_answer_sheets_and_programs_get_plain_ascii_names(notation: NotationName, samples: int) -> None:
    network = Network((11, 12, 2), ("relu", "softmax"), "cross_entropy", samples, update=Update(momentum=True))
    symbols = Notation(notation, network.sizes, samples)
    for name, (rows, columns) in graph(network, first_pass=False).shapes.items():
        for symbol in (symbols.matrix(name), symbols.entry(name, rows - 1, columns - 1)):
            assert re.fullmatch(r"[A-Za-z][\w.]*(\[\d+(,\d+)?\])?", ascii_symbol(symbol), re.ASCII)
            assert latex_symbol(symbol).isascii()
            assert latex_symbol(symbol).count("{") == latex_symbol(symbol).count("}")
