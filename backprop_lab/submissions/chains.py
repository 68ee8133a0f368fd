r"""Read chains such as `Z_1 = 1(0.2) + … ≈ -0.7`: a symbol, and the number that the chain ends with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from backprop_lab.submissions.headings import WORDS
from backprop_lab.submissions.markup import Line, restored
from backprop_lab.submissions.numbers import read_number
from backprop_lab.submissions.symbols import GREEK, ascii_name, is_marked
from backprop_lab.submissions.values import Value, read_value, unbracketed

_LAST_WORDS = 6
_SEPARATING = (
    "and|so|hence|thus|then|therefore|since|because|as|if|when|with|where|which|gives|giving|also|while|but"
    "|und|da|weil|denn|daher|somit|folglich|wenn|mit|wobei|aber|ergibt"
    "|porque|pues|entonces|luego|como|si|cuando|donde|con|pois|então|logo|quando|portanto"
    "|et|donc|car|puisque|alors|avec|où|perché|poiché|quindi"
    "|因为|由于|所以|因此|故|则|而|且|当"
)
_TOKEN = re.compile(
    r"(?P<arrow>\\(?:Rightarrow|implies|Longrightarrow|iff|therefore|to|rightarrow|longrightarrow)(?![a-zA-Z])"
    r"|[→⟶⇒⟹∴]|=>|->)"
    r"|(?P<assign>\\(?:leftarrow|gets|coloneqq)(?![a-zA-Z])|←|:=|<-(?!\s*\.?\d))"
    r"|(?P<stop>\\(?:neq?|leq?|geq?|lt|gt|in|le|ge)(?![a-zA-Z])|[<>≤≥≠]=?|!=)"
    r"|(?P<relation>\\(?:approx|simeq|sim|cong|doteq|equiv)(?![a-zA-Z])|==?|[≈≃≅≐≡∼]|(?<=\s)~(?=\s*[-+−]?[\d.]))"
    r"|(?P<weak>[$&\t])"
    rf"|(?P<strong>;|(?<!\d),|,(?!\d)|\.(?=\s|$)|\\q?quad(?![a-zA-Z])|\b(?:{_SEPARATING})(?!\w|\s*[=≈/]))"
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])"
)
_BOXED = re.compile(
    r"\\(?:boxed|fbox|underline|mathbf|textbf|boldsymbol|bm)\s*\{([^{}]{0,200}(?:\{[^{}]{0,80}\}[^{}]{0,80}){0,8})\}"
)
_OPERATOR = ("+", "-", "−", "*", "/", "·", "×", "\\cdot", "\\times", "⋅")
_TEXT = re.compile(r"(?<![_^\\])\\(?:text|mbox|textrm|textit|mathrm)\s*\{([^{}]{0,400})\}")
_COLOUR = re.compile(r"\\(?:text)?color\s*\{\w{1,20}\}")
_IS = re.compile(r"\s(?:is|equals|becomes|was|are|be)(?:\s+equal\s+to)?$")
_AFTER = re.compile(r"\\(?:tag|label)\s*\{[^{}]{0,200}\}\s*$|\\checkmark\s*$|[✓✔☑✅]\s*$")
_LETTERS = r"(?:[^\W\d_]{2,}|[\u3040-\u9fff\uac00-\ud7af])"
_NUMBER_AND_SYMBOL = re.compile(
    rf"\s*([-+−]?[\d.,]{{1,40}})\s+((?:\(?{_LETTERS}[):]?\s+){{0,{_LAST_WORDS}}})(\S{{1,60}})\s*"
)
_NUMBER_AND_WORDS = re.compile(rf"(\S{{1,60}})\s+(?:[—–]\s*|[(\[]\s*(?:\d+\s*)?)?({_LETTERS})(?![\w^({{])")
_NOT_WORDS = {"times", "plus", "minus", "over", "by", "mod", "pi", "lr", "yhat", *GREEK}
_WORD = re.compile(rf"(?:[^\W\d_]|['’-]){{2,}}|{_LETTERS}|.*[:)]")
_GRADIENT_OF = re.compile(
    rf"(?:{WORDS['gradient']})(?:.{{0,40}}\b(?:of|for|to|wrt|w\.r\.t\.?|von|nach|de|del|di))?$", re.IGNORECASE
)
_LONGEST_START = 400
_LONGEST_PART = 4_000


class Found(NamedTuple):
    """A number under a name, and the line in which its chain begins."""

    line: int
    name: str
    value: Value


class _Chain:
    """A chain while it is read: its parts, and what stands before each of them.

    Of a part that is longer than any value, not all is kept.
    """

    def __init__(self, line: int, *, listed: bool) -> None:
        self.line = line
        self.listed = listed
        self.parts = [""]
        self.signs: list[str] = []

    def add(self, text: str) -> None:
        if len(self.parts[-1]) <= _LONGEST_PART:
            self.parts[-1] += text[: _LONGEST_PART + 1]

    def relate(self, sign: str) -> None:
        self.parts.append("")
        self.signs.append(sign)

    @property
    def waits(self) -> bool:
        """Whether the last sign has nothing behind it yet."""
        return bool(self.signs) and not self.parts[-1].strip()

    @property
    def is_open(self) -> bool:
        """Whether a list has begun and not ended."""
        last = self.parts[-1]
        return bool(self.signs) and len(last) <= _LONGEST_PART and last.count("[") > last.count("]")


def chain_answers(lines: Iterable[Line]) -> Iterator[Found]:
    """Yield what the chains of some rows come to; a row may go on with the chain of the row before."""
    held: list[Found] = []
    for chain in _chains(lines):
        found = _colon(chain) if not chain.signs else list(_read(chain))
        if not found and chain.listed and not chain.signs and read_value(_value_text(chain.parts[0])) is not None:
            # Z_1, Z_2 = -0.7, 0.1 or x = 1, 0, 1: what came before was not one number.
            held = []
            continue
        yield from held
        held = found
    yield from held


def _chains(lines: Iterable[Line]) -> Iterator[_Chain]:
    """Cut rows into chains: a sign goes on with what came before it, other text after a separator begins anew."""
    chain: _Chain | None = None
    for line in lines:
        separator: str = line.after
        if chain is not None and separator == "blank":
            yield chain
            chain = None
        for kind, text in _tokens(line.text):
            if kind == "text":
                if not text.strip():
                    if chain is not None:
                        chain.add(" ")
                    continue
                if chain is not None and separator and not _joins(chain, separator, text):
                    yield chain
                    chain = None
                if chain is None:
                    chain = _Chain(line.number, listed=separator == ",")
                chain.add(f" {text}" if separator else text)
                separator = ""
            elif kind in ("relation", "arrow", "assign"):
                if chain is not None:
                    chain.relate(kind)
                separator = ""
            elif not separator or separator == "weak":
                separator = kind if kind in ("weak", "stop") else text
    if chain is not None:
        yield chain


def _joins(chain: _Chain, separator: str, text: str) -> bool:
    """Tell whether text goes on with a chain although something separates them."""
    if separator == "stop":
        return False
    if chain.waits or (separator in ("line", "row") and chain.is_open):
        return True
    if separator not in ("weak", "row"):
        return False
    before, after = chain.parts[-1].rstrip(), text.lstrip()
    if not chain.signs:
        return before.endswith(":") or after.startswith(":")
    return after.startswith(_OPERATOR) or before.endswith(_OPERATOR)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Yield text and the signs between; what stands in brackets is text."""
    depth = done = 0
    text = _TEXT.sub(r" \1 ", _BOXED.sub(r" \1 ", _COLOUR.sub(" ", text)))
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup or ""
        if kind in ("open", "close"):
            depth = max(depth + (1 if kind == "open" else -1), 0)
        elif depth == 0:
            yield "text", text[done : token.start()]
            yield kind, token[0]
            done = token.end()
    yield "text", text[done:]


def _read(chain: _Chain) -> Iterator[Found]:
    """Yield the answers of a chain; an arrow to something that is no number begins another one, as in `0 → dead`."""
    parts, signs = chain.parts[:1], list[str]()
    for sign, part in zip(chain.signs, chain.parts[1:], strict=False):
        if sign == "arrow" and read_value(_value_text(part)) is None:
            yield from _ended(chain.line, parts, signs)
            parts, signs = [part], []
            continue
        parts.append(part)
        signs.append(sign)
        both = _NUMBER_AND_SYMBOL.fullmatch(part)
        if both and part is not chain.parts[-1] and _are_two(parts[0], part, *both.groups()):
            yield from _ended(chain.line, [*parts[:-1], both[1]], signs)
            parts, signs = [both[2] + both[3]], []
    yield from _ended(chain.line, parts, signs)


def _are_two(first: str, part: str, number: str, words: str, second: str) -> bool:
    """Tell whether `-0.7 Z2` in `Z1 = -0.7 Z2 = 0.1` is the end of a chain and the next symbol, and not a product.

    It is where words stand between them, where both symbols have the same letter, or where the signs of equality
    stand close to it: `Z1=-0.7 H1=0`.
    """
    names = symbol(first), ascii_name(second)
    if None in names or read_number(number) is None:
        return False
    if words:
        return is_marked(second) and _NOT_WORDS.isdisjoint(words.lower().split())
    letters = {re.sub(r"\d.*", "", name or "") for name in names}
    return len(letters) == 1 or part == part.strip()


def _ended(line: int, parts: list[str], signs: list[str]) -> Iterator[Found]:
    value = _value(parts[-1]) if signs and len(parts[0]) <= _LONGEST_PART else None
    if value is None:
        return
    name = _name(parts, signs[0])
    if name is not None:
        yield Found(line, name, value)
        return
    names = _listed(parts[0])
    if len(names) == len(value.numbers):
        for name, number in zip(names, value.numbers, strict=True):
            if name is not None:
                yield Found(line, name, Value((), (number,)))


def _colon(chain: _Chain) -> list[Found]:
    """Read `Z_1: -0.7`."""
    before, colon, after = chain.parts[0].rpartition(":")
    name, value = (symbol(before), _value(after)) if colon and len(before) < _LONGEST_START else (None, None)
    return [] if name is None or value is None else [Found(chain.line, name, value)]


def chain_end(text: str) -> Value | None:
    """Read what a chain without a symbol of its own comes to, as in `1(0.2) + 1(-0.9) = -0.7`."""
    last: str | None = None
    for kind, piece in _tokens(text):
        if kind == "relation":
            last = ""
        elif kind == "stop":
            break
        elif last is not None:
            last += piece if kind == "text" else " "
    return None if last is None else _value(last)


def symbol(text: str) -> str | None:
    """Return the symbol at the end of a text, in ASCII; words may stand before it."""
    text = _IS.sub("", text[-_LONGEST_START:].rpartition(":")[2].strip())
    whole = ascii_name(text)
    if whole is not None:
        return whole
    words = text.split()
    for count in range(min(_LAST_WORDS, len(words) - 1), 0, -1):
        name = ascii_name(" ".join(words[-count:]))
        if name is not None and _WORD.fullmatch(words[-count - 1]):
            gradient = _GRADIENT_OF.search(" ".join(words[:-count]))
            return f"d{name}" if gradient and name[0] != "d" else name
    return None


def _listed(text: str) -> list[str | None]:
    r"""Return the symbols of `[Z_1; Z_2]` or `\begin{bmatrix} Z_1 \\ Z_2 \end{bmatrix}`; none of what is no list."""
    inside = unbracketed(restored(text))
    return [] if inside is None else [ascii_name(piece) for piece in re.split(r"\\\\|[&;,]", inside)]


def _name(parts: Sequence[str], sign: str) -> str | None:
    """Return what a chain is about; `w = w - …` is about the new weight."""
    name = symbol(parts[0])
    if name is None or name.endswith("_new") or name[0] not in "wWtb":
        return name
    again = parts[1][:_LONGEST_START].strip()
    first = re.split(r"(?<=\S)\s*(?:[-−+]|\\leftarrow)", again, maxsplit=1)
    updates = sign == "assign" or (len(first) > 1 and ascii_name(first[0]) == name)
    return f"{name}_new" if updates else name


def _value_text(text: str) -> str:
    text = restored(text[:_LONGEST_PART]).strip()
    for _ in range(3):
        text = _AFTER.sub("", text).rstrip(" .,;:!")
    return text


def _value(text: str) -> Value | None:
    """Read a plain value; a unit or words may follow it."""
    if len(text) > _LONGEST_PART:
        return None
    text = _value_text(text)
    value = read_value(text)
    if value is not None:
        return value
    words = _NUMBER_AND_WORDS.match(text)
    if words is None or words[2].lower() in _NOT_WORDS:
        return None
    number = read_number(words[1])
    return None if number is None else Value((), (number,))
