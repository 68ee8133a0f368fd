"""MNIST (LeCun, Cortes and Burges): its four IDX files, big-endian headers and a byte for each pixel or label."""

from __future__ import annotations

import struct
from math import prod
from pathlib import Path

import numpy as np
import numpy.typing as npt

from backprop_lab.errors import TaskError
from backprop_lab.training.data.files import exists, read_file, unpacked
from backprop_lab.training.data.rows import MOST_NUMBERS, Rows, one_hot, told_of
from backprop_lab.training.seeded import Floats

_TRAINING, _TEST = "train", "t10k"
_CLASSES = 10
_UNSIGNED_BYTES = 0x0800
"""The magic number of an IDX file, but for the number of its axes."""


def mnist_rows(name: str, folder: Path, most: int | None) -> Rows:
    """Return at most so many first images as rows of pixels, and their digits one-hot.

    Pixels are scaled to -1 … 1, as torchvision's `ToTensor()` and `Normalize((0.5,), (0.5,))` scale them. The test
    images are kept for validation if they are there. The files may be packed with gzip. Raises TaskError, naming
    the file, for what is missing, damaged or no IDX file.
    """
    rows = _part(name, folder, _TRAINING, most)
    if not _there(folder, name, _images(_TEST)):
        return rows
    kept = _part(name, folder, _TEST, most)
    if kept.x.shape[1] != rows.x.shape[1]:
        with told_of("data.mnist", f"{name}/{_images(_TEST)}"):
            raise TaskError(
                f"expected images of {rows.x.shape[1]} pixels, as those to train on, found {kept.x.shape[1]}"
            )
    return Rows(rows.x, rows.y, rows.inputs, rows.targets, rows.classes, kept)


def _images(part: str) -> str:
    return f"{part}-images-idx3-ubyte"


def _part(name: str, folder: Path, part: str, most: int | None) -> Rows:
    images = _idx(folder, name, _images(part), axes=3)
    file = f"{part}-labels-idx1-ubyte"
    labels = _idx(folder, name, file, axes=1)
    with told_of("data.mnist", f"{name}/{file}"):
        if len(labels) != len(images):
            raise TaskError(f"expected {len(images):,} labels, one for each image, found {len(labels):,}")
        wrong = np.flatnonzero(labels >= _CLASSES)
        if len(wrong):
            raise TaskError(f"label {wrong[0] + 1}: expected a digit, found {labels[wrong[0]]}")
    images, labels = images[:most], labels[:most]
    pixels = images.reshape(len(images), -1)
    names = tuple(f"pixel {number}" for number in range(pixels.shape[1]))
    digits = tuple(map(str, range(_CLASSES)))
    return Rows(_scaled(pixels), one_hot(labels.astype(np.intp), _CLASSES), names, digits, _CLASSES)


def _scaled(pixels: npt.NDArray[np.uint8]) -> Floats:
    scaled = pixels / 255
    scaled -= 0.5
    scaled /= 0.5
    return scaled


def _there(folder: Path, name: str, file: str) -> str | None:
    """Return the path of a file, packed or not; None if neither is there."""
    return next((path for path in (f"{name}/{file}", f"{name}/{file}.gz") if exists(folder, path)), None)


def _idx(folder: Path, name: str, file: str, *, axes: int) -> npt.NDArray[np.uint8]:
    """Return the bytes of an IDX file in their shape."""
    path = _there(folder, name, file) or f"{name}/{file}"
    with told_of("data.mnist", path):
        content = unpacked(read_file(folder, path))
        start = 4 * (1 + axes)
        if len(content) < start:
            raise TaskError(f"is not an IDX file: it ends within its header of {start} bytes")
        magic, *shape = struct.unpack_from(f">{1 + axes}I", content)
        if magic != _UNSIGNED_BYTES + axes:
            raise TaskError(
                f"is not such an IDX file: expected the magic number {_UNSIGNED_BYTES + axes}, found {magic}"
            )
        if prod(shape) != len(content) - start:
            size = " × ".join(map(str, shape))
            raise TaskError(f"is damaged: expected {size} bytes after its header, found {len(content) - start:,}")
        if not 0 < prod(shape) <= MOST_NUMBERS:
            raise TaskError(f"expected 1 to {MOST_NUMBERS:,} bytes after its header, found {prod(shape):,}")
        return np.frombuffer(content, np.uint8, offset=start).reshape(shape)
