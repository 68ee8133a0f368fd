"""PDFs of real LaTeX: whole or not at all, only what changed, and nothing of the computer for a hostile document."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from backprop_lab.errors import LabError
from backprop_lab.handouts.latex import find_engine
from backprop_lab.handouts.pdf import Document, Failure, compile_documents
from tests.needs import needs_latex, needs_poppler, needs_posix

SHEET = (Path(__file__).parent / "sheet.tex").read_text(encoding="utf-8")
DEADLINE = 60.0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for sheets, on a computer with LaTeX, whose temporary files are counted."""
    needs_latex()
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "out" / "sheets").mkdir(parents=True)
    return tmp_path / "out"


def article(*lines: str, preamble: str = "") -> str:
    return "\n".join([rf"\documentclass{{article}}{preamble}", r"\begin{document}", *lines, r"\end{document}", ""])


def written(folder: Path, **texts: str) -> list[Document]:
    """Write a sheet for each name and return them as documents."""
    for name, text in texts.items():
        (folder / "sheets" / f"{name}.tex").write_text(text, encoding="utf-8")
    return [Document(f"sheets/{name}.tex", f"the student {name}") for name in texts]


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def pages(pdf: Path) -> str:
    needs_poppler()
    return subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, check=True).stdout.decode()


def compiled(folder: Path, documents: Sequence[Document]) -> list[tuple[int, int]]:
    """Compile documents that have no mistake and return what progress was told."""
    told: list[tuple[int, int]] = []
    assert compile_documents(folder, documents, progress=lambda done, of: told.append((done, of))) == ()
    return told


def only_failure(folder: Path, text: str, seconds: float = 60) -> Failure:
    (failure,) = compile_documents(folder, written(folder, an=text), seconds=seconds)
    return failure


def test_a_class_is_set_several_at_once_beside_its_sources(folder: Path) -> None:
    names = ("an", "bo", "chi")
    documents = written(folder, **{name: SHEET.replace("NAME", f"for {name}") for name in names})

    assert compiled(folder, documents) == [(1, 3), (2, 3), (3, 3)]

    assert files(folder) == {f"sheets/{name}.{ending}" for name in names for ending in ("tex", "pdf")}
    for name in names:
        text = pages(folder / "sheets" / f"{name}.pdf")
        assert [other for other in names if f"for {other}" in text] == [name]
        assert "5 points in all" in text, "LaTeX knows the sum only at the second run"
    told = subprocess.run(["pdfinfo", str(folder / "sheets" / "an.pdf")], capture_output=True, check=True)
    assert b"Pages:           1\n" in told.stdout
    assert told.stderr == b""


def test_the_same_text_gives_the_same_bytes_wherever_it_lies(folder: Path) -> None:
    first, second = written(folder, an=SHEET, another_name=SHEET)
    compiled(folder, [first])
    compiled(folder, [second])

    assert (folder / "sheets/an.pdf").read_bytes() == (folder / "sheets/another_name.pdf").read_bytes()


def test_only_what_changed_is_set_again(folder: Path, tmp_path: Path) -> None:
    documents = written(folder, an=article("first"), bo=article("second"))
    compiled(folder, documents)
    copy = shutil.copytree(folder, tmp_path / "copy", copy_function=shutil.copyfile)
    written(copy, bo=article("changed"))
    (copy / "sheets/an.tex").touch()
    before = (copy / "sheets/an.pdf").stat()

    assert compiled(copy, documents) == [(1, 2), (2, 2)]

    after = (copy / "sheets/an.pdf").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert "changed" in pages(copy / "sheets/bo.pdf")


def test_half_a_pdf_is_made_whole(folder: Path) -> None:
    documents = written(folder, an=article("text"))
    compiled(folder, documents)
    pdf = folder / "sheets/an.pdf"
    whole = pdf.read_bytes()
    pdf.write_bytes(whole[: len(whole) // 2])

    compiled(folder, documents)

    assert pdf.read_bytes() == whole


def test_a_document_finds_what_it_names_beside_it_and_in_the_folder(folder: Path) -> None:
    (folder / "course.sty").write_text(r"\newcommand{\course}{Neural Networks}\input{term}", encoding="utf-8")
    (folder / "term.tex").write_text(r"\newcommand{\term}{autumn}", encoding="utf-8")
    (folder / "sheets/parts").mkdir()
    (folder / "sheets/parts/rules.tex").write_text("Round to four decimals.", encoding="utf-8")
    source = article(r"\course, \term. \input{parts/rules}", preamble=r"\usepackage{course}")
    documents = written(folder, an=source)

    compiled(folder, documents)
    first = pages(folder / "sheets/an.pdf")
    (folder / "term.tex").write_text(r"\newcommand{\term}{spring}", encoding="utf-8")
    compiled(folder, documents)

    assert "Neural Networks, autumn. Round to four decimals." in first
    assert "Neural Networks, spring." in pages(folder / "sheets/an.pdf")


def test_a_document_of_all_sheets_does_not_depend_on_their_pdfs(folder: Path) -> None:
    (folder / "all.tex").write_text(article(r"\input{sheets/an}"), encoding="utf-8")
    written(folder, an="text")
    whole = [Document("all.tex", "the class")]
    compiled(folder, whole)
    made = (folder / "all.pdf").stat().st_ino
    (folder / "sheets/an.pdf").write_bytes(b"another")

    compiled(folder, whole)

    assert (folder / "all.pdf").stat().st_ino == made
    assert "text" in pages(folder / "all.pdf")


def test_a_document_sees_nothing_else_of_the_folder_or_of_its_users_home(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "texmf/tex/latex/own.sty"
    own.parent.mkdir(parents=True)
    own.write_text("", encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TEXINPUTS", f"{folder / 'sheets'}:")
    looks = [
        rf"{name}: \IfFileExists{{{file}}}{{seen}}{{hidden}}." for name, file in {"B": "bo", "C": "own.sty"}.items()
    ]
    documents = written(folder, an=article(*looks), bo=article("of somebody else"))

    compiled(folder, documents)

    assert "B: hidden. C: hidden." in pages(folder / "sheets/an.pdf")


@pytest.mark.parametrize(
    "name", ["O'Brien & Sons_100% #1 $(touch x) {a}", "-shell-escape", "Đặng Thị Ánh", "a.b", '"']
)
def test_any_name_of_a_file_will_do(folder: Path, name: str) -> None:
    needs_posix()
    compiled(folder, written(folder, **{name: article("text")}))

    assert files(folder) == {f"sheets/{name}.tex", f"sheets/{name}.pdf"}


OPEN = r"\newwrite\w\immediate\openout\w="
OBJECT = r"x\immediate\pdfobj stream file {/etc/passwd}\pdfrefobj\pdflastobj"
HOSTILE = {
    "inputs a file of the system": (r"\input{/etc/passwd}", "`/etc/passwd.tex' not found"),
    "inputs a file whose name is too long": (rf"\input{{{'a' * 300}}}", "not found"),
    "inputs from the folder above": (r"x\input{../out/sheets/bo}", "not found"),
    "shows a picture of the system": (r"\pdfximage{/etc/passwd}x", "cannot find image file /etc/passwd"),
    "embeds a file of the system": (OBJECT, "reads /etc/passwd"),
    "embeds a file and hides that": (rf"{OBJECT}{OPEN}backprop-lab-document.fls \immediate\closeout\w", "reads"),
    "reads a file of the system as a map": (r"\pdfmapfile{/etc/passwd}x", "reads /etc/passwd"),
    "runs a command": (r"x\immediate\write18{touch pwned}", "runs a command, which it may not: touch pwned"),
    "writes elsewhere": (rf"{OPEN}../pwned.txt x", "I can't write on file `../pwned.txt'"),
    "writes over its own PDF": (rf"x{OPEN}backprop-lab-document.pdf \immediate\write\w{{pwned}}", "has no pages"),
    "needs no end of memory": (r"\def\x{x\x\x}\edef\y{\x}", "TeX capacity exceeded"),
    "asks for input": (r"\read16 to\x x", "Emergency stop."),
}


@pytest.mark.parametrize("attempt", HOSTILE)
def test_a_hostile_document_leaves_nothing(folder: Path, tmp_path: Path, attempt: str) -> None:
    needs_posix()
    text, message = HOSTILE[attempt]
    failure = only_failure(folder, article(text))

    assert message in failure.message
    assert (failure.who, failure.path) == ("the student an", "sheets/an.tex")
    assert files(tmp_path) == {"out/sheets/an.tex"}


@pytest.mark.parametrize("loop", [r"\def\x{\x}\x", r"\def\x{x\newpage\x}\x"])
def test_a_document_without_end_is_ended_and_leaves_nothing(folder: Path, tmp_path: Path, loop: str) -> None:
    failure = only_failure(folder, article(loop), seconds=2)

    assert failure.message == "was not set within 2 seconds"
    assert files(tmp_path) == {"out/sheets/an.tex"}


def test_a_huge_output_is_cut_short(folder: Path, tmp_path: Path) -> None:
    needs_posix()
    failure = only_failure(folder, article(rf"{OPEN}x.txt \def\x{{\immediate\write\w{{{'x' * 4000}}}\x}}\x"))

    assert failure.message == "writes more than 64 MiB to a file"
    assert files(tmp_path) == {"out/sheets/an.tex"}


def test_an_error_is_told_with_its_line_and_latexs_own_message(folder: Path) -> None:
    failure = only_failure(folder, article("fine", r"Good \morning everybody", "fine"))

    assert failure == Failure("the student an", "sheets/an.tex", 4, r"Undefined control sequence. Good \morning")
    assert str(failure) == r"the student an: sheets/an.tex:4: Undefined control sequence. Good \morning"


@pytest.mark.parametrize(
    ("lines", "line", "message"),
    [
        (["x", r"\usepackage{tikz}"], 4, "LaTeX Error: Can be used only in preamble."),
        ([r"\input{missing}"], 3, "LaTeX Error: File `missing.tex' not found."),
        ([r"\begin{center}"], 4, r"LaTeX Error: \begin{center} on input line 3 ended by \end{document}."),
    ],
)
def test_messages_of_latex_stay_as_they_are(folder: Path, lines: list[str], line: int, message: str) -> None:
    failure = only_failure(folder, article(*lines))

    assert (failure.line, failure.message) == (line, message)


def test_an_error_in_a_file_beside_the_document_names_that_file(folder: Path) -> None:
    (folder / "rules.tex").write_text("fine\n\\mistake\n", encoding="utf-8")

    assert only_failure(folder, article(r"\input{rules}")).message.startswith("rules.tex:2: Undefined control")


def test_others_are_set_beside_one_that_fails_and_an_old_pdf_of_it_goes(folder: Path) -> None:
    documents = written(folder, an=article("first"), bo=article("second"), chi=article("third"))
    compiled(folder, documents)
    written(folder, an=article("new"), bo=article(r"\mistake"))

    (failure,) = compile_documents(folder, documents, jobs=2)

    assert failure.who == "the student bo"
    assert files(folder) == {f"sheets/{name}" for name in ("an.tex", "an.pdf", "bo.tex", "chi.tex", "chi.pdf")}
    assert "new" in pages(folder / "sheets/an.pdf")


def test_a_document_that_is_not_there_is_said_to_be_missing(folder: Path) -> None:
    with pytest.raises(LabError, match=r"an\.tex: cannot be read: No such file"):
        compile_documents(folder, [Document("sheets/an.tex", "an")])


def test_without_latex_the_message_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(LabError, match=r"apt install texlive-latex-extra .* https://tectonic-typesetting"):
        compile_documents(tmp_path, [])


def test_tectonic_sets_a_document_where_it_is_the_only_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tectonic = shutil.which("tectonic")
    if tectonic is None:
        pytest.skip("tectonic is not installed; Debian has no package of it")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/tectonic").symlink_to(tectonic)
    (tmp_path / "sheets").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    documents = written(
        tmp_path, an=article("text"), bo=article("fine", r"\mistake"), chi=article(r"\openin15=/etc/passwd x")
    )

    failures = compile_documents(tmp_path, documents, seconds=600)

    assert find_engine().name == "tectonic"
    assert [(failure.who, failure.line) for failure in failures] == [("the student bo", 4), ("the student chi", None)]
    assert (tmp_path / "sheets/an.pdf").read_bytes().startswith(b"%PDF-")


INTERRUPTED = """
import sys
from pathlib import Path
from backprop_lab.handouts.pdf import Document, compile_documents
folder = Path(sys.argv[1])
documents = [Document(path.relative_to(folder).as_posix(), path.stem) for path in folder.glob("sheets/*.tex")]
compile_documents(folder, documents, jobs=2)
"""


def test_an_interrupt_ends_every_process_and_leaves_no_half_file(folder: Path, tmp_path: Path) -> None:
    needs_posix()
    endless = article(r"\def\x{\x}\x")
    written(folder, an=endless, bo=endless, chi=endless)
    before = files(tmp_path)
    environment = {**os.environ, "TMPDIR": str(tmp_path / "temporary")}
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(folder)], env=environment, stderr=subprocess.PIPE
    )
    children: list[psutil.Process] = []
    end = time.monotonic() + DEADLINE
    while len(children) < 2 and process.poll() is None and time.monotonic() < end:
        children = [child for child in psutil.Process(process.pid).children() if child.name() == "pdflatex"]
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=DEADLINE)

    assert len(children) == 2
    assert b"KeyboardInterrupt" in errors
    assert not any(child.is_running() for child in children)
    assert files(tmp_path) == before
