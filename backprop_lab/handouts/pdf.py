"""The PDFs of a folder of LaTeX documents: several at once, and only those that are not there yet."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from backprop_lab.errors import LabError, escaped
from backprop_lab.handouts.children import Children
from backprop_lab.handouts.latex import END, JOB, Engine, Trouble, Typesetter, find_engine
from backprop_lab.wholefile import whole_file

SECONDS = 60.0
BYTES_A_SECOND = 10_000
LONGEST_END = 1024
_END = re.compile(rb"%backprop-lab ([0-9a-f]{64})\n" + END + rb"\s+\d+\s+%%EOF\s*\Z")
# What a text names by its commands, and how the names of such files end.
_ENDINGS = {
    "input": ("", ".tex"),
    "include": (".tex",),
    "includegraphics": ("", ".pdf", ".png", ".jpg", ".jpeg"),
    "documentclass": (".cls",),
    "LoadClass": (".cls",),
    "usepackage": (".sty",),
    "RequirePackage": (".sty",),
}
_NAMED = re.compile(rf"\\({'|'.join(_ENDINGS)})\*?\s*(?:\[[^\]]*\]\s*)?\{{([^{{}}]+)\}}")
_UNSAFE = re.compile(r"^/|(?:^|/)\.|[\\:\0\n]")


class Document(Struct, frozen=True):
    """A `.tex` file, by its path below a folder, and whom it is for."""

    path: str
    who: str


class Failure(Struct, frozen=True):
    """A document that has no PDF: whom it is for, the file and line where LaTeX gave up, and what it said."""

    who: str
    path: str
    line: int | None
    message: str

    def __str__(self) -> str:
        """Return it on one line."""
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return escaped(f"{self.who}: {place}: {self.message}")


def compile_documents(
    folder: Path,
    documents: Sequence[Document],
    *,
    jobs: int = 0,
    progress: Callable[[int, int], None] | None = None,
    seconds: float = SECONDS,
) -> tuple[Failure, ...]:
    """Make the PDF of each document, beside it, and return those that failed, in their order.

    A PDF that was made from the same text by the same engine stays; one that was not goes if its document fails.
    `jobs` run at once (0: as many as there are processors); `progress` is told how many documents of how many are
    done. A document has so many seconds, and one more for every BYTES_A_SECOND of its text.
    Raises LabError where there is no LaTeX, or a file cannot be read or written.
    """
    engine, children, done = find_engine(), Children(), 0
    failures: dict[Document, Failure] = {}
    with (
        TemporaryDirectory(prefix="backprop-lab-", ignore_cleanup_errors=True) as home,
        ThreadPoolExecutor(jobs or os.cpu_count() or 1) as executor,
    ):
        typesetter = Typesetter(engine, Path(home), children)
        try:
            made = {executor.submit(_made, typesetter, folder, document, seconds): document for document in documents}
            for future in as_completed(made):
                document = made.pop(future)
                failure = _kept(folder, document, future.result())
                if failure is not None:
                    failures[document] = failure
                done += 1
                if progress is not None:
                    progress(done, len(documents))
        except BaseException:
            children.end()
            executor.shutdown(wait=False, cancel_futures=True)
            raise
    return tuple(failures[document] for document in documents if document in failures)


def _made(typesetter: Typesetter, folder: Path, document: Document, seconds: float) -> bytes | Trouble | None:
    """Return the PDF of a document, or None if it is there already."""
    path = folder / document.path
    source = _content(path)
    beside = _beside(source, (path.parent, folder))
    mark = _mark(typesetter.engine, source, beside)
    if _mark_of(path.with_suffix(".pdf")) == mark:
        return None
    size = len(source) + sum(map(len, beside.values()))
    pdf = typesetter.typeset(source, beside, seconds + size / BYTES_A_SECOND)
    return _marked(pdf, mark) if isinstance(pdf, bytes) else pdf


def _kept(folder: Path, document: Document, made: bytes | Trouble | None) -> Failure | None:
    """Write a PDF, or remove the one that no longer belongs to its document and say why there is none."""
    pdf = (folder / document.path).with_suffix(".pdf")
    if isinstance(made, bytes):
        with whole_file(pdf) as file:
            file.write(made)
    if not isinstance(made, Trouble):
        return None
    try:
        pdf.unlink(missing_ok=True)
    except OSError as error:
        raise LabError(f"{pdf}: cannot be removed: {error.strerror}") from None
    if made.file in (JOB, f"{JOB}.tex", None):
        return Failure(document.who, document.path, made.line, made.message)
    return Failure(document.who, document.path, None, f"{made.file}:{made.line}: {made.message}")


def _beside(source: bytes, places: Sequence[Path]) -> Mapping[str, bytes]:
    """Return the files that a text inputs from the first of several folders that has them, and those that they do."""
    found: dict[str, bytes] = {}
    texts = [source]
    while texts:
        for name in _names(texts.pop().decode("utf-8", "replace")):
            content = None if name in found else _first(place / name for place in places)
            if content is not None:
                found[name] = content
                texts.append(content)
    return found


def _first(paths: Iterable[Path]) -> bytes | None:
    """Return the content of the first file that is there."""
    for path in paths:
        with suppress(OSError):
            return path.read_bytes()
    return None


def _names(text: str) -> Iterator[str]:
    """Yield the names that files may have which a text inputs: relative ones that lead into no other folder."""
    for command, group in _NAMED.findall(text):
        for stem in map(str.strip, group.split(",")):
            if not _UNSAFE.search(stem):
                yield from (stem + ending for ending in _ENDINGS[command])


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise LabError(f"{path}: cannot be read: {error.strerror}") from None


def _mark(engine: Engine, source: bytes, beside: Mapping[str, bytes]) -> bytes:
    """Return what tells all that a PDF is made from."""
    digest = sha256()
    for part in (engine.version.encode(), source, *(part for item in sorted(beside.items()) for part in item)):
        content = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        digest.update(b"%d:" % len(content) + content)
    return digest.hexdigest().encode()


def _marked(pdf: bytes, mark: bytes) -> bytes:
    """Return a PDF with a comment before its last lines that tells what it was made from."""
    end = pdf.rindex(END)
    return b"%b%%backprop-lab %b\n%b" % (pdf[:end], mark, pdf[end:])


def _mark_of(pdf: Path) -> bytes | None:
    """Return what a PDF that is there, and whole, says that it was made from."""
    try:
        with pdf.open("rb") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - LONGEST_END, 0))
            end = _END.search(file.read())
    except OSError:
        return None
    return end and end[1]
