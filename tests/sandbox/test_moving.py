"""A constant is moved in its own shape and type, and what is calculated from it moves with it."""

from __future__ import annotations

import pytest

from backprop_lab.marking.observations import Recording
from backprop_lab.sandbox.runner import record
from tests.needs import needs_posix, needs_torch
from tests.sandbox.recorded import move, moved, run, script, seen, stated, values


@pytest.fixture(autouse=True)
def _posix() -> None:
    needs_posix()


IMPORTS = "import numpy as np\nfrom fractions import Fraction\nfrom decimal import Decimal\n"


@pytest.mark.parametrize(
    ("value", "now", "shown"),
    [
        ("1", (0.25,), "0.25"),
        ("-0.5", (0.25,), "0.25"),
        ("[1, 0]", (0.5, 0.25), "[0.5, 0.25]"),
        ("[[1, 0], (2, 3)]", (0.5, 0.25, 1.0, 2.0), "[[0.5, 0.25], (1.0, 2.0)]"),
        ("(1, 0)", (0.5, 0.25), "(0.5, 0.25)"),
        ("np.array([1, 0])", (0.5, 0.25), "array([0.5 , 0.25])"),
        ("np.array([[1], [0]])", (0.5, 0.25), "array([[0.5 ],\n       [0.25]])"),
        ("np.array([1, 0], dtype=np.float32)", (0.5, 0.25), "array([0.5 , 0.25], dtype=float32)"),
        ("np.matrix([[1, 0]])", (0.5, 0.25), "matrix([[0.5 , 0.25]])"),
        ("np.matrix('1 0').T", (0.5, 0.25), "matrix([[0.5 ],\n        [0.25]])"),
        ("np.float32(1)", (0.5,), "np.float32(0.5)"),
        ("np.array([Fraction(1, 3)], dtype=object)", (0.5,), "array([Fraction(1, 2)], dtype=object)"),
        ("Fraction(2, 25)", (0.5,), "Fraction(1, 2)"),
        ("Decimal('0.1')", (0.3,), "Decimal('0.3')"),
        ("[Fraction(1, 2), 1]", (0.25, 0.5), "[Fraction(1, 4), 0.5]"),
    ],
)
def test_a_moved_constant_keeps_shape_and_type(value: str, now: tuple[float, ...], shown: str) -> None:
    text = f"{IMPORTS}w = {value}\nif MOVED and repr(w) != {shown!r}: raise ValueError(repr(w))\nv = w"
    constants = run(text.replace("MOVED", "False")).constants
    recording = run(text.replace("MOVED", "True"), moves=[move(constants[0], *now)])
    assert values(recording, "v") == [now]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("torch.tensor([1, 0])", "tensor([0.5000, 0.2500])"),
        ("torch.tensor([1., 0.], requires_grad=True)", "tensor([0.5000, 0.2500], requires_grad=True)"),
        ("torch.tensor([1., 0.], dtype=torch.float64)", "tensor([0.5000, 0.2500], dtype=torch.float64)"),
        ("torch.FloatTensor([1, 0])", "tensor([0.5000, 0.2500])"),
        ("nn.Parameter(torch.tensor([1., 0.]))",
         "Parameter containing:\ntensor([0.5000, 0.2500], requires_grad=True)"),
    ],
)  # fmt: skip
def test_a_moved_tensor_keeps_type_and_gradient(value: str, shown: str) -> None:
    needs_torch()
    text = f"""
import torch
from torch import nn
w = {value}
if w[0] != 1 and repr(w) != {shown!r}: raise ValueError(repr(w))
v = w
if not v.is_leaf: raise ValueError("it comes from elsewhere")
"""
    assert values(moved(text, "w", 0.5, 0.25), "v") == [(0.5, 0.25)]


def test_an_assertion_passes_where_numbers_are_moved() -> None:
    text = "w = 0.5\nassert w == 0.5\nv = w * 2"
    assert values(moved(text, "w", 0.75), "v") == [(1.5,)]


def persistent(text: str, *now: float) -> Recording:
    """Run a script with its first constant moved, as one that is to come as far as it did."""
    own = run(text)
    return record(script(text), moves=[move(own.constants[0], *now)], like=own)


@pytest.mark.parametrize(
    ("text", "name", "numbers"),
    [
        ("w = 0.5\nv = 1 / (w == 0.5)\ny = w * 2", "y", [(1.5,)]),
        ("w = 0.5\nif w != 0.5: raise SystemExit(1)\ny = w * 2", "y", [(1.5,)]),
        ("w = 0.5\nimport sys\nif w != 0.5: sys.exit()\ny = w * 2", "y", [(1.5,)]),
        ("w = 0.5\nfor k in (1, 2, 3):\n    y = w * k\n    v = 1 / (w == 0.5)\nz = y * 2", "y", [(0.75,)]),
        ("w = 0.5\nfor k in (1, 2, 3):\n    y = w * k\n    v = 1 / (w == 0.5)\nz = y * 2", "z", [(1.5,)]),
        ("w = 0.5\ndef f():\n    y = w * 2\n    return y / (w == 0.5)\nf()\nz = w * 4", "z", [(3.0,)]),
        ("w = 0.5\nv = y = 2\ntry: v = 1 / (w == 0.5)\nexcept ZeroDivisionError: y = w * 2", "y", [(2.0,), (1.5,)]),
        ("'Text.'\nfrom __future__ import annotations\nw = 0.5\ndef f(a: nowhere): return w * 2\ny = f(1)",
         "y", [(1.5,)]),
        ("'Text.'\nw = 0.5\ny = w * len(__doc__)", "y", [(3.75,)]),
        ("from math import hypot\nw = 0.5\ny = hypot(w, 1)", "y", [(1.25,)]),
    ],
)  # fmt: skip
def test_an_exception_in_a_moved_run_ends_only_its_statement(
    text: str, name: str, numbers: list[tuple[float, ...]]
) -> None:
    recording = persistent(text, 0.75)
    assert (recording.status, values(recording, name)) == ("ok", numbers)


def test_a_run_like_one_that_failed_ends_where_it_fails() -> None:
    text = "w = 0.5\nv = 1 / 0\ny = w * 2"
    own = record(script(text))
    other = record(script(text), moves=[move(own.constants[0], 0.75)], like=own)
    assert (other.status, values(other, "w"), values(other, "y")) == ("error", [(0.75,)], [])


def test_a_constant_of_very_many_parts_stays_as_it_is() -> None:
    recording = run("mask = [[[[True] * 300] * 300] * 300] * 300\nw = {'a': [0.5], 'b': ['c'] * 300}")
    assert stated(recording) == {"w['a']": (0.5,)}


def test_what_is_calculated_moves_with_a_constant() -> None:
    text = "x = [1, 2]\nw = 0.5\ny = x[0] * w + x[1]"
    assert values(run(text), "y") == [(2.5,)]
    assert values(moved(text, "w", 0.75), "y") == [(2.75,)]
    assert values(moved(text, "x", 3.0, 4.0), "y") == [(5.5,)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("d = {'w': 0.5, 'f': len}\ny = d['w'] * 2", "d['w']"),
        ("a, w = 3, 0.5\ny = w * 2", "w"),
        ("def f(w=0.5): return w * 2\ny = f()", "w"),
        ("def f(w): return w * 2\ny = f(w=0.5)", "argument w of f"),
        ("def f(w): return w * 2\ny = f(0.5)", "argument 1 of f"),
        ("def f(): return 0.5\ny = f() * 2", "f()"),
        ("d = [[0.5], [0.25, 3]]\ny = d[0][0] * 2", "d[0]"),
        ("class A: w = 0.5\ny = A.w * 2", "w"),
    ],
)
def test_a_constant_is_moved_wherever_it_is_stated(text: str, name: str) -> None:
    assert values(moved(text, name, 0.75), "y") == [(1.5,)]


def test_a_moved_list_is_a_new_one_at_each_visit() -> None:
    text = "def f():\n    w = [1.0, 2.0]\n    w[0] += 1\n    return w\nf()\ny = f()"
    assert values(moved(text, "w", 5.0, 6.0), "y") == [(6.0, 6.0)]


def test_only_the_numbers_that_were_there_are_moved() -> None:
    text = "w = 0.5\ny = w * 2"
    (constant,) = run(text).constants
    wrong = type(constant)(constant.place, constant.leaf, constant.where, (), (0.25,))
    assert values(run(text, moves=[move(wrong, 9.0)]), "y") == [(1.0,)]


def test_sites_visits_and_places_are_the_same_in_both_runs() -> None:
    text = "x = [1, 0]\nd = {'w': [x, 0.5]}\nfor k in x:\n    z = k * d['w'][1]\nrate = 0.1"
    plain, other = run(text), moved(text, "rate", 0.2)
    assert [(entry.site, entry.visit, entry.where) for entry in plain.seen] == [
        (entry.site, entry.visit, entry.where) for entry in other.seen
    ]
    assert [entry.place for entry in plain.constants] == [entry.place for entry in other.constants]


@pytest.mark.parametrize(
    "draw",
    [
        "import random\nw = random.random()",
        "import importlib.util as u\nu.find_spec('numpy.random')\nimport numpy as np\nw = np.random.rand(3)",
        "import numpy as np\nw = np.random.rand(3)",
        "import numpy as np\nw = np.random.default_rng().random(3)",
    ],
)
def test_random_numbers_are_the_same_in_every_run(draw: str) -> None:
    assert values(run(draw), "w") == values(run(draw), "w") != []


def test_random_tensors_are_the_same_in_every_run() -> None:
    needs_torch()
    text = "import torch\nw = torch.randn(3)\nfc = torch.nn.Linear(2, 1)"
    assert seen(run(text), "w") == seen(run(text), "w")
    assert values(run(text), "fc.weight") == values(run(text), "fc.weight") != []
