"""A run that was interrupted goes on from its file to the last bit, and a file that does not fit is told of."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backprop_lab.engine.arithmetic import Array
from backprop_lab.errors import LabError
from backprop_lab.training.checkpoint import load, save
from backprop_lab.training.loop import Framework, State, train
from backprop_lab.training.preparing import Prepared
from tests.needs import needs_torch
from tests.training.trainings import classification, prepared, regression, trained

RUNS: Mapping[str, Prepared] = {
    "shuffled": prepared(regression(18, kept=5), {"training.epochs": 7}),
    "not shuffled": prepared(regression(18), {"training.epochs": 7, "training.shuffle": False}),
    "momentum": prepared(
        regression(18),
        {"training.epochs": 7, "update.momentum": Decimal("0.9"), "update.dampening": Decimal("0.1")},
    ),
    "partly frozen": prepared(
        regression(18),
        {"training.epochs": 7, "update.momentum": Decimal("0.9"), "update.nesterov": True, "update.frozen": [1]},
    ),
    "dropout": prepared(
        regression(18, kept=5),
        {"training.epochs": 7, "network.dropout": [0.5, 0], "update.momentum": Decimal("0.9")},
    ),
    "stopping early": prepared(
        regression(18, kept=5),
        {"training": {"epochs": 7, "batch_size": 4, "early_stopping": {"patience": 2, "least": 0.5}}},
    ),
    "classes": prepared(
        classification(20, kept=6),
        {
            "network": {"units": [5, 3], "activations": ["relu", "softmax"], "loss": "cross_entropy"},
            "training.epochs": 7,
        },
    ),
}


def assert_equal(found: State, expected: State) -> None:
    """Check that two states are the same to the last bit."""
    for ours, theirs in ((found.parameters, expected.parameters), (found.velocities, expected.velocities)):
        assert ours.keys() == theirs.keys()
        assert all(ours[name].tobytes() == theirs[name].tobytes() for name in ours)
    assert tuple(found.epochs) == tuple(expected.epochs)
    for name in ("epoch", "update", "best_loss", "best_epoch", "stopped"):
        assert getattr(found, name) == getattr(expected, name)


@pytest.mark.parametrize("framework", ["numpy", "torch"])
@pytest.mark.parametrize("name", RUNS)
def test_interrupted_and_resumed_equals_uninterrupted(name: str, framework: Framework, tmp_path: Path) -> None:
    if framework == "torch":
        needs_torch()
    run, path = RUNS[name], tmp_path / "run.npz"
    expected = list(train(run, framework))
    assert len(expected) >= 3
    for done in range(1, len(expected)):
        *_, state = islice(train(run, framework), done)
        save(state, run, path)
        loaded = load(path, run)
        assert_equal(loaded, state)
        assert_equal(trained(run, framework, start=loaded), expected[-1])


def test_a_run_goes_on_for_more_epochs_than_it_was_begun_for(tmp_path: Path) -> None:
    short, long = (prepared(regression(), {"training.epochs": epochs}) for epochs in (2, 5))
    save(trained(short), short, tmp_path / "run.npz")
    assert_equal(trained(long, start=load(tmp_path / "run.npz", long)), trained(long))


def test_a_checkpoint_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    run, path = prepared(regression()), tmp_path / "run.npz"
    first, second, _ = train(run)
    save(first, run, path)
    save(second, run, path)
    assert load(path, run).epoch == 2
    assert [*tmp_path.iterdir()] == [path]
    with pytest.raises(LabError, match="there is no folder"):
        save(first, run, tmp_path / "nowhere" / "run.npz")


@pytest.mark.parametrize(
    "other",
    [
        prepared(regression(seed=1)),
        prepared(regression(), {"update.learning_rate": Decimal("0.06")}),
        prepared(regression(), {"training.seed": 9}),
        prepared(regression(), {"training.batch_size": 5}),
        prepared(regression(), {"network.units": [5, 1]}),
        prepared(regression(kept=2)),
    ],
)
def test_the_checkpoint_of_another_task_or_other_data_is_told_of(other: Prepared, tmp_path: Path) -> None:
    run, path = prepared(regression()), tmp_path / "run.npz"
    save(trained(run), run, path)
    with pytest.raises(LabError, match=r"run\.npz: is the checkpoint of another task, or of other data; start"):
        load(path, other)


def test_a_file_that_was_cut_off_or_damaged_is_told_of_in_one_line(tmp_path: Path) -> None:
    run, path = prepared(regression()), tmp_path / "run.npz"
    save(trained(run), run, path)
    whole = path.read_bytes()
    for length in (0, 1, 30, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(LabError) as caught:
            load(path, run)
        assert "\n" not in str(caught.value)
    for place in range(0, len(whole), 97):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        # A byte that says nothing, such as one of a date, may be another.
        with suppress(LabError):
            assert_equal(load(path, run), trained(run))


def test_a_file_that_is_no_checkpoint_is_told_of(tmp_path: Path) -> None:
    run = prepared(regression())
    with pytest.raises(LabError, match="cannot be read: No such file"):
        load(tmp_path / "none.npz", run)
    with pytest.raises(LabError, match="cannot be read: Is a directory"):
        load(tmp_path, run)
    (tmp_path / "text").write_text("epoch 3")
    with pytest.raises(LabError, match="is not a checkpoint, or a damaged one"):
        load(tmp_path / "text", run)
    np.savez(tmp_path / "other.npz", x=np.ones(3))
    with pytest.raises(LabError, match=r"other\.npz: is not a checkpoint"):
        load(tmp_path / "other.npz", run)


class Opened:
    """Where an object of this class is unpickled, a file appears."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def test_a_hostile_file_is_told_of_and_runs_nothing(tmp_path: Path) -> None:
    run, path, opened = prepared(regression()), tmp_path / "run.npz", tmp_path / "opened"
    save(trained(run), run, path)
    with np.load(path) as archive:
        honest = dict(archive)
    pickled = np.empty(1, dtype=object)
    pickled[0] = Opened(opened)
    header = honest["header"].tobytes()
    hostile: list[dict[str, Array]] = [
        {name: pickled} for name in honest
    ] + [
        {"W1": np.full((3, 4), np.nan)},
        {"W1": np.ones((4, 3))},
        {"W1": np.ones((3, 4), dtype=np.float32)},
        {"epochs": np.ones((2, 4))},
        {"header": np.frombuffer(header.replace(b'"epoch":3', b'"epoch":-3'), dtype=np.uint8)},
        {"header": np.frombuffer(header.replace(b'"epoch":3', b'"epoch":9000000000'), dtype=np.uint8)},
        {"header": np.frombuffer(header.replace(b'"update":15', b'"update":16'), dtype=np.uint8)},
        {"header": np.frombuffer(header.replace(b'"update":15', b'"update":"x"'), dtype=np.uint8)},
        {"header": np.zeros(100_000, dtype=np.uint8)},
        {"header": np.array(["{}"])},
    ]  # fmt: skip
    for change in hostile:
        np.savez(path, allow_pickle=True, **(honest | change))
        with pytest.raises(LabError) as caught:
            load(path, run)
        assert "\n" not in str(caught.value), change
    assert not opened.exists()


def test_an_array_that_claims_more_than_there_is_asks_for_no_memory(tmp_path: Path) -> None:
    run, path = prepared(regression()), tmp_path / "run.npz"
    save(trained(run), run, path)
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    claim = io.BytesIO()
    np.lib.format.write_array_header_1_0(claim, {"descr": "<f8", "fortran_order": False, "shape": (10**12, 10**3)})
    for name in ("W1.npy", "epochs.npy", "header.npy"):
        with zipfile.ZipFile(path, "w") as archive:
            for other, content in files.items():
                archive.writestr(other, claim.getvalue() if other == name else content)
        with pytest.raises(LabError, match="is not a checkpoint"):
            load(path, run)
