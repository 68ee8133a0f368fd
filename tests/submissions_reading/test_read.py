"""A file that was handed in is read as what it is, or refused in one line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from backprop_lab.errors import SubmissionError
from backprop_lab.submissions.notebook import Notebook
from backprop_lab.submissions.prose import LARGEST_PROSE, Prose
from backprop_lab.submissions.read import SUFFIXES, VALID, read_submission
from backprop_lab.submissions.script import Script
from backprop_lab.submissions.sheet import Sheet
from tests.needs import needs, needs_posix
from tests.submissions_reading.files import markdown, notebook_of, refusal, submitted

WRITE_ONLY = Path("/proc/sys/vm/compact_memory")


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("lab.py", "x = 1", Script),
        ("LAB.PY", "x = 1", Script),
        ("lab.ipynb", notebook_of("x = 1"), Notebook),
        ("lab.json", notebook_of(markdown("x")), Notebook),
        ("lab.json", '{"Z1": 1}', Sheet),
        ("lab.toml", "Z1 = 1", Sheet),
        ("lab.csv", "Z1,1", Sheet),
        ("lab.md", "Z1 = 1", Prose),
        ("lab.tex", "$Z_1 = 1$ % = 2", Prose),
        ("lab.txt", "Z1 = 1", Prose),
        ("lab.txt", "Z1: 1", Prose),
        ("lab.txt", "nothing at all", Prose),
        ("lab.txt", '[answers]\nZ1 = "1"', Sheet),
        ("lab.txt", '{"Z1": 1}', Sheet),
        ("lab.txt", notebook_of("x = 1"), Notebook),
        ("lab.txt", "import numpy as np\nZ1 = 1\n", Script),
        ("lab.txt", "x = 2\nfor i in range(3):\n    x += 1\n", Script),
        ("lab.txt", "x1 = w * 2\n", Script),
        ("lab.txt", "def f(:\n", Script),
        ("lab.txt", "for the hidden layer:\nZ1 = -0.7\n", Prose),
        ("lab.txt", "if x = 1, as it is:\nZ1 = -0.7\n", Prose),
        ("lab.txt", "import the numbers of the sheet\nZ1 = -0.7\n", Prose),
        ("lab.txt", "E = y - t, as said\n", Prose),
        ("lab.txt", "while x:\n    y = " + "-" * 100_000 + "1\n", Prose),
        ("lab.txt", "while x:\n    y = 1" + "+1" * 100_000 + "\n", Prose),
        ("lab.txt", "while x:\n    x = '\\('\n", Script),
    ],
)
def test_a_file_is_read_as_what_it_is(tmp_path: Path, name: str, content: str, kind: type) -> None:
    assert type(submitted(tmp_path, name, content)) is kind


def test_prose_beyond_what_is_read_is_refused_and_pictures_do_not_count(tmp_path: Path) -> None:
    fits = "Z1 = -0.7\n" + "x" * (LARGEST_PROSE - 10)
    picture = f"![](data:image/png;base64,{'A1+/' * (LARGEST_PROSE // 4)}=)\n"
    for name in ("lab.md", "lab.tex", "lab.txt"):
        for content in (fits, f"{picture}Z1 = -0.7\n{picture}"):
            found = submitted(tmp_path, name, content)
            assert isinstance(found, Prose)
            assert [answer.numbers for answer in found.answers] == [(-0.7,)]
        assert refusal(tmp_path, name, f"{fits}x") == "has more than 256 kB of text; leave out what is no answer"
    half = markdown("x" * (LARGEST_PROSE // 2 - 5))
    assert isinstance(submitted(tmp_path, "lab.ipynb", notebook_of(half, half, markdown(picture))), Notebook)
    message = "has more than 256 kB of text; leave out what is no answer"
    assert refusal(tmp_path, "lab.ipynb", notebook_of(half, half, markdown("xxxxx" + picture))) == message


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("lab.docx", "x", f'is a file ".docx"; expected {VALID}'),
        ("lab", "x", f"is a file without a suffix; expected {VALID}"),
        ("lab.md", "", "is empty: nothing to mark"),
        ("lab.toml", " \n", "is empty: nothing to mark"),
        ("lab.md", b"a\0b", "line 1: holds NUL bytes: not a text; save it as UTF-8"),
        ("lab.csv", b"PK\x03\x04", "is a zip archive and not a text; hand in the file itself"),
        ("lab.md", b"x" * (5 * 2**20), "is larger than 2 MiB; leave out data and outputs"),
        ("lab.csv", b"Z1,1\n" * 200_000, "has more than 120,000 values; leave out data and outputs"),
        (
            "lab.toml",
            b"[answers]\n" + b"Z1 = 1\n" * 200_000,
            "has more than 120,000 values; leave out data and outputs",
        ),
        (
            "lab.txt",
            b"[answers]\n" + b"Z1 = 1\n" * 200_000,
            "has more than 120,000 values; leave out data and outputs",
        ),
        (
            "lab.json",
            b'{"Z1": [' + b"[]," * 200_000 + b"1]}",
            "has more than 120,000 values; leave out data and outputs",
        ),
        ("lab.ipynb", b"[" + b"[]," * 300_000 + b"1]", "has more than 500,000 values; leave out data and outputs"),
        ("lab.json", b" " * (5 * 2**20) + b"{}", "is larger than 2 MiB; an answer sheet holds a few numbers"),
    ],
    ids=range(13),
)
def test_what_cannot_be_marked_is_refused_in_one_line(
    tmp_path: Path, name: str, content: str | bytes, message: str
) -> None:
    assert refusal(tmp_path, name, content) == message


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_folder_or_a_missing_file_is_refused(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"folder{suffix}").mkdir()
    for name, message in (("folder", "is a folder; expected one file"), ("none", "no such file")):
        with pytest.raises(SubmissionError, match=f"^{name}{suffix}: {message}"):
            read_submission(tmp_path / f"{name}{suffix}")


def test_a_folder_without_a_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match="is a folder; expected a script"):
        read_submission(tmp_path)


def test_a_name_that_no_file_can_have_is_refused() -> None:
    for name in ("a\0b.py", "x" * 5000 + ".py"):
        with pytest.raises(SubmissionError, match="cannot be read: "):
            read_submission(Path(name))


def test_devices_and_pipes_are_refused_without_waiting(tmp_path: Path) -> None:
    needs_posix()
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "zero.py").symlink_to("/dev/zero")
    (tmp_path / "loop.py").symlink_to(tmp_path / "loop.py")
    for name, message in (
        ("pipe", "is not a regular file"),
        ("zero", "is not a regular file"),
        ("loop", "cannot be read"),
    ):
        with pytest.raises(SubmissionError, match=message):
            read_submission(tmp_path / f"{name}.py")


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    needs(WRITE_ONLY.exists(), f"there is no {WRITE_ONLY}, which not even root may read")
    path = tmp_path / "lab.py"
    path.symlink_to(WRITE_ONLY)
    with pytest.raises(SubmissionError, match=r"^lab\.py: cannot be read: Permission denied$"):
        read_submission(path)
