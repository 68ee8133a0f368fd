"""Keep the state of a training run in a file, from which it goes on to the last bit as if it had never stopped.

The file is an `.npz` of plain arrays: a header in JSON as bytes, the parameters and velocities, and a row per epoch.
Nothing in it is trusted, and nothing is unpickled.
"""

from __future__ import annotations

import hashlib
import math
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct, structs

from backprop_lab.engine.arithmetic import Array
from backprop_lab.errors import LabError
from backprop_lab.training.loop import Epoch, History, State
from backprop_lab.training.preparing import Prepared, trained
from backprop_lab.wholefile import whole_file

_LARGEST_HEADER = 4096
_MOST_EPOCHS = 1_000_000
_COLUMNS = Epoch.__struct_fields__[1:]


class _Header(Struct, frozen=True):
    digest: str
    epoch: int
    update: int
    best_loss: float | None
    best_epoch: int
    stopped: bool
    has_velocities: bool


def save(state: State, prepared: Prepared, path: Path) -> None:
    """Write a state to a file, whole or not at all; raise LabError where it cannot be written."""
    best = state.best_loss if math.isfinite(state.best_loss) else None
    header = _Header(
        digest(prepared),
        state.epoch,
        state.update,
        best,
        state.best_epoch,
        state.stopped,
        bool(state.velocities),
    )
    arrays: dict[str, Array] = {
        "header": np.frombuffer(msgspec.json.encode(header), dtype=np.uint8),
        "epochs": np.array([_row(epoch) for epoch in state.epochs], dtype=np.float64).reshape(-1, len(_COLUMNS)),
        **state.parameters,
        **state.velocities,
    }
    with whole_file(path) as file:
        np.savez(file, allow_pickle=False, **arrays)


def load(path: Path, prepared: Prepared) -> State:
    """Read a state that `save` wrote for the same training, of which only the number of epochs may be another.

    Raises LabError, one line, for the checkpoint of another task or other data, and for a file that is none.
    """
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            return _state(archive, prepared)
    except LabError as error:
        raise LabError(f"{path}: {error}") from None
    except OSError as error:
        raise LabError(f"{path}: cannot be read: {error.strerror or error}") from None
    except Exception as error:  # zipfile, zlib and NumPy raise what they like for a file that is cut off or made up
        what = type(error).__name__ if isinstance(error, MemoryError) else str(error)[:100]
        raise LabError(f"{path}: is not a checkpoint, or a damaged one ({what}); start without it") from None


def digest(prepared: Prepared) -> str:
    """Return what tells a training from another: its network, update, batches and data, but not how long it goes."""
    task = prepared.task
    training = structs.replace(task.training, epochs=1)
    said = msgspec.json.encode((task.network, task.update, training), enc_hook=str)
    known = hashlib.sha256(said)
    data = prepared.data
    for array in (data.x, data.y, data.validation_x, data.validation_y):
        if array is not None:
            known.update(repr(array.shape).encode())
            known.update(array.tobytes())
    return known.hexdigest()


def _row(epoch: Epoch) -> list[float]:
    values = (getattr(epoch, name) for name in _COLUMNS)
    return [math.nan if value is None else value for value in values]


def _state(archive: zipfile.ZipFile, prepared: Prepared) -> State:
    header = _header(archive)
    if not 1 <= header.epoch <= _MOST_EPOCHS:
        raise LabError(f"is not a checkpoint: it has {header.epoch} epochs; start without it")
    if header.digest != digest(prepared):
        raise LabError("is the checkpoint of another task, or of other data; start without it")
    shapes = {name: array.shape for name, array in prepared.parameters.items()}
    velocities = trained(prepared.task) if header.has_velocities else ()
    rows = _array(archive, "epochs", (header.epoch, len(_COLUMNS)))
    if header.update != header.epoch * prepared.updates_per_epoch:
        raise LabError("is not a checkpoint: its counts do not fit each other; start without it")
    return State(
        epoch=header.epoch,
        update=header.update,
        parameters={name: _finite(archive, name, shape) for name, shape in shapes.items()},
        velocities={f"v{name}": _finite(archive, f"v{name}", shapes[name]) for name in velocities},
        epochs=History([_epoch(number, row) for number, row in enumerate(rows.tolist(), start=1)]),
        best_loss=math.inf if header.best_loss is None else header.best_loss,
        best_epoch=header.best_epoch,
        stopped=header.stopped,
    )


def _epoch(number: int, row: Sequence[float]) -> Epoch:
    values: Mapping[str, Any] = {
        name: None if math.isnan(value) else value for name, value in zip(_COLUMNS, row, strict=True)
    }
    return Epoch(number, **values)


def _header(archive: zipfile.ZipFile) -> _Header:
    size = archive.getinfo("header.npy").file_size
    if size > _LARGEST_HEADER:
        raise LabError("is not a checkpoint: its header is too large; start without it")
    with archive.open("header.npy") as file:
        content = np.lib.format.read_array(file, allow_pickle=False)
    return msgspec.json.decode(content.astype(np.uint8).tobytes(), type=_Header)


def _array(archive: zipfile.ZipFile, name: str, shape: tuple[int, ...]) -> Array:
    """Read an array of floats of this shape; its header is read first, lest it ask for all the memory there is."""
    with archive.open(f"{name}.npy") as file:
        version = np.lib.format.read_magic(file)
        if version != (1, 0):
            raise LabError(f"is not a checkpoint: {name} is in another format; start without it")
        found, _, kind = np.lib.format.read_array_header_1_0(file)
    if found != shape or kind != np.float64:
        raise LabError(
            f"is not a checkpoint of this network: {name} is {kind} {found}, not float64 {shape}; start without it"
        )
    with archive.open(f"{name}.npy") as file:
        return np.array(np.lib.format.read_array(file, allow_pickle=False), order="C")


def _finite(archive: zipfile.ZipFile, name: str, shape: tuple[int, ...]) -> Array:
    array = _array(archive, name, shape)
    if not np.isfinite(array).all():
        raise LabError(f"is not a checkpoint: {name} holds numbers that are not finite; start without it")
    return array
