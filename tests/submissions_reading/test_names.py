"""Which step an answer's name means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lab.marking.observations import Answer, Where
from backprop_lab.submissions.names import Names, Target, spots_by_name
from backprop_lab.task import Task
from backprop_lab.taskfile import load_task
from backprop_lab.writing.notation import NOTATIONS, NotationName
from backprop_lab.writing.symbols import ascii_symbol
from tests.submissions_reading.spelled import TASKS, entries, matrices


def lesson() -> Names:
    return spots_by_name(load_task("lab_task_3"))


def answer(name: str, *numbers: float, matrix: bool = False) -> Answer:
    shape = (1, len(numbers)) if matrix else (len(numbers),) if len(numbers) > 1 else ()
    return Answer(Where(name), shape, numbers, (0.1,) * len(numbers))


def meant(task: Task, symbol: str, target: Target) -> Target:
    """Return what a symbol of another notation means where the task's own notation has it too."""
    own = {ascii_symbol(own): whole for own, whole in matrices(task, task.notation)}
    whole = own.get(symbol, target)
    single = task.graph.shapes[whole[0]] == (1, 1)
    return (whole[0], 0, 0) if symbol in own and single else target


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("name", TASKS)
def test_every_symbol_of_every_notation_is_found(name: str, notation: NotationName) -> None:
    task = load_task(name)
    names = spots_by_name(task)
    for symbol, target in entries(task, notation):
        spelled = ascii_symbol(symbol)
        expected = target if notation == task.notation else meant(task, spelled, target)
        assert names.find(spelled) == expected


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("name", TASKS)
def test_every_matrix_and_every_step_is_found_by_its_several_numbers(name: str, notation: NotationName) -> None:
    task = load_task(name)
    names = spots_by_name(task)
    for symbol, target in matrices(task, notation):
        rows, columns = task.graph.shapes[target[0]]
        if rows * columns > 1:
            assert names.find(ascii_symbol(symbol), rows * columns) == target
            assert names.find(target[0], rows * columns) == target


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("Z_1", ("z1", 0, 0)),
        ("z1", ("z1", 0, 0)),
        ("w_21_new", ("W2_new", 0, 0)),
        ("W21new", ("W2_new", 0, 0)),
        ("new_w21", ("W2_new", 0, 0)),
        ("w21_updated", ("W2_new", 0, 0)),
        ("w_{21}^{new}", ("W2_new", 0, 0)),
        ("dL/dw21", ("dW2", 0, 0)),
        ("dL_dw21", ("dW2", 0, 0)),
        ("dE/dw_21", ("dW2", 0, 0)),
        ("grad_w21", ("dW2", 0, 0)),
        ("w21_grad", ("dW2", 0, 0)),
        ("∂L/∂w₂₁", ("dW2", 0, 0)),
        ("y_hat", ("a2", 0, 0)),
        ("ŷ", ("a2", 0, 0)),
        ("y_pred", ("a2", 0, 0)),
        ("error", ("error", 0, 0)),
        ("Loss", ("L", 0, 0)),
        ("E_total", ("L", 0, 0)),
        ("b3_new", ("b2_new", 0, 0)),
        ("db3", ("db2", 0, 0)),
        ("θ_3_new", ("b2_new", 0, 0)),
        ("dZ3", ("delta2", 0, 0)),
        ("z^{(2)}", ("z2", 0, 0)),
        ("z1[0,1]", ("z1", 0, 1)),
        # in a table of a sheet
        ("forward.Z_1", ("z1", 0, 0)),
        ("answers.forward.Z1", ("z1", 0, 0)),
        ("gradients.w21", ("dW2", 0, 0)),
        ("gradients.dw21", ("dW2", 0, 0)),
        ("updated_weights.w21", ("W2_new", 0, 0)),
        ("model.fc2.weight.grad", ("dW2", None, None)),
    ],
)
def test_a_name_is_found_as_people_write_it(name: str, target: Target) -> None:
    assert lesson().find(name) == target


@pytest.mark.parametrize(
    ("name", "numbers", "target"),
    [
        ("delta1", 1, ("delta1", 0, 0)),
        ("delta2", 1, ("delta1", 0, 1)),
        ("delta1", 2, ("delta1", None, None)),
        ("Z1", 2, ("z1", None, None)),
        ("H1", 2, ("a1", None, None)),
        ("W_h_new", 6, ("W1_new", None, None)),
        ("Wh_new", 1, ("W1_new", None, None)),
        ("theta_h_new", 2, ("b1_new", None, None)),
        ("dW1", 5, ("dW1", None, None)),
        ("Z3", 2, None),
    ],
)
def test_one_number_is_an_entry_and_several_are_a_step(name: str, numbers: int, target: Target | None) -> None:
    assert lesson().find(name, numbers) == target


def test_a_symbol_of_the_task_comes_before_one_of_another_notation() -> None:
    standard = spots_by_name(load_task("kircerta"))
    assert standard.find("delta2") == ("delta2", 0, 0)
    assert standard.find("Z2") == ("z1", 0, 1)
    assert lesson().find("delta2") == ("delta1", 0, 1)


def test_who_answers_layers_means_layers_throughout() -> None:
    names = lesson()
    layers = [answer("z1", -0.7, 0.1), answer("z2", 0.08), answer("delta2", -0.92)]
    assert names.targets(layers) == (("z1", None, None), ("z2", 0, 0), ("delta1", 0, 1))
    units = [answer("z1", -0.7), answer("z2", 0.1)]
    assert names.targets(units) == (("z1", 0, 0), ("z1", 0, 1))
    assert names.targets([answer("delta2", -0.92, matrix=True)]) == (("delta2", 0, 0),)


@pytest.mark.parametrize(
    "name", ["x1", "w21", "W1", "W_h", "theta3", "b3", "alpha", "lr", "y", "w_{21}", "given.w21"]
)
def test_a_given_is_known_and_not_asked_for(name: str) -> None:
    assert lesson().find(name) is None
    assert lesson().is_given(name)


@pytest.mark.parametrize("name", ["", "foo", "Z9", "w99_new", "Z1.", "forward.Z9", "." * 200, "x" * 100_000, "\0"])
def test_an_unknown_name_is_neither(name: str) -> None:
    assert lesson().find(name) is None
    assert not lesson().is_given(name)


@given(st.text(max_size=30) | st.text("dLwzZb_/123newgrad", max_size=30), st.integers(1, 8))
def test_any_name_is_found_or_not(name: str, numbers: int) -> None:
    names = lesson()
    found = names.find(name, numbers)
    assert found is None or found[0] in names.sizes
