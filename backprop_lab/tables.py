"""From the text of a TOML file to a task: numbers read exactly."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

import msgspec

from backprop_lab.consistency import check, check_training
from backprop_lab.errors import TaskError
from backprop_lab.task import Target, Task
from backprop_lab.trainingtask import TrainingTask

_KEY_PART = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
_DEEP_KEY = re.compile(rf"(?<![\w-]){_KEY_PART}(?:[ \t]*\.[ \t]*{_KEY_PART}){{20}}")
"""A key of so many parts would take tomllib hours."""
_LARGEST = Decimal("1e100")
_MOST_PLACES = 100
_MOST_BITS = 333
"""Of a whole number; 2**333 is above the largest."""


def parse(text: str) -> dict[str, Any]:
    """Return the tables of a TOML text, floats as exact decimals; raise TaskError where it is none."""
    if _DEEP_KEY.search(text):
        raise TaskError("is not a task: a key has more than 20 parts")
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise TaskError(f"is not TOML: {error}; numbers are written 0.5, text in straight quotes") from None
    except (ValueError, InvalidOperation):
        raise TaskError("is not TOML that can be read: a number has too many digits") from None
    except RecursionError:
        raise TaskError("is not a task: its lists are nested too deeply") from None


def build_task(tables: dict[str, Any]) -> Task:
    """Return a checked task from the tables of a TOML file whose floats were read as Decimal.

    Raises TaskError, naming the key; msgspec.ValidationError where a value has the wrong type.
    """
    task = msgspec.convert(tables, Task, dec_hook=_from_toml)
    check(task)
    return task


def build_training(tables: dict[str, Any]) -> TrainingTask:
    """Return a checked training task, as `build_task` does a task of one pass."""
    task = msgspec.convert(tables, TrainingTask, dec_hook=_from_toml)
    check_training(task)
    return task


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a task file."""
    numbers = {"type": "array", "items": {"type": "number"}}
    classes = {"type": "array", "items": {"type": "integer", "minimum": 0}}
    hooks: dict[type, dict[str, Any]] = {
        Fraction: {"type": "number"},
        Target: {"anyOf": [{"type": "array", "items": numbers}, classes]},
    }
    (task, training), components = msgspec.json.schema_components(
        (Task, TrainingTask), schema_hook=lambda kind: hooks[kind], ref_template="#/$defs/{name}"
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "if": {"required": ["kind"]},
        "then": training,
        "else": task,
        "$defs": components,
    }


def _from_toml(kind: type, found: Any) -> Any:
    if kind is Fraction:
        return _number(found)
    if isinstance(found, list) and found and not any(isinstance(row, list) for row in found):
        return Target(classes=tuple(_class_index(entry) for entry in found))
    try:
        rows = msgspec.convert(found, list[list[Fraction]], dec_hook=_from_toml)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None  # msgspec adds the outer half of the path to a ValueError only
    return Target(rows=tuple(tuple(row) for row in rows))


def _number(found: Any) -> Fraction:
    if isinstance(found, bool) or not isinstance(found, int | Decimal):
        raise ValueError(f"expected a number, found {_named(found)}")
    number = _LARGEST * 10 if _is_huge(found) else Decimal(found)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError(f"expected a finite number, found {found}")
    if number == 0:
        return Fraction(0)
    if number.copy_abs() > _LARGEST or exponent < -_MOST_PLACES or len(number.as_tuple().digits) > _MOST_PLACES + 1:
        raise ValueError("expected a number between -1e100 and 1e100 with at most 100 digits and decimals")
    return Fraction(number)


def _is_huge(found: int | Decimal) -> bool:
    """Tell whether a whole number is beyond the largest, without writing it out in decimal."""
    return isinstance(found, int) and found.bit_length() > _MOST_BITS


def _class_index(found: Any) -> int:
    if isinstance(found, bool) or not isinstance(found, int):
        raise ValueError(
            f"expected rows of numbers such as [[1]], or class indices such as [2], found {_named(found)} in a list"
        )
    if _is_huge(found):
        raise ValueError("expected class indices such as [2], found a number beyond ±1e100")
    return found


def _named(found: Any) -> str:
    match found:
        case str():
            return f'the string "{found[:40]}"'
        case bool():
            return "true" if found else "false"
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return str(found)[:40]
