"""Options that several commands share, and where their output goes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from backprop_lab.errors import LabError, NumberError, VariantError
from backprop_lab.limits import Limits
from backprop_lab.settings import givens_as_settings
from backprop_lab.task import Task
from backprop_lab.taskfile import (
    find_task,
    load_lab,
    load_task,
    shipped_tasks,
    shipped_trainings,
)
from backprop_lab.trainingtask import TrainingTask
from backprop_lab.wholefile import whole_text
from backprop_lab.writing.notation import NOTATIONS

if TYPE_CHECKING:
    from backprop_lab.variants import Variant


def _completing(*shipped: Callable[[], Iterable[str]]) -> Callable[..., list[Any]]:
    """Return what completes the name of a task: one of those shipped, or a file that is here."""

    def complete(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        names = chain(*(names() for names in shipped), map(str, Path().glob("*.toml")))
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]

    return complete


task_argument = click.argument("task", shell_complete=_completing(shipped_tasks))
"""A task of one pass."""
optional_task_argument = click.argument(
    "task", required=False, metavar="TASK", shell_complete=_completing(shipped_tasks)
)
"""With `model_options`, by which the task may be named too."""
training_argument = click.argument("task", shell_complete=_completing(shipped_trainings))
lab_argument = click.argument("task", shell_complete=_completing(shipped_tasks, shipped_trainings))
"""A task of either kind."""
set_option = click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE",
    help="Change a key of the task or a given number, such as learning_rate=0.5 or w11=0.3; may be repeated.",
)  # fmt: skip
notation_option = click.option("--notation", type=click.Choice(NOTATIONS), help="How symbols are written.")
decimals_option = click.option(
    "--decimals",
    type=click.IntRange(0, 12),
    help="Decimals that are shown, and that each step is rounded to under carry.",
)
output_option = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write to a file, whole or not at all.",
)


_seconds_option = click.option(
    "--seconds",
    type=click.IntRange(1, 3600),
    help="How long a program may run; by default as the task says, else 20.",
)
_limit_option = click.option(
    "--limit",
    "limits",
    multiple=True,
    metavar="NAME=NUMBER",
    help="A limit of a program's run in place of the task's, such as memory=2000000000; may be repeated.",
)


def limit_options(command: Any) -> Any:
    """Give a command the options by which the limits of a run are changed."""
    return _seconds_option(_limit_option(command))


def limits_with(limits: Limits, seconds: int | None, settings: tuple[str, ...]) -> Limits:
    """Return limits with those that the command line names; raise LabError for what is none."""
    import msgspec

    tables = msgspec.to_builtins(limits)
    for setting in settings:
        name, _, value = setting.partition("=")
        if name not in tables or not value:
            raise LabError(f'--limit "{setting[:60]}": expected NAME=NUMBER, with a name of {", ".join(tables)}')
        tables[name] = value
    try:
        changed = msgspec.convert(tables, Limits, strict=False)
    except msgspec.ValidationError as error:
        raise LabError(f"--limit: {str(error).replace('`', '').replace(' - at $.', ': ')}") from None
    return changed if seconds is None else changed.lasting(seconds)


SEED = click.IntRange(0, 10**18 - 1)
"""What variants are drawn from: as many digits as a roster's own seeds may have."""

_seed_option = click.option(
    "--seed", type=SEED, help="Take the numbers of a student's own sheet, drawn from this seed; goes with --id."
)
_id_option = click.option("--id", "student", metavar="ID", help="The student whose sheet it is; goes with --seed.")
_roster_option = click.option(
    "--roster",
    type=click.Path(path_type=Path),
    metavar="CSV",
    help="The class that the sheets were made for, if it has seeds of its own; goes with --seed.",
)


def variant_options(command: Any) -> Any:
    """Give a command the options by which it works on a student's own variant of the task."""
    return _seed_option(_id_option(_roster_option(command)))


_state_option = click.option(
    "--state-dict",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Take weights and biases from a PyTorch state dict; the task file needs none then.",
)
_named_option = click.option("--task", "named_task", metavar="TASK", help="The task, where it does not stand alone.")


def model_options(command: Any) -> Any:
    """Give a command the options by which it works on the weights of a PyTorch model."""
    return _state_option(_named_option(command))


def load_own(
    name: str,
    settings: Sequence[str],
    seed: int | None,
    student: str | None,
    roster: Path | None,
    state_dict: Path | None = None,
) -> Task:
    """Read a task with a student's own numbers, or the weights of a state dict, or its own; then apply settings."""
    if state_dict is not None:
        if seed is not None or student is not None or roster is not None:
            raise LabError("--state-dict goes without --seed, --id and --roster: the weights are those of the file")
        from backprop_lab.bridge.state import put_state_in

        return load_task(name, settings, lambda tables: put_state_in(tables, state_dict))
    variant = own_variant(name, seed, student, roster)
    own = [] if variant is None else givens_as_settings(variant.task)
    return load_task(name, [*own, *settings])


def own_variant(name: str, seed: int | None, student: str | None, roster: Path | None) -> Variant | None:
    """Return the variant of a task that is on a student's sheet; none without a seed.

    By a roster that is the sheet of a handout for it; without one, that of an id which has no seed of its own there,
    and whose first numbers are nobody else's. Raises LabError where one of the options misses another, or the roster
    the student.
    """
    if seed is None and student is None and roster is None:
        return None
    if seed is None or student is None:
        raise LabError("--seed and --id go together, such as --seed 2026 --id s1042")
    if isinstance(load_lab(name), TrainingTask):
        raise LabError(f"--seed: {name} is a training task, which has the same numbers for all; leave --seed out")
    from backprop_lab.classroom.roster import named, read_roster
    from backprop_lab.classroom.row import Student
    from backprop_lab.variants import variants

    if roster is None and not _is_id(student):
        raise LabError(f'--id "{student[:60]}": expected an id as the roster has it, in UTF-8')
    students = [Student(student.strip())] if roster is None else read_roster(roster)
    own = named(student, students)
    keys = [one.variant_key for one in students]
    return dict(zip(keys, variants(load_task(name), seed, keys), strict=True))[own.variant_key]


def _is_id(text: str) -> bool:
    """Tell whether a roster could have an id: it is not empty, and all text."""
    return bool(text.strip()) and not any("\ud800" <= c <= "\udfff" for c in text)


class TaskCommand(click.Command):
    """A command on a task: numbers that cannot be worked with or drawn are told with the task's name."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, on the task that is its argument or its option."""
        named = ctx.params.pop("named_task", None)
        if named is not None and ctx.params["task"] is not None:
            raise click.UsageError(f"TASK is given twice, as {ctx.params['task']} and as --task {named}", ctx)
        ctx.params["task"] = named if ctx.params["task"] is None else ctx.params["task"]
        if ctx.params["task"] is None:
            raise click.MissingParameter(ctx=ctx, param_type="argument", param_hint="'TASK'")
        try:
            return super().invoke(ctx)
        except (NumberError, VariantError) as error:
            raise type(error)(f"{ctx.params['task']}: {error}") from None


def deliver(text: str, output: Path | None, *sources: str | Path) -> None:
    """Print a text, or write it to a file such that nobody ever finds half of it.

    Raises LabError where it cannot be written, or would replace one of its sources: tasks by name, or templates.
    """
    if output is None:
        _print(text)
        return
    try:
        keep_sources(output, *sources)
        if output.exists() and not output.is_file() and not output.is_dir():
            output.write_text(text, encoding="utf-8")  # a pipe or device has no half-written state to hide
            return
        with whole_text(output) as file:
            file.write(text)
    except (OSError, RuntimeError) as error:  # Path.resolve raises a RuntimeError for links in a circle
        raise LabError(f"{output}: cannot be written: {getattr(error, 'strerror', error)}") from None


def keep_sources(output: Path, *sources: str | Path) -> None:
    """Raise LabError where an output would replace one of its sources: tasks by name, or templates."""
    if output.exists() and any(output.samefile(find_task(source)) for source in sources):
        raise LabError(f"{output}: is what it is made from; expected the name of another file")


def _print(text: str) -> None:
    try:
        click.echo(text, nl=not text.endswith("\n"))
    except BrokenPipeError:
        raise
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python tries once more at its end
        raise LabError(f"the output cannot be written: {error.strerror}") from None


def pick_format(formats: tuple[str, ...], given: str | None, *files: Path | None) -> str:
    """Return the format that was asked for, else the one that a file's suffix means, else the first.

    Raises LabError for a suffix that means none of them.
    """
    if given is not None:
        return given
    for file in files:
        if file is not None:
            suffix = (file.with_suffix("") if file.suffix == ".j2" else file).suffix.removeprefix(".")
            if suffix in formats:
                return suffix
            endings = ", ".join(f".{name}" for name in formats)
            raise LabError(f"{file}: cannot tell the format from the name; add --format, or one of {endings}")
    return formats[0]
