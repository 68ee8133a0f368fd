"""Set one LaTeX document in a private folder, where it finds TeX's own files and those it was given, no others."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Literal

from msgspec import Struct

from backprop_lab.errors import LabError, escaped
from backprop_lab.handouts.children import FILE_SIZE, TOO_LARGE, Children
from backprop_lab.limits import MIB

NOT_INSTALLED = (
    "a PDF needs LaTeX, and neither pdflatex nor tectonic is installed; "
    "on Debian and Ubuntu: apt install texlive-latex-extra texlive-pictures lmodern; "
    "elsewhere: https://tectonic-typesetting.github.io"
)
SECONDS_TO_ANSWER = 60.0
MOST_RUNS = 4
LONGEST_CONTEXT = 60
END_OF_LOG = 1 << 18
# The name of every document while it is set, so that its PDF does not depend on where it lies.
JOB = "backprop-lab-document"
RULES = f"{JOB}.mk"
END = b"startxref"  # what the last lines of a PDF begin with
# What a program needs of the environment to run at all, and what tectonic needs to find or fetch TeX's files.
KEPT = ("PATH", "SYSTEMROOT")
KEPT_BY_TECTONIC = (
    "HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "XDG_CACHE_HOME", "TECTONIC_CACHE_DIR", "HTTPS_PROXY",
    "https_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR",
)  # fmt: skip
PARANOID = {"openin_any": "p", "openout_any": "p", "shell_escape": "f"}
# Dates inside the PDF; and lines of the log that are not broken.
SET = {"SOURCE_DATE_EPOCH": "0", "max_print_line": "10000", "LC_ALL": "C"}
_ERROR = re.compile(r"^(?:! ?|(?P<file>\S+?):(?P<line>\d+): )(?P<message>\S.*)$", re.MULTILINE)
_CONTEXT = re.compile(r"^(?:l\.\d+|\*\*\*) (.*)$", re.MULTILINE)
_COMMAND = re.compile(r"^runsystem\((.*)\)\.\.\.disabled", re.MULTILINE)
_RERUN = re.compile(r"rerun (?:to|latex)", re.IGNORECASE)
_READ = {
    "pdflatex": re.compile(r"^INPUT (.+)$", re.MULTILINE),
    "tectonic": re.compile(r"^  (.+?)(?: \\)?$", re.MULTILINE),
}


class Engine(Struct, frozen=True):
    """A program that sets LaTeX: the command, its version, and the folders in which TeX's own files lie."""

    name: Literal["pdflatex", "tectonic"]
    version: str
    command: tuple[str, ...]
    trees: tuple[str, ...] = ()


class Trouble(Struct, frozen=True):
    """Why a document could not be set, on one line; and in which line of which of the files given, if it is known."""

    message: str
    file: str | None = None
    line: int | None = None


class Typesetter(Struct, frozen=True):
    """What the documents of one batch share: the engine, a home for the fonts that it makes, and its processes."""

    engine: Engine
    home: Path
    children: Children

    def typeset(self, source: bytes, beside: Mapping[str, bytes], seconds: float) -> bytes | Trouble:
        """Return the PDF of a document that finds other files beside it under their relative names."""
        with TemporaryDirectory(prefix="backprop-lab-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            for relative, content in {**beside, f"{JOB}.tex": source}.items():
                path = folder / relative
                try:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content)
                except OSError as error:
                    raise LabError(f"{folder}: cannot be written: {error.strerror}") from None
            trouble = self._run(folder, seconds)
            if trouble is not None:
                return trouble
            pdf = folder / f"{JOB}.pdf"
            content = pdf.read_bytes() if pdf.is_file() else b""
            return content if content.startswith(b"%PDF-") and END in content else Trouble("has no pages")

    def _run(self, folder: Path, seconds: float) -> Trouble | None:
        """Run the engine as often as its log asks for it."""
        end = monotonic() + seconds
        environment = {**_environment(self.engine.name, self.home), "TMPDIR": str(folder)}
        for _ in range(MOST_RUNS):
            try:
                ended = self.children.run(self.engine.command, folder, environment, max(end - monotonic(), 0))
            except OSError as error:
                raise LabError(f"{self.engine.command[0]}: cannot be started: {error.strerror}") from None
            log = _end_of_log(folder)
            if ended is None:
                return Trouble(f"was not set within {seconds:.0f} seconds")
            if ended == TOO_LARGE:
                return Trouble(f"writes more than {FILE_SIZE // MIB} MiB to a file")
            if ended != 0:
                return _trouble(log) or Trouble(f"{self.engine.name} ended with {ended} and does not say why")
            command = _COMMAND.search(log)
            if command is not None:
                return Trouble(f"runs a command, which it may not: {escaped(command[1])}")
            foreign = next(_foreign(self.engine, folder, self.home), None)
            if foreign is not None:
                return Trouble(f"reads {escaped(foreign)}, which does not belong to it")
            if self.engine.name == "tectonic" or not _RERUN.search(log):
                break
        return None


def find_engine() -> Engine:
    """Return pdflatex, or else tectonic; raises LabError, which says what to install, where there is neither.

    Latexmk would run the same pdflatex as often: what it adds are bibliographies and indexes, and sheets have none.
    """
    pdflatex, kpsewhich, tectonic = (shutil.which(name) for name in ("pdflatex", "kpsewhich", "tectonic"))
    if pdflatex and kpsewhich:
        options = ("-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "-file-line-error", "-recorder")
        trees = _answer("pdflatex", kpsewhich, "--expand-path=$TEXMF:$TEXMFCNF").split(os.pathsep)
        version = _answer("pdflatex", pdflatex, "--version")
        return Engine("pdflatex", version, (pdflatex, *options, f"{JOB}.tex"), tuple(filter(None, trees)))
    if tectonic:
        command = tectonic, "--untrusted", "--keep-logs", "--makefile-rules", RULES, f"{JOB}.tex"
        return Engine("tectonic", _answer("tectonic", tectonic, "--version"), command)
    raise LabError(NOT_INSTALLED)


def _answer(engine: str, *command: str) -> str:
    """Return the first line that a command prints."""
    with TemporaryDirectory(prefix="backprop-lab-") as home:
        try:
            environment = _environment(engine, Path(home))
            done = subprocess.run(
                command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=True,
                timeout=SECONDS_TO_ANSWER,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError) as error:
            raise LabError(f"{command[0]}: does not run here: {error}") from None
    return done.stdout.decode("utf-8", "replace").partition("\n")[0].strip()


def _environment(engine: str, home: Path) -> dict[str, str]:
    """Return all of the environment that an engine is given."""
    kept = KEPT + KEPT_BY_TECTONIC if engine == "tectonic" else KEPT
    return {"HOME": str(home)} | {name: os.environ[name] for name in kept if name in os.environ} | PARANOID | SET


def _end_of_log(folder: Path) -> str:
    try:
        with (folder / f"{JOB}.log").open("rb") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - END_OF_LOG, 0))
            return file.read(END_OF_LOG).decode("utf-8", "replace")
    except OSError:
        return ""


def _trouble(log: str) -> Trouble | None:
    """Return the first error of a log, whose place is that of the first one that has any."""
    errors = list(_ERROR.finditer(log))
    if not errors:
        return None
    message, context = errors[0]["message"], _CONTEXT.search(log, errors[0].end())
    if context is not None and " Error: " not in message:
        message += f" {context[1].strip()[-LONGEST_CONTEXT:]}"
    for place in errors:
        if place["line"]:
            file = place["file"].removeprefix("./")
            return Trouble(escaped(message), file, int(place["line"]))
    return Trouble(escaped(message))


def _foreign(engine: Engine, folder: Path, home: Path) -> Iterator[str]:
    r"""Yield the files that a document has read and that neither belong to it nor to TeX.

    `openin_any` keeps a document from most of them, but not `\pdfobj file` and `\pdfmapfile`, nor anything that
    tectonic sets. A document that writes into the list of what it has read is told by that.
    """
    listed = folder / (RULES if engine.name == "tectonic" else f"{JOB}.fls")
    try:
        text = listed.read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    places = [*map(Path, engine.trees), folder, folder.resolve(), home]
    own = tuple(f"{place}{os.sep}" for place in places)
    for name in dict.fromkeys(_READ[engine.name].findall(text)):
        plainly = name.startswith(own) and ".." not in name  # most are, and they are many
        if not plainly and not os.path.normpath(folder / name).startswith(own):
            yield name
    if not text or f"OUTPUT {listed.name}\n" in text:
        yield listed.name
