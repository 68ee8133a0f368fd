"""California housing (Pace and Barry, 1997): the file that scikit-learn downloads, and its features."""

from __future__ import annotations

import tarfile
from pathlib import Path, PurePosixPath

import numpy as np

from backprop_lab.errors import TaskError
from backprop_lab.training.data.files import as_text, read_file, unpacked
from backprop_lab.training.data.records import Column, columns_of, records
from backprop_lab.training.data.rows import Rows, told_of

_FILE = "cal_housing.data"
_COLUMNS = (
    "longitude", "latitude", "housingMedianAge", "totalRooms", "totalBedrooms", "population", "households",
    "medianIncome", "medianHouseValue",
)  # fmt: skip
"""Of the file, in its order."""
_INPUTS = ("MedInc", "HouseAge", "AveRooms", "AveBedrms", "Population", "AveOccup", "Latitude", "Longitude")
_BLOCK = tarfile.BLOCKSIZE
_MOST_MEMBERS = 1000


def california_rows(name: str, folder: Path) -> Rows:
    """Return the eight features and the target, in 100,000 dollars, of scikit-learn's `fetch_california_housing`.

    They are derived from the nine columns of `cal_housing.data`, which may be in the archive `cal_housing.tgz`.
    Raises TaskError, naming the file, the row and the column.
    """
    with told_of("data.california_housing", name):
        content = read_file(folder, name)
        packed = unpacked(content)
        text = as_text(packed if packed is content else _member(packed))
        columns = [Column(place, name) for place, name in enumerate(_COLUMNS)]
        numbers, _ = columns_of(records(text), len(columns), columns, None)
        longitude, latitude, age, rooms, bedrooms, population, households, income, value = numbers.T
        few = np.flatnonzero(households < 1)
        if len(few):
            found = households[few[0]]
            raise TaskError(f"row {few[0] + 1}, {columns[6]}: expected 1 or more, to divide by, found {found:g}")
    averages = (rooms / households, bedrooms / households, population, population / households)
    x = np.column_stack((income, age, *averages, latitude, longitude))
    return Rows(x, value[:, None] / 100_000, _INPUTS, ("MedHouseVal",))


def _member(archive: bytes) -> bytes:
    """Return the file of an archive: of its headers, only names, kinds and sizes of regular files are followed."""
    place = 0
    for _ in range(_MOST_MEMBERS):
        block = archive[place : place + _BLOCK]
        if not any(block):
            break
        try:
            header = tarfile.TarInfo.frombuf(block, "utf-8", "replace")
        except tarfile.HeaderError:
            raise TaskError("is not a tar archive, or it is damaged") from None
        start, end = place + _BLOCK, place + _BLOCK + header.size
        if not start <= end <= len(archive):
            raise TaskError(f"is damaged: a file in it is said to have {header.size:,} bytes")
        if header.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and PurePosixPath(header.name).name == _FILE:
            return archive[start:end]
        place = start + -(-header.size // _BLOCK) * _BLOCK
    raise TaskError(f"has no file {_FILE} in it")
