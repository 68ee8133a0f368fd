"""A training program under the watcher, against the same program as `python script.py`: 1000 epochs of a lab."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from backprop_lab.limits import Limits
from backprop_lab.runs.watching import watch
from backprop_lab.sandbox import local
from backprop_lab.submissions.program import Cell, Program
from tests.benchmarks.measure import Row, against_floor, in_turns

ROWS, BATCH, EPOCHS = 200, 8, 1000
DATA = f"""\
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
x = torch.randn({ROWS}, 10)
y = x @ torch.randn(10, 1) + 0.1 * torch.randn({ROWS}, 1)
net = nn.Sequential(nn.Linear(10, 5), nn.Linear(5, 1))
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
"""
LOOPS = {
    "batches by hand": f"""\
for epoch in range({EPOCHS}):
    for start in range(0, len(x), {BATCH}):
        optimizer.zero_grad()
        loss = criterion(net(x[start:start + {BATCH}]), y[start:start + {BATCH}])
        loss.backward()
        optimizer.step()
""",
    "a DataLoader": f"""\
loader = DataLoader(TensorDataset(x, y), batch_size={BATCH}, shuffle=True)
for epoch in range({EPOCHS}):
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = criterion(net(xb), yb)
        loss.backward()
        optimizer.step()
""",
    "a loss by hand": f"""\
for epoch in range({EPOCHS}):
    for start in range(0, len(x), {BATCH}):
        xb, yb = x[start:start + {BATCH}], y[start:start + {BATCH}]
        loss = ((net(xb) - yb) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
""",
}


def rows() -> Iterator[Row]:
    """Time `watch` and the bare script in the same environment, by the processor time of their processes."""
    with TemporaryDirectory() as folder, TemporaryDirectory() as compiled:
        os.environ["PYTHONPYCACHEPREFIX"] = compiled
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        for name, loop in LOOPS.items():
            measured, floor = _in_turns(Path(folder, "lab.py"), DATA + loop)
            yield against_floor(f"watcher, {EPOCHS} epochs, {name}", measured, floor, "`python script.py`", "≤ 1.3×")


def _in_turns(path: Path, text: str) -> tuple[float, float]:
    """Return the seconds that a script takes under the watcher and by itself; all its updates must have been seen."""
    path.write_text(text, "utf-8")
    watched = partial(
        watch, Program((Cell(text),), path.name), sandbox=local.Local(), limits=Limits().lasting(600), seed=1
    )
    run = watched()
    assert run.status == "ok"
    assert (run.watched.updates, run.watched.rows) == (EPOCHS * ROWS // BATCH, ROWS)
    environment = {name: os.environ[name] for name in local.KEPT if name in os.environ} | local.SET
    bare = partial(subprocess.run, [sys.executable, str(path)], env=environment, cwd=path.parent, check=True)
    measured, floor = in_turns(watched, bare, repetitions=5, clock=_children)
    return measured, floor


def _children() -> float:
    """Return the processor time that processes which have ended have taken, and this one."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
