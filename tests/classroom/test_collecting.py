"""What is collected is whole, regular and bounded; one student's trouble is nobody else's."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from backprop_lab.limits import DEEPEST, HAND_IN, MIB
from tests.classroom.trees import Tree, collected, contents, names, packed, planted, refusal, zipped
from tests.needs import needs, needs_posix


def test_an_archive_that_is_refused_is_the_problem_of_its_student_alone(tmp_path: Path) -> None:
    tree: Tree = {
        "alice.zip": zipped({"../../x.py": "x"}),
        "bob.zip": b"no archive",
        "eve.zip": zipped({"lab.py": "x = 1"}),
    }
    hand_ins = collected(tmp_path / "s", planted(tmp_path / "c", tree))
    assert hand_ins["alice"].problem == 'alice.zip: ../../x.py: leads out of the archive by ".."'
    assert hand_ins["bob"].problem == "bob.zip: is not a zip archive, or it is damaged; pack it again"
    assert contents(hand_ins["eve"]) == {"lab.py": "x = 1"}
    assert not (tmp_path / "x.py").exists()


def test_nothing_of_a_refused_hand_in_stays_unpacked(tmp_path: Path) -> None:
    tree: Tree = {"alice/a.zip": zipped({"a.py": "x"}), "alice/b.zip": b"no archive", "bob/lab.py": "x"}
    assert collected(tmp_path / "s", planted(tmp_path / "c", tree))["alice"].problem.startswith("b.zip: ")
    assert not list((tmp_path / "s").rglob("*.py"))


def test_files_of_an_archive_stand_in_its_place_and_none_hides_another(tmp_path: Path) -> None:
    own = zipped({"lab.py": "2", "b.py": "3"})
    tree: Tree = {"a/lab.py": "1", "a/x.zip": own, "a/sub/y.ZIP": zipped({"c/d.py": "4"})}
    (hand_in,) = collected(tmp_path / "s", planted(tmp_path / "c", tree)).values()
    assert contents(hand_in) == {"lab.py": "1", "2/lab.py": "2", "b.py": "3", "sub/c/d.py": "4"}


def test_an_archive_within_a_student_s_archive_stays_packed(tmp_path: Path) -> None:
    tree = {"a/x.zip": zipped({"lab.py": "1", "y.zip": zipped({"b.py": "2"})})}
    (hand_in,) = collected(tmp_path / "s", planted(tmp_path / "c", tree)).values()
    assert names(hand_in) == ["lab.py", "y.zip"]


def test_links_are_never_followed(tmp_path: Path) -> None:
    needs_posix()
    planted(tmp_path, {"secret/key.py": "x", "c/bob/lab.py": "x", "c/eve/lab.py": "x"})
    (tmp_path / "c/alice.py").symlink_to(tmp_path / "secret/key.py")
    (tmp_path / "c/folder").symlink_to(tmp_path / "secret")
    (tmp_path / "c/bob/key.py").symlink_to(tmp_path / "secret/key.py")
    (tmp_path / "c/bob/all").symlink_to(tmp_path / "secret")
    (tmp_path / "c/eve/self").symlink_to("..")
    (tmp_path / "c/zed.zip").symlink_to(packed(tmp_path / "z.zip", {"a.py": "x"}))
    hand_ins = collected(tmp_path / "s", tmp_path / "c")
    assert {key: names(hand_in) for key, hand_in in hand_ins.items()} == {
        "alice": [], "bob": ["lab.py"], "eve": ["lab.py"], "folder": [], "zed": [],
    }  # fmt: skip
    assert hand_ins["alice"].problem == "alice.py: is a symbolic link; hand in the file itself"
    assert hand_ins["folder"].problem == "folder: is a symbolic link; hand in the file itself"


def test_devices_pipes_and_sockets_are_never_opened(tmp_path: Path) -> None:
    needs_posix()
    planted(tmp_path / "c", {"bob/lab.py": "x", "eve/": ""})
    os.mkfifo(tmp_path / "c/alice.py")
    os.mkfifo(tmp_path / "c/bob/pipe.py")
    os.mkfifo(tmp_path / "c/pipe.zip")
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(tmp_path / "c/eve")  # the path of a socket must be short
        try:
            listening.bind("s.py")
        finally:
            os.chdir(here)
        hand_ins = collected(tmp_path / "s", tmp_path / "c")
    assert names(hand_ins["bob"]) == ["lab.py"]
    for key, name in (("alice", "alice.py"), ("pipe", "pipe.zip"), ("eve", "s.py")):
        assert hand_ins[key].problem == f"{name}: is no regular file; hand in the file itself"


def test_folders_too_deep_to_be_read_are_a_problem(tmp_path: Path) -> None:
    needs_posix()
    planted(tmp_path / "c", {"alice/lab.py": "x", "bob/lab.py": "x"})
    folder = os.open(tmp_path / "c/alice", os.O_RDONLY)
    for _ in range(25):
        os.mkdir("x" * 200, dir_fd=folder)
        above, folder = folder, os.open("x" * 200, os.O_RDONLY, dir_fd=folder)
        os.close(above)
    os.close(folder)
    hand_ins = collected(tmp_path / "s", tmp_path / "c")
    assert hand_ins["alice"].problem == f"{'x' * 200}: cannot be read: File name too long"
    assert names(hand_ins["bob"]) == ["lab.py"]


def test_files_nested_too_deeply_are_a_problem(tmp_path: Path) -> None:
    folders = "d/" * DEEPEST
    planted(tmp_path / "c", {"alice/lab.py": "x", f"alice/{folders}d/data.csv": "1", f"bob/{folders}lab.py": "x"})
    planted(tmp_path / "c", {f"eve/{folders}a.zip": zipped({"d/lab.py": "x"})})
    hand_ins = collected(tmp_path / "s", tmp_path / "c")
    assert hand_ins["alice"].problem == "data.csv: lies more than 100 folders deep"
    assert hand_ins["eve"].problem == "lab.py: lies more than 100 folders deep"
    assert names(hand_ins["bob"]) == [f"{folders}lab.py"]


def test_names_that_are_no_utf8_are_made_printable(tmp_path: Path) -> None:
    needs(sys.platform == "linux", "file names are text here")
    planted(tmp_path / "c", {"alice/lab.py": "x"})
    (tmp_path / "c" / os.fsdecode(b"b\xfcb")).mkdir()
    (tmp_path / "c" / os.fsdecode(b"b\xfcb") / os.fsdecode(b"l\xe4b\n\x1b[31m.py")).write_text("x")
    hand_ins = collected(tmp_path / "s", tmp_path / "c")
    assert {key: names(hand_in) for key, hand_in in hand_ins.items()} == {
        "alice": ["lab.py"],
        "b\\udcfcb": ["l\\udce4b\\n\\x1b[31m.py"],
    }


@pytest.mark.parametrize("suffix", ["/lab{}.py", "/deep{}/"])
def test_too_many_files_or_folders_are_a_problem(tmp_path: Path, suffix: str) -> None:
    most = HAND_IN.entries
    planted(tmp_path / "c", {f"alice{suffix.format(number)}": "" for number in range(most + 1)})
    planted(tmp_path / "c", {f"bob/lab{number}.py": "" for number in range(most)})
    hand_ins = collected(tmp_path / "s", tmp_path / "c")
    assert hand_ins["alice"].problem.startswith(f"more than {most} files")
    assert len(hand_ins["bob"].files) == most


def test_too_much_is_a_problem_also_where_it_is_in_several_archives(tmp_path: Path) -> None:
    planted(tmp_path / "c", {"alice/lab.py": "x", "bob/lab.py": "x"})
    with (tmp_path / "c/alice/big.csv").open("wb") as file:
        file.truncate(HAND_IN.size)
    part = zipped({"a.bin": os.urandom(MIB // 8) * (8 * 13)})
    planted(tmp_path / "c/eve", {f"{number}.zip": part for number in range(5)})
    planted(tmp_path / "c/zed", {f"{number}.zip": zipped({f"{n}.py": "" for n in range(600)}) for number in range(2)})
    hand_ins = collected(tmp_path / "s", tmp_path / "c")
    assert hand_ins["alice"].problem == "more than 64 MiB; leave out data and outputs"
    assert hand_ins["eve"].problem == "more than 64 MiB; leave out data and outputs"
    assert hand_ins["zed"].problem.startswith("more than 1000 files")
    assert names(hand_ins["bob"]) == ["lab.py"]


def test_an_empty_folder_of_a_student_is_told(tmp_path: Path) -> None:
    tree = {"alice/": "", "bob/lab.py": "x", "eve/.DS_Store": "x"}
    hand_ins = collected(tmp_path / "s", planted(tmp_path / "c", tree))
    assert {key: hand_in.problem for key, hand_in in hand_ins.items()} == {
        "alice": "holds no file", "bob": "", "eve": "holds no file",
    }  # fmt: skip


def test_a_folder_without_any_submission_is_refused(tmp_path: Path) -> None:
    for index, name in enumerate(["", "alice/", "alice.docx", "a/b/c/photo.png", ".hidden.py"]):
        folder = planted(tmp_path / f"c{index}", {name: "x"} if name else {})
        folder.mkdir(exist_ok=True)
        message = refusal(tmp_path / f"s{index}", folder)
        assert message.startswith(f"c{index}: holds no submission; expected files .py .ipynb")
    assert refusal(tmp_path / "s", packed(tmp_path / "c.zip", {})).startswith("c.zip: holds no submission")


def test_a_file_of_another_kind_beside_submissions_is_kept(tmp_path: Path) -> None:
    hand_ins = collected(tmp_path / "s", planted(tmp_path / "c", {"alice.docx": "x", "bob.py": "x"}))
    assert names(hand_ins["alice"]) == ["alice.docx"]


def test_a_path_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    needs_posix()
    assert refusal(tmp_path / "s1", tmp_path / "gone").endswith("expected a folder, a zip archive or a file")
    os.mkfifo(tmp_path / "pipe")
    assert "pipe: is neither a file nor a folder" in refusal(tmp_path / "s2", tmp_path / "pipe")
    (tmp_path / "bad.zip").write_text("x = 1")
    assert refusal(tmp_path / "s3", tmp_path / "bad.zip").startswith("bad.zip: is not a zip archive")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert "loop: cannot be read" in refusal(tmp_path / "s4", tmp_path / "loop")


def test_single_files_are_each_a_student_s(tmp_path: Path) -> None:
    planted(tmp_path / "c", {"alice.py": "1", "bob.ipynb": "2"})
    hand_ins = collected(tmp_path / "s", tmp_path / "c/alice.py", tmp_path / "c/bob.ipynb", tmp_path / "c/alice.py")
    assert {key: contents(hand_in) for key, hand_in in hand_ins.items()} == {
        "alice": {"alice.py": "1"}, "bob": {"bob.ipynb": "2"},
    }  # fmt: skip


def test_what_a_student_has_in_several_places_is_put_together(tmp_path: Path) -> None:
    planted(tmp_path, {"one/alice.py": "1", "one/bob.py": "2", "two/alice/alice.py": "3", "two/eve/lab.py": "4"})
    late = packed(tmp_path / "late.zip", {"alice.py": "5", "bob.zip": "no archive"})
    planted(tmp_path, {"three/alice.py": "6"})
    hand_ins = collected(tmp_path / "s", tmp_path / "one", tmp_path / "two", late, tmp_path / "three/alice.py")
    assert contents(hand_ins["alice"]) == {
        "one/alice.py": "1", "two/alice.py": "3", "late.zip/alice.py": "5", "three/alice.py": "6",
    }  # fmt: skip
    assert contents(hand_ins["bob"]) == {"one/bob.py": "2"}
    assert contents(hand_ins["eve"]) == {"lab.py": "4"}


GLOBS: dict[str, Tree] = {
    "the same names": {"ana/lab.py": "1", "ben/lab.py": "2", "cho/lab.py": "3", "cho/util.py": "4"},
    "names of their own": {"ana/lab3_ana.py": "1", "ana/plot.png": "x", "ben/lab3_ben.py": "2", "cho/x.ipynb": "3"},
    "folders and files": {"ana/src/lab.py": "1", "ben/src/lab.py": "2", "cho.py": "3"},
    "archives, too": {"ana/lab.zip": zipped({"lab.py": "1"}), "ben/lab.py": "2", "cho.zip": zipped({"lab.py": "3"})},
}


@pytest.mark.parametrize("tree", GLOBS.values(), ids=list(GLOBS))
def test_folders_of_students_side_by_side_are_one_class(tree: Tree, tmp_path: Path) -> None:
    folder = planted(tmp_path / "c", tree)
    side_by_side = collected(tmp_path / "s1", *folder.iterdir())
    assert [*side_by_side] == ["ana", "ben", "cho"]
    whole = collected(tmp_path / "s2", folder)
    assert [*map(contents, side_by_side.values())] == [*map(contents, whole.values())]


def test_folders_of_classes_side_by_side_are_several_classes(tmp_path: Path) -> None:
    monday = {f"monday/{name}.py": "1" for name in ("ana", "ben", "cho")}
    tuesday = {f"tuesday/{name}/lab.py": "2" for name in ("ana", "dia")}
    folder = planted(tmp_path / "c", monday | tuesday)
    hand_ins = collected(tmp_path / "s1", *folder.iterdir())
    assert {key: names(hand_in) for key, hand_in in hand_ins.items()} == {
        "ana": ["monday/ana.py", "tuesday/lab.py"], "ben": ["ben.py"], "cho": ["cho.py"], "dia": ["lab.py"],
    }  # fmt: skip
    for number, wrapping in enumerate(("", "download/")):
        downloads = {f"{day}/{wrapping}doejane_1{day}_5_lab.py": "x" for day in "12"}
        folder = planted(tmp_path / f"canvas{number}", downloads)
        assert [*collected(tmp_path / f"s2{number}", *folder.iterdir())] == ["11", "12"]
    wrapped = {f"{day}/class/{name}{day}/lab.py": "x" for day in "12" for name in ("ana", "ben")}
    folder = planted(tmp_path / "wrapped", wrapped)
    assert [*collected(tmp_path / "s3", *folder.iterdir())] == ["ana1", "ana2", "ben1", "ben2"]


def test_sources_of_the_same_name_are_told_apart(tmp_path: Path) -> None:
    planted(tmp_path, {"a/hw/alice.py": "1", "b/hw/alice.py": "2"})
    (hand_in,) = collected(tmp_path / "s", tmp_path / "a/hw", tmp_path / "b/hw").values()
    assert contents(hand_in) == {"1-hw/alice.py": "1", "2-hw/alice.py": "2"}


def test_the_order_does_not_depend_on_the_disk(tmp_path: Path) -> None:
    tree = {f"{name}/{file}.py": "x" for name in "dbca" for file in "zyx"}
    hand_ins = collected(tmp_path / "s", planted(tmp_path / "c", tree))
    assert [*hand_ins] == ["a", "b", "c", "d"]
    assert all(names(hand_in) == ["x.py", "y.py", "z.py"] for hand_in in hand_ins.values())
