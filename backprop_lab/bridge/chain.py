"""Follow a model's forward, by symbolic tracing, as a chain of layers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from msgspec import Struct

from backprop_lab.engine.network import Activation
from backprop_lab.errors import ModelError

Kind = Literal["linear", "activation", "dropout", "reshape", "nothing"]

SUPPORTED = "Linear, ReLU, LeakyReLU, Sigmoid, Tanh, Softmax, LogSoftmax, Identity, Flatten, Dropout"
_MODULES: dict[str, Activation | Kind] = {
    "Linear": "linear",
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Softmax": "softmax",
    "LogSoftmax": "log_softmax",
    "Identity": "nothing",
    "Dropout": "dropout",
    "Flatten": "reshape",
}
_FUNCTIONS: dict[str, Activation | Kind] = {
    "relu": "relu",
    "leaky_relu": "leaky_relu",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "softmax": "softmax",
    "log_softmax": "log_softmax",
    "dropout": "dropout",
    "flatten": "reshape",
    "reshape": "reshape",
    "view": "reshape",
    "squeeze": "reshape",
    "contiguous": "nothing",
}
"""Functions of `torch` and `torch.nn.functional`, and methods of tensors; those in place end in an underscore."""
_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


class Link(Struct, frozen=True):
    """One layer of a chain: what it does, its name in the model, and what it does it with."""

    kind: Kind
    where: str
    node: Any
    activation: Activation = "identity"
    module: Any = None
    slope: float = 0.01
    rate: float = 0.0
    dim: int | None = None


def _check_hooks(model: Any) -> None:
    """Raise ModelError where a layer or a parameter has a hook, which could change any number of the pass."""
    hooked = [name for name, module in model.named_modules() if any(getattr(module, kind) for kind in _HOOKS)]
    hooked += [name for name, parameter in model.named_parameters() if parameter._backward_hooks]
    if hooked:
        raise ModelError(f"model: {hooked[0] or 'the model itself'} has hooks, which are not worked; remove them")


def traced(torch: Any, model: Any) -> Any:
    """Return the graph module of a model; raise ModelError where its forward cannot be followed."""
    if not isinstance(model, torch.nn.Module):
        raise ModelError(f"model: expected a torch.nn.Module, found {type(model).__name__}")
    _check_hooks(model)
    if type(model).__module__.startswith("torch.nn.modules") and not isinstance(model, torch.nn.Sequential):
        model = torch.nn.Sequential(model)  # a layer alone is not traced into
    try:
        return torch.fx.symbolic_trace(model)
    except Exception as error:  # whatever a forward may do with what is no tensor
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ModelError(
            f"model: its forward cannot be followed ({reason[:120]}); expected one layer after the other"
        ) from None


def links(torch: Any, graph_module: Any) -> Iterator[Link]:
    """Yield the layers of a traced model in order; raise ModelError where it is no chain of those supported."""
    current: Any = None
    for node in graph_module.graph.nodes:
        if node.op == "placeholder" and current is None:
            current = node
        elif node.op == "placeholder":
            if node.users:
                raise ModelError(f"model: its forward takes {node.target} besides x; expected one input")
        elif node.op == "output":
            if node.args[0] is not current:
                raise ModelError("model: its forward returns more than the last layer's output; expected that alone")
        elif not _is_about_shape(node):
            if not node.args or node.args[0] is not current or current in node.args[1:]:
                raise ModelError(
                    f"{_name(node)} does not take the output of the layer before; expected a chain of layers"
                )
            yield _link(torch, graph_module, node)
            current = node


def _is_about_shape(node: Any) -> bool:
    """Tell whether a node asks for sizes, or takes one of them."""
    if node.op == "call_method":
        return node.target in ("size", "dim", "numel")
    name = getattr(node.target, "__name__", "")
    if node.op == "call_function" and name == "getattr":
        return bool(node.args[1] == "shape")
    return node.op == "call_function" and name == "getitem" and _is_about_shape(node.args[0])


def _name(node: Any) -> str:
    target = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", str(node.target))
    return f'model: "{target}"'


def _link(torch: Any, graph_module: Any, node: Any) -> Link:
    if node.op == "call_module":
        return _module_link(torch, node, graph_module.get_submodule(node.target))
    name = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", "")
    plain = name.removesuffix("_")
    known = node.op == "call_method" or node.target in (
        getattr(torch, name, None),
        getattr(torch.nn.functional, name, None),
    )
    if node.op == "get_attr" or not known or plain not in _FUNCTIONS:
        raise ModelError(f"{_name(node)} is not supported; supported: {SUPPORTED}, and their functions")
    found = _FUNCTIONS[plain]

    def argument(place: int, keyword: str, default: Any) -> Any:
        return node.args[place] if len(node.args) > place else node.kwargs.get(keyword, default)

    match found:
        case "dropout":
            in_training = argument(2, "training", node.kwargs.get("train", True))
            rate = float(argument(1, "p", 0.5)) if in_training else 0.0
            return Link("dropout", plain, node, rate=rate)
        case "reshape" | "nothing":
            return Link(found, plain, node)
        case "leaky_relu":
            return Link("activation", plain, node, found, slope=float(argument(1, "negative_slope", 0.01)))
        case "softmax" | "log_softmax":
            return Link("activation", plain, node, found, dim=argument(1, "dim", None))
        case "relu" | "sigmoid" | "tanh":
            return Link("activation", plain, node, found)
        case _:
            raise AssertionError(found)


def _module_link(torch: Any, node: Any, module: Any) -> Link:
    name, where = type(module).__name__, f"{node.target} ({type(module).__name__})"
    if name not in _MODULES or type(module) is not getattr(torch.nn, name):
        raise ModelError(f"model: {where} is not supported; supported: {SUPPORTED}")
    match _MODULES[name]:
        case "linear":
            return Link("linear", where, node, module=module)
        case "dropout":
            return Link("dropout", where, node, rate=float(module.p) if module.training else 0.0)
        case "reshape":
            return Link("reshape", where, node)
        case "nothing":
            return Link("nothing", where, node)
        case "leaky_relu":
            return Link("activation", where, node, "leaky_relu", slope=float(module.negative_slope))
        case "softmax" | "log_softmax" as activation:
            return Link("activation", where, node, activation, dim=module.dim)
        case "relu" | "sigmoid" | "tanh" as activation:
            return Link("activation", where, node, activation)
        case _:
            raise AssertionError(name)
