"""The nodes of autograd's graph: parameters, operations and what they gave, known by the names PyTorch gives them.

What a node did not save is calculated from what it saved: before the backward pass, which frees that.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

MOST_NODES = 10_000
LEAF = "AccumulateGrad"
RESHAPING = (
    "View", "UnsafeView", "ReshapeAlias", "Squeeze", "Unsqueeze", "Expand", "Slice", "Select", "T", "Transpose",
    "Permute",
)  # fmt: skip
UNCHANGED = ("ToCopy", "Clone", "Alias")
# Nodes that save their result, and those that save what they are applied to.
ACTIVATIONS = {
    "ReluBackward0": "relu",
    "LeakyReluBackward0": "leaky_relu",
    "SigmoidBackward0": "sigmoid",
    "TanhBackward0": "tanh",
    "SoftmaxBackward0": "softmax",
    "LogSoftmaxBackward0": "log_softmax",
}
INPUTS = {
    "AddmmBackward0": "_saved_mat1",
    "MmBackward0": "_saved_self",
    "ConvolutionBackward0": "_saved_input",
    "MulBackward0": "_saved_other",
}


def name_of(node: Any) -> str:
    """Return the name of a node."""
    return type(node).__name__


def stem(node: Any) -> str:
    """Return the name of a node without its ending: Mean for MeanBackward1."""
    return type(node).__name__.partition("Backward")[0]


def parents(node: Any) -> list[Any]:
    """Return the nodes that a node's own gradient goes on to, None where an operand needs none."""
    return [parent for parent, _ in node.next_functions]


def inner(node: Any) -> list[Any]:
    """Return the parents of a node that are not parameters."""
    return [parent for parent in parents(node) if parent is not None and name_of(parent) != LEAF]


def parameter(node: Any) -> Any:
    """Return the parameter that a node stands for, also through a transposition; None if it is none."""
    while node is not None and stem(node) in ("T", "Transpose"):
        node = parents(node)[0]
    return node.variable if node is not None and name_of(node) == LEAF else None


def leaves(node: Any) -> list[Any]:
    """Return the parameters that a graph reaches, the last layer's first."""
    found, known, around = [], {id(node)}, [node]
    for one in around:
        if name_of(one) == LEAF:
            found.append(one.variable)
        for parent in parents(one):
            if parent is not None and id(parent) not in known and len(around) < MOST_NODES:
                known.add(id(parent))
                around.append(parent)
    return found


class Step:
    """One operation on the way from a batch to its prediction; `factor` is what dropout multiplies by."""

    def __init__(self, kind: str, node: Any, weight: Any = None, bias: Any = None) -> None:
        self.kind, self.node, self.weight, self.bias = kind, node, weight, bias
        self.slope: float | None = None
        self.factor: Any = None
        self.inputs_first = False


def chain_of(node: Any) -> Iterator[Step]:
    """Yield the operations from a prediction back to the batch."""
    bias = None
    for _ in range(MOST_NODES):
        name, below = name_of(node), parents(node)
        if stem(node) == "Add" and len(below) == 2 and (added := beside(below)) is not None:
            bias, node = added
            continue
        if stem(node) not in UNCHANGED:
            step = step_of(node, name, below)
            if step.kind == "linear" and bias is not None:
                step.bias, bias = bias, None
            yield step
        further = inner_of(node, below)
        if further is None:
            return
        node = further


def beside(below: list[Any]) -> tuple[Any, Any] | None:
    """Return the parameter that is added to something calculated, and that; None where none is."""
    for one, other in (below, below[::-1]):
        if one is not None and name_of(one) == LEAF and other is not None and name_of(other) != LEAF:
            return one.variable, other
    return None


def inner_of(node: Any, below: list[Any]) -> Any:
    """Return the node whose result an operation is applied to; None where that is the batch, or a parameter."""
    places = {"AddmmBackward0": (1,), "MmBackward0": (0, 1), "ConvolutionBackward0": (0,)}
    for place in places.get(name_of(node), range(len(below))):
        if below[place] is not None and parameter(below[place]) is None:
            return below[place]
    return None


def step_of(node: Any, name: str, below: list[Any]) -> Step:
    """Return an operation."""
    if name == "AddmmBackward0":
        weight = parameter(below[2])
        step = Step("linear", node, weight, parameter(below[0]))
        step.inputs_first = weight is not None and name_of(below[2]) == LEAF
        return step
    if name == "MmBackward0" and (weight := parameter(below[1])) is not None:
        step = Step("linear", node, weight)
        step.inputs_first = name_of(below[1]) == LEAF
        return step
    step = Step(ACTIVATIONS.get(name, name), node)
    if name == "LeakyReluBackward0":
        step.slope = float(node._saved_negative_slope)
    elif name in ("ClampMinBackward0", "ClampBackward1") and is_relu(node):
        step.kind = "relu"
    elif name == "NativeDropoutBackward0":
        step.kind, step.factor = "dropout", node._saved_result1 / (1 - node._saved_p)
    elif name == "MulBackward0" and below[0] is not None and below[1] is None and is_mask(node._saved_other):
        step.kind, step.factor = "dropout", node._saved_other
    elif stem(node) in RESHAPING:
        step.kind = "reshape"
    return step


def is_relu(node: Any) -> bool:
    """Tell whether a node cuts off what is below 0, and nothing above."""
    least, most = getattr(node, "_saved_min", None), getattr(node, "_saved_max", None)
    return least is not None and float(least) == 0 and most is None


def is_mask(factor: Any) -> bool:
    """Tell whether a factor is 0 here and there and one and the same number from 1 on elsewhere, as dropout's is."""
    if factor is None or factor.dim() < 2:
        return False
    most = factor.max()
    return bool(most >= 1) and bool(((factor == 0) | (factor == most)).all())


def input_of(node: Any) -> Any:
    """Return what an operation was applied to, if its node saved it."""
    name = name_of(node)
    saved = getattr(node, INPUTS.get(name, ""), None)
    if name == "MulBackward0" and saved is None:
        saved = node._saved_self
    return None if saved is None else saved.detach()


def value_of(node: Any) -> Any:
    """Return what a node's operation gave, calculated from what the nodes saved; None where that cannot be."""
    name, below = name_of(node), parents(node)
    if name == LEAF:
        return node.variable.detach()
    result = getattr(node, "_saved_result", None)
    if result is not None:
        return result.detach()
    if stem(node) == "Add" and (added := beside(below)) is not None:
        value = value_of(added[1])
        return None if value is None else value + added[0].detach()
    if name in ("AddmmBackward0", "MmBackward0"):
        return product(node, below)
    if name in ("LeakyReluBackward0", "ClampMinBackward0", "ClampBackward1"):
        z = node._saved_self.detach()
        return z.clamp(min=0) if name != "LeakyReluBackward0" else z.where(z > 0, z * node._saved_negative_slope)
    step = step_of(node, name, below) if below else None
    before = value_of(below[0]) if below and below[0] is not None else None
    if before is None or step is None:
        return None
    if step.kind == "dropout":
        return before * step.factor
    if stem(node) in UNCHANGED or stem(node) in ("View", "UnsafeView", "ReshapeAlias", "Squeeze", "Unsqueeze"):
        return before
    return None


def product(node: Any, below: list[Any]) -> Any:
    """Return a matrix product, plus what was added to it."""
    linear = step_of(node, name_of(node), below)
    left = input_of(node)
    if left is None and inner_of(node, below) is not None:
        left = value_of(inner_of(node, below))
    if linear.weight is None or left is None:
        return None
    weight = linear.weight.detach()
    value = left @ (weight if linear.inputs_first else weight.T)
    return value if linear.bias is None else value + linear.bias.detach()


def route(top: Any, is_wanted: Callable[[Any], bool]) -> tuple[int, ...] | None:
    """Return which parents to follow from a node to the nearest one that is wanted; None where there is none."""
    around: list[tuple[Any, tuple[int, ...]]] = [(top, ())]
    known = {id(top)}
    for node, way in around:
        if is_wanted(node):
            return way
        for place, parent in enumerate(parents(node)):
            if parent is not None and id(parent) not in known and len(around) < MOST_NODES:
                known.add(id(parent))
                around.append((parent, (*way, place)))
    return None
