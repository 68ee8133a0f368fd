from __future__ import annotations

import contextlib
import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lab.errors import TaskError
from backprop_lab.training.data import load_data, npzfile
from backprop_lab.trainingtask import TrainingDataTable
from tests.training.data.told import complaint

TABLE = TrainingDataTable(npz="rows.npz")
CLASSES = TrainingDataTable(npz="rows.npz", classes=True)
X = np.arange(6.0).reshape(3, 2)
Y = np.array([1.0, 2.0, 3.0])
DAMAGED = "is not an .npz file, or it is damaged; expected one that numpy.savez wrote"


def member(content: bytes, **others: Any) -> bytes:
    """Return an archive whose x has these bytes."""
    file = io.BytesIO()
    np.savez(file, **{"y": Y, **others})
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", content)
    return file.getvalue()


def header(text: str, *, version: bytes = b"\x01\x00", behind: bytes = b"") -> bytes:
    encoded = text.encode()
    return b"\x93NUMPY" + version + len(encoded).to_bytes(2, "little") + encoded + behind


def refused(folder: Path, table: TrainingDataTable = TABLE) -> str:
    return complaint(folder, table).removeprefix("data.npz: rows.npz: ")


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("x", [X, np.asfortranarray(X), X.astype(">f4"), X.astype(np.uint8), X.astype(np.longdouble)])
def test_arrays_are_read_as_they_were_saved(tmp_path: Path, save: Any, x: Any) -> None:
    save(tmp_path / "rows.npz", x=x, y=Y, other=np.array(["text"]))
    data = load_data(TABLE, tmp_path)

    assert np.array_equal(data.x, X)
    assert data.x.dtype == np.float64
    assert data.y.tolist() == [[1], [2], [3]]
    assert (data.inputs, data.targets) == (("x1", "x2"), ("y1",))


def test_images_are_flattened(tmp_path: Path) -> None:
    images = np.arange(3 * 4 * 5).reshape(3, 4, 5)
    np.savez(tmp_path / "rows.npz", x=images, y=Y)

    assert np.array_equal(load_data(TABLE, tmp_path).x, images.reshape(3, 20))


@pytest.mark.parametrize(
    ("y", "names"),
    [
        ([4, 10, 9], ("4", "9", "10")),
        ([4.0, 10.0, 9.0], ("4", "9", "10")),
        ([[4], [10], [9]], ("4", "9", "10")),
        (["b", "c", "a"], ("a", "b", "c")),
        ([False, True, True], ("0", "1")),
    ],
)
def test_classes_are_in_the_order_of_their_labels(tmp_path: Path, y: list[Any], names: tuple[str, ...]) -> None:
    np.savez(tmp_path / "rows.npz", x=X, y=np.array(y))
    data = load_data(CLASSES, tmp_path)

    assert data.targets == names
    found = [names[place] for place in data.y.argmax(axis=1)]
    assert found == [str(label) for label in np.array(y, dtype=str if isinstance(y[0], str) else int).ravel()]


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": X}, 'has no array "y"; expected x and y, found x'),
        ({}, 'has no array "x"; expected x and y, found none'),
        (
            {"x": X, "y": Y[:2]},
            "expected x (rows, inputs) and y (rows, outputs), with as many rows; found x (3, 2) and y (2,)",
        ),
        (
            {"x": 1.0, "y": Y},
            "expected x (rows, inputs) and y (rows, outputs), with as many rows; found x () and y (3,)",
        ),
        (
            {"x": X[:0], "y": Y[:0]},
            "expected x (rows, inputs) and y (rows, outputs), with as many rows; found x (0, 2) and y (0,)",
        ),
        (
            {"x": np.array([[1.0], [2], [np.nan]]), "y": Y},
            "x[2, 0]: expected a number from -1e+100 to 1e+100, found nan",
        ),
        ({"x": X, "y": Y * np.inf}, "y[0]: expected a number from -1e+100 to 1e+100, found inf"),
        ({"x": X * 1j, "y": Y}, "x: expected real numbers, found complex numbers"),
        ({"x": X, "y": np.array(["a"] * 3)}, "y: expected real numbers, found text; labels go with classes = true"),
        ({"x": np.array(["a"] * 3), "y": Y}, "x: expected real numbers, found text"),
        ({"x": X, "y": np.array([b"a"] * 3)}, "y: expected real numbers, found text"),
        ({"x": np.zeros(3, "f4,f4"), "y": Y}, "x: expected real numbers, found records"),
        ({"x": np.zeros(3, "M8[s]"), "y": Y}, "x: expected real numbers, found dates"),
    ],
)
def test_arrays_that_are_no_data_are_told(tmp_path: Path, arrays: dict[str, Any], message: str) -> None:
    np.savez(tmp_path / "rows.npz", **arrays)
    if not arrays:
        (tmp_path / "rows.npz").write_bytes(empty_archive())
    assert refused(tmp_path) == message


def empty_archive() -> bytes:
    file = io.BytesIO()
    zipfile.ZipFile(file, "w").close()
    return file.getvalue()


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([0, 0.5, 1], "y[1]: expected the whole number of a class, found 0.5"),
        (
            [[0, 1], [1, 0], [0, 1]],
            "y: expected one class for each row, found the shape (3, 2); one-hot rows go without classes",
        ),
        ([2, 2, 2], 'expected at least 2 classes, found only "2"'),
    ],
)
def test_targets_that_are_no_classes_are_told(tmp_path: Path, y: list[Any], message: str) -> None:
    np.savez(tmp_path / "rows.npz", x=X, y=np.array(y))
    assert refused(tmp_path, CLASSES) == message


def test_python_objects_are_never_loaded(tmp_path: Path) -> None:
    np.savez(tmp_path / "rows.npz", x=np.array([{}, [], None], dtype=object), y=Y)
    assert refused(tmp_path) == "x: expected real numbers, found Python objects"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            header("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 1000000000000)}"),
            "x: expected at most 67,108,864 numbers, found 3,000,000,000,000",
        ),
        (
            header("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 1000)}", behind=bytes(24)),
            "x: is damaged: its header states the shape (3, 1000), which is not that of its numbers",
        ),
        (
            header("{'descr': '<f8', 'fortran_order': False, 'shape': (-3, -1)}", behind=bytes(24)),
            "x: is damaged: its header states the shape (-3, -1), which is not that of its numbers",
        ),
        (header("(" * 5000), DAMAGED),
        (header("{'descr': '<f8'}"), DAMAGED),
        (header("__import__('os').abort()"), DAMAGED),
        (header("{'descr': '<f8', 'fortran_order': False, 'shape': (3,)}" + " " * 20_000), DAMAGED),
        (header("{'descr': '<f8', 'fortran_order': False, 'shape': (3,)}", version=b"\x09\x00"), DAMAGED),
        (b"\x80\x04.", DAMAGED),
        (b"", DAMAGED),
    ],
)
def test_a_header_that_lies_makes_no_room(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "rows.npz").write_bytes(member(content))
    assert refused(tmp_path) == message


def test_a_member_that_unpacks_to_more_than_a_file_may_have_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.savez_compressed(tmp_path / "rows.npz", x=np.zeros((3, 100_000)), y=Y)
    monkeypatch.setattr(npzfile, "LARGEST_FILE", 1 << 20)
    assert refused(tmp_path) == "x: is larger than 1 MiB"


def test_a_directory_of_too_many_entries_is_not_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "rows.npz", "w") as archive:
        for number in range(1001):
            archive.writestr(f"{number}.npy", b"")
    assert refused(tmp_path) == "has more than 1,000 arrays; expected x and y"


def saved() -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, x=X, y=Y)
    return file.getvalue()


@given(st.data())
def test_damage_is_told_or_does_no_harm(data: st.DataObject) -> None:
    content = bytearray(saved())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(1, len(content)))]
    with contextlib.suppress(TaskError):
        assert set(npzfile._arrays(bytes(content))) == {"x", "y"}
