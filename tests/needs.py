"""What a test needs of the machine: where it is missing the test is skipped, but under CI on Linux it fails."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec

import pytest


def needs(there: bool, missing: str) -> None:
    """Skip the running test if something is not there; fail where CI is set, on Linux, for there it always is."""
    if there:
        return
    if os.environ.get("CI") and sys.platform == "linux":
        pytest.fail(f"{missing}, and CI needs it")
    pytest.skip(missing)


def needs_torch() -> None:
    """Skip or fail the running test without PyTorch."""
    needs(find_spec("torch") is not None, "PyTorch is not installed")


def needs_posix() -> None:
    """Skip or fail the running test without POSIX: its shell, permissions, links and devices."""
    needs(os.name == "posix", "this is not a POSIX system")
