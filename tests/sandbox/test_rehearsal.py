"""What a warm parent rehearses: nothing of it is left for a program to find, and nothing stands in a fork's way."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from backprop_lab.sandbox.local import SET
from backprop_lab.sandbox.rehearsal import rehearse
from backprop_lab.sandbox.surroundings import BUILTINS
from tests.needs import needs_torch


def test_a_rehearsal_leaves_no_hooks_among_the_builtins() -> None:
    names = dict(BUILTINS.__dict__)
    rehearse(["numpy"])
    assert names == BUILTINS.__dict__


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="threads are counted in /proc")
@pytest.mark.parametrize("module", ["numpy", "torch"])
def test_a_rehearsal_prints_nothing_and_starts_no_thread(module: str) -> None:
    if module == "torch":
        needs_torch()
    text = (
        "import os; from backprop_lab.sandbox.rehearsal import rehearse; "
        f"rehearse([{module!r}]); print(len(os.listdir('/proc/self/task')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", text], env=os.environ | SET, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("1\n", "")
