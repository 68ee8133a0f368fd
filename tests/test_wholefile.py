from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from backprop_lab.errors import LabError
from backprop_lab.wholefile import whole_file, whole_text
from tests.needs import needs_posix


def test_a_file_takes_its_name_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    with whole_file(path) as file:
        file.write(b"\x00\xff")
        assert not path.exists()
    assert path.read_bytes() == b"\x00\xff"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("old", [None, "what was there"])
def test_nothing_is_left_of_what_fails_half_way(tmp_path: Path, old: str | None) -> None:
    path = tmp_path / "a.txt"
    if old is not None:
        path.write_text(old, encoding="utf-8")
    with pytest.raises(ZeroDivisionError), whole_text(path) as file:
        file.write("half" * (file.write("half") // 0))
    assert [found.read_text(encoding="utf-8") for found in tmp_path.iterdir()] == ([] if old is None else [old])


def test_text_is_written_as_it_stands_and_halves_of_characters_as_their_codes(tmp_path: Path) -> None:
    with whole_text(tmp_path / "a.txt") as file:
        file.write("δ\r\n\udc80\n")
    assert (tmp_path / "a.txt").read_bytes() == "δ\r\n\\udc80\n".encode()


def test_a_link_to_another_folder_stays_a_link(tmp_path: Path) -> None:
    needs_posix()
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "a.txt", tmp_path / "link.txt"
    target.write_text("old", encoding="utf-8")
    link.symlink_to(target)
    with whole_text(link) as file:
        file.write("new")
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "new"
    assert list((tmp_path / "there").iterdir()) == [target]


def test_what_the_system_refuses_is_told_in_a_line(tmp_path: Path) -> None:
    for path, expected in (
        (tmp_path, "is a folder"),
        (tmp_path / "missing" / "a", "there is no folder"),
        (tmp_path / ("n" * 300), "cannot be written: File name too long"),
    ):
        with pytest.raises(LabError, match=expected), whole_file(path):
            pass
    assert list(tmp_path.iterdir()) == []


def test_a_file_too_large_for_the_system_is_told_and_not_left(tmp_path: Path) -> None:
    needs_posix()
    program = (
        "import resource, signal, sys; from pathlib import Path; from backprop_lab.wholefile import whole_file\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "with whole_file(Path(sys.argv[1])) as file: file.write(bytes(2000))"
    )
    path = tmp_path / "a"
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False)
    assert f"LabError: {path}: cannot be written: File too large" in done.stderr
    assert list(tmp_path.iterdir()) == []
