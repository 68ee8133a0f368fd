"""Solutions as JSON: the contract that other programs may rely on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from backprop_lab.engine import exact
from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.graph import Step
from backprop_lab.solution import NumberedPass, Solution
from backprop_lab.verification import COLUMNS, Verification
from backprop_lab.writing.layout import unmarked
from backprop_lab.writing.lines import LineWriter
from backprop_lab.writing.notation import Notation, NotationName
from backprop_lab.writing.rows import line_formula, line_substitution
from backprop_lab.writing.spelling import LATEX, PLAIN

SCHEMA = 1
MOST_OPERANDS = 10_000
"""Operands of the entries of a step that are written out one by one; its value is always whole."""


def solution_record(
    solution: Solution, notation_name: NotationName, verification: Verification | None = None
) -> dict[str, Any]:
    """Return a solution as plain data for JSON, in the fields that the README lists."""
    task, decimals = solution.task, solution.task.decimals
    return {
        "schema": SCHEMA,
        "task": task.title,
        "conventions": {
            "notation": notation_name,
            "decimals": decimals,
            "rounding": solution.rounding,
            "activations": task.network.activations,
            "loss": task.network.loss,
            "output_delta": task.conventions.output_delta,
            "error_agrees": solution.error_agrees,
            "reduction": task.conventions.reduction,
        },
        "steps": [record for one in solution.passes for record in _steps(one, task.symbols(notation_name), decimals)],
        "losses": list(solution.losses),
        "loss_after": solution.losses[-1] if task.update is not None else None,
        "verify": None if verification is None else verification_record(verification),
    }


def verification_record(verification: Verification) -> dict[str, Any]:
    """Return what a verification found as plain data."""
    return {
        "agrees": verification.agrees,
        "largest": verification.largest,
        "notes": list(verification.notes),
        "checks": [
            {"pass": check.update, "name": check.name, "agrees": check.agrees}
            | {column: check.differences[column] for column in COLUMNS}
            for check in verification.checks
        ],
    }


def _steps(one: NumberedPass, notation: Notation, decimals: int) -> Iterator[dict[str, Any]]:
    lines = LineWriter(one.worked, notation, decimals, one.as_given, one.exact)
    for step in one.worked.graph.steps:
        value = one.worked.values[step.name]
        record = {
            "name": step.name,
            "pass": one.number,
            "phase": step.phase,
            "kind": step.kind,
            "layer": step.layer,
            "shape": list(value.shape),
            "value": (value + 0.0).tolist(),  # no -0.0
        }
        if one.exact is not None:
            record["exact"] = [[exact.text(number) for number in row] for row in one.exact.values[step.name]]
        entries = list(_entries(step, value, lines))
        yield record | {"entries": entries, "entries_left_out": value.size - len(entries)}


def _entries(step: Step, value: Array, lines: LineWriter) -> Iterator[dict[str, Any]]:
    operands = 0
    for row, column in np.ndindex(*value.shape):
        if operands > MOST_OPERANDS:
            return
        line = lines.line(step, row, column)
        operands += len(line.operands)
        yield {
            "row": row,
            "column": column,
            "symbol": LATEX.symbol(line.symbol),
            "ascii": PLAIN.symbol(line.symbol),
            "formula": unmarked(line_formula(line, lines.notation, LATEX)),
            "substitution": unmarked(line_substitution(line, LATEX)),
            "plain": unmarked(line_substitution(line, PLAIN)),
            "relation": line.relation,
            "value": line.value + 0.0,
            "shown": line.shown,
        }
