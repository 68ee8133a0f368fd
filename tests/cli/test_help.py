from __future__ import annotations

import re
import shlex
import shutil
from importlib.metadata import version
from pathlib import Path

import pytest

from backprop_lab.cli import COMMANDS
from tests.classroom.gradebooks import begun, fill
from tests.command import command, output_of
from tests.needs import needs_bubblewrap, needs_torch

SUBMISSIONS = Path(__file__).parent.parent / "submissions"


@pytest.mark.parametrize("verb", COMMANDS)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_the_help_of_a_command_says_what_it_does_and_shows_an_example(verb: str, flag: str) -> None:
    text = output_of(verb, flag)
    assert text.startswith(f"Usage: backprop-lab {verb}")
    assert re.search(rf"Examples?:\n +backprop-lab {verb}", text)
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("verb", COMMANDS)
def test_the_examples_of_the_help_work(verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if verb == "verify":
        needs_torch()
    if verb == "grade":
        needs_bubblewrap()
    monkeypatch.chdir(tmp_path)
    shutil.copy(SUBMISSIONS / "lab3_twenty_cells.ipynb", "lab3.ipynb")
    shutil.copy(SUBMISSIONS / "lab3_answers.toml", "answers.toml")
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


def test_the_version_is_that_of_the_package() -> None:
    assert version("backprop-lab") in output_of("--version")
