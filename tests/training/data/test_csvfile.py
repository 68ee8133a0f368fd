from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lab.training.data import DataSet, load_data
from backprop_lab.training.data.files import as_text
from backprop_lab.training.data.records import Column, columns_of, records
from backprop_lab.trainingtask import TrainingDataTable
from tests.training.data.told import complaint

HOUSES = "rooms,age,price\n3,10,250\n4,2.5,310\n"
NUMBER = "expected a number"


def written(folder: Path, text: str | bytes) -> str:
    content = text if isinstance(text, bytes) else text.encode()
    (folder / "rows.csv").write_bytes(content)
    return "rows.csv"


def read(folder: Path, text: str | bytes, *features: str | int, targets: tuple[str | int, ...] = ()) -> DataSet:
    name = written(folder, text)
    return load_data(TrainingDataTable(csv=name, features=[*features], targets=[*targets]), folder)


def refused(folder: Path, text: str | bytes, *features: str | int, targets: tuple[str | int, ...] = ()) -> str:
    name = written(folder, text)
    table = TrainingDataTable(csv=name, features=[*features], targets=[*targets])
    return complaint(folder, table).removeprefix("data.csv: rows.csv: ")


def test_the_last_column_is_the_target_and_all_others_are_features(tmp_path: Path) -> None:
    data = read(tmp_path, HOUSES)

    assert data.x.tolist() == [[3, 10], [4, 2.5]]
    assert data.y.tolist() == [[250], [310]]
    assert (data.inputs, data.targets, data.classes) == (("rooms", "age"), ("price",), None)
    assert data.x.dtype == data.y.dtype == np.float64
    assert data.x.flags.c_contiguous


def test_columns_are_chosen_by_name_in_the_order_of_the_task(tmp_path: Path) -> None:
    data = read(tmp_path, HOUSES, "age", targets=("price", "rooms"))

    assert data.x.tolist() == [[10], [2.5]]
    assert data.y.tolist() == [[250, 3], [310, 4]]
    assert (data.inputs, data.targets) == (("age",), ("price", "rooms"))


def test_columns_are_chosen_by_number_with_and_without_names_above_them(tmp_path: Path) -> None:
    named = read(tmp_path, HOUSES, 1, targets=(0,))
    unnamed = read(tmp_path, HOUSES.partition("\n")[2], 1, targets=(0,))

    assert named.x.tolist() == unnamed.x.tolist() == [[10], [2.5]]
    assert named.y.tolist() == unnamed.y.tolist() == [[3], [4]]
    assert (named.inputs, unnamed.inputs) == (("age",), ("column 1",))


@pytest.mark.parametrize(
    "text",
    [
        HOUSES.replace(",", ";"),
        HOUSES.replace(",", "\t"),
        HOUSES.replace(",", " , "),
        HOUSES.replace("\n", "\r\n"),
        HOUSES.replace("\n", "\r"),
        HOUSES.replace("\n", "\n\n") + ",,\n",
        "\n" + HOUSES.replace(",", ";"),
        HOUSES.replace("age", '"age"').replace("2.5", '"2.5"'),
        b"\xef\xbb\xbf" + HOUSES.encode(),
        HOUSES.rstrip(),
        HOUSES.replace("2.5", "25e-1"),
    ],
)
def test_other_separators_ends_of_lines_quotes_and_a_byte_order_mark_change_nothing(
    tmp_path: Path, text: str | bytes
) -> None:
    data = read(tmp_path, text)

    assert data.x.tolist() == [[3, 10], [4, 2.5]]
    assert data.inputs == ("rooms", "age")


def test_a_name_may_hold_a_separator_a_quote_and_the_end_of_a_line(tmp_path: Path) -> None:
    data = read(tmp_path, '"size, in ""m""\nnet",price\n1,2\n')

    assert data.inputs == ('size, in "m"\nnet',)


def test_a_column_that_is_not_chosen_may_hold_anything(tmp_path: Path) -> None:
    data = read(tmp_path, "name,x,y\nAda,1,2\n,3,4\n", "x", targets=("y",))

    assert data.x.tolist() == [[1], [3]]


def test_names_that_are_numbers_are_names_if_the_task_calls_them_so(tmp_path: Path) -> None:
    assert read(tmp_path, "2019,2020\n1,2\n", "2019").x.tolist() == [[1]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n3,x\n", f'row 3, column "b": {NUMBER}, found "x"'),
        ("a,b\n1,2\n\n,4\n", f'row 4, column "a": {NUMBER}, found an empty cell'),
        ("1,2\n3,red\n", f'row 2, column 1 (the first is 0): {NUMBER}, found "red"'),
        ("a,b\n1,nan\n", f'row 2, column "b": {NUMBER} from -1e+100 to 1e+100, found nan'),
        ("a,b\n-inf,1\n", f'row 2, column "a": {NUMBER} from -1e+100 to 1e+100, found -inf'),
        ("a,b\n1,2\n1,1e101\n", f'row 3, column "b": {NUMBER} from -1e+100 to 1e+100, found 1e+101'),
        ("a,b\n1,2\n1,2,3\n", "row 3: expected 2 cells, as in the first row, found 3"),
        ("a,b\n1\n", "row 2: expected 2 cells, as in the first row, found 1"),
        ("a;b\n1,5;2\n", f'row 2, column "a": {NUMBER}, found "1,5"; decimals are written with a point: 1.5'),
        ('a,b\n1,"2,5"\n', f'row 2, column "b": {NUMBER}, found "2,5"; decimals are written with a point: 2.5'),
        ("a,b\n1_000,2\n", f'row 2, column "a": {NUMBER}, found "1_000"'),
        ('a,b\n"1\n",2\nx,2\n', f'row 3, column "a": {NUMBER}, found "x"'),
        ('a,b\n1,2\n"3"4,2\n', "row 3: is not CSV: ',' expected after '\"'"),
        ('a,b\n1,"2\n', "row 2: is not CSV: unexpected end of data"),
        ("a,b\n", "has no rows of data"),
        ("\n\n", "is empty"),
        (" , \n", "has no rows of data"),
        ("a\n1\n", "expected columns of features beside the targets, found 1 in all"),
        (b"a,b\n1,\xff\n", "is not UTF-8 text (byte 7); save it as UTF-8"),
        ("a,b\n1,\0\n", "holds NUL characters: not a text; save it as UTF-8"),
    ],
)
def test_what_is_wrong_is_told_with_its_row_and_column(tmp_path: Path, text: str | bytes, message: str) -> None:
    assert refused(tmp_path, text) == message


@pytest.mark.parametrize(
    ("features", "targets", "message"),
    [
        (("romms",), (), 'data.features[0]: no column is called "romms"; did you mean "rooms"?'),
        ((), ("z",), 'data.targets[0]: no column is called "z"; valid: rooms, age, price'),
        ((0, 3), (), "data.features[1]: expected the number of a column, 0 to 2, found 3"),
        (
            ("price",),
            (),
            'data.features: column "price" is chosen twice; expected each as a feature or a target, once',
        ),
        (
            (0,),
            ("rooms",),
            'data.features: column "rooms" is chosen twice; expected each as a feature or a target, once',
        ),
    ],
)
def test_a_column_that_cannot_be_chosen_is_told_with_those_that_can(
    tmp_path: Path, features: tuple[str | int, ...], targets: tuple[str | int, ...], message: str
) -> None:
    assert refused(tmp_path, HOUSES, *features, targets=targets) == message


def test_a_name_that_two_columns_have_chooses_neither(tmp_path: Path) -> None:
    message = 'data.features[0]: 2 columns are called "a"; choose one by its number, from 0'
    assert refused(tmp_path, "a,a,b\n1,2,3\n", "a") == message
    assert read(tmp_path, "a,a,b\n1,2,3\n").x.tolist() == [[1, 2]]


def labelled(folder: Path, *labels: str) -> DataSet:
    name = written(folder, "x,kind\n" + "".join(f"{place},{label}\n" for place, label in enumerate(labels)))
    return load_data(TrainingDataTable(csv=name, classes=True), folder)


def test_labels_become_one_hot_rows_in_the_order_of_their_names(tmp_path: Path) -> None:
    data = labelled(tmp_path, "orange", "apple", "orange", "pear")

    assert data.y.tolist() == [[0, 1, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert (data.classes, data.targets, data.inputs) == (3, ("apple", "orange", "pear"), ("x",))


@pytest.mark.parametrize("labels", [("10", "9", "-1"), ("10.0", "9", "-1.00")])
def test_labels_that_are_whole_numbers_are_in_the_order_of_these(tmp_path: Path, labels: tuple[str, ...]) -> None:
    data = labelled(tmp_path, *labels)

    assert data.targets == ("-1", "9", "10")
    assert data.y.argmax(axis=1).tolist() == [2, 1, 0]


def test_iris_without_names_above_its_columns_has_its_labels(tmp_path: Path) -> None:
    name = written(tmp_path, "5.1,3.5,setosa\n7.0,3.2,versicolor\n")
    data = load_data(TrainingDataTable(csv=name, classes=True), tmp_path)

    assert data.x.tolist() == [[5.1, 3.5], [7.0, 3.2]]
    assert data.targets == ("setosa", "versicolor")


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (("a", "a"), 'expected at least 2 classes, found only "a"'),
        (("a", ""), 'row 3, column "kind": expected the label of a class, found an empty cell'),
        (
            tuple(map(str, range(1001))),
            (
                "found 1,001 classes in 1,001 rows; expected at most 1,000 classes and 67,108,864 entries, "
                "and classes = false where the target is a quantity"
            ),
        ),
    ],
)
def test_labels_that_make_no_classes_are_told(tmp_path: Path, labels: tuple[str, ...], message: str) -> None:
    name = written(tmp_path, "x,kind\n" + "".join(f"1,{label}\n" for label in labels))
    table = TrainingDataTable(csv=name, classes=True)
    assert complaint(tmp_path, table) == f"data.csv: rows.csv: {message}"


CELLS = st.floats(-1e100, 1e100, allow_nan=False)


@given(
    st.integers(2, 5).flatmap(lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1)),
    st.sampled_from(",;\t"),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_numbers_come_back_as_they_were_written(
    rows: list[list[float]], separator: str, quoting: Literal[0, 1]
) -> None:
    file = io.StringIO()
    csv.writer(file, delimiter=separator, quoting=quoting).writerows(rows)
    columns = [Column(place) for place in range(len(rows[0]))]
    found, labels = columns_of(records(as_text(file.getvalue().encode())), len(columns), columns, None)

    assert found.tolist() == rows
    assert labels == []
