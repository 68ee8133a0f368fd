"""Names of people and files as they can be shown and compared."""

from __future__ import annotations

import re
import unicodedata

from backprop_lab.errors import escaped

_WORD = re.compile(r"[^\W_]+")
_MOST_GLUED = 12
"""Words of a name that may be glued together; nobody has more."""


def shown(name: str) -> str:
    """Return a name of a file or folder as text that can be printed and written as UTF-8."""
    return escaped(unicodedata.normalize("NFC", name))


def unaccented(text: str) -> str:
    """Return a text with its letters without accents: ü is u."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def folded(text: str) -> str:
    """Return an id or a user name as it is compared, whatever its case."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def local_part(text: str) -> str:
    """Return what stands before the @ of an address, as it is compared; all of a text that is none."""
    return folded(text).rpartition("@")[0] or folded(text)


def words(name: str) -> list[str]:
    """Return the words of a name as they are compared, without accents, case and punctuation."""
    return _WORD.findall(unaccented(unaccented(name).casefold()))


def spellings(name: str) -> set[str]:
    """Return how a file may spell a person's name: its words in any order, or glued together from any of them on.

    Canvas glues them from the family name on: `vanderdoejane` for `Jane van der Doe`.
    """
    parts = words(name)
    turns = range(len(parts)) if len(parts) <= _MOST_GLUED else range(0)
    return ({" ".join(sorted(parts))} | {"".join(parts[turn:] + parts[:turn]) for turn in turns}) - {""}


def spelt(name: str) -> set[str]:
    """Return what a name in a file is to be looked up by among the spellings of people's names."""
    parts = words(name)
    return {" ".join(sorted(parts)), "".join(parts)} - {""}
