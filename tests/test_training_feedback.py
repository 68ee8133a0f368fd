"""What students read about their training programs: a sentence for every verdict that there may be."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import get_args

import pytest
from markdown_it import MarkdownIt
from msgspec.structs import replace

from backprop_lab.classroom.stored import decode, encode
from backprop_lab.feedback import PAGES, Feedback, Page, feedback_record, page
from backprop_lab.feedback.lab_words import lab_words
from backprop_lab.feedback.report import groups
from backprop_lab.feedback.training_words import WORDS
from backprop_lab.feedback.words import sentence
from backprop_lab.marking.marks import Corrected, Marks, VerdictName
from backprop_lab.runs.findings import Mistake
from backprop_lab.runs.judging import judge
from backprop_lab.runs.watched import Layer, Loader, Optimizer, Run, Scaled
from backprop_lab.templating import macros
from backprop_lab.trainingtask import REQUIREMENTS
from tests.needs import needs_torch
from tests.runs.recorded import task, trained

OWN: dict[str, tuple[Mistake, ...]] = {
    "linear_layers": ("one-layer", "layer-not-used", "fewer-layers", "more-layers", "not-nn-linear", "not-trained"),
    "loss": ("another-loss", "loss-is-a-sum", "softmax-before-cross-entropy", "no-log-softmax", "broadcast-target"),
    "batch_size": ("full-batch", "single-rows", "another-batch-size", "never-stepped"),
    "optimizer": ("another-optimizer", "optimizer-without-layers", "another-momentum", "another-weight-decay"),
    "epochs": (
        "one-epoch-short", "one-epoch-more", "another-number-of-epochs", "step-outside-loop", "one-batch-an-epoch",
        "backward-outside-loop", "not-trained",
    ),
    "zero_grad": ("no-zero-grad", "zero-grad-per-epoch", "zero-grad-sometimes", "optimizer-without-layers"),
    "updates": (
        "backward-outside-loop", "zeroed-before-step", "scaled-gradients", "another-gradient", "ascent",
        "another-step", "stands-still", "parameters-reset", "not-recomputed", "no-zero-grad", "another-optimizer",
        "loss-not-finite", "not-trained", "ended-early",
    ),
    "training_data": ("scaled-not-used", "targets-all-the-same", "one-batch-only", "part-of-the-data"),
    "loss_fell": ("loss-not-finite", "did-not-fall", "ended-early"),
    "evaluation": ("evaluation-with-gradients", "no-evaluation", "ended-early"),
}  # fmt: skip
"""The mistakes that each requirement may be told of."""
HOSTILE = "<script>|`*x*`\x1b[31m"


@pytest.fixture(scope="module")
def run() -> Run:
    needs_torch()
    return trained(clear=False, shape=(-1,), batch=20)


def feedback(marks: Marks) -> Feedback:
    return Feedback(task(), marks, "lab4.py")


def test_every_mistake_has_its_words() -> None:
    done = getattr(macros(WORDS), "done")  # noqa: B009 (a macro, and no attribute)
    texts = [str(done(slug, None)).strip() for slug in get_args(Mistake)]
    assert all(texts)
    assert {slug for slugs in OWN.values() for slug in slugs} == {*get_args(Mistake)}
    assert len(set(texts)) == len(texts)


def test_every_requirement_has_a_name_and_what_is_asked() -> None:
    names = [sentence("name", step, words=WORDS) for step in REQUIREMENTS]
    assert len({*names}) == len(REQUIREMENTS)
    words = lab_words(task())
    assert words.steps == REQUIREMENTS
    assert [words.title(step) for step in REQUIREMENTS] == names


def test_a_page_says_what_was_seen_and_what_to_do(run: Run) -> None:
    text = " ".join(page(feedback(judge(task(), run)), "txt").split())
    assert "Updates by the rows of their batch: 6 × 20. All rows go into every update at once." in text
    assert "Hand the network 8 rows at a time, as with DataLoader(data, batch_size=8)." in text
    assert "Shapes of prediction and target: (20, 1) (20,)." in text
    assert "6 backward passes, of which 1 began with empty gradients." in text
    assert "Start with loss." in text
    assert "solve" not in text


def test_what_was_found_of_a_mistake_is_not_what_is_expected(run: Run) -> None:
    marks = judge(task(), run)
    table = next(line for line in page(feedback(marks), "md").splitlines() if "| loss |" in line)
    assert table.split(" | ")[3:5] == ["mean squared error, each prediction with every target", "mean squared error"]


@pytest.mark.parametrize("kind", PAGES)
def test_every_requirement_is_on_every_page(kind: Page, run: Run) -> None:
    text = page(feedback(judge(task(), run)), kind)
    for step in REQUIREMENTS:
        assert lab_words(task()).title(step) in text


def test_the_record_is_that_of_other_tasks(run: Run) -> None:
    record = feedback_record(feedback(judge(task(), run)))
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    epochs = next(one for one in record["steps"] if one["step"] == "epochs")
    assert (epochs["row"], epochs["column"], epochs["symbol"], epochs["ascii"]) == (0, 0, "epochs", "epochs")
    assert (epochs["expected"], epochs["found"]) == (None, 6)
    batch = next(one for one in record["steps"] if one["step"] == "batch_size")
    assert (batch["expected"], batch["found"], batch["cause"]) == (8, 20, "full-batch")
    assert batch["where"] == {"name": "", "line": 30, "cell": None}


def test_marks_are_stored_and_read_back(run: Run) -> None:
    lost = replace(run.watched, losses=((1, 2.0), (9, None)))
    for marks in (judge(task(), run), judge(task(), replace(run, watched=lost)), judge(task(), Run("ok"))):
        assert decode(encode(marks), Marks) == marks


@pytest.mark.parametrize("kind", PAGES)
def test_names_of_strangers_are_text(kind: Page, run: Run) -> None:
    (first, *_) = run.watched.seen
    strange = replace(
        run.watched,
        layers=(Layer(HOSTILE, 3, 4, False, False), Layer(HOSTILE, 3, 4, True, False)),
        loaders=(Loader(20, 3, True, True, False),),
        scaled=(Scaled(HOSTILE, 20, 3, 4),),
        broadcasts=(HOSTILE,),
        seen=(replace(first, optimizer=Optimizer(HOSTILE, (HOSTILE,)), loss=HOSTILE),),
    )
    text = page(feedback(judge(task(), replace(run, watched=strange))), kind)
    assert "\x1b" not in text
    if kind != "txt":
        html = text if kind == "html" else MarkdownIt("commonmark").enable("table").render(text)
        assert "<script>" not in html
        assert "<em>x</em>" not in html


def test_a_verdict_of_a_person_is_said(run: Run) -> None:
    marks = judge(task(), run)
    by_ada = Corrected("Ada", "2026-11-22T13:32:23Z", "One batch was agreed on.")
    verdicts = tuple(
        replace(one, verdict="right", points=Fraction(1), cause=None, corrected=by_ada)
        if one.step == "batch_size"
        else one
        for one in marks.verdicts
    )
    assert "Corrected by Ada on 2026-11-22: One batch was agreed on." in page(
        feedback(replace(marks, verdicts=verdicts)), "md"
    )


@pytest.mark.parametrize("cause", get_args(Mistake))
@pytest.mark.parametrize("name", ["follows", "wrong", "missing"])
def test_every_verdict_has_a_sentence(name: VerdictName, cause: Mistake, run: Run) -> None:
    for verdict in judge(task(), run).verdicts:
        if cause in OWN.get(verdict.step, ()):
            (group,) = groups(feedback(Marks("ok", (replace(verdict, verdict=name, cause=cause),))))
            assert group.sentence.endswith(".")
            assert " ." not in group.sentence
