"""Measure runs in turns, so that a noisy machine is as noisy for one as for the other."""

from __future__ import annotations

import gc
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import process_time

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
        floor = f"{readable(self.floor)}: {self.floor_is}"
        return self.benchmark, readable(self.measured), floor, f"{self.ratio:.2f}×", self.asked


def against_floor(benchmark: str, measured: float, floor: float, floor_is: str, asked: str) -> Row:
    """Return the row of a benchmark that takes that many times as long as its floor."""
    return Row(benchmark, measured, floor, floor_is, measured / floor, asked)


def in_turns(
    *runs: Run, repetitions: int, clock: Callable[[], float] = process_time, before: Run = lambda: None
) -> tuple[float, ...]:
    """Return the median seconds of each run, A B A B … after one round to warm up.

    The clock counts processor time: while others use the processor too, a long run is interrupted and a short one
    is not, which would distort their ratio. `before` goes before every single run, untimed. Garbage is collected
    as usual, but not among the objects that were there before: those of other benchmarks would count here.
    """
    for run in runs:
        before()
        run()
    seconds: tuple[list[float], ...] = tuple([] for _ in runs)
    gc.collect()
    gc.freeze()
    for _ in range(repetitions):
        for run, taken in zip(runs, seconds, strict=True):
            before()
            start = clock()
            run()
            taken.append(clock() - start)
    gc.unfreeze()
    return tuple(statistics.median(taken) for taken in seconds)


def forget_what_was_written() -> None:
    """Empty the caches of `writing`: a warm program has its code at hand, not the very same numbers again."""
    for name, module in sys.modules.items():
        if name.startswith("backprop_lab.writing"):
            for function in vars(module).values():
                if hasattr(function, "cache_clear"):
                    function.cache_clear()


def readable(seconds: float) -> str:
    """Return seconds with three digits, in the unit that suits them."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:#.3g}".rstrip(".") + f" {unit}"
    return f"{seconds * 1e6:#.3g}".rstrip(".") + " µs"


def table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a Markdown table, its columns as wide as their widest cell."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines = [heads, tuple("-" * width for width in widths), *rows]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in lines
    )
