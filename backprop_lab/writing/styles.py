"""The styles in which formulas are written: LaTeX, Unicode for a terminal, Python with and without NumPy."""

from __future__ import annotations

from backprop_lab.writing.expression import SOFT_BREAK, Precedence, Style


def _latex_transpose(text: str) -> str:
    """Set the sign into the superscript that is there, or make one."""
    has_superscript = "^" in text and not text.startswith((r"\frac", "("))
    return text.removesuffix("}") + r"\top}" if has_superscript else rf"{text}^{{\top}}"


LATEX = Style(
    times=rf" {SOFT_BREAK}\cdot ",
    hadamard=rf" {SOFT_BREAK}\odot ",
    matmul=f" {SOFT_BREAK}",
    fraction=r"\frac{{{}}}{{{}}}",
    fraction_precedence=Precedence.ATOM,
    minus="-",
    transpose=_latex_transpose,
    totals={
        "all": r"\sum {}",
        "rows": r"\sum_{{\text{{samples}}}} {}",
        "columns": r"\sum_{{\text{{units}}}} {}",
    },
    functions={
        "exp": "e^{{{}}}",
        "log": r"\ln({})",
        "abs": r"\lvert {} \rvert",
        "sign": r"\mathrm{{sign}}({})",
        "max": r"\max({})",
        "tanh": r"\tanh({})",
        "sigmoid": r"\sigma({})",
        "relu": r"\max(0, {})",
        "relu_slope": r"\mathrm{{ReLU}}'({})",
        "leaky_relu": r"\mathrm{{LReLU}}({})",
        "leaky_relu_slope": r"\mathrm{{LReLU}}'({})",
        "softmax": r"\mathrm{{softmax}}({})",
        "log_softmax": r"\ln \mathrm{{softmax}}({})",
        "softplus": r"\ln(1 + e^{{{}}})",
    },
    powers={"square": "{}^2"},
    entrywise_powers={"square": r"{}^{{\odot 2}}"},
    left_out=r"\underset{{\text{{{} left out}}}}{{\cdots}}",
)

UNICODE = Style(
    times=f"{SOFT_BREAK}·",
    hadamard=f" {SOFT_BREAK}⊙ ",
    matmul=f" {SOFT_BREAK}",
    fraction="{}/{}",
    fraction_precedence=Precedence.PRODUCT,
    minus="-",
    transpose="{}ᵀ".format,
    totals={"all": "Σ {}", "rows": "Σ {} over samples", "columns": "Σ {} over units"},
    functions={
        "exp": "exp({})",
        "log": "ln({})",
        "abs": "|{}|",
        "sign": "sign({})",
        "max": "max({})",
        "tanh": "tanh({})",
        "sigmoid": "σ({})",
        "relu": "max(0, {})",
        "relu_slope": "ReLU′({})",
        "leaky_relu": "LReLU({})",
        "leaky_relu_slope": "LReLU′({})",
        "softmax": "softmax({})",
        "log_softmax": "ln softmax({})",
        "softplus": "ln(1 + exp({}))",
    },
    powers={"square": "{}²"},
    entrywise_powers={"square": "{}⊙²"},
    left_out="… {} left out …",
)

PLAIN = Style(
    times="*",
    hadamard="*",
    matmul=" @ ",
    fraction="{}/{}",
    fraction_precedence=Precedence.PRODUCT,
    minus="-",
    transpose="{}.T".format,
    totals={"all": "{}", "rows": "{}", "columns": "{}"},
    functions={"exp": "exp({})", "log": "log({})", "max": "max({})", "tanh": "tanh({})", "abs": "abs({})"},
    powers={"square": "{}**2"},
    entrywise_powers={"square": "{}**2"},
    left_out="...",
)
"""A substitution that Python evaluates, given `exp`, `log`, `tanh` and `max`."""

NUMPY = Style(
    times=" * ",
    hadamard=" * ",
    matmul=" @ ",
    fraction="{} / {}",
    fraction_precedence=Precedence.PRODUCT,
    minus="-",
    transpose="{}.T".format,
    totals={
        "all": "np.sum({})",
        "rows": "np.sum({}, axis=0, keepdims=True)",
        "columns": "np.sum({}, axis=1, keepdims=True)",
    },
    functions={
        "exp": "np.exp({})",
        "log": "np.log({})",
        "abs": "np.abs({})",
        "sign": "np.sign({})",
        "tanh": "np.tanh({})",
        "sigmoid": "sigmoid({})",
        "relu": "relu({})",
        "relu_slope": "relu_slope({})",
        "leaky_relu": "leaky_relu({})",
        "leaky_relu_slope": "leaky_relu_slope({})",
        "softmax": "softmax({})",
        "log_softmax": "log_softmax({})",
        "softplus": "softplus({})",
    },
    powers={"square": "{}**2"},
    entrywise_powers={"square": "{}**2"},
    left_out="...",
    total_precedence=Precedence.ATOM,
)
