"""`backprop-lab grade` over a whole class in a process of its own, and what it leaves and takes."""

from __future__ import annotations

import csv
import json
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from backprop_lab import resources
from tests.redteam.attacks import LIMITS


class Graded:
    """A class that has been graded: the command's own words, and the files that it leaves."""

    def __init__(self, out: Path, status: int, told: str, peak: int) -> None:
        self.out, self.status, self.told, self.peak = out, status, told, peak

    def rows(self) -> dict[str, dict[str, str]]:
        """Return the rows of the gradebook's table by the student's id."""
        with (self.out / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
            return {row["id"]: row for row in csv.DictReader(file)}

    def records(self) -> list[dict[str, Any]]:
        """Return the records of all submissions."""
        lines = (self.out / "results.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def integrity(self) -> str:
        """Return what SQLite says of the gradebook."""
        database = sqlite3.connect(self.out / "gradebook.sqlite")
        try:
            return str(database.execute("PRAGMA integrity_check").fetchone()[0])
        finally:
            database.close()

    def texts(self, suffix: str) -> dict[str, str]:
        """Return the text of each file with a suffix."""
        return {str(path): path.read_text(encoding="utf-8") for path in sorted(self.out.rglob(f"*{suffix}"))}


def task_with_limits(folder: Path) -> Path:
    """Write Laboratory Task 3 with the limits of the red team, and return its file."""
    path = folder / "lab_task_3.toml"
    limits = "".join(f"{name} = {value}\n" for name, value in LIMITS.items())
    path.write_text(f"{(resources.folder('tasks') / path.name).read_text(encoding='utf-8')}\n[limits]\n{limits}")
    return path


def grade(task: Path, handed_in: Path, out: Path, *options: str) -> Graded:
    """Grade a class and watch how much memory the grader's own processes take, in bytes."""
    command = [sys.executable, "-m", "backprop_lab", "grade", str(task), str(handed_in), "--out", str(out)]
    with subprocess.Popen(
        [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        peak = 0
        while process.poll() is None:
            peak = max(peak, *map(resident, own_processes(process.pid)), 0)
            time.sleep(0.05)
        assert process.stdout is not None
        return Graded(out, process.returncode, process.stdout.read(), peak)


def own_processes(first: int) -> list[int]:
    """Return a process and its descendants that are in the same process namespace: not those of a sandbox."""
    parents: dict[int, int] = {}
    here = Path("/proc/self/ns/pid").stat().st_ino
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                same = (process / "ns" / "pid").stat().st_ino == here
                fields = (process / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if same:
                parents[int(process.name)] = int(fields[1])
    own = [first]
    for found in own:
        own += [process for process, parent in parents.items() if parent == found]
    return own


def resident(process: int) -> int:
    """Return the largest resident size that a process has had, in bytes; 0 if it is gone."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)
