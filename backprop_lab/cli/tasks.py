"""backprop-lab tasks."""

from __future__ import annotations

from pathlib import Path

import click

from backprop_lab.cli.options import deliver
from backprop_lab.errors import LabError
from backprop_lab.taskfile import is_task_file, load_lab, load_task, shipped_tasks, shipped_trainings
from backprop_lab.trainingtask import TrainingTask


@click.command(name="tasks")
@click.option("--schema", "as_schema", is_flag=True, help="Print the JSON Schema of a task file, for your editor.")
@click.option("--hides", "hiding", metavar="TASK", help="List the mistakes that a task's own numbers cannot show.")
def command(as_schema: bool, hiding: str | None) -> None:
    """List the shipped tasks and the task files of this folder.

    \b
    Examples:
      backprop-lab tasks
      backprop-lab tasks --hides lab_task_3
    """
    if hiding is not None:
        from backprop_lab.feedback import hidden_page
        from backprop_lab.marking.hiding import hidden

        task = load_task(hiding)
        deliver(hidden_page(task, hidden(task)), None)
        return
    if as_schema:
        import msgspec

        from backprop_lab.tables import schema

        deliver(msgspec.json.format(msgspec.json.encode(schema()), indent=2).decode(), None)
        return
    here = [path for path in sorted(Path().glob("*.toml")) if path.is_file() and is_task_file(path)]
    names = [*shipped_tasks(), *shipped_trainings(), *map(str, here)]
    width = max(map(len, names))
    for name in names:
        deliver(f"{name:<{width}}  {_summary(name)}", None)


def _summary(name: str) -> str:
    try:
        task = load_lab(name)
    except LabError as error:
        return f"not usable: {error}"
    if isinstance(task, TrainingTask):
        epochs = f"{task.training.epochs} epoch{'s' if task.training.epochs > 1 else ''}"
        return f"{task.title} (training: units {'-'.join(map(str, task.network.units))}, {epochs})"
    network = f"{'-'.join(map(str, task.sizes))}, {', '.join(task.network.activations)}"
    return f"{task.title} ({network})"
