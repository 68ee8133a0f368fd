"""The layers of the package: each part imports only from those above it, and nothing heavy before it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "backprop_lab"
LAYERS = (
    "errors", "resources", "wholefile", "engine", "writing", "referee", "limits", "bounds", "task",
    "trainingtask", "datatable", "consistency", "complaints", "tables", "settings", "taskfile", "tasktext",
    "solution", "verification", "bridge",
    "templating", "diagram", "document", "display", "record", "derivation", "script", "sheet", "newtask", "training",
    "marking", "variants", "submissions", "sandbox", "runs", "checking", "recognition", "feedback", "classroom",
    "handouts", "cli",
)  # fmt: skip
DISPLAYED = {"solution": {"display"}}
"""What a part calls for when Jupyter asks it how it looks: the one import that goes downwards."""
ENGINE = (
    "formula", "functions", "exact", "graph", "arithmetic", "backward", "network", "scalar", "worked", "compiled",
    "paths",
)  # fmt: skip


def imported(path: Path, package: str) -> set[str]:
    """Return the parts of a package that a module imports anywhere in it."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = {
        f"{node.module}.{alias.name}" for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    names |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {name.removeprefix(package).split(".")[1] for name in names if name.startswith(f"{package}.")}


def modules(part: str) -> list[Path]:
    return sorted((PACKAGE / part).rglob("*.py")) or [PACKAGE / f"{part}.py"]


@pytest.mark.parametrize("part", LAYERS)
def test_a_part_imports_only_from_those_above_it(part: str) -> None:
    above = {*LAYERS[: LAYERS.index(part)], part} | DISPLAYED.get(part, set())
    assert {name for path in modules(part) for name in imported(path, "backprop_lab")} <= above


@pytest.mark.parametrize("part", ENGINE)
def test_a_module_of_the_engine_imports_only_from_those_above_it(part: str) -> None:
    above = set(ENGINE[: ENGINE.index(part)])
    assert imported(PACKAGE / "engine" / f"{part}.py", "backprop_lab.engine") <= above


def test_every_part_has_its_place_among_the_layers() -> None:
    found = {path.stem for path in PACKAGE.iterdir() if (path.suffix == ".py" or (path / "__init__.py").exists())}
    assert found - {"__init__", "__main__"} == set(LAYERS)
    assert {path.stem for path in (PACKAGE / "engine").glob("*.py")} - {"__init__"} == set(ENGINE)


def loaded(*arguments: str) -> set[str]:
    """Run a command in a fresh process and return the libraries that it has imported."""
    program = (
        "import sys; from backprop_lab.cli import main\ntry: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    assert done.stdout
    return {name.split(".")[0] for name in done.stderr.split()}


def test_solving_to_markdown_imports_nothing_heavy() -> None:
    assert not {"sympy", "mpmath", "torch", "matplotlib", "dask", "rich"} & loaded(
        "solve", "lab_task_3", "--format", "md"
    )


def test_exact_numbers_of_a_rational_task_need_no_sympy() -> None:
    assert not {"sympy", "mpmath", "torch"} & loaded("solve", "lab_task_3", "--exact")
