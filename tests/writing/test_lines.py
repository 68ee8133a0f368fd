from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from backprop_lab.errors import NumberError
from backprop_lab.task import Rounding, Task
from backprop_lab.taskfile import load_task
from backprop_lab.writing.notation import NOTATIONS, NotationName
from tests.plain import compute
from tests.solved import SHIPPED, entries, recorded, solved, task_with
from tests.strategies import tasks

ROUNDINGS: tuple[Rounding, ...] = ("full", "carry")
TEXTS = ("symbol", "ascii", "formula", "substitution", "plain", "shown")
ODD = re.compile(r"(?<![\d.e])-0(\.0*)?(?![\d.])|--|\+ -|- -|e\+00|[\x00-\x1f]|nan|inf")
SMALLEST = Fraction("1e-300")
"""Below it float64 has fewer digits."""
WHOLE = 2.0**50
"""A number with so many units of its last decimal has no digit to lose and is not rounded."""

decimals_drawn = st.integers(0, 8)


def unit(shown: str, decimals: int) -> Fraction:
    """Return the unit of a printed number's last place; one that would round to 0 has three significant digits."""
    if not rounds_to_zero(shown, decimals) and "e" not in shown:
        return Fraction(1, 10 ** min(decimals, max(0, 15 - len(f"{abs(float(shown)):.0f}"))))
    exponent = int(f"{float(shown):e}".partition("e")[2])
    return Fraction(10) ** (exponent - (2 if exponent < 0 else max(decimals, 3) - 1))


def rounds_to_zero(number: str, decimals: int) -> bool:
    return bool(0 < abs(Fraction(number)) * 10**decimals <= Fraction(1, 2))


def assert_recomputes(entry: dict[str, Any], decimals: int) -> None:
    """Fail unless the numbers that are put in give the printed result, but for its rounding."""
    found = compute(entry["plain"])
    room = unit(entry["shown"], decimals) / 2 + found.scale / 10**9 + SMALLEST
    assert abs(found.value - Fraction(entry["shown"])) <= room, f"{entry['plain']} = {entry['shown']}"


def small_enough(record: dict[str, Any], decimals: int) -> bool:
    largest = max(abs(number) for step in record["steps"] for row in step["value"] for number in row)
    return bool(largest * 10**decimals < WHOLE)


def worked(task: Task, notation: NotationName, rounding: Rounding) -> dict[str, Any]:
    try:
        return recorded(task, notation, rounding)
    except NumberError:
        assume(False)
        raise


@settings(max_examples=100)
@given(tasks(), decimals_drawn, st.sampled_from(NOTATIONS), st.sampled_from(ROUNDINGS))
def test_every_line_recomputes_from_what_it_prints(
    task: Task, decimals: int, notation: NotationName, rounding: Rounding
) -> None:
    record = worked(replace(task, decimals=decimals), notation, rounding)
    for _, entry in entries(record):
        assert_recomputes(entry, decimals)


@given(tasks(large=True), decimals_drawn, st.sampled_from(NOTATIONS), st.sampled_from(ROUNDINGS))
def test_lines_of_large_numbers_recompute_without_overflow(
    task: Task, decimals: int, notation: NotationName, rounding: Rounding
) -> None:
    for _, entry in entries(worked(replace(task, decimals=decimals), notation, rounding)):
        assert_recomputes(entry, decimals)


SATURATED: dict[str, tuple[str, str, list[Any], list[Any]]] = {
    "sigmoid": ("sigmoid", "binary_cross_entropy", [[1000], [-1000]], [[0], [1]]),
    "softmax": ("softmax", "cross_entropy", [[1000, -1000, 999]], [[0, 1, 0]]),
    "softmax, several": ("softmax", "cross_entropy", [[1000, 1000], [-1000, 1000]], [[1, 0], ["0.5", "0.5"]]),
    "tanh": ("tanh", "squared_error", [[1000], [-1000]], [[0], [1]]),
    "identity": ("identity", "squared_error", [[1000], [-1000]], [[0], [1]]),
    "sigmoid, right": ("sigmoid", "binary_cross_entropy", [[1000], [-1000]], [[1], [0]]),
}


@pytest.mark.parametrize("rounding", ROUNDINGS)
@pytest.mark.parametrize("delta", ["chain_rule", "error", "unfused"])
@pytest.mark.parametrize("kind", SATURATED)
def test_a_saturated_output_recomputes(kind: str, delta: str, rounding: Rounding) -> None:
    if delta == "unfused" and SATURATED[kind][1] == "squared_error":
        delta = "chain_rule"
    task = saturated(kind, delta)
    for _, entry in entries(recorded(task, rounding=rounding)):
        assert_recomputes(entry, task.decimals)


def saturated(kind: str, delta: str) -> Task:
    """Make a task whose net inputs are the scores."""
    output, loss, scores, targets = SATURATED[kind]
    width = len(scores[0])
    return task_with(
        activations=[output],
        loss=loss,
        weights=[[[1 if row == column else 0 for column in range(width)] for row in range(width)]],
        x=scores,
        y=targets,
        update={"learning_rate": 1},
        conventions={"output_delta": delta},
    )


@given(tasks(), decimals_drawn, st.sampled_from(NOTATIONS))
def test_if_each_step_is_rounded_every_line_is_an_equation(task: Task, decimals: int, notation: NotationName) -> None:
    record = worked(replace(task, decimals=decimals), notation, "carry")
    assume(small_enough(record, decimals))
    assert {entry["relation"] for _, entry in entries(record)} == {"="}


@given(tasks(), decimals_drawn, st.sampled_from(NOTATIONS))
def test_an_equation_has_no_more_decimals_than_the_solution(
    task: Task, decimals: int, notation: NotationName
) -> None:
    """Beside them stand only numbers as they were given, and numbers that would round to 0."""
    record = worked(replace(task, decimals=decimals), notation, "full")
    as_given = {abs(float(number)) for array in task.givens().values() for number in array.flat}
    for _, entry in entries(record):
        if entry["relation"] == "=":
            for number in re.findall(r"\d+(?:\.\d+)?(?:e[+-]\d+)?", entry["plain"]):
                usual = unit(number, decimals)
                assert Fraction(number) % usual == 0 or float(number) in as_given, entry["plain"]


@given(tasks(large=True), decimals_drawn, st.sampled_from(NOTATIONS), st.sampled_from(ROUNDINGS))
def test_nothing_odd_is_printed(task: Task, decimals: int, notation: NotationName, rounding: Rounding) -> None:
    for _, entry in entries(worked(replace(task, decimals=decimals), notation, rounding)):
        for field in TEXTS:
            assert not ODD.search(entry[field]), entry[field]


@given(tasks(large=True), decimals_drawn, st.sampled_from(ROUNDINGS))
def test_a_line_has_the_value_of_its_place_in_the_matrix(task: Task, decimals: int, rounding: Rounding) -> None:
    for step, entry in entries(worked(replace(task, decimals=decimals), task.notation, rounding)):
        assert entry["value"] == step["value"][entry["row"]][entry["column"]]
        room = unit(entry["shown"], decimals) * Fraction("0.501") + 4 * Fraction(math.ulp(entry["value"]))
        assert abs(Fraction(entry["shown"]) - Fraction(entry["value"])) <= room


@given(tasks(), decimals_drawn)
def test_a_value_with_so_few_decimals_is_shown_without_trailing_zeros(task: Task, decimals: int) -> None:
    for _, entry in entries(worked(replace(task, decimals=decimals), task.notation, "full")):
        if (Fraction(str(entry["value"])) * 10**decimals).denominator == 1:
            assert not re.search(r"\.\d*0$", entry["shown"])


@pytest.mark.parametrize("rounding", ROUNDINGS)
@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_tasks_recompute(name: str, notation: NotationName, rounding: Rounding) -> None:
    record = solved(name, notation, rounding)
    for _, entry in entries(record):
        assert_recomputes(entry, record["conventions"]["decimals"])
        assert rounding == "full" or entry["relation"] == "="


def line(record: dict[str, Any], name: str, row: int = 0, column: int = 0) -> dict[str, Any]:
    step = next(step for step in record["steps"] if step["name"] == name)
    entry: dict[str, Any] = step["entries"][row * step["shape"][1] + column]
    return entry


def test_a_line_of_laboratory_task_3_reads_as_on_paper() -> None:
    assert line(solved("lab_task_3"), "z1") == {
        "row": 0,
        "column": 0,
        "symbol": "Z_{1}",
        "ascii": "Z1",
        "formula": r"w_{11} \cdot x_{1} + w_{13} \cdot x_{2} + w_{15} \cdot x_{3} + \theta_{1}",
        "substitution": r"0.2 \cdot 1 + 0.4 \cdot 0 + (-0.5) \cdot 1 + (-0.4)",
        "plain": "0.2*1 + 0.4*0 + (-0.5)*1 + (-0.4)",
        "relation": "=",
        "value": pytest.approx(-0.7),
        "shown": "-0.7",
    }


def test_operands_get_more_digits_where_the_line_would_not_recompute() -> None:
    """0.5·0.5250 + 0.6·0.5744 would give 0.6071."""
    found = line(solved("surafel_bce"), "z2")
    assert (found["relation"], found["shown"]) == ("≈", "0.6072")
    assert re.fullmatch(r"0\.5\*0\.5249\d+ \+ 0\.6\*0\.5744\d+", found["plain"])


def test_if_each_step_is_rounded_the_same_line_goes_on_with_the_rounded_operands() -> None:
    found = line(solved("surafel_bce", rounding="carry"), "z2")
    assert (found["relation"], found["plain"], found["shown"]) == ("=", "0.5*0.525 + 0.6*0.5744", "0.6071")


def test_a_slope_of_relu_is_put_in_as_its_value() -> None:
    assert line(solved("lab_task_3"), "delta1", 0, 1)["plain"] == "-0.2*(-0.92)*1"
    assert line(solved("lab_task_3"), "delta1")["shown"] == "0"


def test_weights_stand_in_front_as_on_paper_or_behind_as_in_code() -> None:
    assert line(solved("lab_task_3", "standard"), "z1")["plain"].startswith("0.2*1 + 0.4*0")
    assert line(solved("lab_task_3", "pytorch"), "z1")["plain"].startswith("1*0.2 + 0*0.4")


def test_after_an_update_the_parameters_are_results_and_not_givens() -> None:
    record = recorded(load_task("mazur_biases"), steps=2)
    second = next(entry for step, entry in entries(record) if (step["pass"], step["name"]) == (2, "z1"))
    assert second["plain"] == "0.149780716*0.05 + 0.199561432*0.1 + 0.345614323"
