"""Work a recorded update again with the engine: are its gradients those of the batch, and is its step that of SGD?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.network import Network, graph
from backprop_lab.engine.worked import work
from backprop_lab.errors import NumberError
from backprop_lab.runs.chains import Chain, Floats, UnknownPartError, array, batch, chain_of, matrix
from backprop_lab.runs.findings import Mistake
from backprop_lab.runs.stepping import BY_HAND, FLOAT32, ROUNDINGS, wrong_step
from backprop_lab.runs.watched import Matrix, WatchedUpdate


class Recomputed(Struct, frozen=True):
    """What came of working an update again: right, or a cause why not.

    `what` names what is not known, or the parameter that differs.

    `difference` is the largest one between gradients, relative to the largest gradient of the same parameter.
    """

    number: int
    cause: Mistake | None = None
    what: str = ""
    difference: float = 0.0


class Gradients(Struct, frozen=True):
    """The gradients of a batch by the names of the parameters, and how far rounding may take each of them."""

    values: dict[str, Floats]
    allowed: dict[str, float]


def recompute(update: WatchedUpdate, earlier: WatchedUpdate | None = None) -> Recomputed:
    """Compare an update with what the engine makes of its batch; `earlier` is the update just before it, if seen."""
    try:
        return _recomputed(update, earlier)
    except UnknownPartError as error:
        lost = any(None in one.numbers for one in (*update.before.values(), *update.gradients.values()))
        return Recomputed(update.number, "loss-not-finite" if lost else "not-recomputed", str(error))
    except NumberError:
        return Recomputed(update.number, "loss-not-finite")


def _recomputed(update: WatchedUpdate, earlier: WatchedUpdate | None) -> Recomputed:
    if update.backwards == 0:
        return Recomputed(update.number, "backward-outside-loop")
    chain = chain_of(update)
    names = {name for link in chain.links for name in (link.weight, link.bias) if name}
    missing = sorted(names - {*update.optimizer.parameters})
    if missing and update.optimizer.kind:
        return Recomputed(update.number, "optimizer-without-layers", missing[0])
    found = _compare_gradients(chain, update, earlier)
    if found.cause is not None:
        return found
    if update.optimizer.kind not in ("SGD", BY_HAND):
        return replace(found, cause="another-optimizer")
    wrong = wrong_step(update, sorted(names))
    return found if wrong is None else replace(found, cause=wrong[0], what=wrong[1])


def loss_of(chain: Chain, parameters: Mapping[str, Matrix], x: Floats, y: Floats) -> float:
    """Return the loss of rows with some parameters; raise UnknownPartError or NumberError where there is none."""
    whole = chain.evaluated
    network = replace(whole.network, samples=len(x), gradients=False)
    return loss_in(network, whole.givens(parameters) | {"x": x, "y": y})


def loss_in(network: Network, givens: Mapping[str, Array]) -> float:
    """Return the loss of a network; raise NumberError where there is none."""
    return float(work(graph(network), givens).values["L"][0, 0])


def gradients_of(chain: Chain, update: WatchedUpdate, x: Floats, y: Floats) -> Gradients:
    """Return the gradients of a batch for the loss times its scale, and how far from them float32 may be.

    That is told by the same pass in float32, and with targets that are off by the rounding of outputs and targets:
    what is left of these near the end of a training is mostly rounding.
    """
    built = graph(replace(chain.network, samples=len(x)))
    givens = chain.givens(update.before) | {"x": x, "y": y}
    scale = update.scale if update.scale and update.scale > 0 else 1.0

    def named(values: Mapping[str, Array]) -> dict[str, Floats]:
        return {name: scale * value for name, value in chain.named(values, "d").items()}

    def gradients(changed: Mapping[str, Array]) -> dict[str, Floats]:
        return named(work(built, changed).values)

    worked = work(built, givens).values
    exact = named(worked)
    rounding = FLOAT32 * np.maximum(np.abs(worked[f"a{chain.network.depth}"]), np.abs(y))
    signs = np.where(np.arange(len(x)) % 2, -1.0, 1.0)[:, None]
    others = [
        gradients({name: value.astype(np.float32) for name, value in givens.items()}),
        gradients(givens | {"y": y + rounding}),
        gradients(givens | {"y": y + signs * rounding}),
    ]
    allowed = {
        name: ROUNDINGS * (FLOAT32 * _largest(value) + max(_largest(value - other[name]) for other in others))
        for name, value in exact.items()
    }
    return Gradients(exact, allowed)


def _largest(value: Floats) -> float:
    return float(np.abs(value).max(initial=0.0))


def _compare_gradients(chain: Chain, update: WatchedUpdate, earlier: WatchedUpdate | None) -> Recomputed:
    """Tell whether the gradients are those of the batch, and what explains them where they are not."""
    try:
        x, y = batch(chain, update.x, update.target)
    except UnknownPartError:
        if (spread := _spread(chain, update)) is None:
            raise
        x, y = spread
        ours = gradients_of(chain, update, x, y)
        recorded = _recorded(update, ours)
        if _difference(ours, recorded) <= 1:
            return Recomputed(update.number, "broadcast-target")
        return Recomputed(update.number, _explained(chain, update, earlier, ours, recorded), _worst(ours, recorded))
    ours = gradients_of(chain, update, x, y)
    recorded = _recorded(update, ours)
    if _difference(ours, recorded) <= 1:
        return Recomputed(update.number, difference=_relative(ours, recorded))
    return Recomputed(update.number, _explained(chain, update, earlier, ours, recorded), _worst(ours, recorded))


def _recorded(update: WatchedUpdate, ours: Gradients) -> dict[str, Floats]:
    """Return the gradients that the optimiser used; where it had none they are 0."""
    return {
        name: matrix(update.gradients, name) if name in update.gradients else np.zeros_like(value)
        for name, value in ours.values.items()
    }


def _explained(
    chain: Chain, update: WatchedUpdate, earlier: WatchedUpdate | None, ours: Gradients, recorded: dict[str, Floats]
) -> Mistake:
    """Tell what gave the gradients that were recorded in the place of those of the batch."""
    if not any(value.any() for value in recorded.values()):
        return "zeroed-before-step"
    spread = _spread(chain, update)
    apart = None if spread is None else gradients_of(chain, update, *spread)
    if not update.cleared:
        if update.backwards > 1:
            return "step-outside-loop"
        before = None if earlier is None else _recorded(earlier, ours)
        added = recorded if before is None else {name: recorded[name] - before[name] for name in recorded}
        meant = [ours] if apart is None else [ours, apart]
        if before is None or any(_difference(one, added) <= _gain(one, recorded) for one in meant):
            return "no-zero-grad"
    if apart is not None and _difference(apart, recorded) <= 1:
        return "broadcast-target"
    if (factor := _factor(ours, recorded)) is not None and _difference(
        ours, {name: value / factor for name, value in recorded.items()}
    ) <= 4:
        return "scaled-gradients"
    return "another-gradient"


def _spread(chain: Chain, update: WatchedUpdate) -> tuple[Floats, Floats] | None:
    """Return the batch with the mean of its targets for every one of them.

    That has the gradients of a squared error in which predictions (n, 1) meet targets (n,): each meets all of them.
    """
    if chain.network.loss != "mean_squared_error" or chain.network.sizes[-1] != 1:
        return None
    x = array(update.x, "batch")
    if x.size % chain.network.sizes[0]:
        return None
    x = x.reshape(-1, chain.network.sizes[0])
    return x, np.full((len(x), 1), array(update.target, "target").mean())


def _difference(ours: Gradients, recorded: Mapping[str, Floats]) -> float:
    """Return the largest difference as a multiple of what rounding may do; where shapes do not fit it is infinite."""
    worst = 0.0
    for name, value in ours.values.items():
        if recorded[name].shape != value.shape:
            return np.inf
        gap = _largest(recorded[name] - value)
        worst = max(worst, gap / ours.allowed[name] if ours.allowed[name] else np.inf * bool(gap) if gap else 0.0)
    return worst


def _relative(ours: Gradients, recorded: Mapping[str, Floats]) -> float:
    pairs = [(value, recorded[name]) for name, value in ours.values.items() if value.any()]
    return max((float(np.abs(one - other).max() / np.abs(one).max()) for one, other in pairs), default=0.0)


def _worst(ours: Gradients, recorded: Mapping[str, Floats]) -> str:
    """Return the name of the parameter whose gradient is most wrong."""
    return max(ours.values, key=lambda name: _difference(_only(ours, name), recorded))


def _only(ours: Gradients, name: str) -> Gradients:
    return Gradients({name: ours.values[name]}, {name: ours.allowed[name]})


def _gain(ours: Gradients, recorded: Mapping[str, Floats]) -> float:
    """Return how much larger sums of many gradients are than those of the batch, and so is their rounding."""
    largest, own = max(map(_largest, recorded.values())), max(map(_largest, ours.values.values()))
    return 1.0 + (largest / own if own else 0.0)


def _factor(ours: Gradients, recorded: Mapping[str, Floats]) -> float | None:
    """Return the number that takes the gradients of the batch closest to those recorded; None where it is none."""
    one = np.concatenate([value.reshape(-1) for value in ours.values.values()])
    other = np.concatenate([recorded[name].reshape(-1) for name in ours.values])
    if len(one) != len(other) or not one.any():
        return None
    factor = float(one @ other / (one @ one))
    return factor if factor else None
