"""Read calculations that a program writes out, as in `z1 = 1*0.2 + 0*0.4 - 0.7`, as formulas: none is ever run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import islice

from msgspec import Struct

from backprop_lab.engine.formula import Add, Apply, Const, Div, Formula, Mul, Ref
from backprop_lab.marking.observations import Where

Source = Mapping[int | None, Sequence[str]]
"""The lines of each cell of a program; those of a script are under None."""

_LONGEST = 400
_MOST_LINES = 40
_DEEPEST = 20
_NUMBER = r"(?:\d{1,17}(?:\.\d{0,17})?|\.\d{1,17})(?:[eE][-+]?\d{1,2})?"
_NAME = r"[^\W\d]\w*(?:\.[^\W\d]\w*|\[\d{1,4}\])*"
_TOKEN = re.compile(rf"\s*(?:({_NUMBER}(?![\w.]))|({_NAME})|(\*\*|[-+*/(),]))")
_ASSIGNED = re.compile(r"\s*([^=\n]{1,80}?)\s*=(?!=)(.*)", re.DOTALL)
_COMMENT = re.compile(r"#.*")
_MINUS = Const(Fraction(-1))
_FUNCTIONS = frozenset(("exp", "log", "tanh", "sigmoid", "relu"))


class Named(Struct, frozen=True):
    """What a name in a calculation stands for: which of the submission's numbers, and whether that is a given."""

    index: int
    number: float
    is_given: bool


class Calculation(Struct, frozen=True):
    """A calculation as a formula, whose names are those of the program and the texts of its numbers."""

    formula: Formula
    named: Mapping[str, Named]


def read_calculation(source: Source, where: Where) -> Formula | None:
    """Return the calculation that a line assigns to the name that is seen there; None if it is none.

    Arithmetic and the functions of neurons alone are read: no text, no member by another name, no other call.
    """
    if where.line is None or not 0 < where.line <= len(source.get(where.cell, ())):
        return None
    text = ""
    for line in islice(source[where.cell], where.line - 1, where.line - 1 + _MOST_LINES):
        text += _COMMENT.sub("", line[: _LONGEST + 1])
        if len(text) > _LONGEST or text.count("(") > _DEEPEST:
            return None
        if text.count("(") <= text.count(")"):
            break
    assigned = _ASSIGNED.fullmatch(text)
    if assigned is None or "".join(assigned[1].split()) != "".join(where.name.split()):
        return None
    try:
        return _Text(assigned[2].strip()).read()
    except _NotReadError:
        return None


class _NotReadError(Exception):
    """A text is no calculation."""


class _Text:
    """Reads the text of a calculation, from left to right."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str, str]] = []
        place = 0
        while place < len(text):
            found = _TOKEN.match(text, place)
            if found is None:
                raise _NotReadError
            self.tokens.append((found[1] or "", found[2] or "", found[3] or ""))
            place = found.end()
        self.tokens.append(("", "", ""))
        self.place = 0

    def read(self) -> Formula:
        """Return all of it."""
        formula = self.sum()
        if self.place != len(self.tokens) - 1:
            raise _NotReadError
        return formula

    def take(self, *signs: str) -> str:
        """Return the next token and go past it if it is one of these signs; else an empty text."""
        sign = self.tokens[self.place][2]
        if not sign or sign not in signs:
            return ""
        self.place += 1
        return sign

    def expect(self, sign: str) -> None:
        """Go past a sign that must be there."""
        if not self.take(sign):
            raise _NotReadError

    def sum(self) -> Formula:
        """Read terms."""
        terms = [self.product()]
        while sign := self.take("+", "-"):
            terms.append(self.product() if sign == "+" else Mul((_MINUS, self.product())))
        return Add(tuple(terms)) if len(terms) > 1 else terms[0]

    def product(self) -> Formula:
        """Read factors."""
        formula = self.factor()
        while sign := self.take("*", "/"):
            other = self.factor()
            formula = Mul((formula, other)) if sign == "*" else Div(formula, other)
        return formula

    def factor(self) -> Formula:
        """Read a number, a name, a call or what stands in parentheses, with its signs and squared or not."""
        signs = 1
        while sign := self.take("+", "-"):
            signs *= 1 if sign == "+" else -1
        formula = self.operand()
        if self.take("**"):
            formula = Apply("square", (formula,))
            if self.tokens[self.place][0] != "2":
                raise _NotReadError
            self.place += 1
        return formula if signs == 1 else Mul((_MINUS, formula))

    def operand(self) -> Formula:
        """Read a number, a name, a call or what stands in parentheses."""
        if self.take("("):
            formula = self.sum()
            self.expect(")")
            return formula
        number, name, _ = self.tokens[self.place]
        self.place += 1
        if not number and not name:
            raise _NotReadError
        return self.call(name.rpartition(".")[2]) if name and self.take("(") else Ref(number or name)

    def call(self, function: str) -> Formula:
        """Read the arguments of a function; of maxima, those of a number and 0."""
        arguments = [self.sum()]
        while self.take(","):
            arguments.append(self.sum())
        self.expect(")")
        if function in ("max", "maximum") and len(arguments) == 2:
            function, arguments = "relu", [entry for entry in arguments if not _is_zero(entry)]
        if function not in _FUNCTIONS or len(arguments) != 1:
            raise _NotReadError
        return Apply(function, tuple(arguments))


def number_in(name: str) -> float | None:
    """Return the number that a name of a calculation's formula is the text of; None for a name of the program's."""
    return float(name) if name[0].isdecimal() or name[0] == "." else None


def unit_of(text: str) -> float:
    """Return the unit of the last digit of a number that has two decimals or more, and may be rounded; else 0."""
    digits, _, power = text.lower().partition("e")
    decimals = len(digits.partition(".")[2])
    return 10.0 ** (int(power or 0) - decimals) if decimals > 1 else 0.0


def _is_zero(formula: Formula) -> bool:
    return isinstance(formula, Ref) and number_in(formula.name) == 0
