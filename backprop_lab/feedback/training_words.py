"""What the pages on all runs of a training task have in common: names of requirements, and sentences on them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any

from backprop_lab.engine.network import Loss
from backprop_lab.feedback.reasons import Kind, Phase, Reason, Shows, Symbols
from backprop_lab.feedback.words import corrected_text, printable, sentence
from backprop_lab.marking.marks import Fact, Remark, Verdict, VerdictName
from backprop_lab.training.torchmodel import CRITERIA
from backprop_lab.trainingtask import TrainingTask
from backprop_lab.writing.numbers import shown

WORDS = "run_words.j2"
_LOSS_CLASSES: Mapping[Loss, str] = {**CRITERIA, "binary_cross_entropy": "BCELoss"}
_DECIMALS = 4


class TrainingWords:
    """What can be said of a training task, whatever was handed in, as `TaskWords` says it of a task of one pass.

    A requirement takes the place of a step, with one row and one column.
    """

    kind: Kind = "training"
    legend: Mapping[VerdictName, str] = {"follows": "given_another"}

    def __init__(self, task: TrainingTask) -> None:
        self.task = task
        self.steps = tuple(ask.step for ask in task.asked)
        self.rank = {(step, 0, 0): place for place, step in enumerate(self.steps)}
        self.symbols = cache(self._symbols)
        self._asked = SimpleNamespace(
            depth=task.depth,
            loss=task.network.loss,
            loss_class=_LOSS_CLASSES.get(task.network.loss, ""),
            batch_size=task.training.batch_size,
            epochs=task.training.epochs,
            momentum=shown(float(task.update.momentum), _DECIMALS),
            weight_decay=shown(float(task.update.weight_decay), _DECIMALS),
        )

    def _symbols(self, step: str, _row: int = 0, _column: int = 0) -> Symbols:
        name = sentence("name", step, words=WORDS)
        return Symbols(name, name, step)

    def spots(self, _step: str) -> list[tuple[int, int]]:
        """Return the rows and columns of a requirement: one."""
        return [(0, 0)]

    def title(self, step: str) -> str:
        """Return the name of a requirement."""
        return self.symbols(step, 0, 0).unicode

    def phase(self, _step: str) -> Phase:
        """Return under which heading a requirement stands."""
        return "training"

    def formula(self, _step: str, _row: int, _column: int) -> str:
        """Return the line of the worked solution, of which there is none."""
        return ""

    def numbers(self, verdict: Verdict, _shows: Shows) -> tuple[str, str]:
        """Return in short what was seen and what is asked, which is no secret."""
        about = self.about(Reason.of(verdict))
        return sentence("seen", about, words=WORDS), sentence("asked", about, words=WORDS)

    def about(self, reason: Reason) -> SimpleNamespace:
        """Return what the sentence on one verdict may be made of; a stranger's text is printable."""
        return SimpleNamespace(
            step=reason.step,
            verdict=reason.verdict,
            cause=reason.cause,
            corrected=None if reason.corrected is None else corrected_text(reason.corrected),
            task=self._asked,
            f=SimpleNamespace(**{name: _safe(fact) for name, fact in reason.facts}),
            t=SimpleNamespace(**{name: _text(fact) for name, fact in reason.facts}),
        )

    def sentence(self, reason: Reason) -> str:
        """Return the sentence on one verdict."""
        return sentence("sentence", self.about(reason), words=WORDS)

    message = sentence

    def mistake(self, _step: str, causes: tuple[str, ...], _remark: Remark | None) -> str:
        """Return what was done in the place of what is asked; nothing where it is not known."""
        return sentence("possibly", SimpleNamespace(causes=causes), words=WORDS)


def _safe(fact: Fact) -> Any:
    match fact:
        case str():
            return printable(fact)
        case tuple():
            return [*map(printable, fact)]
        case _:
            return fact


def _text(fact: Fact) -> Any:
    match fact:
        case int():
            return f"{fact:,}"
        case float():
            return shown(fact, _DECIMALS)
        case _:
            return _safe(fact)
