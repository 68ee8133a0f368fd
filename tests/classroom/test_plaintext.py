from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backprop_lab.classroom.plaintext import cell, decimal, plain

ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=40)
TRICKY_TEXT = st.text(st.sampled_from("=+-@＝＋－＠﹣ ;'\"\t\r\n\x00\u200b\u2028aé\ud800"), max_size=12)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ana Lopez-Ruiz", "Ana Lopez-Ruiz"),
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("  =1+1", "'  =1+1"),
        ("\t=1+1", "' =1+1"),
        ("\r+1", "' +1"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1", "'＝1"),
        ("\u200b=1", "'\u200b=1"),
        ('"=1', "'\"=1"),
        ("a;=1;; -2", "a;'=1;;' -2"),
        ("a\x00\x1b[31mb\ud800", "a[31mb"),
        ("", ""),
    ],
)
def test_a_cell_of_text_is_no_formula(text: str, expected: str) -> None:
    assert cell(text) == expected


@given(ANY_TEXT | TRICKY_TEXT)
@example("a;\x00=1")
def test_no_part_of_a_cell_begins_as_a_formula_does(text: str) -> None:
    found = cell(text)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in found)
    for part in found.split(";"):
        first = re.sub(r"^[\s\"\u200b]+", "", part)[:1]
        assert unicodedata.normalize("NFKC", first) not in ("=", "+", "-", "@")
    assert found.replace("'", "") == plain(text).replace("'", "")


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        (Fraction(0), "0"),
        (Fraction(30), "30"),
        (Fraction(5, 2), "2.5"),
        (Fraction(1, 1024), "0.0009765625"),
        (Fraction(1, 3), "0.3333"),
        (Fraction(2, 3), "0.6667"),
        (Fraction(100001, 6), "16666.8333"),
        (Fraction(-1, 8), "-0.125"),
        (Fraction(-1, 70_000), "0"),
        (Fraction(10**20 + 1, 10), "10000000000000000000.1"),
    ],
)
def test_points_are_exact_decimals_where_these_end(points: Fraction, expected: str) -> None:
    assert decimal(points) == expected


@given(st.fractions(max_denominator=10**6))
def test_no_decimal_is_further_off_than_half_of_its_last_place(points: Fraction) -> None:
    assert abs(Fraction(decimal(points)) - points) <= Fraction(1, 20_000)
