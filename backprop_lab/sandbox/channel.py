"""The way out of a program's process: lines of JSON, made without anything that the program could replace."""

from __future__ import annotations

import os
from _thread import allocate_lock, get_ident
from json.encoder import encode_basestring_ascii as quoted
from math import isfinite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_write = os.write
_repr = float.__repr__


def json_text(value: str) -> str:
    """Return a text as JSON, without what UTF-8 cannot say."""
    return quoted(value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8"))


def json_of(value: Any) -> str:
    """Return lists, dictionaries, texts and numbers as JSON; a number that is not finite is null, like all else."""
    kind = type(value)
    if kind is float:
        return _repr(value) if isfinite(value) else "null"
    if kind is str:
        return json_text(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value)
    if kind is list or kind is tuple:
        return f"[{','.join(map(json_of, value))}]"
    if kind is dict:
        return f"{{{','.join([f'{json_text(str(key))}:{json_of(entry)}' for key, entry in value.items()])}}}"
    return "null"


class Channel:
    """Writes lines to a descriptor, until it is silenced: in a child of the program's, and after the last line."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.silent = False
        self.lock, self.writer = allocate_lock(), 0

    def write(self, lines: str) -> None:
        """Write lines to the descriptor, unless this is a child of the program's, or within another writing."""
        me = get_ident()
        if self.silent or self.writer == me:
            return
        with self.lock:
            self.writer = me
            data = lines.encode("ascii")
            try:
                while data:
                    data = data[_write(self.descriptor, data) :]
            finally:
                self.writer = 0

    def end(self, status: str, dropped: int, crash: str) -> None:
        """Write how the program ended; nothing is written after that."""
        self.write(f'["e",{json_text(status)},{dropped},{crash}]\n')
        self.silent = True
