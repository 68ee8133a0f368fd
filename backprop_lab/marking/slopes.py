"""Mistakes about the slope of an activation, the factor that is its derivative: each a wrong formula for a delta."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from backprop_lab.engine.formula import (
    ONE,
    Apply,
    Formula,
    Mul,
    Ref,
    apply,
    children,
    inputs,
    mul,
    rebuild,
    sub,
    with_names,
)
from backprop_lab.marking.place import Place


def _without_slope(place: Place) -> Formula:
    """Return a delta's formula without the factors that are the activation's derivative."""
    own = {place.of_layer("z").name, place.of_layer("a").name, "leaky_slope"}
    if not isinstance(place.step.formula, Mul):
        return place.step.formula
    kept = [
        factor for factor in place.step.formula.factors if not inputs(factor) or not own.issuperset(inputs(factor))
    ]
    return mul(*kept) if kept else ONE


def _with_slope_of(place: Place, activations: set[str], taken_at: Formula) -> Iterator[Formula]:
    """Yield a delta's formula with the derivative taken at another value than the activation."""
    if place.activation in activations and _without_slope(place) != place.step.formula:
        yield with_names(place.step.formula, {place.of_layer("a").name: taken_at})


def _with_function(formula: Formula, name: str, other: Callable[[Apply], Formula]) -> Formula:
    if isinstance(formula, Apply) and formula.function == name:
        return other(formula)
    return rebuild(formula, tuple(_with_function(part, name, other) for part in children(formula)))


def no_output_slope(place: Place) -> Iterator[Formula]:
    """Yield the delta of the last layer without the slope; a ReLU's is left out by `relu_slope_one`."""
    if place.is_output and place.activation != "relu":
        yield _without_slope(place)


def no_hidden_slope(place: Place) -> Iterator[Formula]:
    """Yield the delta of a hidden layer without the slope; a ReLU's is left out by `relu_slope_one`."""
    if not place.is_output and place.activation != "relu":
        yield _without_slope(place)


def extra_slope(place: Place) -> Iterator[Formula]:
    """Yield the error of a cross-entropy times a slope that has cancelled."""
    a = place.of_layer("a")
    if place.is_output and place.network.delta_is_error and place.activation in ("sigmoid", "softmax"):
        yield mul(place.step.formula, a, sub(ONE, a))


def slope_of_z(place: Place) -> Iterator[Formula]:
    """Yield a sigmoid's slope with the net input in the place of the activation."""
    yield from _with_slope_of(place, {"sigmoid"}, place.of_layer("z"))


def tanh_slope_of_z(place: Place) -> Iterator[Formula]:
    """Yield a tanh's slope with the net input in the place of the activation."""
    yield from _with_slope_of(place, {"tanh"}, place.of_layer("z"))


def slope_twice(place: Place) -> Iterator[Formula]:
    """Yield a slope taken at the activation, as if it were the net input."""
    yield from _with_slope_of(place, {"sigmoid", "tanh"}, apply(place.activation, place.of_layer("a")))


def error_as_activation(place: Place) -> Iterator[Formula]:
    """Yield a slope made of the error: as a factor of the delta, and as all of it."""
    if not place.is_output:
        return
    for wrong in _with_slope_of(place, {"sigmoid", "tanh"}, Ref("error")):
        yield wrong
        if isinstance(place.step.formula, Mul):
            slope = [factor for factor in place.step.formula.factors if factor != Ref("error")]
            yield with_names(mul(*slope), {place.of_layer("a").name: Ref("error")})


def relu_slope_is_a(place: Place) -> Iterator[Formula]:
    """Yield the activation in the place of a ReLU's slope."""
    yield _with_function(place.step.formula, "relu_slope", lambda _: place.of_layer("a"))


def relu_slope_one(place: Place) -> Iterator[Formula]:
    """Yield 1 in the place of a ReLU's slope."""
    yield _with_function(place.step.formula, "relu_slope", lambda _: ONE)


def leaky_slope_dropped(place: Place) -> Iterator[Formula]:
    """Yield a plain ReLU's slope in the place of a leaky one's."""
    yield _with_function(
        place.step.formula, "leaky_relu_slope", lambda slope: apply("relu_slope", slope.arguments[0])
    )
