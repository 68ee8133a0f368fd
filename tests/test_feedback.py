from __future__ import annotations

import json
import math
import re
from fractions import Fraction
from html import unescape
from html.parser import HTMLParser
from itertools import cycle
from types import SimpleNamespace
from typing import Any, get_args

import msgspec
import pytest
from markdown_it import MarkdownIt
from rich.cells import cell_len

from backprop_lab.feedback import PAGES, REVEALS, Feedback, Page, Reveal, feedback_record, hidden_page, page
from backprop_lab.feedback.reasons import Reason
from backprop_lab.feedback.report import groups
from backprop_lab.feedback.task_words import TaskWords, task_words
from backprop_lab.feedback.words import places, points_text, printable, sentence
from backprop_lab.marking.hiding import hidden
from backprop_lab.marking.marks import About, Caution, Marks, Remark, Verdict, VerdictName
from backprop_lab.marking.misconceptions import MISCONCEPTIONS, mistaken
from backprop_lab.marking.observations import Crash, Status, Where
from backprop_lab.runs.judging import nothing_seen
from backprop_lab.task import Task
from backprop_lab.taskfile import load_task, load_training
from backprop_lab.writing.notation import NOTATIONS, NotationName
from backprop_lab.writing.numbers import shown
from tests.marked import MISSING, lost, marked
from tests.solved import SHIPPED, task_with

SLIPS = ("sign-slip", "decimal-slip", "swapped-entries")
SLUGS = (*MISCONCEPTIONS, *SLIPS)
HOSTILE = (
    "<script>alert(1)</script>",
    "</title></pre><img src=x onerror=alert(1)>",
    "{{7*7}} {% x %}",
    "<< 7*7 >> <% raw %>",
    "\x1b[31mred\x1b]0;title\x07",
    "a|b`c``d",
    "[link](http://x.invalid) ![i](j) *b* _i_ # h",
    "=cmd()|' /C calc'!A0",
    "$x$ \\(y\\) &amp; \\",
    "[bold red]rich[/] :smile:",
    "two\nlines\r\n\n# three\n- four",
    "\u202egnp.exe \ud800",
    "x" * 5000,
    "漢字" * 40,
)


def told(task: Task, marks: Marks, kind: Page | str = "txt", reveal: Reveal = "wrong", **others: Any) -> str:
    feedback = Feedback(task, marks, others.pop("submission", "lab.py"), reveal, **others)
    if kind == "json":
        return msgspec.json.encode(feedback_record(feedback)).decode()
    return page(feedback, kind)  # type: ignore[arg-type]


def said(task: Task, marks: Marks, kind: Page) -> str:
    """Return the words of a page on one line, without escapes."""
    return re.sub(r"\\(.)", r"\1", unescape(" ".join(told(task, marks, kind).split())))


def of_steps(task: Task, marks: Marks, **others: Any) -> list[dict[str, Any]]:
    return list(json.loads(told(task, marks, "json", **others))["steps"])


@pytest.fixture(scope="module")
def lab() -> Task:
    return load_task("lab_task_3")


def assert_sentence(text: str) -> None:
    assert len(text.split()) > 2
    assert text[0].isupper()
    assert text.endswith((".", "?"))
    assert ".." not in text
    assert " ." not in text
    assert "  " not in text


def assert_clause(text: str) -> None:
    assert len(text.split()) > 2
    assert not text.endswith(".")


@pytest.mark.parametrize("name", SHIPPED)
def test_every_mistake_has_a_sentence_in_every_step_that_it_befalls(name: str) -> None:
    task = load_task(name)
    words = TaskWords(task)
    for step in task.graph.steps:
        befalling = {slug for slug, _ in mistaken(task.spec, task.graph, step)}
        for slug in befalling.union(SLIPS):
            verdict = Verdict(step.name, 0, 0, "wrong", Fraction(0), Fraction(1), 0.5, 7.125, cause=slug)
            about = words.about(Reason.of(verdict))
            assert_clause(sentence("done_by", SimpleNamespace(slug=slug, **vars(about))))
            assert_sentence(sentence("sentence", about))
            assert f"Look at this line: {about.symbol} = " in sentence("message", about)


def test_submissions_of_a_task_share_its_words_and_those_of_another_variant_do_not(lab: Task) -> None:
    other = load_task("lab_task_3", ["w21=0.7"])
    missing = Reason.of(Verdict("L", 0, 0, "missing", Fraction(0), Fraction(1), 0.5))
    assert hash(load_task("lab_task_3")) == hash(lab)
    assert task_words(load_task("lab_task_3")) is task_words(lab) is not task_words(lab, "pytorch")
    assert task_words(other) is not task_words(lab)
    assert task_words(lab).message(missing) == sentence("message", TaskWords(other).about(missing))


def test_every_mistake_of_the_catalogue_has_two_clauses_of_its_own(lab: Task) -> None:
    about = TaskWords(lab).about(Reason.of(marked(lab).verdicts[0]))
    said = [sentence("cause", SimpleNamespace(**{**vars(about), "cause": slug})) for slug in SLUGS]
    assert len(set(said)) == len(SLUGS)
    for text in said:
        done, _, instead = text.removeprefix("Probably ").partition(": ")
        assert_clause(done)
        assert len(instead.split()) > 2


@pytest.mark.parametrize("remark", get_args(Remark))
def test_every_remark_has_a_sentence(remark: Remark, lab: Task) -> None:
    causes = ("transposed", "no-bias") if remark == "several_causes" else ()
    verdict = marked(lab, {"delta2": lost("wrong", remark=remark, causes=causes)})
    assert_sentence(sentence("sentence", TaskWords(lab).about(Reason.of(verdict.verdicts[8]))))


@pytest.mark.parametrize("verdict", get_args(VerdictName))
def test_every_verdict_has_a_sentence_a_name_and_a_sign(verdict: VerdictName, lab: Task) -> None:
    assert_sentence(of_steps(lab, marked(lab, {"z1": {"verdict": verdict}}))[0]["message"].partition(" Look")[0])
    assert sentence("verdict_name", verdict)
    assert len(sentence("sign", verdict)) == 1


@pytest.mark.parametrize("about", get_args(About))
@pytest.mark.parametrize("names", [(), ("Q1", "Q2")])
def test_every_caution_has_a_sentence(about: About, names: tuple[str, ...], lab: Task) -> None:
    marks = marked(lab, cautions=(Caution(about, names),))
    text = json.loads(told(lab, marks, "json"))["warnings"][0]["message"]
    assert_sentence(text)
    for kind in PAGES:
        assert text in said(lab, marks, kind)


@pytest.mark.parametrize("status", get_args(Status))
def test_every_status_has_a_sentence(status: Status, lab: Task) -> None:
    message = json.loads(told(lab, marked(lab, status=status), "json"))["message"]
    assert_sentence(message)
    for kind in PAGES:
        assert (message in said(lab, marked(lab, status=status), kind)) == (status != "ok")


@pytest.mark.parametrize(
    ("kind", "message", "expected"),
    [
        ("NameError", "name 'w1' is not defined", "before it has a value"),
        ("SyntaxError", "invalid syntax", "cannot read this line"),
        ("SyntaxError", "Missing parentheses in call to 'print'. Did you mean print(...)?", "This is Python 2"),
        ("IndentationError", "unexpected indent", "Indent"),
        ("ModuleNotFoundError", "No module named 'seaborn'", "A library is imported"),
        ("ValueError", "setting an array element with a sequence.", "a[0] or a.item()"),
        ("TypeError", "only 0-dimensional arrays can be converted to Python scalars", "a[0] or a.item()"),
        (
            "ValueError",
            "setting an array element with a sequence. The requested array has an inhomogeneous shape",
            "different lengths",
        ),
        ("ValueError", "shapes (3,) and (2,) not aligned: 3 (dim 0) != 2 (dim 0)", "shapes of two arrays"),
        ("EOFError", "EOF when reading a line", "waits for input"),
        ("Whatever", "", "from the top"),
    ],
)
def test_what_ended_a_program_is_explained(kind: str, message: str, expected: str, lab: Task) -> None:
    crash = Crash(kind, message, 3, 2, f"line 3\n    theta[2] -= d\n{kind}: {message}")
    marks = marked(lab, status="error", crash=crash)
    found = json.loads(told(lab, marks, "json"))["message"]
    assert f"{kind} in cell 2, line 3" in found
    assert expected in found
    for page_kind in PAGES:
        assert "    theta[2] -= d" in told(lab, marks, page_kind)


def test_a_mistake_is_told_with_the_symbol_of_the_step_and_its_line_in_the_solution(lab: Task) -> None:
    marks = marked(lab, {("delta1", 0, 1): lost("wrong", cause="no-hidden-slope")})
    message = next(step["message"] for step in of_steps(lab, marks) if step["ascii"] == "delta2")
    assert message == (
        "Probably the slope of the hidden activation was left out: what comes back through the weights is multiplied "
        "by the slope of the activation at Z₂. Look at this line: δ₂ = w₂₂·δ₃·ReLU′(Z₂)"
    )


@pytest.mark.parametrize("name", ["mazur", "three_class_softmax", "lab_task_3"])
@pytest.mark.parametrize("kind", [*PAGES, "json"])
def test_never_shows_no_number_of_the_solution(name: str, kind: Page | str) -> None:
    task = load_task(name)
    for start in range(0, len(SLUGS), 8):
        slugs = cycle(SLUGS[start:] + SLUGS[:start])
        spots = [(one.step, one.row, one.column) for one in marked(task).verdicts]
        marks = marked(task, {spot: lost("wrong", cause=next(slugs)) for spot in spots})
        text = told(task, marks, kind, reveal="never", solution="backprop-lab solve x")
        numbers = {shown(verdict.expected, decimals) for verdict in marks.verdicts for decimals in (3, task.decimals)}
        assert not [number for number in numbers if len(number) > 4 and number.lstrip("-") in text]
        assert "solve" not in text


def test_expected_numbers_are_in_the_record_only_where_they_may_be_shown(lab: Task) -> None:
    marks = marked(
        lab,
        {
            "z1": lost("wrong"),
            "a1": MISSING,
            "z2": {"verdict": "follows"},
            "a2": {"verdict": "typed-in", "points": Fraction(1, 2)},
        },
    )

    def known(reveal: Reveal) -> set[str]:
        return {step["step"] for step in of_steps(lab, marks, reveal=reveal) if step["expected"] is not None}

    assert known("never") == set()
    assert known("wrong") == {"z1", "a1", "a2"}
    assert known("all") == {step["step"] for step in of_steps(lab, marks)}


@pytest.mark.parametrize("kind", PAGES)
def test_pages_show_expected_numbers_only_where_they_may(kind: Page, lab: Task) -> None:
    marks = marked(lab, {"delta1": lost("wrong"), "W2_new": {"found": 9.25, "verdict": "follows"}})
    shows = {reveal: told(lab, marks, kind, reveal=reveal) for reveal in REVEALS}
    assert [
        reveal for reveal in REVEALS if "0.184" in re.sub(r"0\.184000", "", shows[reveal]).replace("0, 0.184", "")
    ] == [
        "wrong",
        "all",
    ]
    assert [reveal for reveal in REVEALS if "-0.199908" in shows[reveal]] == ["all"]


def test_found_and_expected_are_told_apart_by_more_digits_where_it_needs_them(lab: Task) -> None:
    marks = marked(lab, {"L": lost("wrong", 0.42320000001)})
    text = told(lab, marks)
    assert "0.42320000001" in text
    assert "0.4232 " in text


def test_a_matrix_that_is_all_right_is_one_line(lab: Task) -> None:
    feedback = Feedback(lab, marked(lab), "lab.py")
    found = {row.symbols for group in groups(feedback) for row in group.rows}
    assert "w₁₁ⁿᵉʷ … w₁₆ⁿᵉʷ" in found
    assert len(list(groups(feedback))) == len(lab.asked)
    lines = [line for line in told(lab, marked(lab)).splitlines() if "w₁₁ⁿᵉʷ" in line]
    assert len(lines) == 1
    assert "6 of 6" in lines[0]
    assert len(of_steps(lab, marked(lab))) == sum(
        len(lab.symbols().spots(a.step, lab.graph.shapes[a.step])) for a in lab.asked
    )


def test_the_numbers_of_a_step_are_apart_where_their_reasons_are(lab: Task) -> None:
    marks = marked(
        lab,
        {
            ("dW1", 0, 0): lost("wrong", cause="transposed"),
            ("dW1", 1, 1): lost("wrong", cause="transposed"),
            ("dW1", 2, 0): lost("wrong"),
        },
    )
    found = [
        group
        for group in groups(Feedback(lab, marks, ""))
        if "w₁" in group.rows[0].symbols and group.phase == "backward"
    ]
    assert [(group.verdict, len(group.rows), group.points) for group in found] == [
        ("wrong", 2, "0 of 2"),
        ("right", 1, "3 of 3"),
        ("wrong", 1, "0 of 1"),
    ]


def test_of_very_many_wrong_numbers_the_first_are_listed_and_the_others_counted() -> None:
    task = task_with(activations=["identity"], weights=[[[1] * 100]], x=[[1]], y=[[0] * 100])
    marks = marked(task, {"z1": lost("wrong")})
    for kind in PAGES:
        assert "88 more" in told(task, marks, kind)
    assert len(of_steps(task, marks)) == sum(math.prod(task.graph.shapes[ask.step]) for ask in task.asked)


def test_the_numbers_stand_in_the_order_in_which_the_notation_writes_them() -> None:
    task = load_task("mazur")
    text = told(task, marked(task, {"dW1": lost("wrong")}), notation_name="standard")
    rows = re.findall(r"^(?:✗ wrong)? +∂L/∂W\[¹\](..) ", text, re.MULTILINE)
    assert rows == ["₁₁", "₁₂", "₂₁", "₂₂"]


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        (Fraction(0), "0"),
        (Fraction(3), "3"),
        (Fraction(5, 2), "2.5"),
        (Fraction(1, 3), "1/3"),
        (Fraction(22, 3), "7 1/3"),
        (Fraction(1, 16), "0.0625"),
        (Fraction(1, 7) + Fraction(1, 997), "0.1439"),
    ],
)
def test_points_are_written_as_people_write_them(points: Fraction, expected: str) -> None:
    assert points_text(points) == expected


def test_points_are_exact_and_told_in_percent() -> None:
    task = load_task("lab_task_3", ('ask=[{step="dW1", points=1}, {step="dx", points=1}]',))
    marks = marked(task, {("dW1", 0, 0): lost("wrong"), ("dx", 0, 2): lost("wrong")})
    record = json.loads(told(task, marks, "json"))
    assert (record["score"], record["max_score"], record["percent"]) == (1.5, 2.0, 75.0)
    assert "1.5 of 2 points (75 %)" in told(task, marks)
    thirds = marked(task, {("dx", 0, 2): lost("wrong")})
    assert "1 2/3 of 2 points (83.3 %)" in told(task, thirds)
    assert json.loads(told(task, thirds, "json"))["score"] == 5 / 3


def test_the_first_wrong_number_is_where_to_start(lab: Task) -> None:
    marks = marked(
        lab, {"W1_new": lost("wrong"), "delta1": lost("wrong"), "z1": MISSING, "L": lost("wrong", points=0)}
    )
    text = " ".join(told(lab, marks).split())
    assert re.search(r"Start with δ₁ \(my_delta1, line \d+\)\. What comes after it", text)
    assert "Go on with Z₁, which is missing" in " ".join(told(lab, marked(lab, {"z1": MISSING})).split())
    assert "Start" not in told(lab, marked(lab))


def test_what_does_not_count_is_extra_and_not_missed(lab: Task) -> None:
    for kind in PAGES:
        text = told(lab, marked(lab, {"L": MISSING, "dx": MISSING}), kind)
        assert "missing" not in re.sub(r"<style>.*</style>", "", text, flags=re.DOTALL)
        assert "extra" not in text
        assert "extra: this is welcome" in told(lab, marked(lab), kind)


@pytest.mark.parametrize("kind", PAGES)
def test_the_worked_solution_is_pointed_to_where_it_may_be_seen(kind: Page, lab: Task) -> None:
    for reveal in REVEALS:
        text = told(lab, marked(lab), kind, reveal=reveal, solution="backprop-lab solve lab_task_3")
        assert ("backprop-lab solve lab_task_3" in text) == (reveal != "never")


@pytest.mark.parametrize("kind", ["html", "md"])
def test_what_is_judged_has_its_own_word(kind: Page, lab: Task) -> None:
    training = load_training("lab_task_4")
    assert "quantity" in told(lab, marked(lab), kind)
    page_of_training = page(Feedback(training, Marks("ok", nothing_seen(training)), "lab4.py"), kind)
    assert "requirement" in page_of_training
    assert "quantity" not in page_of_training


def test_where_the_numbers_stand_is_said_in_one_phrase() -> None:
    def place(*wheres: Where | None) -> str:
        return places(wheres)

    assert place() == place(None) == ""
    assert place(Where("W1", 3, 2)) == "W1, cell 2, line 3"
    assert place(Where("", 3)) == "line 3"
    assert place(Where("W1", 3), Where("W1", 4)) == "W1, lines 3 and 4"
    assert place(*(Where("W1", line, 2) for line in (5, 3, 4))) == "W1, cell 2, lines 3 to 5"
    assert place(Where("w1", 3), Where("w2", 3)) == "w1, line 3; w2, line 3"
    assert place(Where("z1", 3), Where("Z1", 4)) == "z1, line 3; Z1, line 4"
    assert place(*(Where(f"w{n}", n) for n in (1, 2, 3))) == "w1, line 1 … w3, line 3"


def eventful(task: Task, text: str) -> Marks:
    """Return marks in which everything happens, with a text wherever a stranger's may stand."""
    crash = Crash(text, text, 3, 2, f"{text}\n    {text}\n")
    where = Where(text, 3, 2)
    return marked(
        task,
        {
            "z1": lost("wrong", cause="no-bias", where=where),
            "a1": {"where": where},
            "error": lost("wrong", float("inf"), remark="not_finite", where=where),
            "delta1": lost("wrong", remark="several_causes", causes=("no-hidden-slope", "transposed"), where=where),
            "dW1": {"verdict": "follows", "where": where},
            "dW2": MISSING,
            "W2_new": {"verdict": "typed-in", "points": Fraction(1, 3), "where": where},
        },
        status="error",
        crash=crash,
        message=text,
        cautions=(Caution("unknown_names", (text, text)),),
    )


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(f"{tag} {attrs}")

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"/{tag}")


def shape_of(kind: Page, text: str) -> list[str]:
    """Return what a page is made of, without its words."""
    if kind == "html":
        parser = _Tags()
        parser.feed(text)
        return parser.tags
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return [inner.type for token in tokens for inner in [token, *(token.children or [])] if inner.type != "softbreak"]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_strangers_write_is_shown_as_text(text: str, lab: Task) -> None:
    solution = f"backprop-lab solve {text}"
    for kind in PAGES:
        found = told(lab, eventful(lab, text), kind, submission=text, solution=solution)
        assert "\x1b" not in found
        assert kind != "html" or printable(text) in unescape(found)
        assert all(character.isprintable() for line in found.split("\n") for character in line)
        if kind != "txt":
            plain = told(lab, eventful(lab, "plain words"), kind, submission="p", solution="p")
            assert shape_of(kind, found) == shape_of(kind, plain)
    record = json.loads(told(lab, eventful(lab, text), "json", submission=text))
    assert record["submission"].isprintable()
    assert record["message"].isprintable()


def widest(text: str) -> int:
    return max(map(cell_len, text.splitlines()))


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("name", SHIPPED)
def test_lines_of_the_terminal_are_no_wider_than_80_columns(name: str, notation: NotationName) -> None:
    task = load_task(name)
    assert widest(told(task, eventful(task, "a_name"), notation_name=notation)) <= 80


@pytest.mark.parametrize("text", HOSTILE)
def test_lines_of_the_terminal_are_no_wider_whatever_stands_in_them(text: str, lab: Task) -> None:
    assert widest(told(lab, eventful(lab, text), submission=text, solution=f"backprop-lab solve {text}")) <= 80


def test_the_record_holds_no_infinite_number(lab: Task) -> None:
    marks = marked(lab, {"z1": lost("wrong", math.nan), "a1": lost("wrong", -math.inf), "z2": {"found": -0.0}})

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    text = told(lab, marks, "json")
    found = {step["step"]: step["found"] for step in json.loads(text, parse_constant=refuse)["steps"]}
    assert found["z1"] is found["a1"] is None
    assert str(found["z2"]) == "0.0"


def test_what_could_not_be_read_is_worth_nothing_of_what_it_could_be(lab: Task) -> None:
    record = json.loads(told(lab, Marks("unreadable", message="lab.py: is empty"), "json"))
    full = json.loads(told(lab, marked(lab), "json"))
    assert (record["score"], record["percent"], record["steps"]) == (0.0, 0.0, [])
    assert record["max_score"] == full["max_score"] == full["score"]
    assert "lab.py: is empty" in record["message"]


def test_a_task_without_points_has_no_percent() -> None:
    task = load_task("lab_task_2", ('ask=[{step="z1", points=0}]',))
    assert json.loads(told(task, marked(task), "json"))["percent"] is None
    assert "0 of 0 points\n" in told(task, marked(task))


def test_the_html_page_stands_on_its_own(lab: Task) -> None:
    text = told(lab, eventful(lab, "plain"), "html")
    assert not re.search(r"<script|<link|<img|<iframe|src=|href=|url\(|@import|https?:", text)
    assert '<html lang="en">' in text
    assert text.count('<th scope="col"') == 6 * text.count("<table")
    assert 'scope="row"' in text


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_colours_of_the_page_have_enough_contrast(lab: Task) -> None:
    """WCAG 2.2, level AA: 4.5 to 1 for every colour of text, on paper and in boxes, light, dark and printed."""
    schemes = re.findall(r":root \{(.*?)\}", told(lab, marked(lab), "html"), re.DOTALL)
    assert len(schemes) == 3
    for scheme in schemes:
        colours = dict(re.findall(r"--([\w-]+): (#\w{6});", scheme))
        assert set(get_args(VerdictName)) < set(colours)
        for ground in ("paper", "box"):
            for name in {"ink", "quiet", *get_args(VerdictName)}:
                light, dark = sorted(map(_luminance, (colours[ground], colours[name])), reverse=True)
                assert (light + 0.05) / (dark + 0.05) >= 4.5, (name, ground)


@pytest.mark.parametrize("name", SHIPPED)
def test_what_a_task_hides_is_said_in_words(name: str) -> None:
    task = load_task(name)
    text = hidden_page(task, hidden(task))
    assert task.title in text
    assert max(map(len, text.splitlines())) <= 80
    for one in hidden(task):
        assert f"\n  {one.slug}\n    at " in text
    assert not re.search(r"at :|: \n|: $", text)
