"""Draw a new task, of one pass or a training, and write it as a commented file."""

from __future__ import annotations

import random
import tomllib
from decimal import Decimal
from itertools import pairwise
from operator import mul
from types import SimpleNamespace

from backprop_lab.engine.network import CLASS_LOSSES, KINKED, OUTPUT_OF, PROBABILITY_LOSSES, Activation, Loss
from backprop_lab.engine.worked import work
from backprop_lab.errors import LabError
from backprop_lab.tables import build_task, build_training
from backprop_lab.task import MOST_LAYERS, Task
from backprop_lab.templating import render

MOST_WEIGHTS = 10_000
MOST_DRAWS = 25


def new_task(
    title: str,
    sizes: tuple[int, ...],
    hidden: Activation,
    output: Activation | None,
    loss: Loss,
    samples: int,
    seed: int,
) -> str:
    """Return a task file with numbers in tenths that the seed decides, drawn until there is something to learn.

    That is: every layer of weights has a gradient, and no net input lies at the kink of a ReLU; what does not come
    in so many draws is done without. Without an output activation the loss chooses: softmax, sigmoid, or the
    hidden one. Raises LabError where the sizes make no network that a file can hold, TaskError where sizes,
    activations and loss do not fit each other.
    """
    _check(sizes, samples)
    activations = [*([hidden] * (len(sizes) - 2)), output or OUTPUT_OF.get(loss, hidden)]
    draw = random.Random(seed)
    for _ in range(MOST_DRAWS):
        text = render("task.toml.j2", {"d": _drawn(draw, title, sizes, activations, loss, samples)})
        if _teaches(build_task(tomllib.loads(text, parse_float=Decimal))):
            break
    return text


def new_training(
    title: str,
    sizes: tuple[int, ...],
    hidden: Activation,
    output: Activation | None,
    loss: Loss,
    samples: int,
    seed: int,
) -> str:
    """Return a training task's file with rows that the seed decides: but for noise, targets follow from the inputs.

    Arguments and errors are those of `new_task`; without an output activation it is the loss's, or none.
    """
    _check(sizes, samples)
    draw = random.Random(seed)
    x = [[draw.randint(-20, 20) / 10 for _ in range(sizes[0])] for _ in range(samples)]
    is_quantity = loss not in PROBABILITY_LOSSES
    text = render(
        "training_task.toml.j2",
        {
            "d": SimpleNamespace(
                title=title,
                units=list(sizes[1:]),
                activations=[*([hidden] * (len(sizes) - 2)), output or OUTPUT_OF.get(loss, "identity")],
                loss=loss,
                x=x,
                y=_targets(draw, x, sizes[-1], loss),
                standardise="both" if is_quantity else "inputs",
                batch_size=max(1, min(8, samples // 2)),
            )
        },
    )
    build_training(tomllib.loads(text, parse_float=Decimal))
    return text


def _targets(draw: random.Random, x: list[list[float]], outputs: int, loss: Loss) -> list[object]:
    """Return noisy sums of the inputs, in tenths; or the classes that equal shares of them, in their order, make."""

    def sums() -> list[float]:
        weights = [draw.choice([-3, -2, -1, 1, 2, 3]) for _ in x[0]]
        return [sum(map(mul, weights, row)) + draw.gauss(0, 0.5) for row in x]

    columns = [sums() for _ in range(1 if loss in CLASS_LOSSES else outputs)]
    if loss in CLASS_LOSSES:
        order = sorted(range(len(x)), key=columns[0].__getitem__)
        place = {row: rank for rank, row in enumerate(order)}
        return [place[row] * outputs // len(x) for row in range(len(x))]
    if loss in PROBABILITY_LOSSES:
        return [[int(entry > 0) for entry in row] for row in zip(*columns, strict=True)]
    return [[round(entry, 1) for entry in row] for row in zip(*columns, strict=True)]


def _drawn(
    draw: random.Random, title: str, sizes: tuple[int, ...], activations: list[Activation], loss: Loss, samples: int
) -> SimpleNamespace:
    def tenths(count: int) -> list[float]:
        return [draw.choice([n for n in range(-5, 6) if n]) / 10 for _ in range(count)]

    layers = list(pairwise(sizes))
    targets: list[object] = (
        [draw.randrange(sizes[-1]) for _ in range(samples)]
        if loss in CLASS_LOSSES
        else [[draw.randint(0, 1) for _ in range(sizes[-1])] for _ in range(samples)]
    )
    return SimpleNamespace(
        title=title,
        activations=activations,
        loss=loss,
        weights=[[tenths(units) for _ in range(inputs)] for inputs, units in layers],
        biases=[tenths(units) for _, units in layers],
        x=[[draw.randint(0, 2) for _ in range(sizes[0])] for _ in range(samples)],
        y=targets,
    )


def _teaches(task: Task) -> bool:
    values = work(task.graph, task.givens()).values
    layers = range(1, task.spec.depth + 1)
    kinked = [layer for layer in layers if task.network.activations[layer - 1] in KINKED]
    return all(values[f"dW{layer}"].any() for layer in layers) and all(values[f"z{layer}"].all() for layer in kinked)


def _check(sizes: tuple[int, ...], samples: int) -> None:
    asked = f"--sizes {'-'.join(map(str, sizes))[:40]}"
    weights = sum(inputs * units for inputs, units in pairwise(sizes))
    if min(sizes) < 1:
        raise LabError(f"{asked}: every layer needs at least 1 unit")
    if len(sizes) - 1 > MOST_LAYERS:
        raise LabError(f"{asked}: {len(sizes) - 1:,} layers; a task file holds at most {MOST_LAYERS}")
    data = samples * (sizes[0] + sizes[-1])
    for count, what in ((weights, "weights"), (data, "inputs and targets")):
        if count > MOST_WEIGHTS:
            raise LabError(f"{asked}: {count:,} {what}; a task file holds at most {MOST_WEIGHTS:,}")
