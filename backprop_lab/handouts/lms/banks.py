"""Question banks for Moodle: its XML, with cloze questions for whole sheets and numerical ones, and GIFT."""

from __future__ import annotations

from html import escape

from backprop_lab.errors import escaped
from backprop_lab.handouts.handout import Handout
from backprop_lab.handouts.lms.questions import by_number, papers
from backprop_lab.templating import render

_LONGEST_NAME = 250
"""Characters of the name of a question or category in Moodle."""


def moodle(handout: Handout) -> dict[str, bytes]:
    """Return two banks in Moodle XML: a cloze question for every sheet, and a numerical one for every number.

    The sheets lie in one category, the numbers in one for each symbol, so that a random question of a category is
    one of the variants. Names of questions tell code, student and id; no text that students see does.
    """
    names = {"sheets": "moodle_sheets.xml", "numbers": "moodle_numbers.xml"}
    contents = _contents(handout)
    return {name: render("lms_moodle.xml.j2", {**contents, "what": what}).encode() for what, name in names.items()}


def gift(handout: Handout) -> dict[str, bytes]:
    """Return a bank in GIFT: a numerical question for every number, in a category for each symbol."""
    return {"gift.txt": render("lms_gift.txt.j2", _contents(handout)).encode()}


def _contents(handout: Handout) -> dict[str, object]:
    found = list(papers(handout))
    bank = f"{escaped(handout.task.title)}, seed {handout.seed}"
    return {
        "papers": found,
        "numbers": by_number(found),
        "name": _name,
        "category": lambda *names: "/".join(("$course$/top", *map(_category, (bank, *names)))),
    }


def _name(text: str) -> str:
    """Return a name as Moodle takes it: what looks like a tag would be dropped from it."""
    return escape(text[:_LONGEST_NAME], quote=False)


def _category(text: str) -> str:
    """Return the name of a category as a part of a path, where // is a / and spaces at the ends do not count."""
    doubled = _name(text).replace("/", "//")
    return f" {doubled} " if text.startswith("/") or text.endswith("/") else doubled
