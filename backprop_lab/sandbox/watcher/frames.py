"""Where the program is: its own frames on the stack."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

    from ..crashes import Sources


def frames_of(sources: Sources) -> list[FrameType]:
    """Return the program's own frames, the innermost first."""
    frame: FrameType | None = sys._getframe(1)
    found = []
    while frame is not None:
        if sources.own(frame.f_code.co_filename):
            found.append(frame)
        frame = frame.f_back
    return found


def place_in(sources: Sources) -> tuple[int | None, int | None]:
    """Return the line and the cell at which the program is."""
    for frame in frames_of(sources):
        return frame.f_lineno, sources.cells.get(frame.f_code.co_filename)
    return None, None
