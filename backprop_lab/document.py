"""What a document shows of a solution: every symbol, line and table as text in one spelling, for a template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from backprop_lab.diagram import mermaid, tikz
from backprop_lab.engine.graph import Kind, Phase, Step
from backprop_lab.engine.worked import Pass
from backprop_lab.solution import NumberedPass, Solution
from backprop_lab.task import Task
from backprop_lab.writing.lines import Line, LineWriter
from backprop_lab.writing.matrices import MatrixWriter
from backprop_lab.writing.notation import NotationName
from backprop_lab.writing.numbers import shown
from backprop_lab.writing.rows import laid_out, line_formula, rows
from backprop_lab.writing.spelling import LATEX, UNICODE, Spelling

if TYPE_CHECKING:
    from backprop_lab.verification import Verification

LineStyle = Literal["scalar", "matrix", "both"]
Markup = Literal["latex", "unicode"]

MOST_LINES = 16
"""Lines of the largest step that is written out entry by entry in full."""
LEADING_LINES = 6
TRAILING_LINES = 2
MOST_LOSSES = 12


class StepText(Struct, frozen=True):
    """A step as text: rows of its matrix line and of its scalar lines (either may be empty)."""

    name: str
    kind: Kind
    layer: int | None
    symbol: str
    matrix: tuple[str, ...]
    lines: tuple[str, ...]
    left_out: int
    """Entries that are not written out line by line, or stand behind dots if there are no lines."""


class PassText(Struct, frozen=True):
    """A pass as text: the steps of each phase."""

    number: int
    phases: Mapping[Phase, tuple[StepText, ...]]
    changes: tuple[tuple[str, str, str, str], ...]
    """Symbol, old value, gradient and new value of every parameter matrix."""


def conventions(task: Task) -> dict[str, Any]:
    """Return what a template may say of a task itself: its network, its loss, its update."""
    return {
        "title": task.title,
        "sizes": task.sizes,
        "layers": list(enumerate(zip(task.sizes[1:], task.network.activations, strict=True), start=1)),
        "depth": task.spec.depth,
        "samples": len(task.data.x),
        "loss": task.network.loss,
        "leaky_slope": float(task.network.leaky_slope),
        "classes": task.data.y.classes,
        "conventions": task.conventions,
        "dropout": task.dropout,
        "fused": task.spec.fused,
        "gradients": task.spec.gradients,
        "asks_error": any(ask.step == "error" for ask in task.asked),
        "update": task.update,
    }


class Document(Struct, frozen=True):
    """A solution in one notation and one spelling."""

    solution: Solution
    notation_name: NotationName
    style: LineStyle
    markup: Markup
    verification: Verification | None = None

    @property
    def decimals(self) -> int:
        """The decimals that results are shown with."""
        return self.solution.task.decimals

    @property
    def spelling(self) -> Spelling:
        """How symbols and numbers are spelled."""
        return LATEX if self.markup == "latex" else UNICODE

    def context(self) -> dict[str, Any]:
        """Return what a template sees: one name, `d`, with everything below it."""
        return {"d": SimpleNamespace(**self._contents())}

    def _contents(self) -> dict[str, Any]:
        task = self.solution.task
        return {
            **conventions(task),
            "tikz": partial(tikz, task, self.notation_name, self.solution.first),
            "mermaid": partial(mermaid, task, self.notation_name),
            "rounding": self.solution.rounding,
            "decimals": self.decimals,
            "notation": self.notation_name,
            "exact": self.solution.passes[0].exact is not None,
            "error_agrees": self.solution.error_agrees,
            "givens": list(self._givens()),
            "passes": [self._pass(one) for one in self.solution.passes],
            "before_after": list(self._before_after()),
            "losses": list(self._losses()),
            "verification": self._verification(),
        }

    def _verification(self) -> SimpleNamespace | None:
        """Return what a template may see of a verification: its outcome, not its arrays."""
        if self.verification is None:
            return None
        found = self.verification
        return SimpleNamespace(agrees=found.agrees, largest=found.largest, notes=found.notes)

    def _matrices(self, worked: Pass, givens: frozenset[str]) -> MatrixWriter:
        notation = self.solution.task.symbols(self.notation_name)
        return MatrixWriter(worked.values, worked.graph.shapes, notation, self.spelling, self.decimals, givens)

    def _givens(self) -> Iterator[tuple[str, str, int]]:
        """Yield symbol, value, and how many entries stand behind dots."""
        written: set[str] = set()
        for one in self.solution.passes:
            writer = self._matrices(one.worked, one.as_given)
            for name in one.worked.graph.givens:
                if name in one.as_given | one.rounded and name not in written:
                    written.add(name)
                    yield writer.symbol(name), writer.value(name), writer.left_out(name)

    def _pass(self, one: NumberedPass) -> PassText:
        graph = one.worked.graph
        notation = self.solution.task.symbols(self.notation_name)
        matrices = self._matrices(one.worked, one.as_given)
        lines = LineWriter(one.worked, notation, self.decimals, one.as_given, one.exact)
        phases: dict[Phase, list[StepText]] = {}
        for step in graph.steps:
            phases.setdefault(step.phase, []).append(self._step(step, matrices, lines))
        changes = tuple(
            (
                matrices.symbol(name),
                matrices.value(name),
                matrices.value(f"d{name}"),
                matrices.value(f"{name}_new"),
            )
            for name in graph.givens
            if f"{name}_new" in graph.step
        )
        return PassText(one.number, {phase: tuple(steps) for phase, steps in phases.items()}, changes)

    def _step(self, step: Step, matrices: MatrixWriter, lines: LineWriter) -> StepText:
        shape = matrices.shapes[step.name]
        places: Sequence[int] = range(shape[0] * shape[1])
        left_out = 0
        if self.style == "matrix":
            left_out = matrices.left_out(step.name)
        elif len(places) > MOST_LINES:
            left_out = len(places) - LEADING_LINES - TRAILING_LINES
            places = [*places[:LEADING_LINES], *places[-TRAILING_LINES:]]
        spots = [matrices.notation.spot(step.name, shape, place) for place in places]
        written = [] if self.style == "matrix" else [lines.line(step, row, column) for row, column in spots]
        scalar = [row for line in written for row in self._line_rows(line, matrices)]
        matrix = () if self.style == "scalar" else self._matrix_rows(step, matrices)
        if self.style == "both" and shape == (1, 1):
            # The matrix line of one number is worth its place where it has matrices in it.
            matrix = matrix if any(matrices.shapes[name] != (1, 1) for name in step.inputs) else ()
        return StepText(
            step.name, step.kind, step.layer, matrices.symbol(step.name), matrix, tuple(scalar), left_out
        )  # fmt: skip

    def _matrix_rows(self, step: Step, matrices: MatrixWriter) -> tuple[str, ...]:
        line = matrices.line(step)
        parts = [("=", line.formula), ("=", line.substitution)]
        sign = "=" if line.relation == "=" else self.spelling.approximately
        return tuple(laid_out(self.spelling, matrices.symbol(step.name), [*parts, (sign, line.result)]))

    def _line_rows(self, line: Line, matrices: MatrixWriter) -> list[str]:
        formula = line_formula(line, matrices.notation, self.spelling)
        return rows(self.spelling, self.spelling.symbol(line.symbol), formula, line)

    def _before_after(self) -> Iterator[tuple[str, str, str]]:
        """Yield symbol, value before the first update and value after the last, of the output and the loss."""
        if self.solution.after is None:
            return
        first, after = (self._matrices(one, frozenset()) for one in (self.solution.first, self.solution.after))
        for name in (f"a{self.solution.task.spec.depth}", "L"):
            yield first.symbol(name), first.value(name), after.value(name)

    def _losses(self) -> Iterator[tuple[int, str] | None]:
        """Yield the number of updates done and the loss then, with None where rows are left out."""
        losses = self.solution.losses
        for done, loss in enumerate(losses):
            if len(losses) <= MOST_LOSSES or done < MOST_LOSSES - 3 or done >= len(losses) - 2:
                yield done, self.spelling.number(shown(loss, self.decimals))
            elif done == MOST_LOSSES - 3:
                yield None
