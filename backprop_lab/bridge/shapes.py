"""How the shape of a batch goes through a chain: rows stay rows, and only their form may change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from backprop_lab.bridge.chain import Link
from backprop_lab.bridge.layers import Layers
from backprop_lab.bridge.numbers import shape_of
from backprop_lab.errors import ModelError

Shape = tuple[int, ...]


def output_shape(torch: Any, module: Any, chain: Sequence[Link], layers: Layers, x: Any) -> Shape:
    """Return the shape that a model gives its output; raise ModelError where x does not fit, or rows are mixed."""
    samples, features = _samples(x), x.numel() // _samples(x)
    first = next(place for place, link in enumerate(chain) if link.kind == "linear")
    flattened = any(link.kind == "reshape" for link in chain[:first])
    if features != layers.sizes[0] or (x.dim() > 2 and not flattened):
        raise ModelError(
            f"x: expected the shape ({layers.sizes[0]},) or (samples, {layers.sizes[0]}), "
            f"as {layers.layers[0].where} takes it, found {shape_of(x)}"
        )
    reshaped = _reshaped(torch, module, chain, layers, x)
    shape = shape_of(x)
    for link in chain:
        if link.kind == "linear":
            features = link.module.out_features
            shape = (*shape[:-1], features)
        elif link.kind == "reshape":
            shape = reshaped[link.node]
            if shape not in _forms(samples, features):
                raise ModelError(
                    f"model: {link.where} makes ({samples}, {features}) the shape {shape}; expected a row per sample"
                )
        elif link.dim not in (None, -1, len(shape) - 1):
            raise ModelError(
                f"model: {link.where} has dim={link.dim}; expected dim={len(shape) - 1}, along the units of a sample"
            )
    return shape


def _samples(x: Any) -> int:
    return 1 if x.dim() <= 1 else int(x.shape[0])


def _forms(samples: int, features: int) -> set[Shape]:
    """Return the shapes that samples and features may have without a change of their order."""
    forms: set[Shape] = {(samples, features)}
    if samples == 1:
        forms.add((features,))
    if features == 1:
        forms.add((samples,))
    if samples == features == 1:
        forms.add(())
    return forms


def _reshaped(torch: Any, module: Any, chain: Sequence[Link], layers: Layers, x: Any) -> Mapping[Any, Shape]:
    """Return what each reshaping makes of x, by running the model on it."""
    nodes = [link.node for link in chain if link.kind == "reshape"]
    if not nodes:
        return {}
    from torch.fx.passes.shape_prop import ShapeProp

    weight = layers.layers[0].linear.weight
    own = x.to(dtype=weight.dtype, device=weight.device, copy=True)
    try:
        with torch.random.fork_rng(), torch.no_grad():
            ShapeProp(module).propagate(own)
    except (RuntimeError, IndexError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ModelError(f"model: cannot take x of shape {shape_of(x)}: {reason[:120]}") from None
    return {node: tuple(node.meta["tensor_meta"].shape) for node in nodes}
