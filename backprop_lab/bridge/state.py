"""A saved state dict as the weights and biases of a task. Only tensors are ever read from such a file."""

from __future__ import annotations

import pickle
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from backprop_lab.bridge.needed import pytorch
from backprop_lab.bridge.numbers import check_size, decimals, shape_of, tensor_of
from backprop_lab.errors import ModelError
from backprop_lab.limits import MIB

MOST_BYTES = 256 * MIB
WRAPPERS = ("model_state_dict", "state_dict")
"""The keys under which checkpoints keep a state dict among other things."""


class Parameters(Struct, frozen=True):
    """The parameters of one Linear layer, with their keys; weights are (units, inputs)."""

    prefix: str
    weight: Any
    bias: Any

    def key(self, part: str) -> str:
        """Return the key of the weight or of the bias."""
        return f"{self.prefix}.{part}" if self.prefix else part


def put_state_in(tables: dict[str, Any], path: Path) -> None:
    """Put the parameters of a state dict in the place of those of a task file's tables, which need not have any.

    Layers are matched in order. Raises ModelError, naming the key and both shapes, where they do not fit the task's
    own weights, or without these each other, the inputs and the targets.
    """
    layers = _layers(path, read_state(path))
    network, data = tables.get("network"), tables.get("data")
    if not isinstance(network, dict) or not isinstance(data, dict):
        return  # which the task's own check complains of
    sizes = _expected(path, network, data, layers)
    for number, (layer, shape) in enumerate(zip(layers, sizes, strict=True), start=1):
        if shape_of(layer.weight) != shape:
            raise ModelError(
                f'{path}: "{layer.key("weight")}" has the shape {shape_of(layer.weight)}; layer {number} of the task '
                f"needs {shape} (units, inputs)"
            )

    def checked(key: str, tensor: Any) -> Any:
        return tensor_of(pytorch(), tensor, f"{path}: {key}")

    network["weights"] = [decimals(checked(one.key("weight"), one.weight).T) for one in layers]
    biases = [[] if one.bias is None else decimals(checked(one.key("bias"), one.bias)[None])[0] for one in layers]
    network.pop("biases", None)
    network |= {"biases": biases} if any(biases) else {}


def read_state(path: Path) -> Mapping[str, Any]:
    """Read a state dict, or that of a checkpoint; raise ModelError where the file holds anything but tensors."""
    torch = pytorch()
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > MOST_BYTES:
            raise ModelError(f"{path}: holds {size // MIB} MiB; expected at most {MOST_BYTES // MIB}")
        with warnings.catch_warnings(action="ignore"):
            loaded = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror or error}") from None
    except zipfile.BadZipFile:
        raise ModelError(f"{path}: is no file of torch.save; expected torch.save(model.state_dict(), path)") from None
    except pickle.UnpicklingError:
        raise ModelError(
            f"{path}: holds other things than tensors, which are never loaded; expected "
            "torch.save(model.state_dict(), path)"
        ) from None
    except ModelError:
        raise
    except Exception as error:  # whatever a damaged or hostile file makes PyTorch's reader stumble on
        raise ModelError(f"{path}: is damaged: {type(error).__name__}") from None
    if isinstance(loaded, Mapping):
        for wrapper in WRAPPERS:
            if isinstance(loaded.get(wrapper), Mapping):
                loaded = loaded[wrapper]
    if not isinstance(loaded, Mapping) or not loaded or not all(isinstance(key, str) for key in loaded):
        raise ModelError(f"{path}: holds no state dict; expected torch.save(model.state_dict(), path)")
    return loaded


def _layers(path: Path, state: Mapping[str, Any]) -> list[Parameters]:
    """Return the Linear layers of a state dict, in its order."""
    parts: dict[str, dict[str, Any]] = {}
    for key, tensor in state.items():
        prefix, _, part = key.rpartition(".")
        if part not in ("weight", "bias"):
            raise ModelError(f'{path}: "{key[:80]}" is not the weight or bias of a Linear layer')
        dimensions = {"weight": 2, "bias": 1}[part]
        if not hasattr(tensor, "dim") or tensor.dim() != dimensions:
            found = f"has the shape {shape_of(tensor)}" if hasattr(tensor, "dim") else "is no tensor"
            raise ModelError(f'{path}: "{key[:80]}" {found}; expected the {part} of a Linear layer')
        parts.setdefault(prefix, {})[part] = tensor
    check_size(state.values(), str(path))
    return [_checked(path, prefix, found) for prefix, found in parts.items()]


def _checked(path: Path, prefix: str, found: Mapping[str, Any]) -> Parameters:
    layer = Parameters(prefix, found.get("weight"), found.get("bias"))
    if layer.weight is None:
        raise ModelError(f'{path}: has no "{layer.key("weight")}", but a "{layer.key("bias")}"')
    if layer.bias is not None and layer.bias.shape[0] != layer.weight.shape[0]:
        raise ModelError(
            f'{path}: "{layer.key("bias")}" has the shape {shape_of(layer.bias)}; "{layer.key("weight")}" of shape '
            f"{shape_of(layer.weight)} needs ({layer.weight.shape[0]},)"
        )
    return layer


def _expected(
    path: Path, network: dict[str, Any], data: dict[str, Any], layers: list[Parameters]
) -> list[tuple[int, int]]:
    """Return the shape that each weight must have: that of the task's own, else what the layers around it need."""
    own = network.get("weights")
    activations = network.get("activations")
    count = len(own) if isinstance(own, list) else len(activations) if isinstance(activations, list) else len(layers)
    if count != len(layers):
        keys = ", ".join(layer.key("weight") for layer in layers[:8])
        raise ModelError(f"{path}: has {len(layers)} Linear layers ({keys}); the task has {count}")
    if isinstance(own, list):
        return [(_width(matrix), len(matrix) if isinstance(matrix, list) else 0) for matrix in own]
    return list(_between(_width(data.get("x")), _width(data.get("y")), layers))


def _between(inputs: int, outputs: int, layers: list[Parameters]) -> Iterator[tuple[int, int]]:
    for number, layer in enumerate(layers, start=1):
        units, found = shape_of(layer.weight)
        units = outputs if outputs and number == len(layers) else units
        yield units, inputs or found
        inputs = units


def _width(rows: Any) -> int:
    """Return the length of the first row; 0 where there is none."""
    return len(rows[0]) if isinstance(rows, list) and rows and isinstance(rows[0], list) else 0
