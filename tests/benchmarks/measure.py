"""Measure runs in turns, so that a noisy machine is as noisy for one as for the other."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

Run = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Row:
    """One benchmark: seconds measured, seconds of the floor, how the two compare, and what is asked of that."""

    benchmark: str
    measured: float
    floor: float
    floor_is: str
    ratio: float
    asked: str

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells of this row of the table."""
        floor = f"{readable(self.floor)} {self.floor_is}"
        return self.benchmark, readable(self.measured), floor, f"{self.ratio:.2f}×", self.asked


def against_floor(benchmark: str, measured: float, floor: float, floor_is: str, asked: str) -> Row:
    """Return the row of a benchmark that is as many times slower than its floor."""
    return Row(benchmark, measured, floor, floor_is, measured / floor, asked)


def in_turns(*runs: Run, repetitions: int, before: Run = lambda: None) -> tuple[float, ...]:
    """Return the median seconds of each run: A B A B …; `before` goes before every single one, untimed."""
    for run in runs:
        before()
        run()
    seconds: tuple[list[float], ...] = tuple([] for _ in runs)
    gc.collect()
    for _ in range(repetitions):
        for run, taken in zip(runs, seconds, strict=True):
            before()
            start = perf_counter()
            run()
            taken.append(perf_counter() - start)
    return tuple(statistics.median(taken) for taken in seconds)


def readable(seconds: float) -> str:
    """Return seconds with three digits, in the unit that suits them."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a Markdown table, its columns as wide as their widest cell."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines = [heads, tuple("-" * width for width in widths), *rows]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    )
