"""Where output goes: to a file whole or not at all, and what there is stays when something fails."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from backprop_lab.cli import options
from tests.command import command, output_of
from tests.needs import needs, needs_posix

WRITERS = [
    ("solve", "lab_task_3", "--format", "md"),
    ("derive", "lab_task_3", "--wrt", "w11", "--format", "md"),
    ("sheet", "lab_task_3"),
    ("code", "lab_task_3"),
]
FAILING = [
    ("solve", "nothing_like_it"),
    ("solve", "lab_task_3", "--set", "w99=1"),
    ("solve", "lab_task_2", "--steps", "2"),
    ("solve", "three_layer", "--set", "learning_rate=1e90", "--steps", "9"),
    ("derive", "lab_task_3", "--wrt", "w99"),
    ("code", "lab_task_3", "--framework", "torch", "--set", "rounding=carry"),
]
SYSTEM = Path("/sys/kernel")
"""A folder of Linux in which even the superuser makes no file."""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def files() -> list[str]:
    return sorted(path.name for path in Path().iterdir())


@pytest.mark.parametrize("arguments", WRITERS, ids=" ".join)
def test_a_file_holds_what_would_have_been_printed(arguments: tuple[str, ...]) -> None:
    Path("out.md").write_text("older and longer\n" * 10_000)
    assert output_of(*arguments, "-o", "out.md") == ""
    assert Path("out.md").read_text(encoding="utf-8") == output_of(*arguments)
    assert files() == ["out.md"]


@pytest.mark.parametrize("arguments", FAILING, ids=" ".join)
def test_nothing_is_left_of_what_fails(arguments: tuple[str, ...]) -> None:
    assert command(*arguments, "-o", "out.md").status == 2
    assert files() == []


@pytest.mark.parametrize("arguments", FAILING, ids=" ".join)
def test_a_file_that_is_there_is_kept_when_something_fails(arguments: tuple[str, ...]) -> None:
    Path("out.md").write_text("precious")
    assert command(*arguments, "-o", "out.md").status == 2
    assert Path("out.md").read_text() == "precious"
    assert files() == ["out.md"]


def test_a_template_that_fails_leaves_nothing() -> None:
    Path("own.md.j2").write_text("half a page << nonsense >>")
    assert command("solve", "lab_task_3", "--template", "own.md.j2", "-o", "out.md").status == 2
    assert files() == ["own.md.j2"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_write_that_fails_leaves_the_old_file_and_no_half_of_a_new_one(
    error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("out.md").write_text("precious")

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(Path, "replace", fail)
    finished = command("solve", "lab_task_3", "-o", "out.md")
    assert finished.status != 0
    assert "Traceback" not in finished.messages
    assert Path("out.md").read_text() == "precious"
    assert files() == ["out.md"]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("missing/out.md", "there is no folder missing"),
        ("folder.md", "is a folder"),
        ("file/out.md", "no folder"),
        ("x" * 300 + ".md", "cannot be written"),
    ],
)
def test_a_place_that_cannot_be_written_is_named(target: str, expected: str) -> None:
    Path("folder.md").mkdir()
    Path("file").write_text("a file")
    finished = command("solve", "lab_task_3", "-o", target)
    assert (finished.status, finished.output, finished.messages.count("\n")) == (2, "", 1)
    assert expected in finished.messages
    assert files() == ["file", "folder.md"]
    assert not list(Path("folder.md").iterdir())


def test_a_folder_that_may_not_be_written_is_named() -> None:
    needs(SYSTEM.is_dir(), "there is no /sys/kernel")
    finished = command("solve", "lab_task_3", "-o", str(SYSTEM / "out.md"))
    assert (finished.status, finished.messages.count("\n")) == (2, 1)
    assert f"{SYSTEM / 'out.md'}: cannot be written: " in finished.messages
    assert not (SYSTEM / "out.md").exists()


def test_a_new_file_has_the_usual_permissions_and_an_old_one_keeps_its_own() -> None:
    needs_posix()
    before = os.umask(0o027)
    try:
        output_of("solve", "lab_task_3", "-o", "new.md")
        Path("old.md").touch(mode=0o600)
        output_of("solve", "lab_task_3", "-o", "old.md")
    finally:
        os.umask(before)
    assert stat.S_IMODE(Path("new.md").stat().st_mode) == 0o640
    assert stat.S_IMODE(Path("old.md").stat().st_mode) == 0o600


def test_a_link_stays_a_link() -> None:
    Path("real.md").write_text("old")
    Path("out.md").symlink_to("real.md")
    output_of("solve", "lab_task_3", "-o", "out.md")
    assert Path("out.md").is_symlink()
    assert Path("real.md").read_text(encoding="utf-8").startswith("# Laboratory Task 3")


def test_a_device_is_written_and_not_replaced() -> None:
    needs(Path("/dev/null").exists(), "there is no /dev/null")
    output_of("solve", "lab_task_3", "--format", "md", "-o", "/dev/null")
    assert not Path("/dev/null").is_file()


def test_lines_end_alike_everywhere() -> None:
    for suffix in ("md", "tex", "txt", "json"):
        output_of("solve", "lab_task_3", "-o", f"out.{suffix}")
        assert b"\r" not in Path(f"out.{suffix}").read_bytes()


def test_a_text_is_printed_with_one_line_end(capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("a line", "a line\n"):
        options.deliver(text, None)
        assert capsys.readouterr().out == "a line\n"


def test_a_template_is_not_written_over() -> None:
    Path("mine.md").write_text("<< d.title >>", encoding="utf-8")
    finished = command("solve", "lab_task_3", "--template", "mine.md", "-o", "mine.md")
    assert (finished.status, finished.messages.count("\n")) == (2, 1)
    assert Path("mine.md").read_text("utf-8") == "<< d.title >>"


def test_links_in_a_circle_are_named() -> None:
    needs_posix()
    Path("a.md").symlink_to("b.md")
    Path("b.md").symlink_to("a.md")
    finished = command("solve", "lab_task_3", "-o", "a.md")
    assert (finished.status, finished.messages.count("\n")) == (2, 1)
    assert finished.messages.startswith("backprop-lab: a.md: cannot be written: ")
