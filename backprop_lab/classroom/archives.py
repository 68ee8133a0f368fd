"""Unpack zip archives that strangers made: names, kinds and sizes are judged, never believed."""

from __future__ import annotations

import re
import shutil
import stat
import struct
import zlib
from collections.abc import Sequence
from io import FileIO
from pathlib import Path, PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from backprop_lab.errors import ClassroomError
from backprop_lab.limits import DEEPEST, MIB, Bounds

CLASS = Bounds(20_000, 1024 * MIB)

_CHUNK = 1 << 16
_LARGEST_RATIO = 200
_FREE_OF_RATIO = MIB
"""Bytes of a file that may be packed as tightly as they like: a short file of zeros is no bomb."""
_DIRECTORY_ENTRY = 256
"""Bytes that an entry of an archive's directory may take on average."""
_LONGEST_NAME = 100
"""Characters of a member's name that a message has."""
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_UTF8 = 0x800
_DRIVE = re.compile(r"[A-Za-z]:")
_DAMAGE = (BadZipFile, EOFError, zlib.error, struct.error, NotImplementedError, RuntimeError, ValueError)


def unpack(archive: Path, folder: Path, bounds: Bounds = CLASS) -> None:
    """Unpack a zip archive into a folder that is empty or not there yet; only contents and names are restored.

    Raises ClassroomError, which names the archive and the member, and leaves nothing behind in the folder, if
    anything in it is not a plain file or folder at a place inside, or if it is damaged or beyond the bounds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with _Reader(archive, bounds.entries * _DIRECTORY_ENTRY) as file, ZipFile(file) as opened:
            members = _checked(opened.infolist(), bounds)
            left = bounds.size
            for name, member in members.items():
                left -= _written(opened, member, folder / name, left)
    except BaseException as error:
        for path in folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        raise _complaint(archive, error) from None


class _Reader(FileIO):
    """A file of which nobody reads very much at once, such as a directory with millions of entries."""

    def __init__(self, path: Path, most: int) -> None:
        super().__init__(path)
        self._most = max(most, 2 * _CHUNK)

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > self._most:
            raise ClassroomError("has a directory of more entries than an archive may hold")
        return super().read(self._most if size is None or size < 0 else size)


def _complaint(archive: Path, error: BaseException) -> BaseException:
    """Return what to raise for an error that happened while an archive was unpacked."""
    match error:
        case ClassroomError():
            return ClassroomError(f"{archive.name}: {error}")
        case OSError():
            return ClassroomError(f"{archive.name}: cannot be unpacked: {error.strerror}")
        case _ if isinstance(error, _DAMAGE):
            return ClassroomError(f"{archive.name}: is not a zip archive, or it is damaged; pack it again")
        case _:
            return error


def _checked(members: Sequence[ZipInfo], bounds: Bounds) -> dict[PurePosixPath, ZipInfo]:
    """Return the members by where they go; raise ClassroomError for the first that may not be unpacked."""
    if len(members) > bounds.entries:
        raise ClassroomError(f"holds {len(members)} files and folders; {bounds.entries} are allowed")
    places: dict[PurePosixPath, ZipInfo] = {}
    for member in members:
        try:
            place = _place(member)
            _check_kind(member)
        except ClassroomError as error:
            raise ClassroomError(f"{_told(member)}: {error}") from None
        if place in places and not (_is_folder(member) and _is_folder(places[place])):
            raise ClassroomError(f"{_told(member)}: is in the archive twice")
        places[place] = member
    for place, member in places.items():
        for above in place.parents:
            if above in places and not _is_folder(places[above]):
                raise ClassroomError(f"{_told(member)}: {_told(places[above])} is a file, and not a folder for it")
    return places


def _name(member: ZipInfo) -> str:
    """Return a member's name as it was meant: many programs write UTF-8 and do not say so."""
    name = member.orig_filename
    if not member.flag_bits & _UTF8:
        try:
            return name.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
    return name


def _told(member: ZipInfo) -> str:
    """Return a member's name as a message has room for it."""
    name = _name(member)
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _is_folder(member: ZipInfo) -> bool:
    return _name(member).endswith(("/", "\\"))


def _place(member: ZipInfo) -> PurePosixPath:
    """Return where below the folder a member goes; a backslash parts folders too, as it does on Windows."""
    name = _name(member).replace("\\", "/")
    if "\0" in name or not name.strip("/."):
        raise ClassroomError("is no name for a file")
    if name.startswith("/") or _DRIVE.match(name):
        raise ClassroomError("is an absolute name; the names in an archive are relative to it")
    if ".." in name.split("/"):
        raise ClassroomError('leads out of the archive by ".."')
    if name.count("/") > DEEPEST:
        raise ClassroomError(f"lies more than {DEEPEST} folders deep")
    return PurePosixPath(name)


def _check_kind(member: ZipInfo) -> None:
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        found = "a symbolic link" if kind == stat.S_IFLNK else "a device or the like"
        raise ClassroomError(f"is {found}; only files and folders are unpacked")
    if member.flag_bits & _ENCRYPTED:
        raise ClassroomError("is encrypted; pack it without a password")
    # The other methods do not unpack in pieces of bounded size.
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise ClassroomError("is packed by an unusual method; pack it as a plain zip archive")


def _written(archive: ZipFile, member: ZipInfo, path: Path, left: int) -> int:
    """Write a member, of which so many bytes are still allowed, and return its size in bytes."""
    name = _told(member)
    try:
        if _is_folder(member):
            path.mkdir(parents=True, exist_ok=True)
            return 0
        path.parent.mkdir(parents=True, exist_ok=True)
        size = 0
        with archive.open(member) as source, path.open("xb") as target:
            while chunk := source.read(_CHUNK):
                size += len(chunk)
                if size > left:
                    raise ClassroomError(f"{name}: with it more is unpacked than is allowed")
                if size > _FREE_OF_RATIO + _LARGEST_RATIO * member.compress_size:
                    raise ClassroomError(f"{name}: is packed more than {_LARGEST_RATIO} times smaller, as bombs are")
                target.write(chunk)
    except OSError as error:
        raise ClassroomError(f"{name}: cannot be unpacked: {error.strerror}") from None
    except _DAMAGE:
        raise ClassroomError(f"{name}: is damaged; pack the archive again") from None
    if size != member.file_size:
        raise ClassroomError(f"{name}: is damaged: {size} bytes instead of {member.file_size}")
    return size
