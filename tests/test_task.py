"""Tasks: numbers stay exact, what is left out has a default, and the engine gets what the task says."""

from __future__ import annotations

import copy
from decimal import Decimal
from fractions import Fraction
from typing import Any

import jsonschema
import msgspec
import numpy as np
import pytest
from hypothesis import given, settings

from backprop_lab.engine.arithmetic import EXACT, FLOAT
from backprop_lab.engine.network import Network, Update
from backprop_lab.errors import LabError, TaskError
from backprop_lab.tables import build_task, schema
from backprop_lab.task import Ask, Target, Task
from backprop_lab.writing.notation import NOTATIONS
from tests.strategies import Tables, broken_tables, tables, tasks
from tests.taskfiles import CLASSES, MISSING, changed


def built(change: Tables | None = None) -> Task:
    return build_task(changed(change or {}))


def test_a_decimal_of_the_file_is_exactly_that_decimal() -> None:
    task = built({"data.x": [[Decimal("0.1"), Decimal("1e-100")]], "network.biases": [[3, Decimal("-2.50")], [0]]})
    assert task.data.x == [[Fraction(1, 10), Fraction(1, 10**100)]]
    assert task.network.biases == [[Fraction(3), Fraction(-5, 2)], [Fraction(0)]]
    assert all(type(number) is Fraction for row in task.data.x for number in row)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (Decimal("1e100"), 10**100),
        (-(10**100), -(10**100)),
        (Decimal("0." + "3" * 100), Fraction(int("3" * 100), 10**100)),
        (Decimal("-0.0"), 0),
        (Decimal("0e999999"), 0),
        (Decimal("1.5e2"), 150),
    ],
)
def test_the_largest_and_the_longest_numbers_are_taken(written: Any, expected: Fraction) -> None:
    assert built({"data.x": [[written, 0]]}).data.x[0][0] == expected


@pytest.mark.parametrize(
    "written", [Decimal("1.01e100"), 10**100 + 1, Decimal("0." + "3" * 101), Decimal("1e-101"), Decimal("1" * 102)]
)
def test_larger_and_longer_ones_are_not(written: Any) -> None:
    with pytest.raises(msgspec.ValidationError, match="expected a number between -1e100 and 1e100"):
        built({"data.x": [[written, 0]]})


def test_what_is_left_out_has_a_default() -> None:
    task = built({"network.biases": MISSING, "update": MISSING})
    assert (task.notation, task.decimals, task.rounding, task.ask) == ("lesson", 4, "full", [])
    assert (task.network.biases, task.network.leaky_slope) == (None, Fraction(1, 100))
    assert (task.conventions.output_delta, task.conventions.reduction) == ("chain_rule", "sum")
    assert (task.update, task.steps) == (None, 1)
    update = built().update
    assert update is not None
    assert (update.biases, update.nesterov, update.frozen, update.steps) == (True, False, [], 1)
    assert update.momentum == update.dampening == update.weight_decay == 0


def test_sizes_are_the_inputs_and_then_the_units_of_each_layer() -> None:
    assert built().sizes == (2, 2, 1)
    assert built(CLASSES).sizes == (2, 2, 3)


def test_the_network_of_a_task_is_what_the_file_says() -> None:
    assert built().spec == Network((2, 2, 1), ("relu", "identity"), "half_squared_error", update=Update())
    task = built(
        {
            "network.biases": MISSING,
            "data": {"x": [[1, 2], [3, 4]], "y": [[1], [2]]},
            "conventions": {"output_delta": "error", "reduction": "mean"},
            "update": {
                "learning_rate": 1,
                "biases": False,
                "momentum": 1,
                "nesterov": True,
                "weight_decay": 1,
                "frozen": [2],
            },
        }
    )
    assert task.spec == Network(
        (2, 2, 1),
        ("relu", "identity"),
        "half_squared_error",
        samples=2,
        biases=False,
        output_delta="error",
        reduction="mean",
        update=Update(biases=False, momentum=True, nesterov=True, weight_decay=True, frozen=frozenset({2})),
    )


@pytest.mark.parametrize(
    ("change", "gradients"),
    [
        ({}, True),
        ({"update": MISSING}, False),
        ({"update": MISSING, "ask": [{"step": "L"}, {"step": "z1"}]}, False),
        ({"update": MISSING, "ask": [{"step": "L"}, {"step": "dW1"}]}, True),
        ({"update": MISSING, "ask": [{"step": "delta2"}]}, True),
    ],
)
def test_gradients_are_worked_where_there_is_an_update_or_they_are_asked_for(change: Tables, gradients: bool) -> None:
    task = built(change)
    assert task.spec.gradients is gradients
    assert ("dW1" in task.graph.step) is gradients
    assert ("W1_new" in task.graph.step) is (task.update is not None)


def test_every_step_is_asked_for_unless_the_task_says_which() -> None:
    assert [ask.step for ask in built().asked] == [step.name for step in built().graph.steps]
    asked = built({"ask": [{"step": "z1", "points": Decimal("0.5"), "typed_in": "half"}]}).asked
    assert asked == (Ask("z1", points=Fraction(1, 2), accept=[], typed_in="half"),)


def test_the_givens_are_matrices_of_the_chosen_arithmetic() -> None:
    task = built({"update.momentum": Decimal("0.9")})
    exact, floats = task.givens(EXACT), task.givens(FLOAT)
    assert exact["W1"].tolist() == [[Fraction(1, 5), Fraction(-3, 10)], [Fraction(2, 5), Fraction(1, 10)]]
    assert floats["W1"].tolist() == [[0.2, -0.3], [0.4, 0.1]]
    assert {name: array.shape for name, array in floats.items()} == {
        "x": (1, 2), "y": (1, 1), "W1": (2, 2), "W2": (2, 1), "b1": (1, 2), "b2": (1, 1), "leaky_slope": (1, 1),
        "learning_rate": (1, 1), "momentum": (1, 1), "dampening": (1, 1), "weight_decay": (1, 1),
    }  # fmt: skip
    assert exact["momentum"] == Fraction(9, 10)
    assert not {"b1", "learning_rate"} & set(built({"network.biases": MISSING, "update": MISSING}).givens())


def test_class_indices_become_one_hot_rows() -> None:
    task = built(CLASSES | {"data.x": [[1, 2], [3, 4]], "data.y": [2, 0]})
    assert task.givens()["y"].tolist() == [[0, 0, 1], [1, 0, 0]]
    assert not task.givens()["y"].flags.writeable
    rows = built(CLASSES | {"data.x": [[1, 2], [3, 4]], "data.y": [[0, 0, 1], [1, 0, 0]]})
    assert task.targets == rows.targets
    assert task != rows


def test_shares_that_sum_to_1_only_exactly_are_targets() -> None:
    thirds = [[Decimal("0.3"), Decimal("0.6"), Decimal("0.1")]]
    assert sum(built(CLASSES | {"data.y": thirds}).targets[0]) == 1
    with pytest.raises(TaskError, match="needs targets that sum to 1"):
        built(CLASSES | {"data.y": [[Decimal("0.3"), Decimal("0.6"), Decimal("0.10000000000000001")]]})


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (Target(classes=(1,)), Target(classes=(1,)), True),
        (Target(classes=(1,)), Target(classes=(0,)), False),
        (Target(rows=((Fraction(1),),)), Target(rows=((Fraction(1),),)), True),
        (Target(rows=((Fraction(1),),)), Target(classes=(1,)), False),
        (Target(classes=(1,)), (1,), False),
    ],
)
def test_targets_are_equal_if_they_say_the_same(one: Target, other: object, equal: bool) -> None:
    assert (one == other) is equal
    if equal:
        assert hash(one) == hash(other)


@given(tasks())
def test_every_given_number_has_one_symbol_in_each_notation(task: Task) -> None:
    givens = task.givens()
    spots = {(name, *place) for name in givens if name[0] in "xyWb" for place in np.ndindex(givens[name].shape)}
    for notation in NOTATIONS:
        numbers = task.numbers(notation)
        assert set(numbers.values()) == spots
        assert len(numbers) == len(spots)
        assert all(symbol.isascii() for symbol in numbers)
    assert task.numbers() == task.numbers(task.notation)


@pytest.mark.parametrize(
    ("notation", "symbol"), [("lesson", "w13"), ("standard", "W1_12"), ("pytorch", "fc1.weight[0,1]")]
)
def test_the_weight_from_input_2_to_unit_1_has_the_symbol_of_its_notation(notation: Any, symbol: str) -> None:
    assert built({"notation": notation}).numbers()[symbol] == ("W1", 1, 0)


def test_a_task_does_not_change() -> None:
    with pytest.raises(AttributeError):
        built().decimals = 2  # type: ignore[misc]


@given(tables())
def test_tables_are_left_as_they_were_and_give_equal_tasks(found: Tables) -> None:
    before = copy.deepcopy(found)
    assert build_task(found) == build_task(before)
    assert found == before


def plain(found: Any) -> Any:
    """Return tables as a JSON reader sees them: decimals as floats."""
    match found:
        case dict():
            return {key: plain(value) for key, value in found.items()}
        case list():
            return [plain(value) for value in found]
        case Decimal():
            return float(found)
        case _:
            return found


VALIDATOR = jsonschema.Draft202012Validator(schema())


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@settings(max_examples=40)
@given(tables())
def test_a_valid_task_fits_the_schema(found: Tables) -> None:
    VALIDATOR.validate(plain(found))


@pytest.mark.parametrize(
    "change",
    [
        {"title": MISSING},
        {"titel": "A"},
        {"network.loss": "mse"},
        {"network.activations": ["swish", "relu"]},
        {"network.weights": [[1]]},
        {"data.x": [["1"]]},
        {"data.y": [-1]},
        {"data.y": [[1], 1]},
        {"update.steps": 0},
        {"update.frozen": [0]},
        {"decimals": 13},
        {"ask": [{"points": 1}]},
    ],
)
def test_what_does_not_fit_the_schema_is_no_task(change: Tables) -> None:
    found = changed(change)
    assert not VALIDATOR.is_valid(plain(found))
    with pytest.raises((TaskError, msgspec.ValidationError)):
        build_task(found)


@given(broken_tables())
def test_broken_tables_are_told_by_a_task_error_or_a_validation_error(found: Tables) -> None:
    with pytest.raises((LabError, msgspec.ValidationError)):
        build_task(found)
