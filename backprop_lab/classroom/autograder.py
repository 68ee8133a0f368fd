"""An autograder for Gradescope: an archive of this package, a task, and the scripts that Gradescope runs."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from backprop_lab.classroom.packing import pack
from backprop_lab.classroom.wheel import own_wheel, pins
from backprop_lab.feedback import Reveal
from backprop_lab.limits import Limits
from backprop_lab.templating import render
from backprop_lab.wholefile import whole_file

TASK = "task.toml"
SETTINGS = "settings.json"
CONSTRAINTS = "constraints.txt"
SCRIPTS = {"setup.sh": "gradescope_setup.sh.j2", "run_autograder": "gradescope_run.sh.j2"}


class Settings(Struct, frozen=True):
    """How an autograder marks, whichever submission it is given."""

    limits: Limits
    reveal: Reveal


def write_autograder(text: str, settings: Settings, path: Path, *, torch: bool = False) -> None:
    """Write the archive that Gradescope takes for a task whose file has that text; programs may use PyTorch or not.

    The same task, settings and installed packages make the same bytes.
    Raises LabError where it cannot be written, or this package is not installed.
    """
    extras = ("notebooks", "torch") if torch else ("notebooks",)
    wheel, content = own_wheel()
    context = {"wheel": wheel, "extras": ",".join(extras), "constraints": CONSTRAINTS}
    members = {
        **{name: render(template, context).encode() for name, template in SCRIPTS.items()},
        TASK: text.encode(),
        SETTINGS: msgspec.json.encode(settings),
        CONSTRAINTS: "".join(f"{pin}\n" for pin in pins(extras)).encode(),
        wheel: content,
    }
    with whole_file(path) as file:
        pack(file, members.items(), executable=SCRIPTS)
