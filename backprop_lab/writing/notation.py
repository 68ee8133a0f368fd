"""How quantities are called: each notation is a table of symbol parts and an orientation. Words only, no computing.

lesson     Z_1 H_1 Z_3 ŷ θ_3 δ_3; units are numbered through all layers, weights per layer, row by row
standard   z^{[l]}_j a^{[l]}_j W^{[l]}_{jk} b^{[l]}_j; column vectors, W as (units, inputs)
pytorch    z1, fc1.weight, fc1.bias, .grad; row vectors, weight as (units, inputs), indices from 0
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

NotationName = Literal["lesson", "standard", "pytorch"]
NOTATIONS: tuple[NotationName, ...] = get_args(NotationName)

Role = Literal["value", "gradient", "velocity", "new", "old_velocity"]

_NAME = re.compile(r"(d(?=[Wbx])|v(?=[Wb]))?(delta|error|mask|kept|[zaWbxyLp])(\d*)(_new|_old)?")
_ROLES: dict[tuple[str, str], Role] = {
    ("", ""): "value",
    ("d", ""): "gradient",
    ("v", ""): "velocity",
    ("", "_new"): "new",
    ("v", "_old"): "old_velocity",
}


class Symbol(Struct, frozen=True):
    """The parts of a symbol: a base letter or word, an index below, layer and sample above, and its role."""

    base: str
    index: tuple[int | str, ...] = ()
    layer: str = ""
    sample: str = ""
    hat: bool = False
    tilde: bool = False
    """Tilde: an activation of which some are dropped."""
    role: Role = "value"
    code: bool = False
    """Code: a name of a programming language, with its index in brackets."""


class Notation(Struct, frozen=True):
    """A notation, bound to a network's sizes (inputs first) and number of samples."""

    name: NotationName
    sizes: tuple[int, ...]
    samples: int

    @property
    def depth(self) -> int:
        """The number of layers of weights."""
        return len(self.sizes) - 1

    @property
    def weights_first(self) -> bool:
        """Whether a single net input is written w x (as on paper) and not x w (as in code)."""
        return self.name != "pytorch"

    def flips(self, name: str) -> bool:
        """Whether the matrix of that name is written transposed: as columns, or (units, inputs)."""
        if self.name == "standard":
            return name not in _SCALARS["lesson"]
        return self.name == "pytorch" and parse(name)[1] == "W"

    @property
    def keys(self) -> dict[str, str]:
        """The keys of a task file that this notation has a symbol of its own for, by that symbol in ASCII."""
        return {symbol: key for key, symbol in _SCALARS[self.name].items()}

    def spots(self, name: str, shape: tuple[int, int]) -> list[tuple[int, int]]:
        """Return the row and column of every number as it is stored, row by row of the matrix as it is written."""
        rows, columns = shape
        return [self.spot(name, shape, place) for place in range(rows * columns)]

    def spot(self, name: str, shape: tuple[int, int], place: int) -> tuple[int, int]:
        """Return the row and column of one of these numbers; places count from 0."""
        rows, columns = shape
        if self.flips(name):
            return divmod(place, rows)[::-1]
        return divmod(place, columns)

    def entry(self, name: str, row: int, column: int) -> Symbol:
        """Return the symbol of one number; row and column count from 0, as the value is stored."""
        role, letter, layer = parse(name)
        if letter in _SCALARS[self.name] or (letter == "p" and self.name == "pytorch"):
            return self.matrix(name)
        match self.name:
            case "lesson":
                return replace(self._lesson_entry(letter, layer, row, column), role=role)
            case "standard":
                return replace(self._standard_entry(letter, layer, row, column), role=role)
            case "pytorch":
                return replace(self.matrix(name), index=_code_index(letter, row, column))

    def matrix(self, name: str) -> Symbol:
        """Return the symbol of a whole matrix."""
        role, letter, layer = parse(name)
        if letter in _SCALARS[self.name]:
            return Symbol(_SCALARS[self.name][letter], code=self.name == "pytorch")
        match self.name:
            case "lesson":
                base, hat = _matrix_letter(_LESSON_MATRICES, letter, layer), letter == "a" and layer == self.depth
                index = () if hat or not layer else (self._lesson_layer(layer),)
                return Symbol("y" if hat else base, index, hat=hat, tilde=letter == "kept", role=role)
            case "standard":
                base = _matrix_letter(_STANDARD_MATRICES, letter, layer)
                if self.samples > 1 and letter not in ("W", "b", "L", "p"):
                    base = base.capitalize()
                return Symbol(base, layer=str(layer) if layer else "", tilde=letter == "kept", role=role)
            case "pytorch":
                return self._code_name(role, letter, layer)

    def _lesson_layer(self, layer: int) -> str:
        if layer == self.depth:
            return "o"
        return "h" if self.depth == 2 else f"h{layer}"

    def _lesson_entry(self, letter: str, layer: int, row: int, column: int) -> Symbol:
        sample = str(row + 1) if self.samples > 1 else ""
        several_outputs = self.sizes[-1] > 1
        units_before = sum(self.sizes[1:layer])
        match letter:
            case "W":
                return Symbol("w", (layer, row * self.sizes[layer] + column + 1))
            case "b":
                return Symbol("theta", (units_before + column + 1,))
            case "a" if layer == self.depth:
                return Symbol("y", (column + 1,) if several_outputs else (), sample=sample, hat=True)
            case "y" | "error":
                base = {"y": "y", "error": "E"}[letter]
                return Symbol(base, (column + 1,) if several_outputs else (), sample=sample)
            case "x":
                return Symbol("x", (column + 1,), sample=sample)
            case "L":
                return Symbol("L")
            case "p":
                return Symbol("p", (layer,))
            case "kept" | "mask" if layer == 0:
                return Symbol(
                    {"kept": "x", "mask": "r"}[letter], (column + 1,), sample=sample, tilde=letter == "kept"
                )
            case "kept":
                return Symbol("H", (units_before + column + 1,), sample=sample, tilde=True)
            case _:
                base = {"z": "Z", "a": "H", "delta": "delta", "mask": "R"}[letter]
                return Symbol(base, (units_before + column + 1,), sample=sample)

    def _standard_entry(self, letter: str, layer: int, row: int, column: int) -> Symbol:
        above = str(layer) if layer else ""
        sample = str(row + 1) if self.samples > 1 and letter not in ("W", "b") else ""
        match letter:
            case "W":
                return Symbol("W", (column + 1, row + 1), layer=above)
            case "L":
                return Symbol("L")
            case "p":
                return Symbol("p", layer=str(layer))
            case _:
                base = _matrix_letter(_STANDARD_MATRICES, letter, layer)
                return Symbol(base, (column + 1,), layer=above, sample=sample, tilde=letter == "kept")

    def _code_name(self, role: Role, letter: str, layer: int) -> Symbol:
        match letter:
            case "W" | "b":
                base = f"fc{layer}.{'weight' if letter == 'W' else 'bias'}"
            case "L":
                base = "loss"
            case "delta":
                return Symbol(f"z{layer}.grad", code=True)
            case "mask" | "kept" | "p":
                base = f"{letter}{layer}"
            case _:
                base = f"{letter}{layer or ''}"
        suffix = {"value": "", "gradient": ".grad", "new": ".new", "velocity": ".v", "old_velocity": ".v.old"}
        return Symbol(base + suffix[role], code=True)


_SCALARS: dict[NotationName, dict[str, str]] = {
    "lesson": {
        "learning_rate": "alpha",
        "momentum": "mu",
        "dampening": "tau",
        "weight_decay": "lambda",
        "leaky_slope": "gamma",
    },
    "standard": {
        "learning_rate": "eta",
        "momentum": "mu",
        "dampening": "tau",
        "weight_decay": "lambda",
        "leaky_slope": "gamma",
    },
    "pytorch": {
        "learning_rate": "lr",
        "momentum": "momentum",
        "dampening": "dampening",
        "weight_decay": "weight_decay",
        "leaky_slope": "negative_slope",
    },
}
_LESSON_MATRICES = {
    "x": "x", "y": "y", "W": "W", "b": "theta", "z": "Z", "a": "A", "error": "E", "L": "L", "delta": "delta",
    "mask": "R", "kept": "A", "p": "p",
}  # fmt: skip
_STANDARD_MATRICES = {
    "x": "x", "y": "y", "W": "W", "b": "b", "z": "z", "a": "a", "error": "e", "L": "L", "delta": "delta",
    "mask": "r", "kept": "a", "p": "p",
}  # fmt: skip


@lru_cache(maxsize=4096)
def parse(name: str) -> tuple[Role, str, int]:
    """Split a canonical name such as `dW1` into its role, its letter and its layer (0 where it has none)."""
    if name in _SCALARS["lesson"]:
        return "value", name, 0
    found = _NAME.fullmatch(name)
    assert found is not None, f"{name} is not the name of a step or a given"
    prefix, letter, layer, suffix = (part or "" for part in found.groups())
    return _ROLES[prefix, suffix], letter, int(layer or 0)


def _matrix_letter(letters: Mapping[str, str], letter: str, layer: int) -> str:
    """Return the letter of a matrix; layer 0, of which some may be dropped, are the inputs."""
    return {"kept": letters["x"], "mask": "r"}.get(letter, letters[letter]) if layer == 0 else letters[letter]


def _code_index(letter: str, row: int, column: int) -> tuple[int, ...]:
    match letter:
        case "W":
            return (column, row)
        case "b":
            return (column,)
        case "L":
            return ()
        case _:
            return (row, column)
