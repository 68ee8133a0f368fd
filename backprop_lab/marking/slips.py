"""Slips of the pen, which any step can have: a lost minus, a factor of ten, two entries exchanged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from backprop_lab.engine.arithmetic import Array, lookup, value
from backprop_lab.engine.formula import Add, Formula, Sub, neg
from backprop_lab.engine.graph import Graph, Step
from backprop_lab.engine.scalar import entry

_MOST_ENTRIES = 64


def slips(graph: Graph, step: Step, right: Array, values: Mapping[str, Array]) -> Iterator[tuple[str, Array, float]]:
    """Yield the slug of a slip, what a step would come to by it, and the factor by which its rounding grows.

    `right` is (worlds, rows, columns).

    A minus is lost, or a decimal point moved, in the result, or in one term of each entry's sum.
    """
    yield "sign-slip", -right, 1.0
    for factor in (10.0, 0.1, 100.0, 0.01):
        yield "decimal-slip", factor * right, factor
    if step.kind in ("net_input", "error") and right[0].size <= _MOST_ENTRIES:
        for slug, factor in (("sign-slip", -1.0), ("decimal-slip", 10.0), ("decimal-slip", 0.1)):
            yield from ((slug, slipped, 1.0) for slipped in _in_a_term(graph, step, right, values, factor))
    if 1 < right[0].size <= _MOST_ENTRIES:
        yield from (("swapped-entries", swapped, 1.0) for swapped in _exchanged(right))


def _exchanged(right: Array) -> Iterator[Array]:
    flat = right.reshape(len(right), -1)
    for one in range(flat.shape[1]):
        for other in range(one):
            order = np.arange(flat.shape[1])
            order[[one, other]] = order[[other, one]]
            yield flat[:, order].reshape(right.shape)


def _in_a_term(graph: Graph, step: Step, right: Array, values: Mapping[str, Array], factor: float) -> Iterator[Array]:
    """Yield the step with the same term of every entry multiplied by a factor."""
    leaf = lookup(values)
    terms: list[list[Array]] = []
    for row, column in np.ndindex(*right.shape[1:]):
        terms.append([value(term, leaf) for term in _terms(entry(step.formula, row, column, graph.shapes))])
    for place in range(min(map(len, terms))):
        changes = [(factor - 1) * of_entry[place] for of_entry in terms]
        yield right + np.stack(changes, axis=-1).reshape(right.shape)


def _terms(formula: Formula) -> tuple[Formula, ...]:
    """Return the terms of a sum or difference."""
    match formula:
        case Add(terms):
            return terms
        case Sub(left, right):
            return left, neg(right)
        case _:
            return (formula,)
