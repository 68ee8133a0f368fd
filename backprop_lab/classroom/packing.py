"""Make zip archives: the same contents make the same bytes, whenever and wherever it is done."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_OLDEST = (1980, 1, 1, 0, 0, 0)
_UNIX = 3


def pack(file: BinaryIO, members: Iterable[tuple[str, bytes]], executable: Collection[str] = ()) -> None:
    """Write an archive of members, each a name and what is in it, some of which may be executed."""
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, content in members:
            member = ZipInfo(name, _OLDEST)
            member.compress_type = ZIP_DEFLATED
            member.create_system = _UNIX
            member.external_attr = (0o100755 if name in executable else 0o100644) << 16
            archive.writestr(member, content)
