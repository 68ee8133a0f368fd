"""What the numbers of a task cannot show: mistakes that give the right number, or the same as another mistake."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

from backprop_lab.feedback.task_words import TaskWords
from backprop_lab.feedback.words import sentence
from backprop_lab.marking.hiding import Hidden
from backprop_lab.task import Task
from backprop_lab.templating import render
from backprop_lab.writing.notation import NotationName
from backprop_lab.writing.spelling import UNICODE


def hidden_page(task: Task, found: Sequence[Hidden], notation_name: NotationName | None = None) -> str:
    """Return the mistakes that a task hides, as a list in plain text."""
    mistakes = told_of(task, found, notation_name)
    return render("feedback_hidden.txt.j2", {"d": SimpleNamespace(title=task.title, mistakes=mistakes)})


def told_of(task: Task, found: Sequence[Hidden], notation_name: NotationName | None = None) -> list[SimpleNamespace]:
    """Return what a page says of each hidden mistake: its slug, where, what is done, and what it is like."""
    words = TaskWords(task, notation_name)
    notation, graph = words.notation, words.graph

    def symbol(name: str) -> str:
        single = graph.shapes[name] == (1, 1)
        return UNICODE.symbol(notation.entry(name, 0, 0) if single else notation.matrix(name))

    def told(one: Hidden) -> SimpleNamespace:
        about = SimpleNamespace(slug=one.slug, **words.circumstances(one.steps[0]))
        symbols = [symbol(name) for name in one.steps]
        return SimpleNamespace(slug=one.slug, symbols=symbols, done=sentence("done_by", about), same_as=one.same_as)

    return list(map(told, found))
