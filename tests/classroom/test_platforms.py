"""What a class handed in is found in every layout, as a folder, as an archive, and inside a folder of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.classroom.trees import Tree, collected, contents, names, packed, planted, refusal, zipped
from tests.needs import needs_posix

METADATA = """---
submission_11:
  :submitters:
  - :name: Jane Doe
    :sid: '00123'
    :email: jane@example.edu
  - :name: Joe Roe
    :sid: 0124
    :email: joe@example.edu
  :created_at: 2026-11-22 13:32:23.000000000 Z
  :lateness: '0:00:00'
  :results: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
    tests: []
submission_12:
  :submitters:
  - :name: Ann Poe
    :sid:
    :email: ann@example.edu
  :lateness: 26:10:00
submission_13:
  :submitters:
  - :name: Bo Moe
"""

FOUND = dict[str, tuple[tuple[str, ...], list[str], bool]]
LAYOUTS: dict[str, tuple[Tree, FOUND]] = {
    "flat": (
        {"alice.py": "x = 1", "alice.ipynb": "{}", "bob smith.txt": "x", ".hidden.py": "x", "__MACOSX/alice.py": "x"},
        {
            "alice": (("alice",), ["alice.ipynb", "alice.py"], False),
            "bob smith": (("bob smith",), ["bob smith.txt"], False),
        },
    ),
    "folders": (
        {
            "alice/lab.py": "x = 1",
            "alice/data/a.csv": "1",
            "alice/.ipynb_checkpoints/lab.py": "x",
            "bob/lab.py": "x",
            "bob/__pycache__/lab.pyc": "x",
        },
        {
            "alice": (("alice",), ["data/a.csv", "lab.py"], False),
            "bob": (("bob",), ["lab.py"], False),
        },
    ),
    "canvas": (
        {
            "doejane_12345_678_lab.ipynb": "old",
            "doejane_12345_680_lab-1.ipynb": "x",
            "doejane_12345_681_lab-10.ipynb": "new",
            "doejane_12345_682_notes_2_3_b.txt": "x",
            "roejoe_LATE_12346_683_lab.py": "x",
            "poe-anne_late_12347_684_lab.py": "x",
            "moebo_12348_text.html": "x",
            "anonymous_VGlnP_14_lab.py": "x",
            "anonymous_LATE_xYz12_15_lab.py": "x",
        },
        {
            "12345": (("doejane", "12345"), ["lab-10.ipynb", "notes_2_3_b.txt"], False),
            "12346": (("roejoe", "12346"), ["lab.py"], True),
            "12347": (("poe-anne", "12347"), ["lab.py"], True),
            "12348": (("moebo", "12348"), ["text.html"], False),
            "anonymous_VGlnP": (("anonymous_VGlnP",), ["lab.py"], False),
            "anonymous_xYz12": (("anonymous_xYz12",), ["lab.py"], True),
        },
    ),
    "moodle": (
        {
            "Jane van der Doe_123456_assignsubmission_file_/lab.py": "x",
            "Jane van der Doe_123456_assignsubmission_onlinetext_/onlinetext.html": "x",
            "Joe Roe_123457_assignsubmission_file/lab.py": "x",
            "Ann Poe_123458_assignsubmission_file_my_lab.py": "x",
        },
        {
            "123456": (("Jane van der Doe", "Participant 123456"), ["lab.py", "onlinetext.html"], False),
            "123457": (("Joe Roe", "Participant 123457"), ["lab.py"], False),
            "123458": (("Ann Poe", "Participant 123458"), ["my_lab.py"], False),
        },
    ),
    "gradescope": (
        {
            "submission_metadata.yml": METADATA,
            "submission_11/lab.py": "x",
            "submission_12/lab.py": "x",
            "submission_13/sub/lab.py": "x",
        },
        {
            "00123": (("Jane Doe", "00123", "jane@example.edu"), ["lab.py"], False),
            "0124": (("Joe Roe", "0124", "joe@example.edu"), ["lab.py"], False),
            "ann@example.edu": (("Ann Poe", "ann@example.edu"), ["lab.py"], True),
            "Bo Moe": (("Bo Moe",), ["sub/lab.py"], False),
        },
    ),
    "github": (
        {
            "lab-3-jdoe/.git/config": "x",
            "lab-3-jdoe/lab.py": "x",
            "lab-3-joe-roe/.git/a.py": "x",
            "lab-3-joe-roe/b.py": "x",
        },
        {"jdoe": (("jdoe",), ["lab.py"], False), "joe-roe": (("joe-roe",), ["b.py"], False)},
    ),
    "nbgrader": (
        {
            "submitted/alice/ps1/lab.ipynb": "x",
            "submitted/alice/ps1/timestamp.txt": "2026-11-22 13:32:23 UTC",
            "submitted/alice/ps1/data/a.csv": "x",
            "submitted/bob/ps1/lab.ipynb": "x",
            "source/ps1/lab.ipynb": "x",
            "gradebook.db": "x",
        },
        {
            "alice": (("alice",), ["data/a.csv", "lab.ipynb"], False),
            "bob": (("bob",), ["lab.ipynb"], False),
        },
    ),
}  # fmt: skip


@pytest.fixture(params=LAYOUTS)
def layout(request: pytest.FixtureRequest) -> tuple[Tree, FOUND]:
    return LAYOUTS[request.param]


def found(staging: Path, *paths: Path) -> FOUND:
    hand_ins = collected(staging, *paths)
    assert {key: hand_in.problem for key, hand_in in hand_ins.items() if hand_in.problem} == {}
    return {key: (hand_in.names, names(hand_in), hand_in.late) for key, hand_in in hand_ins.items()}


def test_a_layout_is_found_in_a_folder(tmp_path: Path, layout: tuple[Tree, FOUND]) -> None:
    tree, expected = layout
    assert found(tmp_path / "s", planted(tmp_path / "class", tree)) == expected


def test_a_layout_is_found_in_an_archive(tmp_path: Path, layout: tuple[Tree, FOUND]) -> None:
    tree, expected = layout
    assert found(tmp_path / "s", packed(tmp_path / "class.zip", tree)) == expected


def test_a_layout_is_found_inside_one_folder_of_an_archive(tmp_path: Path, layout: tuple[Tree, FOUND]) -> None:
    tree, expected = layout
    path = packed(tmp_path / "class.zip", {f"top of it/{name}": content for name, content in tree.items()})
    assert found(tmp_path / "s", path) == expected


@pytest.mark.parametrize("name", sorted(set(LAYOUTS) - {"flat", "folders"}))
def test_a_layout_is_found_inside_one_folder_of_a_folder(tmp_path: Path, name: str) -> None:
    tree, expected = LAYOUTS[name]
    planted(tmp_path / "class/top", tree)
    assert found(tmp_path / "s", tmp_path / "class") == expected


@pytest.mark.parametrize("name", ["flat", "canvas", "moodle", "gradescope", "github"])
def test_a_layout_is_found_where_its_entries_are_named_one_by_one(tmp_path: Path, name: str) -> None:
    tree, expected = LAYOUTS[name]
    paths = [p for p in planted(tmp_path / "class", tree).iterdir() if p.name[0] not in "._"]
    assert found(tmp_path / "s", *paths) == expected


def test_a_wrapping_folder_of_the_same_name_is_looked_through(tmp_path: Path) -> None:
    planted(tmp_path / "hw1/hw1", {"alice.py": "x", "bob.py": "x"})
    assert set(found(tmp_path / "s1", tmp_path / "hw1")) == {"alice", "bob"}
    planted(tmp_path / "hw2/alice", {"lab.py": "x", "notes.txt": "x"})
    assert set(found(tmp_path / "s2", tmp_path / "hw2")) == {"alice"}


def test_what_a_platform_did_not_name_is_kept_beside_what_it_did(tmp_path: Path) -> None:
    tree = {**LAYOUTS["canvas"][0], "by_mail.py": "x"}
    assert set(found(tmp_path / "s", planted(tmp_path / "c", tree))) == {*LAYOUTS["canvas"][1], "by_mail"}


def test_numbers_in_the_name_of_one_file_make_no_canvas(tmp_path: Path) -> None:
    tree = {"team_1_2_lab.py": "x", "alice.py": "x", "bob.py": "x"}
    assert set(found(tmp_path / "s", planted(tmp_path / "c", tree))) == {"team_1_2_lab", "alice", "bob"}


def test_the_newest_of_canvas_is_what_counts_and_files_of_one_name_are_both_kept(tmp_path: Path) -> None:
    tree = {"a_1_10_lab.py": "x = 1", "a_1_11_lab-1.py": "x = 2", "a_1_12_b.py": "x = 3", "a_1_13_b.py": "x = 4"}
    (hand_in,) = collected(tmp_path / "s", planted(tmp_path / "c", tree)).values()
    assert contents(hand_in) == {"lab-1.py": "x = 2", "b.py": "x = 3", "2/b.py": "x = 4"}


def test_a_single_clone_is_told_by_what_follows_the_last_hyphen(tmp_path: Path) -> None:
    planted(tmp_path / "a", {"lab-3-jdoe/.git/config": "x", "lab-3-jdoe/lab.py": "x"})
    assert set(found(tmp_path / "s1", tmp_path / "a")) == {"jdoe"}
    planted(tmp_path / "lab-3-submissions", {"lab-3-joe-roe/.git/config": "x", "lab-3-joe-roe/lab.py": "x"})
    assert set(found(tmp_path / "s2", tmp_path / "lab-3-submissions")) == {"joe-roe"}


def test_a_class_kept_under_version_control_is_no_clone(tmp_path: Path) -> None:
    planted(tmp_path / "class", {".git/config": "x", "alice/lab.py": "x", "bob/lab.py": "x"})
    assert set(found(tmp_path / "s", tmp_path / "class")) == {"alice", "bob"}


def test_the_folder_of_nbgrader_may_be_named_at_every_height(tmp_path: Path) -> None:
    tree, expected = LAYOUTS["nbgrader"]
    folder = planted(tmp_path / "course", tree) / "submitted"
    for index, paths in enumerate([[folder], [*folder.glob("*")], [*folder.glob("*/ps1")]]):
        assert found(tmp_path / f"s{index}", *paths) == expected
    assert set(found(tmp_path / "s", folder / "alice/ps1")) == {"alice"}
    assert set(found(tmp_path / "t", folder / "alice")) == {"alice"}


def test_of_several_assignments_one_must_be_named(tmp_path: Path) -> None:
    folder = planted(
        tmp_path, {"submitted/a/ps1/x.py": "x", "submitted/b/ps2/x.py": "x", "submitted/b/ps1/y.py": "x"}
    )
    message = refusal(tmp_path / "s", folder / "submitted")
    assert message == ("submitted: holds 2 assignments (ps1, ps2); name the folders of one, such as submitted/*/ps1")
    assert set(found(tmp_path / "t", *folder.glob("submitted/*/ps1"))) == {"a", "b"}


def test_a_folder_called_submitted_may_hold_students_own_files(tmp_path: Path) -> None:
    planted(tmp_path / "submitted", {"alice/lab.py": "x", "bob/lab.py": "x"})
    assert set(found(tmp_path / "s", tmp_path / "submitted")) == {"alice", "bob"}


def test_members_of_a_group_have_the_same_files(tmp_path: Path) -> None:
    hand_ins = collected(tmp_path / "s", planted(tmp_path / "c", LAYOUTS["gradescope"][0]))
    assert hand_ins["00123"].files == hand_ins["0124"].files


def test_metadata_of_gradescope_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    needs_posix()
    planted(tmp_path, {"m.yml": METADATA, "c/submission_11/a.py": "x"})
    (tmp_path / "c/submission_metadata.yml").symlink_to(tmp_path / "m.yml")
    assert "is no file of at most 32 MiB" in refusal(tmp_path / "s", tmp_path / "c")


def test_what_gradescope_has_no_folder_or_no_submitter_for_is_not_lost(tmp_path: Path) -> None:
    text = "submission_1:\n  :submitters:\n  - :name: A\nsubmission_2:\n  :submitters: []\n"
    tree = {"submission_metadata.yml": text, "submission_2/b.py": "x", "submission_3/c.py": "x"}
    hand_ins = collected(tmp_path / "s", planted(tmp_path / "c", tree))
    assert set(hand_ins) == {"A", "submission_2", "submission_3"}
    assert hand_ins["A"].problem == "submission_1: is in submission_metadata.yml and not beside it"


def test_a_folder_in_the_metadata_of_gradescope_cannot_lead_elsewhere(tmp_path: Path) -> None:
    planted(tmp_path, {"secret/a.py": "x", "c/submission_1/b.py": "x"})
    text = "../secret:\n  :submitters:\n  - :name: A\nsubmission_1:\n  :submitters:\n  - :name: B\n"
    planted(tmp_path / "c", {"submission_metadata.yml": text})
    hand_ins = collected(tmp_path / "s", tmp_path / "c")
    assert names(hand_ins["A"]) == []
    assert names(hand_ins["B"]) == ["b.py"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[", "line 2: is not YAML"),
        ("a: b: c", "line 1: is not YAML"),
        ("- 1", "is not a table of submissions"),
        ("", "is not a table of submissions"),
        ("submission_1: 3", 'submission_1: has no list ":submitters:"'),
        ("[" * 200_000, "is nested more than 64 deep"),
        ("? " * 200_000, "is nested more than 64 deep"),
        ("&a [*a]", "is not a table of submissions"),
        ("a: &a\n  :submitters: *a", 'a: has no list ":submitters:"'),
        (b"\xff\xfe\xff", "is not YAML"),
        ("!!python/object/apply:os.system ['exit 3']", "is not a table of submissions"),
        (b"#" * (32 * 2**20 + 1), "is no file of at most 32 MiB"),
    ],
)
def test_metadata_that_is_none_is_refused(tmp_path: Path, text: str | bytes, reason: str) -> None:
    planted(tmp_path / "c", {"submission_metadata.yml": text, "submission_1/a.py": "x"})
    assert refusal(tmp_path / "s", tmp_path / "c").startswith(f"submission_metadata.yml: {reason}")


@pytest.mark.parametrize("name", LAYOUTS)
def test_an_archive_of_a_student_is_unpacked_in_every_layout(tmp_path: Path, name: str) -> None:
    tree: dict[str, str | bytes] = {**LAYOUTS[name][0]}
    programs = [file for file in tree if file.endswith((".py", ".ipynb")) and "/." not in file]
    for file in programs:
        del tree[file]
        tree[f"{file.rpartition('.')[0]}.zip"] = zipped({"own.py": "x = 1", "__MACOSX/._own.py": "x"})
    hand_ins = collected(tmp_path / "s", planted(tmp_path / "class", tree))
    assert set(hand_ins) == set(LAYOUTS[name][1])
    for key, (_, files, _) in LAYOUTS[name][1].items():
        own = any(file.endswith((".py", ".ipynb")) for file in files)
        assert any(file.endswith("own.py") for file in names(hand_ins[key])) == own
