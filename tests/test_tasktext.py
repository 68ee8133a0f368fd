"""Tasks written as files: what is written reads back as the same task."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from msgspec.structs import replace

from backprop_lab.task import Task
from backprop_lab.taskfile import load_task, shipped_tasks, task_of
from backprop_lab.tasktext import task_toml
from tests.strategies import tasks


@given(tasks())
def test_a_task_reads_back_as_it_was_written(task: Task) -> None:
    assert task_of(task_toml(task)) == task


@pytest.mark.parametrize("name", shipped_tasks())
def test_a_shipped_task_reads_back_as_it_was_written(name: str) -> None:
    task = load_task(name)
    assert task_of(task_toml(task)) == task


@pytest.mark.parametrize(
    "text", ["0.1", "-1e-45", "3.4028235e38", "1e-100", "12345678901234567890.5", "-0.3333333333333333"]
)
def test_a_number_keeps_every_digit(text: str) -> None:
    task = load_task("lesson_sigmoid")
    data = replace(task.data, x=[[Fraction(text)] * task.sizes[0]])
    assert task_of(task_toml(replace(task, data=data))).data == data
