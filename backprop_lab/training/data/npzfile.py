"""The arrays `x` and `y` of an `.npz` file, each held against its header before any room is made for it."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from math import prod
from pathlib import Path
from tokenize import TokenError
from typing import Literal
from zipfile import BadZipFile, ZipFile

import numpy as np

from backprop_lab.engine.arithmetic import Array
from backprop_lab.errors import TaskError
from backprop_lab.limits import MIB
from backprop_lab.training.data.files import LARGEST_FILE, read_file
from backprop_lab.training.data.rows import LARGEST, MOST_NUMBERS, Rows, by_label, first_bad, numbered, told_of
from backprop_lab.training.seeded import Floats

_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
"""How arrays of numbers begin; a later version is for columns with names."""
_ENTRY = b"PK\x01\x02"
"""How an entry begins in the directory of a zip archive."""
_MOST_ARRAYS = 1000
_KINDS = {"O": "Python objects", "c": "complex numbers", "U": "text", "S": "text", "V": "records", "M": "dates"}
_DAMAGE = (
    BadZipFile, EOFError, zlib.error, struct.error, ValueError, OSError, NotImplementedError, RuntimeError,
    RecursionError, MemoryError, SyntaxError, KeyError, TokenError,
)  # fmt: skip
"""What zipfile and NumPy's reading of a header raise for bytes that are neither."""


def npz_rows(name: str, folder: Path, *, classes: bool) -> Rows:
    """Return the rows of the arrays `x` (n, …) and `y` (n,) or (n, outputs); axes behind the second are flattened.

    With `classes`, `y` has a whole number or a text for each row. Raises TaskError, naming the file and the entry,
    for what is damaged, too large, no real numbers, not finite, or does not fit.
    """
    with told_of("data.npz", name):
        arrays = _arrays(read_file(folder, name))
        x, y = arrays["x"], arrays["y"]
        if not x.ndim or not y.ndim or len(x) != len(y) or not x.size or not y.size:
            shapes = f"x {x.shape} and y {y.shape}"
            raise TaskError(f"expected x (rows, inputs) and y (rows, outputs), with as many rows; found {shapes}")
        inputs = _numbers("x", x)
        names = numbered("x", inputs.shape[1])
        if classes:
            one_hot, labels = by_label(_labels(y))
            return Rows(inputs, one_hot, names, labels, len(labels))
        targets = _numbers("y", y)
        return Rows(inputs, targets, names, numbered("y", targets.shape[1]))


def _arrays(content: bytes) -> dict[str, Array]:
    if content.count(_ENTRY) > _MOST_ARRAYS:
        raise TaskError(f"has more than {_MOST_ARRAYS:,} arrays; expected x and y")
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            members = archive.namelist()
            missing = [name for name in "xy" if f"{name}.npy" not in members]
            if missing:
                there = ", ".join(member.removesuffix(".npy")[:40] for member in members[:8]) or "none"
                raise TaskError(f'has no array "{missing[0]}"; expected x and y, found {there}')
            return {name: _array(name, archive) for name in "xy"}
    except _DAMAGE:
        raise TaskError("is not an .npz file, or it is damaged; expected one that numpy.savez wrote") from None


def _array(name: str, archive: ZipFile) -> Array:
    member = archive.getinfo(f"{name}.npy")
    if member.file_size > LARGEST_FILE:
        raise TaskError(f"{name}: is larger than {LARGEST_FILE // MIB} MiB")
    content = io.BytesIO(archive.read(member))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a header that Python 2 wrote
        shape, by_columns, dtype = _HEADERS[np.lib.format.read_magic(content)](content)
    if dtype.kind not in "biufU":
        raise TaskError(f"{name}: expected real numbers, found {_KINDS.get(dtype.kind, dtype.name)}")
    if prod(shape) > MOST_NUMBERS:
        raise TaskError(f"{name}: expected at most {MOST_NUMBERS:,} numbers, found {prod(shape):,}")
    if min(shape, default=0) < 0 or prod(shape) * dtype.itemsize != member.file_size - content.tell():
        raise TaskError(f"{name}: is damaged: its header states the shape {shape}, which is not that of its numbers")
    order: Literal["F", "C"] = "F" if by_columns else "C"
    return np.ndarray(shape, dtype, content.getbuffer(), content.tell(), order=order)


def _numbers(name: str, found: Array) -> Floats:
    if found.dtype.kind == "U":
        raise TaskError(
            f"{name}: expected real numbers, found text{'; labels go with classes = true' * (name == 'y')}"
        )
    with np.errstate(over="ignore"):  # a number beyond float64 is told as one that is not finite
        numbers = found.astype(np.float64).reshape(len(found), -1)
    bad = first_bad(numbers)
    if bad is not None:
        where = f"{name}[{bad[0]}, {bad[1]}]" if found.ndim > 1 else f"{name}[{bad[0]}]"
        raise TaskError(f"{where}: expected a number from -{LARGEST:g} to {LARGEST:g}, found {numbers[bad]:g}")
    return numbers


def _labels(y: Array) -> list[str]:
    if y.size != len(y):
        raise TaskError(
            f"y: expected one class for each row, found the shape {y.shape}; one-hot rows go without classes"
        )
    if y.dtype.kind == "U":
        return [str(label) for label in y.ravel()]
    numbers = _numbers("y", y)[:, 0]
    wrong = np.flatnonzero(numbers != np.floor(numbers))
    if len(wrong):
        raise TaskError(f"y[{wrong[0]}]: expected the whole number of a class, found {numbers[wrong[0]]:g}")
    return [str(int(number)) for number in numbers]
