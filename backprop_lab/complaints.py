"""What is said of a task file that cannot be read as a task: the key, what was found there, and what is valid."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

_MOST_SUGGESTIONS = 16


def unknown_keys(tables: Any, kind: Any, where: str) -> Iterator[str]:
    """Yield a complaint for every key that no table of a task has."""
    from msgspec import inspect

    match kind:
        case inspect.StructType() if isinstance(tables, dict):
            fields = {field.encode_name: field.type for field in kind.fields}
            for key, inner in tables.items():
                if key not in fields:
                    yield f"{where}{quoted(key)}: unknown key; {nearest(key, fields)}"
                else:
                    yield from unknown_keys(inner, fields[key], f"{where}{key}.")
        case inspect.UnionType():
            for option in kind.types:
                if isinstance(option, inspect.StructType):
                    yield from unknown_keys(tables, option, where)
        case inspect.ListType() if isinstance(tables, list):
            if isinstance(kind.item_type, inspect.StructType):
                for index, inner in enumerate(tables):
                    yield from unknown_keys(inner, kind.item_type, f"{where.rstrip('.')}[{index}].")


def quoted(key: str) -> str:
    """Return a key as a complaint shows it: as it is, else in quotes and cut off."""
    return key if re.fullmatch(r"[\w-]{1,60}", key) else f'"{key[:60]}"'


def near_names(found: str, valid: Iterable[str]) -> list[str]:
    """Return the valid name nearest to what was found, in a list; the list is empty if none is near."""
    from difflib import get_close_matches  # only a complaint needs it

    return get_close_matches(found, list(valid), n=1)


def nearest(found: str, valid: Mapping[str, Any] | Sequence[str]) -> str:
    """Return the end of a complaint about a name: the valid one that it is near to, else the first valid ones."""
    near = near_names(found, valid)
    shown = [*valid][:_MOST_SUGGESTIONS]
    more = ", …" if len(valid) > len(shown) else ""
    return f'did you mean "{near[0]}"?' if near else f"valid: {', '.join(shown)}{more}"


_TYPE_WORDS = {
    "array": "a list",
    "object": "a table",
    "str": "a string",
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number with decimals",
    "bool": "true or false",
}


def explained(message: str, task: type) -> str:
    """Turn msgspec's message into `key: what was found and what is valid`."""
    value, *inner = re.split(r" - at `\$([^`]*)`(?= - at |$)", message)
    message, where = value, "".join(reversed(inner)).lstrip(".")
    missing = re.fullmatch(r"Object missing required field `(.+)`", message)
    if missing:
        return f"{where}: missing key".strip(": ") + f' "{missing[1]}"'
    enum = re.fullmatch(r"Invalid enum value '(.*)'", message, re.DOTALL)
    if enum:
        valid = [str(value) for value in _valid_values(where, task)]
        near = near_names(enum[1], valid)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        return f'{where}: expected one of {", ".join(valid)}, found "{enum[1][:60]}"{hint}'
    wrong = re.fullmatch(r"Expected `(.+?)`, got `(.+?)`", message)
    if wrong:
        if wrong[1] == "str" and (valid := [str(value) for value in _valid_values(where, task)]):
            return f"{where}: expected one of {', '.join(valid)}, found {_TYPE_WORDS.get(wrong[2], wrong[2])}"
        expected, found = (
            " or ".join(_TYPE_WORDS.get(word, word) for word in side.split(" | ") if word != "null")
            for side in wrong.groups()
        )
        return f"{where}: expected {expected}, found {found}"
    worded = re.sub(r"`(.+?)`", lambda word: _TYPE_WORDS.get(word[1], word[1]), message)
    return f"{where}: {worded[0].lower() + worded[1:]}"


def _valid_values(where: str, task: type) -> tuple[Any, ...]:
    """Return the values that a key with a closed set of them may have."""
    from msgspec import inspect

    def plain(kind: Any) -> Any:
        if isinstance(kind, inspect.UnionType):
            return next(option for option in kind.types if not isinstance(option, inspect.NoneType))
        return kind

    kind: Any = inspect.type_info(task)
    for part in re.findall(r"\w+", where):
        if isinstance(kind, inspect.StructType):
            kind = plain(next(field.type for field in kind.fields if field.encode_name == part))
        elif isinstance(kind, inspect.ListType):
            kind = kind.item_type
    return kind.values if isinstance(kind, inspect.LiteralType) else ()
