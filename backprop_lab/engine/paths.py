"""The chain rule path by path: every way from one number to the loss, as a product of partial derivatives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from backprop_lab.engine.formula import Entry, Formula, Ref, leaves
from backprop_lab.engine.formula import replace as replace_leaves
from backprop_lab.engine.graph import Graph
from backprop_lab.engine.scalar import Spot, entry, partial
from backprop_lab.engine.worked import forward_only


class Factor(Struct, frozen=True):
    """One partial derivative of a path: of what, by what, and its scalar formula."""

    of: Spot
    by: Spot
    formula: Formula


Path = tuple[Factor, ...]


class Paths(Struct, frozen=True, dict=True):
    """The paths from a graph's loss back to the numbers of its givens.

    Where a convention or a fused pair gives the output delta directly, a path starts with that delta;
    elsewhere it starts with the derivative of the loss by an output. The error is put into the loss.
    """

    graph: Graph
    starts_at_delta: bool

    @cached_property
    def _forward(self) -> Graph:
        """The forward pass, with the error put into the steps that use it."""
        graph = forward_only(self.graph)
        steps = (replace(step, formula=self._with_error_put_in(step.formula)) for step in graph.steps)
        return Graph(graph.shapes, tuple(step for step in steps if step.name != "error"))

    def _with_error_put_in(self, formula: Formula) -> Formula:
        error = self.graph.step["error"].formula
        return replace_leaves(formula, lambda leaf: error if leaf == Ref("error") else leaf)

    def to(self, target: Spot) -> Iterator[Path]:
        """Yield every path to one number of a given, in the order of the units it passes through."""
        reached = self._reached_from(target)
        output = self._forward.steps[-2].name  # the last activation; the loss comes behind it
        depth = output.removeprefix("a")
        if not self.starts_at_delta:
            yield from self._onward(("L", 0, 0), target, reached)
            return
        formula = self._with_error_put_in(self.graph.step[f"delta{depth}"].formula)
        rows, columns = self.graph.shapes[f"z{depth}"]
        for row in range(rows):
            for column in range(columns):
                spot = (f"z{depth}", row, column)
                if spot in reached:
                    first = Factor(("L", 0, 0), spot, entry(formula, row, column, self.graph.shapes))
                    for path in self._onward(spot, target, reached):
                        yield (first, *path)

    def count(self, target: Spot) -> int:
        """Return the number of paths without walking them."""
        reached = self._reached_from(target)
        ways: dict[Spot, int] = {target: 1}
        for spot, inner in reached.items():
            ways[spot] = sum(ways.get(part, 0) for part in inner)
        if not self.starts_at_delta:
            return ways.get(("L", 0, 0), 0)
        last = self._forward.steps[-3].name
        return sum(number for spot, number in ways.items() if spot[0] == last)

    def _reached_from(self, target: Spot) -> Mapping[Spot, tuple[Spot, ...]]:
        """Return every number that the target has a part in, with the numbers it gets it through."""
        reached: dict[Spot, tuple[Spot, ...]] = {}
        for step in self._forward.steps:
            rows, columns = self._forward.shapes[step.name]
            for row in range(rows):
                for column in range(columns):
                    inner = self._inner(step.name, row, column)
                    through = tuple(spot for spot in inner if spot == target or spot in reached)
                    if through:
                        reached[step.name, row, column] = through
        return reached

    def _inner(self, name: str, row: int, column: int) -> list[Spot]:
        formula = entry(self._forward.step[name].formula, row, column, self._forward.shapes)
        return list(
            dict.fromkeys((leaf.name, leaf.row, leaf.column) for leaf in leaves(formula) if isinstance(leaf, Entry))
        )

    def _onward(self, spot: Spot, target: Spot, reached: Mapping[Spot, tuple[Spot, ...]]) -> Iterator[Path]:
        if spot == target:
            yield ()
            return
        for inner in reached[spot]:
            factor = Factor(spot, inner, partial(self._forward, spot, inner))
            for path in self._onward(inner, target, reached):
                yield (factor, *path)
