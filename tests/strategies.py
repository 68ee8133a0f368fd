"""Random tasks: tables as tomllib gives them with parse_float=Decimal, the tasks they make, and broken ones."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any, Literal

from hypothesis import strategies as st

from backprop_lab.engine.network import (
    ACTIVATIONS,
    CLASS_LOSSES,
    FUSED,
    LOSSES,
    OUTPUT_OF,
    PROBABILITY_LOSSES,
    ROWWISE,
    Activation,
    Loss,
)
from backprop_lab.tables import build_task
from backprop_lab.task import Task
from backprop_lab.writing.notation import NOTATIONS, NotationName

Tables = dict[str, Any]
Draw = st.DrawFn

TITLES = ("A task", "Übung 3: 100 % & mehr", "w_1 {and} $x$ #2 <b>\\frac</b> `code` | ~", "*")
RATIONAL: tuple[Activation, ...] = ("identity", "relu", "leaky_relu")
SQUARED: tuple[Loss, ...] = ("half_squared_error", "squared_error", "mean_squared_error")
OUTPUTS: Mapping[Loss, tuple[Activation, ...]] = {
    loss: (OUTPUT_OF[loss],) if loss in OUTPUT_OF else ACTIVATIONS for loss in LOSSES
}
"""The output activations that fit each loss."""


def decimals(low: int, high: int, places: int) -> st.SearchStrategy[Decimal]:
    """Draw multiples of 10**-places between low and high, both included."""
    scale = 10**places
    return st.integers(low * scale, high * scale).map(lambda digits: Decimal(digits).scaleb(-places))


def numbers(*, large: bool = False) -> st.SearchStrategy[int | Decimal]:
    """Draw a number as people write it: tenths and hundredths, small integers, sometimes a large one."""
    kinds: list[st.SearchStrategy[Any]] = [decimals(-2, 2, 1), decimals(-2, 2, 2), decimals(-1, 1, 1)]
    kinds += [st.integers(-3, 3), st.sampled_from([0, Decimal("0.0"), Decimal("-0.0"), Decimal("1e-3"), 1])]
    if large:
        kinds.append(st.sampled_from([1000, -1000, Decimal("1000.5"), Decimal("-250.25")]))
    return st.one_of(kinds)


@st.composite
def tables(
    draw: Draw,
    *,
    largest_depth: int = 4,
    largest_width: int = 4,
    largest_batch: int = 4,
    activations: Sequence[Activation] = ACTIVATIONS,
    losses: Sequence[Loss] = LOSSES,
    notations: Sequence[NotationName] = NOTATIONS,
    update: Literal["always", "never", "any"] = "any",
    most_steps: int = 3,
    large: bool = False,
    asks: bool = True,
) -> Tables:
    """Draw the tables of a valid task.

    With `large`, numbers such as 1000 are among them; the pass may then be one that raises NumberError.
    """
    number = numbers(large=large)
    samples = draw(st.integers(1, largest_batch))
    loss, output = draw(st.sampled_from(_pairs(activations, losses)))
    depth = draw(st.integers(1, largest_depth))
    hidden = [draw(st.sampled_from(activations)) for _ in range(depth - 1)]
    chosen = [*hidden, output]
    least = [2 if name in ROWWISE else 1 for name in chosen]
    widths = [draw(st.integers(units, largest_width)) for units in least]
    sizes = [draw(st.integers(1, largest_width)), *widths]
    network: Tables = {
        "activations": chosen,
        "loss": loss,
        "weights": [draw(_matrix(number, rows, columns)) for rows, columns in pairwise(sizes)],
    }
    if draw(st.booleans()):
        network["biases"] = [draw(_row(number, width)) for width in widths]
        if draw(st.integers(0, 3)) == 0:
            network["biases"][:-1] = [draw(st.sampled_from([row, []])) for row in network["biases"][:-1]]
    if draw(st.booleans()):
        network["leaky_slope"] = draw(st.one_of(st.sampled_from([0, 1]), decimals(0, 1, 1), decimals(0, 1, 2)))
    data = {"x": draw(_matrix(number, samples, sizes[0])), "y": draw(_targets(loss, number, samples, sizes[-1]))}
    found: Tables = {"title": draw(st.sampled_from(TITLES)), "network": network, "data": data}
    found |= draw(_options(notations))
    if update == "always" or (update == "any" and draw(st.booleans())):
        found["update"] = draw(_updates(depth, most_steps))
    conventions = draw(_conventions(unfused=(output, loss) in FUSED))
    if conventions:
        found["conventions"] = conventions
    dropped = draw(st.sets(st.integers(0, depth - 1), max_size=2)) if draw(st.integers(0, 2)) == 0 else set()
    if dropped:
        found["dropout"] = [draw(_dropout(layer, samples, sizes[layer])) for layer in sorted(dropped)]
    if asks and draw(st.integers(0, 3)) == 0:
        found["ask"] = draw(_asks(depth))
    return found


def tasks(
    *,
    largest_depth: int = 4,
    largest_width: int = 4,
    largest_batch: int = 4,
    activations: Sequence[Activation] = ACTIVATIONS,
    losses: Sequence[Loss] = LOSSES,
    notations: Sequence[NotationName] = NOTATIONS,
    update: Literal["always", "never", "any"] = "any",
    most_steps: int = 3,
    large: bool = False,
) -> st.SearchStrategy[Task]:
    """Draw a valid task; the arguments are those of `tables`."""
    return tables(
        largest_depth=largest_depth,
        largest_width=largest_width,
        largest_batch=largest_batch,
        activations=activations,
        losses=losses,
        notations=notations,
        update=update,
        most_steps=most_steps,
        large=large,
    ).map(build_task)


def _pairs(activations: Sequence[Activation], losses: Sequence[Loss]) -> list[tuple[Loss, Activation]]:
    return [(loss, output) for loss in losses for output in OUTPUTS[loss] if output in activations]


def _row(number: st.SearchStrategy[Any], length: int) -> st.SearchStrategy[list[Any]]:
    return st.lists(number, min_size=length, max_size=length)


def _matrix(number: st.SearchStrategy[Any], rows: int, columns: int) -> st.SearchStrategy[list[list[Any]]]:
    return st.lists(_row(number, columns), min_size=rows, max_size=rows)


def _targets(loss: Loss, number: st.SearchStrategy[Any], samples: int, width: int) -> st.SearchStrategy[Any]:
    match loss:
        case _ if loss in CLASS_LOSSES and width > 1:
            classes = _row(st.integers(0, width - 1), samples)
            return st.one_of(classes, st.lists(_shares(width), min_size=samples, max_size=samples))
        case _ if loss in CLASS_LOSSES:
            return st.just([[1]] * samples)
        case _ if loss in PROBABILITY_LOSSES:
            share = st.one_of(st.integers(0, 1), st.integers(0, 1), decimals(0, 1, 1))
            return _matrix(share, samples, width)
        case _:
            return _matrix(number, samples, width)


def _dropout(layer: int, samples: int, width: int) -> st.SearchStrategy[Tables]:
    rates = st.one_of(decimals(0, 0, 1), st.sampled_from([Decimal("0.5"), Decimal("0.2"), Decimal("0.75")]))
    mask = _matrix(st.integers(0, 1), samples, width)
    return st.fixed_dictionaries({"layer": st.just(layer), "rate": rates, "mask": mask})


def _shares(width: int) -> st.SearchStrategy[list[Any]]:
    """Draw tenths that sum to 1."""
    cuts = st.lists(st.integers(0, 10), min_size=width - 1, max_size=width - 1).map(sorted)
    ends = cuts.map(lambda inner: [0, *inner, 10])
    return ends.map(lambda at: [Decimal(b - a).scaleb(-1) for a, b in pairwise(at)])


def _options(notations: Sequence[NotationName]) -> st.SearchStrategy[Tables]:
    return st.fixed_dictionaries(
        {},
        optional={
            "notation": st.sampled_from(notations),
            "decimals": st.integers(0, 12),
            "rounding": st.sampled_from(["full", "carry"]),
        },
    )


@st.composite
def _updates(draw: Draw, depth: int, most_steps: int) -> Tables:
    rate = st.one_of(decimals(0, 1, 1), decimals(0, 1, 2), st.sampled_from([Decimal("0.001"), 1]))
    layers = st.lists(st.integers(1, depth), max_size=depth, unique=True)
    found: Tables = {"learning_rate": draw(rate)}
    found |= draw(
        st.fixed_dictionaries(
            {},
            optional={
                "biases": st.booleans(),
                "momentum": decimals(0, 1, 1),
                "weight_decay": decimals(0, 1, 2),
                "frozen": layers,
                "steps": st.integers(1, most_steps),
            },
        )
    )
    if found.get("momentum", 0) > 0 and draw(st.booleans()):
        found |= draw(st.sampled_from([{"nesterov": True}, {"nesterov": True, "dampening": 0}]))
    elif draw(st.booleans()):
        found |= {"nesterov": False, "dampening": draw(decimals(-1, 1, 1))}
    return found


def _conventions(*, unfused: bool) -> st.SearchStrategy[Tables]:
    deltas = ["chain_rule", "error", "unfused"] if unfused else ["chain_rule", "error"]
    return st.fixed_dictionaries(
        {},
        optional={
            "output_delta": st.sampled_from(deltas),
            "reduction": st.sampled_from(["sum", "mean", "mean_of_entries"]),
        },
    )


def _asks(depth: int) -> st.SearchStrategy[list[Tables]]:
    steps = ["error", "L", "dx", *(f"{kind}{layer}" for kind in ("z", "a", "dW") for layer in range(1, depth + 1))]

    def asked(step: str) -> st.SearchStrategy[Tables]:
        return st.fixed_dictionaries(
            {"step": st.just(step)},
            optional={
                "points": st.one_of(st.integers(0, 5), decimals(0, 3, 1)),
                "accept": st.sampled_from([[], ["error", "squared_error"]] if step == "error" else [[]]),
                "typed_in": st.sampled_from(["full", "half", "none"]),
            },
        )

    ask = st.sampled_from(steps).flatmap(asked)
    return st.lists(ask, min_size=1, max_size=3, unique_by=lambda drawn: str(drawn["step"]))


def toml(found: Tables) -> str:
    """Write tables as TOML."""
    return "".join(f"{_toml_key(key)} = {_toml_value(inner)}\n" for key, inner in found.items())


def _toml_key(key: str) -> str:
    return json.dumps(key, ensure_ascii=False)


def _toml_value(found: Any) -> str:
    match found:
        case bool():
            return str(found).lower()
        case str():
            return json.dumps(found, ensure_ascii=False)
        case list():
            return f"[{', '.join(map(_toml_value, found))}]"
        case dict():
            return f"{{{', '.join(f'{_toml_key(key)} = {_toml_value(inner)}' for key, inner in found.items())}}}"
        case Decimal() if not found.is_finite():
            return str(found).lower().replace("infinity", "inf")
        case _:
            return str(found)


Break = Callable[[Draw, Tables], None]
"""Makes valid tables invalid, in place, by one change."""

NOT_NUMBERS: tuple[Any, ...] = (
    "0.5", "", True, False, [], [1], {}, {"value": 1}, Decimal("NaN"), Decimal("Infinity"), Decimal("-Infinity"),
    Decimal("1e400"), Decimal("-1e101"), Decimal("1e-400"), 10**101, -(10**4000),
)  # fmt: skip
REQUIRED: tuple[tuple[str, ...], ...] = (
    ("title",), ("network",), ("data",), ("network", "activations"), ("network", "loss"), ("network", "weights"),
    ("data", "x"), ("data", "y"),
)  # fmt: skip
WRONG_VALUES: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("title", ("", "x" * 201, "two\nlines", "tab\t", "bell \x07", "\x1b[31mred", 3, True, ["a"])),
    ("notation", ("lessons", "", "Lesson", 1, ["lesson"])),
    ("decimals", (-1, 13, 99, "4", True, Decimal("2.5"), [4])),
    ("rounding", ("Full", "up", 1, True)),
    ("network", (1, "network", [], True)),
    ("data", (1, [[1]], "x")),
    ("update", (1, [], "sgd", {}, True)),
    ("conventions", (1, [], "sum")),
    ("ask", (1, {}, "z1", [1], [[]], [{}], [{"step": "z99"}], [{"step": 1}], [{"step": "z1", "points": -1}],
             [{"step": "z1", "typed_in": "some"}], [{"step": "error", "accept": ["anything"]}],
             [{"step": "z1", "accept": ["error"]}])),
    ("network.activations", ([], "relu", ["swish"], [1], [None], "")),
    ("network.loss", ("mse", "", 1, ["half_squared_error"])),
    ("network.weights", ([], [[]], [[[]]], 1, "W", [1], [[1]], [["1"]], [[["1"]]])),
    ("network.biases", ([], [[]], 1, "b", [1], [["1"]], [[[1]]])),
    ("network.leaky_slope", (-1, 2, Decimal("1.01"), Decimal("-0.01"), "0.1", True, [1])),
    ("data.x", ([], [[]], [1], 1, "x", [["1"]], [[[1]]])),
    ("data.y", ([], [[]], 1, "y", [["1"]], [[[1]]], [[1], 1], [1, [1]], [-1], [99], [True], ["0"], [Decimal("0.0")])),
    ("update.learning_rate", (-1, Decimal("-0.1"), "0.1", True, [1], {})),
    ("update.biases", (0, "yes", [])),
    ("update.momentum", (-1, "0.9", True)),
    ("update.weight_decay", (-1, "0", True)),
    ("update.dampening", ("0", True, [])),
    ("update.nesterov", (1, "true")),
    ("update.frozen", ([0], [9], [-1], 1, ["1"], [Decimal("1.0")], [True], [[1]])),
    ("update.steps", (0, -1, 10**9, "3", True, Decimal("1.5"))),
    ("conventions.output_delta", ("delta", "", 1, True)),
    ("conventions.reduction", ("max", "", 1, None)),
)  # fmt: skip


def _drop_a_key(draw: Draw, found: Tables) -> None:
    *path, last = draw(st.sampled_from(REQUIRED))
    del _at(found, path)[last]


def _misspell_a_key(draw: Draw, found: Tables) -> None:
    tables_with_keys = [inner for inner in (found, *found.values()) if isinstance(inner, dict) and inner]
    table = draw(st.sampled_from(tables_with_keys))
    key = draw(st.sampled_from(sorted(table)))
    wrong = draw(st.sampled_from([key[:-1] or "_", key + "s", key.upper(), key + " ", ""]))
    table[wrong] = table.pop(key)


def _add_a_key(draw: Draw, found: Tables) -> None:
    table = draw(st.sampled_from([found, found["network"], found["data"]]))
    table[draw(st.sampled_from(["learning_rate", "lr", "x1", "\x1b[2J", "naïve", "a" * 500]))] = 1


def _spoil_a_number(draw: Draw, found: Tables) -> None:
    rows = [row for matrix in found["network"]["weights"] for row in matrix]
    rows += [row for row in (*found["network"].get("biases", []), *found["data"]["x"]) if row]
    row = draw(st.sampled_from(rows))
    row[draw(st.integers(0, len(row) - 1))] = draw(st.sampled_from(NOT_NUMBERS))


def _spoil_a_value(draw: Draw, found: Tables) -> None:
    path, wrong = draw(st.sampled_from(WRONG_VALUES))
    *outer, last = path.split(".")
    if outer == ["update"]:
        found.setdefault("update", {"learning_rate": 1})
    elif outer == ["conventions"]:
        found.setdefault("conventions", {})
    value = draw(st.sampled_from([value for value in wrong if value is not None]))
    _at(found, outer)[last] = copy.deepcopy(value)


def _change_a_shape(draw: Draw, found: Tables) -> None:
    network, data = found["network"], found["data"]
    weights = network["weights"]
    layer = draw(st.integers(0, len(weights) - 1))
    width = len(weights[-1][0])
    changes: list[Callable[[], object]] = [
        lambda: weights[layer].append(list(weights[layer][0])),
        lambda: weights[layer].append([]),
        lambda: weights[layer].append(weights[layer][0] + [1]),
        lambda: weights[layer].clear(),
        lambda: weights.append([[1]] * (width + 1)),
        lambda: network["activations"].append("tanh"),
        lambda: network["activations"].pop(),
        lambda: network.__setitem__("biases", [[0] * len(matrix[0]) for matrix in weights] + [[0]]),
        lambda: network.__setitem__("biases", [[0] * len(matrix[0]) + [0] for matrix in weights]),
        lambda: data["x"][-1].append(0),
        lambda: data["x"][-1].pop(),
        lambda: data["x"].append(list(data["x"][0])),
        lambda: data["y"].pop(),
        lambda: data["y"].append(data["y"][0]),
    ]
    if isinstance(data["y"][0], list):
        changes += [lambda: data["y"][-1].append(0), lambda: data["y"][0].pop()]
    draw(st.sampled_from(changes))()


def _spoil_a_target(draw: Draw, found: Tables) -> None:
    network, data = found["network"], found["data"]
    samples, width = len(data["x"]), len(network["weights"][-1][0])
    shares: list[Any] = [
        [[Decimal("1.01")] * width] * samples,
        [[Decimal("-0.1")] * width] * samples,
        [0] * samples,
    ]
    classes: list[Any] = [
        [width] * samples,
        [-1] * samples,
        [True] * samples,
        [Decimal("0.0")] * samples,
        [[Decimal("0.3")] * width] * samples if width != 3 else [[Decimal("0.4")] * width] * samples,
        [[2, -1, *[0] * (width - 2)]] * samples,
    ]
    elsewhere = [[0] * samples, [["1"] * width] * samples, [[Decimal("NaN")] * width] * samples]
    loss = network["loss"]
    wrong = classes if loss in CLASS_LOSSES else shares if loss in PROBABILITY_LOSSES else elsewhere
    data["y"] = copy.deepcopy(draw(st.sampled_from(wrong)))


def _mismatch_output_and_loss(_draw: Draw, found: Tables) -> None:
    network = found["network"]
    if network["loss"] in OUTPUT_OF:
        network["activations"][-1] = "tanh"
    else:
        network["loss"] = "binary_cross_entropy" if network["activations"][-1] == "softmax" else "cross_entropy"


def _ask_for_nesterov_alone(draw: Draw, found: Tables) -> None:
    wrong = [{}, {"momentum": 0}, {"momentum": Decimal("0.9"), "dampening": Decimal("0.1")}]
    found["update"] = {"learning_rate": 1, "nesterov": True, **draw(st.sampled_from(wrong))}


BREAKS: tuple[Break, ...] = (
    _drop_a_key,
    _misspell_a_key,
    _add_a_key,
    _spoil_a_number,
    _spoil_a_value,
    _change_a_shape,
    _spoil_a_target,
    _mismatch_output_and_loss,
    _ask_for_nesterov_alone,
)


@st.composite
def broken_tables(draw: Draw) -> Tables:
    """Draw the tables of a task made invalid by one change."""
    found = copy.deepcopy(draw(tables(largest_depth=3, largest_width=3, largest_batch=2)))
    draw(st.sampled_from(BREAKS))(draw, found)
    return found


def _at(found: Tables, path: Sequence[str]) -> Tables:
    for key in path:
        found = found[key]
    return found
