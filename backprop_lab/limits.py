"""What a student may hand in, and what a run of a program may take."""

from __future__ import annotations

from math import ceil
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

MIB = 1 << 20


class Bounds(Struct, frozen=True):
    """How many files and folders there may be, and how many bytes they may be in all."""

    entries: int
    size: int


HAND_IN = Bounds(1000, 64 * MIB)
"""What one student may hand in, and what a program may find beside it."""
DEEPEST = 100
"""Folders within each other: making or removing one takes a call, or an open file, for each above it."""


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """`[limits]`: what one run of a program may take; sizes are in bytes.

    `seconds` by the clock, `cpu_seconds` of one process; `memory` is address space of one process (None: no limit),
    `file_size` the largest file and `output` all that is printed; `processes` counts threads too, and
    `observations` are values that are noted.
    """

    seconds: Annotated[float, Meta(gt=0, le=3600)] = 20.0
    cpu_seconds: Annotated[int, Meta(ge=1, le=3600)] = 20
    memory: Annotated[int, Meta(ge=64 * MIB)] | None = 4096 * MIB
    file_size: Annotated[int, Meta(ge=0)] = 64 * MIB
    processes: Annotated[int, Meta(ge=1, le=10_000)] = 64
    output: Annotated[int, Meta(ge=1)] = 64 * MIB
    observations: Annotated[int, Meta(ge=1, le=100_000)] = 6_000

    def lasting(self, seconds: float) -> Limits:
        """Return these limits for runs of so many seconds by the clock, all of which they may compute."""
        return replace(self, seconds=seconds, cpu_seconds=max(self.cpu_seconds, ceil(seconds)))
