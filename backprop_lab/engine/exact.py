"""Exact numbers: fractions, and reals enclosed so tightly that every printed digit is certain.

A rational result stays a `Fraction`. Where a function is transcendental the number becomes a `Real`: an interval
that surely contains it, 64 digits narrow, and its closed form (a SymPy expression) for as long as that is short.
SymPy and mpmath are imported only when the first such number is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from backprop_lab.errors import NumberError

_PRECISION_BITS = 212
_LONGEST_FORM = 6
"""Operations in the longest closed form that is kept; beyond it digits say more."""
_LARGEST_EXPONENT = 10**6
_LONGEST_FRACTION_BITS = 4096
"""A longer numerator or denominator is given up for an enclosure; several updates would double it each time."""
_FEWEST_BITS = 72
"""The bits that must be certain to go on with an enclosure, relative to the number or to 1."""


@cache
def _intervals() -> Any:
    """Return an interval context of our own, so that nobody else's precision matters."""
    from mpmath.ctx_iv import MPIntervalContext

    context = MPIntervalContext()
    context.prec = _PRECISION_BITS
    return context


def _enclose(number: Any) -> Any:
    if isinstance(number, Real):
        return number.enclosure
    exact = Fraction(number)
    return _intervals().mpf(exact.numerator) / _intervals().mpf(exact.denominator)


def _form(number: Any) -> Any:
    if isinstance(number, Real):
        return number.form
    import sympy

    exact = Fraction(number)
    return sympy.Rational(exact.numerator, exact.denominator)


def _make(enclosure: Any, form: Any) -> Fraction | Real:
    """Return a Fraction if the closed form turned out rational, else a Real; forget a long closed form."""
    if form is not None:
        if form.is_Rational:
            return Fraction(int(form.p), int(form.q))
        if form.count_ops() > _LONGEST_FORM or len(str(form)) > 8 * _LONGEST_FORM:
            form = None
    return Real(enclosure, form)


def _combine(operation: Callable[[Any, Any], Any], left: Any, right: Any) -> Fraction | Real:
    forms = (_form(left), _form(right))
    form = None if None in forms else operation(*forms)
    return _make(operation(_enclose(left), _enclose(right)), form)


class Real:
    """A real number known by an interval that contains it, and by its closed form while that is short."""

    __slots__ = ("enclosure", "form")

    def __init__(self, enclosure: Any, form: Any) -> None:
        self.enclosure = enclosure
        self.form = form

    def __add__(self, other: Any) -> Fraction | Real:
        return _combine(lambda a, b: a + b, self, other)

    def __radd__(self, other: Any) -> Fraction | Real:
        return _combine(lambda a, b: a + b, other, self)

    def __sub__(self, other: Any) -> Fraction | Real:
        return _combine(lambda a, b: a - b, self, other)

    def __rsub__(self, other: Any) -> Fraction | Real:
        return _combine(lambda a, b: a - b, other, self)

    def __mul__(self, other: Any) -> Fraction | Real:
        return Fraction(0) if other == 0 else _combine(lambda a, b: a * b, self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Fraction | Real:
        return _combine(lambda a, b: a / b, self, other)

    def __rtruediv__(self, other: Any) -> Fraction | Real:
        return Fraction(0) if other == 0 else _combine(lambda a, b: a / b, other, self)

    def __float__(self) -> float:
        """Return the nearest float64; 0 where 0 is not excluded."""
        from mpmath import libmp

        if self.enclosure.a <= 0 <= self.enclosure.b:
            return 0.0
        return float(libmp.to_float(self.enclosure.mid._mpi_[0], rnd="n"))

    def __repr__(self) -> str:
        return f"Real({text(self)})"


def settled(number: Fraction | Real) -> Fraction | Real:
    """Return a step's result as other steps use it: a fraction too long to read becomes an enclosure.

    Raises NumberError where an enclosure has become too wide to mean anything.
    """
    if isinstance(number, Fraction):
        bits = max(number.numerator.bit_length(), number.denominator.bit_length())
        return number if bits <= _LONGEST_FRACTION_BITS else Real(_enclose(number), None)
    from mpmath import libmp

    low, high = number.enclosure._mpi_
    _, mantissa, exponent, bits = libmp.mpf_sub(high, low)
    largest = max(0, *(end[2] + end[3] for end in (low, high)))  # as powers of 2
    if exponent + bits <= largest - _FEWEST_BITS if mantissa else exponent == 0:
        return number
    raise NumberError("exact arithmetic lost too many digits to go on with")


def positive(number: Fraction | Real) -> bool:
    """Tell whether a number is above zero; raise NumberError where the interval cannot decide."""
    if isinstance(number, Fraction):
        return number > 0
    if number.enclosure.a > 0:
        return True
    if number.enclosure.b < 0:
        return False
    if number.form is not None and number.form.equals(0):
        return False
    raise NumberError("exact arithmetic cannot tell whether a net input is above 0: it is closer than 1e-50")


def is_closed(number: Fraction | Real) -> bool:
    """Tell whether a number is a fraction or has a closed form, and not only digits."""
    return isinstance(number, Fraction) or number.form is not None


def text(number: Fraction | Real, digits: int = 20) -> str:
    """Return a fraction as `2/25`, a short closed form as `1/(1 + exp(7/10))`, else correctly rounded digits."""
    if isinstance(number, Fraction):
        return str(number)
    if number.form is not None:
        import sympy

        return str(sympy.sstr(number.form, order="none"))
    return decimal_digits(number, digits)


def decimal_digits(number: Real, digits: int) -> str:
    """Return that many significant digits, fewer where fewer are certain, or zeros where none is."""
    from mpmath import libmp

    for certain in range(digits, 0, -1):
        low, high = (libmp.to_str(end, certain, strip_zeros=False) for end in number.enclosure._mpi_)
        if low == high:
            return str(low)
    return "0." + "0" * digits


def _transcendental(name: str, rational_at: Mapping[int, int]) -> Callable[[Any], Any]:
    """Make a function of one number from mpmath's interval function and SymPy's symbol of that name."""

    def function(number: Any) -> Any:
        if isinstance(number, Fraction) and number in rational_at:
            return Fraction(rational_at[int(number)])
        if name == "exp" and abs(_enclose(number)).b > _LARGEST_EXPONENT:
            raise NumberError(f"exp of a number beyond ±{_LARGEST_EXPONENT} in exact arithmetic")
        import sympy

        form = _form(number)
        symbolic = None if form is None else getattr(sympy, name)(form)
        return _make(getattr(_intervals(), name)(_enclose(number)), symbolic)

    return function


_exp = _transcendental("exp", {0: 1})
_log = _transcendental("log", {1: 0})


def _tanh(z: Any) -> Any:
    return 1 - 2 / (1 + _exp(2 * z))


def _largest(*numbers: Any) -> Any:
    best = numbers[0]
    for number in numbers[1:]:
        best = number if positive(number - best) else best
    return best


def _by_entry(function: Callable[..., Any]) -> Callable[..., Any]:
    def mapped(*arguments: Any) -> Any:
        with np.errstate(all="ignore"):  # NumPy takes the flags that mpmath leaves behind for its own
            return np.frompyfunc(function, len(arguments), 1)(*arguments)

    return mapped


def _softmax(z: Any) -> Any:
    powers = _by_entry(_exp)(z)
    return powers / powers.sum(axis=-1, keepdims=True)


def _log_softmax(z: Any) -> Any:
    return z - _by_entry(_log)(_by_entry(_exp)(z).sum(axis=-1, keepdims=True))


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "exp": _by_entry(_exp),
    "log": _by_entry(_log),
    "max": _by_entry(_largest),
    "abs": _by_entry(lambda x: x if positive(x) else 0 - x),
    "sign": _by_entry(lambda x: Fraction(positive(x) - positive(0 - x))),
    "square": _by_entry(lambda x: x * x),
    "tanh": _by_entry(_tanh),
    # By definition the first would take a sum for every entry, and the last compare enclosures that may overlap.
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "leaky_relu": _by_entry(lambda z, slope: z if positive(z) else slope * z),
    "relu_slope": _by_entry(lambda z: Fraction(1 if positive(z) else 0)),
    "leaky_relu_slope": _by_entry(lambda z, slope: Fraction(1) if positive(z) else slope),
}
"""The functions without a definition in `functions.FUNCTIONS`, and those that are not computed by it."""
