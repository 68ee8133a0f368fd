"""The gradebook of a class: every marked submission, who belongs to the class, and what was corrected by hand."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
from msgspec.structs import replace

from backprop_lab.classroom.correcting import corrected
from backprop_lab.classroom.own_numbers import own_task
from backprop_lab.classroom.row import Correction, Member, Row
from backprop_lab.classroom.stored import Entry, Publishing, decode, encode, storable
from backprop_lab.complaints import nearest
from backprop_lab.errors import ClassroomError, TaskError
from backprop_lab.feedback import Reveal
from backprop_lab.taskfile import lab_of
from backprop_lab.trainingtask import Lab

FILE = "gradebook.sqlite"
LOCK = ".lock"
SCHEMA = 1
_PATIENCE = 60.0
"""Seconds to wait for another process that is writing."""
_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE entries (
    student TEXT, key TEXT, digest TEXT NOT NULL, entry TEXT NOT NULL, PRIMARY KEY (student, key)
);
CREATE TABLE members (
    student TEXT PRIMARY KEY, place INTEGER NOT NULL UNIQUE, key TEXT, member TEXT NOT NULL,
    FOREIGN KEY (student, key) REFERENCES entries
);
CREATE TABLE corrections (
    number INTEGER PRIMARY KEY, student TEXT NOT NULL, digest TEXT NOT NULL, correction TEXT NOT NULL
);
CREATE INDEX corrections_of ON corrections (student);
CREATE TABLE pages (student TEXT PRIMARY KEY, shows TEXT NOT NULL) WITHOUT ROWID
"""
_ROWS = "SELECT member, digest, entry FROM members LEFT JOIN entries USING (student, key)"
_MARKED = "SELECT student, key FROM entries WHERE json_extract(entry, '$.marks.status') <> 'sandbox'"
_LEFT = "student NOT IN (SELECT student FROM members)"
_SHOWN = """
COALESCE(key, '') || ' ' || (SELECT COUNT(*) FROM corrections WHERE student = members.student) || ' ' || :reveal
"""


@contextmanager
def only_grader(folder: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Be the only grader of a folder, which is made where there is none; where there is another, say so and wait.

    The system lets go of the lock when the process ends, however it does. Raises ClassroomError where the folder
    cannot be written.
    """
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK, fallback_to_soft=False)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            waiting()
            lock.acquire()
    except (OSError, NotImplementedError) as error:
        raise ClassroomError(f"{folder}: cannot be graded into: {getattr(error, 'strerror', error)}") from None
    try:
        yield
    finally:
        lock.release()


class Gradebook:
    """A SQLite database in a folder; each of its methods is one transaction, kept whole or not at all.

    Every method raises ClassroomError where the database cannot be read or written; what it held before is kept.
    """

    def __init__(self, path: Path, task: Lab | None = None, text: str = "", seed: int | None = None) -> None:
        self._path = path
        with self._told():
            self._database = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
        try:
            self._begin(task, text, seed)
            self._text: str = text or self._meta("task")
            self.task = task or lab_of(self._text)
            self.secret: bytes = self._meta("secret")
            """Random bytes, made with the gradebook: the seed of the moved worlds."""
            found = self._meta("seed")
            self.seed = None if found is None else int(found)
            """What the variants of the class are drawn from; None where all have the numbers of the task."""
        except BaseException as error:
            self._database.close()
            if isinstance(error, TaskError):
                raise ClassroomError(f"{path}: its task: {error}") from None
            raise

    @classmethod
    def begin(cls, folder: Path, task: Lab, text: str, seed: int | None = None) -> Self:
        """Open the gradebook of a task, whose file has this text, in a folder; make it where there is none.

        Raises ClassroomError, and changes nothing, where it is another task's: one of another title, or where its
        variants are of another seed.
        """
        return cls(folder / FILE, task, text, seed)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the gradebook in a folder, of whatever task; raise ClassroomError if there is none."""
        if not (folder / FILE).is_file():
            raise ClassroomError(f"{folder}: has no {FILE}; expected a folder that `backprop-lab grade` has filled")
        return cls(folder / FILE)

    @property
    def publishing(self) -> Publishing:
        """How it went out last."""
        with self._told():
            text = self._meta("publishing")
            return Publishing() if text is None else decode(text, Publishing)

    @publishing.setter
    def publishing(self, publishing: Publishing) -> None:
        with self._writing():
            self._database.execute("INSERT OR REPLACE INTO meta VALUES ('publishing', ?)", (encode(publishing),))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        with self._told():
            self._database.close()

    def known(self, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Return which of these pairs of a student's id and a key are marked already.

        What could not be run through no fault of its own is not: it is marked again the next time.
        """
        with self._told():
            stored = set(self._database.execute(_MARKED))
        return {(student, key) for student, key in pairs if (storable(student), key) in stored}

    def add(self, results: Iterable[tuple[str, Entry]], shown: Reveal | None = None) -> None:
        """Store marked submissions with the ids of their students; one of the same key is replaced.

        `shown` says that their pages are written, with the right numbers that are revealed, and no corrections.
        """
        added = [(storable(student), entry) for student, entry in results]
        with self._writing():
            self._database.executemany(
                "INSERT INTO entries VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET digest = excluded.digest, entry = excluded.entry",
                ((student, entry.key, entry.digest, encode(entry)) for student, entry in added),
            )
            if shown is not None:
                pages = ((student, f"{entry.key} 0 {shown}") for student, entry in added)
                self._database.executemany("INSERT OR REPLACE INTO pages VALUES (?, ?)", pages)

    def outdated_pages(self, reveal: Reveal) -> set[str]:
        """Return the ids of students whose pages do not show their marks and corrections as they are now."""
        with self._told():
            found = self._database.execute(
                f"SELECT student FROM members LEFT JOIN pages USING (student) WHERE shows IS NOT {_SHOWN}",
                {"reveal": reveal},
            )
            return {student for (student,) in found}

    def left_pages(self) -> set[str]:
        """Return the ids of students who are not in the class any more and whose pages were written."""
        with self._told():
            return {student for (student,) in self._database.execute(f"SELECT student FROM pages WHERE {_LEFT}")}

    def pages_written(self, reveal: Reveal) -> None:
        """Say that the pages of the class show everything as it is now, and that there are no others."""
        with self._writing():
            self._database.execute(f"DELETE FROM pages WHERE {_LEFT}")
            self._database.execute(
                f"INSERT OR REPLACE INTO pages SELECT student, {_SHOWN} FROM members", {"reveal": reveal}
            )

    def set_class(self, members: Iterable[Member]) -> None:
        """Say who is in the class now, in order, and by which task; each key that counts must have been added.

        Marked submissions and corrections of others are kept, and count again when these come back.
        """
        with self._writing():
            self._database.execute("DELETE FROM members")
            self._database.executemany(
                "INSERT INTO members VALUES (?, ?, ?, ?)",
                (
                    (storable(member.student.id), place, member.key, encode(member))
                    for place, member in enumerate(members)
                ),
            )
            self._database.execute("UPDATE meta SET value = ? WHERE name = 'task'", (self._text,))

    def rows(self) -> Iterator[Row]:
        """Yield the class in its order, one at a time, with the marks that count and the corrections in them."""
        with self._told():
            for stored in self._database.execute(f"{_ROWS} ORDER BY place"):
                yield self._row(*stored)

    def row(self, student: str) -> Row:
        """Return the row of one student; raise ClassroomError, with a near id, if the class has none of that id."""
        with self._told():
            found = self._database.execute(f"{_ROWS} WHERE student = ?", (storable(student),)).fetchone()
            if found is None:
                ids = [one for (one,) in self._database.execute("SELECT student FROM members ORDER BY place")]
                raise ClassroomError(f'"{student[:80]}": is no student of the class; {nearest(student, ids)}')
            return self._row(*found)

    def correct(self, student: str, corrections: Iterable[Correction]) -> Row:
        """Store corrections of what a student handed in and return the row with them.

        They count as long as the student's files are the same, whatever else changes. Raises ClassroomError where
        there is no such student, or nothing was handed in.
        """
        with self._writing():
            if self.row(student).marks is None:
                raise ClassroomError(f'"{student}": has handed nothing in, so there is nothing to correct')
            self._database.executemany(
                "INSERT INTO corrections (student, digest, correction)"
                " SELECT student, digest, ? FROM members JOIN entries USING (student, key) WHERE student = ?",
                ((encode(correction), storable(student)) for correction in corrections),
            )
            return self.row(student)

    def _row(self, member_text: str, digest: str | None, entry_text: str | None) -> Row:
        member = decode(member_text, Member)
        row = Row(
            member.student, on_roster=member.on_roster, late=member.late, hand_in=member.hand_in, draw=member.draw
        )
        stored = self._database.execute(
            "SELECT digest, correction FROM corrections WHERE student = ? ORDER BY number", (member.student.id,)
        ).fetchall()
        own = tuple(decode(text, Correction) for files, text in stored if files == digest)
        lapsed = tuple(decode(text, Correction) for files, text in stored if files != digest)
        if entry_text is None:
            return replace(row, lapsed=lapsed)
        entry = decode(entry_text, Entry)
        return replace(
            row,
            marks=corrected(entry.marks, own, own_task(self.task, member.draw)) if own else entry.marks,
            submission=entry.submission,
            others=entry.others,
            fingerprint=entry.fingerprint,
            corrections=own,
            lapsed=lapsed,
            numbers_of=entry.numbers_of,
        )

    def _begin(self, task: Lab | None, text: str, seed: int | None) -> None:
        """See that this is a gradebook of ours, and of the task if there is one; make it where the file is empty."""
        with self._told():
            is_new = not self._tables()
            if not is_new:
                self._check(task, seed)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = FULL")
            self._database.execute("PRAGMA foreign_keys = ON")
        with self._writing():  # finds out, too, whether it may be written
            if is_new and not self._tables():
                if task is None:
                    raise ClassroomError(f"{self._path}: is empty; grade into its folder first")
                for table in _TABLES.split(";"):
                    self._database.execute(table)
                meta = {"schema": SCHEMA, "title": task.title, "task": text, "secret": secrets.token_bytes(32)}
                meta |= {} if seed is None else {"seed": str(seed)}
                self._database.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())

    def _tables(self) -> set[str]:
        return {name for (name,) in self._database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}

    def _check(self, task: Lab | None, seed: int | None) -> None:
        schema = self._meta("schema") if "meta" in self._tables() else None
        if schema is None:
            raise ClassroomError(f"{self._path}: is a database of another program; grade into another folder")
        if schema != SCHEMA:
            raise ClassroomError(
                f"{self._path}: has schema {schema}, and this program writes schema {SCHEMA}; "
                "use the program that made it, or grade into another folder"
            )
        title = self._meta("title")
        if task is not None and title != task.title:
            raise ClassroomError(
                f'{self._path}: belongs to the task "{title}", not to "{task.title}"; grade into another folder'
            )
        own = self._meta("seed")
        if task is not None and own != (None if seed is None else str(seed)):
            was = "without --seed" if own is None else f"with --seed {own}"
            raise ClassroomError(f"{self._path}: was graded {was}; do so again, or grade into another folder")

    def _meta(self, name: str) -> Any:
        found = self._database.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if found is None else found[0]

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell what the database reports in one line."""
        try:
            yield
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise
        except sqlite3.Error as error:
            is_other = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB
            told = "is no gradebook" if is_other else "cannot be used"
            raise ClassroomError(f"{self._path}: {told}: {error}; what it held before is kept") from None
        except msgspec.MsgspecError as error:
            raise ClassroomError(f"{self._path}: has an entry that cannot be read: {error}") from None

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._told():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise
