"""Classes of any size: submissions of Laboratory Task 3, all different, in the manners of tests/submissions/.

The programs of the corpus that work through the task, right or with a mistake, are taken in turn. Each student's
copy has names, comments, blank lines and line endings of its own; every tenth is a notebook.
"""

from __future__ import annotations

import ast
import builtins
import io
import json
import keyword
import tokenize
import tomllib
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, chain, pairwise
from pathlib import Path
from random import Random
from typing import Literal

from backprop_lab.submissions.names import spots_by_name
from backprop_lab.taskfile import load_task

Kind = Literal["numpy", "torch"]

SUBMISSIONS = Path(__file__).parent.parent / "submissions"
MOST_LACKING = 4
SPELLINGS = ("{}", "my_{}", "{}_mine", "the_{}", "{}_lab", "{}_val")
SPELLINGS_OF_STEPS = ("{}", "{}_", "_{}", "__{}")
BY_NAME = frozenset({"globals", "locals", "vars", "eval", "exec"})
COMMENTS = (
    "as in the lesson",
    "checked by hand",
    "next part",
    "careful with the shapes here",
    "TODO: write this nicer",
    "see the slides",
    "this took me a while",
    "from my notes",
)
ENDINGS = ("\n", "\n", "\n", "\r\n")


@dataclass(frozen=True, slots=True)
class Template:
    """A program of the corpus: its top-level statements, each as text parts by turns with names that may change."""

    statements: tuple[tuple[str, ...], ...]
    taken: frozenset[str]

    def varied(self, random: Random, student: str) -> list[str]:
        """Return the statements as one student writes them, the name on top."""
        spelling, of_step = random.choice(SPELLINGS), random.choice(SPELLINGS_OF_STEPS)
        share = random.choice((0.3, 0.7, 1.0))
        spelled: dict[str, str] = {}
        for name in self.names:
            changed = (of_step if _means_step(name) else spelling).format(name)
            spelled[name] = changed if changed not in self.taken and random.random() < share else name
        written = [f"# {student}: Laboratory Task 3\n"]
        for parts in self.statements:
            comment = f"# {random.choice(COMMENTS)}\n" if random.random() < 0.15 else ""
            blank = "\n" * random.choice((0, 0, 0, 1))
            text = "".join(spelled[part] if place % 2 else part for place, part in enumerate(parts))
            written.append(blank + comment + text)
        return written

    @property
    def names(self) -> list[str]:
        """The names that may change, in the order of the program."""
        return list(dict.fromkeys(chain.from_iterable(parts[1::2] for parts in self.statements)))


def write_class(folder: Path, size: int, kind: Kind) -> None:
    """Write so many submissions into a new folder: `s00001.py`, `s00002.py` and so on, every tenth a notebook.

    The same size and kind give the same class.
    """
    folder.mkdir(parents=True)
    templates = corpus(kind)
    random = Random(f"{kind} {size}")
    for number in range(1, size + 1):
        student = f"s{number:05}"
        statements = templates[number % len(templates)].varied(random, student)
        if number % 10 == 0:
            (folder / f"{student}.ipynb").write_text(notebook(statements, random), "utf-8")
        else:
            text = "".join(statements)
            (folder / f"{student}.py").write_text(text, "utf-8", newline=random.choice(ENDINGS))


@cache
def corpus(kind: Kind) -> tuple[Template, ...]:
    """Return the scripts of the corpus that work through Laboratory Task 3, those with PyTorch or those without."""
    templates = []
    for path in sorted(SUBMISSIONS.glob("*.py")):
        text = path.read_text("utf-8")
        expected = tomllib.loads(path.with_suffix(".expected.toml").read_text("utf-8"))
        told = str(list(expected["verdicts"].values()))
        lacking = told.count("missing") + told.count("typed-in")
        worked = (expected["task"], expected["status"]) == ("lab_task_3", "ok") and lacking <= MOST_LACKING
        if worked and (kind == "torch") == ("import torch" in text):
            templates.append(template(text))
    return tuple(templates)


def template(text: str) -> Template:
    """Take a program apart: at its top-level statements, and at the names in them that may change."""
    text = text.rstrip("\n") + "\n"
    tree = ast.parse(text)
    begins = [0, *accumulate(map(len, text.splitlines(keepends=True)))]
    edges = [0, *sorted({begins[_first_line(statement) - 1] for statement in tree.body[1:]} - {0}), len(text)]
    changing, spots, before = _changing(tree), [], ""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.string in changing and before != ".":
            spots.append((begins[token.start[0] - 1] + token.start[1], token.string))
        before = token.string
    statements = tuple(
        _parts(text, start, stop, [spot for spot in spots if start <= spot[0] < stop])
        for start, stop in pairwise(edges)
    )
    return Template(statements, frozenset(_named(tree)))


def _parts(text: str, start: int, stop: int, spots: list[tuple[int, str]]) -> tuple[str, ...]:
    """Return what stands between two places of a text, split at the names."""
    parts = []
    for place, name in spots:
        parts += [text[start:place], name]
        start = place + len(name)
    return *parts, text[start:stop]


@cache
def _means_step(name: str) -> bool:
    """Tell whether a name is that of a step or a given: such names may decide what a number is, and stay readable."""
    names = spots_by_name(load_task("lab_task_3"))
    return names.find(name) is not None or names.is_given(name)


def _first_line(statement: ast.stmt) -> int:
    """Return the line that a statement begins on, its decorators included."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def _changing(tree: ast.Module) -> frozenset[str]:
    """Return the names that a program gives and that are written nowhere but as plain names."""
    if BY_NAME & _named(tree):
        return frozenset()
    given: set[str] = set()
    fixed = set(keyword.kwlist) | set(vars(builtins))
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.FunctionDef(name=name) | ast.arg(arg=name):
                given.add(name)
            case ast.Attribute(attr=name) | ast.keyword(arg=str(name)) | ast.alias(name=name):
                fixed.add(name)
            case ast.Constant(value=str(name)):
                fixed.add(name)
            case ast.JoinedStr():
                fixed |= {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
            case ast.ClassDef(body=body):
                fixed |= {method.name for method in body if isinstance(method, ast.FunctionDef)}
    return frozenset(given - fixed - {"self"})


def _named(tree: ast.Module) -> set[str]:
    """Return all names of a program."""
    return {str(getattr(node, field, "")) for node in ast.walk(tree) for field in ("id", "name", "arg")}


def notebook(statements: list[str], random: Random) -> str:
    """Return statements as a notebook, a few to a cell."""
    cells: list[dict[str, object]] = []
    at = 0
    while at < len(statements):
        take = random.randint(1, 6)
        source = "".join(statements[at : at + take]).strip("\n")
        cells.append({"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source})
        at += take
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return json.dumps({"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 4})
