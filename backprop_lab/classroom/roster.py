"""The roster of a class, a CSV file or the export of a platform's gradebook, and who on it handed in what."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import chain, count
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from backprop_lab.classroom.hand_in import HandIn, distinct, prefixed, together
from backprop_lab.classroom.names import folded, local_part, spellings, spelt
from backprop_lab.classroom.row import Student
from backprop_lab.classroom.stored import CanvasColumns
from backprop_lab.complaints import nearest
from backprop_lab.errors import ClassroomError, SubmissionError
from backprop_lab.limits import MIB
from backprop_lab.submissions.text import checked, read_bytes

_LARGEST = 8 * MIB
_DELIMITERS = ",;\t"
_LONGEST_ID = 300
"""Characters of an id: TeX cannot measure a line of many more."""
_SEED = re.compile(r"[0-9]{1,18}", re.ASCII)

_IDS = (
    "id", "student id", "sid", "user id", "sis user id", "username", "user name", "sis login id", "id number",
    "email", "email address", "identifier",
)  # fmt: skip
"""Columns of ids, as they are compared, the best first."""
_NAMES = ("name", "full name", "student", "student name")
_FIRST_NAMES = ("first name", "given name")
_LAST_NAMES = ("last name", "surname", "family name")
_GROUPS = ("group", "section", "sections", "class", "groups")
_SEEDS = ("variant seed", "seed")
_COLUMNS = frozenset((*_IDS, *_NAMES, *_FIRST_NAMES, *_LAST_NAMES, *_GROUPS, *_SEEDS))
_POINTS_POSSIBLE = "points possible"

Line = tuple[int, dict[str, str]]
"""Where a line of the file begins, counted from 1, and its cells by their columns as they are compared."""


class Participant(Struct, frozen=True):
    """A student and what was handed in; `hand_in` is None where there is nothing."""

    student: Student
    hand_in: HandIn | None
    on_roster: bool


def read_roster(path: Path) -> tuple[Student, ...]:
    """Read a roster, UTF-8 or UTF-16, with commas, semicolons or tabs; ids stay text.

    Raises ClassroomError, which names the file and the line, if it is no roster or an id is missing or there twice.
    """
    try:
        header, lines = _table(_text(path))
        column = _id_column(header, lines)
        students: dict[str, tuple[int, Student]] = {}
        for number, cells in lines:
            student = _student(number, cells, column)
            before, _ = students.setdefault(folded(student.id), (number, student))
            if before != number:
                raise ClassroomError(f'line {number}: the id "{student.id[:60]}" is on line {before} already')
    except (ClassroomError, SubmissionError) as error:
        raise ClassroomError(f"{path}: {error}") from None
    return tuple(student for _, student in students.values())


def canvas_columns(path: Path) -> CanvasColumns:
    """Return what a roster has of Canvas's own columns, if it is the export of its gradebook; else nobody's.

    Raises ClassroomError or SubmissionError if it is no roster.
    """
    header, lines = _table(_text(path))
    columns = [_compared(cell) for cell in header]
    if columns[:2] != ["student", "id"] or "section" not in columns:
        return CanvasColumns()
    end = columns.index("section") + 1
    own = _id_column(header, lines)
    students = {cells[own]: tuple(cells.get(column, "") for column in columns[:end]) for _, cells in lines}
    return CanvasColumns(tuple(header[:end]), students, tuple(header[end:]))


def _text(path: Path) -> str:
    content = read_bytes(path, _LARGEST)
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return checked(content, "utf-16" if wide else "utf-8-sig")


def _table(text: str) -> tuple[list[str], list[Line]]:
    """Return the header and the lines of students below it."""
    rows = _rows(text, _delimiter(text))
    _, header = next(rows, (0, []))
    columns = [_compared(cell) for cell in header]
    if not _COLUMNS.intersection(columns):
        raise ClassroomError(f"has no header; expected columns such as id, name, group; found {_listed(header)}")
    # The first of two columns of the same name counts.
    lines = [(number, dict(reversed(list(zip(columns, row, strict=False))))) for number, row in rows]
    # Canvas puts lines of its own above this one.
    above = [i for i, (_, cells) in enumerate(lines[:3]) if folded(cells.get("student", "")) == _POINTS_POSSIBLE]
    lines = lines[above[0] + 1 :] if above else lines
    if not lines:
        raise ClassroomError("has no students below its header")
    return header, lines


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines that are not blank, with the number of the line where they begin."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begin = 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield begin, cells
            begin = reader.line_num + 1
    except csv.Error as error:
        raise ClassroomError(f"line {begin}: is not CSV: {error}") from None


def _delimiter(text: str) -> str:
    """Return what parts the first line into the most columns that a roster may have."""
    first = next((line for line in text.splitlines() if line.strip(f" {_DELIMITERS}")), "")

    def known(delimiter: str) -> tuple[int, int]:
        columns = [_compared(cell.strip().strip('"')) for cell in first.split(delimiter)]
        return len(_COLUMNS.intersection(columns)), len(columns)

    return max(_DELIMITERS, key=known)


def _compared(column: str) -> str:
    return " ".join(re.split(r"[\s_-]+", folded(column)))


def _listed(columns: Sequence[str]) -> str:
    found = ", ".join(f'"{column[:30]}"' for column in columns[:12] if column)
    return found + (", …" if len(columns) > 12 else "")


def _id_column(header: Sequence[str], lines: Sequence[Line]) -> str:
    """Return the best column of ids that is not left empty throughout, as Moodle's "ID number" may be."""
    there = [column for column in _IDS if any(column == _compared(cell) for cell in header)]
    if not there:
        raise ClassroomError(f"has no column of ids such as id, username or email; found {_listed(header)}")
    return next((column for column in there if any(cells.get(column) for _, cells in lines)), there[0])


def _student(number: int, cells: dict[str, str], column: str) -> Student:
    def first(columns: Sequence[str]) -> str:
        return next((cells[name] for name in columns if cells.get(name)), "")

    if not cells.get(column):
        raise ClassroomError(f'line {number}: no id in the column "{column}"')
    if len(cells[column]) > _LONGEST_ID:
        raise ClassroomError(
            f'line {number}: the id "{cells[column][:40]}…" has {len(cells[column]):,} characters; '
            f"expected at most {_LONGEST_ID}"
        )
    seed = first(_SEEDS)
    if seed and not _SEED.fullmatch(seed):
        raise ClassroomError(f'line {number}: the seed "{seed[:40]}" is not a whole number such as 17')
    name = first(_NAMES) or f"{first(_FIRST_NAMES)} {first(_LAST_NAMES)}".strip()
    return Student(cells[column], name, first(_GROUPS), int(seed) if seed else None)


def named(id_: str, students: Sequence[Student]) -> Student:
    """Return the student of an id; raise ClassroomError, with a near one, if there is none."""
    found = {folded(student.id): student for student in students}
    if folded(id_) not in found:
        ids = [student.id for student in students]
        raise ClassroomError(f'"{id_[:80]}": is no id on the roster; {nearest(id_, ids)}')
    return found[folded(id_)]


def join(hand_ins: Sequence[HandIn], roster: Sequence[Student]) -> list[Participant]:
    """Return every student of the roster, in its order, and then every hand-in that is nobody's on it.

    A name or an address that fits several students or several hand-ins decides nothing. Without a roster every
    hand-in is its own student's. No two participants have the same id.
    """
    owners = _owners(hand_ins, roster)
    participants = []
    for index, student in enumerate(roster):
        own = [hand_in for hand_in, owner in zip(hand_ins, owners, strict=True) if owner == index]
        participants.append(Participant(student, _put_together(own), on_roster=True))
    taken = {folded(student.id) for student in roster}
    for hand_in, owner in zip(hand_ins, owners, strict=True):
        if owner is None:
            names = chain([hand_in.key], (f"{hand_in.key} ({number})" for number in count(2)))
            free = next(name for name in names if folded(name) not in taken)
            taken.add(folded(free))
            student = Student(free, hand_in.names[0] if hand_in.names else "")
            participants.append(Participant(student, hand_in, on_roster=not roster))
    return participants


def _put_together(hand_ins: Sequence[HandIn]) -> HandIn | None:
    if len(hand_ins) < 2:
        return hand_ins[0] if hand_ins else None
    whole = together([prefixed(hand_in, hand_in.key) for hand_in in hand_ins])
    return replace(whole, files=distinct(whole.files))


def _owners(hand_ins: Sequence[HandIn], roster: Sequence[Student]) -> list[int | None]:
    """Return the place on the roster of each hand-in's student, None where it cannot be told."""
    ids = [{folded(student.id)} for student in roster]
    given = [[name for name in hand_in.names if name not in hand_in.called - {hand_in.key}] for hand_in in hand_ins]
    by_id = _fitting([set(map(folded, names)) for names in given], ids)
    owners = [min(fitting) if len(fitting) == 1 else None for fitting in by_id]
    for fitting in (
        _fitting([set(map(local_part, names)) for names in given], [{local_part(s.id)} for s in roster]),
        _fitting([set().union(*map(spelt, h.names)) for h in hand_ins], [spellings(s.name) for s in roster]),
    ):
        alone = _alone(fitting)
        # What bears the ids of two students is neither's.
        owners = [
            found if owner is None and not fits else owner
            for owner, found, fits in zip(owners, alone, by_id, strict=True)
        ]
    # Who is called by an id has it only where nobody else has handed in for it.
    by_call = _alone(_fitting([set(map(folded, hand_in.called)) for hand_in in hand_ins], ids))
    return [
        found if owner is None and not fits and found not in owners else owner
        for owner, found, fits in zip(owners, by_call, by_id, strict=True)
    ]


def _fitting(looked_up: Sequence[set[str]], known: Sequence[set[str]]) -> list[set[int]]:
    """Return for each set of forms the places of those known that share one."""
    places: dict[str, set[int]] = {}
    for place, forms in enumerate(known):
        for form in forms - {""}:
            places.setdefault(form, set()).add(place)
    return [set().union(*(places.get(form, set()) for form in forms)) for forms in looked_up]


def _alone(fitting: Sequence[set[int]]) -> list[int | None]:
    """Return for each the one that fits it, if it fits nothing else either."""
    times: dict[int, int] = {}
    for place in chain.from_iterable(fitting):
        times[place] = times.get(place, 0) + 1
    return [min(places) if len(places) == 1 and times[min(places)] == 1 else None for places in fitting]
