"""From PyTorch: a model, its data, loss and optimizer as a task; and a saved state dict as a task's weights."""

from backprop_lab.bridge.models import from_torch

__all__ = ["from_torch"]
