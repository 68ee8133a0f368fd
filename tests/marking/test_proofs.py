"""What proves that a program calculates a number, and what does not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.worked import work
from backprop_lab.marking.judged import Case, Judged, OwnValues, Truth
from backprop_lab.marking.observations import Recording, Seen, Where
from backprop_lab.marking.program_run import ProgramRun
from backprop_lab.marking.proofs import Proofs
from backprop_lab.marking.worlds import stacked
from backprop_lab.taskfile import load_task

TASK = load_task("lab_task_3")
GIVENS = TASK.givens()
MOVED = {name: array if name in ("x", "y") else 1.5 * array for name, array in GIVENS.items()}
VALUES = work(TASK.graph, stacked(GIVENS, MOVED)).values
"""Z1 = -0.7 and H1 = 0 are dead in both worlds; Z2 = H2 = 0.1 is 0.15 in the moved one."""


class Program:
    """Numbers that a program has shown on each line: name, own number, and the one in the moved world."""

    def __init__(
        self, *shown: tuple[str, float, float], text: Sequence[str] = (), visit: int = 1, typed: bool = False
    ) -> None:
        wheres = [Where(name, line) for line, (name, _, _) in enumerate(shown, start=1)]
        worlds = [number for _, number, _ in shown], [number for _, _, number in shown]
        own, moved = (
            tuple(
                Seen(site, visit, where, (), (number,), typed)
                for site, (where, number) in enumerate(zip(wheres, world, strict=True))
            )
            for world in worlds
        )
        runs = [Recording("ok", own), Recording("ok", moved)]
        self.evidence = ProgramRun(TASK.graph, TASK.symbols(), runs, {None: text})
        values = OwnValues(Truth(TASK.spec, TASK.graph, VALUES, {}, frozenset()))
        values.values |= VALUES
        self.proofs = Proofs(TASK.graph, self.evidence, values)

    def case(self, step: str, *judged: Judged, values: Array | None = None) -> Case:
        array = VALUES[step] if values is None else values
        return Case(TASK.graph.step[step], array, array, False, list(judged))

    def demanded(self, step: str, *judged: Judged, values: Array | None = None) -> list[str]:
        """Return the verdicts on a step when proofs have been demanded."""
        case = self.case(step, *judged, values=values)
        self.proofs.demand(case)
        return [one.verdict for one in case.judged]


def right(*indices: int) -> list[Judged]:
    return [Judged("right", index) for index in indices]


def test_a_number_that_moves_is_proven_and_one_that_does_not_is_typed_in() -> None:
    program = Program(("a", -0.7, -1.05), ("b", 0.1, 0.1))
    assert program.demanded("z1", *right(0, 1)) == ["right", "typed-in"]


def test_what_follows_without_a_proof_is_wrong_and_one_of_many_is_not_there() -> None:
    follows = Judged("follows", 1)
    assert Program(("a", -0.7, -1.05), ("b", 0.1, 0.1)).demanded("z1", *right(0), follows) == ["right", "wrong"]
    again = Program(("a", -0.7, -0.7), ("b", 0.1, 0.1), visit=2)
    assert again.demanded("z1", *right(0, 1)) == ["missing", "missing"]


def test_a_mistake_or_a_number_that_is_missing_needs_no_proof() -> None:
    program = Program(("a", -0.7, -0.7))
    assert program.demanded("z1", Judged("wrong", 0), Judged()) == ["wrong", "missing"]


def test_the_0_of_a_dead_unit_is_proven_by_its_neighbour_alone() -> None:
    assert Program(("a", 0.0, 0.0), ("b", 0.1, 0.15)).demanded("a1", *right(0, 1)) == ["right", "right"]
    assert Program(("a", 0.0, 0.0), ("b", 0.1, 0.1)).demanded("a1", *right(0, 1)) == ["typed-in", "typed-in"]
    assert Program(("a", 0.0, 0.0)).demanded("a1", *right(0), Judged()) == ["typed-in", "missing"]
    wrong = Judged("wrong", 1)
    assert Program(("a", 0.0, 0.0), ("b", 0.2, 0.3)).demanded("a1", *right(0), wrong) == ["typed-in", "wrong"]


@pytest.mark.parametrize(("typed", "noted", "verdict"), [
    (False, True, "right"), (True, True, "typed-in"), (False, False, "typed-in"),
])  # fmt: skip
def test_a_step_that_is_the_same_in_every_world_is_proven_by_those_before_it(
    typed: bool, noted: bool, verdict: str
) -> None:
    program = Program(("a", -0.7, -1.05), ("b", 0.0, 0.0), typed=typed)
    if noted:
        program.proofs.note(program.case("z1", *right(0), Judged()))
    assert program.demanded("a1", *right(1, 1), values=np.zeros((2, 1, 2))) == [verdict] * 2


def test_numbers_that_do_not_move_prove_no_step_after_them() -> None:
    program = Program(("a", -0.7, -0.7), ("b", 0.0, 0.0))
    program.proofs.note(program.case("z1", *right(0), Judged()))
    assert program.demanded("a1", *right(1, 1), values=np.zeros((2, 1, 2))) == ["typed-in"] * 2


@pytest.mark.parametrize(
    ("calculation", "verdict"),
    [
        ("1*0.2 + 0*0.4 + 1*(-0.5) + (-0.4)", "right"),
        ("0.2 - 0.5 - 0.4", "right"),
        ("-0.4 + 0.4*0 - 0.5*1 + 0.2*1", "right"),
        ("-0.7", "typed-in"),
        ("-0.7 + 0", "typed-in"),
        ("-0.7 * 1", "typed-in"),
        ("-0.35 * 2", "typed-in"),
        ("-0.5 - 0.2", "typed-in"),
        ("0.2 - 0.5 - 0.3 - 0.1", "typed-in"),
        ("0.2 - 0.4 - 0.4 - 0.1", "typed-in"),
        ("0.2*0.4 + 0.02 - 0.4*2", "typed-in"),
        ("0.2 - 0.5 - 0.4 + known", "typed-in"),
    ],
)
def test_a_calculation_of_numbers_is_proven_if_it_is_that_of_the_step(calculation: str, verdict: str) -> None:
    program = Program(("z", -0.7, -0.7), text=[f"z = {calculation}"])
    assert program.demanded("z1", *right(0), Judged())[0] == verdict


def test_the_calculation_of_another_entry_proves_nothing() -> None:
    program = Program(("z", 0.1, 0.1), text=["z = 1*(-0.3) + 0*0.1 + 1*0.2 + 0.2"])
    assert program.demanded("z1", Judged(), *right(0)) == ["missing", "right"]
    assert program.demanded("z1", *right(0), Judged()) == ["typed-in", "missing"]


@pytest.mark.parametrize("text", ["h = max(0, z)", "h = 0 if z < 0 else z", "h = z", "h = 0*z", "h = max(0, 0.1)"])
def test_a_name_in_a_calculation_counts_where_it_has_been_credited(text: str) -> None:
    program = Program(("z", 0.1, 0.1), ("h", 0.1, 0.1), text=["", text])
    before = program.demanded("a1", Judged(), *right(1))
    program.proofs.note(program.case("z1", Judged(), *right(0)))
    after = program.demanded("a1", Judged(), *right(1))
    written_out = {"h = max(0, z)": ("typed-in", "right"), "h = max(0, 0.1)": ("right", "right")}
    assert (before[1], after[1]) == written_out.get(text, ("typed-in", "typed-in"))


def test_a_number_alone_is_no_calculation_of_a_step_that_equals_the_one_before_it() -> None:
    assert Program(("d", -0.92, -0.92), text=["d = -0.92"]).demanded("db2", *right(0)) == ["typed-in"]
    program = Program(("e", -0.92, -0.92), ("d", -0.92, -0.92), text=["", "d = e"])
    program.proofs.note(program.case("delta2", *right(0)))
    assert program.demanded("db2", *right(1)) == ["right"]


def test_a_name_in_a_calculation_may_be_that_of_a_given() -> None:
    program = Program(("w", 0.2, 0.2), ("z", -0.7, -0.7), text=["", "z = w - 0.5 - 0.4"])
    assert program.demanded("z1", *right(1), Judged())[0] == "typed-in"
    program.evidence.givens.add(0)
    assert program.demanded("z1", *right(1), Judged())[0] == "right"


def test_a_step_may_be_written_out_together_with_the_one_before_it() -> None:
    program = Program(("h", 0.1, 0.1), text=["h = max(0, 1*(-0.3) + 0*0.1 + 1*0.2 + 0.2)"])
    assert program.demanded("a1", Judged(), *right(0)) == ["missing", "right"]


def test_after_a_mistake_a_number_stays_by_what_was_calculated_before_it() -> None:
    program = Program(("a", 0.2, 0.3), ("b", 0.0, 0.0))
    follow = np.array([[[0.2, 0.0]], [[0.3, 0.0]]])
    for astray, verdict in ((True, "follows"), (False, "wrong")):
        judged = [Judged("follows", 0), Judged("follows", 1)]
        case = Case(TASK.graph.step["a1"], VALUES["a1"], follow, astray, judged)
        program.proofs.demand(case)
        assert [one.verdict for one in case.judged] == ["follows", verdict]
