"""See also what is calculated inside of larger expressions, such as the net input in `h = np.maximum(0, x @ W + b)`.

A statement that has such parts stands twice in a program: with hooks around them, and as it was. Once the hooks have
been visited often enough a name among the builtins turns to the latter, so that a hot loop costs one look at it.
"""

from __future__ import annotations

import ast
from copy import deepcopy

from .constants import OPERATORS
from .expressions import Expressions, call, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

STATEMENTS = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Expr)
DISPLAYS = (ast.Tuple, ast.List, ast.Dict, ast.Starred)
# What is in these is evaluated elsewhere, or again and again.
SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.JoinedStr)


def mark(statement: ast.stmt, expressions: Expressions) -> bool:
    """Note the names of what is calculated inside of a statement's expression, and tell whether there is anything."""
    value = getattr(statement, "value", None)
    marked = False
    for node in inside(value) if isinstance(value, ast.expr) else ():
        is_made = isinstance(node, ast.Call) and not expressions.imports.constructor(node.func)
        if is_made or (isinstance(node, ast.BinOp) and isinstance(node.op, OPERATORS)):
            node.inner_name = text(node)  # type: ignore[attr-defined]
            marked = True
    return marked


def inside(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the expressions within the members of an expression, or within the expression itself if it has none."""
    if isinstance(node, DISPLAYS):
        for member in ast.iter_child_nodes(node):
            if isinstance(member, ast.expr):
                yield from inside(member)
    elif not isinstance(node, SCOPES):
        for part in ast.iter_child_nodes(node):
            if isinstance(part, ast.expr):
                yield part
                yield from inside(part)
            elif isinstance(part, ast.keyword):
                yield part.value
                yield from inside(part.value)


class Hooks(ast.NodeTransformer):
    """Puts hooks around the parts that have been marked."""

    def __init__(self, expressions: Expressions) -> None:
        self.expressions = expressions
        self.flag = len(expressions.plan.sites)

    def visit(self, node: ast.AST) -> ast.AST:
        """Rewrite the parts of a node first."""
        self.generic_visit(node)
        name = getattr(node, "inner_name", None)
        if name is None or not isinstance(node, ast.expr):
            return node
        return call(self.expressions.site(node, name, mode="inner", flag=self.flag), node)


def twofold(statement: ast.stmt, expressions: Expressions) -> ast.stmt:
    """Return a rewritten statement with hooks around its marked parts for as long as they are to be seen."""
    hooks = Hooks(expressions)
    hooked: ast.stmt = hooks.visit(deepcopy(statement))  # type: ignore[assignment]
    test = ast.copy_location(ast.Name(f"__bi{hooks.flag}__", ast.Load()), statement)
    return ast.copy_location(ast.If(test, [hooked], [statement]), statement)
