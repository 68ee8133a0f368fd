from __future__ import annotations

import gzip
import io
import tarfile
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from backprop_lab.training.data import load_data
from backprop_lab.training.seeded import Floats
from backprop_lab.trainingtask import TrainingDataTable
from tests.needs import needs_sklearn
from tests.training.data.told import complaint

INSIDE = "CaliforniaHousing/cal_housing.data"


def districts(rows: int) -> Floats:
    """Return made-up districts in the nine columns of the file."""
    draws = np.random.default_rng(6)
    low = [-124, 32, 1, 100, 20, 50, 10, 0.5, 15_000]
    high = [-114, 42, 52, 9000, 2000, 5000, 1500, 15, 500_000]
    found = draws.uniform(low, high, (rows, 9))
    return np.hstack([found[:, :2].round(2), found[:, 2:7].round(), found[:, 7:8].round(4), found[:, 8:].round()])


def text(rows: Floats) -> bytes:
    """Return the rows as they are written in the file."""
    return "".join(",".join(f"{number:.6f}" for number in row) + "\n" for row in rows.tolist()).encode()


def archive(name: str, content: bytes, kind: bytes = tarfile.REGTYPE) -> bytes:
    """Return an archive as the one that is downloaded: a folder, a description, the file."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as opened:
        folder = tarfile.TarInfo("CaliforniaHousing")
        folder.type = tarfile.DIRTYPE
        opened.addfile(folder)
        about = tarfile.TarInfo("CaliforniaHousing/cal_housing.domain")
        about.size = 10
        opened.addfile(about, io.BytesIO(b"longitude:"))
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, "elsewhere"
        member.size = len(content) if kind == tarfile.REGTYPE else 0
        opened.addfile(member, io.BytesIO(content))
    return file.getvalue()


def refused(folder: Path, content: bytes) -> str:
    (folder / "housing").write_bytes(content)
    message = complaint(folder, TrainingDataTable(california_housing="housing"))
    return message.removeprefix("data.california_housing: housing: ")


@pytest.mark.parametrize("packed", [False, True])
def test_features_and_target_are_those_that_scikit_learn_derives(tmp_path: Path, packed: bool) -> None:
    needs_sklearn()
    from sklearn.datasets import fetch_california_housing

    rows = districts(30)
    content = archive(INSIDE, text(rows)) if packed else text(rows)
    (tmp_path / "housing").write_bytes(content)
    # What scikit-learn keeps of its download: the columns of the file in the order that it derives from.
    import_module("joblib").dump(rows[:, [8, 7, 2, 3, 4, 5, 6, 1, 0]], tmp_path / "cal_housing_py3.pkz", compress=6)
    expected = fetch_california_housing(data_home=tmp_path, download_if_missing=False)

    data = load_data(TrainingDataTable(california_housing="housing"), tmp_path)

    assert np.array_equal(data.x, expected.data)
    assert np.array_equal(data.y[:, 0], expected.target)
    assert data.inputs == tuple(expected.feature_names)
    assert data.targets == tuple(expected.target_names)


def test_the_first_district_of_the_course_has_its_features(tmp_path: Path) -> None:
    row = b"-122.230000,37.880000,41.000000,880.000000,129.000000,322.000000,126.000000,8.325200,452600.000000\n"
    (tmp_path / "cal_housing.data").write_bytes(row)
    data = load_data(TrainingDataTable(california_housing="cal_housing.data"), tmp_path)

    shown = [round(number, 4) for number in data.x[0].tolist()]
    assert shown == [8.3252, 41.0, 6.9841, 1.0238, 322.0, 2.5556, 37.88, -122.23]
    assert data.y.tolist() == [[4.526]]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ((b"41.0,", b"old,"), 'row 2, column "housingMedianAge": expected a number, found "old"'),
        ((b",126.0", b",0.0"), 'row 2, column "households": expected 1 or more, to divide by, found 0'),
        ((b",126.0", b",nan"), 'row 2, column "households": expected a number from -1e+100 to 1e+100, found nan'),
        ((b",126.0", b""), "row 2: expected 9 cells, as in the first row, found 8"),
    ],
)
def test_a_district_that_is_wrong_is_told(tmp_path: Path, changes: tuple[bytes, bytes], message: str) -> None:
    row = b"-122.2,37.8,41.0,880,129,322,126.0,8.3,452600\n"
    assert refused(tmp_path, row + row.replace(*changes)) == message


def test_the_file_with_names_above_its_columns_is_another(tmp_path: Path) -> None:
    message = 'row 1, column "longitude": expected a number, found "longitude"'
    assert refused(tmp_path, b"longitude,latitude,a,b,c,d,e,f,g\n") == message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (archive("CaliforniaHousing/other.data", b"1\n"), "has no file cal_housing.data in it"),
        (archive(INSIDE, b"", tarfile.SYMTYPE), "has no file cal_housing.data in it"),
        (archive(INSIDE, b"", tarfile.FIFOTYPE), "has no file cal_housing.data in it"),
        (gzip.compress(b"1,2,3\n"), "is not a tar archive, or it is damaged"),
        (
            gzip.compress(gzip.decompress(archive(INSIDE, b"1" * 9000))[:4000]),
            "is damaged: a file in it is said to have 9,000 bytes",
        ),
        (archive(INSIDE, b"1,2\n")[:100], "is damaged: it cannot be unpacked with gzip"),
    ],
)
def test_an_archive_without_the_file_is_told(tmp_path: Path, content: bytes, message: str) -> None:
    assert refused(tmp_path, content) == message


def test_a_file_of_the_archive_that_is_said_to_lie_before_its_beginning_is_told(tmp_path: Path) -> None:
    member = tarfile.TarInfo("loop")
    member.size = -1024
    content = gzip.compress(member.tobuf(tarfile.GNU_FORMAT) + bytes(1024))
    assert refused(tmp_path, content) == "is damaged: a file in it is said to have -1,024 bytes"
