"""Constants of a program: the arrays and numbers in one, and the same constant with other numbers in it."""

from __future__ import annotations

import sys

from .values import DEEPEST, MOST_PARTS, TooLargeError, number, numpy, read, torch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from .values import Numbers

    Change = Callable[[Any, Numbers, str], Any]


def changed(value: Any, change: Change) -> Any:
    """Return a constant with `change(leaf, numbers, suffix)` in the place of each leaf, in order.

    A leaf is a single number or a rectangular array; `suffix` says where in the constant it is. Where nothing
    changes, the constant itself comes back, and so does a container that would make more than 200 parts in all.
    """
    return descend(value, change, "", DEEPEST, [MOST_PARTS])


def descend(value: Any, change: Change, suffix: str, deepest: int, left: list[int]) -> Any:
    """Return one part of a constant with other leaves."""
    try:
        numbers = read(value)
    except TooLargeError:
        return value
    if numbers is not None:
        return change(value, numbers, suffix)
    kind = type(value)
    if not deepest or kind not in (dict, list, tuple) or len(value) > left[0]:
        return value
    left[0] -= len(value)
    keys = list(value) if kind is dict else range(len(value))
    members = [descend(value[key], change, f"{suffix}[{key!r}]", deepest - 1, left) for key in keys]
    if all(member is value[key] for member, key in zip(members, keys, strict=True)):
        return value
    return dict(zip(keys, members, strict=True)) if kind is dict else kind(members)


def replaced(value: Any, now: list[float]) -> Any:
    """Return a leaf of the same shape and type with other numbers in it; integers become floats."""
    kind = type(value)
    if kind is list or kind is tuple:
        return nested(value, iter(now))
    arrays, tensors = numpy(), torch()
    if arrays is not None and kind in arrays.plain:
        return array(value, now, arrays)
    if tensors is not None and kind in tensors.kinds:
        return tensor(value, now, tensors)
    return single(value, now[0])


def nested(value: Any, now: Iterator[float]) -> Any:
    """Return nested lists and tuples with other numbers in them."""
    entries = [nested(entry, now) if type(entry) in (list, tuple) else single(entry, next(now)) for entry in value]
    return entries if type(value) is list else tuple(entries)


def single(value: Any, now: float) -> Any:
    """Return another number of the same type, or a float for an integer."""
    kind = type(value)
    arrays = numpy()
    if kind is int:
        return now
    if arrays is not None and kind in arrays.integers:
        return arrays.float64(now)
    decimal = sys.modules.get("decimal")
    if decimal is not None and kind is getattr(decimal, "Decimal", None):
        return kind(repr(now))
    return kind(now)


def array(value: Any, now: list[float], types: Any) -> Any:
    """Return a NumPy array with other numbers in it, which stays a matrix if it was one."""
    if value.dtype.kind == "O":
        entries = types.tolist(types.ravel(types.view(value, types.array)))
        filled = types.make([None] * len(now), dtype=object)
        for place, (entry, other) in enumerate(zip(entries, now, strict=True)):
            filled[place] = single(entry, other) if number(entry) is not None else other
    else:
        filled = types.make(now, dtype=value.dtype if value.dtype.kind == "f" else types.float64)
    return filled.reshape(value.shape).view(type(value))


def tensor(value: Any, now: list[float], types: Any) -> Any:
    """Return a tensor with other numbers in it, a leaf of its own, which stays a parameter if it was one."""
    kind = value.dtype if value.dtype.is_floating_point else types.float32
    fresh = types.make(now, dtype=kind).reshape(tuple(value.shape))
    if type(value) is types.parameter:
        return types.parameter(fresh, requires_grad=value.requires_grad)
    return fresh.requires_grad_(value.requires_grad)
