"""Compute what a matrix line of the terminal says, apart from the program: `[1 2] [3; 4] + 0.5`, or in symbols."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

Matrix = npt.NDArray[np.float64]


class Displayed(Struct, frozen=True):
    """What symbols stand for, as printed, and which way the samples of a batch lie."""

    symbols: Mapping[str, str]
    columns_are_samples: bool


def evaluate(text: str, displayed: Displayed) -> Matrix:
    """Compute a formula or a substitution."""
    reader = _Reader(text, displayed)
    result = reader.sum()
    assert not reader.rest, f"not understood: {reader.rest}"
    return result


def assert_close(found: Matrix, expected: Matrix, room: float) -> None:
    """Fail unless both have the same shape and, but for that much, the same numbers."""
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= room


_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?")
_FUNCTION = re.compile(r"(σ|max|tanh|softmax|ln|exp|ReLU′|LReLU′|LReLU)\(")
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def _number(text: str) -> float:
    mantissa, _, exponent = text.partition("·10")
    return float(f"{mantissa}e{exponent.translate(_SUPERSCRIPT)}" if exponent else mantissa)


def _matrix(text: str) -> Matrix:
    rows = text.removeprefix("[").removesuffix("]").split(";")
    return np.array([[_number(cell) for cell in row.split()] for row in rows])


class _Reader:
    """Reads from left to right; each method takes one kind of phrase."""

    def __init__(self, text: str, displayed: Displayed) -> None:
        self.rest = text
        self.displayed = displayed
        self.longest_first = sorted(displayed.symbols, key=len, reverse=True)

    def take(self, pattern: str) -> str | None:
        found = re.match(pattern, self.rest)
        if found is None:
            return None
        self.rest = self.rest[found.end() :]
        return found[0]

    def sum(self) -> Matrix:
        result = self.product()
        while sign := self.take(r" [+-] "):
            term = self.product()
            result = result + term if "+" in sign else result - term
        return result

    def product(self) -> Matrix:
        sign = -1.0 if self.take("-") else 1.0
        result = self.power()
        while operator := self.take(r"·|/| ⊙ | @ | (?=[^+\-⊙@o ])"):
            factor = self.power()
            single = 1 in (result.size, factor.size)
            match operator.strip():
                case "/":
                    result = result / factor
                case "·" | "⊙":
                    result = result * factor
                case _:
                    result = result * factor if single else result @ factor
        return sign * result

    def power(self) -> Matrix:
        result = self.atom()
        while operator := self.take("⊙²|²|ᵀ"):
            result = result.T if operator == "ᵀ" else result**2
        return result

    def atom(self) -> Matrix:
        if self.take("Σ "):
            return self.total(self.product())
        if self.take(r"\("):
            result = self.sum()
            assert self.take(r"\)")
            return result
        function = _FUNCTION.match(self.rest)
        if function:
            self.rest = self.rest[function.end() :]
            arguments = [self.sum()]
            while self.take(", "):
                arguments.append(self.sum())
            assert self.take(r"\)")
            return self.applied(function[1], arguments)
        for symbol in self.longest_first:
            if self.rest.startswith(symbol):
                self.rest = self.rest.removeprefix(symbol)
                value = self.displayed.symbols[symbol]
                return evaluate(value, Displayed({}, self.displayed.columns_are_samples))
        matrix = self.take(r"\[[^\]]*\]")
        if matrix:
            return _matrix(matrix)
        number = self.take(_NUMBER.pattern)
        assert number, f"not understood: {self.rest}"
        return np.array([[_number(number)]])

    def total(self, terms: Matrix) -> Matrix:
        samples = 1 if self.displayed.columns_are_samples else 0
        axis = samples if self.take(" over samples") else 1 - samples if self.take(" over units") else None
        result: Matrix = np.sum(terms, axis=axis, keepdims=True)
        return result

    def applied(self, name: str, arguments: list[Matrix]) -> Matrix:
        units = 0 if self.displayed.columns_are_samples else 1
        functions: Mapping[str, Callable[..., Any]] = {
            "σ": lambda z: 1 / (1 + np.exp(-z)),
            "max": np.maximum,
            "tanh": np.tanh,
            "ln": np.log,
            "exp": np.exp,
            "softmax": lambda z: np.exp(z) / np.exp(z).sum(axis=units, keepdims=True),
            "ReLU′": lambda z: np.where(z > 0, 1.0, 0.0),
            "LReLU": lambda z, slope: np.where(z > 0, z, slope * z),
            "LReLU′": lambda z, slope: np.where(z > 0, 1.0, slope),
        }
        result: Matrix = functions[name](*arguments)
        return result
