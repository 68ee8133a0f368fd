"""Write pictures of a task's network: for LaTeX, for HTML and for Markdown."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace
from typing import Any

from backprop_lab.diagram.drawing import drawing
from backprop_lab.diagram.texts import Texts
from backprop_lab.engine.worked import Pass
from backprop_lab.task import Task
from backprop_lab.templating import render
from backprop_lab.writing.notation import NotationName
from backprop_lab.writing.spelling import LATEX, UNICODE
from backprop_lab.writing.symbols import symbol_parts

MOST_EDGES = 16
"""Edges of the largest network that Mermaid, which arranges it itself, shows unit by unit."""


def tikz(task: Task, notation: NotationName | None = None, worked: Pass | None = None) -> str:
    r"""Draw the network as a `tikzpicture`, which needs only `\usepackage{tikz}` and is at most 15.5 cm wide.

    Symbols and given numbers stand in it; with a worked pass of a single sample also net inputs, activations and, if
    it has any, deltas. Where the network is too large, dots stand for units and layers.
    """
    return render("diagram.tikz.j2", _context(task, notation, worked) | {"spell": LATEX})


def svg(task: Task, notation: NotationName | None = None, worked: Pass | None = None) -> str:
    """Draw the same picture as an <svg> for an HTML page: in the text's colour on the page's ground, without ids.

    The backward pass has the colour `--backward` of the page, or one that is seen on light and dark ground.
    """
    return render("diagram.svg.j2", _context(task, notation, worked) | {"spell": UNICODE, "parts": symbol_parts})


def mermaid(task: Task, notation: NotationName | None = None) -> str:
    """Draw the network as a Mermaid flowchart, which GitHub shows in Markdown: symbols and given numbers.

    A network of more than 16 weights is drawn layer by layer.
    """
    texts = Texts(task, notation, None)
    weights = sum(sources * targets for sources, targets in pairwise(task.sizes))
    context = {"texts": texts, "sizes": task.sizes, "activations": task.network.activations}
    return render(
        "diagram.mermaid.j2", {"d": SimpleNamespace(**context, whole=weights <= MOST_EDGES), "spell": UNICODE}
    )


def _context(task: Task, notation: NotationName | None, worked: Pass | None) -> dict[str, Any]:
    """Return what a template sees: one name, `d`, with the drawing and what it is of."""
    return {
        "d": SimpleNamespace(
            drawing=drawing(Texts(task, notation, worked)),
            title=task.title,
            sizes=task.sizes,
            depth=len(task.sizes) - 1,
            activations=task.network.activations,
            biases=task.network.biases is not None,
        )
    }
