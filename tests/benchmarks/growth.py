"""How the time of each stage grows with the width and the depth of a network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np

from backprop_lab.document import Document
from backprop_lab.engine.formula import leaves
from backprop_lab.engine.network import graph
from backprop_lab.engine.worked import work
from backprop_lab.record import solution_record
from backprop_lab.solution import Solution, solve
from backprop_lab.task import Task, build_task
from backprop_lab.templating import render
from backprop_lab.writing.lines import LineWriter
from tests.benchmarks.measure import Row, against_floor, in_turns, readable, table

WIDTHS = (4, 8, 16, 32, 64, 128, 256)
DEPTHS = (2, 4, 8, 16, 32, 64)
HEADS = (
    "network", "steps", "graph", "float64",
    "Markdown", "lines", "per line", "numbers", "per number",
    "JSON", "lines", "per line", "numbers", "per number",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """A document: seconds to write it, its lines, and the numbers put into them."""

    seconds: float
    lines: int
    numbers: int

    @property
    def per_line(self) -> float:
        """Seconds per line."""
        return self.seconds / self.lines

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells of the table."""
        per_number = readable(self.seconds / self.numbers)
        return readable(self.seconds), f"{self.lines}", readable(self.per_line), f"{self.numbers}", per_number


@dataclass(frozen=True, slots=True)
class Growth:
    """The stages of one network, in seconds."""

    network: str
    steps: int
    graph: float
    evaluation: float
    markdown: Written
    json: Written

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells of the table."""
        stages = readable(self.graph), readable(self.evaluation)
        return self.network, f"{self.steps}", *stages, *self.markdown.cells, *self.json.cells


def measured(name: str, sizes: tuple[int, ...]) -> Growth:
    """Time each stage for a tanh network of these sizes with one sample; none of the stages includes another."""
    task = random_task(sizes)
    spec, built, givens, solution = task.spec, task.graph, task.givens(), solve(task)
    document = Document(solution, task.notation, "scalar", "latex")
    markdown = partial(_markdown, document)
    json = partial(_json, solution)
    building, evaluation = in_turns(partial(graph, spec), partial(work, built, givens), repetitions=15)
    seconds = in_turns(markdown, json, repetitions=3)
    left_out = [
        {step.name: step.left_out for steps in one.phases.values() for step in steps}
        for one in document.context()["d"].passes
    ][0]
    recorded = {step["name"]: len(step["entries"]) for step in solution_record(solution, task.notation)["steps"]}
    sizes_of_steps = {step.name: solution.first.values[step.name].size for step in built.steps}
    kept = {name: size - left_out[name] for name, size in sizes_of_steps.items()}
    per_line = _numbers_per_line(solution)
    return Growth(
        name,
        len(built.steps),
        building,
        evaluation,
        *(
            Written(taken, sum(lines.values()), sum(count * per_line[step] for step, count in lines.items()))
            for taken, lines in zip(seconds, (kept, recorded), strict=True)
        ),
    )


def _markdown(document: Document) -> str:
    return render("solution.md.j2", document.context())


def _json(solution: Solution) -> bytes:
    return msgspec.json.encode(solution_record(solution, solution.task.notation))


def _numbers_per_line(solution: Solution) -> dict[str, int]:
    one, task = solution.passes[0], solution.task
    lines = LineWriter(one.worked, task.symbols(), task.decimals, one.as_given)
    return {
        step.name: sum(1 for _ in leaves(lines.line(step, 0, 0).numbers)) for step in one.worked.graph.steps
    }


def random_task(sizes: tuple[int, ...]) -> Task:
    """Return a tanh network whose weights are scaled such that activations and gradients keep their size."""
    random = np.random.default_rng(sum(sizes))

    def rows(count: int, columns: int, scale: float = 1.0) -> list[list[Any]]:
        return [[Decimal(f"{number:.3f}") for number in row] for row in random.normal(scale=scale, size=(count, columns))]

    tables = {
        "title": "-".join(map(str, sizes)),
        "network": {
            "activations": ["tanh"] * (len(sizes) - 1),
            "loss": "half_squared_error",
            "weights": [rows(inputs, units, inputs**-0.5) for inputs, units in pairwise(sizes)],
            "biases": [rows(1, units)[0] for units in sizes[1:]],
        },
        "data": {"x": rows(1, sizes[0]), "y": rows(1, sizes[-1])},
        "update": {"learning_rate": Decimal("0.1")},
    }
    return build_task(tables)
if __name__=="__main__":
    g=[measured(f"{n}-{n}-1",(n,n,1)) for n in WIDTHS]+[measured(f"4 units, {n} layers",(4,)*n+(4,)) for n in DEPTHS]
    print(table(HEADS,[x.cells for x in g]))
