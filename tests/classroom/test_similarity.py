from __future__ import annotations

import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest

from backprop_lab.classroom.similarity import (
    COMMON_AT_LEAST,
    MOST_HASHES,
    SAME,
    Pair,
    clusters,
    fingerprint,
    given_out,
    similar_pairs,
)
from backprop_lab.errors import SubmissionError
from backprop_lab.script import Framework, script
from backprop_lab.submissions.notebook import Notebook
from backprop_lab.submissions.read import read_submission
from backprop_lab.submissions.script import Script
from backprop_lab.taskfile import find_task, load_task, load_training
from backprop_lab.training.script import training_script
from tests.classroom.programs import BY_TEN_HANDS, blocks, recommented, renamed

CORPUS = Path(__file__).parent.parent / "submissions"
FOLLOW_ONE_ANOTHER = {"rate_decimal", "swapped_columns", "theta_decimal", "weight_sign", "t_minus_o_after_slip"}
"""Files of the corpus that are one program with one slip or another."""


def corpus() -> dict[str, tuple[int, ...]]:
    found = {}
    for path in sorted(path for path in CORPUS.iterdir() if path.suffix in (".py", ".ipynb")):
        try:
            submission = read_submission(path)
        except SubmissionError:
            continue
        if isinstance(submission, Script | Notebook):
            found[path.stem] = fingerprint([cell.source for cell in submission.program.cells])
    return found


def pairs(*programs: list[str]) -> list[Pair]:
    return list(similar_pairs((str(at), fingerprint(cells)) for at, cells in enumerate(programs)))


@pytest.mark.parametrize("source", BY_TEN_HANDS)
def test_a_copy_with_other_names_comments_texts_and_blank_lines_is_identical(source: str) -> None:
    assert [pair.share for pair in pairs([source], [recommented(renamed(source))])] == [1.0]
    assert fingerprint([source]) == fingerprint([recommented(renamed(source))])


@pytest.mark.parametrize("source", BY_TEN_HANDS)
def test_a_copy_with_its_cells_in_another_order_is_found(source: str) -> None:
    cells = blocks(source)
    (pair,) = pairs(cells, [*cells[2:], *cells[:2]])
    assert SAME <= pair.share < 1


def test_what_two_students_write_on_their_own_is_not_near_identical() -> None:
    assert pairs(*([source] for source in BY_TEN_HANDS)) == []


def test_in_the_corpus_only_programs_made_of_one_another_are_near_identical() -> None:
    found = [(pair.first, pair.second) for pair in similar_pairs(corpus().items())]
    assert ("lab3_rate_decimal", "lab3_swapped_columns") in found
    for pair in found:
        family = {name.removeprefix("lab3_") for name in pair}
        assert family <= FOLLOW_ONE_ANOTHER or set(pair) == {"mazur_biases_one_path", "mazur_biases_own_slope"}


def test_the_ten_are_not_near_identical_with_anything_in_the_corpus() -> None:
    ten = {f"hand {at}": fingerprint([source]) for at, source in enumerate(BY_TEN_HANDS)}
    found = similar_pairs([*ten.items(), *corpus().items()])
    assert not [pair for pair in found if pair.first in ten or pair.second in ten]


def test_what_was_given_out_does_not_count() -> None:
    task = load_task("lab_task_3")
    starter = BY_TEN_HANDS[2]
    handed_in = [("a", fingerprint([starter])), ("b", fingerprint([renamed(starter)]))]
    assert [pair.share for pair in similar_pairs(handed_in)] == [1.0]
    assert list(similar_pairs(handed_in, given_out([task], [[starter]]))) == []
    for framework in ("numpy", "torch"):
        own = fingerprint([script(task, framework)])
        assert set(own) <= given_out([task])


@pytest.mark.parametrize("framework", ["numpy", "torch"])
def test_the_scripts_of_a_training_task_do_not_count(framework: Framework) -> None:
    path = find_task("lab_task_4")
    starter = training_script(load_training(path), path.parent, framework)
    handed_in = [("a", fingerprint([starter])), ("b", fingerprint([renamed(starter)]))]
    assert [pair.share for pair in similar_pairs(handed_in)] == [1.0]
    assert list(similar_pairs(handed_in, given_out([load_training(path)], folder=path.parent))) == []


def test_a_training_task_whose_data_are_not_here_has_no_scripts(tmp_path: Path) -> None:
    assert not given_out([load_training("lab_task_4", ['data={csv="away.csv"}'])], folder=tmp_path)


def test_given_out_programs_leave_out_a_framework_that_cannot_work_the_task() -> None:
    assert given_out([load_task("lab_task_3", ["rounding=carry"])])


def test_what_much_of_the_class_has_does_not_count() -> None:
    common = [(f"s{at}", fingerprint([BY_TEN_HANDS[0]])) for at in range(COMMON_AT_LEAST + 1)]
    assert len(list(similar_pairs(common[:-1]))) == COMMON_AT_LEAST * (COMMON_AT_LEAST - 1) // 2
    assert list(similar_pairs(common)) == []


def test_a_copy_inside_of_a_longer_program_has_the_share_of_the_shorter() -> None:
    (pair,) = pairs([BY_TEN_HANDS[7]], [BY_TEN_HANDS[1] + BY_TEN_HANDS[7] + BY_TEN_HANDS[6]])
    assert pair.share > 0.95


def test_pairs_are_found_as_a_comparison_of_all_finds_them() -> None:
    programs = {**corpus(), **{str(at): fingerprint([text]) for at, text in enumerate(BY_TEN_HANDS)}}
    counts = [number for numbers in programs.values() for number in numbers]
    common = {number for number in set(counts) if counts.count(number) > max(COMMON_AT_LEAST, len(programs) / 20)}
    own = {name: set(numbers) - common for name, numbers in programs.items()}
    expected = {
        (first, second)
        for first, second in combinations(programs, 2)
        if len(own[first] & own[second]) >= max(16, SAME * min(len(own[first]), len(own[second])))
    }
    assert {(pair.first, pair.second) for pair in similar_pairs(programs.items())} == expected


@pytest.mark.parametrize(
    "source",
    ["", "#", "(" * 300_000, "'" * 100_001, "'''" + "\\" * 300_000, "rb" * 200_000, "1e+" * 200_000, "\0" * 300_000,
     "x" * 1_000_000, "\n" * 1_000_000, "\ud800é" * 100_000, "\t if" * 100_000, "z = 1 + x; " * 100_000],
    ids=lambda text: repr(text[:8]),
)  # fmt: skip
def test_a_hostile_program_has_a_fingerprint_of_bounded_size(source: str) -> None:
    assert len(fingerprint([source])) <= MOST_HASHES


def test_a_program_with_a_syntax_error_has_a_fingerprint() -> None:
    (pair,) = pairs([BY_TEN_HANDS[3]], ["def (:\n  ) x = = 'open\n" + BY_TEN_HANDS[3]])
    assert pair.share > 0.9


def test_a_fingerprint_is_the_same_in_every_run() -> None:
    program = "from backprop_lab.classroom.similarity import fingerprint; print(fingerprint([input()]))"
    source = "; ".join(line for line in BY_TEN_HANDS[9].splitlines() if line)
    own = [
        subprocess.run(
            [sys.executable, "-c", program], input=source, capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    ]
    assert own == [f"{fingerprint([source])}\n"] * 2


def test_copies_of_copies_are_one_cluster() -> None:
    links = [Pair("a", "b", 1.0, 50), Pair("x", "y", 0.9, 40), Pair("c", "b", 0.75, 30), Pair("d", "c", 0.8, 30)]
    first, second = clusters(links)
    assert (first.members, first.lowest, first.highest) == (("a", "b", "c", "d"), 0.75, 1.0)
    assert (second.members, second.lowest, second.highest) == (("x", "y"), 0.9, 0.9)
    assert clusters([]) == []


def test_nothing_to_compare_gives_no_pairs() -> None:
    assert list(similar_pairs([])) == []
    assert list(similar_pairs([("a", ()), ("b", ())])) == []
