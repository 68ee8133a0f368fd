"""Write a file and read it as a submission, or get the one line that it is refused with."""

from __future__ import annotations

import json
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from backprop_lab.errors import SubmissionError
from backprop_lab.submissions.read import Submission, read_submission


def submitted(folder: Path, name: str, content: str | bytes) -> Submission:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_submission(path)


def refusal(folder: Path, name: str, content: str | bytes) -> str:
    """Return the message, without the name of the file that it begins with."""
    with pytest.raises(SubmissionError) as caught:
        submitted(folder, name, content)
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) < 400
    assert message.startswith(f"{name}: ")
    return message.removeprefix(f"{name}: ")


def ends_in_time(read: Callable[..., object], *arguments: object) -> bool:
    """Tell whether reading ends in the time that it takes many times over if the work grows as the text does."""
    process = get_context("spawn").Process(target=read, args=arguments)
    process.start()
    process.join(100)
    process.kill()
    process.join()
    return process.exitcode == 0


def complaint(read: Callable[[], object]) -> str:
    """Return what is said where something is refused, and nothing where it is read."""
    try:
        read()
    except SubmissionError as error:
        return str(error)
    return ""


def notebook_of(*cells: str | dict[str, Any], **metadata: Any) -> str:
    """Return a notebook of code cells, or of cells as they are."""
    code: dict[str, Any] = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    listed = [
        cell if isinstance(cell, dict) else {**code, "source": cell.splitlines(keepends=True)} for cell in cells
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": listed})


def markdown(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}
