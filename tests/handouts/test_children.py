"""Processes that threads wait for: silent, within limits, and all ended at once."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from backprop_lab.handouts.children import FILE_SIZE, MEMORY, TOO_LARGE, Children
from tests.needs import needs, needs_posix

DEADLINE = 60.0
ENDLESS = "import time\nwhile True: time.sleep(1)"


def run(program: str, folder: Path, seconds: float = DEADLINE, children: Children | None = None) -> int | str | None:
    return (children or Children()).run([sys.executable, "-c", program], folder, {}, seconds)


def test_a_process_says_how_it_ended_and_nothing_else(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run("import sys; print(sys.stdin.read(), 'heard'); sys.exit(3)", tmp_path) == 3
    assert capfd.readouterr() == ("", "")


def test_a_process_is_ended_in_time(tmp_path: Path) -> None:
    assert run(ENDLESS, tmp_path, seconds=0.5) is None


def test_a_process_has_no_more_memory_and_no_larger_files_than_it_may(tmp_path: Path) -> None:
    needs(sys.platform == "linux", "only Linux limits another process")
    assert run(f"bytearray({MEMORY})", tmp_path) == 1
    ignored = "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_DFL); "
    assert run(f"{ignored}open('x', 'wb').write(bytes({FILE_SIZE + 1}))", tmp_path) == TOO_LARGE


def test_what_a_process_leaves_behind_ends_with_it(tmp_path: Path) -> None:
    needs_posix()
    program = f"""
import pathlib, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {ENDLESS!r}])
pathlib.Path("pid").write_text(str(child.pid))
"""
    assert run(program, tmp_path) == 0

    left = int((tmp_path / "pid").read_text())
    end = time.monotonic() + DEADLINE
    while psutil.pid_exists(left) and psutil.Process(left).status() != "zombie" and time.monotonic() < end:
        time.sleep(0.01)
    assert not psutil.pid_exists(left) or psutil.Process(left).status() == "zombie"


def test_all_end_at_once_and_no_more_are_started(tmp_path: Path) -> None:
    children = Children()
    started = f"open('started', 'w').close()\n{ENDLESS}"
    with ThreadPoolExecutor(1) as executor:
        future = executor.submit(run, started, tmp_path, DEADLINE, children)
        while not (tmp_path / "started").exists() and not future.done():
            time.sleep(0.01)
        children.end()

        assert future.result(DEADLINE / 2) is None
    assert run("open('another', 'w')", tmp_path, children=children) is None
    assert not (tmp_path / "another").exists()
