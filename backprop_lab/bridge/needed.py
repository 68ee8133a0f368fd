"""PyTorch, where it is installed."""

from __future__ import annotations

from typing import Any

from backprop_lab.errors import MissingExtraError


def pytorch() -> Any:
    """Return the module `torch`; raise MissingExtraError without it."""
    try:
        import torch
    except ImportError:
        raise MissingExtraError("PyTorch", "torch") from None
    return torch
