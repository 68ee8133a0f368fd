"""Feedback as JSON: the contract that other programs may rely on."""

from __future__ import annotations

import math
from typing import Any

from backprop_lab.feedback.reasons import Reason
from backprop_lab.feedback.report import Feedback
from backprop_lab.feedback.words import printable
from backprop_lab.marking.marks import Verdict
from backprop_lab.record import SCHEMA


def feedback_record(feedback: Feedback) -> dict[str, Any]:
    """Return the feedback as plain data for JSON, in the fields that the README lists: one record per number.

    Symbols are those of `solution_record`: LaTeX, and ASCII as on an answer sheet. No number is infinite or NaN;
    `expected` is null where it is not revealed, `found` where nothing finite was found.
    """
    marks = feedback.marks
    return {
        "schema": SCHEMA,
        "task": feedback.task.title,
        "submission": printable(feedback.submission),
        "status": marks.status,
        "message": " ".join(feedback.messages),
        "score": float(feedback.score),
        "max_score": float(feedback.max_score),
        "percent": feedback.percent,
        "steps": [_step(feedback, verdict) for verdict in marks.verdicts],
        "warnings": [
            {"about": caution.about, "names": [printable(name) for name in caution.names], "message": said}
            for caution, said in zip(marks.cautions, feedback.cautions, strict=True)
        ],
    }


def _step(feedback: Feedback, verdict: Verdict) -> dict[str, Any]:
    words, where = feedback.words, verdict.where
    symbols = words.symbols(verdict.step, verdict.row, verdict.column)
    return {
        "step": verdict.step,
        "row": verdict.row,
        "column": verdict.column,
        "symbol": symbols.latex,
        "ascii": symbols.ascii,
        "verdict": verdict.verdict,
        "cause": verdict.cause,
        "points": float(verdict.points),
        "max_points": float(verdict.max_points),
        "expected": _finite(verdict.expected) if feedback.reveals(verdict) else None,
        "found": _finite(verdict.found),
        "where": None if where is None else {"name": printable(where.name), "line": where.line, "cell": where.cell},
        "message": words.message(Reason.of(verdict)),
    }


def _finite(number: float | None) -> float | None:
    return None if number is None or not math.isfinite(number) else number + 0.0  # no -0.0
