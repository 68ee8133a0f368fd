"""Updates in plain PyTorch: autograd and `torch.optim.SGD` in float64, the referee of a training run.

It shares no formula with the engine, only batches, initial weights and dropout masks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.network import Network
from backprop_lab.errors import TaskError
from backprop_lab.referee import activation_in_torch, import_torch, loss_in_torch
from backprop_lab.training.preparing import Prepared, dropout, trained
from backprop_lab.trainingtask import TrainingTask


def check_device(task: TrainingTask) -> None:
    """Raise TaskError where a task asks PyTorch for a device that this computer does not have."""
    if task.training.device == "cuda" and not import_torch().cuda.is_available():
        raise TaskError('training.device: PyTorch finds no CUDA device here; expected "cpu"')


class TorchTrainer:
    """A network in PyTorch; weights are (inputs, units) outside and PyTorch's (units, inputs) inside."""

    def __init__(self, prepared: Prepared, parameters: Mapping[str, Array], velocities: Mapping[str, Array]) -> None:
        check_device(prepared.task)
        self._torch = torch = import_torch()
        self._device = prepared.task.training.device
        self._prepared = prepared
        self._slope = float(prepared.task.network.leaky_slope)
        self._networks: dict[int, Network] = {}
        self._dropout = dropout(prepared.task)
        self._tensors = {name: self._tensor(array, name) for name, array in parameters.items()}
        self._trained = {name: self._tensors[name].requires_grad_() for name in trained(prepared.task)}
        table = prepared.task.update
        self._optimizer = torch.optim.SGD(
            self._trained.values(),
            lr=float(table.learning_rate),
            momentum=float(table.momentum),
            dampening=float(table.dampening),
            weight_decay=float(table.weight_decay),
            nesterov=table.nesterov,
        )
        for name, array in velocities.items():
            parameter = name.removeprefix("v")
            self._optimizer.state[self._tensors[parameter]]["momentum_buffer"] = self._tensor(array, parameter)

    @property
    def parameters(self) -> dict[str, Array]:
        """The parameters as they are now."""
        return {name: self._array(tensor, name) for name, tensor in self._tensors.items()}

    @property
    def velocities(self) -> dict[str, Array]:
        """The velocities as they are now; none before the first update, or without momentum."""
        buffers = {
            name: self._optimizer.state.get(tensor, {}).get("momentum_buffer")
            for name, tensor in self._trained.items()
        }
        return {f"v{name}": self._array(buffer, name) for name, buffer in buffers.items() if buffer is not None}

    def update(self, x: Array, y: Array, masks: Mapping[str, Array]) -> tuple[float, Array]:
        """Make one update; return the batch's loss and the outputs before it."""
        if len(x) not in self._networks:
            self._networks[len(x)] = self._prepared.network(len(x))
        self._optimizer.zero_grad()
        loss, outputs = self._forward(self._networks[len(x)], x, y, masks)
        loss.backward()
        self._optimizer.step()
        return loss.item(), outputs.detach().cpu().numpy()

    def evaluate(self, x: Array, y: Array) -> tuple[float, Array]:
        """Return the loss and the outputs for other rows, without dropout."""
        with self._torch.no_grad():
            loss, outputs = self._forward(self._prepared.network(len(x), "evaluation"), x, y, {})
        return loss.item(), outputs.cpu().numpy()

    def _forward(self, network: Network, x: Array, y: Array, masks: Mapping[str, Array]) -> tuple[Any, Any]:
        # Copies, of PyTorch's own alignment: sums come out the same to the last bit every time.
        torch, tensors = self._torch, self._tensors
        a, target = torch.tensor(x, device=self._device), torch.tensor(y, device=self._device)
        for layer, activation in enumerate(network.activations, start=1):
            z = a = torch.nn.functional.linear(a, tensors[f"W{layer}"], tensors.get(f"b{layer}"))
            if activation != "identity":
                a = activation_in_torch(torch, activation, z, self._slope)
            if layer in network.dropout:
                a = a * torch.tensor(masks[f"mask{layer}"], device=self._device) / (1 - self._dropout[layer])
        return loss_in_torch(torch, network, a - target, z, a, target), a

    def _tensor(self, array: Array, name: str) -> Any:
        # A copy: where a side is 1, strides may be anything, and PyTorch's choice of a kernel goes by them.
        copied = np.array(array.T if name[0] == "W" else array[0], order="C")
        return self._torch.tensor(copied, device=self._device)

    @staticmethod
    def _array(tensor: Any, name: str) -> Array:
        array: Array = tensor.detach().cpu().numpy()
        return np.array(array.T if name[0] == "W" else array[None], order="C")
