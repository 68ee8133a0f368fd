"""A training task's network in the words of PyTorch: the modules of `nn.Sequential`, and the criterion."""

from __future__ import annotations

from collections.abc import Mapping

from backprop_lab.engine.network import Activation, Loss, Network

_ON_NET_INPUT: tuple[Loss, ...] = ("cross_entropy", "binary_cross_entropy")
"""The losses that PyTorch takes of the last net input: it applies the output's activation itself."""
CRITERIA: dict[Loss, str] = {
    "mean_squared_error": "MSELoss",
    "absolute_error": "L1Loss",
    "binary_cross_entropy": "BCEWithLogitsLoss",
    "binary_cross_entropy_with_logits": "BCEWithLogitsLoss",
    "cross_entropy": "CrossEntropyLoss",
    "cross_entropy_with_logits": "CrossEntropyLoss",
    "negative_log_likelihood": "NLLLoss",
}
_SUMS: dict[Loss, str] = {
    "half_squared_error": "((outputs - y) ** 2).sum() / 2",
    "squared_error": "((outputs - y) ** 2).sum()",
    "absolute_error": "(outputs - y).abs().sum()",
    "binary_cross_entropy": 'nn.functional.binary_cross_entropy_with_logits(outputs, y, reduction="sum")',
    "binary_cross_entropy_with_logits": 'nn.functional.binary_cross_entropy_with_logits(outputs, y, reduction="sum")',
    "negative_log_likelihood": "-(outputs * y).sum()",
}
"""The losses whose mean over samples may be another than that of PyTorch's criterion."""


def gives_net_input(network: Network) -> bool:
    """Tell whether the model ends with the last net input, for the criterion to take."""
    return network.loss in _ON_NET_INPUT


def modules(network: Network, leaky_slope: float, dropout: Mapping[int, float]) -> list[list[str]]:
    """Return the modules of each layer as source: the `nn.Linear`, then what follows it.

    Behind a layer with `dropout` stands `Dropout`, which the script defines.
    """
    bias = "" if network.biases else ", bias=False"
    found = []
    for layer, activation in enumerate(network.activations, start=1):
        own = [f"nn.Linear({network.sizes[layer - 1]}, {network.sizes[layer]}{bias})"]
        if activation != "identity" and not (layer == network.depth and gives_net_input(network)):
            own.append(_module(activation, leaky_slope))
        if layer in dropout:
            own.append(f"Dropout({dropout[layer]})")
        found.append(own)
    return found


def _module(activation: Activation, leaky_slope: float) -> str:
    names = {
        "sigmoid": "Sigmoid()",
        "tanh": "Tanh()",
        "relu": "ReLU()",
        "leaky_relu": f"LeakyReLU({leaky_slope})",
        "softmax": "Softmax(dim=1)",
        "log_softmax": "LogSoftmax(dim=1)",
    }
    return f"nn.{names[activation]}"


def criterion(network: Network, *, indices: bool) -> str | None:
    """Return PyTorch's criterion that is this loss as source, if there is one.

    With `indices` the targets are class indices, which `nn.NLLLoss` needs.
    """
    over_entries = network.sizes[-1] == 1 or network.reduction == "mean_of_entries"
    match network.loss:
        case "half_squared_error" | "squared_error":
            is_there = False
        case "absolute_error" | "binary_cross_entropy" | "binary_cross_entropy_with_logits":
            is_there = over_entries
        case "negative_log_likelihood":
            is_there = indices
        case "mean_squared_error" | "cross_entropy" | "cross_entropy_with_logits":
            is_there = True
    return f"nn.{CRITERIA[network.loss]}()" if is_there else None


def mean_of_batch(network: Network) -> str:
    """Return the loss of a batch from `outputs` and `y` as source, where PyTorch has no criterion that is it."""
    return f"{_SUMS[network.loss]} / {'y.numel()' if network.reduction == 'mean_of_entries' else 'len(y)'}"
