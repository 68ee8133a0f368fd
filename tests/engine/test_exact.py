"""Exact numbers: fractions stay fractions, every digit of a real is certain, and doubt is an error."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_lab.engine.arithmetic import EXACT, Arithmetic, Array, lookup, value
from backprop_lab.engine.exact import Real, decimal_digits, is_closed, positive, settled, text
from backprop_lab.engine.formula import Apply, Entry
from backprop_lab.engine.worked import Pass, work, work_steps
from backprop_lab.errors import NumberError
from backprop_lab.task import Task
from backprop_lab.taskfile import load_task
from tests.strategies import RATIONAL, SQUARED, tasks

HUNDREDTHS = st.integers(-500, 500).map(lambda n: Fraction(n, 100))


def exact(name: str, *numbers: Fraction | int | str) -> Any:
    """Apply a function to single exact numbers."""
    leaves = tuple(Entry("number", 0, index) for index in range(len(numbers)))
    row = np.array([[Fraction(number) for number in numbers]], dtype=object)
    return value(Apply(name, leaves), lookup({"number": row}), EXACT)


def exp(number: Fraction | int | str) -> Any:
    return exact("exp", number)


def log(number: Fraction | int | str) -> Any:
    return exact("log", number)


def forgotten_zero() -> Any:
    """Return a sum that is 0, whose closed form was too long to keep."""
    there = back = exp(Fraction(1, 10))
    for tenths in range(2, 12):
        there = there + exp(Fraction(tenths, 10))
    for tenths in range(11, 1, -1):
        back = exp(Fraction(tenths, 10)) + back
    return there - back


@pytest.mark.parametrize(
    ("name", "number", "expected"),
    [
        ("sigmoid", "-7/10", "1/(1 + exp(7/10))"),
        ("sigmoid", "0.7", "1/(1 + exp(-7/10))"),
        ("sigmoid", 0, "1/2"),
        ("tanh", 0, "0"),
        ("tanh", "0.3", "1 - 2/(1 + exp(3/5))"),
        ("exp", 0, "1"),
        ("exp", 1, "E"),
        ("exp", -2, "exp(-2)"),
        ("log", 1, "0"),
        ("log", "3/2", "log(3/2)"),
        ("softplus", 0, "log(2)"),
        ("square", "-0.1", "1/100"),
        ("relu", "-0.1", "0"),
        ("relu_slope", 0, "0"),
        ("relu_slope", "1/1000000000", "1"),
    ],
)
def test_a_short_closed_form_is_shown(name: str, number: str | int, expected: str) -> None:
    assert text(exact(name, number)) == expected


def test_the_laboratory_task_with_sigmoids_has_the_closed_forms_of_its_net_inputs() -> None:
    task = load_task("lab_task_3", ['network.activations=["sigmoid", "sigmoid"]'])
    values = work(task.graph, task.givens(EXACT), EXACT).values
    assert values["z1"].tolist() == [[Fraction(-7, 10), Fraction(1, 10)]]
    assert [text(entry) for entry in values["a1"][0]] == ["1/(1 + exp(7/10))", "1/(1 + exp(-1/10))"]
    assert text(values["L"][0, 0]).startswith("0.")


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (exp(1) - exp(1), Fraction(0)),
        (exp(2) / exp(2), Fraction(1)),
        (exp(1) * exp(-1), Fraction(1)),
        (exp(1) * 0, Fraction(0)),
        (0 * exp(1), Fraction(0)),
        (0 / exp(1), Fraction(0)),
        (exact("exp", 0) + 1, Fraction(2)),
        (exact("sigmoid", 3) + exact("sigmoid", 0) - exact("sigmoid", 3), Fraction(1, 2)),
    ],
)
def test_what_turns_out_rational_is_a_fraction_again(number: object, expected: Fraction) -> None:
    assert type(number) is Fraction
    assert number == expected


@settings(max_examples=40)
@given(tasks(activations=RATIONAL, losses=SQUARED))
def test_a_rational_pass_consists_of_fractions(task: Task) -> None:
    for done in work_steps(task.spec, task.givens(EXACT), 1, EXACT):
        assert {type(entry) for found in done.values.values() for entry in found.flat} == {Fraction}


@settings(max_examples=60)
@given(tasks(largest_depth=3, largest_width=3, largest_batch=2, most_steps=2))
def test_float64_agrees_with_exact_arithmetic(task: Task) -> None:
    floats = work_steps(task.spec, task.givens(), task.steps)
    for one, other in zip(floats, work_steps(task.spec, task.givens(EXACT), task.steps, EXACT), strict=True):
        for name, found in one.values.items():
            numbers = other.values[name].astype(float)
            scale = max(1.0, float(np.abs(numbers).max()))
            assert np.abs(found - numbers).max() <= 1e-11 * scale, name


def _by_mpmath(name: str, *arguments: Any) -> Any:
    """Apply a function with mpmath's numbers; the definitions are those of textbooks."""
    mp = mpmath.mp
    single = {
        "exp": mp.exp,
        "log": mp.log,
        "tanh": mp.tanh,
        "sigmoid": lambda z: 1 / (1 + mp.exp(-z)),
        "softplus": lambda z: mp.log(1 + mp.exp(z)),
        "square": lambda z: z**2,
        "abs": abs,
        "sign": mp.sign,
        "relu": lambda z: max(z, 0),
        "relu_slope": lambda z: mp.mpf(z > 0),
        "leaky_relu": lambda z, slope: z if z > 0 else slope * z,
        "leaky_relu_slope": lambda z, slope: mp.mpf(1) if z > 0 else slope,
    }
    if name in single:
        return np.frompyfunc(single[name], len(arguments), 1)(*arguments)
    (z,) = arguments
    powers = np.frompyfunc(mp.exp, 1, 1)(z)
    shares = powers / powers.sum(axis=-1, keepdims=True)
    return shares if name == "softmax" else np.frompyfunc(mp.log, 1, 1)(shares)


def by_mpmath(name: str) -> Any:
    return lambda *arguments: _by_mpmath(name, *arguments)


MPMATH = Arithmetic(
    "mpmath",
    lambda number: mpmath.mpf(number.numerator) / number.denominator,
    {name: by_mpmath(name) for name in EXACT.functions},
    object,
)


def with_mpmath(task: Task) -> dict[str, Array]:
    values = task.givens(MPMATH)
    for step in task.graph.steps:
        values[step.name] = value(step.stable or step.formula, lookup(values), MPMATH)
    return values


def assert_digits_are_right(number: Any, reference: Any) -> None:
    """Check an exact number against one of 100 digits."""
    if isinstance(number, Fraction):
        assert abs(mpmath.mpf(number.numerator) / number.denominator - reference) < mpmath.mpf(10) ** -90
        return
    low, high = (mpmath.mp.make_mpf(end) for end in number.enclosure._mpi_)
    assert low - mpmath.mpf(10) ** -90 <= reference <= high + mpmath.mpf(10) ** -90
    assert high - low < mpmath.mpf(10) ** -50
    if abs(reference) > mpmath.mpf(10) ** -10:
        shown = mpmath.mpf(decimal_digits(number, 40))
        assert abs(shown - reference) <= abs(reference) * mpmath.mpf(10) ** -39


@settings(max_examples=40)
@given(tasks(largest_depth=3, largest_width=3, largest_batch=2))
def test_every_number_of_a_pass_is_enclosed_and_its_digits_are_mpmaths(task: Task) -> None:
    worked = work(task.graph, task.givens(EXACT), EXACT).values
    with mpmath.workdps(100):
        reference = with_mpmath(task)
        for name, found in worked.items():
            for number, expected in zip(found.flat, reference[name].flat, strict=True):
                assert_digits_are_right(number, expected)


@pytest.mark.parametrize("name", ["exp", "tanh", "sigmoid", "softplus"])
@given(z=HUNDREDTHS)
def test_forty_digits_of_a_function_are_mpmaths_at_sixty(name: str, z: Fraction) -> None:
    with mpmath.workdps(60):
        expected = _by_mpmath(name, MPMATH.number(z))
        found = exact(name, z)
        if z == 0:
            assert abs((MPMATH.number(found) if isinstance(found, Fraction) else float(found)) - expected) < 1e-15
        else:
            assert decimal_digits(found, 40) == mpmath.nstr(expected, 40, strip_zeros=False)


def test_log_takes_numbers_of_any_size() -> None:
    with mpmath.workdps(60):
        for number in (Fraction(10**9), Fraction(10**40), Fraction(1, 10**40)):
            assert decimal_digits(log(number), 40) == mpmath.nstr(mpmath.log(MPMATH.number(number)), 40)


def test_the_cross_entropy_of_large_scores_is_exact() -> None:
    task = load_task("cross_entropy_scores", ["x=[[1000, -500.5]]", "y=[1]"])
    worked = work(task.graph, task.givens(EXACT), EXACT)
    assert decimal_digits(worked.values["L"][0, 0], 20) == "1500.5000000000000000"


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (Fraction(1, 10**60), True),
        (Fraction(0), False),
        (Fraction(-1, 3), False),
        (exp(1) - 2, True),
        (exp(1) - 3, False),
        (log(4) - 2 * log(2), False),
    ],
)
def test_the_sign_is_told_where_it_is_certain(number: Any, expected: bool) -> None:
    assert positive(number) is expected


def test_a_sign_that_the_interval_leaves_open_is_an_error() -> None:
    zero = forgotten_zero()
    assert zero.form is None
    with pytest.raises(NumberError, match="cannot tell whether a net input is above 0"):
        positive(zero)
    with pytest.raises(NumberError):
        EXACT.functions["relu"](np.array([[zero]], dtype=object))


@pytest.mark.parametrize("name", ["exp", "sigmoid", "tanh", "softplus"])
@pytest.mark.parametrize("number", [10**7, -(10**7), 10**100])
def test_a_big_exponent_is_an_error_and_no_endless_work(name: str, number: int) -> None:
    with pytest.raises(NumberError, match=r"exp of a number beyond ±1000000"):
        exact(name, number)


def test_exponents_up_to_a_million_are_worked() -> None:
    assert decimal_digits(exp(10**6), 5) == "3.0332e+434294"
    assert decimal_digits(1 - exact("sigmoid", 100), 5) == "3.7201e-44"
    assert float(exact("sigmoid", 10**6)) == 1
    assert float(exp(10**6)) == math.inf


@pytest.mark.parametrize(
    ("number", "digits", "expected"),
    [
        (exp(1), 5, "2.7183"),
        (exp(-20), 3, "2.06e-9"),
        (-1 * exp(1), 10, "-2.718281828"),
        (forgotten_zero(), 5, "0.00000"),
    ],
)
def test_digits_are_rounded_correctly(number: Real, digits: int, expected: str) -> None:
    assert decimal_digits(number, digits) == expected


def test_digits_that_are_not_certain_are_not_printed() -> None:
    doubtful = exp(1) + forgotten_zero() * 10**40
    assert decimal_digits(doubtful, 10) == "2.718281828"
    certain = decimal_digits(doubtful, 40)
    assert 10 < len(certain) < 30
    with mpmath.workdps(50):
        assert mpmath.nstr(mpmath.mp.e, len(certain) - 1) == certain


@pytest.mark.parametrize(("number", "expected"), [(Fraction(1, 3), True), (exp(1), True), (forgotten_zero(), False)])
def test_a_number_is_closed_unless_only_its_digits_are_known(number: Any, expected: bool) -> None:
    assert is_closed(number) is expected


def test_a_long_closed_form_gives_way_to_digits() -> None:
    number = exp(1)
    for tenths in range(1, 9):
        number = number + exp(Fraction(tenths, 10))
    assert number.form is None
    with mpmath.workdps(60):
        expected = mpmath.e + sum(mpmath.exp(mpmath.mpf(tenths) / 10) for tenths in range(1, 9))
        assert text(number) == mpmath.nstr(expected, 20)


def test_a_fraction_too_long_to_read_becomes_an_enclosure_that_holds_it() -> None:
    short, long = Fraction(10**1200 + 1, 10**1200), Fraction(10**1300 + 1, 3**2000)
    assert settled(short) is short
    enclosed = settled(long)
    assert isinstance(enclosed, Real)
    with mpmath.workdps(1400):
        low, high = (mpmath.mp.make_mpf(end) for end in enclosed.enclosure._mpi_)
        assert low <= mpmath.mpf(long.numerator) / long.denominator <= high
        assert high - low < low * mpmath.mpf(10) ** -60


def test_an_enclosure_too_wide_to_mean_anything_is_an_error() -> None:
    zero, scale = forgotten_zero(), Fraction(10**30)
    assert settled(zero) is zero
    assert isinstance(settled(scale * zero + 1), Real)
    for wide in (scale * scale * zero, scale * scale * zero + 1, 1 / zero, zero / zero):
        with pytest.raises(NumberError, match="lost too many digits"):
            settled(wide)
    assert isinstance(settled(scale * scale * zero + 10**60 * exp(1)), Real)


def longest(done: Pass) -> int:
    """Return the bits of a pass's longest fraction."""
    fractions = [entry for found in done.values.values() for entry in found.flat if isinstance(entry, Fraction)]
    return max(max(entry.numerator.bit_length(), entry.denominator.bit_length()) for entry in fractions)


def test_fractions_of_many_updates_do_not_grow_for_ever() -> None:
    task = load_task("lab_task_3")
    passes = list(work_steps(task.spec, task.givens(EXACT), 12, EXACT))
    assert all(longest(done) <= 4096 for done in passes)
    assert {type(done.values["L"][0, 0]) for done in passes} == {Fraction, Real}
    floats = list(work_steps(task.spec, task.givens(), 12))
    assert abs(float(passes[-1].values["L"][0, 0]) - floats[-1].values["L"][0, 0]) < 1e-15
