"""What a run says of itself while it goes on, and when it is interrupted."""

from __future__ import annotations

from backprop_lab.cli.progress import Progress


def test_an_interrupt_is_told_what_is_kept() -> None:
    progress = Progress()
    assert progress.kept == "what was marked before is kept"
    progress.found(3, 2)
    progress.marked(1)
    assert progress.kept == "1 of 2 are marked and kept"
    progress.marked(1)
    assert progress.kept == "all are marked and kept"


def test_a_run_that_has_nothing_to_mark_has_kept_all() -> None:
    progress = Progress()
    progress.found(3, 0)
    assert progress.kept == "all are marked and kept"
