"""Scripts of training tasks: each trains the run that `train` does, and ends with its losses."""

from __future__ import annotations

import ast
import csv
import gzip
import io
import json
import re
import struct
import tarfile
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backprop_lab.script import FRAMEWORKS, Framework
from backprop_lab.taskfile import load_training, shipped_trainings
from backprop_lab.training.data import load_data
from backprop_lab.training.loop import State, train
from backprop_lab.training.preparing import prepare
from backprop_lab.training.script import training_script
from backprop_lab.trainingtask import TrainingTask
from tests.command import command, output_of
from tests.needs import needs_sklearn, needs_torch

FOLDER = shipped_trainings()["lab_task_4"].parent


def run(source: str) -> dict[str, Any]:
    """Run a script in this process; return its variables, and what it printed as `printed`."""
    output = io.StringIO()
    variables: dict[str, Any] = {"__name__": "__main__"}
    with redirect_stdout(output):
        exec(compile(source, "script", "exec"), variables)
    return variables | {"printed": output.getvalue()}


def assert_same_run(task: TrainingTask, framework: Framework, folder: Path = FOLDER) -> dict[str, Any]:
    """Fail unless a task's script has the losses of `train`, epoch by epoch; return the script's variables."""
    if framework == "torch":
        needs_torch()
    found = run(training_script(task, folder, framework))
    states = list(train(prepare(task, folder)))
    epochs = states[-1].epochs
    close(found["losses"], [epoch.loss for epoch in epochs])
    if epochs[0].validation_loss is not None:
        close(found["validation_losses"], [epoch.validation_loss for epoch in epochs])
    if prepare(task, folder).classifies:
        printed = re.findall(r"^epoch (\d+): loss [\d.]+, accuracy ([\d.]+)", found["printed"], re.MULTILINE)
        assert printed
        assert [f"{epochs[int(number) - 1].accuracy:.4f}" for number, _ in printed] == [share for _, share in printed]
        validated = re.findall(r"^epoch (\d+): .* validation accuracy ([\d.]+)", found["printed"], re.MULTILINE)
        assert len(validated) == (len(printed) if epochs[0].validation_accuracy is not None else 0)
        for number, share in validated:
            assert f"{epochs[int(number) - 1].validation_accuracy:.4f}" == share
    if framework == "numpy":
        assert_same_parameters(found, states[-1])
    return found


def close(found: Sequence[float], expected: Sequence[Any]) -> None:
    assert len(found) == len(expected)
    assert np.abs(np.subtract(found, expected)).max() <= 1e-9 * max(1.0, np.abs(expected).max())


def assert_same_parameters(found: dict[str, Any], state: State) -> None:
    for name, matrix in state.parameters.items():
        assert np.allclose(found[name], matrix, rtol=1e-9, atol=1e-9), name


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("name", shipped_trainings())
def test_a_script_ends_with_the_losses_of_the_training(name: str, framework: Framework) -> None:
    task = load_training(name)
    if task.data.sklearn is not None:
        needs_sklearn()
    found = assert_same_run(load_training(name, [f"epochs={min(task.training.epochs, 40)}"]), framework)
    assert found["printed"].splitlines()[-1].startswith("all training rows: loss ")


CHANGES = {
    "momentum": ["momentum=0.9", "dampening=0.3", "weight_decay=0.01"],
    "Nesterov": ["momentum=0.9", "nesterov=true"],
    "a smaller last batch": ["batch_size=9"],
    "the last batch dropped": ["batch_size=9", "drop_last=true"],
    "three batches": ["batches=3"],
    "no shuffle": ["shuffle=false"],
    "a drawn split": ["split_seed=3"],
    "some rows": ["rows=30"],
    "no validation": ["validation=0"],
    "no scaling": ['standardise="none"', "learning_rate=0.000001"],
    "a frozen layer": ["frozen=[1]"],
    "biases kept": ["update.biases=false"],
    "no biases": ["has_biases=false"],
    "hidden activations": ['activations=["leaky_relu", "tanh", "identity"]', "units=[5, 4, 1]", "leaky_slope=0.05"],
    "half the squared error": ['loss="half_squared_error"', "units=[4, 2]", 'targets=["apples", "oranges"]'],
    "the squared error": ['loss="squared_error"', "units=[4, 2]", 'targets=["apples", "oranges"]'],
    "initial weights": [
        "network.weights=[[[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]], [[0.7], [0.8]]]", "units=[2, 1]",
        "network.biases=[[0.1, -0.1], [0.3]]",
    ],
    "initial weights alone": ["network.weights=[[[0.1], [0.3], [0.5]]]", "units=[1]"],
    "dropout": ["units=[4, 3, 1]", "dropout=[0.25, 0.5, 0]", "batch_size=9"],
    "absolute error": ['loss="absolute_error"'],
    "early stopping": ["early_stopping={patience=2, least=0.1}", "learning_rate=0.01", "epochs=40"],
}  # fmt: skip


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("change", CHANGES)
def test_a_script_knows_what_a_task_may_say(change: str, framework: Framework) -> None:
    assert_same_run(load_training("lab_task_4", ["epochs=6", *CHANGES[change]]), framework)


def test_a_script_stops_where_the_training_does() -> None:
    found = assert_same_run(load_training("lab_task_4", ["epochs=40", *CHANGES["early stopping"]]), "numpy")
    assert 2 < len(found["losses"]) < 40
    assert "stopped after epoch" in found["printed"]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_script_knows_classes(framework: Framework) -> None:
    network = ["units=[6, 2]", 'activations=["relu", "softmax"]', 'network.loss="cross_entropy"']
    settings = ["epochs=4", "classes=true", "validation=0.2", "shuffle=true", *network]
    assert_same_run(load_training("overfit_one_batch", settings), framework)


def written_task(folder: Path, data: str, units: str, others: str = "") -> TrainingTask:
    """Return the task of a new file whose network is linear but for `others`."""
    loss = "" if "loss" in others else 'loss = "mean_squared_error"\n'
    text = (
        f'kind = "training"\ntitle = "A task"\n[network]\nunits = {units}\n{loss}{others}\n[data]\n{data}\n'
        "[update]\nlearning_rate = 0.01\n[training]\nepochs = 2\nbatch_size = 16\n"
    )
    path = folder / "task.toml"
    path.write_text(text, encoding="utf-8")
    return load_training(path)


OUTPUTS = [
    ("binary_cross_entropy", "sigmoid"),
    ("binary_cross_entropy_with_logits", "identity"),
    ("cross_entropy", "softmax"),
    ("cross_entropy_with_logits", "identity"),
    ("negative_log_likelihood", "log_softmax"),
]
CLASSES = 'loss = "cross_entropy"\nactivations = ["softmax"]'
SOURCES = {
    "digits": ('sklearn = "digits"\nclasses = true\nstandardise = "inputs"\nrows = 200', "[10]", CLASSES),
    "diabetes": ('sklearn = "diabetes"\nvalidation = 0.1\nstandardise = "both"', "[3, 1]", ""),
    "linnerud": ('sklearn = "linnerud"\nstandardise = "both"', "[3]", ""),
    "make_regression": (
        "make_regression = {samples = 50, features = 4, noise = 2.0, seed = 5}\nstandardise = \"both\"", "[1]", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("source", SOURCES)
def test_a_set_of_scikit_learns_is_loaded(source: str, framework: Framework, tmp_path: Path) -> None:
    needs_sklearn()
    task = written_task(tmp_path, *SOURCES[source])
    text = training_script(task, tmp_path, framework)
    assert f"import {'make_regression' if source == 'make_regression' else f'load_{source}'}\n" in text
    assert_same_run(task, framework, tmp_path)


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize(("loss", "output"), OUTPUTS)
def test_targets_may_be_probabilities(loss: str, output: str, framework: Framework, tmp_path: Path) -> None:
    rows = f"x = {[[place / 10, 1] for place in range(20)]}\ny = {[[0.25, 0.75], [1, 0]] * 10}"
    network = f'loss = "{loss}"\nactivations = ["tanh", "{output}"]'
    assert_same_run(written_task(tmp_path, rows, "[3, 2]", network), framework, tmp_path)


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize(("loss", "output"), [one for one in OUTPUTS if not one[0].startswith("binary")])
def test_targets_may_be_classes(loss: str, output: str, framework: Framework, tmp_path: Path) -> None:
    rows = f"x = {[[place / 10, 1] for place in range(20)]}\ny = {[0, 1, 1, 2] * 5}\nvalidation = 0.2"
    network = f'loss = "{loss}"\nactivations = ["tanh", "{output}"]'
    assert_same_run(written_task(tmp_path, rows, "[3, 3]", network), framework, tmp_path)


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize(("loss", "output"), OUTPUTS[:2])
def test_a_target_may_be_yes_or_no(loss: str, output: str, framework: Framework, tmp_path: Path) -> None:
    rows = f"x = {[[place / 10, 1] for place in range(20)]}\ny = {[[0], [1]] * 10}\nvalidation = 0.2"
    network = f'loss = "{loss}"\nactivations = ["tanh", "{output}"]'
    assert_same_run(written_task(tmp_path, rows, "[3, 1]", network), framework, tmp_path)


def numbers(*shape: int) -> Any:
    return np.random.default_rng(1).normal(size=shape)


def large_csv(folder: Path) -> tuple[str, str, str]:
    rows = [";".join(map(repr, row)) for row in numbers(900, 5).tolist()]
    (folder / "large.csv").write_text("\n".join(["a; b;c;d;e", *rows, "", ""]), encoding="utf-8")
    return 'csv = "large.csv"\nfeatures = ["d", "b", "a", "e"]\ntargets = ["c"]\nvalidation = 0.3', "[1]", ""


def large_csv_without_names(folder: Path) -> tuple[str, str, str]:
    np.savetxt(folder / "large.csv", numbers(900, 5), delimiter=",")
    return 'csv = "large.csv"\ntargets = [1]\nrows = 850', "[1]", ""


def large_csv_of_classes(folder: Path) -> tuple[str, str, str]:
    rows = [",".join([*map(repr, row), "xyz"[place % 3]]) for place, row in enumerate(numbers(900, 5).tolist())]
    (folder / "large.csv").write_text("\n".join(["a,b,c,d,e,kind", *rows]), encoding="utf-8")
    return 'csv = "large.csv"\nclasses = true', "[3]", CLASSES


def large_npz(folder: Path) -> tuple[str, str, str]:
    np.savez(folder / "large.npz", x=numbers(700, 3, 2), y=numbers(700))
    return 'npz = "large.npz"\nvalidation = 0.1\nsplit_seed = 8', "[1]", ""


def large_npz_of_classes(folder: Path) -> tuple[str, str, str]:
    np.savez(folder / "large.npz", x=numbers(700, 6), y=np.arange(700) % 3 + 1)
    return 'npz = "large.npz"\nclasses = true', "[3]", CLASSES


def housing(folder: Path) -> tuple[str, str, str]:
    rows = np.abs(numbers(600, 9)) + 1
    np.savetxt(folder / "cal_housing.data", rows, delimiter=",")
    return 'california_housing = "cal_housing.data"\nstandardise = "inputs"', "[1]", ""


def housing_archive(folder: Path) -> tuple[str, str, str]:
    housing(folder)
    with tarfile.open(folder / "cal_housing.tgz", "w:gz") as archive:
        archive.add(folder / "cal_housing.data", "CaliforniaHousing/cal_housing.data")
    (folder / "cal_housing.data").unlink()
    return 'california_housing = "cal_housing.tgz"\nstandardise = "both"', "[1]", ""


def mnist(folder: Path) -> tuple[str, str, str]:
    (folder / "mnist").mkdir()
    for part, rows in (("train", 120), ("t10k", 40)):
        pixels = np.random.default_rng(rows).integers(0, 256, rows * 49).astype(np.uint8).tobytes()
        labels = bytes(place % 10 for place in range(rows))
        images = struct.pack(">4I", 0x803, rows, 7, 7) + pixels
        (folder / "mnist" / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(images))
        (folder / "mnist" / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">2I", 0x801, rows) + labels)
    return 'mnist = "mnist"\nrows = 100', "[10]", CLASSES


LARGE = [
    large_csv, large_csv_without_names, large_csv_of_classes, large_npz, large_npz_of_classes, housing,
    housing_archive, mnist,
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:Python 3.14 will, by default, filter:DeprecationWarning")
@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("source", LARGE)
def test_a_large_file_is_loaded_from_where_it_is(
    source: Any, framework: Framework, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    task = written_task(tmp_path, *source(tmp_path))
    text = training_script(task, tmp_path, framework)
    assert len(text) < 6000
    assert '# Run it in the folder of the task: it reads "' in text
    assert_same_run(task, framework, tmp_path)


def test_code_prints_the_script_of_a_training_task(tmp_path: Path) -> None:
    text = output_of("code", "lab_task_4", "--framework", "torch", "--set", "epochs=3")
    assert "for epoch in range(1, 3 + 1):" in text
    assert output_of("code", "lab_task_4", "-o", tmp_path / "script.py") == ""
    assert (tmp_path / "script.py").read_text(encoding="utf-8") == output_of("code", "lab_task_4")


def test_the_formulas_of_an_update_are_lines_of_the_script() -> None:
    text = output_of("code", "lab_task_4")
    for line in (
        "z1 = x @ W1 + b1",
        "L = 1 / n * np.sum(error**2)",
        "delta2 = 2 / n * error",
        "delta1 = delta2 @ W2.T",
        "W1 = W1 - learning_rate * dW1",
    ):
        assert f"\n        {line}\n" in text
    assert "vW1 = dW1 if update == 1 else momentum * vW1 + dW1\n" in output_of("code", "apples_oranges_training")


def test_data_that_are_not_there_are_told_with_the_task_and_nothing_is_written(tmp_path: Path) -> None:
    written_task(tmp_path, 'csv = "rows.csv"', "[1]")
    finished = command("code", tmp_path / "task.toml", "-o", tmp_path / "script.py")
    assert (finished.status, finished.output) == (2, "")
    assert finished.messages.count("\n") == 1
    assert "task.toml: data.csv: rows.csv: no such file" in finished.messages
    assert not (tmp_path / "script.py").exists()


def test_a_training_task_has_no_variants() -> None:
    finished = command("code", "lab_task_4", "--seed", 1, "--id", "s1")
    assert finished.status == 2
    assert finished.messages.count("\n") == 1
    assert "no variants" in finished.messages


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_title_stays_in_its_comment(framework: str) -> None:
    title = "\"\"\" ''' {x} %s \\ # print(1)"
    text = output_of("code", "lab_task_4", "--framework", framework, "--set", f"title={title}")
    assert any(line.startswith("# ") and line.endswith(title) for line in text.splitlines())
    compile(text, "script", "exec")


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("rows", [30, 900])
def test_what_a_data_file_says_is_never_code(rows: int, framework: Framework, tmp_path: Path) -> None:
    """Names of columns, labels and files stand in comments and strings only."""
    hostile = ["a\nraise SystemExit(1)\r#", "b\"\u2028', raise SystemExit(2)", "\\", "'''", "kind"]
    content = io.StringIO(newline="")
    csv.writer(content).writerow(hostile)
    csv.writer(content).writerows(
        [place, place % 7, place % 5, place % 3, f'x"], raise SystemExit({place % 2})'] for place in range(rows)
    )
    name = "raise SystemExit(3) \" # '.csv"
    (tmp_path / name).write_text(content.getvalue(), encoding="utf-8", newline="")
    task = written_task(tmp_path, f"csv = {json.dumps(name)}\nclasses = true", "[2]", CLASSES)
    names = load_data(task.data, tmp_path).inputs
    assert any("\n" in one for one in names)
    tree = ast.parse(training_script(task, tmp_path, framework))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Raise)]
