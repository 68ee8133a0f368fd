r"""Spell in ASCII a symbol that somebody wrote: `\hat{y}` is `yhat`, `w_{21}^{new}` `w21_new`, `∂L/∂θ₃` `dtheta3`.

What `writing.symbols` writes in LaTeX or Unicode comes out as its `ascii_symbol` spells it.
"""

from __future__ import annotations

import re
import unicodedata

from msgspec import Struct

LONGEST_SYMBOL = 160

_LETTERS = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "ε": "epsilon",
    "η": "eta",
    "θ": "theta",
    "λ": "lambda",
    "μ": "mu",
    "ν": "nu",
    "ρ": "rho",
    "σ": "sigma",
    "τ": "tau",
    "φ": "phi",
    "Θ": "Theta",
    "Σ": "Sigma",
}
GREEK = (*_LETTERS.values(), "Delta")
"""How Greek letters are spelled out."""

_LETTERS |= {
    "Δ": r"\Delta ",
    "ϑ": "theta",
    "ϵ": "epsilon",
    "ℓ": "L",
    "ℒ": "L",
    "ŷ": r"\hat{y}",
    "∂": r"\partial ",
    "∇": r"\nabla ",
}
_SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉ₕₒ", "0123456789ho", strict=True))
_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾⁺ⁿᵉʷᵒˡᵈ", "0123456789()+newold", strict=True))
_MATHEMATICAL = re.compile("[\U0001d400-\U0001d7ff]")
_LOW = re.compile(f"[{''.join(_SUBSCRIPTS)}](?:[{''.join(_SUBSCRIPTS)},]*[{''.join(_SUBSCRIPTS)}])?")
_HIGH = re.compile(rf"\[[{''.join(_SUPERSCRIPTS)}]+\]|[{''.join(_SUPERSCRIPTS)}]+")

_SPACE = re.compile(r"\\[,;:! ]|\\(?:quad|left|right|displaystyle|limits)(?![a-zA-Z])|[~$`]|\s+")
_FONT = re.compile(
    r"\\(?:mathbf|mathrm|mathit|mathcal|mathsf|boldsymbol|bm|text|textbf|textit|textrm|operatorname|mbox|texttt|vec|underline|boxed)(?![a-zA-Z])\s*"
)
_HAT = re.compile(r"\\(?:hat|widehat|bar|overline|tilde)\s*(?:\{\s*([a-zA-Z])\s*\}|([a-zA-Z]))")
_COMMAND = re.compile(rf"\\(?:var)?({'|'.join(GREEK)}|ell)(?![a-zA-Z])")
_CODE = re.compile(r"[A-Za-z]\w*(?:\.\w+)*(?:\[\d+(?:,\d+)*\])?")
_SAID_NEW = r"new|updated|update|nuevo|nueva|neu"
_NEW_BEFORE = re.compile(rf"(?:{_SAID_NEW})[ _]+(?=\S)", re.IGNORECASE)
_NEW_AFTER = re.compile(rf"(?:\s+(?:{_SAID_NEW})|\s*\(\s*(?:{_SAID_NEW})\s*\))$", re.IGNORECASE)
_NEW = {*_SAID_NEW.split("|"), "+", "t+1", "k+1", "n+1", "i+1", "prime", "'"}
_OLD = {"t", "k", "n"}
_LOSSES = r"(?:L|E|J|C|loss|cost|error|MSE|BCE|SSE)(?:_?\{{0,2}(?:total|tot)\}{0,2})?"
_D = r"(?:\\partial|d|\{d\})"
_OVER = re.compile(rf"\\[cdt]?frac\{{\s*{_D}\s*\{{?{_LOSSES}\}}?\s*\}}\{{\s*{_D}\s*(.+)\}}", re.IGNORECASE)
_SLASH = re.compile(rf"\(?{_D}\s*{_LOSSES}\)?\s*/\s*\(?\s*{_D}\s*(.+?)\)?", re.IGNORECASE)
_NABLA = re.compile(rf"\\nabla\s*(?:_\s*\{{?(.+?)\}}?(?:\s*{_LOSSES})?|([^_\s].*))")
_MARK = re.compile(r"[\d_^\\]|[^\x00-\x7f]")
_WORD = re.compile(r"([A-Za-z]+?)(\d*)(?![A-Za-z\d])")


class _Parts(Struct):
    """A symbol while it is read."""

    base: str
    layer: str
    hat: str = ""
    index: tuple[str, ...] = ()
    sample: str = ""
    new: bool = False
    old: bool = False

    def spelled(self) -> str:
        head = self.base + self.hat + self.layer
        index = "_".join(self.index)
        name = f"{head}_{index}" if self.layer and index else head + index
        return (
            name + (f"_s{self.sample}" if self.sample else "") + ("_new" if self.new else "_old" if self.old else "")
        )


def ascii_name(text: str) -> str | None:
    """Return the ASCII spelling of a symbol; None if the text is not one symbol."""
    text = text.strip().strip("*")
    if not text or len(text) > LONGEST_SYMBOL:
        return None
    text, new = _newness(_plain(text))
    name = _gradient(text) or _velocity(text) or _symbol(text)
    if name is None or not new or name.endswith("_new"):
        return name
    return f"{name}_new"


def is_marked(text: str) -> bool:
    """Tell whether a symbol has a number, a script or a letter that a word of English has not."""
    return bool(_MARK.search(text))


def _plain(text: str) -> str:
    """Take out fonts, spaces of LaTeX and letters beyond ASCII."""
    text = _MATHEMATICAL.sub(lambda letter: unicodedata.normalize("NFKC", letter[0]), text)
    text = unicodedata.normalize("NFC", text)
    text = _LOW.sub(lambda run: f"_{{{''.join(_SUBSCRIPTS.get(c, c) for c in run[0])}}}", text)
    text = _HIGH.sub(lambda run: f"^{{{''.join(_SUPERSCRIPTS.get(c, c) for c in run[0])}}}", text)
    text = "".join(_LETTERS.get(c, c) for c in text).replace("′", "'").replace("’", "'").replace(r"\_", "_")
    text = _SPACE.sub(" ", _COMMAND.sub(lambda c: "L" if c[1] == "ell" else c[1], text))
    text = _HAT.sub(lambda hat: f"{hat[1] or hat[2]}hat", _FONT.sub("", text))
    text = text.replace(r"\prime", "'")
    return re.sub(r"\s*([_^{}()\[\]/,])\s*", r"\1", text.strip())


def _newness(text: str) -> tuple[str, bool]:
    """Take `new` off the front or the end of a symbol, as people say it."""
    before, after = _NEW_BEFORE.match(text), _NEW_AFTER.search(text[-16:])
    text = text[: len(text) - len(after[0])] if after else text
    return text[before.end() if before else 0 :], bool(before or after)


def _gradient(text: str) -> str | None:
    found = _OVER.fullmatch(text) or _SLASH.fullmatch(text) or _NABLA.fullmatch(text)
    if found is None:
        return None
    inner = next(part for part in found.groups() if part)
    name = _symbol(inner.strip())
    return None if name is None else f"d{name}"


def _velocity(text: str) -> str | None:
    r"""Read `v_{w_{11}}` and `v(w_{11})`: the velocity of a symbol."""
    rest = text[1:]
    if text[:1] != "v" or not rest.startswith(("_{", "(")):
        return None
    close = _closing(rest, 1 if rest[0] == "_" else 0)
    if close is None:
        return None
    inner, above = rest[2 if rest[0] == "_" else 1 : close], rest[close + 1 :]
    if not re.match(r"[A-Za-z]", inner):
        return None
    name = _symbol(inner + above)
    return None if name is None else f"v{name}"


def _closing(text: str, start: int) -> int | None:
    """Return where the bracket that opens at `start` is closed."""
    pair = {"{": "}", "(": ")", "[": "]"}[text[start]]
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] == text[start]) - (text[place] == pair)
        if depth == 0:
            return place
    return None


def _symbol(text: str) -> str | None:
    """Read a base with scripts; a name of a programming language stays as it is."""
    text = text.strip()
    while text.startswith("{") and _closing(text, 0) == len(text) - 1:
        text = text[1:-1].strip()
    code = re.sub(r"[{}]", "", text)
    if ("." in code or "[" in code) and _CODE.fullmatch(code):
        return code
    if text.startswith("{"):
        close = _closing(text, 0)
        text = text if close is None else text[1:close] + text[close + 1 :]
    word = _WORD.match(text.replace("_", " ", 1) if text[:1] == "_" else text)
    if word is None:
        return None
    base, layer = word[1], word[2]
    hat = ""
    if base.endswith("hat") and len(base) > 3:
        base, hat = base[:-3], "hat"
    parts = _Parts(base, layer, hat)
    return parts.spelled() if _scripts(text[word.end() :], parts) else None


def _scripts(text: str, parts: _Parts) -> bool:
    """Read what stands below and above the base; False if there is anything else."""
    text = text.strip()
    while text:
        if text[0] == "'":
            parts.new, text = True, text[1:].lstrip()
            continue
        if text[0] not in "_^":
            return False
        found, rest = _script(text[1:].lstrip())
        if found is None or not (_below if text[0] == "_" else _above)(found, parts):
            return False
        text = rest.lstrip()
    return True


def _script(text: str) -> tuple[str | None, str]:
    """Split off one script: what is in braces, a bracketed layer or sample, a word or a number."""
    if not text:
        return None, ""
    if text[0] in "{([":
        close = _closing(text, 0)
        if close is None:
            return None, ""
        return (text[1:close] if text[0] == "{" else text[: close + 1]), text[close + 1 :]
    word = re.match(r"[A-Za-z0-9]+|[+']", text)
    return (word[0], text[word.end() :]) if word else (None, "")


def _below(found: str, parts: _Parts) -> bool:
    found = re.sub(r"\(([a-zA-Z]+)\)", r",\1", found.replace("{", "").replace("}", "").strip())
    pieces = [piece for piece in re.split(r"[,\s_]+", found) if piece]
    numbers = []
    for piece in pieces:
        if piece.lower() in _NEW - {"'", "+"}:
            parts.new = True
        elif piece.lower() == "old":
            parts.old = True
        elif piece == "hat":
            parts.hat = "hat"
        elif re.fullmatch(r"s\d+", piece):
            parts.sample = piece[1:]
        elif re.fullmatch(r"[A-Za-z0-9]+", piece):
            numbers.append(piece)
        else:
            return False
    # 1 and 2 are written 12, but 1 and 10 are 1,10.
    joined = "_" if any(len(number) > 1 for number in numbers) else ""
    if numbers:
        parts.index = (*parts.index, joined.join(numbers))
    return bool(pieces)


def _above(found: str, parts: _Parts) -> bool:
    """Read `[2]` as a layer, `(1)` as a sample (of a weight: a layer), `new` and the like as new."""
    rest = found.replace("{", "").replace("}", "").strip()
    while rest:
        piece = re.match(r"\[(\d+)\]|\((\d+)\)|\(([^()]*)\)|([^\[\]()]+)", rest)
        if piece is None:
            return False
        layer, sample, *others = piece.groups()
        said = next((other for other in others if other is not None), "").strip()
        if layer or (sample and parts.base[-1:] in ("W", "w", "b")):
            parts.layer = layer or sample
        elif sample:
            parts.sample = sample
        elif said.lower() in _NEW or set(said) == {"'"}:
            parts.new = True
        elif said.lower() == "old":
            parts.old = True
        elif said not in _OLD and said:
            return False
        rest = rest[piece.end() :].lstrip()
    return bool(found.strip())
