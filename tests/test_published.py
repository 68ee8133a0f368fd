"""Worked examples that other people published: each printed value comes out, and each misprint is known."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from backprop_lab.engine.arithmetic import Array, lookup, round_half_away, value
from backprop_lab.engine.backward import backward
from backprop_lab.engine.graph import Graph, Kind
from backprop_lab.engine.scalar import partial
from backprop_lab.solution import Solution, solve
from backprop_lab.task import Rounding
from backprop_lab.taskfile import load_task

STEP_OF = {
    "net": "z{layer}",
    "out": "a{layer}",
    "loss": "L",
    "delta": "delta{layer}",
    "dW": "dW{layer}",
    "db": "db{layer}",
    "W_new": "W{layer}_new",
    "b_new": "b{layer}_new",
}
OTHERS = {
    "loss_k": "L",
    "dL_dout": "da{layer}",
    "fprime": "slope{layer}",
    "path": "path{layer}",
    "loss_after": "L after {n}",
    "out_after": "out after {n}",
}


class Fact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One printed value; layer, unit, i (input), j (unit) and sample count from 1.

    `sign` is -1 where the source prints the negative, `n` the number of updates before an `_after` value,
    `exact` the right value of a misprint.
    """

    q: str
    value: str
    layer: int = 0
    unit: int = 0
    i: int = 0
    j: int = 0
    sample: int = 0
    n: int = 1
    sign: int = 1
    exact: float | None = None

    @property
    def place(self) -> tuple[int, int]:
        """The row and column, counted from 0."""
        row, column = (self.i, self.j) if self.i else (self.sample, self.unit)
        return max(row - 1, 0), max(column - 1, 0)

    @property
    def label(self) -> str:
        """The quantity, its place and the print, as in `W2_new[1,2]=0.5113`."""
        index = ",".join(str(part) for part in (self.sample, self.i, self.j or self.unit) if part)
        name = (STEP_OF | OTHERS)[self.q].format(layer=self.layer, n=self.n)
        return f"{name}{f'[{index}]' if index else ''}={self.value}"


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One published example: the task that states it, `KEY=VALUE` settings, and what its source prints."""

    task: str
    source: str
    values: list[Fact]
    note: str = ""
    set: tuple[str, ...] = ()


EXAMPLES = {
    path.stem: msgspec.json.decode(path.read_bytes(), type=Example)
    for path in sorted(Path(__file__).with_name("published").glob("*.json"))
}


def each(*names: str, misprints: bool | None = None, besides: tuple[str, ...] = ()) -> pytest.MarkDecorator:
    """Make one test per fact of the named examples (of all, if none is named)."""
    cases = [
        pytest.param(EXAMPLES[name], fact, id=f"{name}: {fact.label}")
        for name in names or EXAMPLES
        for fact in EXAMPLES[name].values
        if fact.q not in besides and misprints in (None, fact.exact is not None)
    ]
    return pytest.mark.parametrize(("example", "fact"), cases)


@cache
def solved(
    task: str,
    settings: tuple[str, ...],
    *,
    steps: int = 1,
    rounding: Rounding | None = "full",
    exact: bool = False,
) -> Solution:
    """Solve a task, once for all facts of it."""
    return solve(load_task(task, settings), steps=steps, rounding=rounding, exact=exact)


def found(example: Example, fact: Fact) -> float:
    """Return our own value, in full, of what a fact prints."""
    solution = solved(example.task, example.set, steps=fact.n)
    return fact.sign * float(quantity(fact, solution))


def quantity(fact: Fact, solution: Solution) -> Any:
    """Return a quantity of the first pass, or of the network after `fact.n` updates."""
    graph, now = solution.first.graph, solution.first.values
    row, column = fact.place
    match fact.q:
        case "loss_k":
            return now["error"][row, column] ** 2 / 2
        case "dL_dout":
            return gradient(graph, f"a{fact.layer}", now)[row, column]
        case "fprime":
            slope = partial(graph, (f"a{fact.layer}", row, column), (f"z{fact.layer}", row, column))
            return value(slope, lookup(now))
        case "path":
            return now[f"delta{fact.layer}"][0, column] * now[f"W{fact.layer}"][row, column]
        case "loss_after":
            return solution.losses[fact.n]
        case "out_after":
            assert solution.after is not None
            return solution.after.values[f"a{solution.task.spec.depth}"][row, column]
        case _:
            return now[STEP_OF[fact.q].format(layer=fact.layer)][row, column]


def gradient(graph: Graph, name: str, values: Any) -> Array:
    """Derive the gradient of the loss at any step, by the chain rule alone, and evaluate it."""
    steps = [step for step in graph.steps if step.phase in ("forward", "loss")]
    formula = backward(steps, graph.shapes, {name: "wanted"}, {})["wanted"]
    result: Array = value(formula, lookup(values))
    return result


def shows_as(number: float, printed: str) -> bool:
    """Tell whether a number rounds, half away from zero, to the printed digits; a printed 0 is exactly 0."""
    digits = Decimal(printed)
    return number == 0 if digits == 0 else Decimal(number).quantize(digits, ROUND_HALF_UP) == digits


@each(misprints=False)
def test_a_printed_value_comes_out(example: Example, fact: Fact) -> None:
    assert shows_as(found(example, fact), fact.value)


@each(misprints=True)
def test_a_misprint_is_one(example: Example, fact: Fact) -> None:
    ours = found(example, fact)
    assert fact.exact is not None
    assert math.isclose(ours, fact.exact, rel_tol=1e-9)
    assert not shows_as(ours, fact.value)


def test_mazurs_last_loss_is_that_after_9999_updates() -> None:
    losses = solved("mazur", (), steps=10_000).losses
    assert shows_as(losses[9_999], "0.0000351085")
    assert not shows_as(losses[10_000], "0.0000351085")


@each("lab_task_2", "lab_task_3", besides=("loss_after", "out_after"))
def test_the_numbers_of_the_laboratory_tasks_are_exact(example: Example, fact: Fact) -> None:
    exact = solved(example.task, example.set, exact=True).passes[0].exact
    assert exact is not None
    assert exact.values[STEP_OF[fact.q].format(layer=fact.layer)][fact.place] == Fraction(fact.value)


# Han and Kamber round errors to four decimals, everything else they print to three.
DECIMALS_OF_THE_BOOK: dict[Kind, int] = {
    "net_input": 3,
    "activation": 3,
    "delta": 4,
    "weight_update": 3,
    "bias_update": 3,
}


@cache
def chain_of_the_book(name: str) -> dict[str, Array]:
    """Work the book's example, rounding each printed step before the next one uses it."""
    task = load_task(name)
    values = task.givens()
    for step in task.graph.steps:
        result = value(step.formula, lookup(values))
        decimals = DECIMALS_OF_THE_BOOK.get(step.kind)
        values[step.name] = result if decimals is None else round_half_away(result, decimals)
    return values


@each("han_kamber")
def test_rounding_each_step_as_the_book_does_gives_all_its_values(example: Example, fact: Fact) -> None:
    rounded = chain_of_the_book(example.task)[STEP_OF[fact.q].format(layer=fact.layer)]
    assert fact.sign * rounded[fact.place] == float(fact.value)


@each("han_kamber", besides=("delta",))
def test_the_shipped_task_gives_the_books_values_but_for_its_errors(example: Example, fact: Fact) -> None:
    assert quantity(fact, solved(example.task, example.set, rounding=None)) == float(fact.value)


def test_the_printed_weights_of_apples_and_oranges_are_those_behind_its_predictions() -> None:
    givens = load_task("apples_oranges").givens()
    assert round_half_away(givens["W1"].T, 4).tolist() == [[0.4414, 0.4792, -0.1353], [0.5304, -0.1265, 0.1165]]
    assert round_half_away(givens["b1"], 4).tolist() == [[-0.2811, 0.3391]]
