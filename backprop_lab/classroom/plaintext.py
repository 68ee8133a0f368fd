"""Text of strangers where programs read it: spreadsheets and XML."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

_DROPPED = {"Cc", "Cs", "Cn", "Zl", "Zp"}
"""Categories of Unicode: controls, halves of characters, what is no character, and ends of lines."""
_STARTS_FORMULA = re.compile(r"(?:^|(?<=;))[^\w;]*?(?=[=+\-@])")


def plain(text: str) -> str:
    """Return text on one line, without what is no character; ends of lines and tabs become spaces."""
    return "".join(c for c in re.sub(r"[\t\n\r\u2028\u2029]", " ", text) if unicodedata.category(c) not in _DROPPED)


def cell(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: an apostrophe stands where one would begin.

    That is before = + - @, in any width, at the beginning or behind a semicolon, which parts the cells of a file in
    half of the world.
    """
    found = plain(text)
    starts = {match.start() for match in _STARTS_FORMULA.finditer("".join(_narrow(c) for c in found))}
    return "".join("'" * (at in starts) + c for at, c in enumerate(found))


def _narrow(character: str) -> str:
    """Return the usual form of a character of another width, if that is one character."""
    narrow = unicodedata.normalize("NFKC", character)
    return narrow if len(narrow) == 1 else character


def decimal(points: Fraction) -> str:
    """Return points as a decimal: exact where it ends, else rounded to 4 places, halves away from zero."""
    rest = points.denominator
    places = 0
    for prime in (2, 5):
        count = 0
        while rest % prime == 0:
            rest //= prime
            count += 1
        places = max(places, count)
    if rest != 1:
        places = 4
    scaled = int(abs(points) * 10**places + Fraction(1, 2))
    digits = f"{scaled:0{places + 1}d}"
    text = f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".") if places else digits
    return f"-{text}" if points < 0 and scaled else text
