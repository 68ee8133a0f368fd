"""Numbers as people write them: fixed decimals, no lone zeros behind an exact value, never `-0`."""

from __future__ import annotations

import math
from functools import lru_cache

from backprop_lab.engine.arithmetic import round_half_away

_LARGEST_FIXED = 1e15
_DIGITS = 15
"""The digits that float64 surely holds; more are never printed."""
_SMALLEST = 1e-300
"""Below it float64 loses digits, and at last the number."""


@lru_cache(maxsize=65536)
def shown(value: float, decimals: int) -> str:
    """Return a number as it is printed, such that Python reads it back.

    Halves are rounded away from zero. A value with no more than `decimals` places stands without trailing
    zeros (0.08); a rounded one keeps them (0.3320). One that would round to 0 shows three significant
    digits (4.38e-05), and none shows more than float64 holds.
    """
    rounded = float(round_half_away(value, decimals))
    if abs(value) >= _LARGEST_FIXED:
        return _scientific(value, max(decimals, 3))
    if rounded == 0:
        return "0" if abs(value) < _SMALLEST else _significant(value)
    behind_the_point = max(0, _DIGITS - len(f"{abs(rounded):.0f}"))
    text = f"{rounded:.{min(decimals, behind_the_point)}f}"
    is_exact = math.isclose(value, rounded, rel_tol=1e-13, abs_tol=min(1e-13, 10.0 ** -(decimals + 3)))
    return text.rstrip("0").rstrip(".") if is_exact and "." in text else text


def given(value: float) -> str:
    """Return a number as it was given: the shortest decimal that means this float64."""
    return repr(float(value) + 0.0).removesuffix(".0")


def _significant(value: float) -> str:
    """Return three significant digits, as a plain decimal while it has few zeros in front."""
    text = _scientific(value, 3)
    exponent = int(text.partition("e")[2])
    return f"{value:.{2 - exponent}f}".rstrip("0") if exponent >= -3 else text


def _scientific(value: float, digits: int) -> str:
    exponent = int(f"{value:.15e}".partition("e")[2])
    mantissa = float(round_half_away(value / 10.0**exponent, digits - 1))
    if abs(mantissa) >= 10:
        mantissa, exponent = mantissa / 10, exponent + 1
    return f"{shown(mantissa, digits - 1)}e{exponent:+03d}"
