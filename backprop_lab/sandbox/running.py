"""How the programs of submissions are run."""

from __future__ import annotations

from hashlib import blake2b

from msgspec import Struct

from backprop_lab.limits import Limits
from backprop_lab.sandbox.request import Sandbox
from backprop_lab.sandbox.runner import LOCAL
from backprop_lab.submissions.program import Program


class Running(Struct, frozen=True):
    """How programs are run: where, within which limits, and what is drawn for them is drawn from."""

    sandbox: Sandbox = LOCAL
    limits: Limits = Limits()
    secret: bytes = b""

    def seed(self, program: Program) -> int:
        """Return what is drawn from for a program: the same every time, and known to nobody without the secret."""
        texts = (cell.source.encode("utf-8", "replace") for cell in program.cells)
        return int.from_bytes(blake2b(b"\n".join(texts), digest_size=8, key=self.secret).digest())
