"""Updates worked again: those that PyTorch made agree, and what was done otherwise is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from backprop_lab.runs.recomputing import recompute
from backprop_lab.runs.watched import Matrix, Operation, WatchedUpdate
from tests.needs import needs_torch
from tests.runs.recorded import UNITS, matrix, trained


@pytest.fixture(autouse=True)
def _torch() -> None:
    needs_torch()


def sgd(**settings: Any) -> Callable[[Any], Any]:
    def made(held: Any) -> Any:
        import torch

        return torch.optim.SGD(held, lr=0.01, **settings)

    return made


def causes(**settings: Any) -> list[str | None]:
    seen = trained(**settings).watched.seen
    earlier = {update.number: update for update in seen}
    return [recompute(update, earlier.get(update.number - 1)).cause for update in seen]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"momentum": 0.9},
        {"momentum": 0.9, "nesterov": True},
        {"momentum": 0.5, "dampening": 0.3, "weight_decay": 0.1},
        {"weight_decay": 0.01},
    ],
    ids=str,
)
def test_every_update_of_sgd_agrees(settings: dict[str, Any], dtype: str) -> None:
    assert causes(optimizer=sgd(**settings), dtype=dtype) == [None] * 5


def test_updates_agree_to_the_precision_of_their_numbers() -> None:
    single, double = (trained(dtype=dtype).watched.seen for dtype in ("float32", "float64"))
    assert max(recompute(update).difference for update in single) < 1e-5
    assert max(recompute(update).difference for update in double) < 1e-13


def test_updates_agree_when_next_to_nothing_is_left_of_the_loss() -> None:
    assert causes(optimizer=sgd(momentum=0.9), epochs=400) == [None] * 5


def test_gradients_that_add_up_are_told_by_the_update_before() -> None:
    assert causes(clear=False) == [None, *["no-zero-grad"] * 4]
    assert causes(clear=False, shape=(-1,)) == ["broadcast-target", *["no-zero-grad"] * 4]


def nothing(model: Any) -> None:
    model.zero_grad(set_to_none=False)


def noise(model: Any) -> None:
    model[0].weight.grad[1, 1] += 0.01


def clipped(model: Any) -> None:
    for parameter in model.parameters():
        parameter.grad *= 0.25


def shrunk(model: Any) -> None:
    for parameter in model.parameters():
        parameter.data *= 0.999


@pytest.mark.parametrize(
    ("settings", "cause"),
    [
        ({"shape": (-1,)}, "broadcast-target"),
        ({"change": nothing}, "zeroed-before-step"),
        ({"change": noise}, "another-gradient"),
        ({"change": clipped}, "scaled-gradients"),
        ({"after": shrunk}, "another-step"),
        ({"optimizer": sgd(maximize=True)}, "ascent"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_was_done_otherwise_is_named(settings: dict[str, Any], cause: str) -> None:
    assert causes(**settings) == [cause] * 5


def test_every_group_of_an_optimizer_has_its_own_settings() -> None:
    (update, *_) = trained().watched.seen
    whole = update.optimizer
    fast = replace(whole, parameters=("2.weight", "2.bias"), learning_rate=0.1)
    gradient, before = update.gradients["2.bias"].numbers[0], update.before["2.bias"].numbers[0]
    assert gradient is not None
    assert before is not None
    stepped = Matrix((1,), (before - 0.1 * gradient,))
    weights = zip(update.before["2.weight"].numbers, update.gradients["2.weight"].numbers, strict=True)
    faster = Matrix((1, UNITS), tuple(float(one or 0) - 0.1 * float(other or 0) for one, other in weights))
    moved = replace(update, after=update.after | {"2.bias": stepped, "2.weight": faster})
    assert recompute(moved).cause == "another-step"
    assert recompute(replace(moved, optimizer=replace(whole, others=(fast,)))).cause is None


@pytest.mark.parametrize(("scale", "cause"), [(0.25, None), (1.0, "scaled-gradients"), (None, "scaled-gradients")])
def test_a_loss_that_the_program_multiplies_has_the_gradients_of_the_product(
    scale: float | None, cause: str | None
) -> None:
    (update, *_) = trained(change=clipped).watched.seen
    assert recompute(replace(update, scale=scale)).cause == cause


def test_a_scale_of_nothing_is_none() -> None:
    (update, *_) = trained(change=nothing).watched.seen
    assert recompute(replace(update, scale=0.0)).cause == "zeroed-before-step"


def test_a_step_of_another_optimizer_is_not_one_of_sgd() -> None:
    import torch

    assert causes(optimizer=lambda held: torch.optim.Adam(held)) == ["another-optimizer"] * 5


def test_a_step_without_a_backward_pass_has_no_gradients_of_its_own() -> None:
    (update, *_) = trained().watched.seen
    assert recompute(replace(update, backwards=0)).cause == "backward-outside-loop"


def test_an_optimizer_that_does_not_hold_a_parameter_is_named_with_it() -> None:
    (update, *_) = trained().watched.seen
    found = recompute(replace(update, optimizer=replace(update.optimizer, parameters=("0.weight", "0.bias"))))
    assert (found.cause, found.what) == ("optimizer-without-layers", "2.bias")


def test_sgd_by_hand_is_sgd() -> None:
    (update, *_) = trained().watched.seen
    assert recompute(replace(update, optimizer=replace(update.optimizer, kind="", learning_rate=0.0))).cause is None


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"operations": (Operation("LstmBackward0"),)}, "LstmBackward0"),
        ({"operations": ()}, "no linear layer"),
        ({"operations": (Operation("linear", "gone.weight"),)}, "gone.weight"),
        ({"operations": (Operation("linear", "2.weight"), Operation("linear", "2.weight"))}, "2.weight"),
        ({"loss": "HuberLossBackward0"}, "HuberLossBackward0"),
        ({"x": None}, "batch"),
        ({"x": Matrix((2,), (1.0, 2.0))}, "batch"),
    ],
)
def test_what_cannot_be_worked_again_is_said(changes: dict[str, Any], what: str) -> None:
    (update, *_) = trained().watched.seen
    found = recompute(replace(update, **changes))
    assert (found.cause, found.what) == ("not-recomputed", what)


def test_numbers_that_left_all_bounds_are_told_apart() -> None:
    (update, *_) = trained().watched.seen
    weight = update.before["0.weight"]
    lost = {**update.before, "0.weight": Matrix(weight.shape, (None, *weight.numbers[1:]))}
    assert recompute(replace(update, before=lost)).cause == "loss-not-finite"


def one_update(loss: str, operations: tuple[Operation, ...], prediction: Callable[..., Any]) -> WatchedUpdate:
    """Return a recorded step of SGD of a network with parameters w (4, 3) and b, of a loss of its prediction."""
    import torch

    torch.manual_seed(1)
    w, b = (torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in ((4, 3), (4,)))
    x, y = torch.randn(6, 3, dtype=torch.float64), torch.tensor([0, 1, 2, 3, 1, 0])
    predicted = prediction(x @ w.T + b)
    if loss == "cross_entropy":
        value = torch.nn.functional.cross_entropy(predicted, y)
    elif loss == "negative_log_likelihood":
        value = torch.nn.functional.nll_loss(predicted, y)
    else:
        y = torch.rand(6, 4, dtype=torch.float64)
        value = getattr(torch.nn.functional, loss)(predicted, y)
    value.backward()
    (update, *_) = trained().watched.seen
    before, gradients = ({"w": matrix(one), "b": matrix(other)} for one, other in ((w, b), (w.grad, b.grad)))
    after = {"w": matrix(w - 0.1 * w.grad), "b": matrix(b - 0.1 * b.grad)}
    names = {"l1_loss": "mean_absolute_error", "mse_loss": "mean_squared_error"}
    return replace(
        update, optimizer=replace(update.optimizer, parameters=("w", "b"), learning_rate=0.1),
        loss=names.get(loss, loss), operations=operations, x=matrix(x), prediction=matrix(predicted),
        target=matrix(y.double()), before=before, gradients=gradients, velocities={}, after=after,
    )  # fmt: skip


LINEAR = Operation("linear", "w", "b")


@pytest.mark.parametrize(
    ("loss", "kinds"),
    [
        ("cross_entropy", []),
        ("cross_entropy", ["softmax"]),
        ("cross_entropy", ["log_softmax"]),
        ("negative_log_likelihood", ["log_softmax"]),
        ("binary_cross_entropy", ["sigmoid"]),
        ("binary_cross_entropy_with_logits", []),
        ("l1_loss", ["tanh"]),
        ("mse_loss", ["relu", "tanh", "sigmoid"]),
    ],
)
def test_losses_and_activations_in_a_row_are_those_of_pytorch(loss: str, kinds: list[str]) -> None:
    import torch

    def prediction(z: Any) -> Any:
        for kind in kinds:
            z = getattr(torch, kind)(z, **({"dim": 1} if "softmax" in kind else {}))
        return z

    operations = (LINEAR, *(Operation(kind) for kind in kinds))
    assert recompute(one_update(loss, operations, prediction)).cause is None


def test_dropout_is_worked_with_the_mask_that_was_drawn() -> None:
    import torch

    factor = torch.from_numpy(np.random.default_rng(0).integers(0, 2, (6, 4)) / 0.5)
    operations = (LINEAR, Operation("relu"), Operation("dropout", factor=matrix(factor)))

    update = one_update("mse_loss", operations, lambda z: z.relu() * factor)

    assert recompute(update).cause is None
    kept = replace(update, operations=operations[:2])
    assert recompute(kept).cause == "another-gradient"
