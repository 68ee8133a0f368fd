"""Plain numbers out of whatever a program holds, without ever calling what the program itself defined.

Only the exact types of Python, NumPy and PyTorch are read, through their own methods: a class of the program's that
says that it is a number is not asked for one. Nothing here imports NumPy or PyTorch; they are looked up where the
program has imported them.
"""

from __future__ import annotations

import sys
from collections import deque
from contextlib import suppress
from itertools import islice
from math import isfinite
from types import MemberDescriptorType, SimpleNamespace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    Numbers = tuple[tuple[int, ...], tuple[float | None, ...], bool]
    Typed = bool | dict[Any, Any]

MOST_NUMBERS = 4096
MOST_PARTS = 200
MOST_IN_PARTS = 16 * MOST_NUMBERS
DEEPEST = 5
LARGE: Numbers = ((0,), (), False)
DOUBLE = 8
SINGLE = frozenset(("float32", "float16", "bfloat16"))


class TooLargeError(Exception):
    """An array has more numbers than are kept."""


class Numpy:
    """NumPy's own types and methods, as they were before the program could put others in their place."""

    def __init__(self, module: Any) -> None:
        self.array = module.ndarray
        self.plain = (module.ndarray, module.matrix)
        self.floats = tuple(set(module.floating.__subclasses__()) | {module.float64})
        self.integers = tuple(
            kind
            for group in module.integer.__subclasses__()
            for kind in group.__subclasses__()
            if kind is not module.timedelta64
        )
        self.scalars = frozenset(self.floats + self.integers)
        self.view, self.ravel, self.tolist = module.ndarray.view, module.ndarray.ravel, module.ndarray.tolist
        self.item = module.generic.item
        self.make, self.float64 = module.array, module.float64


class Torch:
    """PyTorch's own types and methods, as they were before the program could put others in their place."""

    def __init__(self, module: Any) -> None:
        base = module._C.TensorBase
        self.kinds = (module.Tensor, module.nn.Parameter)
        self.parameter, self.module = module.nn.Parameter, module.nn.Module
        self.numbered = (module.nn.Sequential, module.nn.ModuleList, module.nn.ParameterList)
        self.detach, self.tolist, self.numel = base.detach, base.tolist, base.numel
        self.make, self.float32 = module.tensor, module.float32


_found: dict[str, Any] = {}


def library(name: str, made: Any, last: str) -> Any:
    """Return the types of a library that the program has imported to its end, or None."""
    found = _found.get(name)
    if found is None:
        module = sys.modules.get(name)
        if module is not None and last in module.__dict__:
            found = _found[name] = made(module)
    return found


def numpy() -> Any:
    """Return the types of NumPy if the program has imported it."""
    return library("numpy", Numpy, "matrix")


def torch() -> Any:
    """Return the types of PyTorch if the program has imported it."""
    return library("torch", Torch, "compile")


def number(value: Any) -> float | None:
    """Return a single number as a float: infinite where no float holds it, None where it is no number."""
    kind = type(value)
    if kind is float:
        return value  # type: ignore[no-any-return]
    if kind is int:
        return integer(value)
    if kind is bool:
        return None
    types = numpy()
    if types is not None and kind in types.scalars:
        return number(types.item(value)) if kind.__name__ != "longdouble" else float(value)
    return exact(value, kind)


def integer(value: int) -> float:
    """Return an integer as a float, infinite where no float holds it."""
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def exact(value: Any, kind: Any) -> float | None:
    """Return a Fraction or Decimal as a float."""
    fractions, decimal = sys.modules.get("fractions"), sys.modules.get("decimal")
    if fractions is not None and kind is getattr(fractions, "Fraction", None):
        try:
            return int.__truediv__(value._numerator, value._denominator)
        except OverflowError:
            return float("inf")
    if decimal is not None and kind is getattr(decimal, "Decimal", None):
        plain = float(value)
        return plain if type(plain) is float else None
    return None


def read(value: Any) -> Numbers | None:
    """Return shape, numbers in C order and whether they are of single precision; None for anything else.

    A list or tuple of numbers is an array too where it is rectangular. Numbers that are not finite are None.

    Raises:
        TooLargeError: there are more than 4096 numbers.
    """
    kind = type(value)
    if kind is float:
        return (), (finite(value),), False
    if kind is list or kind is tuple:
        flat: list[float | None] = []
        shape = rectangle(value, flat, DEEPEST)
        return None if shape is None else (shape, tuple(flat), False)
    types = numpy()
    if types is not None and kind in types.plain:
        return of_array(value, types)
    types = torch()
    if types is not None and kind in types.kinds:
        return of_tensor(value, types)
    plain = number(value)
    if plain is None:
        return None
    return (), (finite(plain),), kind.__name__ in SINGLE


def finite(plain: float) -> float | None:
    """Return None for a number that is not finite."""
    return plain if isfinite(plain) else None


def rectangle(value: Any, flat: list[float | None], deepest: int) -> tuple[int, ...] | None:
    """Append the numbers of a rectangular list to `flat` and return its shape; None if it is not one."""
    if not value:
        return None
    first = type(value[0])
    if first is not list and first is not tuple:
        for entry in value:
            plain = number(entry)
            if plain is None:
                return None
            flat.append(finite(plain))
            if len(flat) > MOST_NUMBERS:
                raise TooLargeError
        return (len(value),)
    shapes: set[Any] = set()
    for entry in value:
        if type(entry) not in (list, tuple) or not deepest:
            return None
        shapes.add(rectangle(entry, flat, deepest - 1))
        if len(shapes) > 1 or None in shapes:
            return None
    return len(value), *shapes.pop()


def of_array(value: Any, types: Any) -> Numbers | None:
    """Read a NumPy array of numbers."""
    kind, size = value.dtype.kind, value.size
    if kind not in "fiuO" or not size:
        return None
    if size > MOST_NUMBERS:
        raise TooLargeError
    entries = types.tolist(types.ravel(types.view(value, types.array)))
    numbers = [number(entry) if kind == "O" else float(entry) for entry in entries]
    flat = [finite(entry) for entry in numbers if entry is not None]
    if len(flat) < size:
        return None
    is_single = kind == "f" and value.dtype.itemsize < DOUBLE
    return value.shape, tuple(flat), is_single


def of_tensor(value: Any, types: Any) -> Numbers | None:
    """Read a tensor, with or without gradients."""
    size = types.numel(value)
    name = str(value.dtype).removeprefix("torch.")
    if not size or name.startswith(("bool", "complex", "q")):
        return None
    if size > MOST_NUMBERS:
        raise TooLargeError
    shape = tuple(map(int, value.shape))
    entries = types.tolist(types.detach(value).reshape(-1))
    return shape, tuple(finite(float(entry)) for entry in entries), name in SINGLE


class Left:
    """How many parts of a value, and how many numbers in them, are still to be read."""

    def __init__(self) -> None:
        self.parts, self.numbers = MOST_PARTS, MOST_IN_PARTS


def parts(value: Any, name: str, typed: Typed = False) -> Iterable[tuple[str, Any, Numbers | None, bool]]:
    """Return what a value consists of: each part's name, the part, its numbers if it has any, and whether typed in.

    The parts of dicts, of lists and tuples that are no arrays, of modules and of the program's own objects, in their
    order, depth first; at most 200 with 65,536 numbers in all. The numbers of a part that is too large are `LARGE`,
    and so are those of what comes when enough has been read.
    """
    try:
        numbers = read(value)
    except TooLargeError:
        numbers = LARGE
    if numbers is not None:
        return ((name, value, numbers, is_typed(typed)),)
    return descend(value, name, typed, DEEPEST, Left())


def descend(
    value: Any, name: str, typed: Typed, deepest: int, left: Left
) -> Iterator[tuple[str, Any, Numbers | None, bool]]:
    """Yield the parts of one part."""
    if left.parts < 0:
        return
    left.parts -= 1
    if left.parts < 0 or left.numbers <= 0:
        yield name, value, LARGE, False
        return
    try:
        numbers = read(value)
        left.numbers -= len(numbers[1]) if numbers is not None else 0
    except TooLargeError:
        numbers = LARGE
        left.numbers -= MOST_NUMBERS if type(value) in (list, tuple) else 0
    if numbers is not None or not deepest:
        yield name, value, numbers, is_typed(typed)
        return
    members = children(value)
    if members is None:
        yield name, value, None, False
        return
    for key, suffix, member in members:
        kept = typed if type(typed) is bool else typed.get(key, False)
        yield from descend(member, name + suffix, kept, deepest - 1, left)


def is_typed(typed: Typed) -> bool:
    """Tell whether a value is typed in, or all its members are."""
    return typed if type(typed) is bool else all(map(is_typed, typed.values()))


def children(value: Any) -> list[tuple[Any, str, Any]] | None:
    """Return key, suffix of the name, and value of each member; None for what has none."""
    kind = type(value)
    if issubclass(kind, dict):
        return [
            (key, f"[{said}]", member)
            for key, member in islice(dict.items(value), MOST_PARTS)
            if (said := plain_key(key)) is not None
        ]
    if issubclass(kind, deque):
        return in_order(list(islice(deque.__iter__(value), MOST_PARTS)))
    if issubclass(kind, list | tuple):
        return in_order((list if issubclass(kind, list) else tuple).__getitem__(value, slice(MOST_PARTS)))
    types = numpy()
    if types is not None and kind is types.array and value.dtype.kind == "O" and value.ndim == 1:
        return in_order(types.tolist(value[:MOST_PARTS]))
    types = torch()
    if types is not None and issubclass(kind, types.module):
        return of_module(value, types)
    return of_object(value, kind)


def plain_key(key: Any) -> str | None:
    """Return a key as it stands between brackets: a text, an integer, or several of them; None for anything else."""
    if type(key) is str or type(key) is int:
        return repr(key)
    if type(key) is tuple and key and all(type(entry) is str or type(entry) is int for entry in key):
        return repr(key)[1:-1]
    return None


def of_object(value: Any, kind: Any) -> list[tuple[Any, str, Any]] | None:
    """Return the attributes of a namespace, or of an object of a class of the program's own."""
    try:
        is_own = type.__getattribute__(kind, "__module__") == "__main__" and not issubclass(kind, type)
        found = attributes(value, kind) if is_own or kind is SimpleNamespace else {}
    except Exception:
        return None
    return [(key, f".{key}", member) for key, member in found.items()] or None


def attributes(value: Any, kind: Any) -> dict[str, Any]:
    """Return what an object has in its slots and in its dictionary."""
    found = {}
    for base in type.__getattribute__(kind, "__mro__")[-2::-1]:
        for key, member in type.__getattribute__(base, "__dict__").items():
            if type(member) is MemberDescriptorType:
                with suppress(AttributeError):
                    found[key] = MemberDescriptorType.__get__(member, value)
    with suppress(AttributeError):
        own = islice(dict.items(object.__getattribute__(value, "__dict__")), MOST_PARTS)
        found.update((key, member) for key, member in own if type(key) is str)
    return found


def in_order(values: Any) -> list[tuple[Any, str, Any]]:
    """Return the members of a list or tuple."""
    return [(place, f"[{place}]", member) for place, member in enumerate(values)]


def of_module(module: Any, types: Any) -> list[tuple[Any, str, Any]]:
    """Return the parameters of a PyTorch module and of those in it, as one writes them: `net[0].weight`."""
    own = object.__getattribute__(module, "__dict__")
    numbered = issubclass(type(module), types.numbered)
    members = {**own["_parameters"], **own["_modules"]}
    return [(key, f"[{key}]" if numbered else f".{key}", member) for key, member in members.items()]
