"""Symbols in LaTeX, Unicode and ASCII come out in one spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lab.submissions.symbols import LONGEST_SYMBOL, ascii_name
from backprop_lab.writing.symbols import ascii_symbol, latex_symbol, unicode_symbol
from tests.submissions_reading.spelled import TASKS, symbols_of


@pytest.mark.parametrize("name", TASKS)
def test_every_symbol_that_is_written_reads_back_in_ascii(name: str) -> None:
    for symbol in symbols_of(name):
        for write in (latex_symbol, unicode_symbol, ascii_symbol):
            assert ascii_name(write(symbol)) == ascii_symbol(symbol), write(symbol)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Z_1", "Z1"),
        ("$Z_{1}$", "Z1"),
        ("Z₁", "Z1"),
        (r"\hat{y}", "yhat"),
        (r"\hat y_1", "yhat1"),
        ("ŷ", "yhat"),
        ("y\u0302", "yhat"),
        ("y_hat", "yhat"),
        ("θ", "theta"),
        (r"\vartheta_3", "theta3"),
        ("δ₃", "delta3"),
        (r"\mathbf{W}_h", "Wh"),
        ("z^{[1]}_2", "z1_2"),
        ("z_2^{[1]}", "z1_2"),
        ("W^{(1)}_{12}", "W1_12"),
        ("𝑤₂₁", "w21"),
        ("𝜃_3", "theta3"),
        (r"E_{\text{total}}", "Etotal"),
        ("w_{2,1}", "w21"),
        ("w_{1,10}", "w1_10"),
        (r"\texttt{fc1.weight.grad}[0, 1]", "fc1.weight.grad[0,1]"),
        # new values
        (r"\theta_3^{new}", "theta3_new"),
        (r"w_{21}^{\text{new}}", "w21_new"),
        (r"w_{21}^{(\text{new})}", "w21_new"),
        (r"w_{21,\text{new}}", "w21_new"),
        ("w'_{21}", "w21_new"),
        ("w_{21}'", "w21_new"),
        (r"w_{21}^{\prime}", "w21_new"),
        ("w_{21}^{+}", "w21_new"),
        ("w_{21}^{(t+1)}", "w21_new"),
        ("w_{21} (new)", "w21_new"),
        ("new w21", "w21_new"),
        ("w21_updated", "w21_new"),
        ("w_{21(new)}", "w21_new"),
        (r"w_{21(\text{new})}", "w21_new"),
        ("w_{21}^{(t)}", "w21"),
        # gradients
        (r"\frac{\partial L}{\partial w_{21}}", "dw21"),
        (r"\dfrac{\partial \mathcal{L}}{\partial w_{21}}", "dw21"),
        (r"\frac{dE}{dw_{21}}", "dw21"),
        ("∂L/∂w21", "dw21"),
        ("𝜕𝐿/𝜕𝑤_21", "dw21"),
        (r"\frac{\mathrm{d}L}{\mathrm{d}w_{21}}", "dw21"),
        (r"\frac{\partial E_{\text{total}}}{\partial w_{21}}", "dw21"),
        ("dL/dw_21", "dw21"),
        (r"\partial L / \partial \theta_3", "dtheta3"),
        (r"\nabla w_{21}", "dw21"),
        (r"\nabla_{w_{21}} L", "dw21"),
        (r"v_{w_{11}}", "vw11"),
    ],
)
def test_a_symbol_is_spelled_in_ascii(text: str, name: str) -> None:
    assert ascii_name(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2x",
        "foo bar",
        "f(Z_1)",
        "x^2",
        "H_1^T",
        r"\Delta w_{21}",
        "Δw21",
        "w_{21} - 1",
        "Z_1 <",
        "Z_",
        "Z_{1",
        "-Z_1",
        r"\frac{\partial z_1}{\partial w_{21}}",
        r"\max(0, Z_1)",
        "w_{21}^*",
        "w_{21}^{*}",
        "Z" * (LONGEST_SYMBOL + 1),
    ],
)
def test_what_is_not_one_symbol_has_no_name(text: str) -> None:
    assert ascii_name(text) is None


@given(st.text(max_size=40) | st.text("\\frac{}∂partial L/dw_^[]()12'ŷθnew", max_size=LONGEST_SYMBOL))
def test_any_text_has_a_name_in_ascii_or_none(text: str) -> None:
    name = ascii_name(text)
    assert name is None or (name.isascii() and name.isprintable())
