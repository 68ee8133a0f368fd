"""A variant for every key: its own, the same whoever else there is, and such that mistakes show."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from backprop_lab.engine.arithmetic import EXACT, FLOAT, lookup, value
from backprop_lab.engine.worked import work
from backprop_lab.errors import VariantError
from backprop_lab.handouts.key import key
from backprop_lab.marking.misconceptions import mistaken
from backprop_lab.taskfile import load_task
from backprop_lab.variants import Variant, study, variants
from tests.needs import needs_torch
from tests.variants.test_drawing import task

KEYS = [f"id {count}" for count in range(40)]


def numbers(found: tuple[Variant, ...]) -> dict[str, list[int]]:
    return {one.key: one.draw.tolist() for one in found}


def test_a_variant_is_the_same_when_the_roster_grows_or_is_reordered() -> None:
    own = load_task("lab_task_3")
    alone = numbers(variants(own, 2026, KEYS[:5]))
    many = numbers(variants(own, 2026, [*reversed(KEYS), "id é"]))
    assert all(many[name] == draw for name, draw in alone.items())


def test_another_seed_gives_other_numbers() -> None:
    own = load_task("lab_task_3")
    one, other = numbers(variants(own, 1, KEYS)), numbers(variants(own, 2, KEYS))
    assert not [name for name in KEYS if one[name] == other[name]]


def test_a_key_gets_the_same_numbers_each_time_it_is_named() -> None:
    found = variants(load_task("lab_task_3"), 1, ["a", "b", "a"])
    assert [one.key for one in found] == ["a", "b", "a"]
    assert found[0].code == found[2].code != found[1].code


@pytest.mark.parametrize("name", ["mazur", "lesson_sigmoid", "three_class_softmax", "three_layer", "apples_oranges"])
def test_no_two_keys_share_numbers(name: str) -> None:
    found = variants(load_task(name), 7, [f"id {count}" for count in range(300)])
    assert len({one.draw.tobytes() for one in found}) == len({one.code for one in found}) == 300


def test_where_there_are_few_variants_each_key_has_its_own_for_as_long_as_they_last() -> None:
    few = task('draw = ["x"]', "x = [1, 4]", "dead = [0, 2]", "loss = 0", "draws = 500")
    assert len({one.code for one in variants(few, 1, KEYS[:6])}) == 6
    with pytest.raises(VariantError) as raised:
        variants(few, 1, KEYS)
    assert str(raised.value).startswith("variants: of 500 draws for ")


def test_who_finds_the_best_draw_taken_has_the_next_one() -> None:
    few = task('draw = ["biases"]', "biases = [-0.2, 0.2]", "loss = 0", name="tanh_network")
    studied = study(few)
    found = variants(few, 1, [f"id {count}" for count in range(110)], studied)
    assert studied.kept * 5**3 < 110 < studied.fit * 5**3
    assert len({one.draw.tobytes() for one in found}) == 110
    assert sum(bool(one.missed) for one in found) == 110 - round(studied.kept * 5**3)


def _exactly(number: Fraction, decimals: int) -> int:
    """Round a fraction to so many decimals, halves away from zero, as a whole number of the last one."""
    size: int = math.floor(abs(number) * 10**decimals + Fraction(1, 2))
    return size if number >= 0 else -size


def _untold(variant: Variant) -> set[tuple[str, str, str | None]]:
    """Return the mistakes that a variant of a ReLU network does not tell, worked with fractions one by one."""
    own = variant.task
    values: Mapping[str, Any] = work(own.graph, own.givens(EXACT), EXACT).values
    untold: set[tuple[str, str, str | None]] = set()
    for ask in own.asked:
        step = own.graph.step[ask.step]
        shape = values[step.name].shape

        def rounded(array: Any, shape: tuple[int, ...] = shape) -> list[int]:
            return [_exactly(Fraction(entry), own.decimals) for entry in np.broadcast_to(array, shape).ravel()]

        results = [
            (slug, rounded(value(formula, lookup(values), EXACT)))
            for slug, formula in mistaken(own.spec, own.graph, step)
        ]
        for place, (slug, result) in enumerate(results):
            if result == rounded(values[step.name]):
                untold.add((step.name, slug, None))
            untold |= {
                (step.name, slug, other) for other, theirs in results[:place] if other != slug and theirs == result
            }
    return untold


def test_each_of_a_thousand_variants_tells_all_that_is_told_as_fractions_confirm() -> None:
    own = load_task("lab_task_3")
    studied = study(own)
    hidden = {(one.step, one.slug, one.other) for one in studied.hidden}
    assert hidden == {
        ("a2", "no-activation", None), ("delta2", "relu-slope-one", None), ("delta1", "passes-error-back", None)
    }  # fmt: skip
    for variant in variants(own, 2026, [f"id {count}" for count in range(1000)], studied):
        assert not variant.missed
        assert _untold(variant) == hidden


@pytest.mark.parametrize("name", ["lab_task_3", "lesson_sigmoid", "three_class_softmax", "tanh_network"])
def test_the_referee_agrees_with_every_key(name: str) -> None:
    needs_torch()
    from backprop_lab.referee import referee

    for variant in variants(load_task(name), 3, [f"id {count}" for count in range(250)]):
        own = variant.task
        right = next(iter(referee(own.spec, own.givens(FLOAT))))
        for part in key(own):
            if part.step in right:
                for blank in part.blanks:
                    assert math.isclose(
                        blank.value, right[part.step][blank.row, blank.column], rel_tol=1e-9, abs_tol=1e-12
                    )


def test_bounds_that_hide_a_mistake_take_the_best_there_is_and_say_what_is_hidden() -> None:
    alive = task("dead = [0, 0]")
    studied = study(alive)
    hidden = {(one.step, one.slug) for one in studied.hidden}
    assert ("delta1", "relu-slope-one") in hidden
    assert not any(one.missed for one in variants(alive, 1, KEYS, studied))


def test_with_few_draws_the_best_of_it_is_taken_and_its_gaps_are_told() -> None:
    hasty = task("draws = 40")
    found = variants(hasty, 1, KEYS[:20])
    assert any(one.missed for one in found)
    assert max(one.draws for one in found) <= 40
    for one in found:
        assert bool(one.missed) == bool(_untold(one) - {(d.step, d.slug, d.other) for d in study(hasty).hidden})
