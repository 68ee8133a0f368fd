"""How the time of each stage grows with the width and the depth of a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial

import msgspec

from backprop_lab.document import LEADING_LINES, MOST_LINES, TRAILING_LINES, Document
from backprop_lab.engine.formula import leaves
from backprop_lab.engine.network import graph
from backprop_lab.engine.worked import work
from backprop_lab.record import MOST_OPERANDS, solution_record
from backprop_lab.solution import Solution, solve
from backprop_lab.templating import render
from backprop_lab.writing.lines import LineWriter
from backprop_lab.writing.spelling import MOST_TERMS
from tests.benchmarks.measure import Row, Run, against_floor, forget_what_was_written, in_turns, readable, table
from tests.benchmarks.networks import random_task

WIDTHS = {f"{n}-{n}-1": (n, n, 1) for n in (4, 8, 16, 32, 64, 128, 256)}
DEPTHS = {f"{n} layers of 4": (4,) * (n + 1) for n in (2, 4, 8, 16, 32, 64)}
HEADS = (
    "network", "steps", "graph", "per step", "float64", "per step",
    "Markdown", "lines", "per line", "per number", "JSON", "lines", "per line", "per number",
)  # fmt: skip
NOTE = f"""\
Markdown has scalar lines only: of a step with more than {MOST_LINES} entries, {LEADING_LINES + TRAILING_LINES}; all \
terms of a sum are worked out,
but no more than {MOST_TERMS} printed. JSON has lines of a step until they have {MOST_OPERANDS:,} operands, with \
every term. The numbers
are those put into the lines: a line of a wide layer has more of them."""


@dataclass(frozen=True)
class Stages:
    """A task, and its stages as runs; none includes another."""

    name: str
    solution: Solution

    @property
    def runs(self) -> tuple[Run, Run]:
        """Building the graph, and evaluating it."""
        task = self.solution.task
        return partial(graph, task.spec), partial(work, task.graph, task.givens())

    @cached_property
    def document(self) -> Document:
        """What is written as Markdown."""
        return Document(self.solution, self.solution.task.notation, "scalar", "latex")

    def markdown(self) -> str:
        """Write Markdown."""
        return render("solution.md.j2", self.document.context())

    def json(self) -> bytes:
        """Write JSON."""
        return msgspec.json.encode(solution_record(self.solution, self.solution.task.notation))

    @cached_property
    def written(self) -> tuple[tuple[int, int], ...]:
        """The lines of Markdown and the numbers put into them, and the same of JSON."""
        steps = [step for part in self.document.context()["d"].passes[0].phases.values() for step in part]
        in_markdown = {step.name: self.solution.first.values[step.name].size - step.left_out for step in steps}
        record = solution_record(self.solution, self.solution.task.notation)
        in_json = {step["name"]: len(step["entries"]) for step in record["steps"]}
        return self._counted(in_markdown), self._counted(in_json)

    def _counted(self, lines: Mapping[str, int]) -> tuple[int, int]:
        one, task = self.solution.passes[0], self.solution.task
        writer = LineWriter(one.worked, task.symbols(), task.decimals, one.as_given)
        numbers = {
            step.name: sum(1 for _ in leaves(writer.line(step, 0, 0).numbers)) for step in one.worked.graph.steps
        }
        return sum(lines.values()), sum(count * numbers[step] for step, count in lines.items())


@dataclass(frozen=True, slots=True)
class Times:
    """The seconds of the stages of one network."""

    of: Stages
    graph: float
    evaluation: float
    markdown: float
    json: float

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells of the table."""
        steps = len(self.of.solution.first.graph.steps)
        stages = [readable(seconds) for stage in (self.graph, self.evaluation) for seconds in (stage, stage / steps)]
        written: list[str] = []
        for seconds, (lines, numbers) in zip((self.markdown, self.json), self.of.written, strict=True):
            written += readable(seconds), f"{lines:,}", readable(seconds / lines), readable(seconds / numbers)
        return self.of.name, f"{steps}", *stages, *written


def rows() -> Iterator[Row]:
    """Compare large networks with a small one, per unit of work."""
    times = {one.of.name: one for one in measured()}
    few, many, small, large = (times[name] for name in ("4 layers of 4", "64 layers of 4", "16-16-1", "256-256-1"))
    asked = "about 1×"
    yield against_floor("graph of 64 layers, per layer", many.graph / 64, few.graph / 4, few.of.name, asked)
    for index, name in enumerate(("Markdown", "JSON")):
        per_line, least = ((one.markdown, one.json)[index] / one.of.written[index][0] for one in (many, few))
        yield against_floor(f"{name} of 64 layers, per line", per_line, least, few.of.name, asked)
    for index, name in enumerate(("Markdown", "JSON")):
        per_number, least = ((one.markdown, one.json)[index] / one.of.written[index][1] for one in (large, small))
        yield against_floor(f"{name} of 256-256-1, per number", per_number, least, small.of.name, asked)


def details() -> str:
    """Return the table of all networks."""
    return f"{table(HEADS, [times.cells for times in measured()])}\n\n{NOTE}"


@cache
def measured() -> tuple[Times, ...]:
    """Time every network in turns with the others."""
    stages = [Stages(name, solve(random_task(sizes))) for name, sizes in (WIDTHS | DEPTHS).items()]
    quick = in_turns(*(run for one in stages for run in one.runs), repetitions=25)
    slow: Sequence[float] = in_turns(
        *(run for one in stages for run in (one.markdown, one.json)), repetitions=3, before=forget_what_was_written
    )
    return tuple(
        Times(one, *quick[2 * index : 2 * index + 2], *slow[2 * index : 2 * index + 2])
        for index, one in enumerate(stages)
    )
