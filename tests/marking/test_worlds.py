"""The moved world: givens are found however a program states them, and moved together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pytest

from backprop_lab.engine.worked import work
from backprop_lab.marking.observations import Constant, Where
from backprop_lab.marking.worlds import Plan, alternatives, plan, stacked
from backprop_lab.taskfile import load_task

TASK = load_task("lab_task_3")
W1 = ("W1", 0, 0), ("W1", 0, 1), ("W1", 1, 0), ("W1", 1, 1), ("W1", 2, 0), ("W1", 2, 1)


def constant(name: str, *numbers: float, shape: Sequence[int] | None = None, place: int = 0) -> Constant:
    whole = (len(numbers),) if shape is None else tuple(shape)
    return Constant(place, 0, Where(name), () if len(numbers) == 1 and shape is None else whole, numbers)


def planned(*constants: Constant) -> Plan:
    return plan(TASK, constants, seed=1)


def spots(*constants: Constant) -> list[tuple[tuple[str, int, int], ...]]:
    """Return the first given that each number of each constant was read as."""
    return [tuple(group[0] for group in found.spots if group) for found in planned(*constants).found]


@pytest.mark.parametrize(
    ("name", "numbers", "expected"),
    [
        ("W", (0.2, -0.3, 0.4, 0.1, -0.5, 0.2), W1),
        ("hidden", (0.2, 0.4, -0.5, -0.3, 0.1, 0.2), (*W1[::2], *W1[1::2])),
        ("w_h1", (0.2, 0.4, -0.5), W1[::2]),
        ("theta", (-0.4, 0.2, 0.1), (("b1", 0, 0), ("b1", 0, 1), ("b2", 0, 0))),
        ("x", (1, 0, 1), (("x", 0, 0), ("x", 0, 1), ("x", 0, 2))),
        ("Wb", (0.2, 0.4, -0.5, -0.4, -0.3, 0.1, 0.2, 0.2), (*W1[::2], ("b1", 0, 0), *W1[1::2], ("b1", 0, 1))),
        ("lr", (0.001,), (("learning_rate", 0, 0),)),
        ("theta3", (0.1,), (("b2", 0, 0),)),
        ("w14", (0.1,), (("W1", 1, 1),)),
        ("y", (1,), (("y", 0, 0),)),
    ],
)
def test_a_given_is_found_in_every_layout(
    name: str, numbers: tuple[float, ...], expected: tuple[tuple[str, int, int], ...]
) -> None:
    assert spots(constant(name, *numbers)) == [expected]


@pytest.mark.parametrize(
    ("name", "numbers"),
    [("epochs", (1,)), ("total", (0,)), ("H2", (0.1,)), ("zeros", (0, 0)), ("theta", (0.4, 0.3)), ("i", (0,))],
)
def test_what_is_no_given_stays(name: str, numbers: tuple[float, ...]) -> None:
    assert spots(constant(name, *numbers)) == []


def test_one_list_of_everything_is_read_part_by_part() -> None:
    numbers = (1, 0, 1, 0.2, -0.3, 0.4, 0.1, -0.5, 0.2, -0.3, -0.2, -0.4, 0.2, 0.1, 1, 0.001)
    (found,) = spots(constant("data", *numbers))
    assert [name for name, _, _ in found] == [
        *["x"] * 3, *["W1"] * 6, *["W2"] * 2, *["b1"] * 2, "b2", "y", "learning_rate"
    ]  # fmt: skip


def test_a_given_that_is_stated_twice_moves_to_the_same_values() -> None:
    twice = planned(
        constant("W", 0.2, -0.3, 0.4, 0.1, -0.5, 0.2), constant("W", 0.2, -0.3, 0.4, 0.1, -0.5, 0.2, place=1)
    )
    first, second = twice.moves
    assert first.now == second.now != first.was


def test_a_miscopied_number_of_a_given_stays_where_the_others_move() -> None:
    (move,) = planned(constant("theta", 0.4, 0.2, 0.1)).moves
    assert move.now[0] == 0.4
    assert move.now[1] != 0.2


def test_a_bias_that_units_share_moves_as_one_number() -> None:
    task = load_task("mazur")
    shared = plan(task, [constant("b1", 0.35)], seed=3)
    assert len(set(shared.givens["b1"].ravel().tolist())) == 1
    stated = plan(task, [constant("bh1", 0.35), constant("bh2", 0.35, place=1)], seed=3)
    assert len(set(stated.givens["b1"].ravel().tolist())) == 2


def test_every_unit_is_alive_in_the_moved_world_and_no_two_numbers_are_the_same() -> None:
    everything = planned(
        *(constant(name, *TASK.givens()[name].ravel().tolist()) for name in ("x", "y", "W1", "b1", "W2", "b2"))
    )
    values = work(TASK.graph, everything.givens).values
    assert (values["z1"] > 0).all()
    assert values["z2"] > 0
    forward = np.concatenate([values[name].ravel() for name in ("z1", "z2", "error", "dW2", "delta1", "dW1")])
    assert len(set(np.round(forward, 9))) == forward.size


def test_the_targets_of_a_cross_entropy_stay() -> None:
    task = load_task("three_class_softmax")
    assert not plan(task, [constant("Y", 1, 0, 0, 0, 0, 1)], seed=1).found


def orders(constants: Sequence[Constant]) -> tuple[Plan, list[tuple[float, ...]]]:
    """Return a plan, and the numbers that the givens of its only group get in the worlds of other orders."""
    read = planned(*constants)
    (group,) = read.groups
    others = list(alternatives(read, TASK.givens(), read.names))
    return read, [tuple(float(world[name][r, c]) for name, r, c in group) for world in others]


@pytest.mark.parametrize("names", [("p", "q", "r"), ("w11", "w16", "theta2")])
def test_givens_of_the_same_value_may_have_been_stated_in_another_order(names: tuple[str, ...]) -> None:
    read, others = orders([constant(name, 0.2, place=place) for place, name in enumerate(names)])
    own = tuple(float(read.givens[name][r, c]) for name, r, c in read.groups[0])
    assert len(set(own)) == 3
    assert set(others[:5]) == set(permutations(own)) - {own}


def test_givens_that_are_beyond_doubt_are_not_exchanged() -> None:
    read = planned(*(constant(name, 0.2, place=place) for place, name in enumerate(("p", "q", "r"))))
    assert list(alternatives(read, TASK.givens(), set())) == []


def test_less_is_moved_where_more_care_is_wanted() -> None:
    constants = [constant("x1", 1), constant("lr", 0.001, place=1), constant("w", -0.3, -0.2, place=2)]
    found = {moving: len(plan(TASK, constants, 1, moving).found) for moving in ("all", "no_whole_numbers", "arrays")}
    assert found == {"all": 3, "no_whole_numbers": 2, "arrays": 1}


def test_two_worlds_are_two_variants_of_each_given() -> None:
    own = TASK.givens()
    both = stacked(own, planned(constant("lr", 0.001)).givens)
    assert both["W1"].shape == (2, 3, 2)
    assert both["learning_rate"][0, 0, 0] == 0.001 != both["learning_rate"][1, 0, 0]


def test_a_gently_moved_world_leaves_every_unit_dead_or_alive() -> None:
    everything = [
        constant(name, *TASK.givens()[name].ravel().tolist()) for name in ("x", "y", "W1", "b1", "W2", "b2")
    ]
    own = work(TASK.graph, TASK.givens()).values
    moved = work(TASK.graph, plan(TASK, everything, 1, "gently").givens).values
    for name in ("z1", "z2"):
        assert ((moved[name] > 0) == (own[name] > 0)).all()
        assert (moved[name] != own[name]).all()


def test_one_list_may_have_one_bias_for_each_layer() -> None:
    task = load_task("mazur_biases")
    (found,) = plan(task, [constant("b", 0.35, 0.6)], seed=1).found
    assert found.spots == ((("b1", 0, 0), ("b1", 0, 1)), (("b2", 0, 0), ("b2", 0, 1)))


@pytest.mark.parametrize("name", ["one", "slope"])
def test_a_single_one_in_brackets_is_no_target_where_that_is_stated(name: str) -> None:
    ones = constant("x", 1, 0, 1), constant("y", 1, place=1), constant(name, 1, shape=(1,), place=2)
    assert [found.constant.where.name for found in planned(*ones).found] == ["x", "y"]
    assert spots(constant(name, 1, shape=(1,)))


def test_keys_of_a_dict_tell_givens_though_the_last_one_names_a_unit() -> None:
    name = "net['O']['w']['H1']"
    assert spots(constant(name, -0.2)) == [(("W2", 1, 0),)]
    assert spots(constant("net['O']['H1']", -0.2)) == []
