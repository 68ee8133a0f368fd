from __future__ import annotations

from fractions import Fraction

from msgspec.structs import replace

from backprop_lab.classroom.row import Correction
from backprop_lab.classroom.stored import Entry, decode, encode
from backprop_lab.marking.marks import Caution, Corrected, Marks
from backprop_lab.marking.observations import Crash
from tests.classroom.gradebooks import MARKS, entry


def test_an_entry_comes_back_as_it_was() -> None:
    thirds = replace(
        MARKS.verdicts[0], points=Fraction(1, 3), corrected=Corrected("Ada", "2026-11-22T13:32:23Z", "…")
    )
    marks = replace(
        MARKS,
        verdicts=(thirds, *MARKS.verdicts[1:]),
        crash=Crash("NameError", "name 'δ' is not defined", 3, 1, "line 3"),
        cautions=(Caution("twice", ("w11",)),),
        work="program",
    )
    stored = entry(marks=marks, others=("b.py",), fingerprint=(1, 2**64 - 1), seconds=0.1)
    assert decode(encode(stored), Entry) == stored


def test_points_are_stored_exactly() -> None:
    third = replace(MARKS.verdicts[0], points=Fraction(3, 2), max_points=Fraction(1, 3))
    text = encode(entry(marks=Marks("ok", (third,))))
    assert '"points":"3/2"' in text
    assert '"max_points":"1/3"' in text


def test_names_that_are_no_text_can_be_stored() -> None:
    correction = Correction("z1", None, None, "right", "caf\udce9 \x00", "Ada", "2026-11-22T13:32:23Z")
    assert decode(encode(correction), Correction).note == "caf\\udce9 \x00"
    assert decode(encode(Entry("k", "d", "lab\udcff.py", Marks("unreadable"))), Entry).submission == "lab\\udcff.py"
