"""From the parts of a marked submission to words: sentences through their template, strangers' text as text."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from backprop_lab.engine.graph import Graph
from backprop_lab.errors import escaped
from backprop_lab.marking.marks import Corrected
from backprop_lab.marking.observations import Crash, Where
from backprop_lab.task import Task
from backprop_lab.templating import render
from backprop_lab.writing.notation import Notation
from backprop_lab.writing.numbers import shown
from backprop_lab.writing.spelling import UNICODE

MOST_FRAMES = 8
"""Lines of a traceback that are kept, the last ones."""
_LONGEST_NAME = 60
_LONGEST_MESSAGE = 300
_LONGEST_LINE = 90
_LARGEST_DENOMINATOR = 1000


def sentence(what: str, about: Any, *, words: str = "feedback_words.j2") -> str:
    """Return what a macro of a template of words says about something, on one line."""
    return " ".join(render("feedback_sentence.j2", {"source": words, "what": what, "about": about}).split())


def printable(text: str, longest: int = _LONGEST_NAME) -> str:
    """Return a stranger's text with control characters escaped, cut off where it is too long to be read."""
    kept = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return escaped(kept)


def message_text(text: str) -> str:
    """Return a message of several lines as one."""
    return printable(" ".join(text[: 4 * _LONGEST_MESSAGE].split()), _LONGEST_MESSAGE)


def crash_text(crash: Crash) -> SimpleNamespace:
    """Return what may be said about an exception."""
    return SimpleNamespace(
        type=printable(crash.type),
        message=message_text(crash.message),
        line=crash.line,
        cell=crash.cell,
        frames=[printable(line, _LONGEST_LINE) for line in crash.traceback.splitlines()[-MOST_FRAMES:]],
    )


def corrected_text(corrected: Corrected) -> SimpleNamespace:
    """Return who gave a verdict in the place of the one that was found, on which day, and why."""
    who, day = printable(corrected.who), printable(corrected.when.partition("T")[0])
    return SimpleNamespace(who=who, day=day, note=message_text(corrected.note))


def where_text(where: Where) -> Where:
    """Return a place with the student's name for it made printable."""
    return Where(printable(where.name), where.line, where.cell)


def places(wheres: Iterable[Where | None]) -> str:
    """Return where numbers stand in the student's file; nothing where nothing is known."""
    return sentence("places", list(dict.fromkeys(where_text(where) for where in wheres if where is not None)))


def points_text(points: Fraction) -> str:
    """Return points as people write them: 3, 2.5, 1/3, 7 1/3."""
    decimal = shown(float(points), 4)
    if Fraction(decimal) == points or points.denominator > _LARGEST_DENOMINATOR:
        return decimal
    whole, part = divmod(points, 1)
    return f"{whole} {part}" if whole else str(part)


def circumstances(
    task: Task, graph: Graph, notation: Notation, name: str, row: int = 0, column: int = 0
) -> dict[str, Any]:
    """Return what a sentence on a mistake may mention: symbols, and what the task's conventions make right."""
    step = graph.step[name]
    layer = step.layer or len(task.network.activations)
    net_input = f"z{layer}"
    same_unit = graph.shapes[net_input] == graph.shapes[name]
    z = notation.entry(net_input, row, column) if same_unit else notation.matrix(net_input)
    return {
        "kind": step.kind,
        "symbol": UNICODE.symbol(notation.entry(name, row, column)),
        "z": UNICODE.symbol(z),
        "activation": task.network.activations[layer - 1],
        "loss": task.network.loss,
        "convention": task.conventions.output_delta,
        "samples": len(task.data.x),
        "mean": task.conventions.reduction == "mean" or task.network.loss == "mean_squared_error",
        "momentum": task.update is not None and task.update.momentum != 0,
    }
