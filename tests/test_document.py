"""Whole documents: they render in every style and notation, hold their markup together, and pdflatex sets them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from backprop_lab.document import LEADING_LINES, TRAILING_LINES
from backprop_lab.templating import markdown, tex
from backprop_lab.writing.notation import NOTATIONS
from tests.command import command, output_of
from tests.latex import text_of_pdf
from tests.needs import needs_torch
from tests.solved import SHIPPED, solved

STYLES = ("scalar", "matrix", "both")
WIDE = ("wide", ("--sizes", "20-10-8"))
BATCH = ("batch", ("--sizes", "3-4-2", "--samples", "15"))
CLASSES = ("classes", ("--sizes", "3-3-3", "--samples", "3", "--loss", "cross_entropy"))
TEN = ("ten", ("--sizes", "2-10", "--loss", "cross_entropy"))
LOGITS = ("logits", ("--sizes", "2-10", "--output", "identity", "--loss", "cross_entropy_with_logits"))
DRAWN = dict([WIDE, BATCH, CLASSES, TEN, LOGITS])


@cache
def document(task: str, format_: str, *options: str) -> str:
    return output_of("solve", task, "--format", format_, *options)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Make large tasks and return their paths by name."""
    folder = tmp_path_factory.mktemp("drawn")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, options in DRAWN.items():
            assert command("new", name, *options).status == 0
    return {name: str(folder / f"{name}.toml") for name in DRAWN}


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", SHIPPED)
def test_a_task_is_worked_out_in_every_format_style_and_notation(name: str, style: str, notation: str) -> None:
    options = ("--style", style, "--notation", notation)
    for format_ in ("txt", "md", "tex"):
        text = document(name, format_, *options)
        assert "<<" not in text
        assert "None" not in text
        assert not re.search(r"[\x00-\x09\x0b-\x1f]", text)
    assert_markdown_holds_together(document(name, "md", *options))


@pytest.mark.parametrize("options", [(), ("--exact",), ("--decimals", "9"), ("--style", "matrix")])
@pytest.mark.parametrize("name", DRAWN)
def test_the_markdown_of_large_tasks_holds_together(
    name: str, options: tuple[str, ...], drawn: dict[str, str]
) -> None:
    for notation in NOTATIONS:
        assert_markdown_holds_together(document(drawn[name], "md", "--notation", notation, *options))


def assert_markdown_holds_together(text: str) -> None:
    outside, *blocks = re.split(r"^\$\$$", text, flags=re.MULTILINE)
    assert len(blocks) % 2 == 0
    outside += "".join(blocks[1::2])
    for block in blocks[::2]:
        assert_balanced(block)
        assert_not_formatted(block)
    for line in outside.splitlines():
        formulas = re.sub(r"\\\$", "", line).split("$")
        assert len(formulas) % 2 == 1, line
        for formula in formulas[1::2]:
            assert_balanced(formula)
            if formula:
                assert_not_formatted(formula)
            assert "|" not in formula


def assert_not_formatted(formula: str) -> None:
    """Fail if Markdown finds anything but text in a formula: GitHub formats it before it sets it.

    Of two backslashes GitHub keeps both only at the end of a line (github/markup, issue 1547); `\\_` in code
    may lose its own.
    """
    tokens = MarkdownIt("commonmark").parse(formula.strip())
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"], formula
    inside = {token.type for token in tokens[1].children or []}
    assert inside <= {"text", "text_special", "softbreak"}, formula
    assert set(re.findall(r"\\[^\w\s].?", formula.replace("\n", "$").replace(r"\_", "_"))) <= {r"\\$"}, formula


def assert_balanced(formula: str) -> None:
    """Fail unless braces and environments are closed in the order in which they were opened."""
    opened = []
    for token in re.findall(r"\\begin\{\w+\*?\}|\\end\{\w+\*?\}|(?<!\\)[{}]", formula):
        match token:
            case "{":
                opened.append("}")
            case _ if token.startswith(r"\begin"):
                opened.append(token.replace(r"\begin", r"\end"))
            case _:
                assert opened, formula
                assert opened.pop() == token, formula
    assert not opened, formula


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("name", SHIPPED)
def test_the_lines_of_a_terminal_are_not_wider_than_80_columns(name: str, notation: str) -> None:
    for line in document(name, "txt", "--notation", notation).splitlines():
        assert len(line) <= 80, line


@pytest.mark.parametrize("notation", NOTATIONS)
def test_the_scalar_lines_of_a_large_task_are_not_wider_than_80_columns(notation: str, drawn: dict[str, str]) -> None:
    for name, options in product(DRAWN, [(), ("--decimals", "9"), ("--exact",)]):
        text = document(drawn[name], "txt", "--style", "scalar", "--notation", notation, *options)
        lines = (
            re.split(r"^Forward pass$", text, maxsplit=1, flags=re.MULTILINE)[1].split("Old and new")[0].splitlines()
        )
        assert max(map(len, lines)) <= 80


def test_a_long_step_shows_its_ends_and_says_how_many_entries_are_left_out(drawn: dict[str, str]) -> None:
    for format_ in ("txt", "md", "tex"):
        text = document(drawn["wide"], format_, "--style", "scalar")
        assert f"{20 * 10 - LEADING_LINES - TRAILING_LINES} more entries are left out" in text
        assert f"{10 * 8 - LEADING_LINES - TRAILING_LINES} more entries are left out" in text


def test_a_long_sum_says_how_many_terms_are_left_out(drawn: dict[str, str]) -> None:
    assert "… 12 left out …" in document(drawn["wide"], "txt")
    assert r"\underset{\text{12 left out}}{\cdots}" in document(drawn["wide"], "md")


def test_exact_results_stand_beside_the_decimals() -> None:
    assert "= 2/25 = 0.08" in document("lab_task_3", "txt", "--exact")
    assert r"= \frac{2}{25} = 0.08" in document("lab_task_3", "md", "--exact")
    assert "= 1/(1 + exp(-0.3775)) = 1/(1 + exp(-151/400)) ≈ 0.593269992" in document("mazur", "txt", "--exact")


def test_an_exact_result_that_does_not_follow_from_the_printed_operands_stands_behind() -> None:
    text = document("lesson_sigmoid", "txt", "--exact")
    assert "E = ŷ - y = 0.4739 - 1 = -0.5261 (to 20 digits: -0.52611110117601455678)" in text


def test_updates_that_are_not_written_out_are_mentioned() -> None:
    for format_ in ("txt", "md", "tex"):
        assert "Updates 4 to 5 are not written out." in document("mazur", format_, "--steps", "6")
        assert "Update 4 is not written out." in document("mazur", format_, "--steps", "5")
        assert "not written out" not in document("mazur", format_, "--steps", "4")


def test_several_updates_are_numbered_and_their_losses_listed() -> None:
    text = document("mazur", "md", "--steps", "20")
    assert re.findall(r"^# Update (\d+)$", text, re.MULTILINE) == ["1", "2", "3", "20"]
    assert re.findall(r"^\| (\d+|…) \| ", text, re.MULTILINE)[-3:] == ["…", "19", "20"]


HOSTILE = r"$ % _ & # \ { } < > * [link](x) | ~ ^ `code` <b> \input{x} \\ ** __ $$x$$"


def test_a_title_is_text_in_markdown() -> None:
    heading = document("lab_task_2", "md", "--set", f"title={HOSTILE}").splitlines()[0].removeprefix("# ")
    assert heading == markdown(HOSTILE)
    assert not re.search(r"(?<!\\)[$*_\[\]`|#~]", heading)
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", heading)
    plain = re.sub(r"\\([\\`*_\[\]#|$~])", r"\1", heading)
    assert plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == HOSTILE


def test_a_title_is_text_in_latex() -> None:
    title = re.search(
        r"\\section\*\{\\raggedright (.*)\}", document("lab_task_2", "tex", "--set", f"title={HOSTILE}")
    )
    assert title
    assert title[1] == tex(HOSTILE)
    named = "backslash|asciicircum|asciitilde|less|greater|quotedbl|quotesingle|asciigrave"
    commands = rf"\\text(?:{named})\{{\}}"
    assert not re.search(r"[\\${}&#%_^~<>]", re.sub(rf"{commands}|\\[{{}}$&#%_]", "", title[1]))


def test_a_character_that_the_fonts_lack_is_written_as_its_code_point() -> None:
    assert tex("π ễ 漢 é ħ") == r"π ễ [U+6F22]\allowbreak{} é [U+0127]\allowbreak{}"


def test_signs_that_latex_would_join_stand_apart() -> None:
    assert tex("a--b,,c?`") == r"a-{}-b,{},c?{}\textasciigrave{}"


def in_one(documents: Iterable[str]) -> str:
    """Put the bodies of several LaTeX documents into the first of them, which is faster to set."""
    first, *others = documents
    bodies = (re.split(r"\\(?:begin|end)\{document\}\n", other)[1] for other in others)
    return first.replace(r"\end{document}", "\n".join([*bodies, r"\end{document}"]))


@pytest.mark.parametrize("name", SHIPPED)
def test_pdflatex_sets_a_shipped_task_in_every_notation(name: str, tmp_path: Path) -> None:
    sources = [document(name, "tex", "--notation", notation) for notation in NOTATIONS]
    text = text_of_pdf(tmp_path, in_one(sources))
    loss = next(step for step in solved(name)["steps"] if step["name"] == "L")["entries"][0]["shown"]
    assert not text or text.count(loss) >= len(NOTATIONS)


@pytest.mark.parametrize("name", DRAWN)
def test_pdflatex_sets_a_large_task(name: str, drawn: dict[str, str], tmp_path: Path) -> None:
    options = product(NOTATIONS, [("--decimals", "9"), ("--exact",)])
    sources = [document(drawn[name], "tex", "--notation", notation, *more) for notation, more in options]
    text_of_pdf(tmp_path, in_one(sources))


@pytest.mark.parametrize(
    "arguments",
    [
        ("solve", "lesson_sigmoid", "--exact", "--verify"),
        ("solve", "binary_classification", "--exact"),
        ("solve", "mazur", "--steps", "20"),
        ("solve", "three_class_softmax", "--set", "output_delta=unfused"),
        ("solve", "three_layer", "--set", "momentum=0.9", "--set", "weight_decay=0.01", "--steps", "2"),
        ("solve", "apples_oranges", "--style", "matrix"),
        ("solve", "lab_task_3", "--decimals", "0"),
        ("derive", "three_layer", "--wrt", "x2"),
        ("derive", "mazur", "--wrt", "W1_11"),
        ("derive", "apples_oranges", "--wrt", "fc1.weight[0,0]"),
        ("derive", "three_class_softmax", "--wrt", "fc1.weight[0,0]", "--notation", "pytorch"),
    ],
    ids=" ".join,
)
def test_pdflatex_sets_every_kind_of_document(arguments: tuple[str, ...], tmp_path: Path) -> None:
    if "--verify" in arguments:
        needs_torch()
    text_of_pdf(tmp_path, output_of(*arguments, "--format", "tex"))


def test_pdflatex_sets_every_letter_of_extended_latin(tmp_path: Path) -> None:
    title = " ".join("".join(map(chr, range(first, first + 8))) for first in range(0x100, 0x180, 8))
    text_of_pdf(tmp_path, output_of("solve", "lab_task_2", "--format", "tex", "--set", f"title={title}"))


def test_pdflatex_sets_any_title(tmp_path: Path) -> None:
    title = HOSTILE + " Übung\\end{document} π"
    text = text_of_pdf(tmp_path, output_of("solve", "lab_task_2", "--format", "tex", "--set", f"title={title}"))
    words = set(re.split(r"\s+", text))
    assert not text or {"$", "%", "&", "#", "{", "}", "\\input{x}"} <= words
    assert not text or {"π", "[U+03C0]"} & words
