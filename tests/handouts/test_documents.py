from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest
from msgspec.structs import replace

from backprop_lab.classroom.row import Student
from backprop_lab.errors import LabError
from backprop_lab.handouts.documents import DocumentClass, Documents, Look, Paper
from backprop_lab.handouts.handout import Sheet, handout
from backprop_lab.taskfile import load_task
from backprop_lab.writing.notation import NotationName
from tests.handouts.pages import HOSTILE, NAMES, has_greek, of_class, pages
from tests.needs import needs

LOOKS = list(product(("exam", "article"), ("a4", "letter")))
EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "handout_sheet.tex.j2"


def spaced(text: str) -> str:
    """Return text as it was written, whatever a PDF makes of its spaces and accents."""
    return " ".join(unicodedata.normalize("NFC", text).replace("−", "-").split())


def numbers(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])", spaced(text)))


def weights(sheet: Sheet) -> list[str]:
    task = sheet.variant.task
    return [f"{float(number):g}" for matrix in task.network.weights for row in matrix for number in row]


@pytest.mark.parametrize(("document_class", "paper"), LOOKS)
def test_a_sheet_has_the_numbers_of_its_student(document_class: DocumentClass, paper: Paper, tmp_path: Path) -> None:
    made = of_class()
    documents = Documents(made, Look(document_class, paper, "Deep Learning, 2026"))
    for sheet in made.sheets[:2]:
        found = pages(documents.sheet(sheet), tmp_path)
        text = spaced(" ".join(found))
        assert len(found) == {"a4": 2, "letter": 3}[paper]
        assert set(weights(sheet)) <= numbers(text)
        assert text.startswith("Deep Learning, 2026 Laboratory Task 3")
        assert f"Variant {sheet.variant.code}" in text
        assert "of 32" in text
        assert text.count("[6]") == 2
        assert "round what you write down to 6 decimals, halves away from zero" in text


def test_a_sheet_holds_no_right_number_and_nothing_of_others() -> None:
    made = of_class()
    for sheet in made.sheets:
        source = Documents(made, Look()).sheet(sheet)
        right = {blank.shown for part in sheet.parts for blank in part.blanks if len(blank.shown) > 5}
        assert right
        assert not [number for number in right if number in source]
        others = [other for other in made.sheets if other is not sheet]
        assert not [other for other in others if other.variant.code in source or other.student.id in source]


@pytest.mark.parametrize("document_class", ["exam", "article"])
def test_the_class_is_one_document_of_whole_sheets(document_class: DocumentClass, tmp_path: Path) -> None:
    made = of_class()
    found = pages(Documents(made, Look(document_class)).sheet(*made.sheets), tmp_path)
    assert len(found) == 2 * len(made.sheets)
    for place, sheet in enumerate(made.sheets):
        own = " ".join(found[2 * place : 2 * place + 2])
        assert set(weights(sheet)) <= numbers(own)
        assert [code for code in re.findall(r"\b[0-9A-Z]{6}\b", own) if code != sheet.variant.code] == []
        assert "1. Forward pass" in spaced(own)
        assert "4. Update" in spaced(own)


def test_nobodys_sheet_begins_on_the_back_of_anothers(tmp_path: Path) -> None:
    made = of_class(["Ana", "Ben"], "three_layer")
    for template in (None, EXAMPLE):
        documents = Documents(made, Look(template=template))
        alone = len(pages(documents.sheet(made.sheets[0]), tmp_path))
        found = pages(documents.sheet(*made.sheets), tmp_path)
        assert len(found) == alone + alone % 2 + alone, "no empty page stands behind the last"
        begun = [place for place, page in enumerate(found) if "Three layers" in spaced(page)]
        assert begun == [0, alone + alone % 2]
        if alone % 2:
            assert not found[alone].strip()


@pytest.mark.parametrize(
    ("document_class", "course"), [("exam", ""), ("exam", "A course"), ("article", ""), ("article", "A course " * 90)]
)
def test_no_page_ends_with_a_heading(document_class: DocumentClass, course: str, tmp_path: Path) -> None:
    made = of_class(["Ana"])
    for page in pages(Documents(made, Look(document_class, course=course)).sheet(*made.sheets), tmp_path):
        *_, last, _ = (line for line in page.splitlines() if line.strip())
        assert not re.search(r"^ *\d\. |Asked|Points stand", last)


def test_a_row_of_four_blanks_is_parted_evenly(tmp_path: Path) -> None:
    task = tmp_path / "four.toml"
    weights = [[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8]], [[0.3], [0.2], [0.5], [0.4]]
    network = f'activations = ["sigmoid", "sigmoid"]\nloss = "half_squared_error"\nweights = {list(weights)}\n'
    task.write_text(f'title = "Four"\n[network]\n{network}[data]\nx = [[1, 2]]\ny = [[1]]\n')
    made = of_class(["Ana"], str(task))
    text = "\n".join(pages(Documents(made, Look()).sheet(*made.sheets), tmp_path))
    lines = [re.findall(r"[ZH]\d(?= =)", line) for line in text.splitlines()]
    assert [line for line in lines if line] == [
        ["Z1", "Z2"],
        ["Z3", "Z4"],
        ["H1", "H2"],
        ["H3", "H4"],
        ["Z5"],
    ]


def test_a_sheet_says_which_way_round_the_error_is() -> None:
    made = of_class(["Ana"])
    source = Documents(made, Look()).sheet(made.sheets[0])
    assert "Loss: half the squared error. Error: output minus target." in source


def test_names_stand_as_they_are_written(tmp_path: Path) -> None:
    made = of_class()
    found = pages(Documents(made, Look()).sheet(*made.sheets), tmp_path)
    hostile, vietnamese, greek, latin = (spaced(found[2 * place]) for place in range(4))
    assert r"O'Brien & Sons_100% #1 \input{x}" in hostile
    assert "{{7*7}} <b>" in hostile
    assert NAMES[1] in vietnamese
    assert NAMES[3] in latin
    if has_greek():
        assert NAMES[2] in greek
    else:
        assert "[U+0393]" in greek
    needs(has_greek(), "LaTeX has no Greek here")


def test_names_in_decomposed_letters_stand_there_too(tmp_path: Path) -> None:
    made = of_class([unicodedata.normalize("NFD", "Ünal Čapek Nguyễn"), "Ștefan Ḥasan 王"])
    found = pages(Documents(made, Look()).sheet(*made.sheets), tmp_path)
    assert "Ünal Čapek Nguyễn" in spaced(found[0])
    assert "[U+738B]" in spaced(found[2])


@pytest.mark.parametrize(("document_class", "paper"), LOOKS)
def test_a_solution_has_every_right_number_and_the_worked_pass(
    document_class: DocumentClass, paper: Paper, tmp_path: Path
) -> None:
    made = of_class([HOSTILE, "Ana"])
    sheet = made.sheets[0]
    found = pages(Documents(made, Look(document_class, paper)).solution(sheet), tmp_path)
    first, _, rest = spaced(" ".join(found)).partition("Step by step")
    shown = {blank.shown for part in sheet.parts for blank in part.blanks}
    assert shown <= numbers(first)
    assert shown <= numbers(rest)
    assert "Old and new" in rest


def test_without_answers_a_solution_is_a_sheet_again(tmp_path: Path) -> None:
    made = of_class(["Ana"])
    documents = Documents(made, Look())
    switched = documents.solution(made.sheets[0]).replace("\\printanswers\n", "\\noprintanswers\n")
    sheet = pages(documents.sheet(made.sheets[0]), tmp_path)
    assert [numbers(page) for page in pages(switched, tmp_path)] == [numbers(page) for page in sheet]


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_key_has_a_row_for_every_student(paper: Paper, tmp_path: Path) -> None:
    made = of_class([*NAMES, *(f"Student {number}" for number in range(5, 41))])
    text = spaced(" ".join(pages(Documents(made, Look(paper=paper)).key(), tmp_path)))
    for sheet in made.sheets:
        blocks = re.findall(rf"\b{sheet.student.id} .*?{sheet.variant.code}((?: -?[\d.]+)+)", text)
        asked = [blank.shown for part in sheet.parts for blank in part.blanks]
        assert " ".join(blocks).split() == asked


def test_the_paper_to_grade_by_has_what_mistakes_give(tmp_path: Path) -> None:
    made = of_class(["Ana", "Ben"])
    text = spaced(" ".join(pages(Documents(made, Look()).grading(), tmp_path)))
    for sheet in made.sheets:
        for part in sheet.parts:
            for blank in part.blanks:
                assert {f"{one.slug} → {one.shown}" for one in blank.mistakes} <= set(
                    re.findall(r"[a-z-]+ → -?[\d.]+", text)
                )
    assert "no-bias the bias was left out" in text


@pytest.mark.parametrize(
    ("task", "notation"),
    [
        ("lab_task_2", None),
        ("mazur_biases", "standard"),
        ("three_class_softmax", None),
        ("three_layer", "lesson"),
        ("binary_classification", "pytorch"),
        ("apples_oranges", "pytorch"),
    ],
)
def test_every_kind_of_task_fits_its_pages(task: str, notation: NotationName | None, tmp_path: Path) -> None:
    made = of_class(["Ana", "Ben"], task, notation=notation)
    documents = Documents(made, Look("article"))
    sheet = made.sheets[0]
    for source in (documents.sheet(sheet), documents.solution(sheet), documents.key(), documents.grading()):
        assert pages(source, tmp_path)


def test_points_of_parts_add_up_to_those_of_the_sheet(tmp_path: Path) -> None:
    made = of_class(["Ana"])
    text = spaced(" ".join(pages(Documents(made, Look()).sheet(*made.sheets), tmp_path)))
    in_margin = sum(Fraction(points) for points in re.findall(r"\[(\d+)\]", text))
    assert in_margin == made.task.max_score
    assert text.count("[extra]") == 2


def test_a_draw_of_the_learning_rate_stands_on_the_sheet() -> None:
    rates = [Fraction(number, 100) for number in range(1, 60)]
    task = load_task("lab_task_3")
    bounds = replace(task.variants, draw=["x", "learning_rate"], learning_rate=rates)
    made = handout(replace(task, variants=bounds), [Student("s1"), Student("s2")], 1)
    own = [sheet.variant.task.update for sheet in made.sheets]
    assert own[0] != own[1]
    for sheet, update in zip(made.sheets, own, strict=True):
        assert update is not None
        source = Documents(made, Look()).sheet(sheet)
        assert f"learning rate {float(update.learning_rate):g}." in source
        assert rf"\given{{\alpha}}{{{float(update.learning_rate):g}}}" in source


def test_an_instructor_may_have_a_template_of_their_own(tmp_path: Path) -> None:
    made = of_class()
    documents = Documents(made, Look(course="My course", template=EXAMPLE))
    text = spaced(" ".join(pages(documents.sheet(*made.sheets), tmp_path)))
    assert text.count("Work out, on paper of your own") == len(made.sheets)
    assert text.count("1. Forward pass") == len(made.sheets)
    listed = re.findall(r"^\$w_{\d+}\^.*\$(,?)$", documents.sheet(made.sheets[0]), re.MULTILINE)
    assert listed == [*[","] * 5, "", ",", ""], "a comma stands between all new weights of a layer"
    assert NAMES[1] in text


def test_a_template_that_uses_what_is_not_there_is_told_with_its_line(tmp_path: Path) -> None:
    template = tmp_path / "own.tex.j2"
    template.write_text("<% for s in d.sheets %>\n<< s.nmae >>\n<% endfor %>\n")
    made = of_class(["Ana"])
    with pytest.raises(LabError, match=r"own\.tex\.j2:2: it has nothing called 'nmae'$"):
        Documents(made, Look(template=template)).sheet(*made.sheets)


def test_a_name_is_no_template() -> None:
    made = of_class(["<< d.seed >><% include 'x' %>"])
    source = Documents(made, Look()).sheet(*made.sheets)
    assert r"\textless{}\textless{} d.seed" in source
