"""Handouts for tests, and what LaTeX makes of their documents."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from backprop_lab.classroom.row import Student
from backprop_lab.handouts.handout import Handout, handout
from backprop_lab.taskfile import load_task
from backprop_lab.writing.notation import NotationName
from tests.needs import needs

HOSTILE = r"O'Brien & Sons_100% #1 \input{x} {{7*7}} <b>"
NAMES = (HOSTILE, "Nguyễn Thị Hạnh Ước", "Γιώργος Παπαδόπουλος", "Łukasz Čapek Øvergård")


def of_class(
    names: Sequence[str] = NAMES,
    task: str = "lab_task_3",
    settings: Sequence[str] = (),
    notation: NotationName | None = None,
    seed: int = 2026,
) -> Handout:
    """Return the handout of a class whose ids are numbered."""
    students = [Student(f"s{number}", name) for number, name in enumerate(names, start=1)]
    return handout(load_task(task, settings), students, seed, notation)


def pages(source: str, folder: Path) -> list[str]:
    """Set a document twice, fail on an error or on what does not fit, and return the text of each page."""
    programs = {name: shutil.which(name) for name in ("pdflatex", "pdftotext")}
    needs(programs["pdflatex"] is not None, "pdflatex is not installed")
    needs(programs["pdftotext"] is not None, "pdftotext is not installed")
    (folder / "document.tex").write_text(source, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "document.tex"]
    for _ in range(2):
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
        log = (folder / "document.log").read_text(encoding="latin-1")
        assert done.returncode == 0, log[-2000:]
    assert not re.findall(r"^(?:Overfull|LaTeX Warning|LaTeX Font Warning|Missing character).*", log, re.MULTILINE)
    subprocess.run(["pdftotext", "-layout", "document.pdf"], cwd=folder, check=True)
    return (folder / "document.txt").read_text(encoding="utf-8").split("\f")[:-1]


def has_greek() -> bool:
    """Tell whether LaTeX has fonts for Greek text, which are a package of their own."""
    program = shutil.which("kpsewhich")
    return program is not None and not subprocess.run([program, "textalpha.sty"], capture_output=True).returncode
