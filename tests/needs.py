"""What a test needs of the machine: where it is missing the test is skipped, but under CI on Linux it fails."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec

import pytest


def needs(there: bool, missing: str) -> None:
    """Skip the running test if something is not there; fail where CI is set, on Linux, for there it always is."""
    if there:
        return
    if os.environ.get("CI") and sys.platform == "linux":
        pytest.fail(f"{missing}, and CI needs it")
    pytest.skip(missing)


def needs_torch() -> None:
    """Skip or fail the running test without PyTorch."""
    needs(find_spec("torch") is not None, "PyTorch is not installed")


def needs_sklearn() -> None:
    """Skip or fail the running test without scikit-learn."""
    needs(find_spec("sklearn") is not None, "scikit-learn is not installed")


def needs_matplotlib() -> None:
    """Skip or fail the running test without matplotlib."""
    needs(find_spec("matplotlib") is not None, "matplotlib is not installed")


def needs_pdflatex() -> str:
    """Return the path of pdflatex; skip or fail the running test without it."""
    program = shutil.which("pdflatex")
    needs(program is not None, "pdflatex is not installed")
    return str(program)


def needs_posix() -> None:
    """Skip or fail the running test without POSIX: its shell, permissions, links and devices."""
    needs(os.name == "posix", "this is not a POSIX system")


def needs_latex() -> None:
    """Skip or fail the running test without pdflatex, the class `exam` and TikZ."""
    needs_pdflatex()
    kpsewhich = shutil.which("kpsewhich")
    needs(kpsewhich is not None, "kpsewhich is not installed")
    for file in ("exam.cls", "tikz.sty", "lmodern.sty"):
        found = subprocess.run([str(kpsewhich), file], capture_output=True, check=False)
        needs(found.returncode == 0, f"LaTeX's {file} is not installed")


def needs_poppler() -> None:
    """Skip or fail the running test without what tells the text and the pages of a PDF."""
    needs(bool(shutil.which("pdftotext") and shutil.which("pdfinfo")), "poppler-utils is not installed")


def needs_bubblewrap() -> None:
    """Skip or fail the running test without bubblewrap, or where it may not make namespaces."""
    program = shutil.which("bwrap")
    needs(program is not None, "bubblewrap is not installed")
    tried = subprocess.run([str(program), "--ro-bind", "/", "/", "--unshare-all", "true"], capture_output=True)
    needs(tried.returncode == 0, "bubblewrap may not make namespaces here")
