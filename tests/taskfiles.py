"""A valid task file to make wrong ones of, and the complaint that a file gets."""

from __future__ import annotations

import copy
from decimal import Decimal
from pathlib import Path

import pytest

from backprop_lab.errors import TaskError
from backprop_lab.taskfile import load_task
from tests.strategies import Tables, toml

VALID: Tables = {
    "title": "A task",
    "network": {
        "activations": ["relu", "identity"],
        "loss": "half_squared_error",
        "weights": [[[Decimal("0.2"), Decimal("-0.3")], [Decimal("0.4"), Decimal("0.1")]], [[1], [2]]],
        "biases": [[0, 0], [0]],
    },
    "data": {"x": [[1, 2]], "y": [[1]]},
    "update": {"learning_rate": Decimal("0.1")},
}
TEXT = toml(VALID)
CLASSES: Tables = {
    "network.loss": "cross_entropy",
    "network.activations": ["relu", "softmax"],
    "network.weights": [[[1, 2], [3, 4]], [[1, 2, 3], [4, 5, 6]]],
    "network.biases": [[0, 0], [0, 0, 0]],
    "data.y": [2],
}
"""Changes that make it a classification into three classes."""
MISSING = object()


def changed(change: Tables) -> Tables:
    """Return the valid tables with other values at dotted keys, or without them."""
    found = copy.deepcopy(VALID)
    for key, value in change.items():
        *path, last = key.split(".")
        table = found
        for part in path:
            table = table.setdefault(part, {})
        if value is MISSING:
            del table[last]
        else:
            table[last] = value
    return found


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "task.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def complaint(folder: Path, content: str | bytes, *settings: str) -> str:
    """Write a file, load it, and return the one line that it gets, without the file's name."""
    path = written(folder, content)
    with pytest.raises(TaskError) as caught:
        load_task(path, settings)
    message = str(caught.value)
    assert message.isprintable()
    assert message.startswith(f"{path}: ")
    return message.removeprefix(f"{path}: ")
