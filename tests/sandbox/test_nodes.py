"""Trees of programs: all nodes of one, and copies that are apart from it."""

from __future__ import annotations

import ast

import pytest

from backprop_lab.sandbox.nodes import LEAVES, PLAIN, copied, walk

TEXTS = [
    "a = b + -c * d[1:2, e]",
    "f(*a, b=c, **{**d, 'e': g})",
    "def f(a, /, b=1, *c, d=2, e, **g) -> h:\n    global i\n    return [j async for j in k if l]",
    "@a\nclass B(c, metaclass=d):\n    e: int = 5\n    del f.g",
    "try:\n    import a as b\nexcept* c as d:\n    raise e from f\nelse:\n    pass\nfinally:\n    assert g, h",
    "match a:\n    case [1, *b] | {'c': d, **e} if f:\n        g = (lambda h: i)(j)",
    "match a:\n    case B(c, d=None):\n        (e := f)",
    "with a as b, c:\n    while d:\n        e = f'{g!r:>{h}}' if i else not j < k",
]


@pytest.mark.parametrize("source", TEXTS)
def test_all_nodes_but_operators_are_walked_in_the_order_of_pythons_own_walk(source: str) -> None:
    tree = ast.parse(source)
    small = (ast.operator, ast.unaryop, ast.cmpop, ast.expr_context, ast.alias)
    assert walk(tree) == [node for node in ast.walk(tree) if not isinstance(node, small)]


@pytest.mark.parametrize("source", TEXTS)
def test_a_copy_says_the_same_and_shares_only_leaves(source: str) -> None:
    tree = ast.parse(source)
    copy = copied(tree, {})
    assert ast.dump(copy, include_attributes=True) == ast.dump(tree, include_attributes=True)
    shared = {id(node) for node in walk(tree)} & {id(node) for node in walk(copy)}
    inner = [node for node in walk(tree) if id(node) in shared and not isinstance(node, LEAVES)]
    assert all(set(node._fields) <= PLAIN for node in inner)


def test_what_is_in_two_places_is_copied_once() -> None:
    part = ast.parse("a + b", mode="eval").body
    copy = copied(ast.Tuple([part, part], ast.Load()), {})
    assert copy.elts[0] is copy.elts[1] is not part
