"""The wheel of what is running installs it elsewhere as it is here."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
import zipfile
from importlib.metadata import requires, version
from pathlib import Path

from backprop_lab.classroom.wheel import PACKAGE, own_wheel, pins
from backprop_lab.resources import folder

NAME, CONTENT = own_wheel()


def opened() -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(CONTENT))


def test_it_holds_every_module_template_and_task_and_nothing_that_was_compiled() -> None:
    with opened() as wheel:
        names = set(wheel.namelist())
        for path in PACKAGE.rglob("*.py"):
            assert wheel.read(f"backprop_lab/{path.relative_to(PACKAGE).as_posix()}") == path.read_bytes()
        for part in ("templates", "tasks"):
            for path in folder(part).rglob("*.*"):
                name = path.relative_to(folder(part)).as_posix()
                assert wheel.read(f"backprop_lab/data/{part}/{name}") == path.read_bytes()
        assert "backprop_lab/data/tasks/training/lab_task_4.toml" in names
    assert not [name for name in names if "__pycache__" in name]


def test_its_record_is_that_of_its_files() -> None:
    info = f"backprop_lab-{version('backprop-lab')}.dist-info"
    with opened() as wheel:
        rows = list(csv.reader(io.StringIO(wheel.read(f"{info}/RECORD").decode())))
        assert [row[0] for row in rows] == wheel.namelist()
        for name, digest, size in rows[:-1]:
            content = wheel.read(name)
            expected = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
            assert (digest, int(size)) == (f"sha256={expected}", len(content))
        assert wheel.read(f"{info}/METADATA").decode().startswith("Metadata-Version: ")
    assert f"{version('backprop-lab')}-py3-none-any.whl" == NAME.removeprefix("backprop_lab-")


def test_it_is_the_same_each_time_and_names_no_path_of_this_computer() -> None:
    assert own_wheel() == (NAME, CONTENT)
    with opened() as wheel:
        told = b"".join(wheel.read(name) for name in wheel.namelist() if ".dist-info/" in name)
    for path in (PACKAGE.parent, Path.home()):
        assert str(path).encode() not in told


def test_the_pins_are_of_what_is_installed_and_required_also_through_others() -> None:
    found = dict(pin.split("==") for pin in pins(()))
    needed = [str(re.match(r"[\w-]+", one)[0]) for one in requires("backprop-lab") or () if ";" not in one]  # type: ignore[index]
    assert {"numpy", "msgspec", *needed} <= found.keys()
    assert found["numpy"] == version("numpy")
    assert found["markupsafe"] == version("markupsafe")  # which Jinja requires
    assert not {"backprop-lab", "pytest", "torch"} & found.keys()
    assert not [pin for pin in pins(("torch",)) if "+" in pin]
