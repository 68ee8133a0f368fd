from __future__ import annotations

import re
import tomllib

import pytest

from backprop_lab.taskfile import load_task
from backprop_lab.writing.notation import NOTATIONS, NotationName
from tests.command import output_of
from tests.solved import SHIPPED, entries, solved

TASK_2 = {
    "lesson": ["Z1", "Z2", "H1", "H2", "Z3", "yhat", "E", "L"],
    "standard": ["z1_1", "z1_2", "a1_1", "a1_2", "z2_1", "a2_1", "e1", "L"],
    "pytorch": ["z1[0,0]", "z1[0,1]", "a1[0,0]", "a1[0,1]", "z2[0,0]", "a2[0,0]", "error[0,0]", "loss"],
}


@pytest.mark.parametrize("notation", NOTATIONS)
def test_a_sheet_has_a_line_for_every_number_in_the_order_of_work(notation: NotationName) -> None:
    sheet = tomllib.loads(output_of("sheet", "lab_task_2", "--notation", notation))
    assert list(sheet["answers"]) == TASK_2[notation]
    assert set(sheet["answers"].values()) == {""}
    assert (sheet["name"], sheet["id"]) == ("", "")


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("name", SHIPPED)
def test_the_keys_are_the_names_that_the_json_gives_the_numbers(name: str, notation: NotationName) -> None:
    sheet = tomllib.loads(output_of("sheet", name, "--notation", notation))
    record = solved(name, notation, steps=1)
    asked = {ask.step for ask in load_task(name).asked}
    names = [entry["ascii"] for step, entry in entries(record) if step["name"] in asked]
    assert sorted(sheet["answers"]) == sorted(names)


def test_the_keys_stand_row_by_row_as_the_notation_writes_a_matrix() -> None:
    rows = {
        notation: list(tomllib.loads(output_of("sheet", "mazur", "--notation", notation))["answers"])
        for notation in NOTATIONS
    }
    assert [key for key in rows["lesson"] if key.startswith("dw1")] == ["dw11", "dw12", "dw13", "dw14"]
    assert [key for key in rows["standard"] if key.startswith("dW1")] == ["dW1_11", "dW1_12", "dW1_21", "dW1_22"]
    assert [key for key in rows["pytorch"] if key.startswith("fc1.weight.grad")] == [
        f"fc1.weight.grad[{unit},{number}]" for unit in (0, 1) for number in (0, 1)
    ]


def test_what_is_asked_is_on_the_sheet_with_its_points() -> None:
    ask = '[{step = "z1", points = 3}, {step = "L"}, {step = "dx", points = 0.5}]'
    text = output_of("sheet", "lab_task_3", "--set", f"ask={ask}")
    assert list(tomllib.loads(text)["answers"]) == ["Z1", "Z2", "L", "dx1", "dx2", "dx3"]
    assert re.findall(r"\(([\d./]+) points?\)", text)[:2] == ["3", "1"]


def test_a_title_stays_in_its_comment() -> None:
    text = output_of("sheet", "lab_task_2", "--set", 'title=" = [x] # \\" '.replace("\\", ""))
    assert list(tomllib.loads(text)["answers"]) == TASK_2["lesson"]
