"""Archives and folders that reach out of themselves, or for all the room there is: refused by name and limit."""

from __future__ import annotations

import io
import os
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from backprop_lab.classroom.collecting import collect
from backprop_lab.errors import LabError
from tests.needs import needs_posix

CANARY = b"backprop-lab-canary: nobody's submission"
HONEST = b"Z1 = -0.7  # Alice's own\n"
MOST_BYTES, MOST_FILES = 256 << 20, 20_000


def zipped(path: Path, *entries: tuple[zipfile.ZipInfo | str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)


def special(name: str, kind: int) -> zipfile.ZipInfo:
    """Return an entry of a zip archive that says it is a link, a device or another file that is none."""
    entry = zipfile.ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = (kind | 0o777) << 16
    return entry


def linked(target: str) -> Callable[[Path], None]:
    return lambda path: zipped(
        path, ("alice/lab3.py", HONEST), (special("mallory/lab3.py", stat.S_IFLNK), target.encode())
    )


def linked_folder(path: Path) -> None:
    zipped(path, (special("mallory", stat.S_IFLNK), b"../.."), ("mallory/canary.txt", b"overwritten"))


def named(*names: str) -> Callable[[Path], None]:
    return lambda path: zipped(path, *((name, b"overwritten = 1\n") for name in names))


def of_kind(kind: int) -> Callable[[Path], None]:
    return lambda path: zipped(path, (special("mallory/lab3.py", kind), b""))


def flat_bomb(path: Path) -> None:
    zipped(path, ("mallory/lab3.py", b"\0" * (400 << 20)))


def lying_size(path: Path) -> None:
    flat_bomb(path)
    size = (400 << 20).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (10).to_bytes(4, "little")))


def overlapping(path: Path) -> None:
    """Make many entries of one and the same content, as the largest known bombs do."""
    zipped(path, ("mallory/lab3.py", b"\0" * (40 << 20)))
    data = path.read_bytes()
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    count = 5000
    tail = bytearray(data[end:])
    tail[8:12] = count.to_bytes(2, "little") * 2
    tail[12:16] = ((end - start) * count).to_bytes(4, "little")
    path.write_bytes(data[:start] + data[start:end] * count + bytes(tail))


def nested_bomb(path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.py", b"\0" * (40 << 20))
    for _ in range(4):
        outer = io.BytesIO()
        with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(10):
                archive.writestr(f"mallory/{number}.zip", inner.getvalue())
        inner = outer
    path.write_bytes(inner.getvalue())


def many_files(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(100_000):
            archive.writestr(f"mallory/{number}.py", b"")


def encrypted(path: Path) -> None:
    zipped(path, ("mallory/lab3.py", HONEST))
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)


def truncated(path: Path) -> None:
    zipped(path, ("mallory/lab3.py", HONEST * 1000))
    path.write_bytes(path.read_bytes()[:-40])


def wrong_checksum(path: Path) -> None:
    zipped(path, ("mallory/lab3.py", HONEST))
    data = bytearray(path.read_bytes())
    data[14] ^= 0xFF
    data[data.index(b"PK\x01\x02") + 16] ^= 0xFF
    path.write_bytes(data)


def no_archive(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04" + os.urandom(5000))


def duplicates(path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        zipped(
            path, ("mallory/lab3.py", b"Z1 = 1\n"), ("mallory/lab3.py", b"Z1 = 2\n"), ("MALLORY/LAB3.PY", b"Z1 = 3\n")
        )


ZIPS: list[tuple[str, Callable[[Path], None]]] = [
    ("link to a secret", linked("/etc/passwd")),
    ("link to a neighbour", linked("../alice/lab3.py")),
    ("link to the canary", linked("../../canary.txt")),
    ("link to a folder", linked_folder),
    ("dots", named("../canary.txt", "mallory/../../canary.txt", "mallory/../../../canary.txt")),
    ("dots of Windows", named("..\\canary.txt", "mallory\\..\\..\\canary.txt")),
    ("absolute", named("/tmp/backprop-redteam-zip", "//tmp/backprop-redteam-zip")),
    ("drive letters", named("C:\\canary.txt", "C:canary.txt", "\\\\server\\share\\canary.txt")),
    ("devices of Windows", named("mallory/CON", "mallory/NUL.py", "mallory/lab3.py:stream", "mallory/lab3.py. ")),
    ("names beyond bounds", named("m" * 300 + "/lab3.py", "/".join(["d"] * 2000) + "/lab3.py")),
    ("deep folders", named(*("d/" * depth + "lab3.py" for depth in (400, 800, 1200, 1600)))),
    ("control characters", named("mallory/\x1b[31m.py", "mallory/a\nb.py", "mallory/\u202eyp.3bal")),
    ("character device", of_kind(stat.S_IFCHR)),
    ("block device", of_kind(stat.S_IFBLK)),
    ("fifo", of_kind(stat.S_IFIFO)),
    ("socket", of_kind(stat.S_IFSOCK)),
    ("flat bomb", flat_bomb),
    ("bomb that lies about its size", lying_size),
    ("overlapping bomb", overlapping),
    ("nested bomb", nested_bomb),
    ("many files", many_files),
    ("encrypted", encrypted),
    ("truncated", truncated),
    ("wrong checksum", wrong_checksum),
    ("no archive", no_archive),
    ("duplicate names", duplicates),
]


def collected(source: Path, tmp_path: Path) -> list[tuple[str, bytes]]:
    """Collect hand-ins beside a canary, and return their files, which must all be plain and their own."""
    canary, staging = tmp_path / "canary.txt", tmp_path / "staging"
    canary.write_bytes(CANARY)
    staging.mkdir()
    before = {path.name for path in tmp_path.iterdir()}
    try:
        hand_ins = collect([source], staging)
    except LabError:
        hand_ins = []
    assert {path.name for path in tmp_path.iterdir()} == before
    assert canary.read_bytes() == CANARY
    assert list(Path("/tmp").glob("backprop-redteam-zip")) == []
    laid_out = [path for path in staging.rglob("*") if not path.is_dir() or path.is_symlink()]
    assert all(stat.S_ISREG(path.lstat().st_mode) for path in laid_out)
    assert sum(path.stat().st_size for path in laid_out) <= MOST_BYTES
    assert len(laid_out) <= MOST_FILES
    files = [(hand_in.key, file) for hand_in in hand_ins for file in hand_in.files]
    assert all(file.path.is_relative_to(staging) or file.path.is_relative_to(source) for _, file in files)
    assert all(stat.S_ISREG(file.path.lstat().st_mode) for _, file in files)
    return [(key, file.path.read_bytes()[:1000]) for key, file in files]


@pytest.mark.parametrize(("name", "make"), ZIPS, ids=lambda entry: entry if isinstance(entry, str) else "")
def test_an_archive_stays_within_its_own_folder_and_bounds(
    name: str, make: Callable[[Path], None], tmp_path: Path
) -> None:
    source = tmp_path / "class.zip"
    make(source)
    files = collected(source, tmp_path)
    assert not any(b"root:" in content or CANARY in content for _, content in files), name
    assert not any(key != "alice" and content == HONEST for key, content in files if "link" in name)


def test_an_archive_of_tar_with_links_and_devices_stays_within_its_own_folder(tmp_path: Path) -> None:
    source = tmp_path / "class.tar.gz"
    with tarfile.open(source, "w:gz") as archive:
        for name, kind, target in (
            ("mallory/lab3.py", tarfile.SYMTYPE, "/etc/passwd"),
            ("mallory/hard.py", tarfile.LNKTYPE, "../canary.txt"),
            ("mallory/device.py", tarfile.CHRTYPE, ""),
            ("../canary.txt", tarfile.REGTYPE, ""),
        ):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, target
            archive.addfile(entry, io.BytesIO())
    files = collected(source, tmp_path)
    assert not any(b"root:" in content or CANARY in content for _, content in files)


def test_a_folder_with_links_fifos_and_devices_is_read_within_itself(tmp_path: Path) -> None:
    needs_posix()
    source = tmp_path / "class"
    alice, mallory = source / "alice", source / "mallory"
    for student in (alice, mallory):
        student.mkdir(parents=True)
    (alice / "lab3.py").write_bytes(HONEST)
    (mallory / "lab3.py").symlink_to("../alice/lab3.py")
    (mallory / "lab3.ipynb").symlink_to("/etc/passwd")
    (mallory / "lab3.csv").symlink_to(tmp_path / "canary.txt")
    (mallory / "zero.py").symlink_to("/dev/zero")
    (mallory / "folder").symlink_to("/etc")
    (mallory / "round").symlink_to(".")
    os.mkfifo(mallory / "lab3.md")
    (source / "mallory2").symlink_to("alice")
    files = collected(source, tmp_path)
    assert not any(b"root:" in content or CANARY in content for _, content in files)
    assert [key for key, content in files if content == HONEST] == ["alice"]
