"""What becomes of a class when the command is killed, interrupted, started twice, or finds no space."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import psutil
import pytest

from backprop_lab.classroom.gradebook import FILE
from backprop_lab.classroom.publishing import FEEDBACK
from tests.classroom.classes import (
    RIGHT,
    TASK,
    class_of,
    family,
    grade,
    scores,
    slow_class,
    started,
    stored,
    survivors,
    to_mark,
    wait_until_stored,
)
from tests.classroom.test_gradebook_process import grader, own_mounts, stream
from tests.classroom.trees import planted
from tests.needs import needs, needs_bubblewrap, needs_posix
from tests.redteam.grading import Graded

KILLS = 8


def kill(process: subprocess.Popen[str], *, group: bool) -> None:
    with suppress(ProcessLookupError):
        (os.killpg if group else os.kill)(process.pid, signal.SIGKILL)


def is_whole(out: Path) -> None:
    """See that nothing in a folder is half written."""
    if (out / FILE).exists():
        with closing(sqlite3.connect(out / FILE)) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    for page in out.glob(f"{FEEDBACK}/[!.]*"):
        assert page.read_text(encoding="utf-8").endswith("</html>\n" if page.suffix == ".html" else "\n"), page


def test_a_class_whose_grader_is_killed_again_and_again_is_graded_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_bubblewrap()
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    moments = random.Random(11)
    handed_in, out, size = slow_class(tmp_path / "handed_in", 14), tmp_path / "out", 14
    for number in range(KILLS):
        with started(handed_in, out, "--jobs", 2) as process:
            if number % 2:
                wait_until_stored(out, len(stored(out)) + 1, process)
                time.sleep(moments.random() / 10)
            else:
                time.sleep(moments.uniform(0.2, 2))
            others = family(process)
            kill(process, group=number % 4 < 2)
        assert survivors(others) == []
        is_whole(out)
    kept = stored(out)
    assert kept
    graded = grade(handed_in, out, "--jobs", 2)
    assert (graded.status, to_mark(graded)) == (0, size - len(kept))
    assert stored(out) == list(graded.rows()) == [f"s{number:02}" for number in range(size)]
    assert set(scores(graded).values()) == {"32"}
    assert len(list((out / FEEDBACK).iterdir())) == 2 * size
    assert not list(out.rglob(".*.part"))
    is_whole(out)


def test_two_graders_of_one_folder_mark_everything_once(tmp_path: Path) -> None:
    needs_bubblewrap()
    handed_in, out = slow_class(tmp_path / "handed_in", 4), tmp_path / "out"
    with started(handed_in, out, "--jobs", 1) as one, started(handed_in, out, "--jobs", 1) as other:
        told = [process.communicate()[1] for process in (one, other)]
    assert (one.returncode, other.returncode) == (0, 0), told
    assert sorted(to_mark(Graded(out, 0, text, 0)) for text in told) == [0, 4]
    assert len(stored(out)) == 4
    assert "".join(told).count("another grader is at work in this folder") <= 1


@pytest.mark.parametrize("number", [0, 2])
def test_an_interrupt_keeps_what_is_marked_and_says_so_in_a_line(number: int, tmp_path: Path) -> None:
    needs_bubblewrap()
    handed_in, out = slow_class(tmp_path / "handed_in", 8), tmp_path / "out"
    with started(handed_in, out, "--jobs", 2) as process:
        told = stream(process.stderr).readline()
        assert told == "8 in the class, 8 to mark\n"
        wait_until_stored(out, number, process)
        others = family(process)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        output, errors = process.communicate()
    assert survivors(others) == []
    kept = len(stored(out))
    assert (process.returncode, output) == (130, "")
    assert errors.count("\n") == 1, errors
    assert "of 8 are marked and kept; the same command goes on from there" in errors
    assert abs(int(errors.split()[2]) - kept) <= 2, "what was just being stored may not have been counted"
    graded = grade(handed_in, out, "--jobs", 2)
    assert (graded.status, to_mark(graded)) == (0, 8 - kept)
    assert len(stored(out)) == 8


def workers(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Return the processes of a grader that mark."""
    children = psutil.Process(process.pid).children()
    return [child for child in children if "multiprocessing.spawn" in " ".join(child.cmdline())]


def test_a_worker_that_is_killed_costs_nobody_anything(tmp_path: Path) -> None:
    needs_bubblewrap()
    handed_in, out = slow_class(tmp_path / "handed_in", 8), tmp_path / "out"
    with started(handed_in, out, "--jobs", 2) as process:
        wait_until_stored(out, 2, process)
        workers(process)[0].kill()
        told = process.communicate()
    assert process.returncode == 0, told
    assert len(stored(out)) == 8
    assert set(scores(Graded(out, 0, "", 0)).values()) == {"32"}


def test_what_kills_every_worker_is_told_and_the_others_are_marked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_posix()
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    handed_in, out = class_of(tmp_path / "handed_in", 5), tmp_path / "out"
    planted(handed_in, {"killer/lab.py": "import os\nos.kill(os.getppid(), 9)\n"})
    with started(handed_in, out, "--jobs", 2, "--sandbox", "none") as process:
        told = process.communicate()
    assert process.returncode == 1, told
    rows = Graded(out, 1, "", 0).rows()
    assert (rows["killer"]["status"], rows["killer"]["score"]) == ("sandbox", "0")
    assert {row["status"] for student, row in rows.items() if student != "killer"} == {"ok"}
    assert "three times" in (out / "results.jsonl").read_text(encoding="utf-8")
    assert (out / FEEDBACK / "killer.html").exists()


def test_a_correction_waits_for_the_grader_of_the_folder(tmp_path: Path) -> None:
    needs_posix()
    out = tmp_path / "out"
    grade(class_of(tmp_path / "handed_in", 1), out, "--sandbox", "none")
    words = ["regrade", str(out), "s00", "--set", "delta1=wrong", "--note", "x", "--by", "Ada"]
    with grader("locked", out) as first:
        assert stream(first.stdout).readline() == "grading\n"
        with subprocess.Popen(
            [sys.executable, "-m", "backprop_lab", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as second:
            assert stream(second.stderr).readline().startswith("another grader is at work in this folder")
            assert scores(Graded(out, 0, "", 0)) == {"s00": "32"}
            first.kill()
            assert second.communicate() == ("s00: 30 of 32 points\n", "")
    assert scores(Graded(out, 0, "", 0)) == {"s00": "30"}


def shell(script: str, folder: Path, environment: dict[str, str]) -> list[str]:
    """Return the lines of what a script says that may mount file systems, in a folder."""
    needs(own_mounts(), "unshare cannot mount file systems")
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script],
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout.splitlines()


GRADE = f"{sys.executable} -m backprop_lab grade {TASK} handed_in --out out --jobs 1 --sandbox none"
ENVIRONMENT = {"PYTHONPATH": str(Path(__file__).parent.parent.parent)}


def test_a_full_disk_is_told_in_a_line_and_nothing_is_lost(tmp_path: Path) -> None:
    needs_posix()
    class_of(tmp_path / "handed_in", 8)
    script = f"""
        mkdir out && mount -t tmpfs -o size=1m none out && head -c 800000 /dev/zero >out/filler
        {GRADE} 2>told; echo "status $?"; tail -n +2 told; rm out/filler; cp -r out first
        {GRADE} >told 2>&1; echo "status $?"; cp -r out second
    """
    first, complaint, second = shell(script, tmp_path, ENVIRONMENT)
    assert (first, second) == ("status 2", "status 0")
    assert "full" in complaint or "No space left on device" in complaint, complaint
    is_whole(tmp_path / "first")
    kept = stored(tmp_path / "first")
    assert len(kept) < 8
    graded = Graded(tmp_path / "second", 0, (tmp_path / "told").read_text(), 0)
    assert to_mark(graded) == 8 - len(kept)
    assert set(scores(graded).values()) == {"32"}
    assert stored(graded.out) == sorted(graded.rows())
    is_whole(graded.out)


def test_a_folder_that_cannot_be_written_is_told_in_a_line(tmp_path: Path) -> None:
    needs_posix()
    class_of(tmp_path / "handed_in", 1)
    (tmp_path / "out").mkdir()
    script = f"mount --bind out out && mount -o remount,bind,ro out && {GRADE}; echo $?"
    complaint, status = shell(script, tmp_path, ENVIRONMENT)
    assert status == "2"
    assert complaint.startswith("backprop-lab: out: cannot be graded into: Read-only file system")


def test_what_is_there_stays_where_it_cannot_be_written(tmp_path: Path) -> None:
    needs_posix()
    planted(class_of(tmp_path / "handed_in", 1), {"late/lab.py": RIGHT})
    grade(tmp_path / "handed_in", tmp_path / "out", "--sandbox", "none")
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    planted(tmp_path / "handed_in", {"more/lab.py": RIGHT})
    script = f"mount --bind out out && mount -o remount,bind,ro out && {GRADE}; echo $?"
    complaint, status = shell(script, tmp_path, ENVIRONMENT)
    assert (status, complaint.startswith("backprop-lab: out")) == ("2", True), complaint
    assert {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()} == before
