"""Programs as students hand them in: the reference script in other clothes, and passes written from formulas."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from fractions import Fraction
from keyword import iskeyword
from typing import Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from backprop_lab.engine.arithmetic import Array, lookup, value
from backprop_lab.engine.formula import Entry, Formula, Ref, inputs, shape
from backprop_lab.engine.graph import Graph
from backprop_lab.engine.network import CLASS_LOSSES, PROBABILITY_LOSSES, SCALARS
from backprop_lab.engine.scalar import Spot, entry, spelled_out
from backprop_lab.script import script
from backprop_lab.task import Task
from backprop_lab.writing.expression import Printer, Text
from backprop_lab.writing.layout import unmarked
from backprop_lab.writing.styles import NUMPY, PLAIN
from backprop_lab.writing.symbols import ascii_symbol

Stored = Literal["plain", "turned", "flat", "list"]
"""How a program keeps a matrix: as it is, transposed, in one dimension, or as lists in a list."""
Numbers = Literal["float", "float32", "whole", "fraction", "object"]
"""What the givens are: float64, float32, integers where all of an array are whole, or arrays of objects."""

READ: Mapping[Stored, str] = {
    "plain": "{name}",
    "turned": "{name}.T",
    "flat": "{name}.reshape({rows}, {columns})",
    "list": "np.array({name})",
}
WRITTEN: Mapping[Stored, str] = {
    "plain": "{value}",
    "turned": "({value}).T",
    "flat": "np.ravel({value})",
    "list": "({value}).tolist()",
}


class Clothes(Struct, frozen=True):
    """How a program differs from the reference script: its names, how it keeps each matrix, what its numbers are."""

    names: Mapping[str, str] = {}
    stored: Mapping[str, Stored] = {}
    numbers: Numbers = "float"
    stacked: bool = False
    """Whether all biases are one vector, of which each layer takes its part."""


def dressed(task: Task, clothes: Clothes) -> str:
    """Return the reference script in NumPy with other names, layouts and types of numbers."""
    tree = _Dressing(task, clothes).visit(ast.parse(script(task, "numpy")))
    source = ast.unparse(ast.fix_missing_locations(tree))
    return f"from fractions import Fraction\n{source}\n" if clothes.numbers == "fraction" else f"{source}\n"


def renamed(source: str, names: Mapping[str, str]) -> str:
    """Return a program with other names for its variables."""
    return re.sub(rf"\b({'|'.join(names)})\b", lambda found: names[found[0]], source)


class _Dressing(ast.NodeTransformer):
    """Reads and writes every matrix of a script as the clothes say; the functions of the script stay as they are."""

    def __init__(self, task: Task, clothes: Clothes) -> None:
        self.clothes, self.givens, self.shapes = clothes, task.givens(), task.graph.shapes
        self.biases = sorted(name for name in self.shapes if name in self.givens and name[0] == "b")
        self.is_stated: set[str] = set()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        if node.name == "show" and self.clothes.numbers in ("fraction", "object"):
            node.body = ast.parse("print(name, value)").body  # NumPy rounds no fractions
        return node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return _expression(self._read(node.id)) if node.id in self.shapes else node

    def visit_Assign(self, node: ast.Assign) -> ast.AST | list[ast.stmt]:
        target = node.targets[0]
        if not isinstance(target, ast.Name) or target.id not in self.shapes:
            return self.generic_visit(node)
        name = target.id
        if name in self.givens and name not in self.is_stated:
            self.is_stated.add(name)
            return ast.parse(self._given(name)).body
        value = ast.unparse(self.visit(node.value))
        if name in self.biases and self.clothes.stacked:
            return ast.parse(f"{self._read(name)} = {value}").body
        written = WRITTEN[self._stored(name)].format(value=value)
        return ast.parse(f"{self._name(name)} = {written}").body

    def _name(self, name: str) -> str:
        return self.clothes.names.get(name, name)

    def _stored(self, name: str) -> Stored:
        return "plain" if name in SCALARS or name == "L" else self.clothes.stored.get(name, "plain")

    def _read(self, name: str) -> str:
        if name in self.biases and self.clothes.stacked:
            sizes = [self.shapes[bias][1] for bias in self.biases]
            first = sum(sizes[: self.biases.index(name)])
            return f"{self._name('b')}[{first}:{first + self.shapes[name][1]}]"
        rows, columns = self.shapes[name]
        return READ[self._stored(name)].format(name=self._name(name), rows=rows, columns=columns)

    def _given(self, name: str) -> str:
        """Return the statement that states a given; stacked biases are stated with the first of them."""
        numbers = self.clothes.numbers
        if name in SCALARS:
            return f"{self._name(name)} = {_number(self.givens[name].item(), numbers)}"
        if name in self.biases and self.clothes.stacked:
            stacked = np.concatenate([self.givens[bias].ravel() for bias in self.biases])
            return f"{self._name('b')} = {_array(stacked, numbers)}" if name == self.biases[0] else ""
        stored = self._stored(name)
        array = {"turned": self.givens[name].T, "flat": self.givens[name].ravel()}.get(stored, self.givens[name])
        text = _nested(array, numbers) if stored == "list" else _array(array, numbers)
        return f"{self._name(name)} = {text}"


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _number(number: float, numbers: Numbers) -> str:
    exact = Fraction(repr(number))
    if numbers == "fraction":
        return f"Fraction({exact.numerator}, {exact.denominator})"
    return str(exact.numerator) if numbers == "whole" and exact.denominator == 1 else repr(number)


def _nested(array: Array, numbers: Numbers) -> str:
    how: Numbers = "float" if numbers == "whole" and (array % 1).any() else numbers
    if array.ndim == 1:
        return f"[{', '.join(_number(number, how) for number in array.tolist())}]"
    return f"[{', '.join(_nested(row, how) for row in array)}]"


def _array(array: Array, numbers: Numbers) -> str:
    kind = {"float32": ", dtype=np.float32", "fraction": ", dtype=object", "object": ", dtype=object"}
    return f"np.array({_nested(array, numbers)}{kind.get(numbers, '')})"


def _stated(name: str, given: Array) -> str:
    return repr(given.item()) if name in SCALARS else _array(given, "float")


FUNCTIONS = """\
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def relu(z):
    return np.maximum(0, z)


def relu_slope(z):
    return np.where(z > 0, 1.0, 0.0)


def leaky_relu(z, slope):
    return np.where(z > 0, z, slope * z)


def leaky_relu_slope(z, slope):
    return np.where(z > 0, 1.0, slope)


def softmax(z):
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def log_softmax(z):
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def softplus(z):
    return np.log(1 + np.exp(z))


"""


def written_out(task: Task, wrong: Mapping[str, Formula], names: Mapping[str, str]) -> str:
    """Return a pass in NumPy straight from the formulas, wrong ones in the place of some steps' own."""
    graph, givens = task.graph, task.givens()
    lines = [f"{names.get(name, name)} = {_stated(name, givens[name])}" for name in graph.givens]
    done: set[str] = set(graph.givens)

    def leaf(part: Formula) -> Text | None:
        return Text(names.get(part.name, part.name)) if isinstance(part, Ref) else None

    def work_out(name: str) -> None:
        if name in done:
            return
        formula = wrong.get(name, graph.step[name].formula)
        for needed in inputs(formula):
            work_out(needed)
        done.add(name)
        text = unmarked(Printer(NUMPY, leaf, lambda _: False).write(formula))
        if shape(formula, graph.shapes) != graph.shapes[name]:
            text = f"({text}) * np.ones({graph.shapes[name]})"
        lines.append(f"{names.get(name, name)} = {text}")

    for step in graph.steps:
        work_out(step.name)
    return FUNCTIONS + "\n".join(lines) + "\n"


SCALAR_FUNCTIONS = """\
from math import exp, log, tanh


def relu_slope(z):
    return 1.0 if z > 0 else 0.0


def leaky_relu_slope(z, slope):
    return 1.0 if z > 0 else slope


def sign(e):
    return (e > 0) - (e < 0)

"""
SCALAR = replace(
    PLAIN,
    functions={
        **PLAIN.functions,
        "relu_slope": "relu_slope({})",
        "leaky_relu_slope": "leaky_relu_slope({})",
        "sign": "sign({})",
    },
)


def number_by_number(task: Task, names: Mapping[Spot, str]) -> str:
    """Return a pass in plain Python, every number a variable of its own."""
    graph, givens = task.graph, task.givens()

    def leaf(part: Formula) -> Text | None:
        return Text(names[part.name, part.row, part.column]) if isinstance(part, Entry) else None

    lines = [
        f"{names[name, row, column]} = {givens[name][row, column].item()!r}"
        for name in graph.givens
        for row, column in np.ndindex(*graph.shapes[name])
    ]
    for step in graph.steps:
        for row, column in np.ndindex(*graph.shapes[step.name]):
            formula = spelled_out(entry(step.evaluated, row, column, graph.shapes))
            lines.append(f"{names[step.name, row, column]} = {unmarked(Printer(SCALAR, leaf).write(formula))}")
    return SCALAR_FUNCTIONS + "\n".join(lines) + "\n"


def spelled(task: Task, notation: Literal["lesson", "standard"]) -> dict[Spot, str]:
    """Return the names that the numbers of a pass have in a notation, as identifiers."""
    symbols, shapes = task.symbols(notation), task.graph.shapes
    every = [(name, row, column) for name in shapes for row, column in np.ndindex(*shapes[name])]
    found = {spot: re.sub(r"\W+", "_", ascii_symbol(symbols.entry(*spot))) for spot in every}
    return {spot: f"{name}_" if iskeyword(name) else name for spot, name in found.items()}


def variables(task: Task) -> tuple[str, ...]:
    """Return the names of the reference script's variables, and `b` for all biases in one."""
    return (*task.graph.shapes, "b")


def worked(graph: Graph, givens: Mapping[str, Array], wrong: Mapping[str, Formula]) -> dict[str, Array]:
    """Work a pass as a program does that has wrong formulas in some steps."""

    class Values(dict[str, Array]):
        def __missing__(self, name: str) -> Array:
            formula = wrong.get(name, graph.step[name].formula)
            self[name] = np.broadcast_to(value(formula, lookup(self)), graph.shapes[name])
            return self[name]

    values = Values({name: givens[name] for name in graph.givens})
    with np.errstate(all="ignore"):
        return dict(values) | {name: values[name] for name in graph.step}


def elsewhere(task: Task) -> dict[str, Array]:
    """Return other givens, as a moved world may have them; what is 0 throughout stays, and so do shares."""
    chance = np.random.default_rng(1)
    givens = {name: np.asarray(given) for name, given in task.givens().items()}
    fixed = {"y"} if task.network.loss in (*CLASS_LOSSES, *PROBABILITY_LOSSES) else set()
    return {
        name: given if name in fixed or not given.any() else chance.uniform(0.3, 1.3, given.shape)
        for name, given in givens.items()
    }
