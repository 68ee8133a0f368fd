"""Task files: what is right loads, and what is wrong is told in one line with the file, the key and the remedy."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backprop_lab import taskfile
from backprop_lab.engine.network import LOSSES as LOSSES_OF_ENGINE
from backprop_lab.errors import TaskError
from backprop_lab.tables import build_task
from backprop_lab.taskfile import is_task_file, load_task, shipped_tasks
from tests.strategies import Tables, broken_tables, tables, toml
from tests.taskfiles import CLASSES, MISSING, TEXT, VALID, changed, complaint, written

LIKELY: Tables = {"network.loss": "binary_cross_entropy", "network.activations": ["relu", "sigmoid"]}
NAMES = "one of identity, leaky_relu, log_softmax, relu, sigmoid, softmax, tanh"
LOSSES = f"one of {', '.join(sorted(LOSSES_OF_ENGINE))}"
KEYS = (
    "title, network, data, notation, decimals, rounding, update, conventions, dropout, ask, limits, variants, hand_in"
)
NUMBER = "expected a number between -1e100 and 1e100 with at most 100 digits and decimals"
TOO_LONG = "is not TOML that can be read: a number has too many digits"
ROWS_OF_Y = "data.y: expected 1 rows (as in data.x) of 1 numbers (units of the last layer), found"
ROWS_OR_CLASSES = "data.y: expected rows of numbers such as [[1]], or class indices such as [2], found"
NO_CLASSES = "data.y: class indices go with a cross-entropy; expected rows of numbers such as [[1]]"
ONE_UNIT = "softmax of one unit is always 1; use sigmoid, or more units"
NESTEROV = "update.nesterov: needs a momentum above 0 and a dampening of 0, as in torch.optim.SGD"
LOGITS = "(PyTorch's CrossEntropyLoss applies the softmax itself; here it is written out)"
UNFUSED = (
    "unfused goes with softmax and cross_entropy, sigmoid and binary_cross_entropy, or log_softmax and "
    "negative_log_likelihood"
)
MASK = "dropout[0].mask: expected 1 rows (as in data.x) of 2 numbers (units of layer 1)"
ZEROS = "expected a 0 for each unit that is dropped and a 1 for each that is kept"
FIRST_NUMBER = "network.weights[0][0][1]"


def number(value: object) -> Tables:
    """Put a value in the place of a weight."""
    return {"network.weights": [[[1, value], [3, 4]], [[1], [2]]]}


def dropout(**change: object) -> Tables:
    """Put dropout behind the hidden layer, with one key changed."""
    return {"dropout": [{"layer": 1, "rate": Decimal("0.5"), "mask": [[1, 0]], **change}]}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        # missing and misspelt keys
        ({"title": MISSING}, 'missing key "title"'),
        ({"network": MISSING}, 'missing key "network"'),
        ({"data": MISSING}, 'missing key "data"'),
        ({"network.weights": MISSING}, 'network: missing key "weights"'),
        ({"data.x": MISSING}, 'data: missing key "x"'),
        ({"update.learning_rate": MISSING}, 'update: missing key "learning_rate"'),
        ({"ask": [{}]}, 'ask[0]: missing key "step"'),
        ({"titel": "A"}, 'titel: unknown key; did you mean "title"?'),
        ({"network.activation": []}, 'network.activation: unknown key; did you mean "activations"?'),
        ({"conventions.ouput_delta": "error"}, 'conventions.ouput_delta: unknown key; did you mean "output_delta"?'),
        ({"ask": [{"stp": "z1"}]}, 'ask[0].stp: unknown key; did you mean "step"?'),
        ({"data.z": 1}, "data.z: unknown key; valid: x, y"),
        ({"a\nb": 1}, f'"a\\nb": unknown key; valid: {KEYS}'),
        ({"network": 1}, "network: expected a table, found a whole number"),
        ({"update": "sgd"}, "update: expected a table, found a string"),
        # numbers
        (number("0.5"), f'{FIRST_NUMBER}: expected a number, found the string "0.5"'),
        (number(True), f"{FIRST_NUMBER}: expected a number, found true"),
        (number([2]), f"{FIRST_NUMBER}: expected a number, found a list"),
        (number({}), f"{FIRST_NUMBER}: expected a number, found a table"),
        (number(Decimal("NaN")), f"{FIRST_NUMBER}: expected a finite number, found NaN"),
        (number(Decimal("-Infinity")), f"{FIRST_NUMBER}: expected a finite number, found -Infinity"),
        (number(Decimal("1e400")), f"{FIRST_NUMBER}: {NUMBER}"),
        (number(Decimal("1e-400")), f"{FIRST_NUMBER}: {NUMBER}"),
        (number(Decimal("1e9999999")), f"{FIRST_NUMBER}: {NUMBER}"),
        (number(Decimal("-1e-9999999")), f"{FIRST_NUMBER}: {NUMBER}"),
        (number(Decimal("1.1e100")), f"{FIRST_NUMBER}: {NUMBER}"),
        (number(10**4000), f"{FIRST_NUMBER}: {NUMBER}"),
        ({"data.x": [["1", 2]]}, 'data.x[0][0]: expected a number, found the string "1"'),
        ({"data.y": [[False]]}, "data.y[0][0]: expected a number, found false"),
        ({"network.biases": [[0, Decimal("NaN")], [0]]}, "network.biases[0][1]: expected a finite number, found NaN"),
        ({"update.learning_rate": "0.1"}, 'update.learning_rate: expected a number, found the string "0.1"'),
        ({"update.learning_rate": True}, "update.learning_rate: expected a number, found true"),
        ({"update.learning_rate": -1}, "update.learning_rate: expected 0 or more, found -1"),
        ({"update.momentum": Decimal("-0.1")}, "update.momentum: expected 0 or more, found -0.1"),
        ({"update.weight_decay": -1}, "update.weight_decay: expected 0 or more, found -1"),
        ({"network.leaky_slope": Decimal("1.5")}, "network.leaky_slope: expected a number from 0 to 1, found 1.5"),
        # whole numbers
        ({"decimals": 99}, "decimals: expected a whole number <= 12"),
        ({"decimals": -1}, "decimals: expected a whole number >= 0"),
        ({"decimals": "4"}, "decimals: expected a whole number, found a string"),
        ({"notation": True}, "notation: expected one of lesson, pytorch, standard, found true or false"),
        ({"decimals": True}, "decimals: expected a whole number, found true or false"),
        ({"update.steps": 0}, "update.steps: expected a whole number >= 1"),
        ({"update.steps": 10**9}, "update.steps: expected a whole number <= 100000"),
        ({"update.steps": Decimal("1.5")}, "update.steps: expected a whole number, found a number with decimals"),
        ({"update.frozen": [9]}, "update.frozen[0]: expected a layer from 1 to 2, found 9"),
        ({"update.frozen": [1, 0]}, "update.frozen[1]: expected a whole number >= 1"),
        ({"update.biases": 0}, "update.biases: expected true or false, found a whole number"),
        # shapes
        ({"network.weights": []}, "network.weights: expected a list of length >= 1"),
        ({"network.weights": [[], []]}, "network.weights[0]: expected rows of numbers, found an empty matrix"),
        ({"network.weights": [[[]], [[1]]]}, "network.weights[0]: expected rows of numbers, found an empty matrix"),
        ({"network.weights": [[1, 2], [3]]}, "network.weights[0][0]: expected a list, found a whole number"),
        (
            {"network.weights": [[[1, 2], [3]], [[1], [2]]]},
            "network.weights[0][1]: expected 2 numbers as in the first row, found 1",
        ),
        (
            {"network.weights": [[[1, 2], [3, 4]], [[1]]]},
            "network.weights[1]: expected 2 rows, one per unit of the layer before, found 1",
        ),
        ({"network.biases": [[0, 0]]}, "network.biases: expected one row per layer, 2, found 1"),
        ({"network.biases": [[0], [0]]}, "network.biases[0]: expected 2 numbers, one per unit, found 1"),
        ({"data.x": []}, "data.x: expected rows of numbers, found an empty matrix"),
        ({"data.x": [[]]}, "data.x: expected rows of numbers, found an empty matrix"),
        ({"data.x": [[1, 2], [1]]}, "data.x[1]: expected 2 numbers as in the first row, found 1"),
        ({"data.x": [[1]]}, "data.x: expected rows of 2 numbers, one per row of network.weights[0], found 1"),
        ({"data.x": [1, 2]}, "data.x[0]: expected a list, found a whole number"),
        ({"data.y": [[1], [2]]}, f"{ROWS_OF_Y} 2 of 1"),
        ({"data.y": [[1, 2]]}, f"{ROWS_OF_Y} 1 of 2"),
        ({"data.y": []}, "data.y: expected rows of numbers, found an empty matrix"),
        ({"data.y": [[1], 1]}, "data.y[1]: expected a list, found a whole number"),
        # words
        ({"network.activations": ["swish", "relu"]}, f'network.activations[0]: expected {NAMES}, found "swish"'),
        (
            {"network.activations": ["relu", "Tanh"]},
            f'network.activations[1]: expected {NAMES}, found "Tanh"; did you mean "tanh"?',
        ),
        ({"network.activations": ["relu"]}, "network.activations: expected one per layer of weights, 2, found 1"),
        ({"network.activations": []}, "network.activations: expected a list of length >= 1"),
        ({"network.loss": "mse"}, f'network.loss: expected {LOSSES}, found "mse"'),
        ({"network.loss": 3}, f"network.loss: expected {LOSSES}, found a whole number"),
        (
            {"notation": "lessons"},
            'notation: expected one of lesson, pytorch, standard, found "lessons"; did you mean "lesson"?',
        ),
        ({"rounding": "up"}, 'rounding: expected one of carry, full, found "up"'),
        (
            {"conventions.reduction": "max"},
            'conventions.reduction: expected one of mean, mean_of_entries, sum, found "max"',
        ),
        ({"title": ""}, "title: expected a string of length >= 1"),
        ({"title": "x" * 201}, "title: expected a string of length <= 200"),
        ({"title": "two\nlines"}, "title: expected one line of printable text"),
        ({"title": "\x1b[31mred"}, "title: expected one line of printable text"),
        ({"title": "bell\x07"}, "title: expected one line of printable text"),
        # what goes together
        (
            LIKELY | {"data.y": [[Decimal("1.5")]]},
            "data.y[0]: binary_cross_entropy needs targets from 0 to 1, found 1.5",
        ),
        (LIKELY | {"data.y": [[-1]]}, "data.y[0]: binary_cross_entropy needs targets from 0 to 1, found -1"),
        (LIKELY | {"data.y": [1]}, NO_CLASSES),
        (CLASSES | {"data.y": [[1, 1, 0]]}, "data.y[0]: cross_entropy needs targets that sum to 1, found 2.0"),
        (CLASSES | {"data.y": [[0, 2, -1]]}, "data.y[0]: cross_entropy needs targets from 0 to 1, found 2"),
        (CLASSES | {"data.y": [3]}, "data.y[0]: expected a class index from 0 to 2, found 3"),
        (CLASSES | {"data.y": [-1]}, "data.y[0]: expected a class index from 0 to 2, found -1"),
        (
            CLASSES | {"data.y": [10**4000]},
            "data.y: expected class indices such as [2], found a number beyond ±1e100",
        ),
        (
            CLASSES | {"data.y": [Decimal("1.0")]},
            f"{ROWS_OR_CLASSES} 1.0 in a list",
        ),
        (
            CLASSES | {"data.y": [True]},
            f"{ROWS_OR_CLASSES} true in a list",
        ),
        (CLASSES | {"network.loss": "half_squared_error"}, NO_CLASSES),
        (
            CLASSES | {"network.loss": "negative_log_likelihood"},
            "network.activations[1]: negative_log_likelihood needs a log_softmax output, found softmax",
        ),
        (
            CLASSES | {"network.loss": "cross_entropy_with_logits", "data.y": [[1, 1, 0]]},
            "data.y[0]: cross_entropy_with_logits needs targets that sum to 1, found 2.0",
        ),
        (
            {"network.loss": "binary_cross_entropy_with_logits", "data.y": [[2]]},
            "data.y[0]: binary_cross_entropy_with_logits needs targets from 0 to 1, found 2",
        ),
        (
            {"network.activations": ["relu", "log_softmax"]},
            "network.activations[1]: log_softmax of one unit is always 0; use sigmoid, or more units",
        ),
        # dropout
        (dropout(layer=2), "dropout[0].layer: expected 0 (the inputs) or a hidden layer before 2, found 2"),
        (dropout(rate=1), "dropout[0].rate: expected a number from 0 to below 1, found 1"),
        (dropout(rate=Decimal("-0.1")), "dropout[0].rate: expected a number from 0 to below 1, found -0.1"),
        (dropout(mask=[[1]]), f"{MASK}, found 1 of 1"),
        (dropout(mask=[[1, 0], [1, 0]]), f"{MASK}, found 2 of 2"),
        (dropout(mask=[[1, Decimal("0.5")]]), f"dropout[0].mask: {ZEROS}"),
        (dropout(mask=[]), "dropout[0].mask: expected rows of numbers, found an empty matrix"),
        (
            {"dropout": [*dropout()["dropout"], *dropout()["dropout"]]},
            "dropout[1].layer: layer 1 has a mask already; expected each layer once",
        ),
        ({"network.activations": ["relu", "softmax"]}, f"network.activations[1]: {ONE_UNIT}"),
        (
            {"network.loss": "cross_entropy"},
            f"network.activations[1]: cross_entropy needs a softmax output, found identity {LOGITS}",
        ),
        (
            {"network.loss": "binary_cross_entropy"},
            "network.activations[1]: binary_cross_entropy needs a sigmoid output, found identity",
        ),
        (
            {"conventions.output_delta": "unfused"},
            f"conventions.output_delta: {UNFUSED}; elsewhere the chain rule is never shortened: use chain_rule",
        ),
        ({"update.nesterov": True}, NESTEROV),
        (
            {"update.nesterov": True, "update.momentum": 1, "update.dampening": Decimal("0.1")},
            NESTEROV,
        ),
        (
            {"ask": [{"step": "z1"}, {"step": "a1"}, {"step": "z1"}]},
            'ask[2].step: "z1" is asked already; expected each step once',
        ),
        ({"ask": [{"step": "z1", "points": -1}]}, "ask[0].points: expected 0 or more, found -1"),
        (
            {"ask": [{"step": "z1", "typed_in": "some"}]},
            'ask[0].typed_in: expected one of full, half, none, found "some"',
        ),
        (
            {"ask": [{"step": "z1"}, {"step": "z3"}], "update": MISSING},
            'ask[1].step: no step "z3" in this task; steps: z1, a1, z2, a2, error, L',
        ),
    ],
)
def test_a_wrong_value_is_told_with_its_key_and_what_would_be_valid(
    change: Tables, expected: str, tmp_path: Path
) -> None:
    assert complaint(tmp_path, toml(changed(change))) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", 'missing key "title"'),
        ("title = ", "is not TOML: Invalid value (at end of document)"),
        ("[[[[", "is not TOML: Invalid initial character for a key part (at line 1, column 3)"),
        (TEXT + TEXT, "is not TOML: Cannot overwrite a value"),
        (TEXT + "\0", "is not TOML: Invalid statement"),
        ("title = " + "[" * 100_000, "is not a task: its lists are nested too deeply"),
        ("data.x = " + "[" * 5_000 + "]" * 5_000, "is not a task: its lists are nested too deeply"),
        (TEXT.replace("[[1, 2]]", "[" * 50 + "]" * 50), "data.x[0][0]: expected a number, found a list"),
        ("network.weights" + ".a" * 15 + " = 1", "network.weights: expected a list, found a table"),
        ("network.weights" + ".a" * 1_000 + " = 1", "is not a task: a key has more than 20 parts"),
        (TEXT.replace("0.2", "1" * 10_000), TOO_LONG),
        (TEXT.replace("0.2", "0." + "1" * 10_000), f"network.weights[0][0][0]: {NUMBER}"),
        (TEXT.replace("0.2", "0x" + "f" * 1_000_000), f"network.weights[0][0][0]: {NUMBER}"),
        (
            TEXT.replace("0.2", "1e-99999999999999999999"),
            TOO_LONG,
        ),
        (TEXT.replace("0.2", "inf"), "network.weights[0][0][0]: expected a finite number, found Infinity"),
        (TEXT.replace("0.2", "2020-01-01"), "network.weights[0][0][0]: expected a number, found 2020-01-01"),
        (
            TEXT.replace('"learning_rate" = 0.1', f'"learning_rate" = 1, frozen = [0x{"f" * 10_000}]'),
            "update.frozen[0]: expected a whole number <= 200",
        ),
        (TEXT.encode("utf-16"), "is not UTF-8 text (byte 1); save it as UTF-8"),
        ('title = "Übung"'.encode("latin-1"), "is not UTF-8 text (byte 10); save it as UTF-8"),
    ],
    ids=range(19),
)
def test_a_file_that_cannot_be_read_is_told_why(content: str | bytes, expected: str, tmp_path: Path) -> None:
    assert complaint(tmp_path, content).startswith(expected)


@pytest.mark.parametrize(
    "content", [TEXT.encode(), b"\xef\xbb\xbf" + TEXT.encode(), TEXT.replace("\n", "\r\n").encode()]
)
def test_a_byte_order_mark_and_other_line_ends_are_accepted(content: bytes, tmp_path: Path) -> None:
    path = written(tmp_path, content)
    assert load_task(path) == build_task(VALID)
    assert is_task_file(path)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taskfile, "_LARGEST_FILE", 2**20)
    assert complaint(tmp_path, "#" * (2**20 + 1)) == "is larger than 1 MiB; a task file holds a small network"


def test_a_task_that_is_not_there_is_told_with_near_names(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match='no such file or shipped task; did you mean "lab_task_3"'):
        load_task("lab_tsk_3")
    with pytest.raises(TaskError, match=r"nowhere\.toml: no such file or shipped task; shipped tasks: .*mazur"):
        load_task(tmp_path / "nowhere.toml")
    path = written(tmp_path, TEXT)
    with pytest.raises(TaskError) as caught:
        load_task(path.with_suffix(""))
    assert str(caught.value).endswith(f'did you mean "{path}"?')
    with pytest.raises(TaskError, match=r"is a folder; expected a task file such as .*task\.toml"):
        load_task(tmp_path)


@pytest.mark.parametrize("name", ["x" * 5_000, "a\0b", ""])
def test_a_name_that_no_file_can_have_is_told_in_one_line(name: str) -> None:
    with pytest.raises(TaskError) as caught:
        load_task(name)
    assert str(caught.value).isprintable()


def test_a_shipped_task_is_named_without_its_folder() -> None:
    with pytest.raises(TaskError, match=r"^lab_task_3\.toml: --set w99: no such key or given"):
        load_task("lab_task_3", ["w99=1"])


def test_a_file_here_comes_before_a_shipped_task_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mazur").write_text(TEXT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load_task("mazur").title == "A task"
    assert load_task("lab_task_3") == load_task(shipped_tasks()["lab_task_3"])


def test_a_file_that_is_no_task_is_told_from_one(tmp_path: Path) -> None:
    for number, text in enumerate(["", "[project]\nname = 'x'", "network", "\xff"]):
        path = tmp_path / f"{number}.toml"
        path.write_text(text, encoding="latin-1")
        assert not is_task_file(path)
    assert not is_task_file(tmp_path / "nowhere.toml")


FILES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@settings(FILES)
@given(found=tables())
def test_a_valid_file_gives_the_task_of_its_tables(found: Tables, tmp_path: Path) -> None:
    assert load_task(written(tmp_path, toml(found))) == build_task(found)


@settings(FILES, max_examples=150)
@given(found=broken_tables())
def test_a_broken_file_gets_one_line_and_nothing_else(found: Tables, tmp_path: Path) -> None:
    assert complaint(tmp_path, toml(found))


@settings(FILES)
@given(text=st.one_of(st.text(), st.binary().map(lambda raw: raw.decode("latin-1"))))
def test_a_file_of_any_text_gets_one_line_and_nothing_else(text: str, tmp_path: Path) -> None:
    assert complaint(tmp_path, text.encode("utf-8", "surrogatepass"))
