"""The complaint that a table of data gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from backprop_lab.errors import TaskError
from backprop_lab.training.data import load_data
from backprop_lab.trainingtask import TrainingDataTable


def complaint(folder: Path, table: TrainingDataTable) -> str:
    """Load data, and return the one line that this fails with."""
    with pytest.raises(TaskError) as caught:
        load_data(table, folder)
    message = str(caught.value)
    assert message.isprintable()
    return message
