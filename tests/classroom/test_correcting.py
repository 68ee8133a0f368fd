from __future__ import annotations

from fractions import Fraction
from typing import Any, get_args

import pytest
from msgspec.structs import replace

from backprop_lab.classroom.correcting import corrected, parse_correction
from backprop_lab.classroom.row import Correction
from backprop_lab.errors import ClassroomError
from backprop_lab.feedback import PAGES, Feedback, Page, feedback_record, page
from backprop_lab.marking.marks import Corrected, Marks, Verdict, VerdictName
from backprop_lab.marking.observations import Crash
from backprop_lab.task import Ask
from backprop_lab.taskfile import load_task
from tests.classroom.gradebooks import MARKS, TASK

WHO, WHEN = "Ada", "2026-11-22T13:32:23Z"


def correction(step: str, row: int | None = None, column: int | None = None, **others: Any) -> Correction:
    return replace(Correction(step, row, column, "right", "See page 2.", WHO, WHEN), **others)


def verdict(marks: Marks, step: str, row: int = 0, column: int = 0) -> Verdict:
    return next(one for one in marks.verdicts if (one.step, one.row, one.column) == (step, row, column))


def test_a_correction_of_a_step_changes_all_of_its_entries_and_no_other() -> None:
    done = corrected(MARKS, [correction("delta1")], TASK)
    changed = {one.step for one, was in zip(done.verdicts, MARKS.verdicts, strict=True) if one != was}
    assert changed == {"delta1"}
    assert done.score == MARKS.score + 2
    one = verdict(done, "delta1", 0, 1)
    assert (one.verdict, one.cause) == ("right", None)
    assert one.corrected == Corrected(WHO, WHEN, "See page 2.")
    assert (one.found, one.where) == (7.125, verdict(MARKS, "delta1", 0, 1).where)


def test_a_correction_of_an_entry_changes_that_one() -> None:
    done = corrected(MARKS, [correction("delta1", 0, 1)], TASK)
    assert [one.verdict for one in done.verdicts if one.step == "delta1"] == ["wrong", "right"]


def test_the_last_correction_of_an_entry_counts() -> None:
    first, second = correction("delta1", note="first"), correction("delta1", 0, 0, verdict="missing", note="second")
    both = corrected(MARKS, [first, second], TASK)
    assert (verdict(both, "delta1").verdict, verdict(both, "delta1", 0, 1).verdict) == ("missing", "right")
    assert {one.verdict for one in corrected(MARKS, [second, first], TASK).verdicts if one.step == "delta1"} == {
        "right"
    }


@pytest.mark.parametrize("name", get_args(VerdictName))
@pytest.mark.parametrize("work", ["by_hand", "program"])
def test_points_are_those_of_the_task_for_the_verdict(name: VerdictName, work: Any) -> None:
    task = replace(TASK, ask=[Ask("delta1", Fraction(3), follows="half")])
    each = tuple(replace(one, max_points=Fraction(3, 2)) for one in MARKS.verdicts if one.step == "delta1")
    marks = Marks("ok", each, work=work)
    typed_in = Fraction(3) if work == "by_hand" else Fraction(3, 2)
    expected = {"right": 3, "follows": Fraction(3, 2), "typed-in": typed_in, "wrong": 0, "missing": 0}
    assert corrected(marks, [correction("delta1", verdict=name)], task).score == expected[name]


def test_what_could_not_be_marked_is_missing_but_for_the_correction() -> None:
    crash = Crash("SyntaxError", "invalid syntax", 3, None, "")
    done = corrected(Marks("unreadable", message="no text", crash=crash), [correction("z1")], TASK)
    assert (done.status, done.message, done.crash) == ("unreadable", "no text", crash)
    assert {one.verdict for one in done.verdicts if one.step == "z1"} == {"right"}
    assert {one.verdict for one in done.verdicts if one.step != "z1"} == {"missing"}
    assert done.score == 2
    assert done.max_score == TASK.max_score


def test_a_step_that_the_task_does_not_ask_any_more_stays_as_it_is() -> None:
    task = replace(TASK, ask=[Ask("z1")])
    assert corrected(MARKS, [correction("delta1"), correction("gone")], task) == MARKS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("delta1=right", (("delta1", None, None), "right")),
        (" W1_new[2,1] = typed-in", (("W1_new", 2, 1), "typed-in")),
        ("w14_new=follows", (("W1_new", 1, 1), "follows")),
        ("delta3=wrong", (("delta2", 0, 0), "wrong")),
        ("yhat=missing", (("a2", 0, 0), "missing")),
    ],
)
def test_a_step_is_named_whole_or_by_entry(text: str, expected: tuple[Any, VerdictName]) -> None:
    assert parse_correction(text, TASK) == expected


def test_symbols_are_those_of_the_notation_of_the_task() -> None:
    task = load_task("lab_task_3", ["notation=pytorch"])
    assert parse_correction("fc1.weight.new[1,0]=right", task) == (("W1_new", 0, 1), "right")
    assert parse_correction("z1[0,1]=right", task) == (("z1", 0, 1), "right")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("delta1", "expected STEP=VERDICT, such as delta1=right"),
        ("delta1=good", 'expected one of right, follows, typed-in, wrong, missing, found "good"'),
        ("delta1=", 'found ""'),
        ("dleta1=right", 'did you mean "delta1"?'),
        ("w14_mew=right", 'did you mean "w14_new"?'),
        ("W1_new[3,0]=right", "there is no such entry; the last one is W1_new[2,1]"),
        ("W1_new[0]=right", "the task asks no such step"),
        ("w11=right", "the task asks no such step"),
        ("=right", "valid: z1, a1"),
    ],
)
def test_what_is_no_correction_is_told_in_a_line(text: str, expected: str) -> None:
    with pytest.raises(ClassroomError) as error:
        parse_correction(text, TASK)
    assert expected in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("kind", PAGES)
def test_every_page_says_who_corrected_what(kind: Page) -> None:
    feedback = Feedback(TASK, corrected(MARKS, [correction("delta1")], TASK), "lab3.py")
    assert "Corrected by Ada on 2026-11-22: See page 2." in " ".join(page(feedback, kind).split())
    assert "Corrected by" not in page(Feedback(TASK, MARKS, "lab3.py"), kind)


def test_the_record_says_who_corrected_what() -> None:
    done = corrected(MARKS, [correction("delta1", 0, 0, verdict="wrong", note="No")], TASK)
    messages = {
        (step["step"], step["column"]): step["message"]
        for step in feedback_record(Feedback(TASK, done, "x"))["steps"]
    }
    assert messages["delta1", 0].startswith("Corrected by Ada on 2026-11-22: No. Look at this line:")
    assert "Corrected" not in messages["delta1", 1]


def test_a_hostile_note_is_text_everywhere() -> None:
    hostile = correction("z1", note="<script>alert(1)</script> << 7 * 7 >> **x** \x1b[31m\n# y", who="<b>&_|")
    feedback = Feedback(TASK, corrected(MARKS, [hostile], TASK), "lab3.py")
    html, markdown, text = page(feedback, "html"), page(feedback, "md"), page(feedback, "txt")
    assert "&lt;script&gt;" in html
    assert "<script" not in html + markdown
    assert "<b>" not in html + markdown
    assert r"\*\*x\*\*" in markdown
    assert "\n# y" not in markdown
    assert "\x1b" not in html + markdown + text
    assert "7 * 7" in text
