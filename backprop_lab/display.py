"""What Jupyter shows of a solution: its Markdown document, with the formulas set."""

from __future__ import annotations

from backprop_lab.document import Document
from backprop_lab.solution import Solution
from backprop_lab.templating import render


def markdown(solution: Solution) -> str:
    """Return a solution as Markdown, in the notation of its task."""
    document = Document(solution, solution.task.notation, "both", "latex")
    return render("solution.md.j2", document.context())
