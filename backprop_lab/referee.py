"""The referee: the same network in plain PyTorch, differentiated by autograd and updated by `torch.optim.SGD`.

It shares no formula with the engine. Under the convention `output_delta = "error"` the gradients are not those
of the loss, so autograd is asked for what the convention means: the backward pass of everything before the
output's net input, started there with ŷ - y (divided by the number of samples under "mean"). Masks of dropout are
given, and multiplied with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from backprop_lab.engine.network import Activation, Network
from backprop_lab.errors import MissingExtraError

Values = dict[str, npt.NDArray[np.float64]]


def referee(network: Network, givens: Mapping[str, npt.NDArray[np.float64]], steps: int = 1) -> Iterator[Values]:
    """Yield, for every update, each step's value by its canonical name; then a last forward pass and loss.

    Weights are given and returned as (inputs, units); inside they are PyTorch's (units, inputs). Raises
    MissingExtraError if PyTorch is not installed.
    """
    torch = import_torch()
    parameters = _parameters(torch, network, givens)
    x = torch.tensor(givens["x"], dtype=torch.float64, requires_grad=network.gradients)
    y = torch.tensor(givens["y"], dtype=torch.float64)
    dropped = {
        layer: torch.tensor(givens[f"mask{layer}"], dtype=torch.float64) / (1 - float(givens[f"p{layer}"][0, 0]))
        for layer in network.dropout
    }
    slope = float(givens["leaky_slope"][0, 0]) if "leaky_slope" in givens else 0.0
    optimizer = _optimizer(torch, network, parameters, givens)
    for _ in range(steps):
        tensors = _forward(torch, network, parameters, x, y, slope, dropped)
        if network.gradients:
            x.grad = None
            for parameter in parameters.values():
                parameter.grad = None
            _backward(network, tensors)
        result = {name: tensor.detach().numpy().copy() for name, tensor in tensors.items()}
        if network.gradients:
            result |= _gradients(network, tensors, parameters, x)
        if optimizer is not None:
            _step(torch, optimizer, parameters)
            result |= {f"{name}_new": _as_given(name, tensor) for name, tensor in parameters.items()}
            for name, parameter in parameters.items():
                momentum = optimizer.state[parameter].get("momentum_buffer")
                if momentum is not None:
                    result[f"v{name}"] = _as_given(name, momentum)
        yield _as_rows(result)
    if network.update is not None:
        with torch.no_grad():
            tensors = _forward(torch, network, parameters, x, y, slope, dropped)
        yield _as_rows({name: tensor.numpy().copy() for name, tensor in tensors.items()})


def import_torch() -> Any:
    """Return the module of PyTorch; raise MissingExtraError where it is not installed."""
    try:
        import torch
    except ImportError:
        raise MissingExtraError("PyTorch", "torch") from None
    return torch


def _parameters(torch: Any, network: Network, givens: Mapping[str, Any]) -> dict[str, Any]:
    parameters = {}
    for layer in range(1, network.depth + 1):
        weight = np.array(givens[f"W{layer}"].T, dtype=np.float64)
        parameters[f"W{layer}"] = torch.tensor(weight, requires_grad=network.gradients)
        if network.has_bias(layer):
            bias = np.array(givens[f"b{layer}"][0], dtype=np.float64)
            parameters[f"b{layer}"] = torch.tensor(bias, requires_grad=network.gradients)
    return parameters


def _optimizer(torch: Any, network: Network, parameters: Mapping[str, Any], givens: Mapping[str, Any]) -> Any:
    update = network.update
    if update is None:
        return None
    number = {name: float(givens[name][0, 0]) for name in ("learning_rate", "momentum", "dampening", "weight_decay")}
    trained = [
        parameter
        for name, parameter in parameters.items()
        if int(name[1:]) not in update.frozen and (name[0] == "W" or update.biases)
    ]
    if not trained:
        return None
    return torch.optim.SGD(
        trained,
        lr=number["learning_rate"],
        momentum=number["momentum"],
        dampening=number["dampening"],
        weight_decay=number["weight_decay"],
        nesterov=update.nesterov,
    )


def _step(torch: Any, optimizer: Any, parameters: Mapping[str, Any]) -> None:
    """Let the optimizer step; a parameter that cancels but for rounding noise becomes 0, as net inputs do."""
    with torch.no_grad():
        before = {name: parameter.clone() for name, parameter in parameters.items()}
        optimizer.step()
        for name, parameter in parameters.items():
            size = before[name].abs() + (before[name] - parameter).abs()
            parameter[parameter.abs() <= 2**-48 * size] = 0.0


def _forward(
    torch: Any,
    network: Network,
    parameters: Mapping[str, Any],
    x: Any,
    y: Any,
    slope: float,
    dropped: Mapping[int, Any],
) -> dict[str, Any]:
    tensors: dict[str, Any] = {}
    a = x
    if 0 in dropped:
        a = tensors["kept0"] = x * dropped[0]
    for layer, activation in enumerate(network.activations, start=1):
        z = _net_input(torch, a, parameters[f"W{layer}"], parameters.get(f"b{layer}"))
        if z.requires_grad:
            z.retain_grad()
        a = activation_in_torch(torch, activation, z, slope)
        tensors |= {f"z{layer}": z, f"a{layer}": a}
        if layer in dropped:
            a = tensors[f"kept{layer}"] = a * dropped[layer]
    prediction = _prediction(torch, network, z, a)
    tensors["error"] = _without_noise(torch, prediction - y, prediction.abs() + y.abs())
    tensors["L"] = loss_in_torch(torch, network, tensors["error"], z, a, y)
    return tensors


def _net_input(torch: Any, a: Any, weight: Any, bias: Any) -> Any:
    """Return W a + b, and 0 where its terms cancel but for rounding noise, lest a ReLU be alive for 3e-17."""
    linear = torch.nn.functional.linear
    z = linear(a, weight, bias)
    with torch.no_grad():
        size = linear(a.abs(), weight.abs(), None if bias is None else bias.abs())
    return _without_noise(torch, z, size)


def _without_noise(torch: Any, total: Any, size: Any) -> Any:
    with torch.no_grad():
        noise = torch.where(torch.isfinite(size) & (total.abs() <= 2**-48 * size), total, 0.0)
    return total - noise


def activation_in_torch(torch: Any, activation: Activation, z: Any, slope: float) -> Any:
    """Return a layer's activation of its net input."""
    match activation:
        case "identity":
            return z * 1.0  # a tensor of its own
        case "sigmoid":
            return torch.sigmoid(z)
        case "tanh":
            return torch.tanh(z)
        case "relu":
            return torch.relu(z)
        case "leaky_relu":
            return torch.nn.functional.leaky_relu(z, negative_slope=slope)
        case "softmax":
            return torch.softmax(z, dim=1)
        case "log_softmax":
            return torch.log_softmax(z, dim=1)


def _prediction(torch: Any, network: Network, z: Any, a: Any) -> Any:
    """Return what is held against the targets: the output, or what the loss makes probabilities of."""
    match network.loss:
        case "cross_entropy_with_logits":
            return torch.softmax(a, dim=1)
        case "binary_cross_entropy_with_logits":
            return torch.sigmoid(a)
        case "negative_log_likelihood":
            return torch.softmax(z, dim=1)
        case _:
            return a


def loss_in_torch(torch: Any, network: Network, error: Any, z: Any, a: Any, y: Any) -> Any:
    """Return the loss of a pass, from its error, its last net input `z` and activation `a`, and the targets `y`."""
    functional = torch.nn.functional
    match network.loss:
        case "mean_squared_error":
            return functional.mse_loss(a, y)
        case "half_squared_error":
            loss = functional.mse_loss(a, y, reduction="sum") / 2
        case "squared_error":
            loss = functional.mse_loss(a, y, reduction="sum")
        case "absolute_error":
            loss = error.abs().sum()
        case "negative_log_likelihood":
            loss = -(y * a).sum()
        case "cross_entropy_with_logits":
            loss = functional.cross_entropy(a, y, reduction="sum")
        case "binary_cross_entropy_with_logits":
            loss = functional.binary_cross_entropy_with_logits(a, y, reduction="sum")
        case "cross_entropy":
            loss = functional.cross_entropy(z, y, reduction="sum")
        case "binary_cross_entropy":
            loss = functional.binary_cross_entropy_with_logits(z, y, reduction="sum")
    return loss / _count(network)


def _count(network: Network) -> int:
    """Return how many terms a mean is taken over."""
    return {"sum": 1, "mean": network.samples, "mean_of_entries": network.samples * network.sizes[-1]}[
        network.reduction
    ]


def _backward(network: Network, tensors: Mapping[str, Any]) -> None:
    if network.output_delta == "error":
        tensors[f"z{network.depth}"].backward(gradient=tensors["error"].detach() / _count(network))
    else:
        tensors["L"].backward()


def _gradients(network: Network, tensors: Mapping[str, Any], parameters: Mapping[str, Any], x: Any) -> dict[str, Any]:
    gradients = {f"delta{layer}": tensors[f"z{layer}"].grad.numpy().copy() for layer in range(1, network.depth + 1)}
    gradients |= {f"d{name}": _as_given(name, parameter.grad) for name, parameter in parameters.items()}
    return gradients | {"dx": x.grad.numpy().copy()}


def _as_given(name: str, tensor: Any) -> npt.NDArray[np.float64]:
    array: npt.NDArray[np.float64] = tensor.detach().numpy().copy()
    return array.T if name[0] == "W" else array


def _as_rows(result: Mapping[str, npt.NDArray[np.float64]]) -> Values:
    return {name: np.atleast_2d(array) for name, array in result.items()}
