"""A roster is read as instructors have it, and nobody on it or beside it is lost."""

from __future__ import annotations

import string
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from backprop_lab.classroom.hand_in import HandedFile, HandIn
from backprop_lab.classroom.roster import Participant, canvas_columns, join, read_roster
from backprop_lab.classroom.row import Student
from backprop_lab.classroom.stored import CanvasColumns
from backprop_lab.errors import ClassroomError
from backprop_lab.limits import MIB

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Lab 3 (991)
,,,,,Manual Posting
    Points Possible,,,,,10
"Doe, Jane",12345,S-1,jdoe,Lab A,7
"van der Roe, Joe",12346,S-2,jroe,Lab B,
"""
MOODLE = """First name,Surname,ID number,Institution,Email address,Course total (Real)
Jane,Doe,,,jane@example.edu,-
Joe,Roe,,,joe@example.edu,-
"""
STUDENTS = (Student("00123", "Jane Doe", "A", 7), Student("0124", "Jörg Müller", "B"))


def read(folder: Path, content: str | bytes) -> tuple[Student, ...]:
    path = folder / "roster.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_roster(path)


def refused(folder: Path, content: str | bytes) -> str:
    with pytest.raises(ClassroomError) as caught:
        read(folder, content)
    start = f"{folder / 'roster.csv'}: "
    assert str(caught.value).startswith(start)
    assert str(caught.value).isprintable()
    return str(caught.value).removeprefix(start)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_spelling_of_csv_is_read(tmp_path: Path, encoding: str, delimiter: str, end: str) -> None:
    lines = [
        ["Name", "ID", "Variant Seed", "Section"],
        ["Jane Doe", "00123", "7", "A"],
        ["Jörg Müller", "0124", "", "B"],
    ]
    text = end.join(["", *(delimiter.join(line) for line in lines), delimiter * 3, ""])
    assert read(tmp_path, text.encode(encoding)) == STUDENTS


@pytest.mark.parametrize(
    ("header", "line", "student"),
    [
        ("id", "1", Student("1")),
        ("student_id,class", "1,A", Student("1", "", "A")),
        ("sid,seed", "1,3", Student("1", "", "", 3)),
        ("User ID,e-mail", "1,x", Student("1")),
        ("email,username", "j@x,jd", Student("jd")),
        ("E-Mail,email", "a,j@x", Student("j@x")),
        ("last name,first name,id", "Doe,Jane,1", Student("1", "Jane Doe")),
        ("Surname,ID number", "Doe,1", Student("1", "Doe")),
        ("id,name,name", "1,A,B", Student("1", "A")),
        ("id,name", "1", Student("1")),
        ("id,name", '1,"Doe, ""J"""', Student("1", 'Doe, "J"')),
        ("id", "=cmd(),x", Student("=cmd()")),
    ],
)
def test_columns_are_known_by_their_names(tmp_path: Path, header: str, line: str, student: Student) -> None:
    assert read(tmp_path, f"{header}\n{line}\n") == (student,)


def test_the_export_of_canvas_s_gradebook_is_a_roster(tmp_path: Path) -> None:
    assert read(tmp_path, CANVAS) == (
        Student("12345", "Doe, Jane", "Lab A"), Student("12346", "van der Roe, Joe", "Lab B"),
    )  # fmt: skip


def test_the_columns_of_canvas_s_own_export_are_kept(tmp_path: Path) -> None:
    read(tmp_path, CANVAS)
    assert canvas_columns(tmp_path / "roster.csv") == CanvasColumns(
        ("Student", "ID", "SIS User ID", "SIS Login ID", "Section"),
        {
            "12345": ("Doe, Jane", "12345", "S-1", "jdoe", "Lab A"),
            "12346": ("van der Roe, Joe", "12346", "S-2", "jroe", "Lab B"),
        },
        ("Lab 3 (991)",),
    )


@pytest.mark.parametrize("content", [MOODLE, "id,student,section\n1,Jane,A\n", "Student,ID\nJane,1\n"])
def test_another_roster_says_nothing_about_canvas(content: str, tmp_path: Path) -> None:
    read(tmp_path, content)
    assert canvas_columns(tmp_path / "roster.csv") == CanvasColumns()


def test_the_export_of_moodle_s_gradebook_is_a_roster_also_without_id_numbers(tmp_path: Path) -> None:
    assert read(tmp_path, MOODLE) == (Student("jane@example.edu", "Jane Doe"), Student("joe@example.edu", "Joe Roe"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty: nothing to mark"),
        ("1,Jane\n2,Joe\n", 'has no header; expected columns such as id, name, group; found "1", "Jane"'),
        ("name,group\nA,B\n", 'has no column of ids such as id, username or email; found "name", "group"'),
        ("id,name\n", "has no students below its header"),
        ("id,name\n1,A\n\n1,B\n", 'line 4: the id "1" is on line 2 already'),
        ("id,name\na,A\nA,B\n", 'line 3: the id "A" is on line 2 already'),
        ("id,name\n1,A\n,B\n", 'line 3: no id in the column "id"'),
        ('id,name\n1,"A\nB"\n,C\n', 'line 4: no id in the column "id"'),
        ("id,seed\n1,7.0\n", 'line 2: the seed "7.0" is not a whole number such as 17'),
        ("id,seed\n1,-7\n", 'line 2: the seed "-7" is not a whole number such as 17'),
        ("id,seed\n1,\u0667\n", 'line 2: the seed "\u0667" is not a whole number such as 17'),
        ("id,seed\n1," + "9" * 5000, f'line 2: the seed "{"9" * 40}" is not a whole number such as 17'),
        ('id,name\n1,"A\n', "line 2: is not CSV: unexpected end of data"),
        ("id,name\n1," + "x" * 200_000, "line 2: is not CSV: field larger than field limit (131072)"),
        (b"id\n\xff\xfe1\n", "is not utf-8-sig text (byte 4); save it as UTF-8"),
        (b"id\n1\0\n", "holds NUL characters: not a text; save it as UTF-8"),
        (b"\xff\xfei\x00d\x00", "has no students below its header"),
        (b"\xff\xfei\x00d\x00\x00", "is not utf-16 text (byte 7); save it as UTF-8"),
        ("id\n" + "x" * 8 * MIB, "is larger than 8 MiB; leave out data and outputs"),
    ],
)
def test_what_is_no_roster_is_refused_with_the_line(tmp_path: Path, content: str | bytes, message: str) -> None:
    assert refused(tmp_path, content) == message


def test_a_roster_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClassroomError, match=r"gone\.csv: no such file"):
        read_roster(tmp_path / "gone.csv")
    with pytest.raises(ClassroomError, match="is a folder"):
        read_roster(tmp_path)


def handed(key: str, *names: str, late: bool = False) -> HandIn:
    return HandIn(key, names or (key,), (HandedFile("lab.py", Path(key)),), late)


def joined(entries: list[Participant]) -> dict[str, str | None]:
    """Return the keys of the hand-ins by the ids of the students."""
    return {entry.student.id: entry.hand_in.key if entry.hand_in else None for entry in entries}


@pytest.mark.parametrize(
    "name",
    [
        "Jane van der Doe", "van der Doe, Jane", "DOE JANE VAN DER", "vanderdoejane", "VanDerDoeJane",
        "janevanderdoe", "Jané van-der Döe", "Jane_van_der_Doe", "vanderdoe-jane",
    ],
)  # fmt: skip
def test_a_name_is_known_in_every_spelling(name: str) -> None:
    roster = (Student("1", "Jane van der Doe"), Student("2", "Jane Doe"))
    assert joined(join([handed("x", name)], roster)) == {"1": "x", "2": None}
    assert joined(join([handed("x", "vanderdoejane")], (Student("1", name), Student("2"))))["2"] is None


@pytest.mark.parametrize("name", ["Jane Doe", "Doe, Jane", "doe jane"])
def test_canvas_glues_names_whatever_their_order_on_the_roster(name: str) -> None:
    assert joined(join([handed("12345", "doejane", "12345")], (Student("1", name),))) == {"1": "12345"}


def test_an_id_goes_before_an_address_and_that_before_a_name() -> None:
    roster = (Student("1", "Ann Bee"), Student("jane", "Bob"), Student("ANN@x.edu", "Cy"))
    hand_ins = [handed("a", "Cy", "1"), handed("b", "Ann Bee", "jane@y.edu"), handed("c", "ann")]
    assert joined(join(hand_ins, roster)) == {"1": "a", "jane": "b", "ANN@x.edu": "c"}


def test_zeros_in_front_of_an_id_count() -> None:
    assert joined(join([handed("123")], (Student("0123"),))) == {"0123": None, "123": "123"}


def test_an_ambiguous_name_decides_nothing_on_either_side() -> None:
    twins = (Student("1", "Jane Doe"), Student("2", "Doe, Jane"))
    assert joined(join([handed("x", "Jane Doe")], twins)) == {"1": None, "2": None, "x": "x"}
    assert joined(join([handed("x", "Jane Doe"), handed("y", "doejane")], twins[:1])) == {
        "1": None, "x": "x", "y": "y",
    }  # fmt: skip


def test_an_ambiguous_address_leaves_it_to_the_name() -> None:
    roster = (Student("jane@a.edu", "Jane Doe"), Student("jane@b.edu", "Jane Roe"))
    assert joined(join([handed("x", "jane", "Jane Roe")], roster)) == {"jane@a.edu": None, "jane@b.edu": "x"}
    assert joined(join([handed("x", "jane")], roster))["x"] == "x"


def test_a_hand_in_with_the_ids_of_two_students_is_neither_s() -> None:
    entries = join([handed("1", "1", "2", "Jane Doe")], (Student("1", "Jane Doe"), Student("2")))
    assert joined(entries) == {"1": None, "2": None, "1 (2)": "1"}
    assert [entry.on_roster for entry in entries] == [True, True, False]


def test_who_is_called_by_the_id_of_another_has_not_handed_in_for_them() -> None:
    roster = (Student("s1", "Ann Bee"), Student("s2", "Cy Dee"))
    ann, false = handed("71", "Ann Bee", "Participant 71"), handed("70", "s1", "Participant 70")
    false = replace(false, called=frozenset({"s1"}))
    assert joined(join([false, ann], roster)) == {"s1": "71", "s2": None, "70": "70"}
    assert joined(join([false], roster)) == {"s1": "70", "s2": None}
    own = replace(handed("s2", "s1", "s2"), called=frozenset({"s1"}))
    assert joined(join([own, ann], roster)) == {"s1": "71", "s2": "s2"}


def test_two_hand_ins_of_one_student_are_put_together() -> None:
    (entry,) = join([handed("a", "1"), handed("b", "1", late=True)], (Student("1"),))
    assert entry.hand_in is not None
    assert [file.name for file in entry.hand_in.files] == ["a/lab.py", "b/lab.py"]
    assert entry.hand_in.late


def test_without_a_roster_every_hand_in_is_its_own_student_s() -> None:
    entries = join([handed("12345", "doejane", "12345"), handed("bob")], ())
    assert [entry.student for entry in entries] == [Student("12345", "doejane"), Student("bob", "bob")]
    assert all(entry.on_roster for entry in entries)


NAMES = st.one_of(
    st.sampled_from(["Jane Doe", "doejane", "Doe, Jane", "jane@x", "JANE@y", "jane", "1", "2", "İ", "ß", "", " "]),
    st.text(alphabet=string.ascii_letters[:3] + " ,@1é", max_size=5),
)
ROSTERS = st.lists(st.builds(Student, NAMES, NAMES), max_size=6, unique_by=lambda s: s.id.strip().casefold())
HAND_INS = st.lists(
    st.builds(
        lambda key, names, n: HandIn(key, tuple(names), tuple(HandedFile(f"{i}.py", Path(key)) for i in range(n))),
        NAMES, st.lists(NAMES, max_size=3), st.integers(0, 2),
    ),
    max_size=6, unique_by=lambda hand_in: hand_in.key,
)  # fmt: skip


@given(HAND_INS, ROSTERS)
def test_nothing_is_dropped_and_nothing_is_there_twice(hand_ins: list[HandIn], roster: list[Student]) -> None:
    entries = join(hand_ins, roster)
    assert [entry.student for entry in entries[: len(roster)]] == roster
    before = Counter(file.path for hand_in in hand_ins for file in hand_in.files)
    after = Counter(file.path for entry in entries if entry.hand_in for file in entry.hand_in.files)
    assert before == after
    assert all(entry.hand_in in hand_ins and entry.on_roster != bool(roster) for entry in entries[len(roster) :])
    ids = [entry.student.id.strip().casefold() for entry in entries]
    assert len(set(ids)) == len(ids)


@given(HAND_INS, ROSTERS)
def test_who_is_whose_does_not_depend_on_the_order(hand_ins: list[HandIn], roster: list[Student]) -> None:
    def owners(hand_ins: list[HandIn], roster: list[Student]) -> set[tuple[str, Path]]:
        entries = join(hand_ins, roster)[: len(roster)]
        return {(e.student.id, file.path) for e in entries if e.hand_in for file in e.hand_in.files}

    assert owners(hand_ins, roster) == owners(hand_ins[::-1], roster[::-1])
