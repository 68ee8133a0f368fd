"""What the pages on all submissions of a task have in common: symbols, lines to look at, and sentences."""

from __future__ import annotations

from functools import cache, cached_property, lru_cache
from types import SimpleNamespace
from typing import Any

from msgspec import Struct

from backprop_lab.feedback.words import corrected_text, sentence
from backprop_lab.marking.marks import Corrected, Remark, Verdict, VerdictName
from backprop_lab.solution import solve
from backprop_lab.task import Task
from backprop_lab.writing.layout import unmarked
from backprop_lab.writing.lines import LineWriter
from backprop_lab.writing.notation import NotationName
from backprop_lab.writing.rows import line_formula
from backprop_lab.writing.spelling import LATEX, PLAIN, UNICODE

_TASKS_AT_HAND = 16


class Reason(Struct, frozen=True):
    """Why one number of a task got its verdict: all that a sentence on it is made of."""

    step: str
    row: int
    column: int
    verdict: VerdictName
    remark: Remark | None
    cause: str | None
    causes: tuple[str, ...]
    earned: bool
    corrected: Corrected | None

    @classmethod
    def of(cls, verdict: Verdict) -> Reason:
        """Return the reason of a verdict, whatever number was found."""
        return cls(
            verdict.step,
            verdict.row,
            verdict.column,
            verdict.verdict,
            verdict.remark,
            verdict.cause,
            verdict.causes,
            verdict.points > 0,
            verdict.corrected,
        )


class Symbols(Struct, frozen=True):
    """The symbol of one number, spelled for a reader, in LaTeX, and as on an answer sheet."""

    unicode: str
    latex: str
    ascii: str


class TaskWords:
    """What can be said of a task in a notation, whatever was handed in; each part is worked once, when it is needed.

    Rows and columns count from 0, as a step's value is stored.
    """

    def __init__(self, task: Task, notation_name: NotationName | None = None) -> None:
        self.task, self.graph, self.notation = task, task.graph, task.symbols(notation_name)
        self.symbols = cache(self._symbols)
        self.formula = cache(self._formula)
        self.sentence = cache(self._sentence)
        self.message = cache(self._message)

    @cached_property
    def rank(self) -> dict[tuple[str, int, int], int]:
        """The place of each number in the order of work, those of a step as the notation writes its matrix."""
        spots = [
            (step.name, *spot)
            for step in self.graph.steps
            for spot in self.notation.spots(step.name, self.graph.shapes[step.name])
        ]
        return {spot: place for place, spot in enumerate(spots)}

    def _symbols(self, step: str, row: int, column: int) -> Symbols:
        """Spell the symbol of one number."""
        symbol = self.notation.entry(step, row, column)
        return Symbols(UNICODE.symbol(symbol), LATEX.symbol(symbol), PLAIN.symbol(symbol))

    @cached_property
    def _lines(self) -> LineWriter:
        first = solve(self.task, steps=1).passes[0]
        return LineWriter(first.worked, self.notation, self.task.decimals, first.as_given)

    def _formula(self, step: str, row: int, column: int) -> str:
        """Return the line of the worked solution for one number, in symbols."""
        line = self._lines.line(self.graph.step[step], row, column)
        return f"{UNICODE.symbol(line.symbol)} = {unmarked(line_formula(line, self.notation, UNICODE))}"

    def circumstances(self, name: str, row: int = 0, column: int = 0) -> dict[str, Any]:
        """Return what a sentence on a mistake may mention: symbols, and what the task's conventions make right."""
        task, graph = self.task, self.graph
        step = graph.step[name]
        layer = step.layer or len(task.network.activations)
        net_input = f"z{layer}"
        same_unit = graph.shapes[net_input] == graph.shapes[name]
        z = self.notation.entry(net_input, row, column) if same_unit else self.notation.matrix(net_input)
        return {
            "kind": step.kind,
            "symbol": self.symbols(name, row, column).unicode,
            "z": UNICODE.symbol(z),
            "activation": task.network.activations[layer - 1],
            "loss": task.network.loss,
            "convention": task.conventions.output_delta,
            "samples": len(task.data.x),
            "mean": task.conventions.reduction == "mean" or task.network.loss == "mean_squared_error",
            "momentum": task.update is not None and task.update.momentum != 0,
        }

    def about(self, reason: Reason) -> SimpleNamespace:
        """Return what the sentence on one number may be made of."""
        own = [] if reason.cause is None else [reason.cause]
        spot = (reason.step, reason.row, reason.column)
        return SimpleNamespace(
            **self.circumstances(*spot),
            verdict=reason.verdict,
            remark=reason.remark,
            cause=reason.cause,
            causes=list(dict.fromkeys([*own, *reason.causes])),
            earned=reason.earned,
            corrected=None if reason.corrected is None else corrected_text(reason.corrected),
            formula=self.formula(*spot) if reason.verdict in ("wrong", "missing") else "",
        )

    def _sentence(self, reason: Reason) -> str:
        """Return the sentence on one number."""
        return sentence("sentence", self.about(reason))

    def _message(self, reason: Reason) -> str:
        """Return the sentence on one number, with the line to look at."""
        return sentence("message", self.about(reason))


@lru_cache(maxsize=_TASKS_AT_HAND)
def task_words(task: Task, notation_name: NotationName | None = None) -> TaskWords:
    """Return the words of a task, the same for all of its submissions."""
    return TaskWords(task, notation_name)
