"""Arrays of one number that pass for that number, as they did in NumPy before 2.4."""

from __future__ import annotations

from .values import numpy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def single(value: Any) -> Any:
    """Return the number in an array of one number, and anything else as it is."""
    types = numpy()
    if types is not None and type(value) in types.plain and value.size == 1 and value.dtype.kind in "fiu":
        return types.ravel(types.view(value, types.array))[0]
    return value


def singles(value: Any) -> Any:
    """Return what is to be formatted with the numbers in arrays of one number in their place."""
    return tuple(map(single, value)) if type(value) is tuple else single(value)


def fitted(container: Any, value: Any) -> Any:
    """Return what can be assigned to a member of a container: the number in an array of one, if that is an array."""
    types = numpy()
    return single(value) if types is not None and type(container) in types.plain else value
