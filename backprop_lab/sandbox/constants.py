"""Which expressions of a program state numbers and calculate nothing, and which numbers its text has."""

from __future__ import annotations

import ast

from .nodes import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    from .values import Typed

    Kind = Literal["number", "plain", None]

MOST_LITERALS = 500

# What makes a value of those that it is given, and nothing else of them.
CONSTRUCTORS = frozenset((
    "array", "asarray", "asanyarray", "ascontiguousarray", "matrix", "asmatrix", "mat", "atleast_1d", "atleast_2d",
    "float16", "float32", "float64", "float_", "double", "int32", "int64", "tensor", "as_tensor", "from_numpy",
    "FloatTensor", "DoubleTensor", "Tensor", "IntTensor", "LongTensor", "Parameter", "Variable", "list", "tuple",
    "dict", "float", "int", "Fraction", "Decimal",
))  # fmt: skip
# These also read numbers from a text.
READERS = frozenset(("matrix", "asmatrix", "mat", "float", "Fraction", "Decimal"))
METHODS = frozenset((
    "reshape", "astype", "transpose", "copy", "clone", "detach", "float", "double", "view", "unsqueeze", "squeeze",
    "flatten", "ravel", "tolist", "to", "t", "numpy", "requires_grad_",
))  # fmt: skip
# Also where a variable says to what.
CONVERSIONS = frozenset(("to", "astype", "type"))
KINDS = frozenset(("dtype", "device", "requires_grad"))
TURNED = frozenset(("T", "mT"))
BUILTIN_NAMES = frozenset(("float", "int", "object", "list", "tuple", "dict"))
OPERATORS = frozenset((ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.MatMult))
SIGNS = (ast.USub, ast.UAdd)
LISTS = (ast.List, ast.Tuple)
DISPLAYS = (ast.List, ast.Tuple, ast.Dict)
NUMBERS = (ast.Constant, ast.UnaryOp)
CHAINS = (ast.Attribute, ast.Subscript, ast.Call)

# Their arguments are shapes, counts, digits, seeds, bounds or what is drawn: never numbers of a task.
COUNTING = frozenset((
    "range", "round", "around", "round_", "reshape", "view", "zeros", "ones", "empty", "full", "eye", "rand",
    "randn", "randint", "random", "uniform", "normal", "choice", "shuffle", "permutation", "seed", "manual_seed",
    "default_rng", "RandomState", "linspace", "arange", "max", "maximum", "min", "minimum", "clip", "clamp",
    "where", "power", "pow", "isclose", "allclose", "print", "display", "exit", "sleep", "set_printoptions",
    "unsqueeze", "squeeze", "transpose", "permute", "sum", "mean", "cumsum", "argmax", "concatenate", "stack",
    "cat", "vstack", "hstack", "tile", "repeat", "expand_dims", "swapaxes", "slice", "isinstance", "len", "str",
    "format", "item", "subplots", "figure", "add_subplot", "text", "plot", "scatter", "axhline", "axvline",
))  # fmt: skip
DRAWING = frozenset((
    "matplotlib", "seaborn", "networkx", "graphviz", "plotly", "pandas", "IPython", "random",
))  # fmt: skip
DRAWN = frozenset(("ax", "axes", "axs", "fig", "figure"))
COUNTING_KEYWORDS = frozenset((
    "axis", "dim", "shape", "size", "figsize", "dtype", "seed", "random_state", "decimals", "ndmin", "keepdims",
    "sep", "end", "label", "color", "fontsize", "linewidth", "bins", "width", "height", "precision", "ndigits",
    "dims", "repeats", "num", "batch_size",
))  # fmt: skip


class Imports:
    """The names that a program imports, and what they stand for."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.everything = False

    def add(self, node: ast.AST) -> None:
        """Note the names of an import statement, and other names that constructors get, as in `D = Decimal`."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                module = alias.name if alias.asname else alias.name.partition(".")[0]
                self.names[alias.asname or module] = module
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                self.everything |= alias.name == "*"
                self.names[alias.asname or alias.name] = f"{node.module or ''}.{alias.name}"
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            path = self.path(node.value)
            if path is not None and self.constructor(node.value) is not None:
                self.names[node.targets[0].id] = path

    def path(self, node: ast.AST) -> str | None:
        """Return the dotted name of a module or of what is in one, None for anything else."""
        if isinstance(node, ast.Attribute):
            module = self.path(node.value)
            return None if module is None else f"{module}.{node.attr}"
        if not isinstance(node, ast.Name):
            return None
        if node.id in self.names:
            return self.names[node.id]
        return node.id if node.id in BUILTIN_NAMES or (self.everything and node.id in CONSTRUCTORS) else None

    def constructor(self, node: ast.AST) -> str | None:
        """Return the last part of the name of a constructor of numbers or arrays, None for anything else."""
        if isinstance(node, ast.Attribute) and node.attr not in CONSTRUCTORS:
            return None
        last = (self.path(node) or "").rpartition(".")[2]
        return last if last in CONSTRUCTORS else None


def constant(node: ast.AST, imports: Imports, purely: bool) -> Kind:
    """Tell whether an expression is constant: `number` with numbers in it, `plain` without, None if it is not.

    With `purely`, no arithmetic but the quotient of two numbers counts as constant.
    """
    if isinstance(node, ast.Constant):
        kind = type(node.value)
        return "number" if kind in (int, float) else None if kind is complex else "plain"
    if isinstance(node, ast.UnaryOp):
        return constant(node.operand, imports, purely) if isinstance(node.op, SIGNS) else None
    if isinstance(node, ast.BinOp):
        pure = isinstance(node.op, ast.Div) and is_number(node.left) and is_number(node.right)
        allowed = pure if purely else type(node.op) in OPERATORS
        return together([node.left, node.right], imports, purely) if allowed else None
    if isinstance(node, LISTS):
        return together(node.elts, imports, purely)
    if isinstance(node, ast.Dict):
        keyed = all(isinstance(key, ast.Constant) for key in node.keys)
        return together(node.values, imports, purely) if keyed else None
    if isinstance(node, ast.Call):
        return constructed(node, imports, purely)
    if imports.path(node) is not None:
        return "plain"
    if isinstance(node, ast.Attribute) and node.attr in TURNED:
        return constant(node.value, imports, purely)
    return None


def together(nodes: list[ast.expr], imports: Imports, purely: bool) -> Kind:
    """Tell whether several expressions are all constant, and whether there is a number in any."""
    found: Kind = "plain"
    for node in nodes:
        kind = constant(node, imports, purely)
        if kind is None:
            return None
        if kind == "number":
            found = kind
    return found


def constructed(node: ast.Call, imports: Imports, purely: bool) -> Kind:
    """Tell whether a call is a constructor of constants, or a method that gives a constant another shape or type."""
    arguments = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg not in KINDS)]
    if any(isinstance(argument, ast.Starred) for argument in arguments):
        return None
    given = together(arguments, imports, purely)
    name = imports.constructor(node.func)
    if name is not None:
        texts = name in READERS and any(isinstance(entry, ast.Constant) for entry in node.args)
        return "number" if texts and given == "plain" else given
    if isinstance(node.func, ast.Attribute) and (
        (node.func.attr in METHODS and given is not None) or node.func.attr in CONVERSIONS
    ):
        kind = constant(node.func.value, imports, purely)
        return kind if kind == "number" else None
    return None


def is_number(node: ast.AST) -> bool:
    """Tell whether an expression is a number as it stands, with or without a sign."""
    while isinstance(node, ast.UnaryOp) and isinstance(node.op, SIGNS):
        node = node.operand
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def typed(node: ast.AST, imports: Imports) -> Typed:
    """Tell whether a value is written down and not calculated; for a display that is partly so, which members."""
    if constant(node, imports, purely=True) == "number":
        return True
    entries: dict[Any, Typed] = {}
    if isinstance(node, ast.Dict):
        entries = {
            ast.literal_eval(key): typed(value, imports)
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant)
            or (isinstance(key, ast.Tuple) and all(isinstance(entry, ast.Constant) for entry in key.elts))
        }
    elif isinstance(node, LISTS):
        known = first_starred(node.elts)
        entries = {place: place < known and typed(entry, imports) for place, entry in enumerate(node.elts)}
    return entries if any(entries.values()) else False


def first_starred(nodes: list[ast.expr]) -> int:
    """Return the place of the first starred one of several expressions, or how many there are if none is."""
    return next((place for place, node in enumerate(nodes) if isinstance(node, ast.Starred)), len(nodes))


def is_array(node: ast.AST, imports: Imports) -> bool:
    """Tell whether a constant is an array or a list rather than a single number."""
    return any(
        isinstance(part, DISPLAYS)
        or (isinstance(part, ast.Call) and imports.constructor(part.func) in ("matrix", "asmatrix", "mat"))
        for part in walk(node)
    )


def is_count(node: ast.AST) -> bool:
    """Tell whether a constant is an integer as it stands."""
    numbers = [part.value for part in walk(node) if isinstance(part, ast.Constant)]
    return is_number(node) and all(type(entry) is int for entry in numbers)


def counts(callee: ast.expr, imports: Imports) -> bool:
    """Tell whether a function takes shapes, counts and the like, or draws or prints."""
    name = callee.attr if isinstance(callee, ast.Attribute) else getattr(callee, "id", "")
    if name in COUNTING:
        return True
    parts = (imports.path(callee) or "").split(".")
    if parts[-1] in COUNTING or not DRAWING.isdisjoint(parts):
        return True
    while isinstance(callee, CHAINS):
        callee = callee.func if isinstance(callee, ast.Call) else callee.value
    return isinstance(callee, ast.Name) and callee.id in DRAWN


def literals(nodes: list[ast.AST]) -> tuple[float, ...]:
    """Return the distinct finite numbers in the nodes of a program, each with its sign; at most 500."""
    found: dict[float, None] = {}
    signed: set[int] = set()
    for node in nodes:
        if type(node) not in NUMBERS:
            continue
        sign = 1
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and is_number(node.operand):
            sign, node = -1, node.operand
        if isinstance(node, ast.Constant) and id(node) not in signed:
            signed.add(id(node))
            value = number_of(node.value)
            if value is not None:
                found[sign * value] = None
    return tuple(found)[:MOST_LITERALS]


def number_of(value: Any) -> float | None:
    """Return the number that a literal states, also as a text, such as that of a Decimal."""
    if type(value) not in (int, float, str) or (type(value) is str and len(value) > 30):
        return None
    try:
        plain = float(value)
    except (ValueError, OverflowError):
        return None
    return plain if plain - plain == 0 else None
