"""Rewrite the statements of a program so that it shows its numbers after each of them.

What is added stands after the statement in question, at its line. Evaluating a target again reads names, attributes
and members only, and an error in doing so goes no further; a class of the program's that counts how often its members
are read counts these readings too.
"""

from __future__ import annotations

import ast

from .constants import counts, is_number, typed
from .expressions import Expressions, Plan, Site, call
from .inner import mark, twofold
from .nodes import LOAD, located
from .sources import text
from .targets import goals, loaded, reads, root, shares

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .values import Typed

SHOWN = frozenset(("print", "display", "pprint"))
OF_LISTS = frozenset(("append", "extend", "insert", "sort", "reverse", "pop", "remove", "clear"))
COUNTERS = frozenset(("range", "enumerate", "trange"))


def instrument(tree: ast.Module, plan: Plan, cell: int | None, lenient: bool, moved: bool) -> ast.Module:
    """Return a program's tree with the hooks of its sites and places in it, which are added to the plan."""
    return Statements(plan, cell, lenient, moved).visit(tree)  # type: ignore[no-any-return]


def persistent(tree: ast.Module) -> ast.Module:
    """Let an exception end no more than the statement of the module in which it happens."""
    for place, statement in enumerate(tree.body):
        is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if not is_text and not isinstance(statement, ast.ImportFrom):  # those from the future stand first
            errors = located(ast.Name("__bp_errors__", LOAD), statement)
            ignore = ast.ExceptHandler(errors, None, [located(ast.Pass(), statement)])
            guarded = ast.Try([statement], [located(ignore, statement)], [], [])
            tree.body[place] = located(guarded, statement)
    return tree


def in_place(callee: ast.expr) -> bool:
    """Tell whether a method of PyTorch's changes a tensor in place, such as `fill_`."""
    return isinstance(callee, ast.Attribute) and callee.attr.endswith("_")


def is_shown(node: ast.stmt) -> bool:
    """Tell whether a statement prints or displays something."""
    value = node.value if isinstance(node, ast.Expr) else None
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in SHOWN


def seen_inside(rewrite: Callable[[Statements, Any], list[ast.stmt]]) -> Callable[[Statements, Any], list[ast.stmt]]:
    """Have a kind of statement also show what is calculated inside of its expression, unless it prints that."""

    def rewritten(self: Statements, node: Any) -> list[ast.stmt]:
        if is_shown(node) or not mark(node.value, self):
            return rewrite(self, node)
        first, *looks = rewrite(self, node)
        return [twofold(first, self), *looks]

    return rewritten


class Statements(Expressions):
    """Rewrites statements in place and puts looks at what they assigned after them."""

    def __init__(self, plan: Plan, cell: int | None, lenient: bool, moved: bool) -> None:
        super().__init__(plan, cell, lenient)
        self.moved = moved
        self.scopes: list[str] = []
        self.in_class = False

    def look(self, node: ast.expr, name: str, typed_in: Typed = False, mode: str = "value") -> ast.stmt:
        """Return a statement that shows the value of an expression under a name."""
        shows = located(ast.Expr(call(self.site(node, name, typed_in, mode), node)), node)
        if isinstance(node, ast.Name | ast.Constant):
            return shows
        ignore = located(ast.ExceptHandler(None, None, [located(ast.Pass(), node)]), node)
        return located(ast.Try([shows], [ignore], [], []), node)

    def looks(self, target: ast.expr, typed_in: Typed = False) -> list[ast.stmt]:
        """Return statements that show what has been assigned to a target, and the arrays that it is a part of."""
        if isinstance(target, ast.Name):
            self.final(target)
            return [self.look(loaded(target), target.id, typed_in)]
        if isinstance(target, ast.Starred):
            return self.looks(target.value, typed_in)
        if isinstance(target, ast.Tuple | ast.List):
            return [
                look
                for entry, member in zip(target.elts, shares(typed_in, target.elts), strict=True)
                for look in self.looks(entry, member)
            ]
        if not reads(target):
            return self.container(target, typed_in is True)
        statements = [self.look(loaded(target), text(target), typed_in)]
        if isinstance(target, ast.Attribute) and target.attr == "data":
            statements += [
                self.look(loaded(target.value), text(target.value), mode="changed"),
                *self.parameters(target),
            ]
        while isinstance(target, ast.Subscript):
            mode = "array" if isinstance(target.slice, ast.Constant) else "members"
            target = target.value
            statements.append(self.look(loaded(target), text(target), typed_in is True, mode))
        return statements

    def container(self, target: ast.expr, typed_in: bool) -> list[ast.stmt]:
        """Return a look at the members of what holds a target, which is not to be evaluated again."""
        while isinstance(target, ast.Attribute | ast.Subscript):
            target = target.value
            if reads(target):
                return [self.look(loaded(target), text(target), typed_in, mode="members")]
        return []

    def final(self, target: ast.Name) -> None:
        """Have a global name looked at again when the program has ended."""
        name = target.id
        if not self.scopes or (not self.in_class and name in self.plan.global_names):
            number = self.plan.finals.setdefault(name, len(self.plan.sites))
            if number == len(self.plan.sites):
                self.plan.sites.append(None)  # type: ignore[arg-type]
            self.plan.sites[number] = Site(name, target.lineno, self.cell, False, "final")

    def parameters(self, node: ast.expr, typed_in: bool = False) -> list[ast.stmt]:
        """Return a look at the parameters of PyTorch, if the program uses it."""
        if not any(module.partition(".")[0] == "torch" for module in self.imports.names.values()):
            return []
        return [self.look(located(ast.Constant(None), node), "", typed_in, mode="parameters")]

    @seen_inside
    def visit_Assign(self, node: ast.Assign) -> list[ast.stmt]:
        """Show what is assigned; a tuple of constants goes to a tuple of targets one by one."""
        looks = [look for target in node.targets for look in self.looks(target, typed(node.value, self.imports))]
        target = node.targets[0]
        if isinstance(target, ast.Tuple | ast.List) and isinstance(node.value, ast.Tuple | ast.List):
            names = [text(entry) for entry in goals(target.elts, len(node.value.elts))]
            names += ["_"] * (len(node.value.elts) - len(names))
            entries = zip(node.value.elts, names, strict=False)
            node.value.elts = [self.stated(entry, name) for entry, name in entries]
        else:
            node.value = self.stated(node.value, text(target))
        self.fit(node, target)
        return [node, *looks]

    @seen_inside
    def visit_AugAssign(self, node: ast.AugAssign) -> list[ast.stmt]:
        """Show what an augmented assignment leaves."""
        looks = self.looks(node.target)
        node.value = self.visit(node.value)
        self.fit(node, node.target)
        return [node, *looks]

    @seen_inside
    def visit_AnnAssign(self, node: ast.AnnAssign) -> list[ast.stmt]:
        """Show what an assignment with a type assigns."""
        if node.value is None:
            return [node]
        looks = self.looks(node.target, typed(node.value, self.imports))
        node.value = self.stated(node.value, text(node.target))
        return [node, *looks]

    def fit(self, node: ast.Assign | ast.AugAssign, target: ast.expr) -> None:
        """Let an array of one number pass for that number where it goes into an array, in lenient mode."""
        if self.lenient and isinstance(target, ast.Subscript) and reads(target):
            node.value = call("__bp_fit__", loaded(target.value), node.value)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> ast.stmt:
        """Show what a loop assigns at the start of its body, but not what only counts."""
        callee = node.iter.func if isinstance(node.iter, ast.Call) else None
        counter = callee.id if isinstance(callee, ast.Name) and callee.id in COUNTERS else None
        pairs = counter == "enumerate" and isinstance(node.target, ast.Tuple) and len(node.target.elts) == 2
        looks = []
        if counter is None:
            looks = self.looks(node.target)
        elif pairs and isinstance(node.target, ast.Tuple):
            looks = self.looks(node.target.elts[1])
        node.iter = self.stated(node.iter, text(node.target))
        self.bodies(node)
        node.body = [*looks, *node.body]
        return node

    visit_AsyncFor = visit_For  # noqa: N815

    def visit_With(self, node: ast.With | ast.AsyncWith) -> ast.stmt:
        """Show what `with … as` assigns at the start of its body."""
        looks = [look for item in node.items if item.optional_vars for look in self.looks(item.optional_vars)]
        for item in node.items:
            item.context_expr = self.visit(item.context_expr)
        self.bodies(node)
        node.body = [*looks, *node.body]
        return node

    visit_AsyncWith = visit_With  # noqa: N815

    def bodies(self, node: ast.stmt) -> None:
        """Rewrite the statements within a statement."""
        for field in ("body", "orelse"):
            statements = self.visit_all(getattr(node, field, []))
            if statements:
                setattr(node, field, statements)

    def scope(self, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, in_class: bool) -> None:
        """Rewrite the body of a function or class."""
        before, self.in_class = self.in_class, in_class
        self.scopes.append(node.name)
        self.bodies(node)
        self.scopes.pop()
        self.in_class = before

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.stmt:
        """Show what the body of a class assigns."""
        self.scope(node, in_class=True)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.stmt:
        """Show the arguments at the start of a function, what it assigns and what it returns."""
        given = node.args
        self.defaults(given)
        entries = [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]
        names = [located(ast.Name(entry.arg, LOAD), entry) for entry in entries]
        looks = [self.look(name, name.id) for name in names if name.id not in ("self", "cls")]
        head = 1 if ast.get_docstring(node, clean=False) is not None else 0
        docstring = node.body[:head]
        node.body = node.body[head:]
        self.scope(node, in_class=False)
        node.body = [*docstring, *looks, *node.body]
        return node

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    @seen_inside
    def visit_Return(self, node: ast.Return) -> list[ast.stmt]:
        """Show what a function returns."""
        if node.value is not None and not (isinstance(node.value, ast.Constant) and not is_number(node.value)):
            name = f"{self.scopes[-1]}()" if self.scopes else "return"
            hook = self.site(node.value, name, typed(node.value, self.imports))
            node.value = call(hook, self.stated(node.value, name))
        return [node]

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        """Let an assertion pass in a moved world, where numbers that a student checked are others."""
        test = self.visit(node.test)
        return located(ast.Expr(test), node) if self.moved else node

    @seen_inside
    def visit_Expr(self, node: ast.Expr) -> list[ast.stmt]:
        """Show what is printed or displayed, and what a call may have changed in place."""
        value = node.value
        if isinstance(value, ast.Call):
            if is_shown(node):
                value.args = [self.shown(entry) for entry in value.args]
                return [node]
            after = self.after(value)
            self.show_appended(value)
            node.value = self.displayed(value)
            return [node, *after]
        if isinstance(value, ast.Name | ast.Constant | ast.Yield | ast.YieldFrom | ast.Await) or self.scopes:
            node.value = self.visit(value)
        else:
            node.value = self.displayed(value)
        return [node]

    def displayed(self, value: ast.expr) -> ast.expr:
        """Show the value of an expression statement, which a notebook would."""
        unseen = isinstance(value, ast.Call) and (counts(value.func, self.imports) or in_place(value.func))
        if self.scopes or unseen:
            return self.visit(value)  # type: ignore[no-any-return]
        hook = self.site(value, text(value), typed(value, self.imports))
        return call(hook, self.visit(value))

    def show_appended(self, value: ast.Call) -> None:
        """Show what is calculated only to be appended to a list."""
        function = value.func
        if isinstance(function, ast.Attribute) and function.attr in ("append", "insert") and value.args:
            entry = value.args[-1]
            if not isinstance(entry, ast.Name | ast.Constant | ast.Starred) and reads(function.value):
                name = f"{text(function.value)}[-1]" if function.attr == "append" else text(entry)
                hook = self.site(entry, name, typed(entry, self.imports))
                value.args[-1] = call(hook, self.stated(entry, name))

    def after(self, value: ast.Call) -> list[ast.stmt]:
        """Return looks at what a call may have changed: its receiver, its arguments, and PyTorch's parameters."""
        function = value.func
        out = [keyword.value for keyword in value.keywords if keyword.arg == "out"]
        if counts(function, self.imports) and not (
            isinstance(function, ast.Attribute) and function.attr == "shuffle"
        ):
            return [self.look(loaded(entry), text(entry), mode="changed") for entry in out if reads(entry)]
        entries = [*value.args, *(keyword.value for keyword in value.keywords)]
        typed_in = (
            in_place(function) and bool(entries) and all(typed(entry, self.imports) is True for entry in entries)
        )
        receiver = [function.value] if isinstance(function, ast.Attribute) else []
        looks = [
            self.look(loaded(entry), text(entry), typed_in, mode="changed")
            for entry in [*receiver, *entries[:8]]
            if (isinstance(entry, ast.Name) or (entry in [*receiver, *out] and reads(entry)))
            and root(entry) is not None
            and root(entry) not in self.imports.names
        ]
        of_list = isinstance(function, ast.Attribute) and function.attr in OF_LISTS
        return looks if of_list else [*looks, *self.parameters(value, typed_in)]
