"""What the template of a training script sees of its data: numbers to write in, or where they are loaded from."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from msgspec.structs import replace

from backprop_lab.engine.arithmetic import Array
from backprop_lab.training.data import DataSet, load_data
from backprop_lab.training.data.files import as_text, read_file
from backprop_lab.training.data.records import records, separator
from backprop_lab.training.preparing import Prepared

MOST_WRITTEN = 4000
"""Numbers of a data set that are written into a script; a larger one is loaded from where it is."""
_LARGEST_WHOLE = 1e15
_MOST_NAMES = 12


class ScriptData:
    """The data of a task, as `data` of a template's `d`; `rows` are those that are trained on."""

    def __init__(self, prepared: Prepared, folder: Path) -> None:
        self.table = prepared.task.data
        self.inputs = prepared.sizes[0]
        self.rows = len(prepared.data.x)
        self.validates = prepared.data.validation_x is not None
        self.whole: DataSet = load_data(replace(self.table, standardise="none", validation=0.0), folder)
        self._folder = folder
        self._scaling = prepared.data.scaling

    @property
    def is_written(self) -> bool:
        """Whether the rows stand in the script."""
        generated = self.table.sklearn is not None or self.table.make_regression is not None
        return not generated and self.whole.x.size + self.whole.y.size <= MOST_WRITTEN

    @property
    def columns(self) -> str:
        """The names of the columns on one line, those of the inputs before those of the targets."""
        targets = ("class",) if self.whole.classes else self.whole.targets
        return f"{_named(self.whole.inputs)}; {_named(targets)}"

    @property
    def file(self) -> str | None:
        """The file or folder that the rows are loaded from, if they are."""
        table = self.table
        return None if self.is_written else table.csv or table.npz or table.california_housing or table.mnist

    @property
    def sklearn_function(self) -> str | None:
        """The function of scikit-learn that gives the rows."""
        if self.table.sklearn is not None:
            return f"load_{self.table.sklearn}"
        return "make_regression" if self.table.make_regression is not None else None

    @property
    def row_lists(self) -> list[str]:
        """Every row, inputs and then targets or the index of a class, as Python source."""
        y = self.whole.y
        targets = y.argmax(axis=1)[:, None] if self.whole.classes else y
        return [written(row) for row in np.hstack([self.whole.x, targets])]

    def has_constant(self, which: Literal["inputs", "targets"]) -> bool:
        """Tell whether a column of the inputs or targets is constant, for its deviation is taken for 1 then."""
        scaling = self._scaling
        assert scaling is not None
        deviation = scaling.input_deviation if which == "inputs" else scaling.target_deviation
        return bool((deviation == 1).any())

    @cached_property
    def _text(self) -> str:
        """The text of a CSV file."""
        assert self.table.csv is not None
        return as_text(read_file(self._folder, self.table.csv))

    @cached_property
    def _header(self) -> list[str]:
        """The cells of the first row of a CSV file."""
        return next(records(self._text))[1]

    @property
    def csv_has_names(self) -> bool:
        """Whether the first row of a CSV file has the names of the columns."""
        return any(name in self._header for name in self.whole.inputs)

    @property
    def csv_places(self) -> list[int]:
        """The places of the columns of a CSV file: those of the inputs, then those of the targets."""
        chosen = self.table.targets or [len(self._header) - 1]
        return [self._place(name) for name in (*self.whole.inputs, *chosen)]

    def _place(self, column: str | int) -> int:
        if isinstance(column, int):
            return column
        return self._header.index(column.strip()) if self.csv_has_names else int(column.removeprefix("column "))

    @property
    def csv_separator(self) -> str:
        """What stands between the cells of a CSV file."""
        return separator(self._text)


def _named(names: Sequence[str]) -> str:
    shown = [name[:40] if name.isprintable() else repr(name[:40]) for name in names[:_MOST_NAMES]]
    return ", ".join(shown) + ", …" * (len(names) > _MOST_NAMES)


def written(numbers: Array) -> str:
    """Return numbers as Python source: whole ones without a point."""
    return repr(_short(np.asarray(numbers).tolist()))


def _short(numbers: list[Any] | float) -> list[Any] | float:
    if isinstance(numbers, list):
        return [_short(inner) for inner in numbers]
    return int(numbers) if numbers.is_integer() and abs(numbers) < _LARGEST_WHOLE else numbers
