"""An archive is unpacked as it is, or refused by name and nothing of it is left."""

from __future__ import annotations

import stat
import struct
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_lab.classroom.archives import CLASS, unpack
from backprop_lab.errors import ClassroomError
from backprop_lab.limits import DEEPEST, HAND_IN, MIB, Bounds
from tests.classroom.trees import packed, zipped


def refused(archive: Path, bounds: Bounds = CLASS) -> str:
    """Return the message of a refusal, without the name of the archive; nothing may be left of it."""
    folder = archive.parent / "unpacked"
    with pytest.raises(ClassroomError) as caught:
        unpack(archive, folder, bounds)
    assert list(folder.iterdir()) == []
    assert str(caught.value).isprintable()
    assert str(caught.value).startswith(f"{archive.name}: ")
    return str(caught.value).removeprefix(f"{archive.name}: ")


def marked(path: Path, name: str, mode: int) -> Path:
    """Pack a member with the mode of a Unix file."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.py", "x = 1")
        member = zipfile.ZipInfo(name)
        member.create_system = 3
        member.external_attr = mode << 16
        archive.writestr(member, "/etc/passwd")
    return path


def patched(path: Path, signature: bytes, offset: int, layout: str, value: int) -> Path:
    """Overwrite a number behind the last occurrence of a signature."""
    content = bytearray(path.read_bytes())
    struct.pack_into(layout, content, content.rindex(signature) + offset, value)
    path.write_bytes(content)
    return path


LOCAL, CENTRAL = b"PK\x03\x04", b"PK\x01\x02"


def test_files_folders_and_names_beyond_ascii_are_unpacked(tmp_path: Path) -> None:
    tree = {"a.py": "x = 1", "deep/er/b.py": "x = 2", "empty/": "", "naïve/größe.txt": "ü", "win\\dows.py": "x = 3"}
    unpack(packed(tmp_path / "a.zip", tree), tmp_path / "out")
    found = {p.relative_to(tmp_path / "out").as_posix(): p for p in (tmp_path / "out").rglob("*")}
    assert {name for name, path in found.items() if path.is_file()} == {
        "a.py", "deep/er/b.py", "naïve/größe.txt", "win/dows.py",
    }  # fmt: skip
    assert found["empty"].is_dir()
    assert found["deep/er/b.py"].read_text() == "x = 2"


def test_utf8_names_are_read_as_such_where_the_archive_does_not_say_so(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"ü.py": "x = 1"})
    for signature, offset in ((LOCAL, 6), (CENTRAL, 8)):
        patched(path, signature, offset, "<H", 0)
    unpack(path, tmp_path / "out")
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["ü.py"]


def test_permissions_are_not_restored(tmp_path: Path) -> None:
    unpack(marked(tmp_path / "a.zip", "s.py", stat.S_IFREG | 0o6777), tmp_path / "out")
    assert (tmp_path / "out/s.py").stat().st_mode & 0o7111 == 0


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("/etc/passwd", "is an absolute name"),
        ("\\\\server\\share\\x", "is an absolute name"),
        ("C:\\x.py", "is an absolute name"),
        ("c:x.py", "is an absolute name"),
        ("../x.py", 'leads out of the archive by ".."'),
        ("a/../../x.py", 'leads out of the archive by ".."'),
        ("a\\..\\..\\x.py", 'leads out of the archive by ".."'),
        (".", "is no name for a file"),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    message = refused(packed(tmp_path / "a.zip", {"good.py": "x = 1", name: "x"}))
    assert message.startswith(f"{name}: {reason}")


def test_a_name_with_a_zero_byte_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"a~.py": "x = 1"})
    path.write_bytes(path.read_bytes().replace(b"a~.py", b"a\0.py"))
    assert "is no name for a file" in refused(path)


@pytest.mark.parametrize(
    ("mode", "kind"),
    [(stat.S_IFLNK | 0o777, "a symbolic link"), (stat.S_IFCHR, "a device"), (stat.S_IFIFO, "a device")],
)
def test_links_and_devices_are_refused(tmp_path: Path, mode: int, kind: str) -> None:
    assert refused(marked(tmp_path / "a.zip", "b.py", mode)).startswith(f"b.py: is {kind}")


def test_encrypted_members_are_refused(tmp_path: Path) -> None:
    path = patched(packed(tmp_path / "a.zip", {"a.py": "x = 1"}), CENTRAL, 8, "<H", 1)
    assert refused(path) == "a.py: is encrypted; pack it without a password"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_unpack_without_bounds_are_refused(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", method) as archive:
        archive.writestr("a.py", "x = 1")
    assert refused(tmp_path / "a.zip").startswith("a.py: is packed by an unusual method")


def test_too_many_entries_are_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {f"{number}.py": "" for number in range(HAND_IN.entries + 1)})
    assert refused(path, HAND_IN) == "holds 1001 files and folders; 1000 are allowed"
    unpack(path, tmp_path / "class")
    assert len(list((tmp_path / "class").iterdir())) == 1001


def test_a_directory_with_far_too_many_entries_is_not_even_read(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {f"{number:0200}": "" for number in range(1100)})
    assert refused(path, HAND_IN) == "has a directory of more entries than an archive may hold"


def test_more_than_allowed_is_refused_while_it_is_unpacked(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"a.py": "x" * 600, "b.py": "x" * 600})
    assert refused(path, Bounds(10, 1000)) == "b.py: with it more is unpacked than is allowed"


def test_a_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"a.py": bytes(8 * MIB)})
    assert "is packed more than 200 times smaller" in refused(path)


def test_a_size_in_the_header_is_not_believed(tmp_path: Path) -> None:
    for stated in (10, 10_000):
        path = patched(packed(tmp_path / "a.zip", {"a.py": "x" * 1000}), CENTRAL, 24, "<I", stated)
        assert refused(path).startswith("a.py: is damaged")


@pytest.mark.parametrize(
    ("tree", "reason"),
    [
        (("a.py", "a.py"), "a.py: is in the archive twice"),
        (("a/b.py", "a\\b.py"), "a\\\\b.py: is in the archive twice"),
        (("a/b.py", "a//./b.py"), "a//./b.py: is in the archive twice"),
        (("a", "a/"), "a/: is in the archive twice"),
        (("a", "a/b.py"), "a/b.py: a is a file, and not a folder for it"),
        (("a/b/c.py", "a"), "a/b/c.py: a is a file, and not a folder for it"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_exclude_each_other_are_refused(tmp_path: Path, tree: tuple[str, ...], reason: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in tree:
            archive.writestr(name, "")
    assert refused(tmp_path / "a.zip").replace("\\\\", "\\") == reason.replace("\\\\", "\\")


def test_names_too_long_for_the_file_system_are_refused(tmp_path: Path) -> None:
    for name in ("x" * 300, "/".join(["x" * 200] * 40)):
        message = refused(packed(tmp_path / "a.zip", {"good.py": "", name: ""}))
        assert message == f"{'x' * 99}…: cannot be unpacked: File name too long"


def test_of_a_long_name_a_message_has_the_beginning(tmp_path: Path) -> None:
    deep = "d/" * (DEEPEST + 1) + "x.py"
    assert refused(packed(tmp_path / "a.zip", {deep: ""})) == f"{deep[:99]}…: lies more than 100 folders deep"
    long = "y" * 60_000
    message = refused(packed(tmp_path / "b.zip", {long: "", f"{long}/x.py": ""}))
    assert message == f"{long[:99]}…: {long[:99]}… is a file, and not a folder for it"


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    whole = packed(path, {"a.py": "x = 1" * 100}).read_bytes()
    for content in (b"", b"x = 1", b"PK\x03\x04" + bytes(100), whole[:-30], whole[: len(whole) // 2]):
        path.write_bytes(content)
        assert refused(path) == "is not a zip archive, or it is damaged; pack it again"
    path.unlink()
    assert refused(path) == "cannot be unpacked: No such file or directory"


def test_a_wrong_checksum_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("good.py", "x = 1")
        archive.writestr("a.py", "x = 2")
    content = (tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(content.replace(b"x = 2", b"x = 3"))
    assert refused(tmp_path / "a.zip") == "a.py: is damaged; pack the archive again"


def test_a_damaged_stream_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"a.py": "x = 1\n" * 500})
    content = bytearray(path.read_bytes())
    content[36:44] = b"\xff" * 8
    path.write_bytes(content)
    assert refused(path) == "a.py: is damaged; pack the archive again"


WHOLE = zipped({"a.py": "x = 1\n" * 50, "b/": "", "b/c.py": "y = 2"})


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=6))
@settings(max_examples=300)
def test_whatever_is_damaged_an_archive_is_unpacked_inside_or_refused(damage: list[tuple[int, int]]) -> None:
    content = bytearray(WHOLE)
    for place, value in damage:
        content[place] = value
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "a.zip").write_bytes(content)
        try:
            unpack(folder / "a.zip", folder / "out", HAND_IN)
        except ClassroomError:
            assert list((folder / "out").iterdir()) == []
        assert {path.name for path in folder.iterdir()} == {"a.zip", "out"}
