"""Other ways out of a handout: sheets as Markdown, HTML and notebooks; question banks for Moodle and Canvas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from backprop_lab.handouts.handout import Handout
from backprop_lab.handouts.lms.banks import gift, moodle
from backprop_lab.handouts.lms.canvas import canvas
from backprop_lab.handouts.lms.pages import html, markdown, notebook

__all__ = ["WAYS", "WayName"]

WayName = Literal["canvas", "gift", "html", "markdown", "moodle", "notebook"]

WAYS: Mapping[WayName, Callable[[Handout], dict[str, bytes]]] = {
    "markdown": markdown,
    "html": html,
    "notebook": notebook,
    "moodle": moodle,
    "gift": gift,
    "canvas": canvas,
}
"""By the name that the command line has for them: from a handout to files, by names without folders."""
