"""Pictures of a network: the same coordinates in TikZ and SVG, labels that stand apart, dots for what is large."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, cycle, islice, pairwise, product
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from msgspec import structs

from backprop_lab.diagram import mermaid, svg, tikz
from backprop_lab.diagram.drawing import Drawing, drawing, elided
from backprop_lab.diagram.geometry import Box, along, pieces
from backprop_lab.diagram.layout import PAGE_HEIGHT, PAGE_WIDTH
from backprop_lab.diagram.texts import Text, Texts
from backprop_lab.engine.worked import Pass
from backprop_lab.errors import NumberError
from backprop_lab.solution import solve
from backprop_lab.task import DropoutTable, Task
from backprop_lab.taskfile import load_task
from backprop_lab.writing.notation import NOTATIONS, NotationName
from backprop_lab.writing.spelling import LATEX
from tests.latex import text_of_pdf
from tests.solved import SHIPPED, task_with
from tests.strategies import tasks

Sizes = tuple[int, ...]

NUMBERS = ("-0.35", "12.5", "0.2", "-0.7")
UP_TO_FIVE: list[Sizes] = [*product(range(1, 6), repeat=2), *product(range(1, 6), repeat=3)]
DEEPER: list[Sizes] = [(2, 3, 3, 1), (3, 3, 3, 2), (5, 4, 3, 2), (2, 2, 2, 2)]
LARGE: list[Sizes] = [(12, 8, 3), (6, 6), (40, 1), (1, 30, 30, 1), (2, 3, 3, 3, 3, 3, 1), (3,) * 20]
PAGE = r"""\documentclass{article}
\usepackage{tikz}
\setlength{\textwidth}{15.5cm}\setlength{\parindent}{0pt}\pagestyle{empty}
\begin{document}
%s
\end{document}
"""


def net(*sizes: int, numbers: Sequence[str] = NUMBERS, samples: int = 1, notation: NotationName = "lesson") -> Task:
    """Return a task with these layers; its numbers come in turns."""
    turn = cycle(numbers)

    def rows(count: int, columns: int) -> list[list[str]]:
        return [list(islice(turn, columns)) for _ in range(count)]

    return task_with(
        activations=["sigmoid"] * (len(sizes) - 1),
        weights=[rows(*between) for between in pairwise(sizes)],
        biases=[rows(1, units)[0] for units in sizes[1:]],
        x=rows(samples, sizes[0]),
        y=rows(samples, sizes[-1]),
        update={"learning_rate": Decimal("0.1")},
        notation=notation,
    )


def worked(task: Task) -> Pass:
    return solve(task).first


def both(task: Task) -> Iterator[Drawing]:
    """Yield a network drawn with the given numbers, and with all values of its pass."""
    for one in (None, worked(task)):
        yield drawing(Texts(task, None, one))


def nodes(drawn: Drawing) -> list[Box]:
    return [node.box for layer in drawn.layers for node in layer.nodes]


def labels(drawn: Drawing) -> list[Box]:
    at_nodes = (label for layer in drawn.layers for node in layer.nodes for label in (node.bias, node.delta))
    return [label[0] for label in (*at_nodes, *(one.label for one in drawn.weights)) if label is not None]


def assert_apart(drawn: Drawing) -> None:
    """Fail if a node or a label overlaps another, or does not stand in the picture."""
    boxes = [*nodes(drawn), *labels(drawn)]
    for one, other in combinations(boxes, 2):
        assert not one.overlaps(other), (one, other)
    for box in boxes:
        assert box.width / 2 <= box.x <= drawn.width - box.width / 2
        assert box.height / 2 <= box.y <= drawn.height - box.height / 2
    assert drawn.width <= PAGE_WIDTH
    assert drawn.height <= PAGE_HEIGHT


@pytest.mark.parametrize("sizes", [*UP_TO_FIVE, *DEEPER], ids=str)
def test_every_weight_has_a_label_with_its_number_and_none_overlaps_another_or_a_node(sizes: Sizes) -> None:
    task = net(*sizes)
    weights = [number for matrix in task.network.weights for row in matrix for number in row]
    for drawn in both(task):
        assert_apart(drawn)
        said = [one.label[1].number for one in drawn.weights if one.label is not None]
        assert list(map(Decimal, said)) == [Decimal(str(float(number))) for number in weights]


@pytest.mark.parametrize("sizes", LARGE, ids=str)
def test_a_large_network_stays_on_the_page_and_shows_dots(sizes: Sizes) -> None:
    for drawn in both(net(*sizes)):
        assert_apart(drawn)
        assert any(layer.dots for layer in drawn.layers)


@pytest.mark.parametrize("number", ["0.1234567", "-12.34567890123", "1000000000", "1e-30"])
@pytest.mark.parametrize("sizes", [(3, 2, 1), (5, 5, 5), (2, 3, 3, 1)], ids=str)
def test_numbers_that_are_too_wide_do_not_overlap(sizes: Sizes, number: str) -> None:
    for notation in NOTATIONS:
        for drawn in both(net(*sizes, numbers=[number], notation=notation)):
            assert_apart(drawn)


@settings(max_examples=30)
@given(tasks(largest_depth=4, largest_width=7, most_steps=1, large=True))
def test_any_task_is_drawn_on_a_page_in_both_languages(task: Task) -> None:
    try:
        one = worked(task)
    except NumberError:
        one = None
    assert_apart(drawing(Texts(task, None, one)))
    assert_same_picture(task, one)


def test_what_is_shown_of_many_begins_at_the_first_and_ends_at_the_last() -> None:
    assert elided(5, 5) == (0, 1, 2, 3, 4)
    assert elided(12, 5) == (0, 1, 2, None, 11)
    assert elided(9, 6) == (0, 1, 2, None, 7, 8)
    assert elided(4, 3) == (0, None, 3)


def test_a_wide_layer_shows_three_units_and_the_last() -> None:
    inputs, hidden, outputs = drawing(Texts(net(12, 8, 3), None, None)).layers
    assert [len(layer.nodes) for layer in (inputs, hidden, outputs)] == [4, 4, 3]
    assert (bool(inputs.dots), bool(hidden.dots), bool(outputs.dots)) == (True, True, False)
    assert r"x_{12} = " in tikz(net(12, 8, 3))
    assert "x_{5}" not in tikz(net(12, 8, 3))


SVG = "{http://www.w3.org/2000/svg}"
POINT = r"\((\S+),(\S+)\)"


def assert_same_picture(task: Task, one: Pass | None) -> None:
    """Fail unless TikZ and SVG have their texts, nodes, lines and arrows at the same places."""
    in_tikz, in_svg = tikz(task, None, one), svg(task, None, one)
    root = ElementTree.fromstring(in_svg)
    texts = Counter((text.attrib["x"], text.attrib["y"]) for text in root.iter(f"{SVG}text"))
    assert Counter(re.findall(rf"\\node.* at {POINT} ", in_tikz)) == texts
    corners = re.findall(rf"{POINT} rectangle {POINT};", in_tikz.partition("rectangle")[2])
    rectangles = [
        [float(box.attrib[key]) for key in ("x", "y", "width", "height")] for box in root.iter(f"{SVG}rect")
    ]
    assert len(corners) == len(rectangles)
    for (x, y, right, bottom), box in zip(corners, rectangles, strict=True):
        assert [float(x), float(y)] == box[:2]
        assert [float(right), float(bottom)] == pytest.approx([box[0] + box[2], box[1] + box[3]], abs=0.11)
    paths = [path.attrib["d"] for path in root.iter(f"{SVG}path") if "transform" not in path.attrib]
    lines = Counter(re.findall(r"M(\S+) (\S+)L(\S+) ([\d.-]+)", "".join(paths)))
    assert Counter(re.findall(rf"{POINT} -- {POINT};", in_tikz)) == lines
    tips = Counter(re.findall(r"translate\((\S+) (\S+)\)", in_svg))
    assert Counter(re.findall(rf"->.* -- {POINT};", in_tikz)) == tips


@pytest.mark.parametrize("name", SHIPPED)
def test_tikz_and_svg_have_the_same_coordinates(name: str) -> None:
    task = load_task(name)
    assert_same_picture(task, None)
    assert_same_picture(task, worked(task))


@pytest.mark.parametrize("notation", NOTATIONS)
def test_a_label_stands_on_its_own_edge_which_is_not_drawn_behind_it(notation: NotationName) -> None:
    drawn = drawing(Texts(net(4, 3, notation=notation), None, None))
    for one in drawn.weights:
        assert one.label is not None
        box, (start, end) = one.label[0], (one.pieces[0][0], one.pieces[-1][1])
        across = (box.x - start[0]) / (end[0] - start[0])
        assert box.y == pytest.approx(start[1] + across * (end[1] - start[1]))
        for start, end in one.pieces:
            # It may touch a label at either end.
            inside = along((start, end), 0.01), along((start, end), 0.99)
            assert not any(label.hides(inside) for label in labels(drawn))


def test_a_box_leaves_the_pieces_of_a_line_outside_of_it_and_no_stubs() -> None:
    line = ((0.0, 0.0), (100.0, 0.0))
    assert pieces(line, [Box(50, 0, 20, 10)]) == ((line[0], (40.0, 0.0)), ((60.0, 0.0), line[1]))
    assert pieces(line, [Box(50, 30, 20, 10)]) == (line,)
    assert pieces(line, [Box(50, 0, 20, 10), Box(71, 0, 20, 10)]) == ((line[0], (40.0, 0.0)), ((81.0, 0.0), line[1]))
    assert Box(0, 0, 10, 10).hides(((-10.0, -10.0), (10.0, 10.0))) == (0.25, 0.75)


def test_a_worked_pass_puts_its_values_in_the_nodes_and_its_deltas_below_them() -> None:
    task = load_task("lab_task_3")
    text = tikz(task, None, worked(task))
    for value in ("$Z_{1} = -0.7$", "$H_{1} = 0$", r"$\hat y = 0.08$", "$L = 0.4232$", "$y = 1$", "$x_{2} = 0$"):
        assert f"{{{value}}};" in text
    assert re.findall(r"\\node\[back\] at \S+ \{(\$.*= .*\$)\};", text) == [
        r"$\delta_{1} = 0$", r"$\delta_{2} = 0.184$", r"$\delta_{3} = -0.92$",
    ]  # fmt: skip
    assert "dashed" not in tikz(task)
    assert r"\delta" not in tikz(task)


def test_a_value_with_more_decimals_than_the_picture_shows_is_approximate() -> None:
    task = load_task("mazur")
    assert r"a^{[1]} \approx".replace("a^{[1]}", "a_{1}^{[1]}") + " 0.5933" in tikz(task, None, worked(task))
    assert "z_{1}^{[1]} = 0.3775" in tikz(task, None, worked(task))


def test_a_batch_is_drawn_without_the_numbers_of_its_samples() -> None:
    task = net(2, 2, 1, samples=3)
    assert tikz(task, None, worked(task)) == tikz(task)
    assert "{$x_{1}$};" in tikz(task)
    assert "{$w_{11} = -0.35$};" in tikz(task)
    assert r"{$\texttt{x}[:,0]$};" in tikz(task, "pytorch")


def test_a_picture_without_biases_or_deltas_has_no_place_for_them() -> None:
    task = load_task("three_class_softmax", ["update.biases=false"])
    drawn = drawing(Texts(task, None, None))
    assert drawn.backward is None
    assert all(node.delta is None for layer in drawn.layers for node in layer.nodes)


def test_a_unit_that_is_dropped_for_every_sample_has_a_dotted_outline() -> None:
    once, always = (
        load_task("lab_task_3", [f"dropout=[{{layer = 1, rate = 0.5, mask = [[{mask}]]}}]"])
        for mask in ("1, 1", "0, 1")
    )
    assert not drawing(Texts(once, None, None)).drops
    dropped = [[node.dropped for node in layer.nodes] for layer in drawing(Texts(always, None, None)).layers]
    assert dropped == [[False] * 3, [True, False], [False]]
    assert_same_picture(always, worked(always))
    assert svg(always).count('stroke-dasharray="1 2"') == tikz(always).count(r"\draw[dotted, ") == 1
    assert "A dotted outline means that dropout drops the unit." in svg(always)
    assert re.findall(r"^  style (\S+) stroke-dasharray", mermaid(always), re.MULTILINE) == ["n1_0"]
    two = net(2, 2, 1, samples=2)
    masks = [Fraction(0), Fraction(1)], [Fraction(1), Fraction(0)]
    some = structs.replace(two, dropout=[DropoutTable(1, Fraction(1, 2), [*masks])])
    assert not drawing(Texts(some, None, None)).drops


HOSTILE = r"""O'Brien & Sons_100% #1 \input{x} {{7*7}} <b> "x" ]]> -->"""


def test_a_title_is_text_in_svg() -> None:
    root = ElementTree.fromstring(svg(load_task("lab_task_3", [f"title={HOSTILE}"])))
    assert root.findtext(f"{SVG}title") == f"{HOSTILE}: network 3-2-1"
    assert str(root.findtext(f"{SVG}desc")).startswith(
        "inputs: 3 inputs; hidden layer: 2 units, relu; output layer: "
    )
    assert HOSTILE not in mermaid(load_task("lab_task_3", [f"title={HOSTILE}"]))


def test_an_svg_has_no_ids_and_loads_and_runs_nothing() -> None:
    task = load_task("lab_task_3")
    text = svg(task, None, worked(task))
    assert not re.search(r"\bid=|url\(|href|<script|<style|\bon\w+=", text)
    assert "stroke-dasharray" in text
    assert "stroke-dasharray" not in svg(task)


@pytest.mark.parametrize("notation", NOTATIONS)
def test_mermaid_has_every_unit_and_weight_of_a_small_network(notation: NotationName) -> None:
    text = mermaid(load_task("lab_task_3"), notation)
    assert len(re.findall(r"^  n\d_\d\(\[\".*\"\]\)$", text, re.MULTILINE)) == 6
    assert len(re.findall(r"^  n\d_\d --- w\d_\d_\d\[\".*\"\]:::weight --> n\d_\d$", text, re.MULTILINE)) == 8
    assert text.isprintable() or set(text) - {"\n"} == {one for one in text if one.isprintable()}


def test_mermaid_draws_a_large_network_layer_by_layer() -> None:
    text = mermaid(net(12, 8, 3))
    assert re.findall(r"\[\"(.*)\"\]", text) == [
        "12 inputs", "hidden layer<br/>8 units, sigmoid", "output layer<br/>3 units, sigmoid",
    ]  # fmt: skip


def test_pdflatex_sets_pictures_that_fit_into_the_lines_of_a_page(tmp_path: Path) -> None:
    given = [net(3, 2, 1), net(5, 5, 5), net(12, 8, 3), net(2, 3, 3, 1), net(*(3,) * 20)]
    pictures = [tikz(task, notation, one) for task in given for notation in NOTATIONS for one in (None, worked(task))]
    text = text_of_pdf(tmp_path, PAGE % "\n\n".join(pictures))
    assert not text or text.count("backward") == len(pictures) // 2


def test_texts_are_no_wider_than_the_room_that_is_kept_for_them(tmp_path: Path) -> None:
    task = net(5, 5, 5, numbers=("-0.35", "12.5", "0.2", "-0.1234567", "1e-12"))
    found = dict.fromkeys(text for notation in NOTATIONS for text in texts_of(task, notation))
    lines = [
        rf"\sbox0{{\fontsize{{9}}{{11}}\selectfont ${latex(text)}$}}\typeout{{width \the\wd0}}" for text in found
    ]
    text_of_pdf(tmp_path, PAGE % "\n".join([*lines, "Measured"]))
    log = (tmp_path / "document.log").read_text(encoding="latin-1")
    widths = [float(width) for width in re.findall(r"^width ([\d.]+)pt$", log, re.MULTILINE)]
    assert len(widths) == len(found)
    for text, width in zip(found, widths, strict=True):
        assert width <= text.width, latex(text)


def texts_of(task: Task, notation: NotationName) -> Iterator[Text]:
    """Yield every text that may stand in a picture, whole and in parts."""
    texts = Texts(task, notation, worked(task))
    layers = range(len(task.sizes))
    units = [(layer, unit) for layer in layers for unit in range(task.sizes[layer])]
    weights = (texts.weight(layer, *ends) for layer in layers[1:] for ends in product(range(5), repeat=2))
    whole = [
        *(line for place in units for line in texts.node(*place)),
        *(texts.bias(*place) for place in units),
        *(texts.delta(*place) for place in units),
        *weights,
        texts.loss(),
        *map(texts.deltas, layers[1:]),
    ]
    for text in whole:
        if text is not None:
            yield from (text, text.filled("number"), text.filled("symbol"))


def latex(text: Text) -> str:
    symbol = LATEX.symbol(text.symbol) if text.symbol is not None else ""
    return symbol + (" = " if symbol and text.number else "") + LATEX.number(text.number)
