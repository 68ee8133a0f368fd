"""What the heading of a table's column, or of a part of a sheet, says of the numbers under it."""

from __future__ import annotations

import re
from typing import Literal

Role = Literal["new", "gradient", "value", "name", ""]

WORDS: dict[Role, str] = {
    "gradient": r"\bgrad(?:ient)?e?s?\b|\bd[eé]riv\w*|\bableitung\w*|\\partial|∂|nabla|∇|梯度|导数|(?-i:\bd[LEJC]\b)",
    "new": r"\bnew\b|\bupdate[ds]?\b|\bafter\b|\bneue?\b|\bnuev[oa]s?\b|\bnouve(?:au|lle)s?\b|新",
    "value": r"\b(?:old|initial|before|current|values?|results?|answers?|number|valor|valeur|wert)\b|值|结果",
    "name": r"\b(?:symbole?s?|símbolo|quantity|variable|key|größe)\b|符号|变量",
}
"""What headings and sentences call numbers by, as regular expressions."""

_PATTERNS = {role: re.compile(words, re.IGNORECASE) for role, words in WORDS.items()}


def role(heading: str) -> Role:
    """Return what a heading calls the numbers under it; nothing where it says nothing of the kind."""
    return next((role for role, pattern in _PATTERNS.items() if pattern.search(heading)), "")


def named(role: Role, name: str) -> str:
    """Return the name of a number that stands under a heading beside a symbol."""
    if role == "new" and not name.endswith("_new"):
        return f"{name}_new"
    return f"d{name}" if role == "gradient" and not name.startswith("d") else name
