"""Read from autograd's graph which loss it is that is back-propagated, of what prediction and target.

Modules, functional calls and formulas written by hand look the same there.
"""

from __future__ import annotations

import sys

from .autograd import (
    MOST_NODES,
    RESHAPING,
    UNCHANGED,
    Step,
    chain_of,
    inner,
    input_of,
    leaves,
    name_of,
    parents,
    route,
    stem,
    value_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Losses with a node of their own, which saves prediction and target, and their names as means and as sums.
LOSSES = {
    "MseLossBackward0": ("mean_squared_error", "squared_error"),
    "BinaryCrossEntropyBackward0": ("binary_cross_entropy",) * 2,
    "BinaryCrossEntropyWithLogitsBackward0": ("binary_cross_entropy_with_logits",) * 2,
    "SmoothL1LossBackward0": ("smooth_absolute_error",) * 2,
    "HuberLossBackward0": ("huber",) * 2,
}
# What a loss is calculated with from one number per entry.
REDUCING = ("Mean", "Sum")
SCALING = ("Mul", "Div", "Neg")
# What makes another loss of one: with these its name is that of the whole.
BENDING = ("Sqrt", "Log", "Exp", "Pow")


PASSED = frozenset((*REDUCING, *SCALING, *BENDING, *RESHAPING, *UNCHANGED))


class Reading:
    """What there is to know of a loss: tensors, and names of the engine where it has one for them.

    `scale` is what the program multiplies that loss with; `route` leads from the loss to the first operation on the
    batch, `core_route` to the node that makes the loss out of prediction and target.
    """

    def __init__(self, loss: Any) -> None:
        self.torch = sys.modules["torch"]
        self.top = loss.grad_fn
        self.leaves = leaves(self.top)
        self.loss, self.reduction, self.scale = name_of(self.top), "mean", 1.0
        self.value = float(loss.detach()) if loss.numel() == 1 else float("nan")
        self.prediction: Any = None
        self.target: Any = None
        self.x: Any = None
        self.steps: list[Step] = []
        self.exact = True
        """Whether the target is a tensor of the program's, and not calculated from prediction and error."""
        self.broadcast = ""
        core, chain = self._core()
        self.saved = ""
        """Where the first node of the loss holds the target, if it does."""
        output = None if core is None else self._terms(core, chain)
        if output is not None:
            self.steps = list(chain_of(output))[::-1]
        first = self.steps[0].node if self.steps else None
        if first is not None:
            self.x = input_of(first)
        self.first = name_of(first) if first is not None else ""
        self.reached = {id(leaf) for leaf in self.leaves}
        self.variable = ""
        """The name of the variable that holds the target of a loss written by hand."""
        self.core_route = route(self.top, lambda node: node is core) if core is not None else None
        self.route = route(self.top, lambda node: node is first)

    def _core(self) -> tuple[Any, list[Any]]:
        """Return the node at which the loss starts to be one, and those between it and the end, the end first.

        Of a sum of several terms it is the first that has such a node; what the loss is then called is the sum.
        """
        chain: list[Any] = []
        node = self.top
        while node is not None:
            if is_core(node):
                return node, chain
            if stem(node) == "Add":
                return self._first_core(node), [node]
            further = inner(node)
            if len(further) != 1 or stem(node) not in PASSED:
                return None, chain
            chain.append(node)
            node = further[0]
        return None, chain

    def _first_core(self, node: Any) -> Any:
        around = [node]
        for one in around:
            if is_core(one):
                return one
            if len(around) < MOST_NODES:
                around += inner(one)
        return None

    def _terms(self, core: Any, chain: list[Any]) -> Any:
        """Note loss, prediction and target, and return the node that made the prediction."""
        name = name_of(core)
        is_another = any(stem(node) in ("Add", *BENDING) for node in chain)
        if name in LOSSES:
            output = self._of_node(core, chain)
        elif name == "NllLossBackward0":
            output = self._of_classes(core, chain)
        elif name == "MulBackward0" and stem(parents(core)[0] or core) == "LogSoftmax":
            output = self._of_shares(core, chain)
        else:
            output = self._by_hand(core, chain)
        if is_another:
            self.loss, self.reduction, self.scale = name_of(self.top), "mean", 1.0
        return output

    def _of_node(self, core: Any, chain: list[Any]) -> Any:
        swapped = parents(core)[0] is None
        first, second = core._saved_self.detach(), core._saved_target.detach()
        prediction, target = (second, first) if swapped else (first, second)
        output, self.saved = parents(core)[1 if swapped else 0], "_saved_self" if swapped else "_saved_target"
        mean, total = LOSSES[name_of(core)]
        functional, own = self.torch.nn.functional, core._saved_reduction
        self.reduction = "sum" if own == 2 or (own == 0 and not has(chain, "Mean")) else "mean"
        self.loss = mean if self.reduction == "mean" else total
        if name_of(core) == "MseLossBackward0" and chain:
            each = functional.mse_loss(first, second, reduction="none")
            if own == 1:
                self.scale = ratio(self.value, float(each.mean()))
            else:
                self._scaled(each, chain, mean, total)
        elif chain and own != 0:
            self.scale = self._ratio(chain)
        if stem(output) == "Expand" or 0 in target.stride():
            self._spread(output, prediction, target)
            output = parents(output)[0] if stem(output) == "Expand" else output
        else:
            self.prediction, self.target = prediction, target
        return output

    def _spread(self, output: Any, prediction: Any, target: Any) -> None:
        """Note prediction and target as they were before one was spread over the other."""
        if stem(output) == "Expand":
            shape = tuple(output._saved_self_sym_sizes)
            while prediction.dim() > len(shape):
                prediction = prediction[0]
            for axis, size in enumerate(shape):
                prediction = prediction.narrow(axis, 0, size)
        while target.dim() and target.stride(0) == 0 and target.size(0) > 1:
            target = target[0]
        for axis, step in enumerate(target.stride()):
            target = target.narrow(axis, 0, 1) if step == 0 else target
        self.prediction, self.target = prediction, target
        self._note_shapes()

    def _note_shapes(self) -> None:
        """Note the shapes of prediction and target where one was spread over the other."""
        shapes = tuple(self.prediction.shape), tuple(self.target.shape)
        if shapes[0] != shapes[1]:
            self.broadcast = f"{shapes[0]} {shapes[1]}"

    def _of_classes(self, core: Any, chain: list[Any]) -> Any:
        self.reduction = "sum" if core._saved_reduction == 2 else "mean"
        self.scale = self._ratio(chain) if chain else 1.0
        self.target, self.saved = core._saved_target.detach(), "_saved_target"
        output = parents(core)[0]
        if stem(output) == "LogSoftmax":
            self.loss, output = "cross_entropy", parents(output)[0]
            self.prediction = value_of(output)
        else:
            self.loss, self.prediction = "negative_log_likelihood", core._saved_self.detach()
        return output

    def _of_shares(self, core: Any, chain: list[Any]) -> Any:
        """Read a cross-entropy with a share of each class for a target."""
        output, target = parents(parents(core)[0])[0], core._saved_other
        if target is None:
            return None
        self.saved = "_saved_other"
        total = float(-(parents(core)[0]._saved_result * target).sum())
        samples = target.numel() // target.shape[-1]
        self.loss, self.target, self.prediction = "cross_entropy", target.detach(), value_of(output)
        if close(self.value, total / samples) or has(chain, "Div") or has(chain, "Mean"):
            self.scale = ratio(self.value, total / samples)
        else:
            self.reduction, self.scale = "sum", ratio(self.value, total)
        return output

    def _by_hand(self, core: Any, chain: list[Any]) -> Any:
        """Read the mean or sum of squares, or of absolute values, of a difference."""
        error = core._saved_self.detach()
        names = ("mean_absolute_error", "absolute_error")
        each = error.abs()
        if stem(core) != "Abs":
            names, each = ("mean_squared_error", "squared_error"), error * error
        self._scaled(each, chain, *names)
        difference = parents(core)[0]
        if difference is None or stem(difference) != "Sub":
            return difference
        first, second = parents(difference)
        output = first if first is not None else second
        prediction = value_of(output)
        if prediction is not None:
            if prediction.numel() == error.numel():
                prediction = prediction.reshape(error.shape)
            target = prediction - error if first is not None else prediction + error
            while prediction.shape != error.shape and target.dim() > 1 and alike(target):
                target = target[0]
            self.prediction, self.target, self.exact = prediction, target, False
            self._note_shapes()
        return output

    def _scaled(self, each: Any, chain: list[Any], mean: str, total: str) -> None:
        """Tell a mean from a sum by its value, and what it was multiplied with."""
        average = float(each.mean())
        sum_of_all = float(each.sum())
        if close(self.value, average) or has(chain, "Mean"):
            self.loss, self.reduction, self.scale = mean, "mean", ratio(self.value, average)
        else:
            self.loss, self.reduction, self.scale = total, "sum", ratio(self.value, sum_of_all)

    def _ratio(self, chain: list[Any]) -> float:
        """Return what a loss was multiplied with, where that is a constant that its node saved."""
        scale = 1.0
        for node in chain:
            other = getattr(node, "_saved_other", None)
            other = 1.0 if other is None else float(other)
            scale *= {"Neg": -1.0, "Mul": other, "Div": 1 / other if other else 1.0}.get(stem(node), 1.0)
        return scale

    def forget(self) -> None:
        """Let go of the graph and of all tensors."""
        self.top = self.x = self.prediction = self.target = None
        self.steps, self.leaves = [], []

    def found(self, target: Any, variable: str) -> None:
        """Take a variable's tensor for the target, to which it is equal but for rounding."""
        self.target, self.variable, self.exact = target, variable, True
        self._note_shapes()


def is_core(node: Any) -> bool:
    """Tell whether a node makes one number per entry, or a whole loss, out of prediction and target."""
    name = name_of(node)
    if name in LOSSES or name == "NllLossBackward0":
        return True
    below = parents(node)
    if not below or below[0] is None:
        return False
    if name == "AbsBackward0":
        return True
    if name == "PowBackward0":
        return bool(node._saved_exponent == 2)
    if name != "MulBackward0":
        return False
    if stem(below[0]) == "LogSoftmax" and below[1] is None:
        return True
    first, second = node._saved_self, node._saved_other
    return first is not None and second is not None and first.shape == second.shape and bool((first == second).all())


def has(chain: list[Any], word: str) -> bool:
    """Tell whether there is a node of a kind."""
    return any(stem(node) == word for node in chain)


def close(left: float, right: float) -> bool:
    """Tell whether two numbers are equal but for the rounding of single precision."""
    return abs(left - right) <= 1e-4 * max(abs(left), abs(right))


def alike(rows: Any) -> bool:
    """Tell whether all rows are the same but for rounding."""
    return bool(((rows - rows[:1]).abs() <= 1e-4 * (1e-3 + rows.abs().max())).all())


def ratio(value: float, base: float) -> float:
    """Return what a loss was multiplied with; exactly 1 where it was not."""
    return 1.0 if close(value, base) or not base else value / base
