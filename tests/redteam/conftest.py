"""What the red team runs in: one sandbox for all, and a machine around it that must stay as it is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from backprop_lab.sandbox import open_sandbox
from tests.needs import needs_bubblewrap
from tests.redteam.outside import CANARY, Outside, outside


@pytest.fixture(scope="session")
def grader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    """The grader's machine; opened before the sandbox, which must not hand on any of it."""
    needs_bubblewrap()
    with outside(tmp_path_factory.mktemp("grader")) as machine, pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "BACKPROP_LAB_CANARY", CANARY)
        yield machine


@pytest.fixture(scope="session")
def sandbox(grader: Outside) -> Iterator[Any]:  # noqa: ARG001
    """The sandbox that all attacks share, as the submissions of a class do."""
    with open_sandbox("bubblewrap") as opened:
        yield opened
