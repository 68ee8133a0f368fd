"""The exception that ended a program, as the program's author would see it: only their own lines."""

from __future__ import annotations

import linecache
from os import sep

from .channel import json_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

LONGEST_MESSAGE = 1000
LONGEST_TRACEBACK = 6000


class Sources:
    """The texts of a program's cells, under the names that tracebacks give them."""

    def __init__(self, name: str, folder: str) -> None:
        self.name, self.folder = name, folder
        self.cells: dict[str, int | None] = {}

    def add(self, source: str, number: int | None) -> str:
        """Let tracebacks find the lines of a cell, and return the name of its file."""
        name = self.name if number is None else f"<cell {number}>"
        self.cells[name] = number
        linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name
        return name

    def own(self, filename: str) -> bool:
        """Tell whether a file is the program's own: a cell of it, or a module beside it."""
        return filename in self.cells or filename.rpartition(sep)[0] == self.folder


def message(error: BaseException) -> str:
    """Return what an exception says, if it can."""
    try:
        said = str(error)
    except BaseException:
        return ""
    return said[:LONGEST_MESSAGE] if type(said) is str else ""


def crash(error: BaseException, sources: Sources) -> str:
    """Return type, message, line, cell and traceback of an exception as JSON."""
    line, cell = place(error, error.__traceback__, sources)
    try:
        shown = traceback(error, sources)
    except BaseException:
        shown = f"{type(error).__name__}: {message(error)}\n"
    if len(shown) > LONGEST_TRACEBACK:
        shown = f"{shown[: LONGEST_TRACEBACK // 2]}\n…\n{shown[-LONGEST_TRACEBACK // 2 :]}"
    entries = (
        json_text(type(error).__name__),
        json_text(message(error)),
        str(line or "null"),
        str(cell or "null"),
        json_text(shown),
    )
    return f"[{','.join(entries)}]"


def place(error: BaseException, trace: TracebackType | None, sources: Sources) -> tuple[int | None, int | None]:
    """Return line and cell where an exception was raised, or where the program called what raised it."""
    if isinstance(error, SyntaxError) and error.filename in sources.cells:
        return error.lineno, sources.cells[error.filename]
    found: tuple[int | None, int | None] = None, None
    while trace is not None:
        filename = trace.tb_frame.f_code.co_filename
        if filename in sources.cells:
            found = trace.tb_lineno, sources.cells[filename]
        trace = trace.tb_next
    return found


def traceback(error: BaseException, sources: Sources) -> str:
    """Return the traceback of an exception as Python writes it, without the frames that are not the program's own."""
    from traceback import StackSummary, TracebackException

    report = TracebackException(type(error), error, error.__traceback__, compact=True)
    report.__cause__ = report.__context__ = None
    own = [frame for frame in report.stack if sources.own(frame.filename)]
    report.stack = StackSummary.from_list(own)
    return "".join(report.format()) if own else "".join(report.format_exception_only())
