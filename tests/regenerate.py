"""Write the generated files of the repository anew: solutions and trainings of all shipped tasks, and the schema.

Run by `make solutions` as `python -m tests.regenerate`; `test_solutions` compares the files with the same texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from backprop_lab.script import FRAMEWORKS
from backprop_lab.taskfile import shipped_tasks, shipped_trainings
from tests.command import command, output_of

ROOT = Path(__file__).parent.parent
SCRIPTS = ("lab_task_2", "lab_task_3", "binary_forward", "multiclass_forward", "regression_forward")
"""The tasks of one pass whose scripts are kept beside their solutions; those of all training tasks are."""


def generated() -> Iterator[tuple[Path, str]]:
    """Yield the path and the text of every generated file."""
    for name in shipped_tasks():
        yield ROOT / "solutions" / f"{name}.md", _written("solve", name, f"{name}.md")
    for name in shipped_trainings():
        # What PyTorch adds is how much it differs, which is another number on another machine.
        yield ROOT / "solutions" / f"{name}.md", _written("train", name, f"{name}.md", "--framework", "numpy")
    for name in (*SCRIPTS, *shipped_trainings()):
        for framework in FRAMEWORKS:
            file = f"{name}_{framework}.py"
            yield ROOT / "solutions" / file, _written("code", name, file, "--framework", framework)
    yield ROOT / "tasks" / "task.schema.json", output_of("tasks", "--schema")


def _written(verb: str, task: str, file: str, *options: str) -> str:
    """Return what a command writes to a file of that name."""
    with TemporaryDirectory() as folder:
        path = Path(folder, file)
        finished = command(verb, task, *options, "-o", path)
        assert finished.status == 0, finished.messages
        return path.read_text(encoding="utf-8")


def main() -> None:
    """Write every generated file whose text has changed, and say which."""
    for path, text in generated():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
