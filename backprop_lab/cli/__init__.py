"""The command line: parse, one library call, write."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from typing import Any

import click

from backprop_lab.errors import LabError

COMMANDS = (
    "tasks", "new", "solve", "derive", "verify", "sheet", "variants", "handout", "check", "grade", "regrade",
    "gradescope", "code", "train",
)  # fmt: skip
BAD_INPUT = 2
INTERRUPTED = 130
INTERNAL_ERROR = 70


class _Commands(click.Group):
    """Imports a command's module only when that command is asked for."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"backprop_lab.cli.{cmd_name}").command
        return command


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="backprop-lab")
def commands() -> None:
    """Work backpropagation step by step, check it, and hand it out.

    TASK is the name of a shipped task (see `backprop-lab tasks`) or the path of a task file.

    \b
    Example:
      backprop-lab solve lab_task_3 -o solution.md
    """


def main() -> None:
    """Run the command line and leave with its exit status."""
    sys.exit(run())


def run(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit status.

    0: done; 1: a check disagrees; 2: bad input or usage; 70: a mistake of ours; 130: interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")  # names of files may be no text
    try:
        if not (sys.argv[1:] if arguments is None else arguments):
            arguments = ["--help"]
        status = commands.main(arguments, prog_name="backprop-lab", standalone_mode=False)
        click.echo(nl=False)  # flushes, if there is a standard output at all
        return status if isinstance(status, int) else 0
    except click.ClickException as error:
        _complain(error.format_message())
        return BAD_INPUT
    except LabError as error:
        _complain(str(error))
        return BAD_INPUT
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except SystemExit:  # how click answers a closed pipe that it notices first
        return 0
    except OSError as error:
        _complain(f"{error.filename or 'the output'}: {error.strerror}")
        return BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        _complain("interrupted")
        return INTERRUPTED
    except Exception:
        import traceback

        traceback.print_exc()
        _complain("this is a mistake in backprop-lab itself; please report it with the lines above")
        return INTERNAL_ERROR


def _complain(message: str) -> None:
    with contextlib.suppress(OSError):  # the exit status says it where standard error cannot be written
        click.echo("backprop-lab: " + " ".join(message.split()), err=True)
