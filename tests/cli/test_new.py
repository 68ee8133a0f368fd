from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from backprop_lab.engine.network import ACTIVATIONS, LOSSES, ROWWISE
from backprop_lab.solution import solve
from backprop_lab.taskfile import load_task, load_training
from backprop_lab.training.loop import train
from backprop_lab.training.preparing import prepare
from tests.command import command, output_of


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("samples", [1, 3])
@pytest.mark.parametrize("loss", LOSSES)
def test_a_new_task_is_solved_and_has_what_was_asked_for(loss: str, samples: int) -> None:
    finished = command("new", "mine", "--loss", loss, "--sizes", "4-3-2", "--samples", samples)
    assert (finished.status, finished.output) == (0, "")
    assert "backprop-lab solve mine.toml" in finished.messages
    task = load_task("mine.toml")
    assert (task.sizes, len(task.data.x), task.network.loss, task.title) == ((4, 3, 2), samples, loss, "mine")
    assert "Update" in output_of("solve", "mine.toml")


@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name not in ROWWISE])
def test_the_activations_are_those_asked_for(activation: str) -> None:
    assert command("new", "mine", "--hidden", activation, "--output", "tanh").status == 0
    assert load_task("mine.toml").network.activations == [activation, "tanh"]


def test_the_loss_chooses_an_output_that_fits_it() -> None:
    for name, loss in (
        ("a", "cross_entropy"),
        ("b", "binary_cross_entropy"),
        ("c", "half_squared_error"),
        ("d", "negative_log_likelihood"),
    ):
        assert command("new", name, "--loss", loss, "--sizes", "2-2").status == 0
    outputs = [load_task(f"{name}.toml").network.activations[-1] for name in "abcd"]
    assert outputs == ["softmax", "sigmoid", "relu", "log_softmax"]


def test_the_seed_decides_on_the_numbers() -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert command("new", name, "--seed", seed).status == 0
    a, b, c = (load_task(f"{name}.toml").network.weights for name in "abc")
    assert a == b != c


@pytest.mark.parametrize("seed", range(8))
def test_there_is_something_to_learn(seed: int) -> None:
    assert command("new", "mine", "--seed", seed).status == 0
    values = solve(load_task("mine.toml")).first.values
    assert values["dW1"].any()
    assert values["dW2"].any()
    assert values["z1"].all()
    assert values["z2"].all()


def test_every_default_of_the_comments_is_the_default() -> None:
    """The keys that are commented out change nothing when the comment sign is taken away."""
    assert command("new", "mine").status == 0
    text = Path("mine.toml").read_text(encoding="utf-8")
    text = re.sub(r"^# (?!step =|points =|layer =|rate =|mask =)(?=\w+ = )", "", text, flags=re.MULTILINE)
    Path("all.toml").write_text(text, encoding="utf-8")
    stated = tomllib.loads(Path("all.toml").read_text())
    assert {"momentum", "frozen", "steps"} <= set(stated["update"])
    assert {"output_delta", "reduction"} == set(stated["conventions"])
    assert load_task("all.toml") == load_task("mine.toml")


def test_a_file_that_is_there_is_not_overwritten() -> None:
    Path("mine.toml").write_text("precious")
    finished = command("new", "mine")
    assert finished.status == 2
    assert "is there already" in finished.messages
    assert Path("mine.toml").read_text() == "precious"


def test_a_dangling_link_is_not_written_through(tmp_path: Path) -> None:
    Path("mine.toml").symlink_to(tmp_path / "elsewhere.toml")
    assert command("new", "mine").status == 2
    assert not (tmp_path / "elsewhere.toml").exists()


def test_the_suffix_may_be_given() -> None:
    assert command("new", "mine.toml").status == 0
    assert [path.name for path in Path().iterdir()] == ["mine.toml"]


@pytest.mark.parametrize(
    "name",
    ["../x", "/etc/x", "a/b", "a b", "", ".", "..", ".toml", "-", "--", "x" * 101, "x" * 5000, "é", "a\nb", "a\x00b",
     "$(x)", "a;b", "~", "CON:", "a.b", "--help.toml"],
)  # fmt: skip
def test_a_name_that_is_no_plain_word_is_refused(name: str) -> None:
    finished = command("new", "--", name)
    assert (finished.status, finished.output) == (2, "")
    assert finished.messages.count("\n") == 1
    assert len(finished.messages) < 300
    assert not list(Path().iterdir())


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ("1000000000-1", "1000000000"),
        ("999999999-999999999", "weights"),
        ("200-200", "10,000"),
        ("0-1", "at least 1"),
        ("3-0-1", "at least 1"),
        ("3", "3-2-1"),
        ("", "3-2-1"),
        ("3-", "3-2-1"),
        ("3--1", "3-2-1"),
        ("3-x-1", "3-2-1"),
        ("-3-1", "3-2-1"),
        ("3.5-1", "3-2-1"),
        ("٣-٢", "3-2-1"),
        ("1-" * 5000 + "1", "layers"),
    ],
)
def test_sizes_that_make_no_network_are_refused_at_once(sizes: str, expected: str) -> None:
    finished = command("new", "mine", f"--sizes={sizes}")
    assert finished.status == 2, finished.messages
    assert expected in finished.messages
    assert finished.messages.count("\n") == 1
    assert not list(Path().iterdir())


@pytest.mark.parametrize("sizes", ["4-3-2", "4,3,2", "4x3x2"])
def test_sizes_may_be_separated_in_three_ways(sizes: str) -> None:
    assert command("new", "mine", "--sizes", sizes).status == 0
    assert load_task("mine.toml").sizes == (4, 3, 2)


@pytest.mark.parametrize("samples", ["0", "-1", "1001", "many"])
def test_there_is_at_least_one_sample_and_a_limit(samples: str) -> None:
    assert command("new", "mine", f"--samples={samples}").status == 2


@pytest.mark.parametrize(
    "options",
    [
        ("--loss", "cross_entropy", "--output", "relu"),
        ("--loss", "negative_log_likelihood", "--output", "softmax", "--sizes", "2-2"),
        ("--loss", "cross_entropy", "--sizes", "2-1"),
        ("--loss", "binary_cross_entropy", "--output", "tanh"),
        ("--hidden", "softmax", "--sizes", "2-1-1"),
    ],
)
def test_what_does_not_fit_together_is_refused_and_not_written(options: tuple[str, ...]) -> None:
    finished = command("new", "mine", *options)
    assert finished.status == 2
    assert not list(Path().iterdir())


@pytest.mark.parametrize("sizes", ["4-3", "2-5-3"])
@pytest.mark.parametrize("loss", LOSSES)
def test_a_new_training_task_trains_and_its_loss_falls(loss: str, sizes: str) -> None:
    finished = command("new", "mine", "--training", "--loss", loss, "--sizes", sizes)
    assert (finished.status, finished.output) == (0, "")
    assert "backprop-lab train mine.toml" in finished.messages
    prepared = prepare(load_training("mine.toml"), Path())
    assert "-".join(map(str, prepared.sizes)) == sizes
    assert len(prepared.data.x) == 32
    first, *_, last = [*train(prepared)][-1].epochs
    assert last.loss < 0.8 * first.loss


def test_every_default_of_the_comments_of_a_training_task_is_the_default() -> None:
    assert command("new", "mine", "--training").status == 0
    text = Path("mine.toml").read_text(encoding="utf-8")
    text = re.sub(
        r"^# (?!what =|points =|rows =|split_seed =|batches =|early_)(?=\w+ = )", "", text, flags=re.MULTILINE
    )
    Path("all.toml").write_text(text, encoding="utf-8")
    stated = tomllib.loads(Path("all.toml").read_text())
    assert {"momentum", "frozen"} <= set(stated["update"])
    assert {"seed", "shuffle", "drop_last"} <= set(stated["training"])
    assert load_training("all.toml") == load_training("mine.toml")


def test_the_other_comments_of_a_training_task_are_keys_of_one() -> None:
    assert command("new", "mine", "--training").status == 0
    text = Path("mine.toml").read_text(encoding="utf-8")
    kept = re.sub(
        r"^# (?=(what|points|rows|split_seed|batches|early_stopping) = |\[\[)", "", text, flags=re.MULTILINE
    )
    Path("all.toml").write_text(kept.replace("rows = 100", "rows = 30"), encoding="utf-8")
    task = load_training("all.toml")
    assert (task.data.rows, task.training.batches, task.require[0].what) == (30, 1, "loss_fell")
    assert prepare(task, Path()).rows_per_epoch == 8


@pytest.mark.parametrize(
    "options", [("--loss", "cross_entropy", "--output", "relu"), ("--sizes", "3-0-1"), ("--sizes", "200-200-1")]
)
def test_a_training_that_makes_no_sense_is_refused_and_not_written(options: tuple[str, ...]) -> None:
    finished = command("new", "mine", "--training", *options)
    assert finished.status == 2
    assert finished.messages.count("\n") == 1
    assert not list(Path().iterdir())
