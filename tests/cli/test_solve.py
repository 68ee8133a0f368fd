from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.command import command, output_of
from tests.needs import needs_torch
from tests.plain import compute
from tests.solved import SHIPPED

ENTRY = {
    "row": {"type": "integer"},
    "column": {"type": "integer"},
    "symbol": {"type": "string"},
    "formula": {"type": "string"},
    "substitution": {"type": "string"},
    "plain": {"type": "string"},
    "value": {"type": "number"},
    "shown": {"type": "string"},
}
STEP = {
    "name": {"type": "string"},
    "phase": {"enum": ["forward", "loss", "backward", "update"]},
    "kind": {"type": "string"},
    "layer": {"type": ["integer", "null"]},
    "shape": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
    "value": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
    "entries": {"type": "array", "items": {"type": "object", "required": list(ENTRY), "properties": ENTRY}},
}
RECORD = {
    "schema": {"const": 1},
    "task": {"type": "string"},
    "conventions": {"type": "object"},
    "steps": {"type": "array", "items": {"type": "object", "required": list(STEP), "properties": STEP}},
    "verify": {"type": ["object", "null"]},
}
CONTRACT = {"type": "object", "required": list(RECORD), "properties": RECORD}
"""What other programs may rely on; more fields may stand beside these."""


def record(*arguments: object) -> dict[str, Any]:
    return dict(json.loads(output_of("solve", *arguments, "--format", "json")))


def step(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(step for step in found["steps"] if step["name"] == name)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_json_has_the_fields_of_the_contract(name: str) -> None:
    found = record(name)
    jsonschema.validate(found, CONTRACT)
    for one in found["steps"]:
        rows, columns = one["shape"]
        assert [len(row) for row in one["value"]] == [columns] * rows
        assert [(entry["row"], entry["column"]) for entry in one["entries"]] == [
            (row, column) for row in range(rows) for column in range(columns)
        ]


def test_the_steps_stand_in_the_order_of_work() -> None:
    names = [one["name"] for one in record("lab_task_3")["steps"]]
    assert " ".join(names) == ("z1 a1 z2 a2 error L delta2 dW2 db2 delta1 dW1 db1 dx W1_new b1_new W2_new b2_new")
    assert [one["name"] for one in record("lab_task_2")["steps"]] == names[:6]


@pytest.mark.parametrize("name", SHIPPED)
def test_no_number_of_the_json_is_minus_zero(name: str) -> None:
    for rounding in ("full", "carry"):
        assert not re.search(
            r"-0(\.0+)?(?![.\d])", output_of("solve", name, "--format", "json", "--rounding", rounding)
        )


def test_the_conventions_say_how_the_task_was_worked() -> None:
    found = record("lab_task_3", "--notation", "standard", "--decimals", "3", "--rounding", "carry")["conventions"]
    assert (found["notation"], found["decimals"], found["rounding"]) == ("standard", 3, "carry")


def test_exact_results_stand_beside_the_values() -> None:
    found = record("lab_task_3", "--exact")
    assert step(found, "a2")["exact"] == [["2/25"]]
    assert step(found, "dx")["exact"] == [["-69/1250", "23/1250", "23/625"]]
    ((first, second),) = step(record("lesson_sigmoid", "--exact"), "a1")["exact"]
    assert "exp(7/10)" in first
    assert float(compute(second).value) == pytest.approx(1 / (1 + math.exp(-0.1)), rel=1e-15)
    assert "exact" not in step(record("lab_task_3"), "a2")


def test_several_updates_are_several_passes() -> None:
    found = record("mazur", "--steps", "3")
    assert [one["pass"] for one in found["steps"] if one["name"] == "L"] == [1, 2, 3]
    assert len(found["losses"]) == 4
    assert found["losses"] == sorted(found["losses"], reverse=True)
    assert found["losses"][-1] == found["loss_after"]


def test_of_many_updates_the_first_and_the_last_are_written_out() -> None:
    found = record("mazur", "--steps", "50")
    assert sorted({one["pass"] for one in found["steps"]}) == [1, 2, 3, 50]
    assert len(found["losses"]) == 51


def test_an_update_goes_on_from_the_one_before() -> None:
    found = record("mazur_biases", "--steps", "2")
    first, second = ([one for one in found["steps"] if one["pass"] == number] for number in (1, 2))
    new = {one["name"]: one["value"] for one in first}
    z1 = next(one for one in second if one["name"] == "z1")["value"]
    expected = 0.05 * new["W1_new"][0][0] + 0.1 * new["W1_new"][1][0] + new["b1_new"][0][0]
    assert z1[0][0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("setting", "name", "value"),
    [
        ("w11=0.3", "z1", [[-0.6, 0.1]]),
        ("x2=1", "z1", [[-0.3, 0.2]]),
        ("theta3=0.2", "z2", [[0.18]]),
        ("y=0", "error", [[0.08]]),
        ("learning_rate=1", "b2_new", [[1.02]]),
        ("update.learning_rate=1", "b2_new", [[1.02]]),
        ("update.biases=false", "b2_new", [[0.1]]),
        ("x=[[0, 0, 0]]", "z1", [[-0.4, 0.2]]),
        ('activations=["identity", "identity"]', "a1", [[-0.7, 0.1]]),
        ("loss=squared_error", "L", [[0.8464]]),
        (" w11 = 0.3 ", "z1", [[-0.6, 0.1]]),
        ("w11=.3", "z1", [[-0.6, 0.1]]),
    ],
)
def test_a_setting_changes_a_key_or_a_number(setting: str, name: str, value: list[list[float]]) -> None:
    found = step(record("lab_task_3", "--set", setting), name)["value"]
    assert [pytest.approx(row) for row in found] == value


def test_later_settings_win_and_all_of_them_count() -> None:
    found = record("lab_task_3", "--set", "w11=9", "--set", "w11=0.3", "--set", "x2=1")
    assert step(found, "z1")["value"] == [pytest.approx([-0.2, 0.2])]


def test_a_setting_names_numbers_in_the_notation_of_the_task() -> None:
    assert step(record("mazur", "--set", "W1_11=1"), "z1")["value"][0][0] == pytest.approx(0.42)


def test_verified_solutions_say_what_was_found() -> None:
    needs_torch()
    found = record("lab_task_3", "--verify")["verify"]
    assert found["agrees"] is True
    assert max(found["largest"].values()) < 1e-8
    assert {check["name"] for check in found["checks"]} >= {"z1", "dW1", "W1_new"}
    for format_ in ("txt", "md", "tex"):
        assert "quantities agree" in output_of("solve", "lab_task_3", "--verify", "--format", format_)


@pytest.mark.parametrize(
    ("suffix", "start"),
    [("txt", "Laboratory Task 3\n====="), ("md", "# "), ("tex", r"\documentclass"), ("json", "{")],
)
def test_the_suffix_of_the_file_decides_on_the_format(suffix: str, start: str, tmp_path: Path) -> None:
    path = tmp_path / f"solution.{suffix}"
    assert output_of("solve", "lab_task_3", "-o", path) == ""
    assert path.read_text(encoding="utf-8").startswith(start)
    assert path.read_text(encoding="utf-8").rstrip("\n") == output_of(
        "solve", "lab_task_3", "--format", suffix
    ).rstrip("\n")


def test_a_format_that_is_asked_for_wins_over_the_suffix(tmp_path: Path) -> None:
    path = tmp_path / "solution.md"
    output_of("solve", "lab_task_3", "-o", path, "--format", "tex")
    assert path.read_text(encoding="utf-8").startswith(r"\documentclass")


def test_the_terminal_gets_text() -> None:
    assert output_of("solve", "lab_task_3").startswith("Laboratory Task 3\n====")


def test_a_path_is_solved_like_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    source = Path(__file__).parents[2] / "tasks" / "lab_task_3.toml"
    Path("mine.toml").write_bytes(source.read_bytes())
    assert output_of("solve", "mine.toml") == output_of("solve", "lab_task_3") == output_of("solve", source)


def test_a_file_here_comes_before_a_shipped_task_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    source = Path(__file__).parents[2] / "tasks" / "mazur.toml"
    Path("lab_task_3").write_bytes(source.read_bytes())
    assert output_of("solve", "lab_task_3").startswith("Mazur")


OWN = """<# mine #>
<% for steps in d.passes[0].phases.values() %><% for step in steps %>
<< step.name >>: << step.symbol >>
<% endfor %><% endfor %>
<< d.title | tex >> << d.title | markdown >>
"""


def test_a_template_of_ones_own_is_used(tmp_path: Path) -> None:
    path = tmp_path / "own.txt.j2"
    path.write_text(OWN, encoding="utf-8")
    text = output_of("solve", "lab_task_2", "--template", path, "--set", "title=a_b")
    assert [line for line in text.splitlines() if line] == [
        "z1: Zₕ", "a1: Aₕ", "z2: Z₃", "a2: ŷ", "error: E", "L: L", r"a\_b a\_b",
    ]  # fmt: skip


def test_a_template_may_use_those_beside_it_and_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "part.j2").write_text("a part", encoding="utf-8")
    path = tmp_path / "own.md.j2"
    path.write_text('<% include "part.j2" %> <% import "words.j2" as words %><< words.phase_title("loss") >>')
    assert output_of("solve", "lab_task_2", "--template", path) == "a part Error and loss\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("line 1\n<% if %>", ":2: "),
        ("line 1\n\n<< d.title | nonsense >>", ":3: "),
        ("<% for %>", ":1: "),
        ("<< d.title", ":1: "),
        ("<< nonsense >>", "'nonsense' is undefined"),
        ("<< d.nonsense >>", "nonsense"),
        ('<% include "nonsense.j2" %>', "nonsense.j2"),
        ('<% include "../../../../../../etc/passwd" %>', "passwd"),
        ('<% include "/etc/passwd" %>', "passwd"),
    ],
)
def test_a_mistake_in_a_template_is_one_line(source: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "own.txt.j2"
    path.write_text(source, encoding="utf-8")
    finished = command("solve", "lab_task_2", "--template", path)
    assert (finished.status, finished.output, finished.messages.count("\n")) == (2, "", 1)
    assert finished.messages.startswith(f"backprop-lab: {path}")
    assert expected in finished.messages


@pytest.mark.parametrize(
    "source",
    [
        "<< ''.__class__.__mro__ >>",
        "<< d.__class__ >>",
        "<< d.title.__class__ >>",
        "<< d['__class__'] >>",
        "<< d | attr('__class__') >>",
        "<< '{0.__class__}'.format(d) >>",
        "<< cycler.__init__.__globals__ >>",
        "<< self.__init__ >>",
        "<< [].append.__self__ >>",
        "<< d.passes[0].phases.update({}) >>",
        "<< (d.title | attr('for' 'mat')).__globals__ >>",
    ],
)
def test_a_template_does_not_reach_the_insides_of_python(source: str, tmp_path: Path) -> None:
    path = tmp_path / "own.txt.j2"
    path.write_text(source, encoding="utf-8")
    finished = command("solve", "lab_task_2", "--template", path)
    assert "<class" not in finished.output
    assert "object at 0x" not in finished.output
    assert finished.status == 2 or finished.output.strip() in ("", "None")


@pytest.mark.parametrize(
    "source",
    [
        "\n<< nonsense >>",
        "\n<< d.nonsense >>",
        "\n<< 1 + 'a' >>",
        "\n<< 1 / 0 >>",
        "\n<% for a, b in d.passes %><% endfor %>",
        "\n<< '%s' | format(1, 2) >>",
        "\n<% for i in range(10 ** 9) %><% endfor %>",
        "<% macro f() %>\n<< f() >><% endmacro %><< f() >>",
    ],
)
def test_a_mistake_that_shows_when_a_template_runs_is_named_with_its_line(source: str, tmp_path: Path) -> None:
    path = tmp_path / "own.txt.j2"
    path.write_text(source, encoding="utf-8")
    finished = command("solve", "lab_task_2", "--template", path)
    assert (finished.status, finished.output, finished.messages.count("\n")) == (2, "", 1)
    assert finished.messages.startswith(f"backprop-lab: {path}:2: ")


def test_a_template_does_not_write_files(tmp_path: Path) -> None:
    needs_torch()
    path = tmp_path / "own.txt.j2"
    path.write_text(f"<< d.verification.checks[0].value.tofile('{tmp_path}/written') >>", encoding="utf-8")
    command("solve", "lab_task_2", "--verify", "--template", path)
    assert not (tmp_path / "written").exists()


@pytest.mark.parametrize("rounding", ["full", "carry"])
def test_a_parameter_that_is_not_updated_stands_as_it_was_given(rounding: str) -> None:
    text = output_of(
        "solve", "lab_task_3", "--rounding", rounding, "--decimals", "1", "--set", "frozen=[1]", "--set", "w11=0.25"
    )
    assert "w₁₁ⁿᵉʷ = w₁₁ = 0.25\n" in text
    assert "Wₕⁿᵉʷ = Wₕ = [0.25 -0.3; 0.4 0.1; -0.5 0.2]\n" in text.replace("\n        ", " ")


def test_a_template_includes_templates_from_beside_it_and_nothing_else(tmp_path: Path) -> None:
    own, secret = tmp_path / "own" / "mine.txt.j2", tmp_path / "secret.j2"
    own.parent.mkdir()
    secret.write_text("secret", encoding="utf-8")
    (own.parent / "part.j2").write_text("<< d.title >>", encoding="utf-8")
    (own.parent / "notes.txt").write_text("secret", encoding="utf-8")
    (own.parent / "link.j2").symlink_to(secret)
    own.write_text('<% include "part.j2" %>', encoding="utf-8")
    assert output_of("solve", "lab_task_2", "--template", str(own)) == "Laboratory Task 2\n"
    for name in ("notes.txt", "link.j2", "../secret.j2", str(secret)):
        own.write_text(f'<% include "{name}" %>', encoding="utf-8")
        finished = command("solve", "lab_task_2", "--template", own)
        assert (finished.status, finished.output, finished.messages.count("\n")) == (2, "", 1)
        assert "no such template" in finished.messages


def test_a_target_that_is_met_leaves_no_noise_behind(tmp_path: Path) -> None:
    path = tmp_path / "hit.toml"
    path.write_text(
        'title = "Hit"\n[network]\nactivations = ["identity"]\nloss = "half_squared_error"\n'
        "weights = [[[0.1], [0.2]]]\n[data]\nx = [[1, 1]]\ny = [[0.3]]\n[update]\nlearning_rate = 0.1\n"
    )
    for name in ("error", "L", "delta1", "dW1", "dx"):
        for entry in step(record(str(path)), name)["entries"]:
            assert (entry["value"], entry["shown"], entry["relation"]) == (0, "0", "=")


def test_no_digits_are_printed_that_float64_does_not_hold() -> None:
    text = output_of("solve", "lab_task_2", "--decimals", "12", "--set", "activations=['identity', 'identity']",
                     "--set", "theta3=1234.8", "--set", "w21=0", "--set", "w22=0", "--set", "y=[[0]]")  # fmt: skip
    assert "L = 1/2·E² = 1/2·1234.8² = 762365.52\n" in text


def test_exact_numbers_have_no_noise_and_no_warnings(tmp_path: Path) -> None:
    for weights, activations in (("[[[0.1, 0.2]], [[0.3], [0.3]]]", '"softmax", "sigmoid"'), ("[[[400]]]", '"tanh"')):
        path = tmp_path / "task.toml"
        path.write_text(
            f'title = "Exact"\n[network]\nactivations = [{activations}]\nloss = "half_squared_error"\n'
            f"weights = {weights}\n[data]\nx = [[1]]\ny = [[1]]\n[update]\nlearning_rate = 1\n"
        )
        assert step(record(str(path), "--exact"), "delta1")["value"][0][0] == 0
        assert "to 20 digits: 0.000" not in output_of("solve", str(path), "--exact")


@pytest.mark.parametrize(
    ("source", "expected"),
    [("<< 'a' * 10**17 >>", "needs too much memory"), ("<< d.passes.clear() >>", "is unsafe|not safely callable")],
)
def test_a_template_gets_no_endless_memory_and_changes_nothing(source: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "own.md.j2"
    path.write_text(source, encoding="utf-8")
    finished = command("solve", "lab_task_2", "--template", path)
    assert finished.status == 2
    assert re.search(rf"own\.md\.j2:1: .*({expected})", finished.messages)
