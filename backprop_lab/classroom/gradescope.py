"""Who handed in what, by the metadata in an export of submissions from Gradescope."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

from backprop_lab.classroom.names import shown
from backprop_lab.errors import ClassroomError
from backprop_lab.limits import MIB

METADATA = "submission_metadata.yml"

_LARGEST = 32 * MIB
_READ = 4
"""Levels that are read: submissions, what is known of one, its submitters, and what is known of one of these."""
_DEEPEST = 64
"""Levels that there may be: the time that the parser takes grows with their square."""
_NOTHING = frozenset({"", "~", "null", "false", "0"})
# Only its events are used: nothing is built from tags, aliases or merge keys, numbers keep their zeros as text, and
# no depth overflows the stack, as it does in the composer of libyaml.
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class Submitter(Struct, frozen=True):
    """A member of the group; the key is the number, else the address, else the name."""

    key: str
    names: tuple[str, ...]


class GroupSubmission(Struct, frozen=True):
    """A folder of the export, and who handed it in."""

    folder: str
    submitters: tuple[Submitter, ...]
    late: bool


def read_submissions(path: Path) -> list[GroupSubmission]:
    """Read `submission_metadata.yml`, YAML with Ruby's symbols as keys.

    Raises ClassroomError if it is no such file.
    """
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
            raise ClassroomError(f"is no file of at most {_LARGEST // MIB} MiB; export the submissions again")
        events = yaml.parse(path.read_bytes(), Loader=_LOADER)
        document = next((event for event in events if isinstance(event, yaml.NodeEvent)), None)
        return list(_submissions(_composed(document, events, _READ) if document else None))
    except yaml.YAMLError as error:
        mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
        where = f"line {mark.line + 1}: " if mark else ""
        raise ClassroomError(f"{path.name}: {where}is not YAML; export the submissions again") from None
    except ClassroomError as error:
        raise ClassroomError(f"{path.name}: {error}") from None
    except (OSError, ValueError) as error:
        raise ClassroomError(f"{path.name}: cannot be read: {error}") from None


def _composed(event: Any, events: Iterator[Any], depth: int) -> Any:
    """Return the node that begins with an event as text, lists and tables; what is deeper down is passed over."""
    if isinstance(event, yaml.ScalarEvent):
        return event.value
    if isinstance(event, yaml.AliasEvent):
        return None
    if not depth:
        _pass_over(events)
        return None
    inner = []
    while not isinstance(event := next(events), yaml.CollectionEndEvent):
        inner.append(_composed(event, events, depth - 1))
    if isinstance(event, yaml.SequenceEndEvent):
        return inner
    return {key: value for key, value in zip(inner[::2], inner[1::2], strict=True) if isinstance(key, str)}


def _pass_over(events: Iterator[Any]) -> None:
    """Go on behind the end of the collection that has begun."""
    depth = 1
    while depth:
        event = next(events)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise ClassroomError(f"is nested more than {_DEEPEST} deep; export the submissions again")


def _submissions(tables: Any) -> Iterator[GroupSubmission]:
    if not isinstance(tables, dict):
        raise ClassroomError("is not a table of submissions; export the submissions again")
    for folder, table in tables.items():
        submitters = _value(table, "submitters")
        if not isinstance(folder, str) or not isinstance(submitters, list):
            raise ClassroomError(f'{str(folder)[:60]}: has no list ":submitters:"; export the submissions again')
        late = _value(table, "lateness") or _value(table, "late")
        members = tuple(_submitter(submitter, folder) for submitter in submitters or [None])
        yield GroupSubmission(folder, members, isinstance(late, str) and late.strip(" 0:.") not in _NOTHING)


def _submitter(table: Any, folder: str) -> Submitter:
    values = (_value(table, key) for key in ("name", "sid", "email"))
    name, number, address = ("" if not isinstance(value, str) else value.strip() for value in values)
    known = [shown(value) for value in (number, address, name) if value not in _NOTHING] or [shown(folder)]
    return Submitter(known[0], tuple(sorted(known, key=lambda value: value != shown(name))))


def _value(table: Any, key: str) -> Any:
    return table.get(f":{key}", table.get(key)) if isinstance(table, dict) else None
