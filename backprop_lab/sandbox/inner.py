"""See also what is calculated inside of larger expressions, such as the net input in `h = np.maximum(0, x @ W + b)`.

A statement that has such parts stands twice in a program: with hooks around them, and as it was. Once the hooks have
been visited often enough a name among the builtins turns to the latter, so that a hot loop costs one look at it.
"""

from __future__ import annotations

import ast

from .constants import OPERATORS
from .expressions import Expressions, call
from .nodes import LOAD, Rewriter, children, copied, located
from .sources import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DISPLAYS = frozenset((ast.Tuple, ast.List, ast.Dict, ast.Starred))
# What is in these is evaluated elsewhere, or again and again.
SCOPES = frozenset((ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.JoinedStr))


def mark(value: ast.expr | None, expressions: Expressions) -> bool:
    """Note the names of what is calculated inside of a statement's expression, and tell whether there is anything."""
    marked = False
    for node in reversed(inside(value)) if value is not None else ():
        is_made = isinstance(node, ast.Call) and not expressions.imports.constructor(node.func)
        if is_made or (isinstance(node, ast.BinOp) and type(node.op) in OPERATORS):
            node.inner_name = text(node)  # type: ignore[attr-defined]
            marked = True
    return marked


def inside(node: ast.AST) -> list[ast.AST]:
    """Return what is within the members of an expression, or within the expression itself if it has none."""
    found, around = [], [node]
    for whole in around:
        kind = type(whole)
        if kind not in SCOPES:
            parts = children(whole)
            around += parts
            if kind not in DISPLAYS:
                found += parts
    return found


class Hooks(Rewriter):
    """Puts hooks around the parts that have been marked."""

    def __init__(self, expressions: Expressions) -> None:
        super().__init__()
        self.expressions = expressions
        self.flag = len(expressions.plan.sites)

    def visit_BinOp(self, node: Any) -> ast.expr:
        """Rewrite the parts of a node first."""
        self.generic_visit(node)
        name = getattr(node, "inner_name", None)
        if name is None:
            return node  # type: ignore[no-any-return]
        return call(self.expressions.site(node, name, mode="inner", flag=self.flag), node)

    visit_Call = visit_BinOp  # noqa: N815


def twofold(statement: ast.stmt, expressions: Expressions) -> ast.stmt:
    """Return a rewritten statement with hooks around its marked parts for as long as they are to be seen."""
    hooks = Hooks(expressions)
    hooked = hooks.visit(copied(statement, {}))
    test = located(ast.Name(f"__bi{hooks.flag}__", LOAD), statement)
    return located(ast.If(test, [hooked], [statement]), statement)
