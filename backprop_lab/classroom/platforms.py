"""How submissions lie in a folder: as each platform exports them, recognised by the names.

A layout is a function from the visible entries of a folder to the hand-ins in it, none where the folder is not laid
out so. The files of these hand-ins may yet be folders, "" where their own name says nothing, or archives.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile
from pathlib import Path

from backprop_lab.classroom.gradescope import METADATA, read_submissions
from backprop_lab.classroom.hand_in import HandedFile, HandIn, together
from backprop_lab.classroom.names import shown
from backprop_lab.errors import ClassroomError

_HIDDEN = frozenset({"__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini"})

_CANVAS = re.compile(
    r"(?:anonymous(?P<code_late>_late)?_(?P<code>[0-9a-z]+)|(?P<name>.+?)(?P<late>_late)?_(?P<user>[0-9]+))"
    r"_(?:[0-9]+_(?P<file>.+)|(?P<entered>text\.html|link\.html))",
    re.IGNORECASE | re.DOTALL,
)
_ATTEMPT = re.compile(r"-([0-9]{1,2})(?=(?:\.[^.]*)?$)")
_MOODLE = re.compile(r"(?P<name>.+)_(?P<id>[0-9]+)_assignsubmission_(?:file|onlinetext)(?:_(?P<file>.*))?", re.DOTALL)
_NBGRADER_STAMP = "timestamp.txt"


def visible(folder: Path) -> list[Path]:
    """Return the entries of a folder, sorted, without hidden ones and what systems leave behind."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise ClassroomError(f"{folder.name}: cannot be read: {error.strerror}") from None
    return [path for path in entries if not path.name.startswith(".") and path.name not in _HIDDEN]


def is_folder(path: Path) -> bool:
    """Tell whether a path is a folder itself, and not a link to one."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def recognised(entries: Sequence[Path]) -> list[HandIn]:
    """Return the hand-ins of a folder that is laid out as a platform does it; none if it is not."""
    return next((found for layout in LAYOUTS if (found := layout(entries))), [])


def plain(entries: Iterable[Path]) -> list[HandIn]:
    """Return the hand-ins where a file is a student's, by its stem, and a folder is."""
    return _grouped(_whole(path, shown(path.name if is_folder(path) else path.stem)) for path in entries)


def _whole(path: Path, key: str, *names: str) -> HandIn:
    return HandIn(key, names or (key,), (HandedFile("" if is_folder(path) else shown(path.name), path),))


def _grouped(hand_ins: Iterable[HandIn]) -> list[HandIn]:
    """Return one hand-in for each key."""
    groups: dict[str, list[HandIn]] = {}
    for hand_in in hand_ins:
        groups.setdefault(hand_in.key, []).append(hand_in)
    return [together(group) for group in groups.values()]


def _canvas(entries: Sequence[Path]) -> list[HandIn]:
    """Read `doejane_LATE_12345_678_lab-1.ipynb`: name, user's id, attachment's id, file and number of the attempt."""
    matches = {path: found for path in entries if (found := _CANVAS.fullmatch(path.name)) and not is_folder(path)}
    if 2 * len(matches) <= len(entries):
        return []
    attempts: dict[tuple[str, str], dict[int, list[HandIn]]] = {}
    for path, found in matches.items():
        key = f"anonymous_{found['code']}" if found["code"] else found["user"]
        names = (key,) if found["code"] else (shown(found["name"]), key)
        name = shown(found["file"] or found["entered"])
        number = _ATTEMPT.search(name)
        is_late, called = bool(found["late"] or found["code_late"]), frozenset(names[:-1])
        hand_in = HandIn(key, names, (HandedFile(name, path),), is_late, called=called)
        files = attempts.setdefault((key, _ATTEMPT.sub("", name)), {})
        files.setdefault(int(number[1]) if number else 0, []).append(hand_in)
    newest = [hand_in for files in attempts.values() for hand_in in files[max(files)]]
    return _grouped([*newest, *plain(path for path in entries if path not in matches)])


def _moodle(entries: Sequence[Path]) -> list[HandIn]:
    """Read `Jane Doe_123456_assignsubmission_file_`, a folder, or a file where it goes on with the file's name."""
    found: list[HandIn] = []
    for path in entries:
        match = _MOODLE.fullmatch(path.name)
        if match:
            name = "" if is_folder(path) else shown(match["file"] or path.name)
            # The number is the participant's in this assignment: no id, and not to be taken for one.
            names = shown(match["name"]), f"Participant {match['id']}"
            found.append(HandIn(match["id"], names, (HandedFile(name, path),), called=frozenset(names[:1])))
    others = [path for path in entries if not _MOODLE.fullmatch(path.name)]
    return _grouped([*found, *plain(others)]) if found else []


def _gradescope(entries: Sequence[Path]) -> list[HandIn]:
    """Read `submission_123` folders by the metadata beside them; each member of a group has the group's files."""
    paths = {path.name: path for path in entries}
    metadata = paths.pop(METADATA, None)
    if metadata is None:
        return []
    found: list[HandIn] = []
    submissions = read_submissions(metadata)
    for submission in submissions:
        path = paths.get(submission.folder)
        files = _whole(path, "").files if path else ()
        problem = "" if path else shown(f"{submission.folder}: is in {METADATA} and not beside it")
        found += [HandIn(who.key, who.names, files, submission.late, problem) for who in submission.submitters]
    told = {submission.folder for submission in submissions}
    return _grouped([*found, *plain(path for name, path in paths.items() if name not in told)])


def _github(entries: Sequence[Path]) -> list[HandIn]:
    """Read clones such as `lab-3-jdoe`: what their names have in common, up to a hyphen, is the assignment."""
    clones = [path for path in entries if is_folder(path) and os.path.lexists(path / ".git")]
    if 2 * len(clones) <= len(entries):
        return []
    parts = [path.name.split("-") for path in clones]
    assignment = clones[0].parent.name.removesuffix("-submissions").split("-")
    common = len(assignment)
    if not all(len(part) > common and part[:common] == assignment for part in parts):
        alike = takewhile(lambda column: len(set(column)) == 1, zip(*(part[:-1] for part in parts), strict=False))
        common = len(list(alike))
    found = [_whole(path, shown("-".join(part[common:]))) for path, part in zip(clones, parts, strict=True)]
    return _grouped([*found, *plain(path for path in entries if path not in clones)])


def _nbgrader(entries: Sequence[Path]) -> list[HandIn]:
    """Read `submitted/student/assignment`, from what is beside `submitted`, in it, or below it."""
    submitted = [path for path in entries if path.name == "submitted" and is_folder(path)]
    if submitted:
        students = visible(submitted[0])
    elif all(path.parent.name == "submitted" for path in entries):
        students = list(entries)
    else:
        below = all(path.parent.parent.name == "submitted" and is_folder(path) for path in entries)
        return _assignment(entries) if below and len({path.name for path in entries}) == 1 else []
    if not all(map(is_folder, students)):
        return []
    folders = [folder for student in students for folder in visible(student)]
    if not all(map(is_folder, folders)):
        return []
    assignments = sorted({folder.name for folder in folders})
    if len(assignments) > 1:
        listed = ", ".join(assignments[:10]) + (", …" if len(assignments) > 10 else "")
        hint = f"name the folders of one, such as submitted/*/{assignments[0]}"
        raise ClassroomError(f"submitted: holds {len(assignments)} assignments ({listed}); {hint}")
    return _assignment(folders)


def _assignment(folders: Iterable[Path]) -> list[HandIn]:
    """Return the hand-ins of one assignment's folders, `student/assignment`, without nbgrader's time stamps."""
    return [
        HandIn(
            key := shown(folder.parent.name),
            (key,),
            tuple(HandedFile(shown(path.name), path) for path in visible(folder) if path.name != _NBGRADER_STAMP),
        )
        for folder in folders
    ]


Layout = Callable[[Sequence[Path]], list[HandIn]]
LAYOUTS: tuple[Layout, ...] = (_gradescope, _nbgrader, _moodle, _github, _canvas)
