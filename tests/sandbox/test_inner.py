"""What is calculated inside of a larger expression is seen for a few visits, and the program runs as it would."""

from __future__ import annotations

import pytest

from backprop_lab.limits import Limits
from backprop_lab.marking.observations import Recording
from tests.needs import needs_posix
from tests.sandbox.recorded import run, values


@pytest.fixture(autouse=True)
def _posix() -> None:
    needs_posix()


START = "import numpy as np\nx = np.array([0.5, 1.0])\nb = np.array([0.25, 1.0])\n"


def inner(recording: Recording) -> dict[str, tuple[float | None, ...]]:
    """Return the last numbers that were seen of each inner expression."""
    return {entry.where.name: entry.numbers for entry in recording.seen if entry.inner}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("h = np.maximum(0, x * 2 + b)", {"x * 2": (1.0, 2.0), "x * 2 + b": (1.25, 3.0)}),
        ("h = [np.maximum(0, x * 2), b]", {"x * 2": (1.0, 2.0)}),
        ("h = {'a': np.maximum(0, x * 2), 'b': x + b}", {"x * 2": (1.0, 2.0)}),
        ("h: object = np.clip(x * 2, a_min=0, a_max=b * 4)", {"x * 2": (1.0, 2.0), "b * 4": (1.0, 4.0)}),
        ("h = 0\nh += np.abs(x * 2)", {"x * 2": (1.0, 2.0)}),
        ("def f(z):\n    return np.maximum(0, z * 2)\nf(x)", {"z * 2": (1.0, 2.0)}),
        ("h = []\nh.append(np.maximum(0, x * 2))", {"np.maximum(0, x * 2)": (1.0, 2.0), "x * 2": (1.0, 2.0)}),
        ("h = np.sum(x * 2)", {"x * 2": (1.0, 2.0)}),
        ("h = max(0, 0.5 * 3)", {}),
        ("h = x * 2", {}),
        ("print(np.maximum(0, x))", {}),
        ("h = (lambda z: np.maximum(0, z * 2))(x)", {}),
        ("h = [np.maximum(0, z * 2) for z in (x, b)]", {}),
        ("h = sum(np.max(z * 2) for z in (x, b))", {}),
    ],
)
def test_arrays_inside_of_an_expression_are_seen(text: str, found: dict[str, tuple[float, ...]]) -> None:
    assert inner(run(START + text)) == found


def test_what_is_inside_is_seen_before_the_whole_and_marked_as_such() -> None:
    recording = run(START + "h = np.maximum(0, x * 2 + b)")
    names = [(entry.where.name, entry.where.line, entry.inner) for entry in recording.seen[2:]]
    assert names == [("x * 2", 4, True), ("x * 2 + b", 4, True), ("h", 4, False)]


def test_in_a_loop_the_first_visits_are_seen_and_the_loop_goes_on() -> None:
    recording = run(START + "t = x * 0\nfor k in range(1000): t = np.add(t, x * k)")
    visits = [entry.visit for entry in recording.seen if entry.where.name == "x * k"]
    assert visits == [*range(1, 17)]
    assert values(recording, "t")[-1] == (249750.0, 499500.0)


def test_a_statement_that_is_left_halfway_is_seen_no_more_often() -> None:
    recording = run(f"""{START}
def fail(z, k):
    if k % 2: raise ValueError
    return z
n = 0
for k in range(100):
    try: h = np.add(fail(x * k, k), b * k)
    except ValueError: n += 1
""")
    assert len(values(recording, "x * k")) == 16
    assert len(values(recording, "b * k")) == 8
    assert values(recording, "n")[-1] == (50.0,)


def test_what_is_inside_takes_no_more_than_half_of_the_room() -> None:
    recording = run(START + "for k in range(9): h = np.add(x * k, b * k)\nz = 0.5", limits=Limits(observations=24))
    assert sum(entry.inner for entry in recording.seen) <= 12
    assert values(recording, "z") == [(0.5,)]


CALLS = """
import asyncio
import sys

log = []

def s(k):
    log.append(k)
    return x * k

async def later(k):
    return s(k)

def here():
    return sys._getframe(1).f_lineno

def taking():
    first = np.add((yield x * 2), (yield x * 3))
    return first

async def waiting():
    h = np.add(await later(1) * 2, await later(2))
    return np.sum(h + await later(3))

def counted():
    n = 0
    def more():
        nonlocal n
        n = np.sum(x * 2) + n
    more(), more()
    return n

def again(n):
    return np.add(x * n, again(n - 1)) if n else x

class Layer:
    z = np.add(x * 2, 1)
    def f(self):
        return np.add(super().__init__() or x * 2, 1)
"""


@pytest.mark.parametrize(
    "text",
    [
        "h = np.add(s(1) + s(2), s(3) * s(4))\nw = log == [1, 2, 3, 4]",
        "h = {s(1).sum(): s(2).sum(), **dict(a=s(3).sum())}\nw = log == [1, 2, 3]",
        "d = {}\nd[s(2).sum()] = np.add(s(1), 1)\nw = log == [1, 2]",
        "h = np.add((z := x * 2), z)\nw = bool((h == x * 4).all())",
        "h = 0 and np.add(s(1), s(2))\nw = log == []",
        "h = np.add(s(1), 1) if len(x) else np.add(s(2), 1)\nw = log == [1]",
        "h = 0 < s(1).sum() < -s(2).sum() < s(3).sum()\nw = log == [1, 2]",
        "i = taking()\na, c = next(i), i.send(1)\ntry: i.send(2)\nexcept StopIteration as e: w = e.value == 3",
        "i = taking()\na, c = next(i), i.send(1)\nw = (a[0], c[0]) == (1, 1.5)",
        "r = asyncio.run(waiting())\nw = log == [1, 2, 3] and r == 10.5",
        "w = Layer().f()[0] == Layer.z[0] == 2",
        "w = counted() == 6",
        "w = again(30)[0] == 233",
        "try: h = np.add(x * 2, 1 / 0)\nexcept Exception as e: w = e.__traceback__.tb_lineno == here() - 1",
    ],
)  # fmt: skip
def test_a_program_with_inner_expressions_runs_as_it_would(text: str) -> None:
    run(f"{START}{CALLS}\n{text}\nif not w: raise ValueError")
