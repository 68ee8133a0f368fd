"""Set documents with pdflatex."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from tests.needs import needs_pdflatex


def text_of_pdf(folder: Path, source: str) -> str:
    """Set a document, fail on an error or a line that does not fit, and return the text of its pages.

    Skips the test without pdflatex, or fails it where CI needs it.
    """
    pdflatex = needs_pdflatex()
    (folder / "document.tex").write_text(source, encoding="utf-8")
    command = [pdflatex, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "document.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    log = (folder / "document.log").read_text(encoding="latin-1")
    assert done.returncode == 0, log[-2000:]
    assert not re.findall(r"^(?:Overfull \\hbox|LaTeX Warning|Missing character).*", log, re.MULTILINE)
    pdftotext = shutil.which("pdftotext")
    if pdftotext is None:
        return ""
    subprocess.run([pdftotext, "document.pdf"], cwd=folder, check=True)
    return (folder / "document.txt").read_text(encoding="utf-8")
