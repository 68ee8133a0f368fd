"""Walk, copy and rewrite trees of programs, as `ast` and `copy` do, by the fields of each type that hold nodes."""

from __future__ import annotations

import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    Node = TypeVar("Node", bound=ast.AST)

# What else there is in nodes: names, numbers, flags, and operators, which are never changed.
PLAIN = frozenset((
    "arg", "asname", "attr", "conversion", "ctx", "id", "is_async", "kind", "kwd_attrs", "level", "module", "name",
    "names", "op", "ops", "rest", "simple", "str", "tag", "type_comment", "type_ignores",
))  # fmt: skip
LEAVES = (ast.Constant, ast.MatchSingleton)
LOAD = ast.Load()


class Fields(dict[type, tuple[str, ...]]):
    """The fields of each type of node that hold other nodes or lists of them."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        fields = () if kind in LEAVES else tuple(name for name in kind._fields if name not in PLAIN)
        self[kind] = fields
        return fields


FIELDS = Fields()


def children(node: ast.AST) -> list[ast.AST]:
    """Return the nodes that a node consists of, in the order of its fields."""
    found: list[ast.AST] = []
    for name in FIELDS[type(node)]:
        part = getattr(node, name)
        if type(part) is list:
            found += filter(None, part)
        elif part is not None:
            found.append(part)
    return found


def walk(node: ast.AST) -> list[ast.AST]:
    """Return a node and all that is within it, level by level."""
    found = [node]
    for one in found:
        if FIELDS[type(one)]:
            found += children(one)
    return found


def located(node: Node, place: Any) -> Node:
    """Return a new node with the place of another one."""
    node.lineno, node.col_offset = place.lineno, place.col_offset  # type: ignore[attr-defined]
    node.end_lineno, node.end_col_offset = place.end_lineno, place.end_col_offset  # type: ignore[attr-defined]
    return node


def copied(node: Any, copies: dict[int, Any]) -> Any:
    """Return a copy of a node and of all within it but its leaves; what is in two places of it is copied once."""
    kind = type(node)
    if not FIELDS[kind]:
        return node
    if id(node) in copies:
        return copies[id(node)]
    copy: Any = ast.AST.__new__(kind)
    copies[id(node)] = copy
    copy.__dict__.update(node.__dict__)
    for name in FIELDS[kind]:
        part = getattr(node, name)
        if type(part) is list:
            setattr(copy, name, [entry and copied(entry, copies) for entry in part])
        elif part is not None:
            setattr(copy, name, copied(part, copies))
    return copy


def leave(node: Node) -> Node:
    """Return a node as it is."""
    return node


class Rewriter:
    """Rewrites a tree in place: a node by the method `visit_` with the name of its type, or else all within it."""

    def __init__(self) -> None:
        self.methods: dict[type, Callable[[Any], Any]] = {}

    def visit(self, node: ast.AST) -> Any:
        """Return what comes in the place of a node: another one, or several statements."""
        kind = type(node)
        method = self.methods.get(kind)
        if method is None:
            rest = self.generic_visit if FIELDS[kind] else leave
            method = self.methods[kind] = getattr(self, f"visit_{kind.__name__}", rest)
        return method(node)

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Rewrite what is within a node."""
        for name in FIELDS[type(node)]:
            part = getattr(node, name)
            if type(part) is list:
                setattr(node, name, self.visit_all(part))
            elif part is not None:
                setattr(node, name, self.visit(part))
        return node

    def visit_all(self, nodes: list[Any]) -> list[Any]:
        """Rewrite several nodes, between which there may be gaps."""
        found = []
        for node in nodes:
            rewritten = node and self.visit(node)
            if type(rewritten) is list:
                found += rewritten
            else:
                found.append(rewritten)
        return found
