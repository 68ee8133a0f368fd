"""A saved state dict in the place of a task's weights: it fits or is told why not, and nothing else is loaded."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from backprop_lab import ModelError, from_torch, load_task, solve
from backprop_lab.bridge.state import put_state_in, read_state
from backprop_lab.task import Task
from tests.command import command, output_of

ARCHITECTURE = """
title = "A model"
notation = "pytorch"
[network]
activations = ["relu", "softmax"]
loss = "cross_entropy"
[data]
x = [[0.1, 0.2, 0.3]]
y = [1]
[update]
learning_rate = 0.1
"""


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def saved(found: Any, name: str = "model.pt") -> Path:
    torch.save(found, name)
    return Path(name)


def model(*sizes: int, **settings: Any) -> Any:
    torch.manual_seed(0)
    inputs, hidden, outputs = sizes
    return nn.Sequential(nn.Linear(inputs, hidden, **settings), nn.ReLU(), nn.Linear(hidden, outputs, **settings))


def task_with(state: Path, text: str = ARCHITECTURE) -> Task:
    Path("arch.toml").write_text(text, encoding="utf-8")
    return load_task("arch.toml", (), lambda tables: put_state_in(tables, state))


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("bias", [False, True])
def test_the_weights_are_those_of_the_model(bias: bool, wrapped: bool) -> None:
    own = model(3, 4, 2, bias=bias)
    state = {"epoch": 3, "model_state_dict": own.state_dict()} if wrapped else own.state_dict()
    task = task_with(saved(state))
    optimizer = torch.optim.SGD(own.parameters(), 0.1)
    bridged = from_torch(own, [[0.1, 0.2, 0.3]], [1], nn.CrossEntropyLoss(), optimizer)
    assert task.network == bridged.network
    assert solve(task).losses == solve(bridged).losses


def test_the_command_takes_the_task_as_an_option_too() -> None:
    Path("arch.toml").write_text(ARCHITECTURE, encoding="utf-8")
    state = saved(model(3, 4, 2).state_dict())
    worked = output_of("solve", "--state-dict", state, "--task", "arch.toml")
    assert worked == output_of("solve", "arch.toml", "--state-dict", state)
    assert "fc1.weight" in worked
    assert "All agree" in output_of("verify", "--state-dict", state, "--task", "arch.toml")
    assert "2 paths" in output_of("derive", "--state-dict", state, "--task", "arch.toml", "--wrt", "fc1.weight[0,0]")
    assert command("solve", "arch.toml", "--task", "arch.toml").status == 2
    assert "--seed" in command("solve", "arch.toml", "--state-dict", state, "--seed", 1, "--id", "a").messages


def test_weights_of_the_task_are_places_for_those_of_the_file() -> None:
    own = model(3, 2, 1)
    task = load_task("lab_task_3", (), lambda tables: put_state_in(tables, saved(own.state_dict())))
    np.testing.assert_allclose(task.givens()["W1"], own[0].weight.detach().numpy().T, rtol=1e-6)
    assert task.title == load_task("lab_task_3").title


def with_entry(key: str, value: Any) -> dict[str, Any]:
    return {**model(3, 4, 2).state_dict(), key: value}


@pytest.mark.parametrize(
    ("state", "complaint"),
    [
        (model(5, 4, 2).state_dict(), '"0.weight" has the shape (4, 5); layer 1 of the task needs (4, 3)'),
        (
            with_entry("2.weight", torch.ones(2, 7)),
            '"2.weight" has the shape (2, 7); layer 2 of the task needs (2, 4)',
        ),
        (with_entry("0.bias", torch.ones(3)), '"0.bias" has the shape (3,); "0.weight" of shape (4, 3) needs (4,)'),
        (
            with_entry("4.weight", torch.ones(2, 2)),
            "has 3 Linear layers (0.weight, 2.weight, 4.weight); the task has 2",
        ),
        (with_entry("4.bias", torch.ones(2)), 'has no "4.weight", but a "4.bias"'),
        (with_entry("1.running_mean", torch.ones(4)), '"1.running_mean" is not the weight or bias of a Linear layer'),
        (
            with_entry("2.weight", torch.ones(2, 1, 2, 2)),
            '"2.weight" has the shape (2, 1, 2, 2); expected the weight of',
        ),
        (with_entry("2.weight", 3), '"2.weight" is no tensor; expected the weight of a Linear layer'),
        (
            with_entry("2.weight", torch.tensor([[1, 1, 1, torch.nan], [1, 1, 1, 1]])),
            "model.pt: 2.weight[0, 3]: expected finite numbers, found nan",
        ),
        (
            with_entry("0.bias", torch.tensor([1, 1, torch.inf, 1])),
            "model.pt: 0.bias[2]: expected finite numbers, found inf",
        ),
        (
            with_entry("2.weight", torch.ones(2, 4).to_sparse()),
            "2.weight: expected a dense tensor, found a sparse one",
        ),
        (
            with_entry("2.weight", torch.ones(2, 4).to(torch.float8_e5m2)),
            "2.weight: expected float16 or larger, found torch.float8_e5m2",
        ),
        (
            with_entry("0.weight", torch.ones(1).expand(9_000_000, 2)),
            "has 18,000,014 weights and biases; expected at most 1,000,000",
        ),
        (nn.Linear(3, 2).state_dict(), "has 1 Linear layers (weight); the task has 2"),
        ({}, "holds no state dict"),
        ([torch.ones(2)], "holds no state dict"),
        (torch.ones(2), "holds no state dict"),
        (model(3, 4, 2), "holds other things than tensors, which are never loaded"),
    ],
)
def test_a_state_dict_that_does_not_fit_is_told_in_one_line(state: Any, complaint: str) -> None:
    path = saved(state)
    Path("arch.toml").write_text(ARCHITECTURE, encoding="utf-8")
    finished = command("solve", "arch.toml", "--state-dict", path)
    assert (finished.status, finished.output) == (2, "")
    assert complaint in finished.messages
    assert finished.messages.count("\n") == 1


class Hostile:
    """What runs code where it is unpickled."""

    def __reduce__(self) -> Any:
        return Path.touch, (Path("ran"),)


@pytest.mark.parametrize("how", ["whole", "inside", "plain", "legacy"])
def test_code_in_a_file_does_not_run(how: str) -> None:
    path = Path("model.pt")
    match how:
        case "whole":
            saved(Hostile())
        case "inside":
            saved(with_entry("2.weight", Hostile()))
        case "plain":
            path.write_bytes(pickle.dumps(Hostile()))
        case _:
            torch.save(Hostile(), path, _use_new_zipfile_serialization=False)
    with pytest.raises(ModelError):
        read_state(path)
    assert not Path("ran").exists()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "is no file of torch.save"),
        (b"PK\x03\x04 damaged", "is no file of torch.save"),
        (None, "cannot be read"),
    ],
)
def test_what_is_no_state_dict_is_told(content: bytes | None, complaint: str) -> None:
    path = Path("model.pt")
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(ModelError, match=complaint):
        read_state(path)


def test_an_archive_that_grows_beyond_the_limit_is_not_unpacked() -> None:
    with zipfile.ZipFile("model.pt", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", b"\0" * (300 * 2**20))
    with pytest.raises(ModelError, match="holds 300 MiB; expected at most 256"):
        read_state(Path("model.pt"))


def test_an_archive_of_something_else_is_damaged() -> None:
    with zipfile.ZipFile("model.pt", "w") as archive:
        archive.writestr("notes.txt", "hello")
    with pytest.raises(ModelError, match="is damaged"):
        read_state(Path("model.pt"))
