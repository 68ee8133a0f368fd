"""The sheet of every student as Markdown, as a page of HTML that prints well, and as a notebook to fill in."""

from __future__ import annotations

import json

from backprop_lab.classroom.filenames import file_name
from backprop_lab.diagram import svg
from backprop_lab.handouts.handout import Handout, Sheet
from backprop_lab.handouts.lms.content import content
from backprop_lab.templating import macros, render
from backprop_lab.writing.spelling import LATEX
from backprop_lab.writing.symbols import html_symbol


def markdown(handout: Handout) -> dict[str, bytes]:
    """Return a sheet in Markdown with math for every student."""
    return {
        f"{file_name(sheet.student.id)}.md": render("lms_sheet.md.j2", {"d": content(sheet, LATEX.symbol)}).encode()
        for sheet in handout.sheets
    }


def html(handout: Handout) -> dict[str, bytes]:
    """Return a sheet as a page of its own for every student, without scripts, to be printed."""
    return {
        f"{file_name(sheet.student.id)}.html": render(
            "lms_sheet.html.j2",
            {"d": content(sheet, html_symbol), "picture": svg(sheet.variant.task, sheet.notation)},
        ).encode()
        for sheet in handout.sheets
    }


def notebook(handout: Handout) -> dict[str, bytes]:
    """Return a notebook for every student: the sheet, and a cell of text to fill in for each step.

    What stands in the cells is work by hand: a notebook without code is marked without being run.
    """
    return {f"{file_name(sheet.student.id)}.ipynb": _notebook(sheet) for sheet in handout.sheets}


def _notebook(sheet: Sheet) -> bytes:
    d, texts = content(sheet, LATEX.symbol), macros("lms_notebook.j2")
    cells = [
        _cell("sheet", texts.sheet(d)),
        *(_cell(f"answer-{part.step}", texts.answer(part, d)) for part in d.parts),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": cells}
    return (json.dumps(book, ensure_ascii=False, indent=1) + "\n").encode()


def _cell(name: str, source: object) -> dict[str, object]:
    """Return a Markdown cell of the notebook's format 4.5, by whose name and id others find it."""
    text = str(source).strip().splitlines(keepends=True)
    return {"cell_type": "markdown", "id": name, "metadata": {"name": name}, "source": text}
