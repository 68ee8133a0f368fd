"""Rewrite the expressions of a program: constants can be moved, and what is walrus-assigned or shown is seen.

What is put into a program are names among its builtins: `__bp3__(value)` is the hook of site 3 and returns what it
gets; `__bc2__` and `__bf2__` stand around constant 2, as in `0.3 if __bc2__ else __bf2__(0.3)`, so that a constant
in a hot loop costs no call once it has been seen.
"""

from __future__ import annotations

import ast
from collections import namedtuple

from .constants import (
    COUNTING_KEYWORDS,
    DISPLAYS,
    LISTS,
    Imports,
    constant,
    counts,
    is_array,
    is_count,
    is_number,
    typed,
)
from .nodes import LOAD, Rewriter, located
from .sources import LONGEST_NAME, between_brackets, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .values import Typed

# `mode`: value (all parts), array (only as one array), changed (parts that are not as last seen), members (as array,
# or else as changed), parameters (those of PyTorch that are not as last seen), final (as changed, when the program
# has ended), inner (as array, for as long as the name `__bi3__` of its `flag` 3 is true).
# The modules of this process do without `typing`, which takes as long to import as a program to parse.
Site = namedtuple("Site", "name line cell typed mode flag", defaults=(None,))
Place = namedtuple("Place", "name line cell")

NAMING = (ast.Import, ast.ImportFrom, ast.Assign)
LONGEST_TRY = 3
ROUNDING = frozenset(("round", "str", "float", "repr", "int", "around"))


class Plan:
    """The places of a program that its rewritten text refers to, numbered through all its cells."""

    def __init__(self) -> None:
        self.imports = Imports()
        self.global_names: set[str] = set()
        self.tried: set[str] = set()
        self.needed: set[str] = set()
        self.sites = [Site("", None, None, False, "parameters")]
        self.places: list[Place] = []
        self.finals: dict[str, int] = {}

    def prepare(self, tree: ast.Module, nodes: list[ast.AST]) -> None:
        """Note what has to be known of a text, with all its nodes, before it is rewritten."""
        for node in nodes:
            if isinstance(node, NAMING):
                self.imports.add(node)
            elif isinstance(node, ast.Global):
                self.global_names.update(node.names)
            elif isinstance(node, ast.Try) and node.handlers and len(node.body) <= LONGEST_TRY:
                self.tried.update(package for entry in node.body for package in packages(entry))
        self.needed.update(package for entry in tree.body for package in packages(entry))

    def dispensable(self) -> set[str]:
        """Return the packages that a program tries to import, and does not simply import elsewhere."""
        return self.tried - self.needed


def packages(node: ast.AST) -> list[str]:
    """Return the packages that a statement imports."""
    if isinstance(node, ast.ImportFrom):
        return [(node.module or "").partition(".")[0]]
    return [alias.name.partition(".")[0] for alias in node.names] if isinstance(node, ast.Import) else []


class Hook(ast.Call):
    """A call that the program did not have; what is in it has been rewritten."""


def call(hook: str, *arguments: ast.expr) -> Hook:
    """Return the call of a hook, at the place of its last argument."""
    place = arguments[-1]
    return located(Hook(located(ast.Name(hook, LOAD), place), list(arguments), []), place)


class Expressions(Rewriter):
    """Rewrites expressions in place; names of sites and places are taken before anything in them is rewritten."""

    def __init__(self, plan: Plan, cell: int | None, lenient: bool) -> None:
        super().__init__()
        self.plan, self.cell, self.lenient = plan, cell, lenient
        self.imports = plan.imports

    def site(
        self, node: ast.expr, name: str, typed_in: Typed = False, mode: str = "value", flag: int | None = None
    ) -> str:
        """Number a site and return the name of its hook."""
        self.plan.sites.append(Site(name[:LONGEST_NAME], node.lineno, self.cell, typed_in, mode, flag))
        return f"__bp{len(self.plan.sites) - 1}__"

    def place(self, node: ast.expr, name: str) -> ast.expr:
        """Number a constant expression and return it as one that can be moved."""
        number = len(self.plan.places)
        self.plan.places.append(Place(name[:LONGEST_NAME], node.lineno, self.cell))
        test = located(ast.Name(f"__bc{number}__", LOAD), node)
        return located(ast.IfExp(test, node, call(f"__bf{number}__", node)), node)

    def stated(self, node: ast.expr, name: str) -> ast.expr:
        """Rewrite an expression whose value goes by a name: the constants in its place and in its members' places."""
        if constant(node, self.imports, purely=False) == "number":
            return self.place(node, name)
        if isinstance(node, ast.Dict):
            node.values = [
                self.visit(value) if key is None else self.stated(value, f"{name}[{between_brackets(key)}]")
                for key, value in zip(node.keys, node.values, strict=True)
            ]
        elif isinstance(node, LISTS):
            node.elts = [self.stated(entry, f"{name}[{place}]") for place, entry in enumerate(node.elts)]
        elif isinstance(node, ast.Lambda):
            return self.function(node, f"{name}()")
        elif isinstance(node, ast.Call) and self.imports.constructor(node.func):
            self.constructed(node, name)
        else:
            return self.visit(node)  # type: ignore[no-any-return]
        return node

    def constructed(self, node: ast.Call, name: str) -> None:
        """Rewrite the arguments of a constructor, which are members of what goes by the name."""
        node.args = [
            self.stated(entry, name) if isinstance(entry, DISPLAYS) else self.visit(entry) for entry in node.args
        ]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        self.soften(node)

    def soften(self, node: ast.Call) -> None:
        """Let arrays of one number pass for that number in `float(value)` and the like, in lenient mode."""
        path = self.imports.path(node.func) or text(node.func)
        if self.lenient and (path in ("float", "int") or path.startswith("math.")):
            node.args = [
                entry if isinstance(entry, ast.Starred) else call("__bp_single__", entry) for entry in node.args
            ]

    def visit_Hook(self, node: Hook) -> ast.expr:
        """Leave a hook as it is."""
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Rewrite the arguments of a call: arrays always, single numbers unless they are integers."""
        counting, callee = counts(node.func, self.imports), text(node.func)
        node.args = [
            self.visit(entry) if counting else self.argument(entry, f"argument {place} of {callee}")
            for place, entry in enumerate(node.args, 1)
        ]
        for keyword in node.keywords:
            if counting or keyword.arg in COUNTING_KEYWORDS:
                keyword.value = self.visit(keyword.value)
            else:
                keyword.value = self.argument(keyword.value, f"argument {keyword.arg} of {callee}")
        self.soften(node)
        node.func = self.visit(node.func)
        return node

    def argument(self, node: ast.expr, name: str) -> ast.expr:
        """Rewrite an argument of a call."""
        number = constant(node, self.imports, purely=False) == "number"
        if number and not is_array(node, self.imports) and is_count(node):
            return node
        return self.stated(node, name) if number or isinstance(node, ast.List | ast.Dict) else self.visit(node)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> ast.expr:
        """Show what a walrus assigns."""
        name = node.target.id
        hook = self.site(node.target, name, typed(node.value, self.imports))
        node.value = self.stated(node.value, name)
        return call(hook, node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        """Show what a function without a name returns."""
        return self.function(node, "lambda()")

    def function(self, node: ast.Lambda, name: str) -> ast.expr:
        """Rewrite a lambda: what it returns is seen."""
        self.defaults(node.args)
        if not isinstance(node.body, ast.Constant) or is_number(node.body):
            hook = self.site(node.body, name, typed(node.body, self.imports))
            node.body = call(hook, self.visit(node.body))
        return node

    def defaults(self, given: ast.arguments) -> None:
        """Rewrite the values that a function's arguments have where none are given."""
        positional = [*given.posonlyargs, *given.args]
        named = positional[len(positional) - len(given.defaults) :]
        given.defaults = [self.stated(value, entry.arg) for value, entry in zip(given.defaults, named, strict=True)]
        given.kw_defaults = [
            value and self.stated(value, entry.arg)
            for value, entry in zip(given.kw_defaults, given.kwonlyargs, strict=True)
        ]

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        """Show what is calculated in an f-string, which may be printed later."""
        return self.shown(node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """Let arrays of one number pass in `"%f" % value`, in lenient mode."""
        self.generic_visit(node)
        if self.lenient and is_format(node):
            node.right = call("__bp_singles__", node.right)
        return node

    def shown(self, node: ast.expr) -> ast.expr:
        """Rewrite an expression that is printed: what is calculated in it is seen under its source text."""
        if isinstance(node, ast.Name | ast.Constant | ast.Starred) or is_number(node):
            return node
        if isinstance(node, ast.JoinedStr):
            for part in node.values:
                if isinstance(part, ast.FormattedValue):
                    part.value = self.shown(part.value)
            return node
        if isinstance(node, ast.BinOp) and is_format(node):
            if isinstance(node.right, ast.Tuple):
                node.right.elts = [self.shown(entry) for entry in node.right.elts]
            else:
                node.right = self.shown(node.right)
            return self.visit_BinOp(node) if self.lenient else node
        if (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Add)
            and (is_text(node.left) or is_text(node.right))
        ):
            node.left, node.right = self.shown(node.left), self.shown(node.right)
            return node
        if isinstance(node, ast.Call) and (node.args or is_text(node.func)) and rounds(node.func):
            places = len(node.args) if is_text(node.func) else 1
            node.args = [*map(self.shown, node.args[:places]), *node.args[places:]]
            for keyword in node.keywords if is_text(node.func) else ():
                keyword.value = self.shown(keyword.value)
            self.soften(node)
            return node
        hook = self.site(node, text(node), typed(node, self.imports))
        return call(hook, node if constant(node, self.imports, purely=False) else self.visit(node))


def is_text(node: ast.AST) -> bool:
    """Tell whether an expression is a text or begins with one."""
    while isinstance(node, ast.Attribute | ast.BinOp):
        node = node.value if isinstance(node, ast.Attribute) else node.left
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in ("str", "repr")
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and type(node.value) is str)


def is_format(node: ast.BinOp) -> bool:
    """Tell whether this is `"%f" % value`."""
    return isinstance(node.op, ast.Mod) and is_text(node.left)


def rounds(callee: ast.expr) -> bool:
    """Tell whether a function only changes how a number looks."""
    if isinstance(callee, ast.Attribute):
        return callee.attr in ("round", "around") or (callee.attr == "format" and is_text(callee))
    return isinstance(callee, ast.Name) and callee.id in ROUNDING
