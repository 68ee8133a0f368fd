"""How a container engine is asked: exact words, to one that only takes them down. No isolation is shown here."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from backprop_lab.errors import SandboxError
from backprop_lab.limits import MIB, Limits
from backprop_lab.marking.observations import Crash
from backprop_lab.sandbox import container, find_sandbox
from backprop_lab.sandbox.container import Container, find_engine
from backprop_lab.sandbox.request import Request
from backprop_lab.sandbox.runner import record
from tests.needs import needs_posix
from tests.sandbox.recorded import script

FOLDER = Path(container.__file__).parent
LIMITS = Limits(seconds=1.0, memory=512 * MIB, file_size=8 * MIB, processes=16)


def engine(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str = "docker", **answers: str) -> Path:
    """Put a program in the place of an engine that takes down what it is asked; return where."""
    needs_posix()
    cases = "".join(f"{verb}) {answer} ;;\n" for verb, answer in answers.items())
    path = folder / "bin" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f'#!/bin/sh\necho "$@" >>{folder}/asked\ncase $1 in\n{cases}*) exit 0 ;;\nesac\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{path.parent}:/usr/bin:/bin")
    return folder / "asked"


def test_the_engine_is_asked_for_a_container_that_may_do_nothing() -> None:
    words = " ".join(container.command("docker", "a-name", Request(script("v = 1"), LIMITS)))
    assert words == (
        "docker create --interactive --pull never --name a-name --network none --ipc none --read-only "
        "--cap-drop ALL --security-opt no-new-privileges --user 65534:65534 --pids-limit 16 "
        "--memory 536870912 --memory-swap 536870912 --tmpfs /tmp:rw,nosuid,nodev,size=8388608,mode=1777 "
        f"--volume {FOLDER}:/recorder/sandbox:ro --env MPLBACKEND=Agg --env OMP_NUM_THREADS=1 "
        "--env OPENBLAS_NUM_THREADS=1 --env MKL_NUM_THREADS=1 --env PYTHONHASHSEED=0 --env PYTHONUTF8=1 "
        "--env PYTHONWARNINGS=ignore --env TORCH_COMPILE_DISABLE=1 --env HOME=/tmp --env TMPDIR=/tmp "
        "--env USER=student backprop-lab-sandbox python /recorder/sandbox/recorder.py 1"
    )


def test_without_a_limit_of_memory_none_is_asked_for() -> None:
    request = Request(script("v = 1"), Limits(memory=None))
    assert not {"--memory", "--memory-swap"} & set(container.command("podman", "a-name", request))


def test_an_engine_is_taken_that_runs_and_has_the_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = engine(tmp_path, monkeypatch)
    assert find_engine() == "docker"
    assert asked.read_text() == "info\nimage inspect backprop-lab-sandbox\n"


def test_an_engine_that_does_not_run_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine(tmp_path, monkeypatch, info="exit 1")
    engine(tmp_path, monkeypatch, "podman")
    assert find_engine() == "podman"


def test_an_engine_without_the_image_is_told_how_to_make_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine(tmp_path, monkeypatch, image="exit 1")
    expected = f"make it with: docker build -t backprop-lab-sandbox {FOLDER}"
    with pytest.raises(SandboxError, match=re.escape(expected)):
        find_engine()


def test_no_engine_at_all_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(SandboxError, match="no container engine runs here; start docker or podman"):
        find_sandbox("container")


def test_a_container_that_does_not_start_is_tried_again_and_is_nobodys_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = engine(tmp_path, monkeypatch, start="cat >/dev/null; exit 125")
    assert record(script("v = 1"), sandbox=Container("docker"), limits=LIMITS).status == "sandbox"
    names = re.findall(r"^create .* --name (\S+) ", asked.read_text(), re.MULTILINE)
    assert len(names) == len(set(names)) == 4  # the last is a trial of the sandbox


def test_a_container_that_takes_too_long_is_killed_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = engine(tmp_path, monkeypatch, start="exec sleep 60")
    assert record(script("v = 1"), sandbox=Container("docker"), limits=LIMITS).status == "timeout"
    create, *others = asked.read_text().splitlines()
    name = create.split()[create.split().index("--name") + 1]
    assert others == [f"start --attach --interactive {name}", f"kill {name}", f"rm --force {name}"]


def test_a_container_that_cannot_be_made_is_never_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = engine(tmp_path, monkeypatch, create="echo no space >&2; exit 125")
    recording = record(script("v = 1"), sandbox=Container("docker"), limits=LIMITS)
    assert (recording.status, recording.crash) == (
        "sandbox", Crash("SandboxError", "docker makes no container: no space", None, None, ""),
    )  # fmt: skip
    assert {line.split()[0] for line in asked.read_text().splitlines()} == {"create", "rm"}


@pytest.mark.parametrize(("lacked", "status"), [("true", "memory"), ("false", "error")])
def test_only_the_engine_knows_that_there_was_no_memory_left(
    lacked: str, status: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = "cat >/dev/null; echo '[\"l\",[]]'; exit 137"
    asked = engine(tmp_path, monkeypatch, start=ends, inspect=f"echo {lacked}")
    assert record(script("v = 1"), sandbox=Container("docker"), limits=LIMITS).status == status
    assert "inspect --format {{.State.OOMKilled}} backprop-lab-sandbox-" in asked.read_text()


def test_what_a_container_says_without_the_recorder_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine(tmp_path, monkeypatch, start="echo '[nonsense'; cat >/dev/null")
    recording = record(script("v = 1"), sandbox=Container("docker"), limits=LIMITS)
    assert (recording.status, recording.seen) == ("error", ())
    assert recording.crash is not None
    assert recording.crash.type == "TamperedReport"
