"""Huge pages for a process that forks: what lay in its memory is the same afterwards, also for a child."""

from __future__ import annotations

import sys

import pytest


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the system's way to gather pages is Linux's")
def test_what_is_gathered_in_huge_pages_is_what_it_was() -> None:
    from backprop_lab.sandbox.hugepages import HUGE, gather

    memory = bytearray(8 * HUGE)
    for place in range(0, len(memory), 4096):
        memory[place] = place // 4096 % 251
    before = bytes(memory)
    gather()
    assert memory == before
