"""Spell symbols and numbers: in LaTeX, HTML, Unicode for a terminal, and ASCII for answer sheets and programs."""

from __future__ import annotations

from functools import lru_cache

from backprop_lab.writing.notation import Symbol

_GREEK = {
    "alpha": "α",
    "gamma": "γ",
    "delta": "δ",
    "Delta": "Δ",
    "eta": "η",
    "theta": "θ",
    "lambda": "λ",
    "mu": "μ",
    "tau": "τ",
}
_SUBSCRIPT = str.maketrans("0123456789,ho", "₀₁₂₃₄₅₆₇₈₉,ₕₒ")
_SUPERSCRIPT = str.maketrans("0123456789()-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾⁻")


@lru_cache(maxsize=4096)
def latex_symbol(symbol: Symbol) -> str:
    r"""Spell a symbol in LaTeX: `w_{11}^{\text{new}}`, `\frac{\partial L}{\partial w_{11}}`."""
    if symbol.code:
        name = symbol.base.replace("_", r"\_")
        return rf"\texttt{{{name}}}" + (f"[{_commas(symbol)}]" if symbol.index else "")
    base = "\\" + symbol.base if symbol.base in _GREEK else symbol.base
    accent = r"\hat " if symbol.hat else r"\tilde " if symbol.tilde else ""
    base = accent + base  # \hat{y}_{1} would start emphasis in GitHub's Markdown
    below = f"_{{{_joined(symbol)}}}" if symbol.index else ""
    above = _above(symbol).replace("](", "] (")  # or Markdown takes it for a link
    match symbol.role:
        case "value":
            return base + below + (f"^{{{above}}}" if above else "")
        case "new":
            return base + below + rf"^{{{above}\text{{{' ' if above else ''}new}}}}"
        case "gradient":
            return rf"\frac{{\partial L}}{{\partial {base}{below}{f'^{{{above}}}' if above else ''}}}"
        case "velocity" | "old_velocity":
            old = rf"\text{{{' ' if above else ''}old}}" if symbol.role == "old_velocity" else ""
            return f"v_{{{base}{below}}}" + (f"^{{{above}{old}}}" if above or old else "")


def unicode_symbol(symbol: Symbol) -> str:
    """Spell a symbol for a terminal: `w₁₁ⁿᵉʷ`, `∂L/∂w₁₁`."""
    if symbol.code:
        return ascii_symbol(symbol)
    base, below, above = symbol_parts(symbol)
    body = base + above.translate(_SUPERSCRIPT) + below.translate(_SUBSCRIPT)
    match symbol.role:
        case "value":
            return body
        case "new":
            return body + "ⁿᵉʷ"
        case "gradient":
            return f"∂L/∂{body}"
        case "velocity":
            return f"v({body})"
        case "old_velocity":
            return f"v({body})ᵒˡᵈ"


def symbol_parts(symbol: Symbol) -> tuple[str, str, str]:
    """Return the letter of a symbol, what stands below and what stands above it: `w`, `11` and `[1]`; no role."""
    base = _GREEK.get(symbol.base, symbol.base)
    accented = {"y": "ŷ"}[base] if symbol.hat else base + "\u0303" * symbol.tilde
    return accented, _joined(symbol), _above(symbol)


def html_symbol(symbol: Symbol) -> str:
    """Spell a symbol in HTML that needs neither a style nor a script: `<i>w</i><sub>11</sub><sup>new</sup>`."""
    if symbol.code:
        return f"<code>{ascii_symbol(symbol)}</code>"
    base, below, above = symbol_parts(symbol)
    above = f"{above} new".lstrip() if symbol.role == "new" else above
    body = f"<i>{base}</i>" + (f"<sub>{below}</sub>" if below else "")
    body += f"<sup>{above}</sup>" if above else ""
    match symbol.role:
        case "value" | "new":
            return body
        case "gradient":
            return f"∂<i>L</i>/∂{body}"
        case "velocity":
            return f"<i>v</i>({body})"
        case "old_velocity":
            return f"<i>v</i>({body})<sup>old</sup>"


def ascii_symbol(symbol: Symbol) -> str:
    """Spell a symbol in ASCII: `w11_new`, `dw11`, `yhat`, `fc1.weight.grad[0,1]`."""
    if symbol.code:
        return symbol.base + (f"[{_commas(symbol)}]" if symbol.index else "")
    index = _joined(symbol).replace(",", "_")
    parts = [symbol.base + "hat" * symbol.hat + "tilde" * symbol.tilde + symbol.layer]
    if symbol.layer and index:
        parts.append(index)
    else:
        parts[0] += index
    if symbol.sample:
        parts.append(f"s{symbol.sample}")
    name = "_".join(parts)
    prefix = {"gradient": "d", "velocity": "v", "old_velocity": "v"}.get(symbol.role, "")
    suffix = {"new": "_new", "old_velocity": "_old"}.get(symbol.role, "")
    return prefix + name + suffix


def latex_number(text: str) -> str:
    r"""Spell a printed number in LaTeX: `4.38e-05` becomes `4.38 \cdot 10^{-5}`."""
    mantissa, _, exponent = text.partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa


def unicode_number(text: str) -> str:
    """Spell a printed number for a terminal: `4.38e-05` becomes `4.38·10⁻⁵`."""
    mantissa, _, exponent = text.partition("e")
    return f"{mantissa}·10{str(int(exponent)).translate(_SUPERSCRIPT)}" if exponent else mantissa


def _above(symbol: Symbol) -> str:
    layer = f"[{symbol.layer}]" if symbol.layer else ""
    return layer + (f"({symbol.sample})" if symbol.sample else "")


def _joined(symbol: Symbol) -> str:
    """Join the index: 1 and 2 as `12`, with a comma as soon as a part has two digits."""
    parts = [str(part) for part in symbol.index]
    return ("," if any(len(part) > 1 for part in parts) and len(parts) > 1 else "").join(parts)


def _commas(symbol: Symbol) -> str:
    return ",".join(str(part) for part in symbol.index)
