"""Letters in LaTeX documents beyond those of the usual fonts: which are printed, and what pdfTeX is told of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache

_LAST_LATIN = 0x17F
_NOT_IN_T1 = "ĦħĸĿŀŉŦŧſ"
_MARKS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0306": "u", "\u0307": ".",
    "\u0308": '"', "\u030a": "r", "\u030b": "H", "\u030c": "v", "\u0323": "d", "\u0327": "c", "\u0328": "k",
    "\u0326": "textcommabelow", "\u0331": "b",
}  # fmt: skip
_HIGH = (
    "ÀÁÃẢẠÂẦẤẪẨẬĂẰẮẴẲẶÈÉẼẺẸÊỀẾỄỂỆÌÍĨỈàáãảạâầấẫẩậăằắẵẳặèéẽẻẹêềếễểệìíĩỉ"
    "ỊÒÓÕỎỌÔỒỐỖỔỘƠỜỚỠỞỢÙÚŨỦỤƯỪỨỮỬỰỲÝỸịòóõỏọôồốỗổộơờớỡởợùúũủụưừứữửựỳýỹ"
)
_VIETNAMESE = {letter: slot for slot, letter in (*enumerate("ỶỷỴỵ", 26), *enumerate(_HIGH, 128))}
"""Places in the font encoding T5."""


@cache
def is_latin(character: str) -> bool:
    """Tell whether a character is among those of the usual font encoding, T1."""
    return ord(character) <= _LAST_LATIN and character not in _NOT_IN_T1


@cache
def spelled(character: str) -> str | None:
    """Return what pdfTeX sets a letter by: nothing where an encoding is to know it, None where none does."""
    if character in _VIETNAMESE:
        return rf"\vietnamese{{{_VIETNAMESE[character]}}}"
    if unicodedata.name(character, "").startswith("GREEK ") and character.isalpha():
        return ""
    decomposed = unicodedata.normalize("NFD", character)
    base, marks = decomposed[0], decomposed[1:]
    if not (marks and base.isascii() and base.isalpha() and all(mark in _MARKS for mark in marks)):
        return None
    for mark in marks:
        base = rf"\{_MARKS[mark]}{{{base}}}"
    return base


def beyond_latin(texts: Iterable[str]) -> dict[str, str]:
    """Return the letters of some texts that pdfTeX must be told of, with what it sets them by."""
    characters = sorted(set("".join(unicodedata.normalize("NFC", text) for text in texts)))
    found = ((character, spelled(character)) for character in characters if not is_latin(character))
    return {character: latex for character, latex in found if latex is not None}
