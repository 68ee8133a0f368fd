"""Answer sheets in TOML, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lab.marking.observations import Answer, Where
from backprop_lab.sheet import answer_sheet
from backprop_lab.submissions.sheet import Sheet, csv_sheet, json_sheet, toml_sheet
from backprop_lab.taskfile import load_task
from backprop_lab.writing.notation import NOTATIONS, NotationName
from tests.submissions_reading.files import complaint, ends_in_time, refusal, submitted
from tests.submissions_reading.spelled import TASKS


def answers(sheet: Sheet) -> dict[str, tuple[tuple[float, ...], tuple[float, ...]]]:
    return {answer.where.name: (answer.numbers, answer.units) for answer in sheet.answers}


def single(name: str, number: float, unit: float, line: int) -> Answer:
    return Answer(Where(name, line), (), (number,), (unit,))


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("name", TASKS)
def test_a_sheet_that_was_filled_in_reads_back_in_every_format(name: str, notation: NotationName) -> None:
    blank = answer_sheet(load_task(name), notation)
    keys = [*tomllib.loads(blank)["answers"]]
    written = iter(range(1, len(keys) + 1))
    filled = re.sub(r'(?m)^(?!name|id)(.*) = ""$', lambda line: f'{line[1]} = "-0.{next(written)}"', blank)
    filled = filled.replace('name = ""', 'name = "Ana Ruíz"').replace('id = ""', 'id = "2021-7"')
    numbers = tomllib.loads(filled)["answers"]
    rows = io.StringIO()
    csv.writer(rows).writerows([("name", "Ana Ruíz"), ("id", "2021-7"), ("symbol", "value"), *numbers.items()])
    as_json = json.dumps({"name": "Ana Ruíz", "id": "2021-7", "answers": numbers})

    expected = {key: ((float(text),), (float(f"1e-{len(text) - 3}"),)) for key, text in numbers.items()}

    for sheet in (toml_sheet(filled), json_sheet(as_json), csv_sheet(rows.getvalue())):
        assert (sheet.name, sheet.id, sheet.twice, sheet.unreadable) == ("Ana Ruíz", "2021-7", (), ())
        assert answers(sheet) == expected
    lines = filled.splitlines()
    for answer in toml_sheet(filled).answers:
        assert answer.where.line is not None
        assert answer.where.name in lines[answer.where.line - 1]


@pytest.mark.parametrize("name", TASKS)
def test_a_blank_sheet_has_no_answers(name: str) -> None:
    assert toml_sheet(answer_sheet(load_task(name))) == Sheet()


def test_numbers_without_quotation_marks_keep_their_digits() -> None:
    assert toml_sheet("Z1 = 0.30\nZ2 = 3\nZ3 = 1_0.5").answers == (
        single("Z1", 0.3, 0.01, 1),
        single("Z2", 3, 1, 2),
        single("Z3", 10.5, 0.1, 3),
    )
    assert json_sheet('{"Z1": 0.30,\n"Z2": 3}').answers == (single("Z1", 0.3, 0.01, 1), single("Z2", 3, 1, 2))


def test_tables_in_a_sheet_are_names_with_points() -> None:
    (answer,) = toml_sheet("[answers]\nfc1.weight.grad = [[1, 2.0], [3, 4]]").answers
    assert answer == Answer(Where("fc1.weight.grad", 2), (2, 2), (1, 2, 3, 4), (1, 0.1, 1, 1))
    assert [a.where.name for a in json_sheet('{"fc1": {"bias": [0.1, 0.2]}}').answers] == ["fc1.bias"]


@pytest.mark.parametrize(
    "value",
    [
        '"[[0.2, -0.3], [0.4, 0.1]]"',
        '"0.2 -0.3; 0.4 0.1"',
        "[[0.2, -0.3], [0.4, 0.1]]",
        '[["0.2","-.3"],["2/5",0.1]]',
    ],
)
def test_a_matrix_is_written_as_text_or_as_lists(value: str) -> None:
    for sheet in (toml_sheet(f"W1 = {value}"), json_sheet(f'{{"W1": {value}}}')):
        (answer,) = sheet.answers
        assert (answer.shape, answer.numbers) == ((2, 2), (0.2, -0.3, 0.4, 0.1))


@pytest.mark.parametrize(
    "sheet",
    [
        toml_sheet("name = “Ana”\nZ1 = “-0.7”\nZ2 = ‘0,1’"),
        toml_sheet("name = 'Ana'\nZ1 = '“-0.7”'\nZ2 = 0.1"),
        json_sheet('{"name": "Ana", "Z1": "“-0.7”", "Z2": "„0.1“"}'),
        csv_sheet("name,Ana\nZ1,“-0.7”\nZ2,0.1"),
    ],
)
def test_quotation_marks_of_word_processors_are_quotation_marks(sheet: Sheet) -> None:
    assert answers(sheet) == {"Z1": ((-0.7,), (0.1,)), "Z2": ((0.1,), (0.1,))}
    assert sheet.name == "Ana"


def test_quotation_marks_inside_a_text_stay() -> None:
    assert toml_sheet('name = "Ana “Ann” Ruíz"\nZ1 = 1').name == "Ana “Ann” Ruíz"


def test_what_is_no_number_is_told_and_the_rest_is_read() -> None:
    sheet = toml_sheet('Z1 = "0.5"\nw21_new = "o.3"\nb = true\nd = 2026-01-01\nm = [[1, 2], [3]]\ns = "a\\nb\\u001b"')
    assert [answer.where.name for answer in sheet.answers] == ["Z1"]
    assert sheet.unreadable == (
        'w21_new: "o.3" is not a number',
        "b: is not a number",
        "d: is not a number",
        "m: is not a list of numbers, nor rows of numbers of one length",
        's: "a b" is not a number',
    )


def test_the_last_of_several_answers_counts() -> None:
    sheet = json_sheet('{"answers": {"Z1": 0.3,\n"Z2": 1,\n"Z1": 0.4, "Z2": ""}}')
    assert sheet.answers == (single("Z1", 0.4, 0.1, 3), single("Z2", 1, 1, 3))
    assert sheet.twice == ("Z1",)
    assert csv_sheet("Z1,1\nZ2,0\nZ1,2").twice == ("Z1",)


def test_values_that_are_not_finite_are_answers() -> None:
    for sheet in (toml_sheet("Z1 = nan"), json_sheet('{"Z1": NaN}'), csv_sheet("Z1,nan"), toml_sheet("Z1 = '0/0'")):
        assert math.isnan(sheet.answers[0].numbers[0])
    assert json_sheet('{"Z1": 1e309}').answers[0].numbers == (math.inf,)


@pytest.mark.parametrize(
    "text",
    [
        "name,value\nZ1,0.08\nZ2,-0.7",
        "symbol;value\nZ1;0,08\nZ2;-0,7",
        "Z1\t0,08\nZ2\t-0,7",
        "Z1,0.08\r\nZ2,-0.7\r\n",
        "# mine\n\nZ1, 0.08,\nZ2, -0.7,,\n",
        '"Z1","0.08"\n"Z2","-0,7"',
        "Símbolo;Valor;Comentario\nZ1;0,08;\nZ2;-0,7;corregido",
        "symbol,value,points\nZ1,0.08,2\nZ2,-0.7,1",
        "Name,Ana\nID,7\nZ1,0.08\nZ2,-0.7",
        "Z1,0.08,first\nZ2,-0.7,dead unit",
    ],
)
def test_a_table_reads_with_any_separator_header_and_remarks(text: str) -> None:
    assert answers(csv_sheet(text)) == {"Z1": ((0.08,), (0.01,)), "Z2": ((-0.7,), (0.1,))}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Z1,-0,7\nZ2,0,1\nH1,0", {"Z1": (-0.7,), "Z2": (0.1,), "H1": (0,)}),
        ("name,Ana\nid,7\nZ1,0,08\nZ2,1,5", {"Z1": (0.08,), "Z2": (1.5,)}),
        ("Z1,-0,7\nW1,1,2,3", {"Z1": (-0.7,), "W1": (1, 2, 3)}),
        ("Z1,-0,7\nZ2,0.1\nW1,1,2", {"Z1": (-0.7,), "Z2": (0.1,), "W1": (1, 2)}),
        ("Z1,1,0\nW1,1,2", {"Z1": (1, 0), "W1": (1, 2)}),
        ("Z1,-0,-7", {"Z1": (0, -7)}),
    ],
)
def test_decimal_commas_between_commas_are_seen_where_nothing_else_can_be_meant(
    text: str, numbers: dict[str, tuple[float, ...]]
) -> None:
    assert {name: found for name, (found, _) in answers(csv_sheet(text)).items()} == numbers


def test_a_header_says_which_columns_are_answers() -> None:
    sheet = csv_sheet("Weight,Old,Gradient,Updated,Points\nw21,0.4,0.1,0.3,2\nw22,,,0.5,1")
    assert [(answer.where.name, answer.numbers) for answer in sheet.answers] == [
        ("w21", (0.4,)),
        ("dw21", (0.1,)),
        ("w21_new", (0.3,)),
        ("w22_new", (0.5,)),
    ]
    (answer,) = csv_sheet("Weight,Gradient\nw21,0.1").answers
    assert answer.where.name == "dw21"
    (answer,) = csv_sheet("Symbol,Working,Value,Points\nZ1,0.2-0.9,-0.7,2").answers
    assert answer == single("Z1", -0.7, 0.1, 2)


def test_a_header_of_two_columns_stands_above_rows_of_a_matrix_too() -> None:
    (answer,) = csv_sheet("symbol,value\nW1,0.2,-0.3\nW1,0.4,0.1").answers
    assert (answer.shape, answer.numbers) == ((2, 2), (0.2, -0.3, 0.4, 0.1))


def test_words_beside_a_symbol_are_no_header() -> None:
    assert csv_sheet("Z1,no result\nZ2,1").unreadable == ('Z1: "no result" is not a number',)


def test_a_name_that_is_also_a_heading_is_a_name() -> None:
    assert csv_sheet("Name,Newton\nZ1,1").name == "Newton"


@pytest.mark.parametrize("text", ["W1,0.2,-0.3\nW1,0.4,0.1\nZ1,5", "W1;0,2;-0,3\n;0,4;0,1\nZ1;5"])
def test_rows_of_several_values_are_rows_of_a_matrix(text: str) -> None:
    matrix, number = csv_sheet(text).answers
    assert matrix == Answer(Where("W1", 1), (2, 2), (0.2, -0.3, 0.4, 0.1), (0.1,) * 4)
    assert number == single("Z1", 5, 1, 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[answers]\nZ1 = -.7", 'line 2: is not TOML; write the number between quotation marks: Z1 = "-.7"'),
        ("Z1 = 0,08", 'line 1: is not TOML; write the number between quotation marks: Z1 = "0,08"'),
        ("Z1 = 2/25 # exact", 'line 1: is not TOML; write the number between quotation marks: Z1 = "2/25"'),
        ("Z1 = “0.5", 'line 1: is not TOML; write the number between quotation marks: Z1 = "0.5"'),
        ('Z1 = "0.5', 'line 1: is not TOML; write the number between quotation marks: Z1 = "0.5"'),
        ("Z1 = 1\n\nZ1 = 2", "line 3: Z1 is answered twice; keep one of the two"),
        ("[answers]\n[answers]", "line 2: [answers] stands there twice; keep one of the two"),
        (
            "Z1 is 5",
            "line 1: is not TOML: Expected '=' after a key in a key/value pair; write answers as Z1 = \"0.08\"",
        ),
        ("Z1 = " + "1" * 5000, "is not TOML that can be read: a number has too many digits"),
        ("Z1 = " + "[" * 5000, "is not an answer sheet: its lists are nested too deeply"),
        ("a." * 50_000 + "a = 1", 'is not an answer sheet: a key has more than 20 parts; write Z1 = "0.08"'),
    ],
    ids=range(11),
)
def test_a_sheet_that_is_not_toml_is_told_how_it_would_be(tmp_path: Path, text: str, message: str) -> None:
    assert refusal(tmp_path, "sheet.toml", text) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"Z1": 1,\n}', "line 2: is not JSON: "),
        ('{"Z1": .5}', "line 1: is not JSON: "),
        ("[1]", 'is a list; expected {"answers": {"Z1": "0.08"}}'),
        ("3", 'is a single value; expected {"answers": {"Z1": "0.08"}}'),
        ("[" * 100_000, "is not an answer sheet: its lists are nested too deeply"),
        ('{"a":' * 100_000, "is not an answer sheet: its lists are nested too deeply"),
    ],
    ids=range(6),
)
def test_a_sheet_that_is_not_json_is_told_so(tmp_path: Path, text: str, message: str) -> None:
    assert refusal(tmp_path, "sheet.json", text).startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Z1\nZ2\n", "is not an answer sheet: it has one column; expected lines such as Z1,0.08"),
        ('Z1,1\nZ2,"2', "line 2: is not CSV: unexpected end of data; expected lines such as Z1,0.08"),
        (
            "Z1," + "1" * 200_000,
            "line 1: is not CSV: field larger than field limit (131072); expected lines such as Z1,0.08",
        ),
    ],
    ids=range(3),
)
def test_a_sheet_that_is_not_csv_is_told_so(tmp_path: Path, text: str, message: str) -> None:
    assert refusal(tmp_path, "sheet.csv", text) == message


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (csv_sheet, "Z1,1\n" * 100_000),
        (csv_sheet, "".join(f"Z{number},1\n" for number in range(100_000))),
        (json_sheet, "{" + '"Z1":1,' * 100_000 + '"Z2":2}'),
        (json_sheet, '{"Z1": 1, "note": "' + '\\"' * 500_000 + '"}'),
        (toml_sheet, "Z1 = “" + "a" * 1_000_000),
    ],
    ids=range(5),
)
def test_a_long_sheet_is_read_in_time(read: Callable[[str], Sheet], text: str) -> None:
    assert ends_in_time(complaint, partial(read, text))


def test_of_many_answers_under_one_name_the_last_counts() -> None:
    assert csv_sheet("Z1,1\n" * 1_000).twice == ("Z1",)
    assert len(json_sheet("{" + '"Z1":1,' * 1_000 + '"Z2":2}').answers) == 2


def test_quotation_marks_in_a_text_of_json_are_no_keys() -> None:
    (answer,) = json_sheet('{"Z1": 1, "note": "' + '\\"Z1\\":' * 9 + '"}').answers
    assert answer.where == Where("Z1", 1)


def test_names_of_strangers_are_shown_on_one_line_of_bounded_length() -> None:
    sheet = json_sheet(
        json.dumps({"name": "=cmd()\n\x1b[31m" + "x" * 999, "a\nb": 1, "\ud800" * 500: "y", "k" * 999: 2})
    )
    texts = [sheet.name, *sheet.unreadable, *(answer.where.name for answer in sheet.answers)]
    assert all(text.isprintable() and len(text) < 200 for text in texts)


@given(st.text(max_size=200) | st.text("Z1=\"',;[]{}.-+e\n\t#:0", max_size=200))
def test_any_text_is_a_sheet_or_refused(text: str) -> None:
    for read in (toml_sheet, json_sheet, csv_sheet):
        assert len(complaint(partial(read, text))) < 400


def test_encodings_of_spreadsheets_are_read(tmp_path: Path) -> None:
    for encoding in ("utf-8-sig", "utf-16", "gbk", "cp1252"):
        name = "李雷和韩梅梅" if encoding == "gbk" else "Zoë"
        sheet = submitted(tmp_path, "sheet.csv", f"name;{name}\nZ1;0,5".encode(encoding))
        assert isinstance(sheet, Sheet)
        assert (sheet.name, answers(sheet)) == (name, {"Z1": ((0.5,), (0.1,))})
