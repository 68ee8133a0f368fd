"""Collect what a class handed in, from folders, files and zip archives as the platforms export them."""

from __future__ import annotations

import shutil
import stat
from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec.structs import replace

from backprop_lab.classroom.archives import unpack
from backprop_lab.classroom.hand_in import HandedFile, HandIn, distinct, prefixed, together
from backprop_lab.classroom.names import shown
from backprop_lab.classroom.platforms import is_folder, plain, recognised, visible
from backprop_lab.errors import ClassroomError
from backprop_lab.limits import DEEPEST, HAND_IN, MIB
from backprop_lab.submissions.read import SUFFIXES

_EMPTY = "holds no file"
_VALID = "a folder, a zip archive or a file"


def collect(paths: Sequence[Path], staging: Path) -> list[HandIn]:
    """Return what each student handed in, sorted by key; archives are unpacked below `staging`, an empty folder.

    A path is a folder, a file or a zip archive: the whole class in a layout of `platforms`, or parts of one. Files of
    a student who is in several of them are put together, under the names of where they come from.
    Raises ClassroomError if a path cannot be used or nothing in it could be a submission.
    """
    found: dict[str, list[tuple[str, HandIn]]] = {}
    for number, (source, hand_ins) in enumerate(_sources(paths, staging)):
        place = staging / f"students{number}"
        whole = [opened(hand_in, place / str(index)) for index, hand_in in enumerate(hand_ins)]
        _check_any(source, whole)
        for hand_in in whole:
            found.setdefault(hand_in.key, []).append((source, hand_in))
    return [_merged(found[key]) for key in sorted(found)]


def _merged(parts: Sequence[tuple[str, HandIn]]) -> HandIn:
    (_, hand_in), *others = parts
    return together([prefixed(hand_in, source) for source, hand_in in parts]) if others else hand_in


def _check_any(source: str, hand_ins: Iterable[HandIn]) -> None:
    """Raise ClassroomError where there is nothing to mark, and nothing that a student must be told either."""
    for hand_in in hand_ins:
        if hand_in.problem not in ("", _EMPTY) or any(_suffix(file.name) in SUFFIXES for file in hand_in.files):
            return
    raise ClassroomError(f"{source}: holds no submission; expected files {' '.join(SUFFIXES)}, or folders of them")


def _suffix(name: str) -> str:
    return Path(name).suffix.lower()


def _sources(paths: Sequence[Path], staging: Path) -> list[tuple[str, list[HandIn]]]:
    """Return the hand-ins of each source, by a name that no other has."""
    whole = list(dict.fromkeys(map(_existing, paths)))
    # One folder alone is that of a class, whatever it is called, but for `submitted/student/assignment`.
    alone = len(whole) == 1 and is_folder(whole[0]) and whole[0].parent.parent.name != "submitted"
    found = [] if alone else recognised(whole)
    if found:
        return [(shown(whole[0].parent.name), found)]
    if not alone and _are_students(whole):
        return [(shown(whole[0].parent.name), plain(whole))]
    sources: list[tuple[str, list[HandIn]]] = []
    loose: dict[Path, list[Path]] = {}
    for number, path in enumerate(whole):
        if is_folder(path):
            sources.append((shown(path.name), _class(path)))
        elif _suffix(path.name) == ".zip":
            folder = staging / f"class{number}" / (path.stem.strip(".") or "archive")
            unpack(path, folder)
            sources.append((shown(path.name), _class(folder, packed=True)))
        else:
            loose.setdefault(path.parent, []).append(path)
    sources += [(shown(folder.name), plain(files)) for folder, files in loose.items()]
    return _told_apart(sources)


def _are_students(paths: Sequence[Path]) -> bool:
    """Tell whether paths side by side are those of single students, as `class/*` makes them.

    As classes of their own, in no platform's layout, the folders would have no more students in them than they are.
    """
    folders = [path for path in paths if is_folder(path)]
    if len(folders) < 2 or len({path.parent for path in paths}) > 1:
        return False
    if any(map(_laid_out, folders)):
        return False
    hand_ins = [hand_in for folder in folders for hand_in in _class(folder) if _can_hold_work(hand_in)]
    return len({hand_in.key for hand_in in hand_ins}) <= len(folders)


def _can_hold_work(hand_in: HandIn) -> bool:
    return any(is_folder(file.path) or _suffix(file.name) in (*SUFFIXES, ".zip") for file in hand_in.files)


def _told_apart(sources: Sequence[tuple[str, list[HandIn]]]) -> list[tuple[str, list[HandIn]]]:
    names = [name for name, _ in sources]
    return [
        (name if names.count(name) == 1 else f"{index}-{name}", hand_ins)
        for index, (name, hand_ins) in enumerate(sources, start=1)
    ]


def _existing(path: Path) -> Path:
    try:
        whole = path.resolve(strict=True)
        mode = whole.stat().st_mode
    except (OSError, RuntimeError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ClassroomError(f"{path}: cannot be read: {reason}; expected {_VALID}") from None
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        raise ClassroomError(f"{path}: is neither a file nor a folder; expected {_VALID}")
    return whole


def _class(folder: Path, *, packed: bool = False) -> list[HandIn]:
    """Return the hand-ins of a class's folder; those of the one folder in it where that is but a wrapping."""
    found = _laid_out(folder)
    if found:
        return found
    entries = visible(folder)
    if len(entries) != 1 or not is_folder(entries[0]):
        return plain(entries)
    inner = visible(entries[0])
    wrapping = packed or entries[0].name == folder.name or all(map(is_folder, inner))
    return plain(inner if wrapping else entries)


def _laid_out(folder: Path) -> list[HandIn]:
    """Return the hand-ins of a folder in a platform's layout, or of one folder in it that is; none for others."""
    entries = visible(folder)
    is_alone = len(entries) == 1 and is_folder(entries[0])
    return recognised(entries) or (recognised(visible(entries[0])) if is_alone else [])


def opened(hand_in: HandIn, staging: Path) -> HandIn:
    """Return a hand-in with the regular files in its folders and archives, or with what is wrong with it.

    Archives are unpacked below `staging`, which need not be there yet.
    """
    if hand_in.problem:
        return hand_in
    try:
        files = _unpacked(_regular(hand_in.files), staging)
    except ClassroomError as error:
        shutil.rmtree(staging, ignore_errors=True)
        return replace(hand_in, files=(), problem=str(error))
    return replace(hand_in, files=distinct(files))


def _unpacked(files: Sequence[HandedFile], staging: Path) -> list[HandedFile]:
    """Return the files with those of the student's archives in the place of these."""
    plain_files = [file for file in files if _suffix(file.name) != ".zip"]
    _check_size(plain_files)
    for number, file in enumerate(file for file in files if _suffix(file.name) == ".zip"):
        folder = staging / str(number)
        unpack(file.path, folder, HAND_IN)
        above, _, _ = file.name.rpartition("/")
        plain_files += _regular([HandedFile(above, folder)])
        _check_size(plain_files)
    return plain_files


def _check_size(files: Sequence[HandedFile]) -> None:
    if len(files) > HAND_IN.entries:
        raise ClassroomError(f"more than {HAND_IN.entries} files; hand in your own work only")
    if sum(file.path.stat().st_size for file in files) > HAND_IN.size:
        raise ClassroomError(f"more than {HAND_IN.size // MIB} MiB; leave out data and outputs")


def _regular(roots: Sequence[HandedFile]) -> list[HandedFile]:
    """Return the regular files in what was handed in, with names below those of the roots; no link is followed.

    Raises ClassroomError if there is none, if there are more files or folders than allowed, or if they lie too deep.
    """
    left = deque(roots)
    files: list[HandedFile] = []
    skipped: list[str] = []
    folders = 0
    while left:
        file = left.popleft()
        mode = _mode(file.path)
        if file.name.count("/") > DEEPEST:
            raise ClassroomError(f"{shown(file.path.name)}: lies more than {DEEPEST} folders deep")
        if stat.S_ISDIR(mode):
            folders += 1
            left += [HandedFile(f"{file.name}/{shown(path.name)}".lstrip("/"), path) for path in visible(file.path)]
        elif stat.S_ISREG(mode):
            files.append(file)
        else:
            skipped.append(
                f"{shown(file.path.name)}: is {'a symbolic link' if stat.S_ISLNK(mode) else 'no regular file'}"
            )
        if max(len(files), folders, len(skipped)) > HAND_IN.entries:
            raise ClassroomError(f"more than {HAND_IN.entries} files or folders; hand in your own work only")
    if not files:
        raise ClassroomError(f"{min(skipped)}; hand in the file itself" if skipped else _EMPTY)
    return files


def _mode(path: Path) -> int:
    try:
        return path.lstat().st_mode
    except OSError as error:
        raise ClassroomError(f"{path.name}: cannot be read: {error.strerror}") from None
