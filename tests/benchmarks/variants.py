"""Ten thousand variants of Task 3 in one call, against batches written by hand in NumPy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.worked import work
from backprop_lab.taskfile import load_task
from tests.benchmarks.measure import Row, against_floor, in_turns

Values = dict[str, Array]
Product = Callable[[Array, Array], Array]

VARIANTS = 10_000


def rows() -> Iterator[Row]:
    """Time every quantity of the pass and the update; the floor is the fastest of three ways to write it by hand."""
    task = load_task("lab_task_3")
    random = np.random.default_rng(3)
    givens = task.givens()
    for name in ("W1", "b1", "W2", "b2", "x"):
        givens[name] = random.normal(size=(VARIANTS, *givens[name].shape))
    worked = work(task.graph, givens).values
    ways = {name: partial(by_hand, givens, *products) for name, products in WAYS.items()}
    for name, way in ways.items():
        for quantity, value in way().items():
            np.testing.assert_allclose(worked[quantity], value, rtol=1e-11, atol=1e-13, err_msg=f"{quantity}, {name}")
    measured, *floors = in_turns(partial(work, task.graph, givens), *ways.values(), repetitions=60)
    floor, name = min(zip(floors, ways, strict=True))
    yield against_floor(f"{VARIANTS:,} variants of lab_task_3, one call", measured, floor, f"by hand, {name}", "≤ 2×")


def _einsum(left: Array, right: Array) -> Array:
    product: Array = np.einsum("vij,vjk->vik", left, right)
    return product


WAYS: dict[str, tuple[Product, Product]] = {
    "np.matmul": (np.matmul, np.matmul),
    "np.einsum": (_einsum, _einsum),
    # The product of a column and a row is also their product entry by entry.
    "np.matmul, outer products by broadcasting": (np.matmul, np.multiply),
    "np.einsum, outer products by broadcasting": (_einsum, np.multiply),
}


def by_hand(givens: Values, product: Product, outer: Product) -> Values:
    """Return every quantity of every variant, given a product of matrices and one of a column and a row."""
    x, y, rate = givens["x"], givens["y"], givens["learning_rate"]
    W1, b1, W2, b2 = (givens[name] for name in ("W1", "b1", "W2", "b2"))
    z1 = product(x, W1) + b1
    a1 = np.maximum(z1, 0)
    z2 = product(a1, W2) + b2
    a2 = np.maximum(z2, 0)
    error = a2 - y
    delta2 = error * (z2 > 0)
    dW2 = outer(a1.mT, delta2)
    delta1 = outer(delta2, W2.mT) * (z1 > 0)
    dW1 = outer(x.mT, delta1)
    return {
        "z1": z1, "a1": a1, "z2": z2, "a2": a2, "error": error, "L": error**2 / 2,
        "delta2": delta2, "dW2": dW2, "db2": delta2, "delta1": delta1, "dW1": dW1, "db1": delta1,
        "dx": product(delta1, W1.mT),
        "W1_new": W1 - rate * dW1, "b1_new": b1 - rate * delta1,
        "W2_new": W2 - rate * dW2, "b2_new": b2 - rate * delta2,
    }  # fmt: skip
