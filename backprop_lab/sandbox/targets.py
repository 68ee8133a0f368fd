"""What an assignment's target is: what reading it again does, whose it is, and which values go to it."""

from __future__ import annotations

import ast

from .constants import first_starred
from .nodes import LOAD, located, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .values import Typed

READING = frozenset((
    ast.Name, ast.Constant, ast.Attribute, ast.Subscript, ast.UnaryOp, ast.BinOp, ast.Tuple, ast.List, ast.Slice,
    ast.Compare,
))  # fmt: skip


def reads(node: ast.AST) -> bool:
    """Tell whether an expression only reads names and members, so that evaluating it again does nothing."""
    return all(type(part) in READING or is_globals(part) for part in walk(node))


def is_globals(node: ast.AST) -> bool:
    """Tell whether this is `globals()`."""
    return isinstance(node, ast.Call) and ast.unparse(node) == "globals()"


def goals(targets: list[ast.expr], length: int) -> list[ast.expr]:
    """Return the target that each of so many values goes to, one of which may take what the others leave."""
    star = first_starred(targets)
    rest = targets[star : star + 1] * (length - len(targets) + 1)
    return [*targets[:star], *rest, *targets[star + 1 :]]


def loaded(node: ast.expr) -> ast.expr:
    """Return an assignment's target as an expression that reads it."""
    if isinstance(node, ast.Name):
        return located(ast.Name(node.id, LOAD), node)
    if isinstance(node, ast.Attribute):
        return located(ast.Attribute(loaded(node.value), node.attr, LOAD), node)
    if isinstance(node, ast.Subscript):
        return located(ast.Subscript(loaded(node.value), node.slice, LOAD), node)
    return node


def root(node: ast.AST) -> str | None:
    """Return the name that a chain of attributes and members starts with."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def shares(typed_in: Typed, targets: list[ast.expr]) -> list[Typed]:
    """Return what of a value is typed in, for each of the targets that its members go to."""
    if isinstance(typed_in, bool):
        return [typed_in] * len(targets)
    places = {id(target): place for place, target in enumerate(goals(targets, len(typed_in)))}
    return [not isinstance(target, ast.Starred) and typed_in.get(places.get(id(target)), False) for target in targets]
