r"""Read numbers as people write them: `0.08`, `-.7`, `0,08`, `1,5·10^-3`, `2/25`, `\frac{2}{25}`.

Commas: where a number has both a comma and a point, the last of them is the decimal one (`1.234,5` and `1,234.5`).
A single comma is a decimal comma, also before three digits: the values of these labs are small, so `0,125` is an
eighth. Several commas, or several points, separate thousands and stand before three digits each.
"""

from __future__ import annotations

import math
import re
import unicodedata

from msgspec import Struct

LONGEST_NUMBER = 120
"""Characters of a number with all that LaTeX puts around it; a float64 needs no more than 25."""

_DASH = re.compile(r"[‐‑—](?=[\d.,])")
_SIGNS = str.maketrans({**dict.fromkeys("−–‒﹣－", "-"), "＋": "+", "⁄": "/", "∕": "/", "÷": "/", "٫": "."})
_NO_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2006\u2007\u2008\u2009\u200a\u200b\u202f\u2060"))
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_RAISED = re.compile(r"[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_LATEX_SPACE = re.compile(r"\\[,;:! ]|\\(?:quad|left|right|displaystyle)(?![a-zA-Z])|[~$]")
_AROUND = re.compile(r"^(?:=|≈|≃|\\approx(?![a-z])|\\simeq(?![a-z]))\s*")
_AFTER = re.compile(r"(?<=\d)\s*(?:…|\.{3}|\\[lc]?dots)$")
_NEGATIVE = re.compile(r"[+-]\s*\((.+)\)")
_FRACTION = re.compile(r"([+-]?)\s*\\[cdt]?frac\s*(?:\{([^{}]+)\}|(\d))\s*(?:\{([^{}]+)\}|(\d))")
_POWER = re.compile(r"(?:(.*?[\d.,])\s*(?:·|⋅|∙|×|\*|x|X|\\cdot|\\times)\s*|([+-]?)\s*)10\s*(?:\^|\*\*)\s*(.+)")
_EXPONENT = re.compile(r"\{\s*([+-]?)\s*(\d+)\s*\}|\(\s*([+-]?)\s*(\d+)\s*\)|([+-]?)(\d+)")
_DECIMAL = re.compile(r"([+-]?)\s*([\d.,]*\d[\d.,]*)(?:[eE]([+-]?\d+))?")
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "infinity": math.inf, "∞": math.inf, r"\infty": math.inf}


class Number(Struct, frozen=True):
    """A number as it was written: its value and the unit of its last digit.

    The unit of `0.30` is 0.01, that of `3` is 1; it is 0 for a fraction, and for what is infinite or not a number.
    """

    value: float
    unit: float


def read_number(text: str) -> Number | None:
    """Read one number; None if the text is not a number, or longer than any number is.

    What no float64 can hold becomes infinite, which is a wrong answer like any other.
    """
    text = text.strip()
    if not text or len(text) > LONGEST_NUMBER:
        return None
    text = _AFTER.sub("", _AROUND.sub("", _plain(text)).strip())
    negative = _NEGATIVE.fullmatch(text)
    if negative is None:
        return _fraction(_without_parentheses(text))
    inner = _decimal(negative[1])
    return Number(-inner.value, inner.unit) if inner and text[0] == "-" else inner


def _plain(text: str) -> str:
    """Spell a number in ASCII: other scripts' digits, raised exponents, typographic minus signs and spaces."""
    text = _RAISED.sub(lambda raised: f"^{raised[0].translate(_SUPERSCRIPTS)}", text)
    text = _DASH.sub("-", text).translate(_NO_SPACES).translate(_SIGNS)
    text = text.replace("{,}", ",").replace("{.}", ".").replace("{10}", "10")
    text = _LATEX_SPACE.sub("", text)
    return text if text.isascii() else "".join(str(unicodedata.decimal(c, c)) for c in text)


def _without_parentheses(text: str) -> str:
    """Take off what encloses a whole number, as in `(-0.7)` and `{-0.7}`."""
    while len(text) > 2 and text[0] + text[-1] in ("()", "{}"):
        inner = text[1:-1].strip()
        if any(c in "(){}" for c in inner.rstrip(")}")) and not inner.startswith("\\"):
            return text
        text = inner
    return text


def _fraction(text: str) -> Number | None:
    found = _FRACTION.fullmatch(text)
    if found:
        above, below = _decimal(found[2] or found[3]), _decimal(found[4] or found[5])
        sign = -1.0 if found[1] == "-" else 1.0
    else:
        over, slash, under = text.partition("/")
        if not slash:
            return _decimal(text)
        above, below = (_decimal(_without_parentheses(side.strip())) for side in (over, under))
        sign = 1.0
    if above is None or below is None:
        return None
    return Number(sign * _quotient(above.value, below.value), 0.0)


def _quotient(above: float, below: float) -> float:
    if below:
        return above / below
    return math.nan if above == 0 or math.isnan(above) else math.copysign(math.inf, above)


def _decimal(text: str) -> Number | None:
    """Read a number without a fraction bar: digits with an exponent of either form, or one that is not finite."""
    text = text.strip()
    sign, rest = (text[0], text[1:].strip()) if text[:1] in ("-", "+") else ("", text)
    if rest.lower() in _NOT_FINITE:
        return Number(-_NOT_FINITE[rest.lower()] if sign == "-" else _NOT_FINITE[rest.lower()], 0.0)
    power = _POWER.fullmatch(text)
    if power:
        mantissa, bare_sign, exponent = power.groups()
        raised = _EXPONENT.fullmatch(exponent.strip())
        if raised is None:
            return None
        return _digits(
            f"{bare_sign}1" if mantissa is None else mantissa, int("".join(part or "" for part in raised.groups()))
        )
    return _digits(text, 0)


def _digits(text: str, power: int) -> Number | None:
    """Read digits with a decimal point or comma, times a power of ten."""
    found = _DECIMAL.fullmatch(text.strip())
    if found is None:
        return None
    sign, digits, exponent = found.groups()
    whole, decimals = _point(digits)
    if whole is None:
        return None
    power += int(exponent or 0)
    value = float(f"{sign}{whole or '0'}.{decimals}e{power}")
    unit = float(f"1e{power - len(decimals)}")
    if not math.isfinite(value):
        unit = 0.0
    elif value == 0:
        # 0e3 is nothing, and not "nothing to the nearest thousand".
        unit = min(unit, 1.0)
    return Number(value, unit)


def _point(digits: str) -> tuple[str | None, str]:
    """Split digits at their decimal point or comma, without those of thousands; None where they make no sense."""
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return digits, ""
    mark = digits[last]
    other = "," if mark == "." else "."
    if digits.count(mark) > 1:
        # The mark separates thousands: `1.234.567`; then the other one can only have come first.
        groups, decimals = digits, ""
        separator = mark
    else:
        groups, decimals, separator = digits[:last], digits[last + 1 :], other
    parts = groups.split(separator)
    sensible = len(parts) == 1 or (1 <= len(parts[0]) <= 3 and all(len(part) == 3 for part in parts[1:]))
    whole = "".join(parts)
    return (whole, decimals) if sensible and (not whole or whole.isdecimal()) else (None, "")
