"""Source texts of expressions, as `ast.unparse` has them, of which only the start is needed.

What is common in calculations is written here, and what has been written of a part is not written again for the
whole: a sum of a thousand terms takes no longer than its terms. All else is left to `ast.unparse`.
"""

from __future__ import annotations

import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

LONGEST_NAME = 80
# How tightly operators bind.
TIGHTNESS = {ast.Add: 1, ast.Sub: 1, ast.Mult: 2, ast.Div: 2, ast.MatMult: 2, ast.Pow: 4}
SYMBOLS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.MatMult: "@", ast.Pow: "**"}
SIGN, ATOM = 3, 5


def text(node: ast.AST) -> str:
    """Return an expression as source text, cut at 80 characters."""
    try:
        return written(node)[:LONGEST_NAME]
    except KeyError:
        return ast.unparse(node)[:LONGEST_NAME]


def between_brackets(key: ast.expr) -> str:
    """Return a key as source text, a tuple without its parentheses."""
    return text(key)[1:-1] if isinstance(key, ast.Tuple) else text(key)


def written(node: Any, tightness: int = 0) -> str:
    """Return what an expression is written as within one that binds so tightly, right in its first 80 characters.

    Raises:
        KeyError: there is something in it that is left to `ast.unparse`.
    """
    return WRITERS[type(node)](node, tightness)


def name(node: ast.Name, _: int) -> str:
    """Write a name."""
    return node.id


def constant(node: ast.Constant, tightness: int) -> str:
    """Write a number; a text only where nothing is done with it."""
    if type(node.value) is float and node.value - node.value == 0:
        return float.__repr__(node.value)
    if tightness == ATOM or node.kind or type(node.value) not in (int, str, bool, type(None)):
        raise KeyError(node.value)
    return repr(node.value)


def attribute(node: ast.Attribute, _: int) -> str:
    """Write an attribute."""
    return f"{written(node.value, ATOM)}.{node.attr}"


def members(node: ast.Subscript, _: int) -> str:
    """Write what is chosen of an array."""
    key = node.slice
    several = isinstance(key, ast.Tuple) and len(key.elts) > 1
    chosen = listed(key.elts) if isinstance(key, ast.Tuple) and several else written(key)
    return f"{written(node.value, ATOM)}[{chosen}]"


def bounds(node: ast.Slice, _: int) -> str:
    """Write a slice."""
    ends = [entry and written(entry) for entry in (node.lower, node.upper)]
    return f"{ends[0] or ''}:{ends[1] or ''}" + (f":{written(node.step)}" if node.step else "")


def call(node: ast.Call, _: int) -> str:
    """Write a call."""
    return f"{written(node.func, ATOM)}({listed([*node.args, *node.keywords])})"


def keyword(node: ast.keyword, _: int) -> str:
    """Write a named argument."""
    return f"{node.arg}={written(node.value)}" if node.arg else f"**{written(node.value)}"


def display(node: ast.List, _: int) -> str:
    """Write a list."""
    return f"[{listed(node.elts)}]"


def listed(nodes: list[Any]) -> str:
    """Write several expressions."""
    return ", ".join([written(node) for node in nodes])


def signed(node: ast.UnaryOp, tightness: int) -> str:
    """Write an expression with a sign; how one stands in a power is left to `ast.unparse`."""
    if tightness > SIGN or not isinstance(node.op, ast.USub):
        raise KeyError(type(node.op))
    return f"-{written(node.operand, SIGN)}"


def operation(node: ast.BinOp, tightness: int) -> str:
    """Write an operation, whose own name has been noted if it is part of another one."""
    kind = type(node.op)
    own = TIGHTNESS[kind]
    said = getattr(node, "inner_name", None)
    if said is None:
        left, right = (own + 1, own) if kind is ast.Pow else (own, own + 1)
        said = f"{written(node.left, left)} {SYMBOLS[kind]} {written(node.right, right)}"
    return f"({said})" if tightness > own else said


WRITERS: dict[type, Callable[[Any, int], str]] = {
    ast.Name: name,
    ast.Constant: constant,
    ast.Attribute: attribute,
    ast.Subscript: members,
    ast.Slice: bounds,
    ast.Call: call,
    ast.keyword: keyword,
    ast.List: display,
    ast.UnaryOp: signed,
    ast.BinOp: operation,
}
