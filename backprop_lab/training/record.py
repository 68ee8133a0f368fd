"""A training as JSON: the contract that other programs may rely on."""

from __future__ import annotations

from typing import Any

import msgspec

from backprop_lab.record import SCHEMA, solution_record
from backprop_lab.training.loop import Epoch
from backprop_lab.training.preparing import parameter_counts
from backprop_lab.training.report import Report
from backprop_lab.training.running import Run, difference
from backprop_lab.writing.notation import NotationName


def training_record(report: Report, notation: NotationName) -> dict[str, Any]:
    """Return a report as plain data for JSON, in the fields that the README lists."""
    prepared, (first, *_) = report.prepared, report.runs
    task, data = prepared.task, prepared.data
    counts = parameter_counts(prepared.sizes, "with" if task.network.has_biases else "without")
    apart = difference(*report.runs) if len(report.runs) == 2 else None
    return {
        "schema": SCHEMA,
        "task": task.title,
        "network": {
            "sizes": list(prepared.sizes),
            "activations": list(task.activations),
            "dropout": task.network.dropout,
            "loss": task.network.loss,
        },
        "parameters": {"layers": list(counts), "total": sum(counts)},
        "data": {
            "rows": len(data.x),
            "validation_rows": 0 if data.validation_x is None else len(data.validation_x),
            "inputs": list(data.inputs),
            "targets": list(data.targets),
            "classes": data.classes,
            "standardise": task.data.standardise,
        },
        "runs": [_run(run) for run in report.runs],
        "epochs": [
            {"framework": run.framework, "epoch": epoch.number}
            | {name: getattr(epoch, name) for name in Epoch.__struct_fields__[1:]}
            for run in report.runs
            for epoch in run.epochs
        ],
        "difference": None if apart is None else msgspec.to_builtins(apart),
        "last": {} if first.state is None else {name: _rows(m) for name, m in first.state.parameters.items()},
        "steps": [solution_record(solution, notation) for solution in report.solutions],
        "sweep": [msgspec.to_builtins(one) for one in report.tried],
    }


def _run(run: Run) -> dict[str, Any]:
    return {
        "framework": run.framework,
        "epochs": len(run.epochs),
        "stopped_early": run.state is not None and run.state.stopped,
        "best_epoch": None if run.state is None else run.state.best_epoch,
        "diverged": None
        if run.diverged is None
        else {"update": run.diverged.update, "epoch": run.diverged.epoch, "message": str(run.diverged)},
    }


def _rows(matrix: Any) -> Any:
    return (matrix + 0.0).tolist()  # no -0.0
