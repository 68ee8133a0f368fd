from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from backprop_lab.errors import TaskError
from backprop_lab.training.data import files
from backprop_lab.training.data.files import exists, read_file, unpacked
from tests.needs import needs_posix

OUTSIDE = "lies outside of the task file's folder; expected a file in it or below, such as data/rows.csv"
NO_NAME = "is not the name of a file that can be read"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret.csv").write_text("1,2\n")
    folder = tmp_path / "task"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "rows.csv").write_text("3,4\n")
    return folder


def refused(folder: Path, name: str) -> str:
    with pytest.raises(TaskError) as caught:
        read_file(folder, name)
    return str(caught.value)


def test_a_file_below_the_folder_is_read(folder: Path) -> None:
    assert read_file(folder, "data/rows.csv") == b"3,4\n"
    assert exists(folder, "data/rows.csv")


def test_a_link_that_stays_inside_is_followed(folder: Path) -> None:
    needs_posix()
    (folder / "link.csv").symlink_to("data/rows.csv")
    assert read_file(folder, "link.csv") == b"3,4\n"


@pytest.mark.parametrize(
    "name",
    ["../secret.csv", "data/../data/rows.csv", "..", "..\\secret.csv", "C:rows.csv", "C:\\rows.csv", "/etc/passwd"],
)
def test_nothing_is_read_outside_of_the_folder(folder: Path, name: str) -> None:
    assert refused(folder, name) == OUTSIDE
    assert not exists(folder, "../secret.csv")


def test_a_link_out_of_the_folder_is_not_followed(folder: Path) -> None:
    needs_posix()
    (folder / "link.csv").symlink_to("../secret.csv")
    (folder / "out").symlink_to("..")
    assert refused(folder, "link.csv") == OUTSIDE
    assert refused(folder, "out/secret.csv") == OUTSIDE


def test_links_in_a_circle_end(folder: Path) -> None:
    needs_posix()
    (folder / "a.csv").symlink_to("b.csv")
    (folder / "b.csv").symlink_to("a.csv")
    assert refused(folder, "a.csv") in (NO_NAME, "cannot be read: Too many levels of symbolic links")


def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    needs_posix()
    os.mkfifo(folder / "pipe.csv")
    assert refused(folder, "pipe.csv") == "is not a regular file"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("rows.csv", "no such file in the folder of the task file"),
        ("data", "is a folder; expected a file"),
        (".", "is a folder; expected a file"),
        ("a\0b", NO_NAME),
        ("\udc80", NO_NAME),
    ],
)
def test_what_is_no_file_is_told(folder: Path, name: str, message: str) -> None:
    needs_posix()
    if name == "\udc80":
        message = "no such file in the folder of the task file"  # a byte that is no UTF-8 may be in a name
    assert refused(folder, name) == message


def test_a_name_that_is_too_long_is_told(folder: Path) -> None:
    needs_posix()
    assert refused(folder, "a" * 300) == "cannot be read: File name too long"


@pytest.mark.parametrize(("content", "message"), [(b"", "is empty"), (b" \n", "is empty")])
def test_an_empty_file_is_told(folder: Path, content: bytes, message: str) -> None:
    (folder / "rows.csv").write_bytes(content)
    assert refused(folder, "rows.csv") == message


def test_a_file_may_be_only_so_large_packed_and_unpacked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "rows.csv").write_bytes(b"1" * 2048)
    packed = gzip.compress(b"1" * 2048)
    monkeypatch.setattr(files, "LARGEST_FILE", 1024)
    assert refused(folder, "rows.csv").startswith("is larger than")
    with pytest.raises(TaskError, match="is larger than"):
        unpacked(packed)


def test_what_is_packed_is_unpacked_and_other_bytes_stay() -> None:
    assert unpacked(gzip.compress(b"1,2")) == b"1,2"
    assert unpacked(b"1,2") == b"1,2"


@pytest.mark.parametrize("cut", [slice(0, 3), slice(0, 12), slice(0, -4)])
def test_what_is_packed_and_damaged_is_told(cut: slice) -> None:
    with pytest.raises(TaskError, match="is damaged: it cannot be unpacked with gzip"):
        unpacked(gzip.compress(b"1,2" * 100)[cut])
