"""Verdicts on training runs, by what was seen of them."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
from msgspec.structs import replace

from backprop_lab.engine.network import LOSSES, Loss
from backprop_lab.marking.marks import Caution, Marks
from backprop_lab.marking.observations import Status
from backprop_lab.runs.judging import JUDGES, judge, nothing_seen
from backprop_lab.runs.program import TAKEN, loss
from backprop_lab.runs.watched import Layer, Loader, Matrix, Operation, Phase, Run, Scaled, Watched
from backprop_lab.trainingtask import REQUIREMENTS, Require
from tests.needs import needs_torch
from tests.runs.recorded import EPOCHS, OPERATIONS, ROWS, task, told, trained


@pytest.fixture(scope="module")
def run() -> Run:
    needs_torch()
    return trained()


def wrong(run: Run, **training: Any) -> dict[str, str]:
    return {step: verdict for step, verdict in told(run, **training).items() if verdict != "right"}


def changed(run: Run, **changes: Any) -> Run:
    return replace(run, watched=replace(run.watched, **changes))


def test_every_requirement_has_its_judge() -> None:
    assert tuple(JUDGES) == REQUIREMENTS


def test_a_right_run_meets_every_requirement(run: Run) -> None:
    marks = judge(task(), run)
    assert wrong(run) == {}
    assert (marks.status, marks.work) == ("ok", "program")
    assert marks.score == marks.max_score == 10
    assert [one.step for one in marks.verdicts] == list(REQUIREMENTS)


def test_a_task_says_what_it_requires_and_what_for(run: Run) -> None:
    require = [Require("epochs", Fraction(5)), Require("optimizer", Fraction(1, 2)), Require("loss", Fraction(0))]
    marks = judge(replace(task(), require=require), changed(run, updates=run.watched.updates - 1))
    assert [(one.step, one.points, one.max_points) for one in marks.verdicts] == [
        ("epochs", 0, 5),
        ("optimizer", Fraction(1, 2), Fraction(1, 2)),
        ("loss", 0, 0),
    ]


def test_of_nothing_everything_is_missing() -> None:
    verdicts = nothing_seen(task())
    assert {(one.verdict, one.cause) for one in verdicts} == {("missing", "not-trained")}
    assert not any(one.points for one in verdicts)


def test_a_run_that_could_not_be_made_has_no_verdicts() -> None:
    assert judge(task(), Run("sandbox")) == Marks("sandbox")


@pytest.mark.parametrize(
    ("epochs", "status", "updates"),
    [(EPOCHS, "error", "right"), (EPOCHS - 3, "error", "missing ended-early"), (EPOCHS - 3, "ok", "right")],
)
def test_what_was_not_run_was_not_done(epochs: int, status: Status, updates: str) -> None:
    needs_torch()
    found = told(replace(trained(epochs=epochs), status=status))
    assert (found["updates"], found["loss_fell"], found["evaluation"]) == (updates,) * 3


def test_hardly_any_updates_are_no_training_however_the_program_ends(run: Run) -> None:
    few = changed(run, updates=5, backwards=5, cleared=5)
    assert told(few, ["updates"], epochs=50) == {"updates": "right"}
    assert told(few, ["updates"], epochs=51) == {"updates": "missing ended-early"}


def test_what_a_crashed_program_had_done_counts(run: Run) -> None:
    marks = judge(task(), replace(run, status="error"))
    assert marks.status == "error"
    assert marks.score == 10


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"clear": False}, {"zero_grad": "wrong no-zero-grad", "updates": "follows no-zero-grad"}),
        ({"shape": (-1,)}, {"loss": "wrong broadcast-target", "updates": "follows broadcast-target"}),
        ({"batch": ROWS}, {"batch_size": "wrong full-batch"}),
        ({"batch": 1, "epochs": 2}, {"batch_size": "wrong single-rows", "epochs": "wrong another-number-of-epochs"}),
        ({"epochs": EPOCHS - 1}, {"epochs": "wrong one-epoch-short"}),
        ({"epochs": EPOCHS + 1}, {"epochs": "wrong one-epoch-more"}),
    ],
)
def test_a_mistake_costs_its_own_requirement(settings: dict[str, Any], expected: dict[str, str]) -> None:
    needs_torch()
    assert wrong(trained(**settings)) == expected


@pytest.mark.parametrize(
    ("batches", "rows", "loaders", "updates"),
    [
        ({8: 12, 4: 6}, 20, (), 18),  # a last batch with fewer rows
        ({8: 12}, 20, (), 12),  # the last rows are left out
        ({8: 12}, 20, (Loader(20, 8, True, True, True),), 12),
        ({8: 12, 4: 6}, 15, (Loader(20, 8, True, False, True),), 18),  # rows that are there twice
        ({8: 18}, 24, (), 18),
        ({8: 12, 4: 6}, 15, (), 18),  # rows that are there twice, without a DataLoader
    ],
)
def test_epochs_are_counted_in_every_way_to_batch(
    run: Run, batches: dict[int, int], rows: int, loaders: tuple[Loader, ...], updates: int
) -> None:
    counts = dict.fromkeys(("updates", "backwards", "cleared"), updates)
    seen = changed(run, batches=batches, rows=rows, loaders=loaders, **counts)
    assert told(seen, ["epochs", "batch_size"]) == {"epochs": "right", "batch_size": "right"}


def test_one_batch_an_epoch_is_asked_of_some_tasks(run: Run) -> None:
    seen = changed(run, batches={8: EPOCHS}, rows=8, updates=EPOCHS, backwards=EPOCHS, cleared=EPOCHS)
    assert wrong(seen, batches=1) == {}
    assert wrong(changed(seen, loaders=(Loader(20, 8, False, False, True),))) == {
        "epochs": "wrong one-batch-an-epoch",
        "training_data": "wrong one-batch-only",
    }


LAYERS = (Layer("0", 3, 4, True, True), Layer("2", 4, 1, True, True))


@pytest.mark.parametrize(
    ("layers", "weights", "expected"),
    [
        (LAYERS, ("0.weight", "2.weight"), "right"),
        ((LAYERS[0], replace(LAYERS[1], reached=False)), ("0.weight",), "wrong layer-not-used"),
        (LAYERS[:1], ("0.weight",), "wrong one-layer"),
        (LAYERS[:1], ("0.weight", "W2"), "wrong not-nn-linear"),
        ((*LAYERS, Layer("4", 1, 1, True, True)), ("0.weight", "2.weight", "4.weight"), "wrong more-layers"),
        ((*LAYERS, Layer("other", 9, 9, True, True)), ("0.weight", "2.weight"), "right"),  # of another network
    ],
)
def test_linear_layers_are_those_between_the_batch_and_the_loss(
    run: Run, layers: tuple[Layer, ...], weights: tuple[str, ...], expected: str
) -> None:
    operations = tuple(Operation("linear", weight) for weight in weights)
    seen = tuple(replace(update, operations=operations) for update in run.watched.seen)
    assert told(changed(run, layers=layers, seen=seen), ["linear_layers"]) == {"linear_layers": expected}


SOFTMAX, LOG_SOFTMAX = Operation("softmax"), Operation("log_softmax")


@pytest.mark.parametrize(
    ("wanted", "found", "end", "expected"),
    [
        ("cross_entropy_with_logits", "cross_entropy", (), "right"),
        ("cross_entropy_with_logits", "cross_entropy", (SOFTMAX,), "wrong softmax-before-cross-entropy"),
        ("negative_log_likelihood", "negative_log_likelihood", (LOG_SOFTMAX,), "right"),
        ("negative_log_likelihood", "negative_log_likelihood", (), "wrong no-log-softmax"),
        ("negative_log_likelihood", "cross_entropy", (), "right"),
        ("binary_cross_entropy_with_logits", "binary_cross_entropy", (), "right"),
        ("absolute_error", "mean_absolute_error", (), "right"),
        ("absolute_error", "absolute_error", (), "wrong loss-is-a-sum"),
        ("half_squared_error", "mean_squared_error", (), "right"),
        ("squared_error", "mean_absolute_error", (), "wrong another-loss"),
    ],
)
def test_a_loss_of_the_task_is_known_by_each_of_its_names_in_pytorch(
    run: Run, wanted: Loss, found: str, end: tuple[Operation, ...], expected: str
) -> None:
    seen = tuple(replace(update, loss=found, operations=(*OPERATIONS, *end)) for update in run.watched.seen)
    wants = replace(task(), network=replace(task().network, loss=wanted))
    judged = loss(wants, replace(run.watched, seen=seen))
    assert f"{judged.verdict} {judged.cause or ''}".strip() == expected


def test_every_loss_of_a_task_can_be_met() -> None:
    assert tuple(TAKEN) == LOSSES


def test_a_mean_square_written_out_by_hand_is_one(run: Run) -> None:
    seen = tuple(replace(update, loss="MeanBackward0") for update in run.watched.seen)
    assert told(changed(run, seen=seen), ["loss"]) == {"loss": "right"}
    off = tuple(replace(update, value=2 * (update.value or 0)) for update in seen)
    assert told(changed(run, seen=off), ["loss"]) == {"loss": "wrong another-loss"}


@pytest.mark.parametrize(
    ("still", "expected"),
    [
        ((7, 12), {"updates": "wrong stands-still"}),
        ((1, 2, 3, 7, 12), {"updates": "wrong stands-still"}),
        ((1, 2, 3), {}),
        ((12,), {}),
    ],
)
def test_later_updates_change_something(run: Run, still: tuple[int, ...], expected: dict[str, str]) -> None:
    seen = tuple(
        replace(one, optimizer=replace(one.optimizer, learning_rate=0.0), after=one.before)
        if one.number in still
        else one
        for one in run.watched.seen
    )
    assert wrong(changed(run, seen=seen)) == expected


def test_a_learning_rate_next_to_nothing_changes_nothing() -> None:
    found = told(trained(optimizer=lambda held: torch_sgd(held, 1e-30)), ["updates", "loss_fell"])
    assert found == {"updates": "wrong stands-still", "loss_fell": "wrong did-not-fall"}


def torch_sgd(held: Any, rate: float) -> Any:
    import torch

    return torch.optim.SGD(held, lr=rate)


@pytest.mark.parametrize(("resets", "expected"), [(0, "right"), (10, "right"), (11, "wrong parameters-reset")])
def test_parameters_keep_what_was_learned(run: Run, resets: int, expected: str) -> None:
    """Some networks are trained from the same start for several learning rates."""
    assert told(changed(run, resets=resets), ["updates"]) == {"updates": expected}
    assert told(changed(run, resets=resets), ["updates"], epochs=22) == {"updates": "right"}


def test_every_optimizer_of_an_update_is_that_of_the_task(run: Run) -> None:
    one, *others = run.watched.seen
    for kind, expected in (("SGD", "right"), ("Adam", "wrong another-optimizer")):
        beside = replace(one.optimizer, others=(replace(one.optimizer, kind=kind, parameters=("2.bias",)),))
        seen = (replace(one, optimizer=beside), *others)
        assert told(changed(run, seen=seen), ["optimizer"]) == {"optimizer": expected}


def test_momentum_is_free_where_the_task_has_none(run: Run) -> None:
    assert told(trained(optimizer=with_momentum), ["optimizer"]) == {"optimizer": "right"}
    wants = replace(task(), update=replace(task().update, momentum=Fraction(9, 10)))
    found = {one.step: one.cause for one in judge(wants, run).verdicts}
    assert found["optimizer"] == "another-momentum"
    assert judge(wants, trained(optimizer=with_momentum)).score == 10


def with_momentum(held: Any) -> Any:
    import torch

    return torch.optim.SGD(held, lr=0.01, momentum=0.9)


def test_an_operation_that_the_engine_lacks_is_half_proven_and_said(run: Run) -> None:
    strange = (OPERATIONS[0], Operation("GeluBackward0"), OPERATIONS[2])
    marks = judge(task(), changed(run, seen=tuple(replace(one, operations=strange) for one in run.watched.seen)))
    (verdict,) = (one for one in marks.verdicts if one.step == "updates")
    assert (verdict.verdict, verdict.cause, verdict.points) == ("missing", "not-recomputed", Fraction(1, 2))
    assert ("what", "GeluBackward0") in verdict.facts
    assert marks.cautions == (Caution("not_recomputed", ("GeluBackward0",)),)


RAW = Matrix((4, 2), (100.0, 5000.0, 120.0, 7000.0, 90.0, 6500.0, 130.0, 5500.0))
STANDARD = Matrix((4, 2), (-0.6, -1.3, 0.6, 1.3, -1.3, 0.6, 1.3, -0.6))


@pytest.mark.parametrize(
    ("x", "scaled", "expected"),
    [
        (RAW, Scaled("X_scaled", 4, 2, 7), "wrong scaled-not-used"),
        (RAW, Scaled("X_test_scaled", 1, 2, 7), "right"),
        (STANDARD, Scaled("X_all", 5, 2, 7), "right"),
        (RAW, Scaled("something", 4, 3, 7), "right"),
    ],
)
def test_data_that_are_scaled_for_nothing_are_noticed(run: Run, x: Matrix, scaled: Scaled, expected: str) -> None:
    seen = changed(run, x=x, rows=4, batches={2: 12}, scaled=(scaled,))
    assert told(seen, ["training_data"], batch_size=2) == {"training_data": expected}
    (verdict,) = (one for one in judge(task(), seen).verdicts if one.step == "training_data")
    if "scaled" in expected:
        assert verdict.where is not None
        assert (verdict.where.name, verdict.where.line) == ("X_scaled", 7)


@pytest.mark.parametrize(
    ("even_rows", "expected"),
    [
        (0.0, "right"),  # not known
        (20.0, "right"),
        (9.0, "right"),  # some rows are drawn more often than others
        (8.1, "wrong part-of-the-data"),
    ],
)
def test_batches_are_made_of_all_rows(run: Run, even_rows: float, expected: str) -> None:
    assert told(changed(run, even_rows=even_rows), ["training_data"]) == {"training_data": expected}
    few = changed(run, rows=9, even_rows=even_rows)
    assert told(few, ["training_data"]) == {"training_data": "right"}


def test_targets_that_are_all_the_same_are_nothing_to_learn(run: Run) -> None:
    zeros = changed(run, y=filled(ROWS, 1, number=0.0))
    assert told(zeros, ["training_data"]) == {"training_data": "wrong targets-all-the-same"}
    part = changed(zeros, rows=ROWS + 1)  # there may be others among those that were not kept
    assert told(part, ["training_data"]) == {"training_data": "right"}


def test_the_fall_of_the_loss_stands_beside_a_linear_regression(run: Run) -> None:
    import numpy as np

    assert run.watched.x is not None
    assert run.watched.y is not None
    x, y = run.watched.x.array, run.watched.y.array
    (verdict,) = (one for one in judge(task(), run).verdicts if one.step == "loss_fell")
    seen = dict(verdict.facts)
    centred = x - x.mean(axis=0)
    weights = np.linalg.solve(centred.T @ centred, centred.T @ (y - y.mean()))
    assert seen["linear"] == pytest.approx(np.square(centred @ weights + y.mean() - y).mean(), abs=1e-10)
    assert seen["mean"] == pytest.approx(y.var())
    assert verdict.found == seen["last"] < seen["first"]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        (((1, 4.0), (100, 1.0)), "right"),
        (((1, 4.0), (100, 3.99)), "wrong did-not-fall"),
        (((1, 4.0), (100, None)), "wrong loss-not-finite"),
        ((), "missing never-stepped"),
    ],
)
def test_where_the_network_is_not_known_the_losses_that_were_seen_tell(
    run: Run, losses: tuple[tuple[int, float | None], ...], expected: str
) -> None:
    assert told(changed(run, x=None, losses=losses), ["loss_fell"]) == {"loss_fell": expected}


def test_a_network_is_evaluated_without_gradients(run: Run) -> None:
    quiet, loud, never = (changed(run, quiet=a, loud=b) for a, b in ((2, 5), (0, 1), (0, 0)))
    assert [told(one, ["evaluation"])["evaluation"] for one in (quiet, loud, never)] == [
        "right",
        "wrong evaluation-with-gradients",
        "missing no-evaluation",
    ]


def test_a_network_may_be_evaluated_beside_its_training(run: Run) -> None:
    half = run.watched.updates // 2
    found = [
        told(changed(run, quiet=0, evaluated=number), ["evaluation"])["evaluation"] for number in (half, half - 1)
    ]
    assert found == ["right", "missing no-evaluation"]


def test_backward_passes_without_a_step_are_told_apart() -> None:
    found = told(Run("ok", watched=Watched(backwards=40, cleared=40)))
    assert found["optimizer"] == found["epochs"] == found["updates"] == "missing never-stepped"


def test_of_several_trainings_the_best_counts(run: Run) -> None:
    import torch

    other = trained(optimizer=lambda held: torch.optim.Adam(held), epochs=2).watched
    own, moved = run.watched, other.updates
    later = tuple(replace(one, number=one.number + moved) for one in own.seen)
    phases = (
        Phase(other.seen[0].optimizer, moved, 1, moved, other.batches, other.layers),
        Phase(own.seen[0].optimizer, own.updates, moved + 1, moved + own.updates, own.batches, own.layers),
    )
    both = replace(
        own,
        updates=moved + own.updates,
        backwards=moved + own.updates,
        cleared=moved + own.updates,
        batches={rows: own.batches[rows] + other.batches[rows] for rows in own.batches},
        losses=(*other.losses, *((number + moved, loss) for number, loss in own.losses)),
        seen=(*other.seen, *later),
    )
    assert wrong(Run("ok", watched=both)) == {
        "optimizer": "wrong another-optimizer",
        "epochs": "wrong another-number-of-epochs",
        "updates": "follows another-optimizer",
    }
    assert wrong(Run("ok", watched=replace(both, phases=phases))) == {}


def filled(*shape: int, number: float = 1.0) -> Matrix:
    return Matrix(shape, (number,) * math.prod(shape))


@pytest.mark.parametrize(
    ("weight", "x", "kinds"),
    [
        (filled(200_000, 1), filled(2, 1), ["relu", "relu"]),  # an identity of 200,000 by 200,000
        (filled(100_000, 1), filled(100_000, 1), ["relu"]),
        (filled(0, 3), filled(2, 3), ["relu"]),
        (filled(4, 0), filled(0, 3), ["relu"]),
        (filled(4), filled(2, 4), []),
        (filled(1, 3, number=1e300), filled(2, 3, number=1e300), []),
        (filled(1, 3, number=1e-300), filled(200, 3, number=1e200), []),
    ],
)
def test_what_is_made_up_does_no_harm(run: Run, weight: Matrix, x: Matrix, kinds: list[str]) -> None:
    operations = (Operation("linear", "w"), *(Operation(kind) for kind in kinds))
    target = filled(*x.shape[:1], 1)
    held = replace(run.watched.seen[0].optimizer, parameters=("w",))
    made_up = replace(
        run.watched.seen[0], optimizer=held, operations=operations, x=x, target=target, prediction=target,
        before={"w": weight}, gradients={"w": weight}, after={"w": weight},
    )  # fmt: skip
    found = told(changed(run, seen=(made_up,), x=x, y=target, last={"w": weight}))
    assert found["updates"].split()[0] in ("missing", "wrong", "follows")
