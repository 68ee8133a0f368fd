"""Derive the backward pass: a sweep in reverse, with a pull-back rule per node that returns formulas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import assert_never

from backprop_lab.engine.formula import (
    ONE,
    Add,
    Apply,
    Const,
    Div,
    Entry,
    Formula,
    MatMul,
    Mul,
    Ref,
    Shape,
    Sub,
    Total,
    Transpose,
    add,
    div,
    mul,
    neg,
    shape,
    transpose,
)
from backprop_lab.engine.functions import FUNCTIONS
from backprop_lab.engine.graph import Step


def pull_back(formula: Formula, g: Formula, ans: Formula, shapes: Mapping[str, Shape]) -> dict[str, Formula]:
    """Return the gradient at each name that a formula uses, given the gradient `g` at its value.

    `ans` is the formula's own value under its name. The rules are those of reverse-mode differentiation
    (Griewank and Walther, Evaluating Derivatives, 2nd ed., chapter 3).
    """
    gradients: dict[str, Formula] = {}
    for name, part in _contributions(formula, g, ans, shapes):
        gradients[name] = add(gradients[name], part) if name in gradients else part
    return gradients


def _contributions(
    formula: Formula, g: Formula, ans: Formula, shapes: Mapping[str, Shape]
) -> Iterator[tuple[str, Formula]]:
    def into(part: Formula, gradient: Formula) -> Iterator[tuple[str, Formula]]:
        return _contributions(part, gradient, part, shapes)

    match formula:
        case Ref(name):
            yield name, g
        case Const():
            return
        case Add(terms):
            for term in terms:
                yield from into(term, _spread_back(g, term, shapes))
        case Sub(left, right):
            yield from into(left, g)
            yield from into(right, neg(g))
        case Mul(factors):
            for index, factor in enumerate(factors):
                others = factors[:index] + factors[index + 1 :]
                yield from into(factor, mul(g, *others))
        case Div(numerator, denominator):
            yield from into(numerator, div(g, denominator))
            yield from into(denominator, neg(div(mul(g, ans), denominator)))
        case MatMul(left, right):
            yield from into(left, MatMul(g, transpose(right)))
            yield from into(right, MatMul(transpose(left), g))
        case Transpose(operand):
            yield from into(operand, transpose(g))
        case Total(operand, _):
            yield from into(operand, g)
        case Apply(name, arguments):
            rule = FUNCTIONS[name].pull_back
            if rule is None:
                raise ValueError(f"{name} is not differentiated in any pass")
            for argument, gradient in zip(arguments, rule(g, ans, *arguments), strict=True):
                if gradient is not None:
                    yield from into(argument, gradient)
        case Entry():
            raise ValueError("a gradient is pulled back through matrices, not through single entries")
        case _:
            assert_never(formula)


def _spread_back(g: Formula, term: Formula, shapes: Mapping[str, Shape]) -> Formula:
    """Sum the gradient over the rows where a single row had been added to every row."""
    rows, _ = shape(term, shapes)
    return Total(g, "rows") if rows == 1 and shape(g, shapes)[0] > 1 else g


def backward(
    steps: Sequence[Step],
    shapes: Mapping[str, Shape],
    gradient_names: Mapping[str, str],
    alternatives: Mapping[str, Formula],
) -> dict[str, Formula]:
    """Return the formula of every gradient of the last step that has a name, in the order of work.

    `gradient_names` maps a quantity to its gradient's name (`z1` to `delta1`); a gradient without one is
    put into the formulas that use it. `alternatives` are formulas that a convention, or an equal shorter form, sets
    in the place of the derived gradient of a quantity.
    """
    shapes = dict(shapes)
    gradients: dict[str, Formula] = {}
    cotangents: dict[str, Formula] = {steps[-1].name: ONE}

    def settle(name: str) -> Formula:
        derived = cotangents.pop(name)
        g = alternatives.get(name, derived)
        if name not in gradient_names:
            return g
        gradient = gradient_names[name]
        gradients[gradient] = g
        shapes[gradient] = shapes[name]
        return Ref(gradient)

    made = {step.name for step in steps}
    wanted = _leading_to(gradient_names, steps)
    first_use = {name: step.name for step in reversed(steps) for name in step.inputs}
    for step in reversed(steps):
        if step.name not in cotangents:
            continue
        g = settle(step.name)
        for name, part in pull_back(step.formula, g, Ref(step.name), shapes).items():
            if name in wanted:
                cotangents[name] = add(cotangents[name], part) if name in cotangents else part
        for name in gradient_names:
            if name in cotangents and name not in made and first_use[name] == step.name:
                settle(name)
    return gradients


def _leading_to(targets: Mapping[str, str], steps: Sequence[Step]) -> set[str]:
    """Return the names whose gradient is wanted or passes on to one that is."""
    wanted = set(targets)
    for step in steps:
        if wanted.intersection(step.inputs):
            wanted.add(step.name)
    return wanted
