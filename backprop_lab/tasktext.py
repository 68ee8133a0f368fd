"""Write a task as the text of a task file, which reads back as the same task."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec
from msgspec import NODEFAULT, Struct

from backprop_lab.task import Target, Task


def task_toml(task: Task) -> str:
    """Return a task as TOML, without the keys that stand at their defaults; numbers keep every digit."""
    return "\n".join(_table(task, "")) + "\n"


def _table(table: Struct, name: str) -> Iterator[str]:
    """Yield the lines of a table: its own keys, then the tables below it."""
    below: list[tuple[str, Any]] = []
    for field in msgspec.structs.fields(table):
        value = getattr(table, field.name)
        default = field.default if field.default_factory is NODEFAULT else field.default_factory()
        if value == default:
            continue
        if isinstance(value, Struct) or (isinstance(value, list) and value and isinstance(value[0], Struct)):
            below.append((f"{name}{field.encode_name}", value))
        elif name == "network." and field.encode_name in ("weights", "biases"):
            yield from _lines(field.encode_name, value)
        else:
            yield f"{field.encode_name} = {_value(value)}"
    for key, value in below:
        for one in value if isinstance(value, list) else [value]:
            yield ""
            yield f"[[{key}]]" if isinstance(value, list) else f"[{key}]"
            yield from _table(one, f"{key}.")


def _lines(key: str, layers: list[Any]) -> Iterator[str]:
    """Yield a list with a line for each layer."""
    yield f"{key} = ["
    yield from (f"    {_value(layer)}," for layer in layers)
    yield "]"


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case Target():
            return _value(list(value.classes) or value.rows)
        case list() | tuple():
            return f"[{', '.join(map(_value, value))}]"
        case Fraction():
            return _number(value)
        case _:
            return str(value)


def _number(number: Fraction) -> str:
    """Return a number as a decimal with all of its digits."""
    if number.denominator == 1:
        return str(number.numerator)
    twos = (number.denominator & -number.denominator).bit_length() - 1
    fives, rest = 0, number.denominator >> twos
    while rest > 1:
        fives, rest = fives + 1, rest // 5
    places = max(twos, fives)
    digits = number.numerator * 10**places // number.denominator
    return str(Decimal((int(digits < 0), tuple(map(int, str(abs(digits)))), -places)))
