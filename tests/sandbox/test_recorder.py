"""The recorder sees what a program assigns, returns, prints and changes in place, in order and under its name."""

from __future__ import annotations

import pytest

from backprop_lab.sandbox.runner import record
from tests.needs import needs_posix, needs_torch
from tests.sandbox.recorded import notebook, run, seen, stated, values


@pytest.fixture(autouse=True)
def _posix() -> None:
    needs_posix()


@pytest.mark.parametrize(
    ("text", "name", "numbers"),
    [
        ("w = 0.3 * 2", "w", [(0.6,)]),
        ("w = v = 0.5", "v", [(0.5,)]),
        ("w: float = 0.5", "w", [(0.5,)]),
        ("w = 1\nw += 0.5", "w", [(1.0,), (1.5,)]),
        ("a, (b, *c) = 1, (2, 3, 4)", "b", [(2.0,)]),
        ("a, (b, *c) = 1, (2, 3, 4)", "c", [(3.0, 4.0)]),
        ("if (n := 0.25) > 0: pass", "n", [(0.25,)]),
        ("print([y := x * 2 for x in (1, 2)])", "y", [(2.0,), (4.0,)]),
        ("for w, b in [(0.1, 0.2), (0.3, 0.4)]: pass", "b", [(0.2,), (0.4,)]),
        ("for i, w in enumerate([0.1, 0.3]): pass", "w", [(0.1,), (0.3,)]),
        ("import contextlib\nwith contextlib.nullcontext(0.7) as w: pass", "w", [(0.7,)]),
        ("w = [0.0, 0.0]\nw[1] = 0.5", "w[1]", [(0.5,)]),
        ("w = [0.0, 0.0]\nw[1] = 0.5", "w", [(0.0, 0.0), (0.0, 0.5)]),
        ("w = [[1.0], [2.0]]\ni = 1\nw[i][0] -= 0.5", "w[i][0]", [(1.5,)]),
        ("w = [[1.0], [2.0]]\ni = 1\nw[i][0] -= 0.5", "w[i]", [(1.5,)]),
        ("w = [[1.0], [2.0]]\ni = 1\nw[i][0] -= 0.5", "w", [(1.0, 2.0), (1.0, 1.5)]),
        ("cache = {}\ncache['Z1'] = 0.5", "cache['Z1']", [(0.5,)]),
        ("grads = {'dW': [0.1, 0.2], 'db': 0.3}", "grads['dW']", [(0.1, 0.2)]),
        ("grads = dict(dW=[0.1, 0.2], db=0.3)", "grads['db']", [(0.3,)]),
        ("layers = [[0.1], [0.2, 0.3]]", "layers[1]", [(0.2, 0.3)]),
        ("pair = (0.1, [0.2, 0.3])", "pair[1]", [(0.2, 0.3)]),
        ("cache = {('z', 1): [0.5], 'f': len}", "cache['z', 1]", [(0.5,)]),
        ("W = {(1, 2): 0.5}\nnew = {k: W[k] - 0.25 for k in W}", "new[1, 2]", [(0.25,)]),
        ("from collections import deque\nh = deque([[0.5, 1]])", "h[0]", [(0.5, 1.0)]),
        ("from types import SimpleNamespace\np = SimpleNamespace(W=[0.5, 1])", "p.W", [(0.5, 1.0)]),
        ("from dataclasses import dataclass\n@dataclass(slots=True)\nclass A:\n    W: float\na = A(0.5)",
         "a.W", [(0.5,)]),
        ("W = [[1, 2], [3, 4]]", "W", [(1.0, 2.0, 3.0, 4.0)]),
        ("def f(z):\n    return z / 2\nf(3)", "z", [(3.0,)]),
        ("def f(z):\n    return z / 2\nf(3)", "f()", [(1.5,)]),
        ("def f(z):\n    return z / 2, {'a': z}\nf(3)", "f()[1]['a']", [(3.0,)]),
        ("def main():\n    h = 0.5\nmain()", "h", [(0.5,)]),
        ("def main():\n    global h\n    h = 0.5\nmain()", "h", [(0.5,)]),
        ("class A:\n    rate = 0.5", "rate", [(0.5,)]),
        ("class A:\n    def __init__(self, W):\n        self.W = W\nA(0.5)", "self.W", [(0.5,)]),
        ("class A:\n    def __init__(self):\n        self.__w = 0.5\nA()", "self.__w", [(0.5,)]),
        ("class A:\n    def __init__(self):\n        self.b = [0.5]\na = A()", "a.b", [(0.5,)]),
        ("h = []\nh.append(0.5 * 3)", "h[-1]", [(1.5,)]),
        ("h = []\nfor z in (1, 2): h.append(z)", "h", [(1.0,), (1.0, 2.0)]),
        ("y = 0.5\nprint('loss', (y - 1) ** 2)", "(y - 1) ** 2", [(0.25,)]),
        ("y = 0.5\nprint(f'loss {(y - 1) ** 2:.3f}')", "(y - 1) ** 2", [(0.25,)]),
        ("y = 0.5\nprint('loss %.3f' % (y - 1))", "y - 1", [(-0.5,)]),
        ("y = 0.5\nprint('loss {:.3f}'.format(y - 1))", "y - 1", [(-0.5,)]),
        ("y = 0.5\nprint('loss ' + str(round(y - 1, 2)))", "y - 1", [(-0.5,)]),
        ("y = 0.5\nprint('loss {z:.3f}'.format(z=y - 1))", "y - 1", [(-0.5,)]),
        ("y = 0.5\ns = f'loss {y - 1:.3f}'", "y - 1", [(-0.5,)]),
        ("y = 0.5\ny * 3", "y * 3", [(1.5,)]),
        ("f = lambda z: z * 2\ny = f(0.5)", "f()", [(1.0,)]),
        ("d = {'f': lambda z: z * 2}\ny = d['f'](0.5)", "d['f']()", [(1.0,)]),
        ("y = list(map(lambda z: z * 2, [1, 2]))", "lambda()", [(2.0,), (4.0,)]),
        ("d = {}\nfor k in (1, 2): d[f'z{k}'] = k * 2", "d['z2']", [(4.0,)]),
        ("d = {}\nfor k in (1, 2): d['z' + str(k)] = k * 2", "d['z1']", [(2.0,)]),
        ("d = {'a': 1, 'b': 2}\nfor k in d: d[k] = d[k] - 0.5", "d['b']", [(2.0,), (1.5,)]),
        ("z = [None] * 2\nfor k in (0, 1): z[k] = [k * 2] * (k + 1)", "z[1]", [(2.0, 2.0)]),
        ("class A: pass\na = A()\na.c = {}\na.c[str(1)] = [0.5]", "a.c['1']", [(0.5,)]),
        ("globals()['z1'] = 0.5 * 2", "globals()['z1']", [(1.0,)]),
        ("import numpy as np\nW = np.zeros(3)\nW[[0, 1]] -= 0.5", "W", [(0.0, 0.0, 0.0), (-0.5, -0.5, 0.0)]),
        ("import numpy as np\nW = np.zeros(2)\nW[list(range(1))] = 0.5", "W", [(0.0, 0.0), (0.5, 0.0)]),
        ("import numpy as np\na = np.zeros(2)\nnp.maximum(a, 0.5, out=a)", "a", [(0.0, 0.0), (0.5, 0.5)]),
        ("import numpy as np\nd = {'a': np.zeros(2)}\nnp.add(0.5, 1, out=d['a'])", "d['a']",
         [(0.0, 0.0), (1.5, 1.5)]),
        ("def change(w): w[0] = 5\nv = [1]\nchange(v)", "v", [(1.0,), (5.0,)]),
        ("a = b = [1]\ndef f(): b[0] = 2\nf()", "a", [(1.0,), (2.0,)]),
    ],
)  # fmt: skip
def test_each_form_of_assignment_is_seen(text: str, name: str, numbers: list[tuple[float, ...]]) -> None:
    assert values(run(text), name) == numbers


@pytest.mark.parametrize(
    ("value", "shape", "numbers"),
    [
        ("np.array([[1, 0, 1]])", (1, 3), (1.0, 0.0, 1.0)),
        ("np.array([0.5]) * 3", (1,), (1.5,)),
        ("np.matrix('1 2; 3 4')", (2, 2), (1.0, 2.0, 3.0, 4.0)),
        ("np.array([F(1, 2), F(1, 4)], dtype=object)", (2,), (0.5, 0.25)),
        ("np.array([[.5, np.nan]])", (1, 2), (0.5, None)),
        ("np.float64(0.5)", (), (0.5,)),
        ("np.int64(5)", (), (5.0,)),
        ("F(2, 25)", (), (0.08,)),
        ("D('0.08')", (), (0.08,)),
        ("[F(1, 2), 3]", (2,), (0.5, 3.0)),
        ("[np.float64(0.5), 1]", (2,), (0.5, 1.0)),
        ("10 ** 400", (), (None,)),
        ("float('nan')", (), (None,)),
    ],
)
def test_each_kind_of_number_is_read(value: str, shape: tuple[int, ...], numbers: tuple[float | None, ...]) -> None:
    text = f"import numpy as np\nfrom fractions import Fraction as F\nfrom decimal import Decimal as D\nw = {value}"
    (entry,) = seen(run(text), "w")
    assert (entry.shape, entry.numbers) == (shape, numbers)


@pytest.mark.parametrize("value", ["True", "np.array([True])", "1j", "'0.5'", "None", "np.array([])", "[]", "len"])
def test_what_is_no_number_is_not_seen(value: str) -> None:
    assert not seen(run(f"import numpy as np\nw = {value}"), "w")


def test_parts_of_a_value_that_are_not_read_are_counted() -> None:
    recording = run("w = {k: str(k) for k in range(300)}")
    assert (recording.seen, recording.dropped) == ((), 1)


@pytest.mark.parametrize("value", ["[[1.0]] + [[True]] * 10**7", "[[[[[True] * 300] * 300] * 300] * 300] * 300"])
def test_a_value_of_very_many_parts_holds_nothing_up(value: str) -> None:
    recording = run(f"w = {value}\nfor k in range(16): v = w\nz = 0.5")
    assert values(recording, "z") == [(0.5,)]


def test_single_precision_is_told() -> None:
    (entry,) = seen(run("import numpy as np\nw = np.float32(0.1) * np.ones(2, dtype=np.float32)"), "w")
    assert entry.single


def test_observations_come_in_order_with_line_visit_and_cell() -> None:
    recording = record(notebook("w = 0.5\n\nw = w / 2", "for x in (1, 2):\n    y = w * x"))
    places = [(entry.where.name, entry.where.line, entry.where.cell, entry.visit) for entry in recording.seen]
    assert places == [
        ("w", 1, 1, 1), ("w", 3, 1, 1), ("x", 1, 2, 1), ("y", 2, 2, 1), ("x", 1, 2, 2), ("y", 2, 2, 2),
    ]  # fmt: skip


def test_site_and_visit_tell_every_observation_from_all_others() -> None:
    recording = run("for k in (1, 2):\n    d = {'a': k, 'b': [k, [k, k]]}\n    e, f = k, d\nd['a'] = 7")
    keys = [(entry.site, entry.visit) for entry in recording.seen]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("value", "typed"),
    [
        ("0.5", True), ("-0.5", True), ("2/25", True), ("[0.1, -0.2]", True), ("np.array([[1, 0]])", True),
        ("np.array([1, 0]).reshape(2, 1)", True), ("np.array([[1, 0]], dtype=np.float64).T", True),
        ("F(2, 25)", True), ("D('0.1')", True),
        ("0.5 * 0.2", False), ("np.array([1, 0]) * 2", False), ("v", False), ("[0.1, v]", False),
        ("max(0, 1)", False),
    ],
)  # fmt: skip
def test_a_value_written_down_is_told_from_one_calculated(value: str, typed: bool) -> None:
    text = "import numpy as np\nfrom fractions import Fraction as F\nfrom decimal import Decimal as D\nv = 0.5\n"
    (entry,) = seen(run(f"{text}w = {value}"), "w")
    assert entry.typed is typed


def test_of_a_dict_only_what_is_written_down_is_typed_in() -> None:
    recording = run("v = 0.5\nd = {'a': 0.1, 'b': v * 2}")
    assert [entry.typed for entry in recording.seen] == [True, True, False]


@pytest.mark.parametrize(
    ("text", "name", "typed"),
    [
        ("a, *b, c = 0.1, 0.2, 0.3, v * 2", "a", True),
        ("a, *b, c = 0.1, 0.2, 0.3, v * 2", "c", False),
        ("a, *b, c = 0.1, v, 0.3, 0.4", "c", True),
        ("a, *b, c = 0.1, v, 0.3, 0.4", "b", False),
        ("a, *b = 0.1, 0.2, 0.3", "b", True),
        ("a, b = [*[v], 0.3]", "a", False),
        ("*a, b = 0.1, *[v, v], v", "b", False),
        ("d = {('z', 1): 0.1, ('z', 2): v}", "d['z', 1]", True),
        ("d = {('z', 1): 0.1, ('z', 2): v}", "d['z', 2]", False),
        ("d = {}\nd['z' + str(1)] = 0.1", "d['z1']", True),
        ("d = {}\nd['z' + str(1)] = v * 2", "d['z1']", False),
    ],
)
def test_typed_in_goes_with_the_member_that_is(text: str, name: str, typed: bool) -> None:
    (entry,) = seen(run(f"v = 0.5\n{text}"), name)
    assert entry.typed is typed


def test_gradients_are_seen_after_backward_and_parameters_after_a_step() -> None:
    needs_torch()
    recording = run("""
        import torch
        w = torch.tensor([[0.5], [1.0]], requires_grad=True)
        x = torch.tensor([[1.0, 2.0]])
        loss = (x @ w).sum()
        loss.backward()
        with torch.no_grad():
            w -= 0.1 * w.grad
        w.grad.zero_()
    """)
    assert values(recording, "w.grad") == [(1.0, 2.0), (0.0, 0.0)]
    assert [tuple(round(entry or 0, 6) for entry in numbers) for numbers in values(recording, "w")][-1] == (0.4, 0.8)
    assert all(entry.single for entry in seen(recording, "w"))
    assert values(recording, "loss") == [(2.5,)]


def test_the_parameters_of_modules_are_seen_as_they_change() -> None:
    needs_torch()
    recording = run("""
        import torch, torch.nn as nn
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc1 = nn.Linear(2, 1)
            def forward(self, x):
                return self.fc1(x)
        net = Net()
        with torch.no_grad():
            net.fc1.weight.copy_(torch.tensor([[0.5, 0.25]]))
            net.fc1.bias.fill_(0.125)
        optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
        y = net(torch.tensor([[1.0, 2.0]]))
        y.sum().backward()
        optimizer.step()
    """)
    assert values(recording, "net.fc1.weight")[1:] == [(0.5, 0.25), (0.0, -0.75)]
    assert values(recording, "net.fc1.bias")[-2:] == [(0.125,), (-0.375,)]
    assert values(recording, "net.fc1.weight.grad") == [(1.0, 2.0)]
    assert values(recording, "y") == [(1.125,)]


def test_parameters_go_by_the_names_of_their_module() -> None:
    needs_torch()
    recording = run("""
        import torch, torch.nn as nn
        dtype = torch.float64
        net = nn.Sequential(nn.Linear(1, 1, dtype=dtype), nn.Linear(70, 70))
        for p in net.parameters(): pass
        x = torch.tensor([[0.5]], dtype=dtype)
        net[0].weight.data.fill_(0.25)
        net[0](x).sum().backward()
    """)
    assert values(recording, "net[0].weight")[-1] == (0.25,)
    assert seen(recording, "net[0].weight")[-1].typed
    assert values(recording, "net[0].weight.grad") == [(0.5,)]
    assert seen(recording, "x")[0].typed
    assert recording.dropped > 0


def test_numbers_changed_through_data_are_seen() -> None:
    needs_torch()
    recording = run("""
        import torch
        w = torch.tensor([1.0], requires_grad=True)
        for p in [w]:
            p.data -= 0.5
    """)
    assert values(recording, "w") == [(1.0,), (0.5,)]


def test_numbers_changed_in_place_are_seen_at_the_end() -> None:
    recording = run("import numpy as np\nw = np.zeros(2)\nv = w\ndef f(): v[:] = 1\nf()\nnp.add(w, 1, out=w)")
    assert values(recording, "w") == [(0.0, 0.0), (2.0, 2.0)]
    assert values(recording, "v")[-1] == (2.0, 2.0)


def test_literals_are_those_of_the_text_with_their_signs() -> None:
    recording = run("w = [0.5, -0.25, 0.5]\nif False:\n    v = 3 - 4")
    assert sorted(recording.literals) == [-0.25, 0.5, 3.0, 4.0]


@pytest.mark.parametrize(
    ("text", "constants"),
    [
        ("w = 0.5", {"w": (0.5,)}),
        ("w, b = 0.5, [0.1, 0.2]", {"w": (0.5,), "b": (0.1, 0.2)}),
        ("*w, b = 0.5, len, [0.1, 0.2]", {"*w": (0.5,), "b": (0.1, 0.2)}),
        ("w = {(1, 2): 0.5}", {"w[1, 2]": (0.5,)}),
        ("f = lambda rate=0.5: rate", {"rate": (0.5,)}),
        ("d = {'W1': [[0.1]], 'n': print}", {"d['W1']": (0.1,)}),
        ("d = {'W1': [[0.1]], 'b': 0.2}", {"d['W1']": (0.1,), "d['b']": (0.2,)}),
        ("d = [0.5, len]", {"d[0]": (0.5,)}),
        ("def f(x, rate=0.5): pass", {"rate": (0.5,)}),
        ("def f(): return 0.5\nf()", {"f()": (0.5,)}),
        ("for x in [0.5, 1]: pass", {"x": (0.5, 1.0)}),
        ("def f(x, y): pass\nf([1, 0], y=0.5)", {"argument 1 of f": (1.0, 0.0), "argument y of f": (0.5,)}),
        ("def f(x): pass\nf(3)", {}),
        ("w = 2/25", {"w": (0.08,)}),
        ("x = []\nx.append([1, 0])", {"x[-1]": (1.0, 0.0)}),
        ("import numpy as np\nx = []\nx.append(np.array([1, 0]))", {"x[-1]": (1.0, 0.0)}),
        ("import numpy as np\nprint(np.array([[1, 0]]))", {}),
        ("import numpy as np\nw = np.array([[1, 2]]).T * 0.1", {"w": (0.1, 0.2)}),
        ("import numpy as np\nw = np.array([1.0])\nv = np.dot(w, np.array([0.5]))",
         {"w": (1.0,), "argument 2 of np.dot": (0.5,)}),
        ("a = 1.5\nb = 0.5 * a + (1 - a) ** 2", {"a": (1.5,)}),
        ("import numpy as np\nw = np.zeros((2, 1))\nnp.random.seed(0)\nround(0.25, 1)\nprint(0.5)", {}),
        ("x = [1, 2]\ny = x[1]\nz = x[0] > 0.5", {"x": (1.0, 2.0)}),
    ],
)  # fmt: skip
def test_constants_are_found_where_numbers_are_stated(text: str, constants: dict[str, tuple[float, ...]]) -> None:
    assert stated(run(text)) == constants
