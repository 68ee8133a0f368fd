"""The archive for Gradescope, and its scripts run as Gradescope runs them."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backprop_lab.resources import folder
from tests.command import command
from tests.needs import needs_bubblewrap, needs_posix

SUBMISSIONS = Path(__file__).parent.parent / "submissions"
FULL = SUBMISSIONS / "lab3_twenty_cells.ipynb"
FOR_PIP = re.compile(r"PIP_\w+|HOME|\w+_proxy|SSL_CERT_FILE", re.IGNORECASE)
MARK = "backprop-lab-left-behind"
# Reads and writes what it can name, leaves a daemon that goes on trying, and is no solution.
HOSTILE = f"""
import os, subprocess
root = "ROOT"
names = ["source", "source/task.toml", "source/secret", "results", "results/results.json",
         "submission", "submission_metadata.json"]
reached = []
for name in names:
    path = os.path.join(root, name)
    for attempt in (os.listdir, lambda p: open(p).read(), lambda p: open(p, "a").close()):
        try:
            attempt(path)
            reached.append(name)
        except OSError:
            pass
try:
    from backprop_lab.engine import network  # an empty folder of that name is no grader
    reached.append("the grader")
except (ImportError, OSError):
    pass
daemon = "while :; do echo > ROOT/results/results.json; sleep 0.05; done"
subprocess.Popen(["/bin/sh", "-c", daemon, "{MARK}"], start_new_session=True, stderr=subprocess.DEVNULL)
if reached:
    raise RuntimeError(f"reached {{reached}}")
"""


def written(path: Path, *options: str) -> zipfile.ZipFile:
    finished = command("gradescope", "lab_task_3", *options, "-o", path)
    assert finished.status == 0, finished.messages
    return zipfile.ZipFile(path)


def test_the_archive_has_what_gradescope_asks_for_at_its_root(tmp_path: Path) -> None:
    with written(
        tmp_path / "a.zip", "--reveal", "never", "--seconds", "7", "--limit", "memory=1000000000"
    ) as archive:
        modes = {member.filename: member.external_attr >> 16 & 0o777 for member in archive.infolist()}
        (wheel,) = (name for name in modes if name.endswith(".whl"))
        assert modes == {
            "setup.sh": 0o755, "run_autograder": 0o755,
            "task.toml": 0o644, "settings.json": 0o644, "constraints.txt": 0o644, wheel: 0o644,
        }  # fmt: skip
        assert archive.read("task.toml") == (folder("tasks") / "lab_task_3.toml").read_bytes()
        settings = json.loads(archive.read("settings.json"))
        told = b"".join(archive.read(name) for name in modes if name != wheel).decode()
        assert f"./{wheel}[notebooks]" in told
    assert settings["reveal"] == "never"
    assert (settings["limits"]["seconds"], settings["limits"]["memory"]) == (7, 1_000_000_000)
    assert "://" not in told
    assert str(Path.home()) not in told


def test_the_same_task_makes_the_same_bytes_and_torch_is_only_there_when_asked_for(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        written(tmp_path / name).close()
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with written(tmp_path / "t.zip", "--torch") as archive:
        assert "[notebooks,torch]" in archive.read("setup.sh").decode()


def test_nothing_is_written_for_a_bad_task_or_over_the_task_itself(tmp_path: Path) -> None:
    task = tmp_path / "mine.toml"
    shutil.copy(folder("tasks") / "lab_task_3.toml", task)
    before = task.read_bytes()
    assert "is what it is made from" in command("gradescope", task, "-o", task).messages
    assert task.read_bytes() == before
    task.write_text("title = 1")
    assert command("gradescope", task, "-o", tmp_path / "out.zip").status == 2
    assert list(tmp_path.iterdir()) == [task]


class Autograder:
    """An autograder that is set up in a folder in the place of /autograder."""

    def __init__(self, root: Path) -> None:
        self.root, self.results = root, root / "results" / "results.json"
        self.without_bubblewrap = root.parent / "bin"

    def build(self) -> None:
        """Do what Gradescope does once."""
        for name in ("source", "submission", "results"):
            (self.root / name).mkdir(parents=True)
        archive = self.root.parent / "autograder.zip"
        written(archive).close()
        subprocess.run(["unzip", "-q", archive, "-d", self.root / "source"], check=True)
        environment = {name: value for name, value in os.environ.items() if FOR_PIP.fullmatch(name)}
        self.script(self.root / "source" / "setup.sh", **environment, PATH=os.environ["PATH"]).check_returncode()
        shutil.copy(self.root / "source" / "run_autograder", self.root)
        self.without_bubblewrap.mkdir()
        for program in ("bash", "env"):
            (self.without_bubblewrap / program).symlink_to(str(shutil.which(program)))

    def script(self, path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a script, knowing nothing of this environment."""
        done = subprocess.run(
            [path],
            env={"AUTOGRADER_ROOT": str(self.root), **environment},
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
        )
        print(done.stdout, done.stderr)
        return done

    def run(self, sandbox: str, **files: str | bytes) -> subprocess.CompletedProcess[str]:
        """Do what Gradescope does for each submission, where that sandbox is the strongest that there is."""
        for name in ("submission", "results"):
            shutil.rmtree(self.root / name, ignore_errors=True)
            (self.root / name).mkdir()
        for name, content in files.items():
            text = content if isinstance(content, bytes) else content.encode()
            (self.root / "submission" / name.replace("_", ".")).write_bytes(text)
        users = [{"email": "ada@example.com", "id": 7, "name": "Ada"}, {"id": 8, "name": "Max"}]
        (self.root / "submission_metadata.json").write_text(json.dumps({"id": 1, "users": users}))
        path = os.environ["PATH"] if sandbox == "bubblewrap" else str(self.without_bubblewrap)
        return self.script(self.root / "run_autograder", PATH=path)

    def marked(self, sandbox: str, **files: str | bytes) -> dict[str, Any]:
        """Return the results of a submission."""
        self.run(sandbox, **files).check_returncode()
        results: dict[str, Any] = json.loads(self.results.read_bytes())
        assert results["extra_data"]["sandbox"] == sandbox
        return results


@pytest.fixture(scope="module")
def autograder() -> Iterator[Autograder]:
    """Set one up, in a folder that other users may go through as they may through /autograder."""
    needs_posix()
    place = Path(tempfile.mkdtemp(prefix="backprop-lab-autograder-"))
    try:
        place.chmod(0o755)
        made = Autograder(place / "autograder")
        made.build()
        yield made
    finally:
        shutil.rmtree(place)


@pytest.fixture(params=["bubblewrap", "nobody"])
def sandbox(request: pytest.FixtureRequest) -> str:
    """Return a sandbox that works for this user."""
    if request.param == "bubblewrap":
        needs_bubblewrap()
    elif os.getuid() != 0:
        pytest.skip("only root may run programs as another user")
    return str(request.param)


def test_a_full_solution_gets_all_points(autograder: Autograder, sandbox: str) -> None:
    results = autograder.marked(sandbox, lab3_ipynb=FULL.read_bytes())
    assert results["score"] == 32
    assert sum(test["max_score"] for test in results["tests"]) == 32
    assert {key: results["extra_data"][key] for key in ("id", "name", "submission", "status")} == {
        "id": "7, 8", "name": "Ada, Max", "submission": "lab3.ipynb", "status": "ok",
    }  # fmt: skip


def test_the_best_of_several_files_counts(autograder: Autograder, sandbox: str) -> None:
    results = autograder.marked(sandbox, a_py="z = 1", lab3_ipynb=FULL.read_bytes(), note_png=b"\x89PNG")
    assert (results["score"], results["extra_data"]["submission"]) == (32, "lab3.ipynb")


def test_what_is_installed_makes_the_wheel_that_it_was_installed_from(autograder: Autograder) -> None:
    again = autograder.root.parent / "again.zip"
    subprocess.run([autograder.root / "venv/bin/backprop-lab", "gradescope", "lab_task_3", "-o", again], check=True)
    assert members_of_wheel(again) == members_of_wheel(autograder.root.parent / "autograder.zip")


def members_of_wheel(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".whl"))
        with zipfile.ZipFile(io.BytesIO(archive.read(name))) as wheel:
            return {member: wheel.read(member) for member in wheel.namelist()}


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "holds no file"),
        ({"photo_png": b"\x89PNG"}, "photo.png"),
        ({"lab3_ipynb": b"{"}, "lab3.ipynb"),
        ({"lab3_zip": b"PK\x03\x04"}, "lab3.zip"),
    ],
)
def test_what_cannot_be_read_gets_no_points_and_the_reason(
    autograder: Autograder, sandbox: str, files: dict[str, bytes], words: str
) -> None:
    results = autograder.marked(sandbox, **files)
    assert (results["score"], results["extra_data"]["status"]) == (0, "unreadable")
    assert words in results["output"]


def test_a_program_reaches_neither_task_nor_results_and_leaves_nothing_running(
    autograder: Autograder, sandbox: str
) -> None:
    results = autograder.marked(sandbox, lab3_py=HOSTILE.replace("ROOT", str(autograder.root)))
    assert (results["score"], results["extra_data"]["status"]) == (0, "ok"), results["output"]
    assert not [path for path in Path("/proc").glob("[0-9]*/cmdline") if MARK.encode() in _content(path)]
    assert json.loads(autograder.results.read_bytes()) == results


def test_the_same_program_says_what_it_reaches(autograder: Autograder) -> None:
    if os.getuid() != 0:
        pytest.skip("only root may run programs as another user")
    open_to_all = autograder.root.parent / "open"
    (open_to_all / "source").mkdir(parents=True)
    results = autograder.marked("nobody", lab3_py=HOSTILE.replace("ROOT", str(open_to_all)))
    assert "reached ['source']" in results["output"]


def test_where_no_sandbox_can_be_had_the_autograder_fails_and_not_the_student(autograder: Autograder) -> None:
    autograder.run("nobody", lab3_py="x = 1")
    (autograder.root / "results").mkdir(exist_ok=True)
    autograder.results.write_text('{"score": 32}')
    autograder.root.chmod(0o700)
    try:
        path = str(autograder.without_bubblewrap)
        done = autograder.script(autograder.root / "run_autograder", PATH=path)
    finally:
        autograder.root.chmod(0o755)
    assert done.returncode == 1
    assert done.stderr.startswith("the autograder failed: ")
    assert list(autograder.results.parent.iterdir()) == []


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
