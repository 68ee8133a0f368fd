"""Files that are too large, too deep or no files at all: read within bounds, or refused in one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backprop_lab.limits import MIB
from backprop_lab.submissions.notebook import LARGEST_NOTEBOOK
from tests.needs import needs_posix
from tests.redteam import attacks

NOTHING = attacks.Expected("", ("unreadable", "error", "memory"), 0.0, limits={"memory": 1 << 30})
CELL = '{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": null, "source": "x = 1"}'


def many_cells(path: Path) -> None:
    with path.open("w") as file:
        file.write('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [')
        file.write(",".join([CELL] * 1_000_000))
        file.write("]}")


def many_small_cells(path: Path) -> None:
    path.write_text(
        '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [' + ",".join(["{}"] * 10**6) + "]}"
    )


def deep_json(path: Path) -> None:
    path.write_text("[" * 10**5 + "]" * 10**5)


def deep_cells(path: Path) -> None:
    path.write_text('{"nbformat": 4, "cells": ' + "[" * 10**5 + "]" * 10**5 + "}")


def deep_answers(path: Path) -> None:
    path.write_text('{"answers": {"Z1": ' + "[" * 10**5 + "1" + "]" * 10**5 + "}}")


def deep_tables(path: Path) -> None:
    path.write_text("[answers]\nZ1 = " + "[" * 10**4 + "1" + "]" * 10**4 + "\n")


def deep_expression(path: Path) -> None:
    path.write_text("Z1 = " + "(" * 10**5 + "1" + ")" * 10**5 + "\n")


def deep_minus(path: Path) -> None:
    path.write_text("Z1 = " + "-" * 10**6 + "1\n")


def deep_blocks(path: Path) -> None:
    path.write_text("".join(" " * depth + "if True:\n" for depth in range(1000)) + " " * 1000 + "Z1 = 1\n")


def long_sum(path: Path) -> None:
    path.write_text("Z1 = " + "1 + " * 300_000 + "1\n")


def huge_integer(path: Path) -> None:
    path.write_text("Z1 = " + "7" * 100_000 + "\n")


def huge_notebook_number(path: Path) -> None:
    path.write_text('{"nbformat": ' + "4" * 10_000 + ', "cells": []}')


def zeros(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(100 * 2**20)


def long_lines(path: Path) -> None:
    path.write_text("Z1,-0.7\n" + "x" * (60 * 2**20))


def many_saved_outputs(path: Path) -> None:
    cell = json.loads(CELL) | {
        "outputs": [{"output_type": "stream", "name": "stdout", "text": "0.1234 " * 1000}] * 4000
    }
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}))


def many_rows(path: Path) -> None:
    path.write_text("Z1,1\n" * 400_000)


def many_names(path: Path) -> None:
    path.write_text("".join(f"a{number},1\n" for number in range(99_000)))


def many_keys(path: Path) -> None:
    path.write_text('{"answers": {' + ",".join(f'"a{number}":1' for number in range(150_000)) + "}}")


def many_lists(path: Path) -> None:
    path.write_text('{"nbformat": 4, "cells": [], "metadata": [' + "[]," * 5_000_000 + "1]}")


def wide_letters(path: Path) -> None:
    picture = "x" * (LARGEST_NOTEBOOK - 2000) + "\N{GRINNING FACE}"
    path.write_text('{"nbformat": 4, "cells": [], "metadata": ["' + picture + '"]}', encoding="utf-8")


def wide_letters_of_an_old_version(path: Path) -> None:
    wide_letters(path)
    path.write_bytes(path.read_bytes().replace(b'"nbformat": 4, "cells"', b'"nbformat": 3, "worksheets"'))


HUNGRY: list[tuple[str, Callable[[Path], None]]] = [
    ("rows.csv", many_rows),
    ("names.csv", many_names),
    ("keys.json", many_keys),
    ("lists.ipynb", many_lists),
    ("wide.ipynb", wide_letters),
    ("wide.json", wide_letters),
    ("wide_3.ipynb", wide_letters_of_an_old_version),
    ("outputs.ipynb", many_saved_outputs),
]
READ = """
import os, sys
from pathlib import Path
from backprop_lab.classroom import job
from backprop_lab.errors import SubmissionError
from tests.redteam.grading import resident
path = Path(sys.argv[1])
try:
    job.read_content(path.read_bytes(), path.name)
except SubmissionError:
    pass
print(resident(os.getpid()))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(("name", "make"), HUNGRY, ids=lambda entry: entry if isinstance(entry, str) else "")
def test_no_file_makes_who_reads_it_large(name: str, make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / name)
    command = [sys.executable, "-c", READ, str(tmp_path / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 300 * MIB


MADE: list[tuple[str, Callable[[Path], None]]] = [
    ("cells.ipynb", many_cells),
    ("small.ipynb", many_small_cells),
    ("deep.ipynb", deep_json),
    ("deep_cells.ipynb", deep_cells),
    ("deep.json", deep_json),
    ("deep_answers.json", deep_answers),
    ("deep.toml", deep_tables),
    ("deep.py", deep_expression),
    ("minus.py", deep_minus),
    ("blocks.py", deep_blocks),
    ("sum.py", long_sum),
    ("integer.py", huge_integer),
    ("version.ipynb", huge_notebook_number),
    ("zeros.py", zeros),
    ("zeros.ipynb", zeros),
    ("zeros.csv", zeros),
    ("lines.csv", long_lines),
]


@pytest.mark.parametrize(("name", "make"), MADE, ids=lambda entry: entry if isinstance(entry, str) else "")
def test_a_file_beyond_all_bounds_gets_no_points(
    name: str, make: Callable[[Path], None], sandbox: Any, tmp_path: Path
) -> None:
    make(tmp_path / name)
    marks = attacks.marked(NOTHING, tmp_path / name, sandbox)
    assert attacks.gains(NOTHING, marks) == []
    assert len(marks.message) < 1000
    assert "\n" not in marks.message


def test_saved_outputs_beyond_all_bounds_are_not_read_to_their_end(sandbox: Any, tmp_path: Path) -> None:
    many_saved_outputs(tmp_path / "outputs.ipynb")
    marks = attacks.marked(NOTHING, tmp_path / "outputs.ipynb", sandbox)
    assert marks.score == 0


@pytest.mark.parametrize("name", ["lab3.py", "lab3.ipynb", "lab3.csv"])
def test_what_is_no_regular_file_is_not_opened(name: str, sandbox: Any, tmp_path: Path) -> None:
    needs_posix()
    os.mkfifo(tmp_path / name)
    device = tmp_path / f"device_{name}"
    device.symlink_to("/dev/zero")
    for path in (tmp_path / name, device):
        marks = attacks.marked(NOTHING, path, sandbox)
        assert marks.status == "unreadable"
        assert "regular" in marks.message
