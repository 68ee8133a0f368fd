"""Tasks and their solutions, as several tests want them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec

from backprop_lab.record import solution_record
from backprop_lab.solution import solve
from backprop_lab.tables import build_task
from backprop_lab.task import Rounding, Task
from backprop_lab.taskfile import load_task, shipped_tasks
from backprop_lab.writing.notation import NotationName

SHIPPED = tuple(shipped_tasks())


@cache
def solved(
    name: str,
    notation: NotationName | None = None,
    rounding: Rounding | None = None,
    settings: tuple[str, ...] = (),
    steps: int | None = None,
) -> dict[str, Any]:
    """Return the record of a shipped task's solution, as other programs read it."""
    return recorded(load_task(name, settings), notation, rounding, steps)


def recorded(
    task: Task, notation: NotationName | None = None, rounding: Rounding | None = None, steps: int | None = None
) -> dict[str, Any]:
    """Return the record of a task's solution, as other programs read it."""
    record = solution_record(solve(task, steps=steps, rounding=rounding), notation or task.notation)
    return dict(msgspec.json.decode(msgspec.json.encode(record)))


def entries(record: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield every step of a record with each of its entries."""
    for step in record["steps"]:
        for entry in step["entries"]:
            yield step, entry


def task_with(
    *,
    activations: Sequence[str],
    weights: Sequence[Any],
    x: Sequence[Any],
    y: Sequence[Any],
    biases: Sequence[Any] | None = None,
    loss: str = "half_squared_error",
    **others: Any,
) -> Task:
    """Build a task from numbers; strings among them are decimals. Other arguments are top-level keys."""
    network = {"activations": list(activations), "loss": loss, "weights": _numbers(weights)}
    if biases is not None:
        network["biases"] = _numbers(biases)
    data = {"x": _numbers(x), "y": _numbers(y)}
    return build_task({"title": "A task", "network": network, "data": data, **others})


def _numbers(found: Any) -> Any:
    match found:
        case str():
            return Decimal(found)
        case list():
            return [_numbers(inner) for inner in found]
        case _:
            return found
