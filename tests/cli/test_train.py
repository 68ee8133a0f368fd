"""`train`: both frameworks beside each other, documents that hold together, checkpoints, and what goes wrong."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from markdown_it import MarkdownIt

from backprop_lab.training.sweep import Tried
from tests.command import Finished, command, output_of
from tests.latex import text_of_pdf
from tests.needs import needs, needs_matplotlib, needs_posix, needs_torch
from tests.strategies import Tables, toml

REGRESSION: Tables = {
    "kind": "training",
    "title": "Less & more_of it",
    "notation": "lesson",
    "network": {"units": [4, 1], "activations": ["relu", "identity"], "loss": "mean_squared_error"},
    "data": {
        "x": [[1, 0], [0, 1], [1, 1], [2, 1], [1, 2], [Decimal("0.5"), 3], [3, 0], [2, 2]],
        "y": [[1], [2], [3], [4], [5], [Decimal("6.5")], [3], [6]],
        "validation": Decimal("0.25"),
    },
    "update": {"learning_rate": Decimal("0.01"), "momentum": Decimal("0.9")},
    "training": {"epochs": 40, "batch_size": 3, "seed": 1},
}
CLASSES: Tables = REGRESSION | {
    "network": {"units": [3], "activations": ["softmax"], "loss": "cross_entropy"},
    "data": {"csv": "flowers.csv", "classes": True, "targets": ["a_kind"], "validation": Decimal("0.25")},
}
FLOWERS = "long,wide,a_kind\n" + "".join(f"{n % 3}.5,{n % 4},<b>*{'abc'[n % 3]}*\n" for n in range(24))


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("task.toml").write_text(toml(REGRESSION), encoding="utf-8")
    Path("classes.toml").write_text(toml(CLASSES), encoding="utf-8")
    Path("flowers.csv").write_text(FLOWERS, encoding="utf-8")


def record(*arguments: object) -> dict[str, Any]:
    return dict(json.loads(output_of("train", "task.toml", "--format", "json", *arguments)))


def numpy_alone(*arguments: object) -> dict[str, Any]:
    return record("--framework", "numpy", "--show-steps", 0, *arguments)


def test_both_frameworks_train_the_same() -> None:
    needs_torch()
    found = record()
    assert [run["framework"] for run in found["runs"]] == ["numpy", "torch"]
    assert found["difference"]["loss"] < 1e-12
    assert found["difference"]["parameters"] < 1e-12
    ours, theirs = (
        [epoch["loss"] for epoch in found["epochs"] if epoch["framework"] == name] for name in ("numpy", "torch")
    )
    assert len(ours) == len(theirs) == 40
    assert max(abs(one - other) for one, other in zip(ours, theirs, strict=True)) == found["difference"]["loss"]
    assert ours[-1] < ours[0] / 100


def test_the_record_has_all_of_a_training() -> None:
    found = record("--framework", "numpy", "--show-steps", 2, "--epochs", 3, "--sweep", "grid", "--tries", 2)
    assert found["schema"] == 1
    assert found["task"] == REGRESSION["title"]
    assert found["network"]["sizes"] == [2, 4, 1]
    assert found["parameters"] == {"layers": [12, 5], "total": 17}
    assert found["data"]["rows"] == 6
    assert found["data"]["validation_rows"] == 2
    assert [epoch["epoch"] for epoch in found["epochs"]] == [1, 2, 3]
    assert all(epoch["validation_loss"] > 0 and epoch["accuracy"] is None for epoch in found["epochs"])
    assert found["difference"] is None
    assert np.shape(found["last"]["W1"]) == (2, 4)
    assert [step["steps"][0]["pass"] for step in found["steps"]] == [1, 2]
    assert found["steps"][0]["loss_after"] < found["steps"][0]["losses"][0]
    assert [tuple(one) for one in found["sweep"]] == [Tried.__struct_fields__] * 2
    assert [one["learning_rate"] for one in found["sweep"]] == [0.0001, 0.1]


def test_parameters_are_counted_as_in_the_course() -> None:
    eight = REGRESSION | {"network": {"units": [4, 2], "loss": "mean_squared_error"}}
    data = {"x": [[place] * 8 for place in range(4)], "y": [[1, 2]] * 4}
    Path("eight.toml").write_text(toml(eight | {"data": data}), encoding="utf-8")
    text = output_of("train", "eight.toml", "--framework", "numpy", "--show-steps", 0)
    assert "46 parameters in all: 36 + 10 = 46." in text


def test_the_figures_of_the_curves_are_tabulated_and_elided() -> None:
    text = output_of("train", "task.toml", "--framework", "numpy", "--epochs", 130, "--show-steps", 0)
    rows = re.findall(r"^ +(\d+)  +\d\S*  +\d\S*$", text, re.MULTILINE)
    assert rows == ["1", "2", "5", "10", "20", "50", "100", "130"]
    text = output_of("train", "task.toml", "--framework", "numpy", "--epochs", 12, "--show-steps", 0)
    assert re.findall(r"^ +(\d+)  +\d\S*  +\d\S*$", text, re.MULTILINE) == [str(n) for n in range(1, 13)]


def test_predictions_stand_in_the_units_of_the_data() -> None:
    text = output_of("train", "task.toml", "--framework", "numpy", "--set", "standardise=both")
    table = re.search(r"^ +y1  predicted\n((?: +\S+ +\S+\n)+)", text, re.MULTILINE)
    assert table
    targets, predictions = np.array([line.split() for line in table[1].splitlines()], dtype=float).T
    assert list(targets) == [3, 6]
    assert np.abs(targets - predictions).max() < 2


def test_names_of_columns_can_do_no_harm() -> None:
    names = ['"a\x1b[31mb"', '"c\n# d"', "x" * 150, "$e^{x}$", "y"]
    rows = ["1,2,3,4,5", "2,3,4,5,6", "3,4,5,6,8", "4,5,6,7,1"]
    Path("odd.csv").write_text("\n".join([",".join(names), *rows]), encoding="utf-8")
    Path("odd.toml").write_text(toml(REGRESSION | {"data": {"csv": "odd.csv", "targets": ["y"]}}), encoding="utf-8")
    for format_ in ("txt", "md", "tex"):
        text = output_of("train", "odd.toml", "--framework", "numpy", "--format", format_, "--show-steps", 0)
        assert not re.search(r"[\x00-\x09\x0b-\x1f]|x{31}|^# d", text, re.MULTILINE)
        assert r"a\x1b[31mb" in text.replace("\\\\", "\\").replace("\\[", "[").replace(r"\textbackslash{}", "\\")
    text_of_pdf(Path(), text)


def test_early_stopping_is_told() -> None:
    stopping = ("--set", "early_stopping={patience = 2}", "--epochs", 500)
    found = numpy_alone(*stopping)
    assert found["runs"][0]["stopped_early"]
    assert len(found["epochs"]) == found["runs"][0]["best_epoch"] + 2 < 500
    text = output_of("train", "task.toml", "--framework", "numpy", *stopping)
    assert f"stopped early, for epoch {found['runs'][0]['best_epoch']} was the best" in " ".join(text.split())


@pytest.mark.parametrize("task", ["task.toml", "classes.toml"])
def test_markdown_holds_together(task: str) -> None:
    needs_matplotlib()
    options = ("--show-steps", 1, "--plots", "my plots", "--sweep", "random", "--tries", 3, "--sweep-epochs", 2)
    output_of("train", task, "--framework", "numpy", "-o", "out.md", *options)
    text = Path("out.md").read_text(encoding="utf-8")
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    images = [child for token in tokens for child in token.children or [] if child.type == "image"]
    assert len(images) == 5 if task == "classes.toml" else 4
    for image in images:
        assert Path(str(image.attrs["src"]).replace("%20", " ")).read_bytes().startswith(b"<?xml")
    assert [token.type for token in tokens].count("table_open") >= 4
    assert not [token for token in tokens if token.type == "html_block"]
    assert not [
        child for token in tokens for child in token.children or [] if child.type in ("em_open", "html_inline")
    ]
    tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1, table


@pytest.mark.parametrize("task", ["task.toml", "classes.toml"])
def test_latex_sets_it(task: str) -> None:
    needs_matplotlib()
    options = ("--plots", "plots", "--sweep", "grid", "--tries", 3, "--rates", "0.001", "1e70")
    finished = command("train", task, "--framework", "numpy", "-o", "out.tex", *options)
    assert finished.status == 0, finished.messages
    source = Path("out.tex").read_text(encoding="utf-8")
    assert source.count("includegraphics") == (5 if task == "classes.toml" else 4)
    text = text_of_pdf(Path(), source)
    assert not text or "Parameters after training" in text


def test_classes_are_named_and_accuracy_is_shown() -> None:
    text = output_of("train", "classes.toml", "--framework", "numpy", "--epochs", 3, "--show-steps", 0)
    assert "3 classes: <b>*a*, <b>*b*, <b>*c*." in text
    assert re.search(r"epoch +loss +validation loss +accuracy +validation accuracy", text)
    assert re.search(r"^ +<b>\*[abc]\* +<b>\*[abc]\* +[01]\.\d+$", text, re.MULTILINE)


@pytest.mark.parametrize("notation", ["lesson", "standard", "pytorch"])
def test_every_notation_and_format_can_be_had(notation: str) -> None:
    for format_ in ("txt", "md", "tex"):
        text = output_of(
            "train", "task.toml", "--framework", "numpy", "--notation", notation, "--format", format_, "--epochs", 2
        )
        assert "<<" not in text
        assert "None" not in text


def test_a_line_of_a_terminal_fits() -> None:
    text = output_of("train", "task.toml", "--framework", "numpy", "--show-steps", 0, "--sweep", "grid")
    assert max(map(len, text.splitlines())) <= 80


def test_a_sweep_tells_momenta_where_they_were_asked_for() -> None:
    def told(*momenta: object) -> str:
        options = ("--show-steps", 0, "--sweep", "random", "--tries", 3, *momenta)
        text = output_of("train", "task.toml", "--framework", "numpy", "--epochs", 2, *options)
        return text.split("Learning rates\n")[1]

    assert re.search(r"Best: a learning rate of [\d.e-]+\.$", told(), re.MULTILINE)
    assert "momentum" not in told()
    asked = told("--momenta", 0.8, 0.85)
    assert re.search(r"Best: a learning rate of \S+, a momentum of 0\.8\d+\.", " ".join(asked.split()))
    assert re.search(r"learning rate +momentum +loss", asked)


def test_without_pytorch_numpy_trains_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    finished = command("train", "task.toml", "--show-steps", 0)
    assert finished.status == 0
    assert finished.messages.count("\n") == 1
    assert 'pip install "backprop-lab[torch]"; NumPy trained alone' in finished.messages
    assert "PyTorch: " not in finished.output
    alone = command("train", "task.toml", "--framework", "torch")
    assert (alone.status, alone.output, alone.messages.count("\n")) == (2, "", 1)


def test_a_checkpoint_goes_on_to_the_last_bit() -> None:
    whole = numpy_alone()
    numpy_alone("--epochs", 17, "--checkpoint", "run.npz")
    resumed = numpy_alone("--checkpoint", "run.npz", "--resume")
    assert resumed["epochs"] == whole["epochs"]
    assert resumed["last"] == whole["last"]
    assert numpy_alone("--checkpoint", "run.npz", "--resume") == whole


def test_each_framework_has_a_checkpoint_of_its_own() -> None:
    needs_torch()
    whole = record("--show-steps", 0)
    record("--show-steps", 0, "--epochs", 9, "--checkpoint", "run.npz")
    assert Path("run-torch.npz").exists()
    assert record("--show-steps", 0, "--checkpoint", "run.npz", "--resume") == whole


def test_an_interrupt_keeps_the_checkpoint_and_says_how_to_go_on() -> None:
    needs_posix()
    import pty

    arguments = ["train", "task.toml", "--framework", "numpy", "--epochs", "1000000", "--checkpoint", "run.npz"]
    ours, theirs = pty.openpty()  # a terminal, on which the bar is drawn and taken away again
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"  # also in the background
    running = subprocess.Popen(
        [sys.executable, "-c", f"{heeding}; from backprop_lab.cli import main; main()", *arguments],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    messages, interrupted = b"", False
    with contextlib.suppress(OSError):  # how Linux tells that nobody writes to a terminal any more
        while part := os.read(ours, 4096):
            messages += part
            if not interrupted and Path("run.npz").exists():
                running.send_signal(signal.SIGINT)
                interrupted = True
    os.close(ours)
    output, _ = running.communicate()
    assert (running.returncode, output) == (130, b""), messages
    assert b"NumPy " in messages
    kept = re.search(rb"up to epoch (\d+) is kept in run.npz; the same command with --resume goes on", messages)
    assert kept, messages
    assert b"\x1b[1A" not in messages[kept.end() :], "the message is taken away again"
    more = int(kept[1]) + 2
    assert numpy_alone("--epochs", more, "--checkpoint", "run.npz", "--resume") == numpy_alone("--epochs", more)


def test_a_training_that_diverges_leaves_what_came_before() -> None:
    Path("linear.toml").write_text(
        toml(REGRESSION | {"network": {"units": [1], "loss": "mean_squared_error"}}), encoding="utf-8"
    )
    finished = command(
        "train", "linear.toml", "--framework", "numpy", "--set", "learning_rate=100", "-o", "out.txt", "--epochs", 999
    )
    assert (finished.status, finished.output, finished.messages.count("\n")) == (2, "", 1)
    told = re.fullmatch(
        r"backprop-lab: linear\.toml: the training diverged: at update (\d+) \(epoch (\d+)\) .* with learning rate "
        r"100; .*; what came before stands in out\.txt\n",
        finished.messages,
    )
    assert told, finished.messages
    text = " ".join(Path("out.txt").read_text(encoding="utf-8").split())
    assert f"NumPy: {int(told[2]) - 1} epochs; the loss went from" in text
    assert f"then the training diverged: at update {told[1]}" in text


def test_a_training_that_diverges_at_once_is_still_told() -> None:
    needs_matplotlib()
    finished = command(
        "train",
        "task.toml",
        "--framework",
        "numpy",
        "--set",
        "learning_rate=1e99",
        "--plots",
        "plots",
        "-o",
        "out.md",
    )
    assert (finished.status, finished.messages.count("\n")) == (2, 1)
    assert "# Update 1, worked" in Path("out.md").read_text(encoding="utf-8")


def complaint(finished: Finished) -> str:
    assert (finished.status, finished.output, finished.messages.count("\n")) == (2, "", 1), finished
    return finished.messages


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["no_such_task"], "no such file or shipped task"),
        (["lab_task_3"], "is a task of one pass"),
        (["task.toml", "--set", "batch_size=7"], "task.toml: training.batch_size: expected at most 6"),
        (["task.toml", "--set", "x=[[nan, 1]]"], "data.x[0][0]"),
        (["task.toml", "--set", "csv=missing.csv"], "data"),
        (["classes.toml", "--set", "targets=['wide', 'other']"], "data.targets"),
        (["task.toml", "--resume"], "--resume goes with --checkpoint FILE"),
        (["task.toml", "--resume", "--checkpoint", "none.npz"], "none.npz: cannot be read: No such file"),
        (["task.toml", "--resume", "--checkpoint", "flowers.csv"], "flowers.csv: is not a checkpoint"),
        (["task.toml", "--checkpoint", "flowers.csv"], "flowers.csv: is there already; add --resume"),
        (["task.toml", "--checkpoint", "missing/run.npz"], "there is no folder missing"),
        (["task.toml", "-o", "missing/out.md"], "there is no folder missing"),
        (["task.toml", "-o", "task.toml", "--format", "txt"], "task.toml: is what it is made from"),
        (["task.toml", "--plots", "flowers.csv"], "flowers.csv: is a file; expected a folder"),
        (["task.toml", "--surface", "w11", "w99"], 'no weight "w99" in this network; expected one such as w11, w12'),
        (["task.toml", "--surface", "w11", "w11"], '"w11" is named twice'),
        (["task.toml", "--sweep", "grid", "--rates", "1", "0.1"], "learning rates: expected two numbers above 0"),
        (["task.toml", "--sweep", "grid", "--momenta", "0", "1"], "--momenta goes with --sweep random"),
        (["task.toml", "--framework", "cuda"], "'cuda' is not one of 'both', 'numpy', 'torch'"),
        (["task.toml", "--epochs", "0"], "0 is not in the range"),
    ],
)
def test_bad_input_gets_one_line(arguments: list[str], expected: str) -> None:
    if "--plots" in arguments:
        needs_matplotlib()
    before = sorted(Path().iterdir())
    assert expected in complaint(command("train", *arguments))
    assert sorted(Path().iterdir()) == before


def test_cuda_asked_for_and_absent_is_told_before_anything_is_trained() -> None:
    needs_torch()
    import torch

    needs(not torch.cuda.is_available(), "there is CUDA here")
    told = complaint(command("train", "task.toml", "--set", "device=cuda", "--checkpoint", "run.npz"))
    assert 'training.device: PyTorch finds no CUDA device here; expected "cpu"' in told
    assert not Path("run.npz").exists()
    assert numpy_alone("--set", "device=cuda") == numpy_alone()


def test_the_checkpoint_of_another_task_is_refused() -> None:
    numpy_alone("--epochs", 2, "--checkpoint", "run.npz")
    before = Path("run.npz").read_bytes()
    other = ("--framework", "numpy", "--set", "seed=2", "--checkpoint", "run.npz", "--resume")
    assert "run.npz: is the checkpoint of another task" in complaint(command("train", "task.toml", *other))
    assert Path("run.npz").read_bytes() == before
