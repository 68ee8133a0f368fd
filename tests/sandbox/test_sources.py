"""Names of what is seen: the start of what `ast.unparse` writes."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from backprop_lab.sandbox.sources import LONGEST_NAME, text

FOLDER = Path(__file__).parent.parent.parent


def is_python(path: Path) -> bool:
    """Tell whether a submission is a program of today: some are of Python 2, or have a stray line."""
    try:
        ast.parse(path.read_text("utf-8"))
    except SyntaxError:
        return False
    return True


def expressions(source: str) -> list[ast.expr]:
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.expr)]


PROGRAMS = [path for path in sorted(FOLDER.glob("tests/submissions/*.py")) if is_python(path)]


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_expressions_are_written_as_python_writes_them(path: Path) -> None:
    for node in expressions(path.read_text("utf-8")):
        assert text(node) == ast.unparse(node)[:LONGEST_NAME]


@pytest.mark.parametrize(
    "source",
    [
        "a - (b - c)", "(a - b) - c", "a / (b * c)", "(a + b) * c", "(a ** b) ** c", "a ** b ** c", "-a ** 2",
        "(-a) ** 2", "a ** -b", "2 ** (-1)", "-(a + b)", "a - -b", "- -a", "+a", "not a", "~a", "a @ b % c", "a // b",
        "1 .real", "1.5.real", "1e999 * a", "1e300", "-0.0", "2j", "u'a'", "'a'.join(b)", "b'a'", "f'{a}'", "...",
        "a[0]", "a[b, c]", "a[b,]", "a[()]", "a[:, 0]", "a[1:b:2]", "a[::2]", "a[:]", "a[(b + c) * d]", "(a + b)[0]",
        "f(*a, **b)", "f(a, b=1)", "f(a)(b)", "(a + b).T", "[a, [b]]", "[*a]", "(a, b)", "{'a': b}", "a if b else c",
        "(lambda: a)()", "f(lambda a: a)", "f(a for a in b)", "(a := b) + c", "a < b", "a and b", "[a for a in b][0]",
        " + ".join(["a * 0.5"] * 50),
    ],
)  # fmt: skip
def test_operators_and_brackets_stand_where_python_puts_them(source: str) -> None:
    for node in expressions(source):
        assert text(node) == ast.unparse(node)[:LONGEST_NAME]
