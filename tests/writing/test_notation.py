from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from backprop_lab.engine.graph import Graph
from backprop_lab.engine.network import Activation, Network, Update, graph
from backprop_lab.solution import solve
from backprop_lab.task import Rounding, Task
from backprop_lab.taskfile import load_task
from backprop_lab.writing.layout import unmarked
from backprop_lab.writing.matrices import MatrixWriter
from backprop_lab.writing.notation import NOTATIONS, Notation, NotationName
from backprop_lab.writing.spelling import LATEX, UNICODE
from backprop_lab.writing.symbols import ascii_symbol
from tests.displayed import Displayed, assert_close, evaluate
from tests.solved import SHIPPED, entries, solved, task_with

ONE, BATCH = 1, 3

# (name, row, column) of a 3-2-1 network with one sample: in ASCII in the three notations
OF_ONE_SAMPLE = {
    ("x", 0, 1): ("x2", "x2", "x[0,1]"),
    ("y", 0, 0): ("y", "y1", "y[0,0]"),
    ("W1", 2, 0): ("w15", "W1_13", "fc1.weight[0,2]"),
    ("W2", 1, 0): ("w22", "W2_12", "fc2.weight[0,1]"),
    ("b1", 0, 1): ("theta2", "b1_2", "fc1.bias[1]"),
    ("b2", 0, 0): ("theta3", "b2_1", "fc2.bias[0]"),
    ("z1", 0, 1): ("Z2", "z1_2", "z1[0,1]"),
    ("a1", 0, 0): ("H1", "a1_1", "a1[0,0]"),
    ("z2", 0, 0): ("Z3", "z2_1", "z2[0,0]"),
    ("a2", 0, 0): ("yhat", "a2_1", "a2[0,0]"),
    ("error", 0, 0): ("E", "e1", "error[0,0]"),
    ("L", 0, 0): ("L", "L", "loss"),
    ("delta2", 0, 0): ("delta3", "delta2_1", "z2.grad[0,0]"),
    ("delta1", 0, 1): ("delta2", "delta1_2", "z1.grad[0,1]"),
    ("dW1", 2, 0): ("dw15", "dW1_13", "fc1.weight.grad[0,2]"),
    ("db1", 0, 1): ("dtheta2", "db1_2", "fc1.bias.grad[1]"),
    ("dx", 0, 2): ("dx3", "dx3", "x.grad[0,2]"),
    ("W1_new", 0, 1): ("w12_new", "W1_21_new", "fc1.weight.new[1,0]"),
    ("b2_new", 0, 0): ("theta3_new", "b2_1_new", "fc2.bias.new[0]"),
    ("vW1", 0, 1): ("vw12", "vW1_21", "fc1.weight.v[1,0]"),
    ("vW1_old", 0, 1): ("vw12_old", "vW1_21_old", "fc1.weight.v.old[1,0]"),
    ("learning_rate", 0, 0): ("alpha", "eta", "lr"),
    ("mask0", 0, 1): ("r2", "r2", "mask0[0,1]"),
    ("kept0", 0, 1): ("xtilde2", "xtilde2", "kept0[0,1]"),
    ("p0", 0, 0): ("p0", "p0", "p0"),
    ("mask1", 0, 1): ("R2", "r1_2", "mask1[0,1]"),
    ("kept1", 0, 1): ("Htilde2", "atilde1_2", "kept1[0,1]"),
    ("p1", 0, 0): ("p1", "p1", "p1"),
}


@pytest.mark.parametrize(("place", "spelled"), OF_ONE_SAMPLE.items(), ids=lambda part: str(part[0]))
def test_each_notation_has_its_own_name_for_a_number(
    place: tuple[str, int, int], spelled: tuple[str, str, str]
) -> None:
    assert tuple(ascii_symbol(Notation(name, (3, 2, 1), ONE).entry(*place)) for name in NOTATIONS) == spelled


@pytest.mark.parametrize(
    ("place", "spelled"),
    [
        (("x", 1, 0), ("x1_s2", "x1_s2", "x[1,0]")),
        (("z1", 2, 1), ("Z2_s3", "z1_2_s3", "z1[2,1]")),
        (("a2", 0, 0), ("yhat_s1", "a2_1_s1", "a2[0,0]")),
        (("W1", 2, 0), ("w15", "W1_13", "fc1.weight[0,2]")),
        (("b1", 0, 1), ("theta2", "b1_2", "fc1.bias[1]")),
        (("L", 0, 0), ("L", "L", "loss")),
    ],
)
def test_in_a_batch_whatever_belongs_to_a_sample_says_which(
    place: tuple[str, int, int], spelled: tuple[str, str, str]
) -> None:
    assert tuple(ascii_symbol(Notation(name, (3, 2, 1), BATCH).entry(*place)) for name in NOTATIONS) == spelled


def test_several_outputs_are_numbered_and_one_is_not() -> None:
    assert ascii_symbol(Notation("lesson", (3, 2, 1), ONE).entry("a2", 0, 0)) == "yhat"
    assert ascii_symbol(Notation("lesson", (3, 2, 2), ONE).entry("a2", 0, 1)) == "yhat2"


@pytest.mark.parametrize("samples", [ONE, BATCH])
@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("sizes", [(3, 2, 1), (2, 2, 2, 2), (4, 12, 3), (12, 11)])
def test_no_two_numbers_share_a_name(notation: NotationName, sizes: tuple[int, ...], samples: int) -> None:
    bound = Notation(notation, sizes, samples)
    activations: list[Activation] = ["relu"] * (len(sizes) - 1)
    dropped = frozenset(range(len(activations)))
    momentum = Update(momentum=True)
    network = Network(sizes, tuple(activations), "squared_error", samples, update=momentum, dropout=dropped)
    named = [
        (name, bound.entry(name, row, column))
        for name, (rows, columns) in graph(network, first_pass=False).shapes.items()
        for row in range(rows)
        for column in range(columns)
    ]
    for spell in (ascii_symbol, LATEX.symbol, UNICODE.symbol):
        spelled = [spell(symbol) for _, symbol in named]
        assert len(set(spelled)) == len(spelled)


@pytest.mark.parametrize(
    ("notation", "flipped"),
    [("lesson", set()), ("standard", {"x", "W1", "b1", "z1", "delta1", "dW1", "dx"}), ("pytorch", {"W1", "dW1"})],
)
def test_a_notation_writes_these_matrices_transposed(notation: NotationName, flipped: set[str]) -> None:
    names = ("x", "W1", "b1", "z1", "delta1", "dW1", "dx", "learning_rate")
    assert {name for name in names if Notation(notation, (3, 2), ONE).flips(name)} == flipped


def matrices(task: Task, notation: NotationName) -> tuple[MatrixWriter, Graph]:
    """Return what writes the matrices of a task's first pass for a terminal, and the graph of that pass."""
    first, symbols = solve(task).first, task.symbols(notation)
    givens = frozenset(first.graph.givens)
    return MatrixWriter(first.values, first.graph.shapes, symbols, UNICODE, task.decimals, givens), first.graph


# The net input z1 = x W + b of x = [1 2], W = [1 2 3; 4 5 6] (inputs, units), b = [0.1 0.2 0.3]
Z1 = {
    "lesson": (
        "x W_{h} + \\theta_{h}",
        "x Wₕ + θₕ",
        "[1 2] [1 2 3; 4 5 6] + [0.1 0.2 0.3]",
        "[9.1 12.2 15.3]",
    ),
    "standard": (
        "W^{[1]} x + b^{[1]}",
        "W[¹] x + b[¹]",
        "[1 4; 2 5; 3 6] [1; 2] + [0.1; 0.2; 0.3]",
        "[9.1; 12.2; 15.3]",
    ),
    "pytorch": (
        "\\texttt{x} \\mathbin{@} \\texttt{fc1.weight}^{\\top} + \\texttt{fc1.bias}",
        "x @ fc1.weightᵀ + fc1.bias",
        "[1 2] @ [1 2 3; 4 5 6] + [0.1 0.2 0.3]",
        "[9.1 12.2 15.3]",
    ),
}


@pytest.mark.parametrize("notation", NOTATIONS)
def test_the_net_input_is_written_as_the_notation_multiplies(notation: NotationName) -> None:
    task = task_with(
        activations=["relu", "identity"],
        weights=[[[1, 2, 3], [4, 5, 6]], [[1], [1], [1]]],
        biases=[["0.1", "0.2", "0.3"], [0]],
        x=[[1, 2]],
        y=[[1]],
    )
    text, graph_of_pass = matrices(task, notation)
    step = graph_of_pass.step["z1"]
    latex, line = replace(text, spelling=LATEX).line(step), text.line(step)
    written = (latex.formula, line.formula, line.substitution, line.result)
    assert tuple(map(unmarked, written)) == Z1[notation]


SMALL = [name for name in SHIPPED if name != "apples_oranges" and not name.endswith("_forward")]
"""The tasks whose matrices are printed whole."""


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("name", SMALL)
def test_every_matrix_line_computes_in_its_notations_orientation(name: str, notation: NotationName) -> None:
    """Its symbols stand for the matrices as printed; formula, substitution and result give the same numbers."""
    writer, graph_of_pass = matrices(load_task(name, ["decimals=12"]), notation)
    displayed = Displayed(
        {writer.symbol(given): writer.value(given) for given in graph_of_pass.givens},
        columns_are_samples=notation == "standard",
    )
    for step in graph_of_pass.steps:
        symbol, line = writer.symbol(step.name), writer.line(step)
        for text in (line.formula, line.substitution):
            assert_close(evaluate(unmarked(text), displayed), evaluate(line.result, displayed), 1e-8)
        displayed = replace(displayed, symbols={**displayed.symbols, symbol: line.result})


@pytest.mark.parametrize("decimals", [2, 4])
@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("name", SMALL)
def test_every_matrix_line_recomputes_from_what_it_prints(name: str, notation: NotationName, decimals: int) -> None:
    writer, graph_of_pass = matrices(load_task(name, [f"decimals={decimals}"]), notation)
    for step in graph_of_pass.steps:
        line = writer.line(step)
        displayed = Displayed({}, columns_are_samples=notation == "standard")
        computed = evaluate(unmarked(line.substitution), displayed)
        assert_close(computed, evaluate(line.result, displayed), 0.501 * 10.0**-decimals)


@pytest.mark.parametrize("notation", NOTATIONS)
def test_two_single_numbers_are_not_just_put_side_by_side(notation: NotationName) -> None:
    task = task_with(activations=["identity"], weights=[[[20]]], x=[[3]], y=[[0]], update={"learning_rate": 1})
    writer, graph_of_pass = matrices(task, notation)
    for step in graph_of_pass.steps:
        assert not re.search(r"\d \(?-?\d", unmarked(writer.line(step).substitution))


@pytest.mark.parametrize("rounding", ["full", "carry"])
@pytest.mark.parametrize("name", SHIPPED)
def test_the_notations_print_the_same_numbers(name: str, rounding: Rounding) -> None:
    printed = [
        [(step["name"], entry["row"], entry["column"], entry["shown"]) for step, entry in entries(record)]
        for record in (solved(name, notation, rounding) for notation in NOTATIONS)
    ]
    assert printed[0] == printed[1] == printed[2]
