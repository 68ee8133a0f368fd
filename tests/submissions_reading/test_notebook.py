"""Notebooks: plain Python with true line numbers, prose and saved outputs."""

from __future__ import annotations

import ast
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lab.errors import MissingExtraError
from backprop_lab.submissions import read
from backprop_lab.submissions.notebook import MOST_CELLS, Notebook, Output, notebook
from backprop_lab.submissions.program import Cell
from tests.submissions_reading.files import complaint, markdown, notebook_of, refusal, submitted

PATH = Path("lab.ipynb")


def plain(source: str) -> str:
    """Return what a cell becomes."""
    (cell,) = notebook(notebook_of(source).encode(), PATH).program.cells
    return cell.source


def test_cells_count_through_all_kinds_of_cells(tmp_path: Path) -> None:
    text = notebook_of(markdown("# Lab"), "x = 1", markdown("$Z_1 = 2$"), "", "y = 2")
    found = submitted(tmp_path, "lab.ipynb", text)
    assert isinstance(found, Notebook)
    assert found.program.cells == (Cell("x = 1", 2), Cell("", 4), Cell("y = 2", 5))
    assert found.program.name == "lab.ipynb"
    assert found.prose == (Cell("# Lab", 1), Cell("$Z_1 = 2$", 3))


def test_the_text_of_saved_outputs_is_kept() -> None:
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": ["a\n", "b\n"]},
        {"output_type": "stream", "name": "stderr", "text": "warning"},
        {"output_type": "execute_result", "data": {"text/plain": "0.08", "image/png": "…"}, "metadata": {}},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": []},
    ]
    cell = {"cell_type": "code", "metadata": {}, "source": "x", "outputs": outputs, "execution_count": 1}
    assert notebook(notebook_of("y", cell).encode(), PATH).outputs == (Output(2, "a\nb\n0.08"),)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("%time x = f(3)", "x = f(3)\n"),
        ("if a:\n    %timeit -n 10 -r3 y = g()\n    b = 1", "if a:\n    y = g()\n    b = 1\n"),
        ("%prun -s cumtime f()", "f()\n"),
        ("%time", "pass\n"),
        ("%%time\nx = 1\n", "\nx = 1\n"),
        ("\n\n%%timeit -n 10 y = 2\nx = y", "\n\ny = 2\nx = y"),
        ("%%capture out\n%%time\nx = 1", "\n\nx = 1"),
        ("%%bash\nrm -rf /", ""),
        ("%%html\n<b>", ""),
        ("%%writefile x.py\nx = 1", ""),
        ("%%unheard-of\nx = 1", ""),
        ('s = """\n%time not\n"""', 's = """\n%time not\n"""\n'),
        ("x = 5 % 3\ny = 1 != 2", "x = 5 % 3\ny = 1 != 2"),
        ("    x = 1\n    y = 2", "x = 1\ny = 2\n"),
        (">>> x = 1\n>>> y = 2", "x = 1\ny = 2\n"),
    ],
)
def test_magics_leave_the_python_that_they_run(source: str, expected: str) -> None:
    assert plain(source) == expected


@pytest.mark.parametrize(
    "magic",
    ["%matplotlib inline", "!pip install numpy", "plt.plot?", "??x", "files = !ls", "t = %timeit -o f()", "%cd .."],
)
def test_other_magics_become_calls_that_python_can_read(magic: str) -> None:
    lines = plain(f"a = 1\n{magic}\nb = 2").splitlines()
    assert (lines[0], lines[2]) == ("a = 1", "b = 2")
    assert "get_ipython()" in lines[1]
    ast.parse("\n".join(lines))


@given(
    st.lists(
        st.sampled_from(
            ["x = 1", "", "%time x = 2", "!ls \\\n  -l \\\n  -a", "%matplotlib inline", "y = [\n1,\n]", "z?", "# 1?"]
        ),
        min_size=1,
    )
)
def test_every_line_keeps_its_number(pieces: list[str]) -> None:
    source = "\n".join([*pieces, "last = 1"])
    lines = plain(source).rstrip("\n").split("\n")
    assert lines.index("last = 1") == source.split("\n").index("last = 1")


def test_a_cell_that_is_not_python_stays_for_python_to_say_so() -> None:
    assert plain("def f(:\n  %time x") == "def f(:\n  %time x\n"


@pytest.mark.parametrize("version", [2, 3])
def test_older_notebooks_are_read(version: int) -> None:
    code: dict[str, Any] = {"cell_type": "code", "language": "python", "input": "x = 1\n%time y = 2", "metadata": {}}
    code["outputs"] = [{"output_type": "stream", "stream": "stdout", "text": "hi"}]
    sheet = {"metadata": {}, "cells": [{"cell_type": "markdown", "source": "# Lab", "metadata": {}}, code]}
    found = {"nbformat": version, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [sheet]}
    read = notebook(json.dumps(found).encode(), PATH)
    assert read.program.cells == (Cell("x = 1\ny = 2\n", 2),)
    assert read.prose == (Cell("# Lab", 1),)
    assert read.outputs == (Output(2, "hi"),)


def test_cells_with_missing_parts_are_read() -> None:
    cells = [
        {"cell_type": "code", "source": "x = 1"},
        {"cell_type": "raw"},
        {},
        {"cell_type": "markdown", "source": None},
    ]
    found = notebook(json.dumps({"nbformat": 4, "cells": cells}).encode(), PATH)
    assert found.program.cells == (Cell("x = 1", 1),)
    assert found.prose == (Cell("", 4),)


def test_halves_of_characters_are_replaced() -> None:
    assert plain("x = '\ud800'") == "x = '?'"


@pytest.mark.parametrize(
    "metadata",
    [{}, {"kernelspec": None}, {"kernelspec": {"language": "python"}}, {"language_info": {"name": "Python3"}}],
)
def test_a_notebook_of_python_or_of_no_language_is_read(metadata: dict[str, Any]) -> None:
    assert notebook(notebook_of("x", **metadata).encode(), PATH).program.cells


@pytest.mark.parametrize("language", ["R", "julia", "javascript"])
def test_a_notebook_of_another_language_is_refused(tmp_path: Path, language: str) -> None:
    message = f'is a notebook in the language "{language}"; expected Python'
    assert refusal(tmp_path, "lab.ipynb", notebook_of("x", kernelspec={"language": language})) == message
    assert refusal(tmp_path, "lab.ipynb", notebook_of("x", language_info={"name": language})) == message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty: nothing to mark"),
        (
            '{"nbformat": 4,\n "cells": [',
            "line 2: is not JSON: Expecting value (column 12); save it again in Jupyter",
        ),
        ("[]", "is not a notebook: it has no cells; save it from Jupyter as .ipynb"),
        ('{"a": 1}', "is not a notebook: it has no cells; save it from Jupyter as .ipynb"),
        ("[" * 100_000, "is not a notebook: its lists are nested too deeply"),
        ('{"nbformat": ' + "1" * 5000, "is not a notebook: a number has too many digits"),
        ('{"nbformat": 9, "cells": []}', "is a notebook of version 9; expected version 4, or 2 or 3"),
        ('{"nbformat": "4", "cells": []}', "is a notebook of version 4; expected version 4, or 2 or 3"),
        ('{"nbformat": 4, "cells": 5}', "is not a valid notebook: it has no list of cells; save it again in Jupyter"),
        ('{"nbformat": 4, "cells": [1]}', "cell 1: is not a cell; save the notebook again in Jupyter"),
        ('{"nbformat": 3, "worksheets": [{}]}', "is not a valid notebook: "),
        ('{"nbformat": 3, "worksheets": 7}', "is not a valid notebook: "),
        ('{"nbformat": 2, "worksheets": [{"cells": [{"cell_type": "code"}]}]}', "is not a valid notebook: "),
        (notebook_of("x = '\0'"), "cell 1: holds NUL characters: not a text"),
        (notebook_of(*["x"] * (MOST_CELLS + 1)), f"has {MOST_CELLS + 1:,} cells; expected at most {MOST_CELLS:,}"),
        (notebook_of("x = 1\n" * 400_000), "has more than 2 MiB of code; leave out data"),
        (notebook_of("%time x = 1\n" * 600), "cell 1: there are too many magics (%, ! or ?) to read"),
        (b"\x00\x01\x02", "line 1: holds NUL bytes: not a text; save it as UTF-8"),
    ],
    ids=range(18),
)
def test_what_is_no_notebook_is_refused_in_one_line(tmp_path: Path, content: str | bytes, message: str) -> None:
    assert refusal(tmp_path, "lab.ipynb", content).startswith(message)


def test_a_notebook_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "LARGEST_NOTEBOOK", 2**20)
    message = "is larger than 1 MiB; leave out data and outputs"
    assert refusal(tmp_path, "lab.ipynb", b" " * (2**20 + 1)) == message


def test_a_missing_library_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for missing in ("IPython.core.inputtransformer2", "nbformat"):
        monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(MissingExtraError, match=r'^IPython is not installed; .*"backprop-lab\[notebooks\]"$'):
        plain("%time x = 1")
    with pytest.raises(MissingExtraError, match=r"^nbformat is not installed; "):
        notebook(b'{"nbformat": 3, "worksheets": []}', PATH)
    assert plain("x = 1") == "x = 1"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["cells", "nbformat", "source", "cell_type", "outputs", "metadata", "worksheets", "text", "data"]
                ),
                inner,
            )
        ),
        max_leaves=12,
    ),
    st.sampled_from([2, 3, 4]),
)
def test_any_json_is_a_notebook_or_refused(found: Any, version: int) -> None:
    key = "cells" if version == 4 else "worksheets"
    for content in (found, {"nbformat": version, key: found}, {"nbformat": version, key: [found], "metadata": found}):
        assert len(complaint(partial(notebook, json.dumps(content).encode(), PATH))) < 400


def test_a_notebook_saved_as_json_is_read_as_one(tmp_path: Path) -> None:
    assert isinstance(submitted(tmp_path, "lab.json", notebook_of("x = 1")), Notebook)
