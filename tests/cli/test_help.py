from __future__ import annotations

import re
import shlex
import shutil
from importlib.metadata import version
from pathlib import Path

import click
import pytest

from backprop_lab.cli import COMMANDS, commands
from tests.classroom.gradebooks import begun, fill
from tests.command import command, output_of
from tests.needs import needs_bubblewrap, needs_torch

SUBMISSIONS = Path(__file__).parent.parent / "submissions"
README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize("verb", COMMANDS)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_the_help_of_a_command_says_what_it_does_and_shows_an_example(verb: str, flag: str) -> None:
    text = output_of(verb, flag)
    assert text.startswith(f"Usage: backprop-lab {verb}")
    assert re.search(rf"Examples?:\n +backprop-lab {verb}", text)
    assert max(map(len, text.splitlines())) <= 100


ARCHITECTURE = """
title = "My model"
network = { activations = ["relu"], loss = "mean_squared_error" }
data = { x = [[0.5, 1]], y = [[1]] }
"""


@pytest.mark.parametrize("verb", COMMANDS)
def test_the_examples_of_the_help_work(verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if verb in ("solve", "verify"):
        needs_torch()
    if verb == "grade":
        needs_bubblewrap()
    monkeypatch.chdir(tmp_path)
    shutil.copy(SUBMISSIONS / "lab3_twenty_cells.ipynb", "lab3.ipynb")
    shutil.copy(SUBMISSIONS / "lab3_answers.toml", "answers.toml")
    if verb == "solve":
        import torch

        torch.save(torch.nn.Linear(2, 1).state_dict(), "model.pt")
        Path("arch.toml").write_text(ARCHITECTURE)
    Path("submissions/s1042").mkdir(parents=True)
    shutil.copy(SUBMISSIONS / "lab3_plain_in_out.py", "submissions/s1042/lab3.py")
    shutil.make_archive("submissions", "zip", "submissions")
    Path("class.csv").write_text("id,name\ns1042,Ana\n")
    Path("marks").mkdir()
    with begun(Path("marks")) as gradebook:
        fill(gradebook, ["s1042"])
    examples = re.findall(r"^ +backprop-lab (.+)$", output_of(verb, "--help").partition("Example")[2], re.MULTILINE)
    assert examples
    for example in examples:
        finished = command(*shlex.split(example))
        assert finished.status == 0, finished.messages


def test_every_command_is_in_the_overview() -> None:
    for arguments in ((), ("--help",)):
        text = output_of(*arguments)
        assert [line.split()[0] for line in text.partition("Commands:\n")[2].splitlines()] == list(COMMANDS)


def test_every_option_says_what_it_is_for() -> None:
    for verb in COMMANDS:
        options = output_of(verb, "--help").partition("Options:\n")[2]
        for option in re.split(r"\n(?=  -)", options):
            assert len(option.split()) > 3, option


def test_the_readme_lists_every_command_with_all_of_its_options() -> None:
    text = README.read_text(encoding="utf-8")
    table = text.partition("| command | options |\n|---|---|\n")[2].partition("\n\n")[0]
    listed = dict(re.findall(r"^\| `(.+?)` \| (.+) \|$", table, re.MULTILINE))
    assert [usage.split()[0] for usage in listed] == list(COMMANDS)
    for usage, options in listed.items():
        verb = usage.split()[0]
        found = commands.get_command(click.Context(commands), verb)
        assert found is not None
        there = [option for option in found.params if isinstance(option, click.Option)]
        assert {name.split()[0] for name in re.findall(r"`(-[^`]+)`", options)} == {
            "-o" if "-o" in option.opts else option.opts[0] for option in there
        }
        assert {name.split()[0] for name in re.findall(r"`(-[^`]+)` \(required\)", options)} == {
            option.opts[0] for option in there if option.required
        }
        assert output_of(verb, "--help").startswith(
            f"Usage: backprop-lab {verb} [OPTIONS]{usage.removeprefix(verb)}\n"
        )


def test_the_training_task_of_the_readme_gives_what_stands_below_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (found,) = re.findall(
        r'`(\S+)`, and what comes of it:\n\n```toml\n(kind = "training"\n.*?)```\n\n'
        r"```text\n\$ backprop-lab (.*?)\n(.*?)```\n",
        README.read_text(encoding="utf-8"),
        re.DOTALL,
    )
    name, task, arguments, shown = found
    Path(name).write_text(task, encoding="utf-8")
    output = output_of(*shlex.split(arguments))
    parts = [part for part in shown.split("...\n") if part]
    assert parts
    assert all(part in output for part in parts)


def test_the_version_is_that_of_the_package() -> None:
    assert version("backprop-lab") in output_of("--version")
