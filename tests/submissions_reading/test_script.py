"""Scripts: their text as Python reads it, and what is none."""

from __future__ import annotations

import codecs
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lab.submissions.program import Cell, Program
from backprop_lab.submissions.script import Script, script
from backprop_lab.submissions.text import LARGEST_TEXT
from tests.submissions_reading.files import complaint, refusal, submitted


def source(folder: Path, content: bytes) -> str:
    found = submitted(folder, "lab.py", content)
    assert isinstance(found, Script)
    (cell,) = found.program.cells
    return cell.source


def test_a_script_is_a_program_of_one_cell(tmp_path: Path) -> None:
    text = "x = 1\r\n\tif x:\n\n\x0c y = 2\n"
    assert submitted(tmp_path, "lab.py", text) == Script(Program((Cell(text),), "lab.py"))


@pytest.mark.parametrize(
    "content",
    [
        "θ = 'é'".encode(),
        codecs.BOM_UTF8 + "θ = 'é'".encode(),
        "θ = 'é'".encode("utf-16"),
        codecs.BOM_UTF16_BE + "θ = 'é'".encode("utf-16-be"),
        "θ = 'é'".encode("utf-32"),
    ],
)
def test_unicode_reads_with_and_without_a_byte_order_mark(tmp_path: Path, content: bytes) -> None:
    assert source(tmp_path, content) == "θ = 'é'"


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "gbk", "utf-8", "iso-8859-15", "cp1251"])
def test_a_coding_line_says_how_to_read(tmp_path: Path, encoding: str) -> None:
    letter = {"gbk": "权", "cp1251": "ж"}.get(encoding, "é")
    for head in (f"# -*- coding: {encoding} -*-\n", f"#!/usr/bin/env python\n# vim: set fileencoding={encoding} :\n"):
        text = f"{head}x = '{letter}'\n"
        assert source(tmp_path, text.encode(encoding)) == text


def test_a_coding_line_below_code_says_nothing(tmp_path: Path) -> None:
    text = "x = 'é'\n# coding: gbk\n"
    assert source(tmp_path, text.encode()) == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gbk", "# 学习率和权重\nx = 1\n"),
        ("cp1252", "# dérivée de l'été, à côté\nx = 1\n"),
        ("cp1252", "# entrée de la dérivation carrée\nx = 1\n"),
    ],
)
def test_older_encodings_are_guessed(tmp_path: Path, encoding: str, text: str) -> None:
    assert source(tmp_path, text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty: nothing to mark"),
        (b" \n\t\n", "is empty: nothing to mark"),
        (b"x = 1\ny = '\0'\n", "line 2: holds NUL bytes: not a text; save it as UTF-8"),
        ("x = 1".encode("utf-16-le"), "line 1: holds NUL bytes: not a text; save it as UTF-8"),
        (b"PK\x03\x04...", "is a zip archive and not a text; hand in the file itself"),
        (b"%PDF-1.7", "is a PDF and not a text; hand in the file itself"),
        (bytes(range(128, 256)) * 9, "line 1: is not UTF-8 text (byte 1); save it as UTF-8"),
        (codecs.BOM_UTF16_LE + b"x", "is not utf-16 text (byte 3); save it as UTF-8"),
        (b"# coding: ascii\nx = '\xe9'", "is not ascii text (byte 22); save it as UTF-8"),
        (b"# coding: klingon\nx", 'its first lines name the encoding "klingon", which there is not; use utf-8'),
        (b"# coding: punycode\nx", 'its first lines name the encoding "punycode", which there is not; use utf-8'),
        (b"# coding: rot13\nx", 'its first lines name the encoding "rot13", which is not of text; use utf-8'),
        (b"# coding: utf-16\nx = 1 ", "is not utf-16 text"),
        (b"x" * (LARGEST_TEXT + 1), "is larger than 2 MiB; leave out data and outputs"),
    ],
    ids=range(14),
)
def test_what_is_no_script_is_refused_in_one_line(tmp_path: Path, content: bytes, message: str) -> None:
    assert refusal(tmp_path, "lab.py", content).startswith(message)


@given(st.binary(max_size=300) | st.binary(max_size=60).map(lambda tail: b"# coding: gbk\n" + tail))
def test_any_bytes_are_a_script_or_refused(content: bytes) -> None:
    read = partial(script, content, Path("lab.py"))
    message = complaint(read)
    assert len(message) < 400
    assert message or "\0" not in read().program.cells[0].source
