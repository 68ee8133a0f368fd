"""Names for files of a student, safe on every system and different for different ids."""

from __future__ import annotations

import re
from hashlib import sha256

from backprop_lab.classroom.names import unaccented

LONGEST = 120

_KEPT = re.compile(r"(?!.*-[0-9a-f]{16}$)[a-z0-9_][a-z0-9._-]*(?<!\.)", re.ASCII)
"""Ids that are their own names. None ends like a digest, so none can be the name of another id."""
_OTHERS = re.compile(r"[^A-Za-z0-9._-]+")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)", re.IGNORECASE)
_DIGITS = 16


def file_name(id: str) -> str:  # noqa: A002 - the student's id
    """Return a readable name for files of a student, without a suffix, of at most 120 ASCII characters.

    Two ids never share a name, also where case is ignored: what is not kept as it is ends in a digest of the id.
    """
    if len(id) <= LONGEST and _KEPT.fullmatch(id) and not _DEVICE.match(id):
        return id
    readable = _OTHERS.sub("_", unaccented(id[:LONGEST])).lstrip(".-")[: LONGEST - _DIGITS - 2]
    if not readable or _DEVICE.match(readable):
        readable = f"_{readable}"
    return f"{readable}-{sha256(id.encode('utf-8', 'surrogatepass')).hexdigest()[:_DIGITS]}"
