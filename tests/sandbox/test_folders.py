"""A folder is removed with whatever has been made in it, and nothing outside of it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from backprop_lab.sandbox.folders import empty_folder
from backprop_lab.sandbox.runner import record
from tests.needs import needs_posix
from tests.sandbox.recorded import script


@pytest.fixture(autouse=True)
def _posix(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    needs_posix()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "made"))
    (tmp_path / "made").mkdir()


def test_folders_without_rights_and_links_are_removed_and_not_what_they_lead_to(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept/file").write_text("x")
    with empty_folder() as name:
        folder = Path(name)
        (folder / "shut/shut").mkdir(parents=True)
        (folder / "shut/shut/file").write_text("x")
        (folder / "shut/link").symlink_to(tmp_path / "kept")
        (folder / "file").hardlink_to(tmp_path / "kept/file")
        os.mkfifo(folder / "pipe")
        for shut in ("shut/shut", "shut", "."):
            (folder / shut).chmod(0)
    assert list((tmp_path / "made").iterdir()) == []
    assert (tmp_path / "kept/file").read_text() == "x"


def test_a_folder_that_has_another_in_its_place_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    with empty_folder() as name:
        Path(name).rmdir()
        Path(name).symlink_to(tmp_path / "kept")
        (tmp_path / "kept/file").write_text("x")
    assert (tmp_path / "kept/file").read_text() == "x"


def test_what_a_program_leaves_is_removed_however_deep(tmp_path: Path) -> None:
    text = "import os\nfor number in range(3000):\n    os.mkdir('d' * 100)\n    os.chdir('d' * 100)\nx = number + 1"
    recording = record(script(text))
    assert (recording.status, recording.seen[-1].numbers) == ("ok", (3000.0,))
    assert list((tmp_path / "made").iterdir()) == []
