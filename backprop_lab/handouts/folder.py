"""The folder of a handout: sheets, solutions, answer sheets, keys, and whose numbers are whose."""

from __future__ import annotations

import csv
import io
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from backprop_lab.classroom.filenames import file_name
from backprop_lab.classroom.plaintext import cell
from backprop_lab.errors import ClassroomError, LabError
from backprop_lab.handouts.answers import answers_notebook, answers_toml
from backprop_lab.handouts.documents import Documents, Look
from backprop_lab.handouts.handout import Handout, Sheet
from backprop_lab.handouts.lms import WAYS, WayName
from backprop_lab.handouts.pdf import Document
from backprop_lab.wholefile import UNFINISHED, remove_unfinished, whole_file
from backprop_lab.writing.symbols import ascii_symbol

FILE = "variants.json"
FOLDERS = ("sheets", "solutions", "answers")
_LONGEST_WHO = 80
_HALF = rf"\.{re.escape(FILE)}\..*{re.escape(UNFINISHED)}"

Givens = dict[str, list[list[float]]]


class Given(Struct, frozen=True):
    """A student's entry in `variants.json`: what the numbers were drawn by, their code, and the numbers."""

    id: str
    key: str
    code: str
    givens: Givens


class Variants(Struct, frozen=True):
    """`variants.json`: whose numbers are whose."""

    task: str
    seed: int
    students: list[Given]
    schema: int = 1


def write_handout(
    handout: Handout, folder: Path, look: Look, *, grading: bool = False, ways: Sequence[WayName] = ()
) -> None:
    """Write everything that a handout has into a folder, which is made; what is there already and the same stays.

    Each of the other `ways` out has a folder of its name.

    Raises ClassroomError where the folder holds other work, LabError where a file cannot be written or the
    instructor's own template cannot be rendered; then nothing is written, unless it is the disk that fails.
    """
    own = _variants(handout)
    _with_those_before(own, folder)
    files = {name: text.encode("utf-8", "backslashreplace") for name, text in _files(handout, look, grading=grading)}
    files |= {f"{way}/{name}": content for way in ways for name, content in WAYS[way](handout).items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LabError(f"{error.filename}: cannot be made: {error.strerror}") from None
    with _only_writer(folder):
        variants = _with_those_before(own, folder)  # another handout may have been written there meanwhile
        text = msgspec.json.format(msgspec.json.encode(variants), indent=1)
        if not (folder / FILE).is_file():
            remove_unfinished(folder)
            _write(folder / FILE, text)  # comes first: a folder that has it can be completed
        _write_files(folder, {FILE: text, **files}, ways)


def _write_files(folder: Path, files: Mapping[str, bytes], ways: Sequence[WayName]) -> None:
    """Write files of a handout into its folder, which gets the folders that it needs."""
    try:
        for place in (folder, *(folder / name for name in (*FOLDERS, *ways))):
            place.mkdir(parents=True, exist_ok=True)
            remove_unfinished(place)
    except OSError as error:
        raise LabError(f"{error.filename}: cannot be made: {error.strerror}") from None
    for name, content in files.items():
        _write(folder / name, content)


@contextmanager
def _only_writer(folder: Path) -> Iterator[None]:
    """Be the only one who writes a handout into a folder, where the system can lock one; wait for whoever is."""
    handle = None
    try:
        if sys.platform != "win32":
            import fcntl

            with suppress(OSError):
                handle = os.open(folder, os.O_RDONLY)
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        if handle is not None:
            os.close(handle)


def document_name(sheet: Sheet) -> str:
    """Return the name that a student's files have, without a suffix."""
    return file_name(sheet.student.id)


def documents(handout: Handout, *, grading: bool) -> list[Document]:
    """Return the LaTeX documents of a handout that has been written, and whom each is for."""
    own = [
        Document(
            f"{kind}/{document_name(sheet)}.tex", f"{sheet.student.id} {sheet.student.name}".strip()[:_LONGEST_WHO]
        )
        for sheet in handout.sheets
        for kind in ("sheets", "solutions")
    ]
    common = ["all.tex", "key.tex", *(["grading.tex"] if grading else [])]
    return own + [Document(name, "the class") for name in common]


def _files(handout: Handout, look: Look, *, grading: bool) -> Iterator[tuple[str, str]]:
    """Yield every file but `variants.json`, with its path below the folder."""
    documents = Documents(handout, look)
    for sheet in handout.sheets:
        name = document_name(sheet)
        yield f"sheets/{name}.tex", documents.sheet(sheet)
        yield f"solutions/{name}.tex", documents.solution(sheet)
        yield f"answers/{name}.toml", answers_toml(sheet)
        yield f"answers/{name}.ipynb", answers_notebook(sheet)
    yield "all.tex", documents.sheet(*handout.sheets)
    yield "key.tex", documents.key()
    yield "key.csv", key_csv(handout.sheets)
    if grading:
        yield "grading.tex", documents.grading()


def key_csv(sheets: Sequence[Sheet]) -> str:
    """Return the right numbers of a class as CSV, such that no spreadsheet takes text of it for a formula."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    symbols = [ascii_symbol(blank.symbol) for part in sheets[0].parts for blank in part.blanks]
    writer.writerow(["id", "name", "group", "variant", *symbols])
    for sheet in sheets:
        student = sheet.student
        numbers = [blank.shown for part in sheet.parts for blank in part.blanks]
        writer.writerow([*map(cell, (student.id, student.name, student.group)), sheet.variant.code, *numbers])
    return file.getvalue()


def _variants(handout: Handout) -> Variants:
    students = []
    for sheet in handout.sheets:
        own = sheet.variant.task
        givens = {name: array.tolist() for name, array in own.givens().items() if name in own.graph.givens}
        students.append(Given(sheet.student.id, sheet.variant.key, sheet.variant.code, givens))
    return Variants(handout.task.title, handout.seed, students)


def _with_those_before(own: Variants, folder: Path) -> Variants:
    """Return who has which numbers, also of those who have left the roster; raise ClassroomError for other work."""
    before = _before(folder)
    return own if before is None else _together(before, own, folder)


def _before(folder: Path) -> Variants | None:
    """Return what a folder says of the handout in it, None where it is empty or not there."""
    path = folder / FILE
    try:
        if folder.exists() and not folder.is_dir():
            raise ClassroomError(f"{folder}: is not a folder")
        if not path.is_file():
            names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
            # The half of a variants.json is all that a process leaves which was killed as it began.
            other = next((name for name in names if not re.fullmatch(_HALF, name)), None)
            if other is not None:
                raise ClassroomError(
                    f'{folder}: holds other work, such as "{other[:60]}"; expected an empty one or a handout'
                )
            return None
        return msgspec.json.decode(path.read_bytes(), type=Variants)
    except OSError as error:
        raise LabError(f"{error.filename}: cannot be read: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ClassroomError(f"{path}: is not what a handout leaves there: {error}") from None


def _together(before: Variants, now: Variants, folder: Path) -> Variants:
    """Return who has which numbers when a handout is written again: those who have left the roster keep theirs.

    Raises ClassroomError where it is another handout, or somebody would get other numbers than before.
    """
    if before.schema != now.schema:
        raise ClassroomError(f"{folder / FILE}: has schema {before.schema}; expected {now.schema}")
    if (before.task, before.seed) != (now.task, now.seed):
        raise ClassroomError(
            f'{folder}: holds the handout of "{before.task}" with seed {before.seed}; expected another folder for '
            f'"{now.task}" with seed {now.seed}'
        )
    had = {student.id: student for student in before.students}
    for student in now.students:
        old = had.pop(student.id, student)
        if old.key == student.key and old.givens != student.givens:
            raise ClassroomError(
                f'{folder}: "{student.id[:60]}" has other numbers there: the task has changed, or somebody new would '
                "have drawn the same; expected another folder, or a seed in the roster for who is new"
            )
    return Variants(now.task, now.seed, [*now.students, *had.values()])


def _write(path: Path, content: bytes) -> None:
    """Write a file, unless it has this content already."""
    try:
        if path.is_file() and path.read_bytes() == content:
            return
    except OSError:
        pass
    with whole_file(path) as file:
        file.write(content)
