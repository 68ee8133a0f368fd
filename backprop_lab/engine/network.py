"""State a network as a graph: the forward pass, loss and update as formulas; the backward pass is derived."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Literal, assert_never, get_args

from msgspec import Struct, field

from backprop_lab.engine.backward import backward
from backprop_lab.engine.formula import (
    ONE,
    Add,
    Const,
    Formula,
    MatMul,
    Mul,
    Ref,
    Shape,
    Sub,
    Total,
    add,
    apply,
    const,
    div,
    mul,
    neg,
)
from backprop_lab.engine.graph import Graph, Kind, Step

Activation = Literal["identity", "sigmoid", "tanh", "relu", "leaky_relu", "softmax", "log_softmax"]
Loss = Literal[
    "half_squared_error",
    "squared_error",
    "mean_squared_error",
    "absolute_error",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "cross_entropy_with_logits",
    "negative_log_likelihood",
]
OutputDelta = Literal["chain_rule", "unfused", "error"]
Reduction = Literal["sum", "mean", "mean_of_entries"]

ACTIVATIONS: tuple[Activation, ...] = get_args(Activation)
LOSSES: tuple[Loss, ...] = get_args(Loss)
SCALARS = ("leaky_slope", "learning_rate", "momentum", "dampening", "weight_decay")
"""The givens that are single numbers."""
KINKED: tuple[Activation, ...] = ("relu", "leaky_relu")
"""The activations with no derivative at 0."""
ROWWISE: tuple[Activation, ...] = ("softmax", "log_softmax")
"""The activations that mix the units of a layer."""
OUTPUT_OF: dict[Loss, Activation] = {
    "binary_cross_entropy": "sigmoid",
    "cross_entropy": "softmax",
    "negative_log_likelihood": "log_softmax",
}
"""The losses that need one output activation. Their chain rule shortens to the error, for targets that sum to 1."""
FUSED: frozenset[tuple[Activation, Loss]] = frozenset((output, loss) for loss, output in OUTPUT_OF.items())
WITH_LOGITS: tuple[Loss, ...] = ("binary_cross_entropy_with_logits", "cross_entropy_with_logits")
"""The losses that apply a sigmoid or softmax of their own to the output, whatever its activation is."""
CLASS_LOSSES: tuple[Loss, ...] = ("cross_entropy", "cross_entropy_with_logits", "negative_log_likelihood")
"""The losses whose targets sum to 1 in each row, or are class indices."""
PROBABILITY_LOSSES: tuple[Loss, ...] = (*CLASS_LOSSES, "binary_cross_entropy", "binary_cross_entropy_with_logits")
"""The losses whose targets lie between 0 and 1."""


class Update(Struct, frozen=True):
    """Which terms the step of SGD has; their sizes are givens of the graph.

    As `torch.optim.SGD` defines them: with momentum, the first velocity is the gradient itself.
    """

    biases: bool = True
    momentum: bool = False
    dampening: bool = False
    nesterov: bool = False
    weight_decay: bool = False
    frozen: frozenset[int] = frozenset()


class Network(Struct, frozen=True):
    """What a graph is built from: sizes (inputs first), an activation per layer, loss and conventions."""

    sizes: tuple[int, ...]
    activations: tuple[Activation, ...]
    loss: Loss
    samples: int = 1
    biases: bool = True
    output_delta: OutputDelta = "chain_rule"
    reduction: Reduction = "sum"
    gradients: bool = True
    update: Update | None = field(default_factory=Update)
    dropout: frozenset[int] = frozenset()
    """The layers whose activations are partly dropped, by masks that are given; 0 are the inputs."""
    unbiased: frozenset[int] = frozenset()
    """The layers without biases, where others have some."""

    @property
    def depth(self) -> int:
        """The number of layers of weights."""
        return len(self.activations)

    def has_bias(self, layer: int) -> bool:
        """Tell whether a layer, counted from 1, has biases."""
        return self.biases and layer not in self.unbiased

    @property
    def share(self) -> Fraction:
        """What one term of the loss counts for: all of it in a sum, 1/samples or 1/entries in a mean."""
        counts = {"sum": 1, "mean": self.samples, "mean_of_entries": self.samples * self.sizes[-1]}
        return Fraction(1, counts[self.reduction])

    @property
    def fused(self) -> bool:
        """Whether the output delta is the shortened chain rule."""
        return self.output_delta == "chain_rule" and (self.activations[-1], self.loss) in FUSED

    @property
    def delta_is_error(self) -> bool:
        """Whether the output delta is ŷ - y, shortened or by the lesson's convention, and not derived."""
        return self.fused or self.output_delta == "error"


@lru_cache(maxsize=64)
def graph(network: Network, *, first_pass: bool = True) -> Graph:
    """Build the graph of one pass; a later pass than the first has the velocity of the pass before."""
    shapes = given_shapes(network, first_pass=first_pass)
    steps = [*_forward(network), *_loss(network)]
    _add_shapes(shapes, network)
    if network.gradients:
        steps += _backward(network, tuple(steps), shapes)
    if network.update is not None:
        steps += _update(network, network.update, shapes, first_pass=first_pass)
    made = {step.name for step in steps}
    used = {name for step in steps for name in step.inputs}
    return Graph({name: size for name, size in shapes.items() if name in made | used}, tuple(steps))


def given_shapes(network: Network, *, first_pass: bool = True) -> dict[str, Shape]:
    """Return the shape of every given that a pass may use."""
    sizes = network.sizes
    shapes = {"x": (network.samples, sizes[0]), "y": (network.samples, sizes[-1])}
    for layer in range(1, network.depth + 1):
        shapes[f"W{layer}"] = (sizes[layer - 1], sizes[layer])
        if network.has_bias(layer):
            shapes[f"b{layer}"] = (1, sizes[layer])
    for layer in sorted(network.dropout):
        shapes |= {f"mask{layer}": (network.samples, sizes[layer]), f"p{layer}": (1, 1)}
    shapes |= dict.fromkeys(SCALARS, (1, 1))
    if not first_pass:
        shapes |= {f"v{name}_old": size for name, size in shapes.items() if name[0] in "Wb"}
    return shapes


def _forward(network: Network) -> Iterator[Step]:
    a: Formula = Ref("x")
    if 0 in network.dropout:
        yield _dropout(a, 0)
        a = Ref("kept0")
    for layer, activation in enumerate(network.activations, start=1):
        z: Formula = MatMul(a, Ref(f"W{layer}"))
        if network.has_bias(layer):
            z = Add((z, Ref(f"b{layer}")))
        yield Step(f"z{layer}", z, "forward", "net_input", layer)
        yield Step(f"a{layer}", _activation(activation, Ref(f"z{layer}")), "forward", "activation", layer)
        a = Ref(f"a{layer}")
        if layer in network.dropout:
            yield _dropout(a, layer)
            a = Ref(f"kept{layer}")


def _dropout(a: Formula, layer: int) -> Step:
    """Return the step that keeps some activations, and scales them up for those that are dropped.

    As `torch.nn.Dropout` does in training (Srivastava et al., Dropout, JMLR 15, 2014, section 10).
    """
    kept = div(Mul((a, Ref(f"mask{layer}"))), Sub(ONE, Ref(f"p{layer}")))
    return Step(f"kept{layer}", kept, "forward", "dropout", layer or None)


def _activation(activation: Activation, z: Formula) -> Formula:
    match activation:
        case "identity":
            return z
        case "leaky_relu":
            return apply("leaky_relu", z, Ref("leaky_slope"))
        case "sigmoid" | "tanh" | "relu" | "softmax" | "log_softmax":
            return apply(activation, z)
        case _:
            assert_never(activation)


def _loss(network: Network) -> Iterator[Step]:
    a, z, y = Ref(f"a{network.depth}"), Ref(f"z{network.depth}"), Ref("y")
    yield Step("error", Sub(_prediction(network.loss, a, z), y), "loss", "error")
    squares = Total(apply("square", Ref("error")), "all")
    share = Const(network.share)
    stable: Formula | None = None
    match network.loss:
        case "half_squared_error":
            loss = mul(const(1, 2), share, squares)
        case "squared_error":
            loss = mul(share, squares)
        case "mean_squared_error":
            loss = mul(const(1, network.samples * network.sizes[-1]), squares)
        case "absolute_error":
            loss = mul(share, Total(apply("abs", Ref("error")), "all"))
        case "negative_log_likelihood":
            loss = neg(mul(share, Total(Mul((y, a)), "all")))
        case "cross_entropy_with_logits":
            loss = neg(mul(share, Total(Mul((y, apply("log_softmax", a))), "all")))
        case "binary_cross_entropy_with_logits":
            loss = mul(share, Total(_softplus_terms(a, y), "all"))
        case "cross_entropy":
            loss = neg(mul(share, Total(Mul((y, apply("log", a))), "all")))
            stable = neg(mul(share, Total(Mul((y, apply("log_softmax", z))), "all")))
        case "binary_cross_entropy":
            other = Mul((Sub(ONE, y), apply("log", Sub(ONE, a))))
            loss = neg(mul(share, Total(Add((Mul((y, apply("log", a))), other)), "all")))
            stable = mul(share, Total(_softplus_terms(z, y), "all"))
        case _:
            assert_never(network.loss)
    yield Step("L", loss, "loss", "loss", stable=stable)


def _prediction(loss: Loss, a: Formula, z: Formula) -> Formula:
    """Return what the loss holds against the targets: the output, or the probabilities that it stands for."""
    match loss:
        case "cross_entropy_with_logits":
            return apply("softmax", a)
        case "binary_cross_entropy_with_logits":
            return apply("sigmoid", a)
        case "negative_log_likelihood":
            return apply("softmax", z)
        case _:
            return a


def _softplus_terms(logits: Formula, y: Formula) -> Formula:
    """Return the binary cross-entropy of the sigmoid of some logits, without the sigmoid."""
    return Add((Mul((y, apply("softplus", neg(logits)))), Mul((Sub(ONE, y), apply("softplus", logits)))))


def _add_shapes(shapes: dict[str, Shape], network: Network) -> None:
    layer_shape = dict(enumerate(((network.samples, size) for size in network.sizes[1:]), start=1))
    for layer, size in layer_shape.items():
        shapes[f"z{layer}"] = shapes[f"a{layer}"] = size
    for layer in network.dropout:
        shapes[f"kept{layer}"] = shapes[f"mask{layer}"]
    shapes["error"] = layer_shape[network.depth]
    shapes["L"] = (1, 1)


_KIND_OF_GRADIENT: dict[str, Kind] = {
    "z": "delta",
    "W": "weight_gradient",
    "b": "bias_gradient",
    "x": "input_gradient",
}


def _backward(network: Network, steps: Sequence[Step], shapes: dict[str, Shape]) -> Iterator[Step]:
    names: dict[str, str] = {}
    for layer in range(1, network.depth + 1):
        names |= {f"z{layer}": f"delta{layer}", f"W{layer}": f"dW{layer}", f"b{layer}": f"db{layer}"}
    names["x"] = "dx"
    shortened = mul(Const(network.share), Ref("error"))
    alternatives: dict[str, Formula] = {}
    if network.delta_is_error:
        alternatives[f"z{network.depth}"] = shortened
    elif network.loss in WITH_LOGITS:
        alternatives[f"a{network.depth}"] = shortened
    quantity = {gradient: name for name, gradient in names.items()}
    for gradient, formula in backward(steps, shapes, names, alternatives).items():
        name = quantity[gradient]
        shapes[gradient] = shapes[name]
        layer = int(name[1:]) if name != "x" else 0
        saturates = network.output_delta == "unfused" and gradient == f"delta{network.depth}"
        stable = shortened if saturates else None
        yield Step(gradient, formula, "backward", _KIND_OF_GRADIENT[name[0]], layer or None, stable)


def _update(network: Network, update: Update, shapes: dict[str, Shape], *, first_pass: bool) -> Iterator[Step]:
    """Yield the SGD step of every parameter, in the order and with the terms of `torch.optim.SGD`."""
    for layer in range(1, network.depth + 1):
        for letter, kind in (("W", "weight"), ("b", "bias")) if network.has_bias(layer) else (("W", "weight"),):
            name = f"{letter}{layer}"
            for step_name, formula, what in _parameter_update(update, name, layer, first_pass=first_pass):
                shapes[step_name] = shapes[name]
                full: Kind = f"{kind}_{what}"  # type: ignore[assignment]
                yield Step(step_name, formula, "update", full, layer)


def _parameter_update(
    update: Update, name: str, layer: int, *, first_pass: bool
) -> Iterator[tuple[str, Formula, Literal["velocity", "update"]]]:
    parameter = Ref(name)
    if layer in update.frozen or (name[0] == "b" and not update.biases):
        yield f"{name}_new", parameter, "update"
        return
    gradient: Formula = Ref(f"d{name}")
    if update.weight_decay:
        gradient = add(gradient, mul(Ref("weight_decay"), parameter))
    direction = gradient
    if update.momentum:
        velocity = Ref(f"v{name}")
        damped = mul(Sub(ONE, Ref("dampening")), gradient) if update.dampening else gradient
        earlier = mul(Ref("momentum"), Ref(f"v{name}_old"))
        yield velocity.name, gradient if first_pass else add(earlier, damped), "velocity"
        direction = add(gradient, mul(Ref("momentum"), velocity)) if update.nesterov else velocity
    yield f"{name}_new", Sub(parameter, mul(Ref("learning_rate"), direction)), "update"
