"""What the pages on all submissions of a task have in common: symbols, lines to look at, and sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache, cached_property, lru_cache
from types import SimpleNamespace
from typing import Any

from backprop_lab.feedback.reasons import Kind, Phase, Reason, Shows, Symbols
from backprop_lab.feedback.words import corrected_text, sentence
from backprop_lab.marking.marks import Remark, Verdict, VerdictName
from backprop_lab.solution import solve
from backprop_lab.task import Task
from backprop_lab.templating import macros
from backprop_lab.writing.layout import unmarked
from backprop_lab.writing.lines import LineWriter
from backprop_lab.writing.notation import NotationName
from backprop_lab.writing.numbers import given, shown
from backprop_lab.writing.rows import line_formula
from backprop_lab.writing.spelling import LATEX, PLAIN, UNICODE

_TASKS_AT_HAND = 16
_MOST_DECIMALS = 15


class TaskWords:
    """What can be said of a task in a notation, whatever was handed in; each part is worked once, when it is needed.

    Rows and columns count from 0, as a step's value is stored.
    """

    kind: Kind = "pass"
    legend: Mapping[VerdictName, str] = {"follows": "follows", "typed-in": "typed-in"}
    """The verdicts that a page explains, and by which words."""

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

    def spots(self, step: str) -> list[tuple[int, int]]:
        """Return the rows and columns of a step, as the notation writes its matrix."""
        return list(self.notation.spots(step, self.graph.shapes[step]))

    @property
    def steps(self) -> tuple[str, ...]:
        """The names of the steps in the order of work."""
        return tuple(step.name for step in self.graph.steps)

    def title(self, step: str) -> str:
        """Return what a step is, in words."""
        title = macros("words.j2").step_title(self.graph.step[step], len(self.task.network.activations))
        return " ".join(str(title).split())

    def phase(self, step: str) -> Phase:
        """Return the phase of a step."""
        return self.graph.step[step].phase

    def numbers(self, verdict: Verdict, shows: Shows) -> tuple[str, str]:
        """Return what was found and what was expected, with more digits where these do not tell them apart."""
        found, expected, decimals = verdict.found, verdict.expected, self.task.decimals
        if shows == "found" or expected is None:
            return _number(found, decimals), ""
        if found is not None and math.isfinite(found) and verdict.verdict == "wrong":
            both = ((d, float(shown(found, d)), float(shown(expected, d))) for d in range(decimals, _MOST_DECIMALS))
            decimals = next((d for d, one, other in both if one != other), decimals)
        return _number(found, decimals), _number(expected, decimals)

    def mistake(self, step: str, causes: tuple[str, ...], remark: Remark | None) -> str:
        """Return what was done in the place of a step; nothing where it is not known."""
        done = sentence("possibly", SimpleNamespace(causes=causes, **self.circumstances(step))) if causes else ""
        return sentence("mistake", SimpleNamespace(done=done, remark=remark), words="class_words.j2")

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
            "mean": task.conventions.reduction != "sum" or task.network.loss == "mean_squared_error",
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
    """Return the words of a task of one pass, the same for all of its submissions."""
    return TaskWords(task, notation_name)


def _number(number: float | None, decimals: int) -> str:
    if number is None:
        return ""
    return UNICODE.number(shown(number, decimals)) if math.isfinite(number) else given(number)
