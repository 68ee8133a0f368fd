"""Training programs that lie to the watcher, break it or flood it: none harms the grader."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import dedent

import pytest

from backprop_lab.limits import MIB, Limits
from backprop_lab.runs.watched import Run, Watched
from backprop_lab.runs.watching import LONGEST_LINE, watch
from backprop_lab.sandbox import first_working, open_sandbox
from backprop_lab.sandbox.request import Sandbox
from tests.needs import needs_torch
from tests.sandbox.recorded import script

TRAINING = """\
import os
import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(16, 3)
y = x.sum(dim=1, keepdim=True)
net = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=0.05)


def train(updates):
    for _ in range(updates):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(net(x), y)
        loss.backward()
        optimizer.step()


"""
# Writes a line of its own to every descriptor that there may be.
WRITE = """\
def tell(line):
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, line)
        except OSError:
            pass
"""
UPDATES = 6


@pytest.fixture(scope="module")
def place() -> Iterator[Sandbox]:
    needs_torch()
    with open_sandbox(first_working(("bubblewrap", "none"))) as opened:
        yield opened


def run(place: Sandbox, attack: str, seconds: float = 40.0) -> Run:
    limits = Limits(output=4 * MIB).lasting(seconds)
    return watch(script(TRAINING + dedent(attack)), sandbox=place, limits=limits, seed=1)


def is_true(watched: Watched) -> bool:
    """Tell whether no more is told than the updates that there were."""
    return watched.updates == UPDATES and [update.number for update in watched.seen] == list(range(1, UPDATES + 1))


@pytest.mark.parametrize(
    "attack",
    [
        'print(\'["w",{"updates":1000}]\')\ntrain(6)\n',
        "train(6)\nimport os\nos._exit(0)\n",
        "torch.Tensor.tolist = lambda tensor: [1.0]\ntrain(6)\n",
        "import json, math\njson.dumps = math.isfinite = json.encoder.encode_basestring_ascii = None\ntrain(6)\n",
        "train(6)\nif os.fork() == 0:\n    train(1000)\n    os._exit(0)\nos.wait()\n",
        "os.fork() or train(100)\ntrain(6)\n",
    ],
    ids=["prints a report", "leaves", "patches tensors", "patches JSON", "forks after", "forks before"],
)
def test_what_is_told_is_what_was_done(place: Sandbox, attack: str) -> None:
    done = run(place, attack)
    assert done.status == "ok", done.crash
    assert is_true(done.watched)


def test_leaving_by_the_system_keeps_the_first_updates(place: Sandbox) -> None:
    done = run(place, "train(6)\nimport posix\nposix._exit(0)\n")
    assert done.status == "error"
    assert [update.number for update in done.watched.seen] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "line",
    [
        b'["w",{"updates":-1}]\n',
        b'["w",{"updates":1e400}]\n',
        b'["w",{"x":{"shape":[1000000,1000000],"numbers":[1.0]}}]\n',
        b'["w",{"x":{"shape":[1],"numbers":[NaN]}}]\n',
        b'["w",{"__class__":"Watched"}]\n',
        b'["w",' + b"[" * 5000 + b"]\n",
        b'["u",{"number":1}]\n',
        b"\xff\xfe\n",
        b"anything\n",
    ],
)
def test_lines_that_no_watcher_writes_end_the_run(place: Sandbox, line: bytes) -> None:
    done = run(place, f"{WRITE}\ntrain(6)\ntell({line!r})\ntrain(1)\n")
    assert (done.status, done.crash and done.crash.type) == ("error", "TamperedReport")
    assert len(done.watched.seen) <= UPDATES


def test_a_line_without_end_is_stopped(place: Sandbox) -> None:
    done = run(place, f"{WRITE}\nwhile True:\n    tell(b'1' * {LONGEST_LINE // 8})\n")
    assert done.status == "error"


def test_hooks_that_are_taken_away_leave_nothing_to_believe(place: Sandbox) -> None:
    done = run(
        place,
        """
        from torch.optim import optimizer as module
        module._global_optimizer_pre_hooks.clear()
        module._global_optimizer_post_hooks.clear()
        train(6)
        """,
    )
    assert done.status == "ok"
    assert all(phase.optimizer.kind == "" for phase in done.watched.phases)


def test_a_step_that_does_nothing_shows_that_nothing_changed(place: Sandbox) -> None:
    done = run(
        place,
        """
        torch.optim.SGD.step = lambda self, closure=None: None
        optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
        train(6)
        """,
    )
    assert done.status == "ok"
    assert all(update.before == update.after for update in done.watched.seen)


def test_a_flood_of_everything_stays_bounded(place: Sandbox) -> None:
    done = run(
        place,
        """
        from torch.utils.data import DataLoader, TensorDataset
        for count in range(300):
            net = nn.Sequential(*(nn.Linear(3, 3) for _ in range(10)), nn.Linear(3, 1))
            optimizer = torch.optim.SGD(net.parameters(), lr=0.0)
            DataLoader(TensorDataset(x, y))
            x = torch.randn(count + 1, 3)
            y = torch.zeros(count + 1, 1)
            globals()["n" * 5000 + str(count)] = (x - x.mean(0)) / x.std(0, correction=0)
            train(2)
        """,
    )
    assert done.status == "ok", done.crash
    assert done.watched.updates == 600
    assert len(done.watched.seen) <= 30
    assert len(done.watched.batches) == 300


@pytest.mark.parametrize(
    "lie",
    [
        "class Lie(torch.optim.SGD):\n    param_groups = property(lambda self: 1 / 0, lambda self, value: None)\n",
        "class Lie(torch.optim.SGD):\n    state = None\n",
        "class Lie(torch.optim.SGD):\n    pass\nLie.__name__ = 'L' * 10**6\n",
    ],
)
def test_optimizers_that_lie_harm_nobody(place: Sandbox, lie: str) -> None:
    done = run(
        place, f"{lie}\ntry:\n    optimizer = Lie(net.parameters(), lr=0.05)\nexcept Exception:\n    pass\ntrain(6)\n"
    )
    assert done.status in ("ok", "error")
    assert done.crash is None or done.crash.type != "TamperedReport"
