"""Question banks, read back as Moodle and Canvas read them."""

from __future__ import annotations

import io
import math
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape
from xml.etree import ElementTree

import pytest

from backprop_lab.errors import MissingExtraError
from backprop_lab.handouts.handout import Handout, Sheet
from backprop_lab.handouts.key import Blank
from backprop_lab.handouts.lms import WAYS, WayName
from backprop_lab.taskfile import shipped_tasks
from backprop_lab.writing.symbols import unicode_symbol
from tests.handouts.classes import NAME, TASKS, TITLE, hostile

BANK = f"{TITLE}, seed 2026"
SAID = ("Probably ", "More than one mistake gives this number. Perhaps ")


@dataclass(frozen=True)
class Alternative:
    """An answer as a platform stores it."""

    fraction: float
    value: float
    tolerance: float
    feedback: str


@dataclass(frozen=True)
class Read:
    """A numerical question as a platform stores it."""

    name: str
    text: str
    answers: tuple[Alternative, ...]
    points: float = 1


Bank = dict[str, list[Read]]
"""Questions by the path of their category."""

made = cache(hostile)


@cache
def files(task: str, way: WayName) -> dict[str, bytes]:
    return WAYS[way](made(task))


def blanks(sheet: Sheet) -> list[Blank]:
    return [blank for part in sheet.parts for blank in part.blanks]


def path_names(path: str) -> tuple[str, ...]:
    """Part the path of a category as Moodle does."""
    return tuple(unescape(name.replace("//", "/").strip()) for name in re.split(r"(?<!/)/(?!/)", path))


def text(element: ElementTree.Element, path: str) -> str:
    found = element.findtext(path)
    assert found is not None
    return found


def moodle_xml(content: bytes) -> list[tuple[str, ElementTree.Element]]:
    """Return the questions of a bank in Moodle XML, each with the path of its category."""
    found, category = [], ""
    for question in ElementTree.fromstring(content):
        if question.get("type") == "category":
            category = text(question, "category/text")
        else:
            found.append((category, question))
    return found


CLOZE = re.compile(r"\{([0-9]*):(?:NUMERICAL|NM):(.*?)(?<!\\)\}", re.DOTALL)
NUMBER = r"-?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][-+]?[0-9]+)?"
ALTERNATIVE = re.compile(rf"(=|%-?[0-9]+%)?({NUMBER})(?::({NUMBER}))?(?:#(.*))?", re.DOTALL)


def cloze(html: str) -> list[tuple[int, tuple[Alternative, ...]]]:
    """Return weight and alternatives of every answer that is embedded in a text."""
    found = []
    for weight, alternatives in CLOZE.findall(html):
        answers = []
        for alternative in re.split(r"(?<!\\)~", alternatives):
            parts = ALTERNATIVE.fullmatch(alternative)
            assert parts is not None, alternative
            fraction, value, tolerance, feedback = parts.groups(default="")
            answers.append(Alternative(float(fraction == "="), float(value), float(tolerance), unescape(feedback)))
        found.append((int(weight), tuple(answers)))
    return found


def numerical(question: ElementTree.Element) -> Read:
    answers = [
        Alternative(
            float(answer.get("fraction", "0")) / 100,
            float(text(answer, "text")),
            float(text(answer, "tolerance")),
            answer.findtext("feedback/text", ""),
        )
        for answer in question.findall("answer")
    ]
    points = float(text(question, "defaultgrade"))
    return Read(text(question, "name/text"), text(question, "questiontext/text"), tuple(answers), points)


HELD = {":": "058", "#": "035", "=": "061", "{": "123", "}": "125", "~": "126", "n": "010"}


def held(content: str) -> str:
    """Put marks in the place of escaped characters, as Moodle does before it parts a question."""
    content = content.replace("\\\\", "&&092;")
    for character, number in HELD.items():
        content = content.replace(f"\\{character}", f"&&{number};")
    return content.replace("&&092;", "\\")


def released(content: str) -> str:
    return re.sub(r"&&(\d{3});", lambda found: chr(int(found[1])), content).strip()


def gift(content: str) -> Bank:
    """Read GIFT: blocks between blank lines, with `=` before an answer and `#` before its feedback."""
    bank: Bank = {}
    category = ""
    for block in re.split(r"\n\s*\n", content.strip()):
        block = held("\n".join(line for line in block.split("\n") if not line.strip().startswith("//")))
        if block.startswith("$CATEGORY:"):
            category = block.removeprefix("$CATEGORY:").strip()
            assert "&&" not in category  # Moodle never releases what it holds here
            continue
        _, name, rest = block.split("::", 2)
        start, end = rest.index("{"), rest.index("}")
        assert rest.startswith("[html]")
        assert not rest[end + 1 :].strip()
        answers = []
        for answer in rest[start + 1 : end].strip().removeprefix("#").strip().removeprefix("=").split("="):
            weighted = re.fullmatch(r"(?:%(\d+)%)?([^#]*)(?:#(.*))?", answer.strip(), re.DOTALL)
            assert weighted is not None
            value, tolerance = weighted[2].split(":")
            fraction = 1.0 if weighted[1] is None else float(weighted[1]) / 100
            answers.append(Alternative(fraction, float(value), float(tolerance), released(weighted[3] or "")))
        read = Read(released(name), released(rest[len("[html]") : start]), tuple(answers))
        bank.setdefault(category, []).append(read)
    return bank


FORMS: dict[str, Callable[[float], float]] = {
    "error": lambda error: error,
    "error_reversed": lambda error: -error,
    "squared_error": lambda error: error**2,
    "half_squared_error": lambda error: error**2 / 2,
}


def first_fitting(answers: tuple[Alternative, ...], number: float) -> Alternative | None:
    return next((one for one in answers if abs(number - one.value) <= one.tolerance * (1 + 1e-9)), None)


def accepted(sheet: Sheet) -> list[tuple[Blank, list[float]]]:
    """Return every number of a sheet, with the other ones that the task accepts in its place."""
    forms = {ask.step: [FORMS[form] for form in ask.accept] for ask in sheet.variant.task.asked}
    return [
        (blank, [form(blank.value) for form in forms[part.step] if form(blank.value) != blank.value])
        for part in sheet.parts
        for blank in part.blanks
    ]


def assert_marks_as_the_key(answers: tuple[Alternative, ...], blank: Blank, also: list[float], decimals: int) -> None:
    """The right number comes first with its tolerance, then accepted ones; mistakes get no credit, and are named."""
    unit = 10.0**-decimals
    right, others, wrong = answers[0], answers[1 : len(also) + 1], answers[len(also) + 1 :]
    for other, number in zip(others, also, strict=True):
        assert other.fraction == 1
        assert other.value == pytest.approx(number, rel=1e-11)
        assert unit / 2 <= other.tolerance <= unit / 2 + (2 * abs(blank.value) + 1) * blank.tolerance
    assert right.fraction == 1
    assert right.value == pytest.approx(blank.value, rel=1e-11, abs=1e-300)
    assert right.tolerance == pytest.approx(blank.tolerance, rel=1e-8)
    assert not right.feedback
    finite = {float(mistake.shown) for mistake in blank.mistakes if math.isfinite(float(mistake.shown))}
    told = {number for number in finite if first_fitting(answers[: len(also) + 1], number) is None}
    assert sorted(answer.value for answer in wrong) == pytest.approx(sorted(told), rel=1e-11)
    for answer in wrong:
        assert answer.fraction == 0
        assert answer.tolerance == pytest.approx(unit / 2)
        assert unescape(answer.feedback).startswith(SAID)


@pytest.mark.parametrize("task", TASKS)
def test_a_cloze_question_of_moodle_has_the_numbers_of_a_sheet(task: str) -> None:
    found = moodle_xml(files(task, "moodle")["moodle_sheets.xml"])
    assert [question.get("type") for _, question in found] == ["cloze"] * 20
    for (category, question), sheet in zip(found, made(task).sheets, strict=True):
        assert path_names(category) == ("$course$", "top", BANK, "Sheets")
        assert unescape(text(question, "name/text")) == f"{sheet.variant.code} {NAME} ({sheet.student.id})"
        html = text(question, "questiontext/text")
        assert question.find("questiontext[@format='html']") is not None
        for (weight, answers), (blank, also) in zip(cloze(html), accepted(sheet), strict=True):
            assert weight == blank.points
            assert_marks_as_the_key(answers, blank, also, sheet.variant.task.decimals)
        shown = unescape(re.sub(r"<[^>]*>", "", html))
        assert TITLE in shown
        assert sheet.variant.code in shown
        assert NAME not in shown
        assert sheet.student.id not in shown


@pytest.mark.parametrize("task", TASKS)
def test_the_numerical_questions_of_moodle_lie_in_a_category_for_each_symbol(task: str) -> None:
    bank: Bank = {}
    for category, question in moodle_xml(files(task, "moodle")["moodle_numbers.xml"]):
        assert question.get("type") == "numerical"
        bank.setdefault(category, []).append(numerical(question))
    assert_bank_has_the_numbers(bank, made(task), with_points=True)


@pytest.mark.parametrize("task", TASKS)
def test_gift_has_the_numbers_of_the_key(task: str) -> None:
    assert_bank_has_the_numbers(gift(files(task, "gift")["gift.txt"].decode()), made(task), with_points=False)


def assert_bank_has_the_numbers(bank: Bank, handout: Handout, *, with_points: bool) -> None:
    columns = zip(*(accepted(sheet) for sheet in handout.sheets), strict=True)
    for place, ((category, questions), column) in enumerate(zip(bank.items(), columns, strict=True), start=1):
        symbol = unicode_symbol(column[0][0].symbol)
        assert path_names(category) == ("$course$", "top", BANK, "Numbers", f"{place:02} {symbol}")
        for question, (blank, also), sheet in zip(questions, column, handout.sheets, strict=True):
            assert unescape(question.name) == f"{sheet.variant.code} {NAME} ({sheet.student.id}) {symbol}"
            assert_marks_as_the_key(question.answers, blank, also, sheet.variant.task.decimals)
            shown = unescape(re.sub(r"<[^>]*>", "", question.text))
            assert TITLE in shown
            assert NAME not in shown
            assert not with_points or question.points == pytest.approx(float(blank.points))


@pytest.mark.parametrize("task", TASKS)
def test_moodle_marks_what_students_write_as_the_key_has_it(task: str) -> None:
    found = moodle_xml(files(task, "moodle")["moodle_sheets.xml"])
    wrong = 0
    for (_, question), sheet in zip(found, made(task).sheets, strict=True):
        for (_, answers), (blank, also) in zip(
            cloze(text(question, "questiontext/text")), accepted(sheet), strict=True
        ):
            right = first_fitting(answers, float(f"{blank.value:.{sheet.variant.task.decimals}f}"))
            assert right is not None
            assert right.fraction == 1
            for mistake in blank.mistakes:
                answer = first_fitting(answers, float(mistake.shown))
                assert answer is not None
                fair = [(blank.value, blank.tolerance), *((number, 1e-5) for number in also)]
                assert answer.fraction == any(abs(float(mistake.shown) - n) <= far for n, far in fair)
                wrong += answer.fraction == 0
    assert wrong > 100


def canvas_items(content: bytes) -> Iterator[tuple[ElementTree.Element, list[ElementTree.Element]]]:
    """Yield the groups of a quiz with their questions."""
    qti = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        manifest = ElementTree.fromstring(archive.read("imsmanifest.xml"))
        names = {file.get("href") for file in manifest.iter() if file.tag.endswith("file")}
        assert names <= set(archive.namelist())
        (quiz,) = (name for name in archive.namelist() if re.fullmatch(r"(.*)/\1\.xml", name))
        tree = ElementTree.fromstring(archive.read(quiz))
    for element in tree.iter():
        element.tag = element.tag.removeprefix(qti)
    assert tree.find("assessment[@title]") is not None
    assert tree.find("assessment").get("title") == BANK  # type: ignore[union-attr]
    for group in tree.findall("assessment/section/section"):
        yield group, group.findall("item")


@pytest.mark.parametrize("task", TASKS)
def test_canvas_draws_a_variant_of_every_number(task: str) -> None:
    handout = made(task)
    columns = list(zip(*(blanks(sheet) for sheet in handout.sheets), strict=True))
    for (group, items), column in zip(canvas_items(files(task, "canvas")["canvas.zip"]), columns, strict=True):
        assert text(group, "selection_ordering/selection/selection_number") == "1"
        points = text(group, "selection_ordering/selection/selection_extension/points_per_item")
        assert float(points) == pytest.approx(float(column[0].points))
        for item, blank, sheet in zip(items, column, handout.sheets, strict=True):
            assert item.get("title") == f"{sheet.variant.code} {unicode_symbol(blank.symbol)}"
            value, low, high = (float(text(item, f".//{tag}")) for tag in ("varequal", "vargte", "varlte"))
            assert value == pytest.approx(blank.value, rel=1e-11, abs=1e-300)
            assert (high - low) / 2 == pytest.approx(blank.tolerance, rel=1e-7)
            assert (high + low) / 2 == pytest.approx(value, rel=1e-9, abs=1e-15)
            shown = unescape(re.sub(r"<[^>]*>", "", text(item, "presentation/material/mattext")))
            assert TITLE in shown
            assert NAME not in shown


def test_canvas_takes_one_of_two_students_who_share_a_variant() -> None:
    handout = hostile("lesson_sigmoid", 2)
    twice = Handout(handout.task, handout.seed, (*handout.sheets, handout.sheets[0]))
    groups = list(canvas_items(WAYS["canvas"](twice)["canvas.zip"]))
    assert {len(items) for _, items in groups} == {2}


def test_canvas_without_text2qti_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "text2qti.config", None)
    with pytest.raises(MissingExtraError, match=r'text2qti is not installed; .* "backprop-lab\[lms\]"'):
        WAYS["canvas"](hostile("lesson_sigmoid", 1))


@pytest.mark.parametrize("task", shipped_tasks())
def test_every_shipped_task_has_a_bank(task: str) -> None:
    handout = hostile(task, 1)
    ((_, question),) = moodle_xml(WAYS["moodle"](handout)["moodle_sheets.xml"])
    (sheet,) = handout.sheets
    for (_, answers), (blank, also) in zip(cloze(text(question, "questiontext/text")), accepted(sheet), strict=True):
        assert_marks_as_the_key(answers, blank, also, sheet.variant.task.decimals)
