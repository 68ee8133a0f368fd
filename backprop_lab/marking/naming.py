"""What the name of a variable suggests: the kinds of quantity that people give such a name to.

Names are evidence and never proof: `z1` is unit 1 or layer 1, `h1` a net input or an activation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Literal

from msgspec.structs import replace

from backprop_lab.engine.graph import Kind
from backprop_lab.writing.notation import NOTATIONS, Notation
from backprop_lab.writing.symbols import ascii_symbol

Suggested = Kind | Literal["weights", "biases", "input", "target", "learning_rate"]

_GREEK = {
    "δ": "delta", "Δ": "delta", "θ": "theta", "β": "beta", "η": "eta", "α": "alpha", "σ": "sigma", "∂": "d",
    "∇": "grad", "ŷ": "yhat", "̂": "hat", "ʹ": "new", "′": "new",
}  # fmt: skip
_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")

_NEW = r"(new|upd|updated?|next|nuev[oa]s?|after|final|actualizad[oa]s?|post|prime|adj)"
_GRADIENT = r"(d|g|del|delta|grad|gradient|gradiente|partial|dl|de|dc|dj|dloss|derror|change)"
_WEIGHTS = r"(w|weights?|wts?|pesos?|kernel|wsh|hwu)"
_BIASES = r"(b|bias(es)?|theta|beta|sesgos?|th|t)"

_LAYERS = r"hidden|hid|output|out|layer|oculta|salida"
"""Which layer a quantity is of, and not what it is: `W_hidden_new`."""

_WORDS: tuple[tuple[str, tuple[Suggested, ...]], ...] = (
    (rf"^{_GRADIENT}{_WEIGHTS}$|^{_WEIGHTS}{_GRADIENT}$", ("weight_gradient",)),
    (rf"^{_GRADIENT}{_BIASES}$|^{_BIASES}{_GRADIENT}$", ("bias_gradient",)),
    (rf"^{_NEW}?v(el(ocity)?)?{_WEIGHTS}$", ("weight_velocity",)),
    (rf"^{_NEW}?v(el(ocity)?)?{_BIASES}$", ("bias_velocity",)),
    (rf"^{_WEIGHTS}{_NEW}$|^{_NEW}{_WEIGHTS}$", ("weight_update",)),
    (rf"^{_BIASES}{_NEW}$|^{_NEW}{_BIASES}$", ("bias_update",)),
    (r"^(d|grad|dl|de|dc|dj)x$", ("input_gradient",)),
    (r"^(delta|d|dz|deltas|dnet|dl?dz|dedz|dldz|gradz|local(grad(ient)?)?|errorterm|sigma|dn)$", ("delta",)),
    (r"^(error|err|e|diff(erence)?|residual|errors)$", ("error", "loss")),
    (r"^(delta|d|error|err|e|local|grad)(out(put)?|o|hidden|hid|h|oculta|salida)$", ("delta", "error")),
    (r"^(loss|cost|mse|sse|l|j|c|squarederror|se|perdida|bce|ce|etotal|totalerror|errortotal)$", ("loss",)),
    (r"^(error|err|e)(2|sq|squared|total|sum)$", ("loss", "error")),
    (
        (
            r"^(a|act|activation|h|out|output|o|yhat|ypred|pred(iction)?|relu|sigmoid|hidden|salida|tanh|softmax|p|probs?"
            r"|hiddenout(put)?|outputout(put)?|outh|outo|y|yp|yh|oh|oo|ah|ao|forward|capa|hiddenlayer|outputlayer)$"
        ),
        ("activation",),
    ),
    (
        (
            r"^(z|net|netinput|netinputs|zin|zh|zo|neth|neto|pre(activation)?|s|sum|suma|logits?|hiddenin(put)?"
            r"|outputin(put)?|a|h|in|weightedsum|u|v|lin(ear)?|fc)$"
        ),
        ("net_input",),
    ),
    (rf"^{_WEIGHTS}$|^[uv]$|^w[a-z]{{1,2}}$|^(in|out|h|o|hidden|output){_WEIGHTS}$", ("weights", "weight_update")),
    (rf"^{_BIASES}$|^b[ho]$|^theta[ho]$", ("biases", "bias_update")),
    (r"^(x|inputs?|inp|entradas?|xs|features?|xinput|i|samples?)$", ("input",)),
    (r"^(y|target|t|label|ytrue|expected|desired|objetivo|actual|tk|targets|ytarget|yactual)$", ("target",)),
    (r"^(lr|learningrate|eta|alpha|rate|tasa|n|epsilon|a)$", ("learning_rate",)),
)


@lru_cache(maxsize=1 << 15)
def suggested(name: str) -> frozenset[Suggested]:
    """Return the kinds of quantity that a name suggests; none where it says nothing."""
    if re.search(r" [-+*/@]{1,2} ", name):
        return frozenset()  # an expression
    plain = _last_part(name)
    letters = re.sub(r"[\W\d_]", "", plain)
    kinds = _kinds(letters) or _kinds(re.sub(_LAYERS, "", letters))
    if re.search(r"\.grad\b", name.lower()):
        return frozenset({"bias_gradient" if kinds & {"biases", "bias_update"} else "weight_gradient"})
    return frozenset(kinds)


def _kinds(letters: str) -> set[Suggested]:
    return {kind for pattern, found in _WORDS if re.match(pattern, letters) for kind in found}


def parents(name: str) -> list[str]:
    """Return the names and keys of what something is a member of: `net` and `w` of `net['w']['H1']`."""
    *parts, _ = re.findall(r"[^\W\d]\w*", name) or [""]
    return parts


def _last_part(name: str) -> str:
    """Return the part of a name that says most: of `self.out.delta` and `cache['Z1']`, the last."""
    for letter, word in _GREEK.items():
        name = name.replace(letter, word)
    argument = re.match(r"argument (\w+) of ", name)
    name = argument[1] if argument else name
    name = re.sub(r"\.(grad|data|T|value|item\(\))\b", "", name.translate(_DIGITS))
    key = re.findall(r"""\[\s*['"]([^'"]+)['"]\s*\]""", name)
    base = key[-1] if key else re.sub(r"\[.*?\]", "", name)
    return base.replace("return of ", "").split(".")[-1].lower()


def bare(name: str) -> str:
    """Return a name without case and underscores."""
    return name.lower().replace("_", "")


def spellings(notation: Notation, name: str, row: int, column: int) -> Iterator[str]:
    """Yield the bare symbols of an entry in every notation, and last in this one."""
    for other in (*(replace(notation, name=other) for other in NOTATIONS), notation):
        yield bare(ascii_symbol(other.entry(name, row, column)))


def likeness(name: str, kind: Suggested) -> int:
    """Return 2 if a name suggests that kind of quantity, 1 if it says nothing, 0 if it suggests another."""
    kinds = suggested(name)
    return 2 if kind in kinds else (0 if kinds else 1)


@lru_cache(maxsize=4096)
def digits(name: str) -> str:
    """Return the digits of a name, which count units or layers."""
    return re.sub(r"[^0-9]", "", _last_part(name) + "".join(re.findall(r"\[[\d,: ]+\]", name)))


_GIVEN_KINDS: Mapping[str, Suggested] = {"x": "input", "y": "target", "W": "weights", "b": "biases"}
"""The kind of a given by the first letter of its name; any other is the learning rate or one of its like."""
GIVEN_KINDS: frozenset[Suggested] = frozenset((*_GIVEN_KINDS.values(), "learning_rate"))


def given_kind(name: str) -> Suggested:
    """Return the kind of a given by its name in the graph."""
    return _GIVEN_KINDS.get(name[0], "learning_rate")
