from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import get_args
from urllib.parse import unquote

import pytest
from msgspec import structs

from backprop_lab.classroom.filenames import file_name
from backprop_lab.classroom.report import class_report, class_summary
from backprop_lab.classroom.row import Correction, Row, Student
from backprop_lab.classroom.similarity import fingerprint
from backprop_lab.classroom.tally import MOST_LISTED, REASONS, Tally, class_sentence, tally
from backprop_lab.marking.marks import About, Caution, Marks, VerdictName
from backprop_lab.marking.observations import Crash, Status
from backprop_lab.runs.judging import nothing_seen
from backprop_lab.taskfile import load_task, load_training
from tests.classroom.programs import BY_TEN_HANDS, renamed
from tests.marked import MISSING, lost, marked

TASK = load_task("lab_task_3")
WHEN = "22 November 2026, 13:32 UTC"
FULL = marked(TASK)
HOSTILE = "<script>alert(1)</script>{{ 7*7 }}<< 7*7 >><% x %>\x1b[31m&amp;\"'"
EMPTY_ELEMENTS = {"meta", "rect", "line", "col", "br"}


class Page(HTMLParser):
    """A page as a browser reads it: its text, links and tables by the heading above them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.links: list[str] = []
        self.labels: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.rows: dict[str, list[list[str]]] = {}
        self.section = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        if tag not in EMPTY_ELEMENTS:
            self.open.append(tag)
        if tag == "a":
            self.links.append(given["href"] or "")
        if tag == "h2":
            self.section = given["id"] or ""
        if tag == "tr":
            self.rows.setdefault(self.section, []).append([])
        if tag in ("td", "th"):
            assert tag == "td" or given["scope"] in ("row", "col", "rowgroup")
            self.rows[self.section][-1].append("")
        if tag == "svg":
            assert given["role"] == "img"
            self.labels.append(given["aria-label"] or "")
        assert not any(name.startswith("on") for name in given)

    def handle_endtag(self, tag: str) -> None:
        assert tag in EMPTY_ELEMENTS or self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self.section, []).append(data)
        if {"td", "th"} & set(self.open):
            self.rows[self.section][-1][-1] += data

    def text(self, section: str) -> str:
        return " ".join("".join(self.texts[section]).split())


def row(name: str, marks: Marks | None = FULL, **others: object) -> Row:
    student = Student(f"id-{name}", name, str(others.pop("group", "")))
    return Row(student, marks, "" if marks is None else f"{name}.py", **others)  # type: ignore[arg-type]


def report(*rows: Row) -> Page:
    return Page(class_report(tally(rows, TASK), when=WHEN))


def test_the_numbers_of_a_class_are_those_of_its_rows() -> None:
    half = marked(TASK, dict.fromkeys(("W1_new", "b1_new", "W2_new", "b2_new", "dW1"), MISSING))
    page = report(row("A"), row("B", half, late=True), row("C", on_roster=False), row("D", None))
    percent = f"{float(100 * half.score / half.max_score):.1f}"
    assert "Laboratory Task 3 class report 22 November 2026" in page.text("")
    assert "4 students, 3 marked, 1 handed nothing in, 1 not on the roster, 1 late" in page.text("")
    assert f"mean {(200 + float(percent)) / 3:.1f} %, median 100 %" in page.text("")
    assert page.text("nothing").startswith("Nothing handed in D id-D")


def test_who_was_late_is_named() -> None:
    page = report(row("A"), row("B", late=True), row("C", None))
    assert page.text("late") == "Handed in late B id-B"
    assert "late" not in report(row("A")).texts


def test_an_empty_class_has_a_report() -> None:
    assert "0 students, 0 marked" in report().text("")
    assert "1 student, 0 marked, 1 handed nothing in" in report(row("A", None)).text("")


def test_the_histogram_counts_full_marks_apart_and_says_so_in_text() -> None:
    nearly = marked(TASK, {("b2_new", 0, 0): MISSING})
    nothing = Marks("unreadable", message="is not UTF-8 text")
    page = report(row("A", group="x"), row("B", nearly, group="x"), row("C", nothing, group="y"), row("D", None))
    assert page.labels[0] == "Students by percent: 0–9 %: 1, 90–99 %: 1, 100 %: 1"
    assert page.labels[1:] == ["", "90–99 %: 1, 100 %: 1", "0–9 %: 1"]
    assert [cells[:3] for cells in page.rows["marks"][1:]] == [
        ["no group", "1", "0"],
        ["x", "2", "2"],
        ["y", "1", "1"],
    ]


def test_the_heat_map_has_the_steps_in_order_of_work_with_shares_of_their_verdicts() -> None:
    wrong = marked(TASK, {("z1", 0, 0): lost("wrong"), "dx": MISSING})
    page = report(row("A"), row("B", wrong))
    rows = page.rows["steps"]
    assert rows[0] == ["step", "quantity", "✓ right", "→ follows", "• typed in", "✗ wrong", "○ missing", "points"]
    assert rows[1] == ["Net input of the hidden layer", "Z₁, Z₂", "75 %", "0 %", "0 %", "25 %", "0 %", "75 %"]
    by_name = {cells[0]: cells for cells in rows}
    assert by_name["Gradient at the input"][2:] == ["50 %", "0 %", "0 %", "0 %", "50 %", "extra"]
    assert len(rows) == 1 + len(TASK.asked)


def test_what_is_judged_of_a_training_are_requirements() -> None:
    task = load_training("lab_task_4")
    seen = nothing_seen(task)
    wrong = (structs.replace(seen[0], verdict="wrong", cause=None), *seen[1:])
    correction = Correction("epochs", None, None, "right", "seen on paper", "ana", "2026-11-22T13:00+00:00")
    html = class_report(tally([row("A", Marks("ok", wrong), corrections=(correction,))], task), when=WHEN)
    page = Page(html)
    assert page.text("steps").startswith("Requirements by verdict")
    assert page.rows["steps"][0][:2] == ["requirement", "✓ right"]
    assert page.rows["steps"][1] == ["linear layers", "0 %", "0 %", "0 %", "100 %", "0 %", "0 %"]
    assert page.rows["mistakes"][1][:2] == ["no mistake of the catalogue explains it", "linear layers"]
    assert page.rows["corrections"][0][1] == "requirement"
    body = html.partition("<body>")[2]
    assert not re.search(r"\bsteps?\b|quantit|wrong number", re.sub("<[^>]*>", " ", body), re.IGNORECASE)


def test_numbers_on_the_heat_map_can_be_read_on_their_colour() -> None:
    """WCAG 2.2, level AA: 4.5 to 1, on the strongest colour of each verdict, light, dark and printed."""
    html = class_report(tally([row("A")], TASK), when=WHEN)
    strongest = max(float(part) for part in re.findall(r"--part:([\d.]+)%", html)) / 100
    schemes = re.findall(r":root \{(.*?)\}", html, re.DOTALL)
    assert len(schemes) == 3
    for scheme in schemes:
        colours = dict(re.findall(r"--([\w-]+): (#\w{6});", scheme))
        for name in get_args(VerdictName):
            ground = mixed(colours[name], colours["paper"], strongest)
            light, dark = sorted(map(luminance, (ground, mixed(colours["ink"], colours["ink"], 1))), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, name


def mixed(colour: str, other: str, part: float) -> list[float]:
    """Return the channels of a mixture of two colours, from 0 to 1."""
    places = (1, 3, 5)
    return [(part * int(colour[at : at + 2], 16) + (1 - part) * int(other[at : at + 2], 16)) / 255 for at in places]


def luminance(channels: list[float]) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_mistakes_are_told_in_words_with_who_made_them_the_commonest_first() -> None:
    slope = marked(TASK, {"delta1": lost("wrong", cause="no-hidden-slope")})
    sign = marked(TASK, {("delta2", 0, 0): lost("wrong", cause="error-sign")})
    odd = marked(TASK, {("z2", 0, 0): lost("wrong", 7.25)})
    page = report(row("A", slope), row("B", slope), row("C", sign), row("D", odd), row("E"))
    assert page.rows["mistakes"][1:] == [
        ["the slope of the hidden activation was left out", "δ₁, δ₂", "2", "A id-A, B id-B"],
        ["target minus output was taken, the other way round", "δ₃", "1", "C id-C"],
        ["no mistake of the catalogue gives this number", "Z₃", "1", "D id-D"],
    ]
    assert {f"feedback/{file_name('id-A')}.html", f"feedback/{file_name('id-C')}.html"} <= set(page.links)


def test_every_reason_to_look_at_a_submission_has_words() -> None:
    for reason in REASONS:
        assert class_sentence("reason", reason)
    assert set(get_args(Status)) - {"ok"} <= set(REASONS)
    assert {"another_task", "givens_not_used", "nothing_moved", "other_path", "stale_output"} <= set(REASONS)
    assert set(REASONS) & set(get_args(About))


def test_submissions_that_need_a_person_stand_under_their_most_pressing_reason() -> None:
    crash = Crash("NameError", "name 'W' is not defined", 12, None, "")
    page = report(
        row("A", lapsed=(Correction("z1", None, None, "right", "", "R", ""),)),
        row("B", Marks("error", FULL.verdicts, crash, cautions=(Caution("other_path"),))),
        row("C", Marks("ok", FULL.verdicts, cautions=(Caution("lenient"), Caution("reversed")))),
        row("D", Marks("unreadable", message="D.py: is not UTF-8 text")),
        row("E", others=("draft.py",)),
        row("F", on_roster=False),
    )
    rows = page.rows["person"][1:]
    assert [cells[0] for cells in rows] == [
        "Could not be read 1", "D id-D", "Not on the roster 1", "F id-F", "Corrections of an earlier submission 1",
        "A id-A", "Stopped with an error 1", "B id-B", "One of several files was marked 1", "E id-E",
    ]  # fmt: skip
    details = {cells[0]: cells[3] for cells in rows if len(cells) == 4}
    assert details["D id-D"] == "D.py: is not UTF-8 text"
    assert details["B id-B"].startswith("NameError in line 12: name 'W' is not defined.proven in part")
    assert details["E id-E"] == "not marked: draft.py"
    assert "5 submissions need a person." in page.text("")


def test_near_identical_programs_and_wrong_numbers_in_common_are_listed() -> None:
    odd = marked(TASK, {("z2", 0, 0): lost("wrong", 7.25), ("a2", 0, 0): lost("wrong", 7.375)})
    first, copy, own = (fingerprint([text]) for text in (BY_TEN_HANDS[0], renamed(BY_TEN_HANDS[0]), BY_TEN_HANDS[1]))
    rows = [row("A", odd, fingerprint=first), row("B", odd, fingerprint=copy), row("C", fingerprint=own)]
    page = report(*rows)
    assert page.rows["alike"][1:] == [["A id-A, B id-B", "100 %"]]
    assert page.rows["shared"][1:] == [["A id-A, B id-B", "Z₃ = 7.25, ŷ = 7.375"]]
    same = Page(class_report(tally(rows, TASK), when=WHEN, given_out=first))
    assert "alike" not in same.rows


def test_corrections_are_listed_with_who_made_them_and_why() -> None:
    one = Correction("delta1", 0, 1, "right", "worked on paper", "M. Reyes", "2026-11-22T10:05:00Z")
    whole = Correction("z1", None, None, "wrong", "copied", "M. Reyes", "2026-11-22T10:06:00Z")
    unknown = Correction("z9", 5, 5, "right", "", "", "")
    page = report(row("A", corrections=(one, whole, unknown)))
    assert page.rows["corrections"][1:] == [
        ["A id-A", "δ₂", "✓ right", "worked on paper", "M. Reyes 2026-11-22T10:05:00Z"],
        ["A id-A", "Z₁, Z₂", "✗ wrong", "copied", "M. Reyes 2026-11-22T10:06:00Z"],
        ["A id-A", "z9", "✓ right", "", " "],
    ]


def test_what_strangers_wrote_stays_text() -> None:
    crash = Crash(HOSTILE, HOSTILE, 1, None, HOSTILE)
    marks = Marks(
        "error",
        marked(TASK, {"z1": lost("wrong", 7.25)}).verdicts,
        crash,
        HOSTILE,
        (Caution("unknown_names", (HOSTILE,)),),
    )
    note = Correction(HOSTILE, None, None, "right", HOSTILE, HOSTILE, HOSTILE)
    rows = [
        Row(
            Student(f"{HOSTILE}{at}", HOSTILE, HOSTILE),
            marks,
            HOSTILE,
            (HOSTILE,),
            False,
            corrections=(note,),
            lapsed=(note,) * (1 - at),
        )
        for at in range(2)
    ]
    rows.append(Row(Student(f"{HOSTILE}none", HOSTILE)))
    found = tally(rows, TASK)
    html = class_report(found, when=HOSTILE)
    page = Page(html)
    assert not {"script", "img", "link", "iframe", "b"} & set(page.tags)
    assert "default-src 'none'" in html
    assert "\x1b" not in html + class_summary(found, HOSTILE)
    assert "49" not in page.text("person")
    assert "<script>alert(1)</script>{{ 7*7 }}<< 7*7 >>" in page.text("person")
    assert all(link == "#person" or re.fullmatch(r"feedback/[\w-]+\.html", unquote(link)) for link in page.links)


def test_the_page_stands_on_its_own() -> None:
    html = class_report(tally([row("A")], TASK), when=WHEN)
    assert not re.search(r"src=|@import|url\(|https?:", html)


def many(count: int) -> Tally:
    """Return the tally of a class in which all went wrong, for everybody in another way."""
    crash = Crash("ValueError", "x" * 300, 12, None, "")
    verdicts = marked(TASK, {"delta1": lost("wrong", cause="no-hidden-slope")}).verdicts
    statuses = [status for status in get_args(Status) if status != "ok"]
    corrections = (Correction("z1", None, None, "right", "n" * 300, "R", "2026-11-22T10:05:00Z"),)
    return tally(
        (
            row(f"{at:060}", Marks(statuses[at % len(statuses)], verdicts, crash), corrections=corrections)
            if at % 3
            else row(f"{at:060}", None)
            for at in range(count)
        ),
        TASK,
    )


def test_the_page_of_a_large_class_stays_small_and_says_what_it_left_out() -> None:
    found = many(3_000)
    html = class_report(found, when=WHEN)
    page = Page(html)
    assert len(html) < 1_000_000
    assert f"{500 - MOST_LISTED} more; all are in gradebook.csv" in page.text("person")
    assert "1,900 more; all are in gradebook.csv" in page.text("corrections")
    assert "800 more; all are in gradebook.csv" in page.text("nothing")
    assert "2,000 students" in page.text("mistakes")


def test_the_summary_says_in_a_few_lines_what_the_page_says() -> None:
    found = tally([row("A"), row("B", None), row("C", Marks("timeout", FULL.verdicts))], TASK)
    assert class_summary(found, "out/report.html").splitlines() == [
        "3 students, 2 marked, 1 handed nothing in",
        "mean 100 %, median 100 % (mean 32 of 32 points)",
        "1 submission needs a person.",
        "Report: out/report.html",
    ]


@pytest.mark.parametrize("name", ["mazur", "three_class_softmax", "tanh_network", "bookai"])
def test_other_tasks_have_a_report_too(name: str) -> None:
    task = load_task(name)
    rows = [Row(Student("a"), marked(task, {task.asked[0].step: lost("wrong", 7.25)})) for _ in range(2)]
    page = Page(class_report(tally(rows, task), when=WHEN))
    assert len(page.rows["steps"]) == 1 + len({ask.step for ask in task.asked})
