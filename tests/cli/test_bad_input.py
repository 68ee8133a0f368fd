"""Whatever is wrong with a file or an argument, the answer is one line that says so, and status 2."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.command import Finished, command
from tests.strategies import broken_tables, toml

GOOD = """
title = "A task"
[network]
activations = ["relu", "identity"]
loss = "half_squared_error"
weights = [[[0.2, -0.3], [0.4, 0.1]], [[-0.3], [-0.2]]]
biases = [[0.1, 0.2], [0.3]]
[data]
x = [[1, 2]]
y = [[1]]
[update]
learning_rate = 0.1
"""

BAD_FILES = {
    "empty": ("", 'missing key "title"'),
    "not TOML": (GOOD.replace('loss = "half', "loss = half"), "line 5"),
    "cut off": (GOOD[:60], "is not TOML"),
    "binary": ("\x00\x01", "is not TOML"),
    "misspelt key": (GOOD.replace("weights", "weigths"), 'did you mean "weights"'),
    "unknown table": (GOOD + "[updates]\n", 'did you mean "update"'),
    "unknown loss": (GOOD.replace("half_squared_error", "half_square_error"), 'did you mean "half_squared_error"'),
    "unknown activation": (GOOD.replace('"relu"', '"rely"'), 'did you mean "relu"'),
    "too few activations": (GOOD.replace('"relu", ', ""), "network.activations"),
    "ragged weights": (GOOD.replace("[0.4, 0.1]", "[0.4]"), "network.weights[0][1]"),
    "text for a number": (GOOD.replace("0.4", '"0.4"'), 'found the string "0.4"'),
    "nan": (GOOD.replace("0.4", "nan"), "finite"),
    "infinity": (GOOD.replace("0.4", "inf"), "finite"),
    "too large": (GOOD.replace("0.4", "1e999"), "1e100"),
    "too many digits": (GOOD.replace("0.4", "0." + "1" * 5000), "digits"),
    "flat input": (GOOD.replace("x = [[1, 2]]", "x = [1, 2]"), "data.x"),
    "wrong width": (GOOD.replace("x = [[1, 2]]", "x = [[1, 2, 3]]"), "expected rows of 2"),
    "two targets": (GOOD.replace("y = [[1]]", "y = [[1], [0]]"), "data.y"),
    "negative rate": (GOOD.replace("learning_rate = 0.1", "learning_rate = -0.1"), "update.learning_rate"),
    "unknown step": (GOOD + '[[ask]]\nstep = "z9"\n', "steps: z1, a1"),
    "softmax of one unit": (GOOD.replace("identity", "softmax"), "softmax"),
    "title of two lines": (GOOD.replace("A task", "A\\ntask"), "title"),
    "control characters": (GOOD.replace("A task", "\\u001b[31mred"), "title"),
    "nested too deeply": ("title = " + "[" * 9000 + "]" * 9000, "nested too deeply"),
}

BAD_ARGUMENTS = [
    (("solve",), "TASK"),
    (("solve", "nothing_like_it"), "lab_task_3"),
    (("solve", "x" * 5000), "cannot be looked up: "),
    (("solve", "lab_task3"), 'did you mean "lab_task_3"'),
    (("solve", ""), "folder"),
    (("solve", "."), "folder"),
    (("solve", "a\x00b"), "no such file"),
    (("solve", "x" * 300), "looked up"),
    (("solve", "missing/task.toml"), "no such file"),
    (("solve", "lab_task_3", "extra"), "extra"),
    (("solve", "lab_task_3", "--format", "pdf"), "json"),
    (("solve", "lab_task_3", "-o", "solution.pdf"), ".tex"),
    (("solve", "lab_task_3", "-o", "solution"), "--format"),
    (("solve", "lab_task_3", "--notation", "mine"), "standard"),
    (("solve", "lab_task_3", "--style", "long"), "scalar"),
    (("solve", "lab_task_3", "--decimals", "13"), "12"),
    (("solve", "lab_task_3", "--decimals", "few"), "few"),
    (("solve", "lab_task_3", "--rounding", "up"), "carry"),
    (("solve", "lab_task_3", "--steps", "0"), "steps"),
    (("solve", "lab_task_2", "--steps", "2"), "[update]"),
    (("solve", "lab_task_3", "--exact", "--rounding", "carry"), "full"),
    (("solve", "lab_task_3", "--set", "learning_rate"), "KEY=VALUE"),
    (("solve", "lab_task_3", "--set", "=1"), "KEY=VALUE"),
    (("solve", "lab_task_3", "--set", "learning_rat=1"), 'did you mean "learning_rate"'),
    (("solve", "lab_task_3", "--set", "learning_rate=fast"), "learning_rate"),
    (("solve", "lab_task_3", "--set", "learning_rate=1\nsteps=2"), "several"),
    (("solve", "lab_task_3", "--set", "w99=1"), "w99"),
    (("solve", "lab_task_3", "--set", "w11=[1]"), "--set w11: expected a number, found a list"),
    (
        ("solve", "lab_task_3", "--set", "loss=a` - at `$.zz"),
        "network.loss: expected one of absolute_error, binary_cross_entropy",
    ),
    (("solve", "lab_task_3", "--set", "lr=0.5"), "valid: x1, x2, x3, y, alpha"),
    (("derive", "three_class_softmax", "--wrt", "x1"), 'did you mean "x1_s1"'),
    (("solve", "lab_task_3", "--exact", "--style", "matrix"), "--style scalar or both"),
    (("solve", "three_layer", "--set", "learning_rate=1e90", "--steps", "8"), "three_layer: "),
    (("solve", "lab_task_3", "--set", "network=1"), "network"),
    (("solve", "three_layer", "--set", "learning_rate=1e90", "--steps", "9"), "overflows"),
    (("solve", "lab_task_3", "--template", "missing.md.j2"), "missing.md.j2"),
    (("derive", "lab_task_3"), "--wrt"),
    (("derive", "lab_task_3", "--wrt", "w111"), 'did you mean "w11"'),
    (("derive", "lab_task_3", "--wrt", "y"), "valid: w11"),
    (("derive", "lab_task_3", "--wrt", "w11", "-o", "chain.json"), ".md"),
    (("verify", "nothing_like_it"), "no such file"),
    (("verify", "lab_task_2", "--format", "md"), "json"),
    (("sheet", "nothing_like_it"), "no such file"),
    (("code", "lab_task_3", "--framework", "jax"), "torch"),
    (("code", "lab_task_3", "--framework", "torch", "--set", "rounding=carry"), "rounding=full"),
    (("tasks", "lab_task_3"), "lab_task_3"),
    (("nonsense",), "nonsense"),
    (("--nonsense",), "--nonsense"),
]


def assert_one_line(finished: Finished, expected: str) -> None:
    assert finished.status == 2, finished.messages
    assert finished.output == ""
    assert re.fullmatch(r"backprop-lab: .*\n", finished.messages)
    assert expected in finished.messages
    assert finished.messages.rstrip("\n").isprintable()
    assert len(finished.messages) < 1000


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_bad_task_file_is_named_with_what_is_wrong(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text, expected = BAD_FILES[kind]
    Path("bad.toml").write_text(text, encoding="utf-8")
    for verb in ("solve", "sheet", "code"):
        finished = command(verb, "bad.toml")
        assert_one_line(finished, expected)
        assert finished.messages.startswith("backprop-lab: bad.toml: ")


def test_the_good_file_is_good(tmp_path: Path) -> None:
    path = tmp_path / "good.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert command("solve", path).status == 0


@pytest.mark.parametrize(
    "text", [GOOD.encode("utf-16"), GOOD.encode().replace(b"A task", b"\xff\xfe"), b"\xff" * 100]
)
def test_a_file_that_is_not_utf8_is_named(text: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(text)
    assert_one_line(command("solve", path), "UTF-8")


def test_a_file_with_a_byte_order_mark_and_windows_line_ends_is_fine(tmp_path: Path) -> None:
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert command("solve", path).status == 0


@pytest.mark.parametrize(
    ("arguments", "expected"), BAD_ARGUMENTS, ids=lambda part: " ".join(part)[:60] if isinstance(part, tuple) else ""
)
def test_a_bad_argument_is_named_with_what_would_be_valid(
    arguments: tuple[str, ...], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert_one_line(command(*arguments), expected)
    assert not list(tmp_path.iterdir())


@given(broken_tables())
def test_no_broken_task_is_taken_for_a_mistake_of_ours(
    tmp_path_factory: pytest.TempPathFactory, tables: dict[str, object]
) -> None:
    path = tmp_path_factory.mktemp("broken") / "broken.toml"
    path.write_text(toml(tables), encoding="utf-8")
    assert_one_line(command("solve", path), "broken.toml: ")


@given(st.sampled_from(["--set", "--wrt", "--notation"]), st.text(max_size=20))
def test_no_argument_is_taken_for_a_mistake_of_ours(option: str, text: str) -> None:
    verb = "derive" if option == "--wrt" else "solve"
    finished = command(verb, "lab_task_3", option, text)
    assert finished.status in (0, 2)
    assert finished.status == 0 or finished.messages.startswith("backprop-lab: ")


def test_a_mistake_of_ours_asks_to_be_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backprop_lab.cli.sheet.answer_sheet", None)
    finished = command("sheet", "lab_task_3")
    assert finished.status not in (0, 1, 2)
    assert "Traceback" in finished.messages
    assert "report" in finished.messages.splitlines()[-1]
