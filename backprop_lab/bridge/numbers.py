"""The numbers of tensors as decimals: the shortest ones that PyTorch reads back as the same numbers."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from backprop_lab.errors import ModelError

MOST_NUMBERS = 1_000_000
"""Of a model: each becomes an exact number, and a pass of more takes minutes to be written."""
_LEAST_BYTES = 2
"""Of a floating-point number: of smaller ones PyTorch itself can hardly calculate."""


def tensor_of(torch: Any, found: Any, what: str) -> Any:
    """Return an array, a list or a tensor as a tensor on the CPU; raise ModelError where there is none."""
    try:
        tensor = torch.as_tensor(found).detach().cpu()
    except (TypeError, ValueError, RuntimeError):
        raise ModelError(f"{what}: expected a tensor or an array of numbers, found {type(found).__name__}") from None
    if tensor.is_complex():
        raise ModelError(f"{what}: expected real numbers, found {tensor.dtype}")
    if tensor.layout is not torch.strided or tensor.is_quantized:
        raise ModelError(
            f"{what}: expected a dense tensor, found a {'quantized' if tensor.is_quantized else 'sparse'} one"
        )
    if tensor.is_floating_point() and tensor.element_size() < _LEAST_BYTES:
        raise ModelError(f"{what}: expected float16 or larger, found {tensor.dtype}")
    if not tensor.numel():
        raise ModelError(f"{what}: expected numbers, found the empty shape {shape_of(tensor)}")
    strange = (~torch.isfinite(tensor)).nonzero()
    if len(strange):
        place = tuple(strange[0].tolist())
        raise ModelError(f"{what}{list(place)}: expected finite numbers, found {tensor[place].item()}")
    return tensor


def check_size(tensors: Iterable[Any], what: str) -> None:
    """Raise ModelError where a model has more numbers than can be worked."""
    count = sum(tensor.numel() for tensor in tensors)
    if count > MOST_NUMBERS:
        raise ModelError(f"{what}: has {count:,} weights and biases; expected at most {MOST_NUMBERS:,}")


def decimals(tensor: Any) -> list[list[Decimal]]:
    """Return the rows of a tensor of two dimensions in the decimals of its own precision: float32's 0.1 is 0.1."""
    if str(tensor.dtype) == "torch.bfloat16":  # NumPy has none
        tensor = tensor.float()
    array = tensor.numpy() if tensor.is_floating_point() else tensor.numpy().astype(np.int64)
    return [[Decimal(number) for number in row] for row in array.astype(str).tolist()]


def fractions(tensor: Any) -> list[list[Fraction]]:
    """Return the same as exact numbers."""
    return [[Fraction(number) for number in row] for row in decimals(tensor)]


def fraction(number: Any) -> Fraction:
    """Return a setting such as a learning rate as the decimal that it is written as."""
    return Fraction(Decimal(repr(float(number))))


def shape_of(tensor: Any) -> tuple[int, ...]:
    """Return the shape of a tensor as a tuple."""
    return tuple(int(size) for size in tensor.shape)
