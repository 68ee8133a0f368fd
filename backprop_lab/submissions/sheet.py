"""Read answer sheets: the TOML that `backprop-lab sheet` writes, JSON, and CSV as a spreadsheet saves it."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from msgspec import Struct

from backprop_lab.errors import SubmissionError
from backprop_lab.marking.observations import Answer, Where
from backprop_lab.submissions.columns import Row, table_rows
from backprop_lab.submissions.values import read_nested

_STUDENT = ("name", "id")
_KEY_PART = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
_DEEP_KEY = re.compile(rf"(?<![\w-]){_KEY_PART}(?:[ \t]*\.[ \t]*{_KEY_PART}){{20}}")
"""A key of so many parts would take tomllib hours."""
_TOML_KEY = re.compile(rf"[ \t]*({_KEY_PART}(?:[ \t]*\.[ \t]*{_KEY_PART}){{0,20}})[ \t]*=[ \t]*(.*)")
_TOML_TABLE = re.compile(rf"[ \t]*\[[ \t]*({_KEY_PART}(?:[ \t]*\.[ \t]*{_KEY_PART}){{0,20}})[ \t]*\]")
_JSON_TEXT = re.compile(r'"((?:[^"\\\n]|\\.)*+)"(\s*:)?')
_DEEPEST = 20
_STRAIGHT = str.maketrans(dict.fromkeys("“”„‟", '"') | dict.fromkeys("‘’‚‛", "'"))


class Sheet(Struct, frozen=True):
    """The answers on a sheet, and who says to have written it.

    `twice` are names that are answered more than once, of which the last counts; `unreadable` says which answers are
    no numbers, as in `w21_new: "o.3" is not a number`. What is left empty is not answered.
    """

    name: str = ""
    id: str = ""
    answers: tuple[Answer, ...] = ()
    twice: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


class _Entry(NamedTuple):
    name: str
    value: Any
    line: int | None


def toml_sheet(text: str) -> Sheet:
    """Read a sheet in TOML: keys in `[answers]`, or without any table."""
    if _DEEP_KEY.search(text):
        raise SubmissionError('is not an answer sheet: a key has more than 20 parts; write Z1 = "0.08"')
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        tables = _toml_tables(text)
    except tomllib.TOMLDecodeError as error:
        raise SubmissionError(_toml_complaint(text, str(error))) from None
    except ValueError:
        raise SubmissionError("is not TOML that can be read: a number has too many digits") from None
    except RecursionError:
        raise SubmissionError("is not an answer sheet: its lists are nested too deeply") from None
    lines = _toml_lines(text)
    return _sheet(tables.items(), lambda path: _last(lines.get(path, [])))


def json_sheet(text: str) -> Sheet:
    """Read a sheet in JSON: `{"answers": {"Z1": "0.08"}}`, or the answers alone."""
    try:
        pairs = json.loads(text, object_pairs_hook=_Pairs, parse_float=str, parse_int=str, parse_constant=str)
    except json.JSONDecodeError as error:
        raise SubmissionError(
            f"line {error.lineno}: is not JSON: {error.msg} (column {error.colno}); "
            'expected {"answers": {"Z1": "0.08"}}'
        ) from None
    except RecursionError:
        raise SubmissionError("is not an answer sheet: its lists are nested too deeply") from None
    if not isinstance(pairs, _Pairs):
        kind = "a list" if isinstance(pairs, list) else "a single value"
        raise SubmissionError(f'is {kind}; expected {{"answers": {{"Z1": "0.08"}}}}')
    found = _json_lines(text)
    return _sheet(pairs, lambda path: _last(found.get(path[-1:], [])))


def csv_sheet(text: str) -> Sheet:
    """Read a sheet of lines such as `Z1,0.08` or `Z1;0,08`; a line with several values is a row of a matrix."""
    student: dict[str, str] = {}
    blocks: list[tuple[Row, list[list[str]]]] = []
    for row in table_rows(text):
        if row.name.lower() in _STUDENT and row.name.lower() not in student:
            student[row.name.lower()] = " ".join(row.values)
        elif blocks and (not row.name or (row.name == blocks[-1][0].name and len(row.values) > 1)):
            blocks[-1][1].append(row.values)
        elif row.name:
            blocks.append((row, [row.values]))
    entries = []
    for first, rows in blocks:
        single = len(rows) == 1 and len(rows[0]) <= 1
        value: Any = (rows[0] or [""])[0] if single else rows[0] if len(rows) == 1 else rows
        entries.append(_Entry(first.name, value, first.line))
    return _collected(student.get("name", ""), student.get("id", ""), entries)


class _Pairs(list[Any]):
    """The members of a JSON object, in order, with names that come twice."""


def _without_underscores(digits: str) -> str:
    return digits.replace("_", "")


def _toml_tables(text: str) -> dict[str, Any]:
    """Parse TOML; where it is none, the quotation marks of word processors count as plain ones."""
    try:
        return tomllib.loads(text, parse_float=_without_underscores)
    except tomllib.TOMLDecodeError:
        return tomllib.loads(text.translate(_STRAIGHT), parse_float=_without_underscores)


def _last(lines: list[int]) -> int | None:
    return lines[-1] if lines else None


def _sheet(members: Iterable[tuple[str, Any]], line_of: Any) -> Sheet:
    """Make a sheet of the members of a file: the student's name and id, and answers in a table or without one."""
    members = list(members)
    student = {key: value for key, value in members if key in _STUDENT and not isinstance(value, (dict, list))}
    entries: list[_Entry] = []
    for key, value in members:
        inner = _members(value)
        if key == "answers" and inner is not None:
            entries += _flattened(inner, ("answers",), 1, line_of)
        elif key not in student:
            entries += _flattened([(key, value)], (), 0, line_of)
    name, number = (str(student.get(key) or "") for key in _STUDENT)
    return _collected(name, number, entries)


def _members(value: Any) -> list[tuple[str, Any]] | None:
    if isinstance(value, dict):
        return list(value.items())
    return list(value) if isinstance(value, _Pairs) else None


def _flattened(members: list[tuple[str, Any]], path: tuple[str, ...], skip: int, line_of: Any) -> Iterator[_Entry]:
    """Yield the answers of a table; `fc1.weight.grad = …` in TOML means tables in tables."""
    for key, value in members:
        inner = _members(value)
        place = (*path, key)
        if inner is None or len(place) > _DEEPEST:
            yield _Entry(".".join(place[skip:]), value, line_of(place))
        else:
            yield from _flattened(inner, place, skip, line_of)


def _collected(name: str, number: str, entries: list[_Entry]) -> Sheet:
    last = {entry.name: entry for entry in entries if not _empty(entry.value)}
    answers, unreadable = [], []
    for entry in last.values():
        value = None if _members(entry.value) is not None else read_nested(entry.value)
        if value is None:
            unreadable.append(f"{_shown(entry.name)}: {_found(entry.value)}")
        else:
            answers.append(value.answer(Where(_shown(entry.name), entry.line)))
    times = Counter(entry.name for entry in entries if not _empty(entry.value))
    twice = tuple(_shown(key) for key in last if times[key] > 1)
    return Sheet(_shown(name), _shown(number), tuple(answers), twice, tuple(unreadable))


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _shown(text: str) -> str:
    """Return a text of a stranger's on one line of bounded length."""
    return "".join(c if c.isprintable() else " " for c in text[:120]).strip()


def _found(value: Any) -> str:
    if isinstance(value, str):
        text = _shown(value)
        return f'"{text[:40]}{"…" if len(text) > 40 else ""}" is not a number'
    if isinstance(value, list) and not isinstance(value, _Pairs):
        return "is not a list of numbers, nor rows of numbers of one length"
    return "is not a number"


def _toml_complaint(text: str, message: str) -> str:
    """Say what is wrong with a sheet, and how the line that it stands in would be right."""
    found = re.search(r"\(at line (\d+), column \d+\)|\(at end of document\)", message)
    lines = text.split("\n")
    number = int(found[1]) if found and found[1] else len(lines)
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    pair = _TOML_KEY.match(line)
    reason = message[: found.start()].strip() if found else message
    if "overwrite a value" in reason and pair:
        return f"line {number}: {_shown(pair[1])} is answered twice; keep one of the two"
    if "twice" in reason or "overwrite" in reason:
        return f"line {number}: {_shown(line)} stands there twice; keep one of the two"
    if pair:
        value = _shown(pair[2]).split("#")[0].strip().strip("\"'“”„‟‘’‚‛")[:40]
        return f'line {number}: is not TOML; write the number between quotation marks: {_shown(pair[1])} = "{value}"'
    return f'line {number}: is not TOML: {reason}; write answers as Z1 = "0.08"'


def _toml_lines(text: str) -> dict[tuple[str, ...], list[int]]:
    """Return the lines in which each key stands, by the path of the key."""
    lines: dict[tuple[str, ...], list[int]] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), start=1):
        header, pair = _TOML_TABLE.match(line), _TOML_KEY.match(line)
        if header:
            table = _key_path(header[1])
        elif pair:
            lines.setdefault((*table, *_key_path(pair[1])), []).append(number)
    return lines


def _key_path(key: str) -> tuple[str, ...]:
    return tuple(part[1:-1] if part[0] in "\"'" else part for part in re.findall(_KEY_PART, key))


def _json_lines(text: str) -> dict[tuple[str, ...], list[int]]:
    """Return the lines in which each key stands; the key alone, for JSON has no paths to go by."""
    lines: dict[tuple[str, ...], list[int]] = {}
    number, seen = 1, 0
    for found in _JSON_TEXT.finditer(text):
        if not found[2]:
            continue
        number += text.count("\n", seen, found.start())
        seen = found.start()
        try:
            key = json.loads(f'"{found[1]}"')
        except json.JSONDecodeError:
            continue
        lines.setdefault((key,), []).append(number)
    return lines
