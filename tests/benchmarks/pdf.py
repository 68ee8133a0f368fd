"""The PDFs of problem sheets, against bare pdflatex on the same files, run as often as they need."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from backprop_lab.handouts.pdf import Document, compile_documents
from tests.benchmarks.measure import Row, against_floor, in_turns

SHEET = Path(__file__).parent.parent / "handouts" / "sheet.tex"
RUNS = 3  # the class `exam` adds up points
SHEETS = 8
FLOOR = f"`pdflatex` {RUNS} times, one after another"


def rows() -> Iterator[Row]:
    """Time the making of all PDFs as somebody waits for it; nothing is measured without LaTeX."""
    if shutil.which("pdflatex") is None:
        print("pdflatex is not installed: no PDFs", file=sys.stderr)
        return
    with TemporaryDirectory() as name:
        folder = Path(name)
        documents = [Document(f"{number}.tex", str(number)) for number in range(SHEETS)]
        for document in documents:
            shutil.copy(SHEET, folder / document.path)
        for told, some, repetitions in (("one sheet", documents[:1], 8), (f"{SHEETS} sheets", documents, 2)):
            measured, floor = in_turns(
                partial(_ours, folder, some), partial(_bare, folder, some), repetitions=repetitions,
                clock=perf_counter, before=partial(_forget, folder),
            )  # fmt: skip
            yield against_floor(f"PDF of {told} with TikZ", measured, floor, FLOOR, "≤ 0.9 s each")


def _ours(folder: Path, documents: Sequence[Document]) -> None:
    assert compile_documents(folder, documents) == ()


def _bare(folder: Path, documents: Sequence[Document]) -> None:
    for document in documents:
        for _ in range(RUNS):
            command = ["pdflatex", "-interaction=batchmode", document.path]
            subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def _forget(folder: Path) -> None:
    """Leave nothing but the sheets themselves."""
    for path in folder.iterdir():
        if path.suffix != ".tex":
            path.unlink()
