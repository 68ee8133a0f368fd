"""Writing out Task 3 once everything is loaded, against one `str.format` that gives the same text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backprop_lab.document import Document
from backprop_lab.solution import solve
from backprop_lab.taskfile import load_task
from backprop_lab.templating import render
from tests.benchmarks.measure import Row, against_floor, forget_what_was_written, in_turns

_DECIMAL = re.compile(r"\d+\.(\d+)")


def rows() -> Iterator[Row]:
    """Time Markdown with matrix and scalar lines, from a worked pass to the text; then its two halves.

    The floor is what a script made for this one task would do: fill its numbers into a ready text. It knows the
    lines, how many digits each number shows, and which lines need more.
    """
    task = load_task("lab_task_3")
    solution = solve(task)

    def contents() -> dict[str, object]:
        return Document(solution, task.notation, "both", "latex").context()

    def document() -> str:
        return render("solution.md.j2", contents())

    ready = contents()
    text = document()
    form, numbers = _form(text)
    assert form.format(*numbers) == text
    whole, lines, template, floor = in_turns(
        document,
        contents,
        lambda: render("solution.md.j2", ready),
        lambda: form.format(*numbers),
        repetitions=60,
        before=forget_what_was_written,
    )
    floor_is = f"`str.format` of {len(numbers)} numbers"
    yield against_floor("writing lab_task_3 as Markdown", whole, floor, floor_is, "≤ 20 ms")
    yield against_floor("of which lines and matrices", lines, floor, floor_is, "")
    yield against_floor("of which the template", template, floor, floor_is, "")


def _form(text: str) -> tuple[str, list[float]]:
    """Turn the decimals of a text into places for numbers."""
    numbers = [float(found[0]) for found in _DECIMAL.finditer(text)]
    literal = text.replace("{", "{{").replace("}", "}}")
    return _DECIMAL.sub(lambda found: f"{{:.{len(found[1])}f}}", literal), numbers
