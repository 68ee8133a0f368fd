from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from backprop_lab.taskfile import shipped_trainings
from tests.command import command, output_of
from tests.solved import SHIPPED


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_every_shipped_task_is_listed_with_its_network() -> None:
    lines = output_of("tasks").splitlines()
    assert [line.split()[0] for line in lines] == [*SHIPPED, *shipped_trainings()]
    assert next(line for line in lines if line.startswith("lab_task_3 ")).split(maxsplit=1)[1] == (
        "Laboratory Task 3 (3-2-1, relu, relu)"
    )
    assert lines[-3].split(maxsplit=1)[1] == "Laboratory Task 4 (training: units 4-1, 1000 epochs)"


def test_the_task_files_of_this_folder_are_listed_too_and_no_others() -> None:
    assert command("new", "mine", "--sizes", "4-2").status == 0
    Path("pyproject.toml").write_text('[project]\nname = "x"\n')
    Path("broken.toml").write_text("[network]\n")
    Path("junk.toml").write_bytes(b"\xff\x00")
    Path("folder.toml").mkdir()
    lines = output_of("tasks").splitlines()[len(SHIPPED) + len(shipped_trainings()) :]
    assert [line.split()[0] for line in lines] == ["broken.toml", "mine.toml"]
    assert "not usable" in lines[0]
    assert "(4-2, relu)" in lines[1]


def test_the_schema_is_a_json_schema() -> None:
    schema = json.loads(output_of("tasks", "--schema"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"].startswith("https://json-schema.org/draft/2020-12")
