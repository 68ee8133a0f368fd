"""The command as people meet it: a process of its own, behind pipes, in terminals that know no Unicode."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import output_of
from tests.needs import needs, needs_posix

PROGRAM = [sys.executable, "-c", "from backprop_lab.cli import main; main()"]
FULL = Path("/dev/full")


@pytest.fixture
def posix() -> None:
    """Skip or fail without POSIX."""
    needs_posix()


def process(
    *arguments: str, environment: dict[str, str] | None = None, folder: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*PROGRAM, *arguments],
        env={**os.environ, **(environment or {})},
        cwd=folder,
        capture_output=True,
        check=False,
    )


def test_the_process_leaves_with_the_exit_status() -> None:
    done = process("solve", "lab_task_3")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().replace(os.linesep, "\n") == output_of("solve", "lab_task_3")
    failed = process("solve", "nothing_like_it")
    assert (failed.returncode, failed.stdout) == (2, b"")
    assert failed.stderr.startswith(b"backprop-lab: nothing_like_it: no such file")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_output_is_utf8_whatever_the_terminal_says(encoding: str) -> None:
    done = process("solve", "lab_task_3", environment={"PYTHONIOENCODING": encoding})
    assert (done.returncode, done.stderr) == (0, b"")
    assert "δₕ = δ₃ Wₒᵀ ⊙ ReLU′(Zₕ)" in done.stdout.decode("utf-8")
    failed = process("solve", "añadir", environment={"PYTHONIOENCODING": encoding})
    assert failed.returncode == 2
    assert "añadir" in failed.stderr.decode("utf-8")


def test_a_file_whose_name_is_no_text_is_listed(tmp_path: Path) -> None:
    needs(sys.platform == "linux", "elsewhere every name of a file is text")
    (tmp_path / os.fsdecode(b"bad\xff.toml")).write_text("[network]\n")
    done = process("tasks", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"bad\\udcff.toml" in done.stdout
    failed = process("solve", os.fsdecode(b"bad\xff.toml"), folder=tmp_path)
    assert failed.returncode == 2
    assert b"bad\\udcff.toml" in failed.stderr


@pytest.mark.usefixtures("posix")
@pytest.mark.parametrize(
    "arguments", ["solve apples_oranges --steps 3", "solve apples_oranges --format json", "tasks"]
)
def test_a_reader_who_has_enough_is_no_error(arguments: str) -> None:
    program = f'"{sys.executable}" -c "from backprop_lab.cli import main; main()"'
    script = f"set -o pipefail; {program} {arguments} | head -n 1"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1


@pytest.mark.usefixtures("posix")
def test_a_full_disk_is_one_line() -> None:
    needs(FULL.exists(), "there is no /dev/full")
    done = process("solve", "lab_task_3", "--format", "md", "-o", "/dev/full")
    assert done.returncode == 2
    assert done.stderr == b"backprop-lab: /dev/full: cannot be written: No space left on device\n"


@pytest.mark.usefixtures("posix")
def test_output_that_cannot_be_written_is_one_line() -> None:
    needs(FULL.exists(), "there is no /dev/full")
    for arguments in (["solve", "lab_task_3"], ["tasks"]):
        with FULL.open("w") as full:
            done = subprocess.run([*PROGRAM, *arguments], stdout=full, stderr=subprocess.PIPE, check=False)
        assert done.returncode == 2
        assert done.stderr == b"backprop-lab: the output cannot be written: No space left on device\n"


@pytest.mark.usefixtures("posix")
def test_a_closed_standard_output_is_no_mistake_of_ours() -> None:
    program = f'"{sys.executable}" -c "from backprop_lab.cli import main; main()"'
    done = subprocess.run(["bash", "-c", f"{program} solve lab_task_3 >&-"], capture_output=True, check=False)
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_told_how_to_complete(shell: str) -> None:
    done = process(environment={"_BACKPROP_LAB_COMPLETE": f"{shell}_source"})
    needs(not done.returncode or b"bash" not in done.stderr.lower(), "click wants a newer bash")
    assert done.returncode == 0
    assert b"_BACKPROP_LAB_COMPLETE" in done.stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("backprop-lab so", {"solve"}),
        ("backprop-lab check lab_", {"lab_task_2", "lab_task_3", "lab_task_4"}),
        ("backprop-lab solve lab_", {"lab_task_2", "lab_task_3"}),
        ("backprop-lab train lab_", {"lab_task_4"}),
        ("backprop-lab train mi", {"mine.toml"}),
        ("backprop-lab solve mi", {"mine.toml"}),
        ("backprop-lab solve lab_task_3 --nota", {"--notation"}),
        ("backprop-lab solve lab_task_3 --notation s", {"standard"}),
    ],
)
def test_commands_options_and_tasks_are_completed(words: str, expected: set[str], tmp_path: Path) -> None:
    (tmp_path / "mine.toml").touch()
    environment = {
        "_BACKPROP_LAB_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    done = process(environment=environment, folder=tmp_path)
    assert {line.partition(",")[2] for line in done.stdout.decode().split()} == expected


def test_the_module_runs_like_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "backprop_lab", "tasks"], capture_output=True, check=False)
    assert done.stdout.decode().replace(os.linesep, "\n") == output_of("tasks")
