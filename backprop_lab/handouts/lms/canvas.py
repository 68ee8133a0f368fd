"""A question bank for Canvas: QTI, written by text2qti."""

from __future__ import annotations

from html import escape

from backprop_lab.errors import MissingExtraError, escaped
from backprop_lab.handouts.handout import Handout
from backprop_lab.handouts.lms.questions import by_number, papers
from backprop_lab.templating import render


def canvas(handout: Handout) -> dict[str, bytes]:
    """Return a quiz in QTI that draws, for every number that is asked, one of the variants.

    Raises MissingExtraError without text2qti.
    """
    try:
        from text2qti.config import Config
        from text2qti.qti import QTI
        from text2qti.quiz import GroupStart, Question, Quiz
    except ImportError:
        raise MissingExtraError("text2qti", "lms") from None
    # Two students of one variant have the same questions, of which a quiz takes one.
    numbers = by_number(list({paper.sheet.variant.key: paper for paper in papers(handout)}.values()))
    title = f"{escaped(handout.task.title)}, seed {handout.seed}"
    quiz = Quiz(render("lms_canvas.txt.j2", {"title": title, "numbers": numbers}), config=Config())
    # text2qti itself would read the text as Markdown, round answers to four decimals, refuse those near 0, and know
    # whole and half points alone.
    written = [one for one in quiz.questions_and_delims if isinstance(one, Question)]
    asked = ((paper, question) for _, column in numbers for paper, question in column)
    for item, (paper, question) in zip(written, asked, strict=True):
        item.question_html_xml = escape(paper.text(question), quote=False)
        item.numerical_exact_html_xml = question.right.value
        item.numerical_min_html_xml, item.numerical_max_html_xml = question.right.ends
        item.points_possible = float(question.points)
    groups = [one.group for one in quiz.questions_and_delims if isinstance(one, GroupStart)]
    for group, (sample, _) in zip(groups, numbers, strict=True):
        group.points_per_question = float(sample.points)
    quiz.points_possible = sum(float(sample.points) for sample, _ in numbers)
    return {"canvas.zip": QTI(quiz).zip_bytes()}
