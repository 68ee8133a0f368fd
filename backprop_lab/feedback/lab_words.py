"""The words of a task of either kind."""

from __future__ import annotations

from functools import lru_cache

from backprop_lab.feedback.task_words import TaskWords, task_words
from backprop_lab.feedback.training_words import TrainingWords
from backprop_lab.trainingtask import Lab, TrainingTask
from backprop_lab.writing.notation import NotationName

_TASKS_AT_HAND = 4
Words = TaskWords | TrainingWords


def lab_words(task: Lab, notation_name: NotationName | None = None) -> Words:
    """Return the words of a task, the same for all of its submissions; a training task has one notation."""
    return _training_words(task) if isinstance(task, TrainingTask) else task_words(task, notation_name)


@lru_cache(maxsize=_TASKS_AT_HAND)
def _training_words(task: TrainingTask) -> TrainingWords:
    return TrainingWords(task)
