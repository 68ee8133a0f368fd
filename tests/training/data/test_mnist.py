from __future__ import annotations

import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from backprop_lab.training.data import load_data
from backprop_lab.trainingtask import TrainingDataTable
from tests.needs import needs_torch
from tests.training.data.told import complaint

TABLE = TrainingDataTable(mnist="mnist")
Bytes = npt.NDArray[np.uint8]


def idx(array: Bytes) -> bytes:
    """Write an IDX file: two zeros, the code of unsigned bytes, the number of axes, their lengths, the bytes."""
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def digits(count: int, seed: int = 0) -> tuple[Bytes, Bytes]:
    draws = np.random.default_rng(seed)
    return draws.integers(0, 256, (count, 28, 28), np.uint8), draws.integers(0, 10, count, np.uint8)


def part(folder: Path, name: str, images: Bytes, labels: Bytes, *, packed: bool = False) -> None:
    (folder / "mnist").mkdir(exist_ok=True)
    for file, array in ((f"{name}-images-idx3-ubyte", images), (f"{name}-labels-idx1-ubyte", labels)):
        content = idx(array)
        path = folder / "mnist" / (f"{file}.gz" if packed else file)
        path.write_bytes(gzip.compress(content) if packed else content)


@pytest.mark.parametrize("packed", [False, True])
def test_images_become_rows_as_the_transforms_of_the_course_make_them(tmp_path: Path, packed: bool) -> None:
    needs_torch()
    import torch

    images, labels = digits(7)
    part(tmp_path, "train", images, labels, packed=packed)
    data = load_data(TABLE, tmp_path)

    scaled = (torch.from_numpy(images.copy()).float().div(255) - 0.5) / 0.5
    assert data.x.shape == (7, 784)
    assert np.allclose(data.x, scaled.view(-1, 784).numpy(), rtol=0, atol=1e-7)
    assert data.y.tolist() == np.eye(10)[labels].tolist()
    assert (data.classes, data.targets, len(data.inputs)) == (10, tuple("0123456789"), 784)
    assert data.validation_x is None


def test_black_is_minus_one_and_white_is_one(tmp_path: Path) -> None:
    images = np.zeros((1, 28, 28), np.uint8)
    images[0, 0, 1] = 255
    part(tmp_path, "train", images, np.array([3], np.uint8))

    assert load_data(TABLE, tmp_path).x[0, :3].tolist() == [-1, 1, -1]


def test_the_test_images_are_kept_for_validation(tmp_path: Path) -> None:
    part(tmp_path, "train", *digits(7))
    images, labels = digits(4, seed=1)
    part(tmp_path, "t10k", images, labels)
    data = load_data(TABLE, tmp_path)

    assert data.x.shape == (7, 784)
    assert data.validation_x is not None
    assert data.validation_y is not None
    assert np.array_equal(data.validation_x, (images.reshape(4, 784) / 255 - 0.5) / 0.5)
    assert data.validation_y.argmax(axis=1).tolist() == labels.tolist()


def test_the_test_images_are_left_out_where_the_task_keeps_a_share_of_the_others(tmp_path: Path) -> None:
    part(tmp_path, "train", *digits(8))
    part(tmp_path, "t10k", *digits(4, seed=1))
    whole = load_data(TABLE, tmp_path)
    data = load_data(TrainingDataTable(mnist="mnist", validation=0.25), tmp_path)

    assert data.validation_x is not None
    assert np.array_equal(np.vstack([data.x, data.validation_x]), whole.x)


def test_rows_are_the_first_of_both_parts(tmp_path: Path) -> None:
    part(tmp_path, "train", *digits(8))
    part(tmp_path, "t10k", *digits(4, seed=1))
    whole = load_data(TABLE, tmp_path)
    data = load_data(TrainingDataTable(mnist="mnist", rows=3), tmp_path)

    assert np.array_equal(data.x, whole.x[:3])
    assert data.validation_x is not None
    assert whole.validation_x is not None
    assert np.array_equal(data.validation_x, whole.validation_x[:3])
    message = complaint(tmp_path, TrainingDataTable(mnist="mnist", rows=9))
    assert message == "data.rows: expected at most 8, as many as there are, found 9"


IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        (IMAGES, None, "no such file in the folder of the task file"),
        (LABELS, None, "no such file in the folder of the task file"),
        (IMAGES, idx(digits(2)[1]), "is not an IDX file: it ends within its header of 16 bytes"),
        (LABELS, idx(digits(2)[0]), "is not such an IDX file: expected the magic number 2049, found 2051"),
        (IMAGES, idx(digits(2)[0])[:-1], "is damaged: expected 2 × 28 × 28 bytes after its header, found 1,567"),
        (
            IMAGES,
            struct.pack(">4I", 2051, 2**32 - 1, 2**32 - 1, 2**32 - 1) + b"1",
            "is damaged: expected 4294967295 × ",
        ),
        (IMAGES, struct.pack(">4I", 2051, 0, 28, 28), "expected 1 to 67,108,864 bytes after its header, found 0"),
        (LABELS, idx(digits(3)[1]), "expected 2 labels, one for each image, found 3"),
        (LABELS, idx(np.array([3, 10], np.uint8)), "label 2: expected a digit, found 10"),
        (IMAGES, gzip.compress(b"1")[:-3], "is damaged: it cannot be unpacked with gzip"),
    ],
)
def test_a_file_that_is_wrong_is_told_by_its_name(
    tmp_path: Path, file: str, content: bytes | None, message: str
) -> None:
    part(tmp_path, "train", *digits(2))
    path = tmp_path / "mnist" / file
    path.unlink() if content is None else path.write_bytes(content)

    assert complaint(tmp_path, TABLE).startswith(f"data.mnist: mnist/{file}: {message}")


def test_test_images_of_another_size_are_told(tmp_path: Path) -> None:
    part(tmp_path, "train", *digits(2))
    images: Any = digits(2)[0][:, :20]
    part(tmp_path, "t10k", np.ascontiguousarray(images), digits(2)[1])
    message = "expected images of 784 pixels, as those to train on, found 560"
    assert complaint(tmp_path, TABLE) == f"data.mnist: mnist/t10k-images-idx3-ubyte: {message}"
