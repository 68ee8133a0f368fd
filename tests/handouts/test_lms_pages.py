"""Sheets as Markdown, HTML and notebooks: the numbers of their student, and no answers."""

from __future__ import annotations

import json
import re
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest
from markdown_it import MarkdownIt

from backprop_lab.checking import check
from backprop_lab.classroom.filenames import file_name
from backprop_lab.handouts.documents import Documents, Look
from backprop_lab.handouts.handout import Handout, Sheet
from backprop_lab.handouts.lms import WAYS, WayName
from backprop_lab.handouts.lms.content import content
from backprop_lab.templating import macros, tex
from backprop_lab.writing.notation import NotationName
from backprop_lab.writing.numbers import given
from backprop_lab.writing.spelling import LATEX
from backprop_lab.writing.symbols import ascii_symbol
from tests.handouts.classes import NAME, TASKS, TITLE, hostile

NOTATIONS: tuple[tuple[str, NotationName | None], ...] = (
    *((task, None) for task in TASKS),
    ("lesson_sigmoid", "standard"),
    ("lesson_sigmoid", "pytorch"),
    ("three_class_softmax", "standard"),
)


def givens(sheet: Sheet) -> list[list[str]]:
    """Return the numbers of every given, in the order in which its matrix is written."""
    task = sheet.variant.task
    notation, values = task.symbols(sheet.notation), task.givens()
    return [
        [given(float(values[name][spot])) for spot in notation.spots(name, values[name].shape)]
        for name in task.graph.givens
    ]


def count(sheet: Sheet) -> int:
    return sum(len(part.blanks) for part in sheet.parts)


def pages(handout: Handout, way: WayName, suffix: str) -> list[tuple[Sheet, str]]:
    """Return the sheets of a handout with the text of the files that a way makes of them."""
    files = WAYS[way](handout)
    assert list(files) == [f"{file_name(sheet.student.id)}.{suffix}" for sheet in handout.sheets]
    return [(sheet, content.decode()) for sheet, content in zip(handout.sheets, files.values(), strict=True)]


class Page(HTMLParser):
    """The text of a page, its matrices and single numbers as they come, and how many boxes it has."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.boxes = 0
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.boxes += ("class", "box") in attrs
        self.attributes |= {name for name, _ in attrs}
        self.text += " "

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(("task", "notation"), NOTATIONS)
def test_a_page_has_the_numbers_of_its_student_and_a_box_for_each_answer(
    task: str, notation: NotationName | None
) -> None:
    for sheet, html in pages(hostile(task, 5, notation), "html", "html"):
        page = Page(re.sub(r"<(sub|sup)>.*?</\1>", "", html))
        assert page.boxes == count(sheet)
        for said in (NAME, TITLE, sheet.student.id, sheet.variant.code):
            assert said in page.text
        given_part = page.text.split("Given", 1)[1].split(f"{TITLE}: network", 1)[0]
        assert re.findall(r"(?<=[\s=])-?\d[\d.]*(?=\s|$)", given_part) == [n for rows in givens(sheet) for n in rows]
        assert not {"script", "img", "link", "iframe", "b"} & set(page.tags)
        assert not {"src", "href", "onload"} & page.attributes


@pytest.mark.parametrize(("task", "notation"), NOTATIONS)
def test_markdown_has_the_numbers_of_its_student_and_a_line_for_each_answer(
    task: str, notation: NotationName | None
) -> None:
    for sheet, text in pages(hostile(task, 5, notation), "markdown", "md"):
        matrices = re.findall(
            r"^\$\$.* = (?:\\begin\{bmatrix\} )?([-\d.&\\cr ]*?)(?: \\end\{bmatrix\})?\$\$$", text, re.M
        )
        assert [re.findall(r"-?\d[\d.]*", matrix) for matrix in matrices] == givens(sheet)
        assert text.count("______________") == count(sheet)
        page = Page(MarkdownIt().render(text))
        for said in (NAME, TITLE, sheet.student.id, sheet.variant.code):
            assert " ".join(said.split()) in page.text
        assert not {"b", "code", "em", "strong", "a", "img"} & set(page.tags)


@pytest.mark.parametrize("task", [*TASKS, "leaky_relu_network", "apples_oranges"])
def test_every_form_of_a_sheet_has_the_same_rules(task: str) -> None:
    handout = hostile(task, 1)
    sheet = handout.sheets[0]
    rules = str(macros("words.j2").rules(content(sheet, LATEX.symbol))).split("\n")
    said = [rule for rule in rules if rule]
    assert "Error: output minus target." in " ".join(said)
    html = pages(handout, "html", "html")[0][1]
    latex = Documents(handout, Look()).sheet(sheet)
    for rule in said:
        assert f"<li>{escape(rule)}</li>" in html
        assert f"{tex(rule)}\\par" in latex


def filled(book: dict[str, Any], sheet: Sheet) -> dict[str, Any]:
    """Write the key into the cells of a notebook, as a student would."""
    answers = {ascii_symbol(blank.symbol): blank.shown for part in sheet.parts for blank in part.blanks}
    cells = {cell["metadata"]["name"]: cell for cell in book["cells"]}
    for part in sheet.parts:
        cell = cells[f"answer-{part.step}"]
        lines = "".join(cell["source"]).split("\n")
        for place, line in enumerate(lines):
            blank = re.fullmatch(r"- (.+) = ?", line)
            lines[place] = line if blank is None else f"- {blank[1]} = {answers.pop(blank[1])}"
        cell["source"] = "\n".join(lines)
    assert not answers
    return book


@pytest.mark.parametrize(("task", "notation"), NOTATIONS)
def test_a_notebook_that_is_filled_in_gets_full_marks_from_check(
    task: str, notation: NotationName | None, tmp_path: Path
) -> None:
    handout = hostile(task, 3, notation)
    for sheet, text in pages(handout, "notebook", "ipynb"):
        book = json.loads(text)
        nbformat.validate(book)
        path = tmp_path / "answers.ipynb"
        path.write_text(json.dumps(filled(book, sheet)), "utf-8")
        marks = check(sheet.variant.task, path)
        assert marks.score == marks.max_score > 0
        assert {verdict.verdict for verdict in marks.verdicts} == {"right"}
        assert not marks.cautions
        assert marks.work == "by_hand"
