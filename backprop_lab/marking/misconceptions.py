"""The catalogue of mistakes: each is a wrong formula in the place of a step's right one.

`MISCONCEPTIONS` names them by slug; `mistaken` gives the formulas of one step that they lead to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache

from backprop_lab.engine.formula import (
    ONE,
    Add,
    Const,
    Div,
    Formula,
    MatMul,
    Ref,
    Shape,
    Sub,
    Total,
    Transpose,
    children,
    const,
    mul,
    neg,
    rebuild,
    sub,
    transpose,
    with_names,
)
from backprop_lab.engine.graph import Graph, Step
from backprop_lab.engine.network import PROBABILITY_LOSSES, Network
from backprop_lab.marking import slopes
from backprop_lab.marking.place import Place, Rule


def _passes_error_back(place: Place) -> Iterator[Formula]:
    if (place.step.layer or 0) + 1 == place.network.depth:
        yield with_names(place.step.formula, {place.of_layer("delta", 1).name: Ref("error")})


def _updated_weights(place: Place) -> Iterator[Formula]:
    if not place.is_output and place.network.update is not None:
        following = place.of_layer("W", 1)
        yield with_names(place.step.formula, {following.name: Ref(f"{following.name}_new")})


def _wrong_layer_weights(place: Place) -> Iterator[Formula]:
    """Yield the delta through this layer's weights, as far as their shape lets it."""
    if place.is_output:
        return
    own, following = place.of_layer("W").name, place.of_layer("W", 1).name
    rows, columns = place.shapes[following]
    if place.shapes[own] == (rows, columns):
        yield with_names(place.step.formula, {following: Ref(own)})
    if place.shapes[own] == (columns, rows):
        yield with_names(place.step.formula, {following: transpose(Ref(own))})


def _no_weights_back(place: Place) -> Iterator[Formula]:
    if place.is_output:
        return
    following = place.of_layer("delta", 1)

    def leave_out(formula: Formula) -> Formula:
        if isinstance(formula, MatMul):
            return Total(following, "columns")
        return rebuild(formula, tuple(map(leave_out, children(formula))))

    yield leave_out(place.step.formula)


def _ascent(place: Place) -> Iterator[Formula]:
    if isinstance(place.step.formula, Sub):
        yield Add((place.step.formula.left, place.step.formula.right))


def _no_learning_rate(place: Place) -> Iterator[Formula]:
    yield with_names(place.step.formula, {"learning_rate": ONE})


def _rate_twice(place: Place) -> Iterator[Formula]:
    rate = Ref("learning_rate")
    yield with_names(place.step.formula, {"learning_rate": mul(rate, rate)})


def _bias_kept(place: Place) -> Iterator[Formula]:
    yield Ref(place.step.name.removesuffix("_new"))


def _error_sign(place: Place) -> Iterator[Formula]:
    match place.step.formula:
        case Sub(left, right) if place.step.kind == "error":
            yield sub(right, left)
        case formula if place.is_output:
            yield neg(formula)


def _factor_two(place: Place) -> Iterator[Formula]:
    # A cross-entropy has no 2 of its own: there, a factor of two is that of two samples.
    squared = place.network.loss not in PROBABILITY_LOSSES
    if (place.step.kind == "loss" or place.is_output) and (squared or 2 not in _counts(place)):
        yield mul(const(2), place.step.formula)
        yield mul(const(1, 2), place.step.formula)


def _no_bias(place: Place) -> Iterator[Formula]:
    if isinstance(place.step.formula, Add):
        yield place.step.formula.terms[0]


def _bias_gradient_times_bias(place: Place) -> Iterator[Formula]:
    yield mul(place.step.formula, place.of_layer("b"))


def _shared_bias(place: Place) -> Iterator[Formula]:
    if place.shapes[place.step.name][1] > 1:
        yield Total(place.step.formula, "columns")


def _counts(place: Place) -> set[int]:
    """Return what a mean may be taken over: the samples, or for PyTorch's mean over entries the outputs too.

    Two of them are left to the factor of two that a squared error brings along.
    """
    samples, outputs = place.network.samples, place.network.sizes[-1]
    if _is_mean_of_entries(place):
        return {samples, outputs, samples * outputs} - {1, 2}
    return {samples} - {1}


def _is_mean_of_entries(place: Place) -> bool:
    return place.network.loss == "mean_squared_error" or place.network.reduction == "mean_of_entries"


def _is_mean(place: Place) -> bool:
    return place.network.reduction == "mean" or _is_mean_of_entries(place)


def _sum_for_mean(place: Place) -> Iterator[Formula]:
    if _is_mean(place) and (place.step.kind != "delta" or place.is_output):
        for count in sorted(_counts(place)):
            yield mul(const(count), place.step.formula)


def _mean_for_sum(place: Place) -> Iterator[Formula]:
    if place.step.kind == "delta" and not place.is_output:
        return
    for count in sorted(_counts(place)):
        yield mul(Const(Fraction(1, count)), place.step.formula)


def _softmax_diagonal(place: Place) -> Iterator[Formula]:
    if place.is_output and place.network.loss == "cross_entropy":
        rest = mul(Ref("y"), sub(ONE, place.of_layer("a")))
        yield neg(mul(Const(place.network.share), rest))


def _softmax_one_target(place: Place) -> Iterator[Formula]:
    if place.is_output and place.network.loss == "cross_entropy":
        yield mul(Const(place.network.share), sub(place.of_layer("a"), ONE))


def _not_softmax(place: Place) -> Iterator[Formula]:
    z = place.of_layer("z")
    if place.activation == "softmax":
        yield Div(z, Total(z, "columns"))


def _no_activation(place: Place) -> Iterator[Formula]:
    yield place.of_layer("z")


def _net_for_activation(place: Place) -> Iterator[Formula]:
    if (place.step.layer or 1) > 1:
        earlier = place.of_layer("a", -1)
        yield with_names(place.step.formula, {earlier.name: place.of_layer("z", -1)})


def _transposed(place: Place) -> Iterator[Formula]:
    W = place.of_layer("W", int(place.step.kind == "delta")).name
    if (place.is_output and place.step.kind == "delta") or len(set(place.shapes[W])) > 1:
        return
    if place.step.kind == "weight_gradient":
        yield Transpose(place.step.formula)
    else:
        yield with_names(place.step.formula, {W: transpose(Ref(W))})


_DELTA = {"delta"}
_GRADIENTS = {"weight_gradient", "bias_gradient"}
_UPDATES = {"weight_update", "bias_update"}

MISCONCEPTIONS: Mapping[str, tuple[set[str], Rule]] = {
    "updated-weights": (_DELTA, _updated_weights),
    "no-output-slope": (_DELTA, slopes.no_output_slope),
    "extra-slope": (_DELTA, slopes.extra_slope),
    "no-hidden-slope": (_DELTA, slopes.no_hidden_slope),
    "slope-of-z": (_DELTA, slopes.slope_of_z),
    "slope-twice": (_DELTA, slopes.slope_twice),
    "error-as-activation": (_DELTA, slopes.error_as_activation),
    "passes-error-back": (_DELTA, _passes_error_back),
    "wrong-layer-weights": (_DELTA, _wrong_layer_weights),
    "no-weights-back": (_DELTA, _no_weights_back),
    "ascent": (_UPDATES, _ascent),
    "error-sign": ({"error", "delta"}, _error_sign),
    "factor-two": ({"loss", "delta"}, _factor_two),
    "no-bias": ({"net_input"}, _no_bias),
    "bias-kept": ({"bias_update"}, _bias_kept),
    "bias-gradient-times-bias": ({"bias_gradient"}, _bias_gradient_times_bias),
    "shared-bias": ({"bias_gradient"}, _shared_bias),
    "sum-for-mean": (_DELTA | _GRADIENTS | {"loss"}, _sum_for_mean),
    "mean-for-sum": (_DELTA | _GRADIENTS | {"loss"}, _mean_for_sum),
    "softmax-diagonal": (_DELTA, _softmax_diagonal),
    "not-softmax": ({"activation"}, _not_softmax),
    "softmax-one-target": (_DELTA, _softmax_one_target),
    "relu-slope-is-a": (_DELTA, slopes.relu_slope_is_a),
    "relu-slope-one": (_DELTA, slopes.relu_slope_one),
    "leaky-slope-dropped": (_DELTA, slopes.leaky_slope_dropped),
    "net-for-activation": ({"net_input", "weight_gradient"}, _net_for_activation),
    "no-activation": ({"activation"}, _no_activation),
    "transposed": ({"net_input", "delta", "weight_gradient"}, _transposed),
    "no-learning-rate": (_UPDATES, _no_learning_rate),
    "rate-twice": (_UPDATES, _rate_twice),
    "tanh-slope-of-z": (_DELTA, slopes.tanh_slope_of_z),
}
"""By slug: the kinds of steps that it befalls, and the wrong formulas that it puts there."""


def mistaken(network: Network, graph: Graph, step: Step) -> tuple[tuple[str, Formula], ...]:
    """Return the slug and the wrong formula of every misconception that fits a step and changes its formula."""
    return _mistaken(network, tuple(graph.shapes.items()), step)


@lru_cache(maxsize=4096)
def _mistaken(network: Network, shapes: tuple[tuple[str, Shape], ...], step: Step) -> tuple[tuple[str, Formula], ...]:
    place = Place(network, dict(shapes), step)
    return tuple(
        (slug, formula)
        for slug, (kinds, rule) in MISCONCEPTIONS.items()
        if step.kind in kinds
        for formula in rule(place)
        if formula != step.formula
    )
