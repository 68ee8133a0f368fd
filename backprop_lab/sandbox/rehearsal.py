"""Record a small program in the process that children are forked from: what it wears in, none of them has to.

Python adapts its code to what passes through it, and NumPy prepares printing when it is first asked to.
"""

from __future__ import annotations

import ast
import os

from .constants import literals
from .expressions import Plan
from .instrument import instrument
from .nodes import walk
from .observer import Observer
from .surroundings import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TIMES = 12
PROGRAM = """\
import numpy as np

x = np.array([1, 0, 1])
w = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
v, bias, rate = [0.5, -0.25], 0.1, 0.01


def relu(z, slope=0.5):
    return np.maximum(0, z) * slope


for step in range(2):
    h = relu(np.dot(x, w) + bias)
    total = sum(v[k] * h[k] for k in range(2))
    w = w - rate * np.outer(x, h * (1 - total))
    v[0] -= rate * total
    print("h:", h, f"{total:.4f}", np.round(w, 4))
"""


def rehearse() -> None:
    """Record the program a few times over, and leave nothing of it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        for _ in range(TIMES):
            recorded(nowhere)
    finally:
        os.close(nowhere)


def recorded(descriptor: int) -> None:
    """Record the program once, with its values going to a descriptor and what it prints nowhere."""
    plan, tree = Plan(), ast.parse(PROGRAM)
    nodes = walk(tree)
    plan.prepare(tree, nodes)
    literals(nodes)
    code = compile(instrument(tree, plan, None, False, False), "rehearsal", "exec", dont_inherit=True)
    names: dict[str, Any] = {**BUILTINS.__dict__, "print": lambda *shown: list(map(str, shown))}
    namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": names}
    observer = Observer(descriptor, plan, {}, 1000, namespace)
    observer.install(names)
    exec(code, namespace)
    observer.finish("ok")
