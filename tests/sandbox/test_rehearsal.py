"""What a warm parent rehearses: nothing of it is left for a program to find."""

from __future__ import annotations

from backprop_lab.sandbox.rehearsal import rehearse
from backprop_lab.sandbox.surroundings import BUILTINS


def test_a_rehearsal_leaves_no_hooks_among_the_builtins() -> None:
    names = dict(BUILTINS.__dict__)
    rehearse()
    assert names == BUILTINS.__dict__
