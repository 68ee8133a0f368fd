"""Ten thousand variants of Task 3, drawn until each tells all mistakes, against working as many draws in one call."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_lab.engine.worked import work
from backprop_lab.taskfile import load_task
from backprop_lab.variants import study, variants
from backprop_lab.variants.drawing import deck
from tests.benchmarks.measure import Row, against_floor, in_turns

VARIANTS = 10_000


def rows() -> Iterator[Row]:
    """Time drawing with its study; the floor works the draws that were looked at, given their numbers."""
    task = load_task("lab_task_3")
    keys = [f"id {count}" for count in range(VARIANTS)]
    own = deck(task)
    tried = sum(variant.draws for variant in variants(task, 1, keys))
    givens = own.givens(own.draw(1, keys, 0, -(-tried // VARIANTS)).reshape(-1, len(own.sizes)))
    measured, floor = in_turns(
        lambda: variants(task, 1, keys, study(task)), lambda: work(task.graph, givens), repetitions=5
    )
    name = f"{VARIANTS:,} variants of lab_task_3 drawn, of {tried:,} draws"
    yield against_floor(name, measured, floor, "working these draws", "≤ 5 s")
