"""A name for files of a student is safe everywhere, and nobody else's."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lab.classroom.filenames import LONGEST, file_name

SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
HOSTILE = st.one_of(
    st.text(alphabet=st.characters()),
    st.text(alphabet="aAbB.-_/\\: ", max_size=6),
    st.sampled_from([*DEVICES, "CON.txt", "..", ".", "", "=cmd()", "<script>", "../../x", "x" * 500, "a\0b"]),
    st.builds(file_name, st.text(alphabet="aA. ", max_size=3)),
)


def is_safe(name: str) -> bool:
    return (
        SAFE.fullmatch(name) is not None
        and len(name) <= LONGEST
        and not name.endswith(".")
        and name.split(".")[0].lower() not in DEVICES
    )


@pytest.mark.parametrize("id", ["1234567", "00123", "jdoe", "j.doe-2_b", "x" * LONGEST])
def test_a_plain_id_is_its_own_name(id: str) -> None:  # noqa: A002
    assert file_name(id) == id


@pytest.mark.parametrize(
    ("id", "start"),
    [
        ("Jörg Müller", "Jorg_Muller-"),
        ("S1234567", "S1234567-"),
        ("../../etc/passwd", "_.._etc_passwd-"),
        ("con", "_con-"),
        ("com1.txt", "_com1.txt-"),
        ("", "_-"),
        ("王", "_-"),
        (".hidden", "hidden-"),
        ("a.", "a.-"),
        ("x" * 121, "x" * 102 + "-"),
    ],
)
def test_another_id_stays_readable_and_gets_a_digest(id: str, start: str) -> None:  # noqa: A002
    assert re.fullmatch(re.escape(start) + "[0-9a-f]{16}", file_name(id))


@given(HOSTILE)
def test_every_name_is_safe(id: str) -> None:  # noqa: A002
    assert is_safe(file_name(id))
    assert file_name(id) == file_name(id)


@given(HOSTILE, HOSTILE)
def test_two_ids_have_two_names(one: str, other: str) -> None:
    assert (file_name(one).casefold() == file_name(other).casefold()) == (one == other)


@given(HOSTILE)
def test_the_name_of_an_id_is_not_that_of_the_id_it_looks_like(id: str) -> None:  # noqa: A002
    for alike in {file_name(id), file_name(id).lower(), id.lower(), id.upper(), f"{id} "} - {id}:
        assert file_name(alike).lower() != file_name(id).lower()
