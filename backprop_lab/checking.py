"""Check a submission: read the file, run it if it is a program, and mark it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from backprop_lab.errors import SubmissionError
from backprop_lab.limits import Limits
from backprop_lab.marking.givens import MOVINGS
from backprop_lab.marking.mark import Result, mark_answers, mark_program
from backprop_lab.marking.marks import Caution, Marks
from backprop_lab.marking.observations import Answer, Move, Recording
from backprop_lab.marking.worlds import Plan, plan, states_the_weights
from backprop_lab.marking.written import Placed
from backprop_lab.runs.judging import judge
from backprop_lab.runs.watching import watch
from backprop_lab.sandbox.observer import PARTS
from backprop_lab.sandbox.request import Sandbox
from backprop_lab.sandbox.runner import LOCAL, record
from backprop_lab.sandbox.running import Running
from backprop_lab.submissions.beside import read_whole
from backprop_lab.submissions.names import Names, Target, spots_by_name
from backprop_lab.submissions.notebook import Notebook, Output
from backprop_lab.submissions.program import Program
from backprop_lab.submissions.prose import Prose, read_prose
from backprop_lab.submissions.read import Submission
from backprop_lab.submissions.script import Script
from backprop_lab.submissions.sheet import Sheet
from backprop_lab.task import Task
from backprop_lab.trainingtask import Lab, TrainingTask

MOST_ANSWERS = 5_000
_RANDOM = re.compile(r"\brand(n|om|int)?\b|\buniform\b|\bxavier|\bkaiming")
_DATA_SET = re.compile(r"\b(load_|fetch_|make_|read_csv|DataLoader|datasets)")
_PRINTED = re.compile(r"(?<![\w.])-?\d+\.\d{3,}(?![\w.])")


class Ran(Struct, frozen=True):
    """A submission, read from a file of that name, and the run of its program with the numbers that stand in it.

    `running` is how it is run again; `own` is None where there is no program. No task is needed so far.
    """

    submission: Submission
    name: str
    running: Running
    own: Recording | None


def check(task: Lab, path: Path, *, sandbox: Sandbox = LOCAL, limits: Limits | None = None) -> Marks:
    """Mark a submission against a task; a program runs on this computer, within the task's limits or other ones.

    Raises SubmissionError where there is nothing to mark: a file that cannot be read, or without any answer.
    """
    return check_submission(task, read_whole(path), path.name, Running(sandbox, limits or task.limits))


def check_submission(task: Lab, submission: Submission, name: str, running: Running) -> Marks:
    """Mark what was read from a file of a name, as `check` does."""
    if isinstance(task, TrainingTask):
        return _check_training(task, submission, name, running)
    return mark_ran(task, run_submission(submission, name, running))


def _check_training(task: TrainingTask, submission: Submission, name: str, running: Running) -> Marks:
    if not isinstance(submission, Script | Notebook) or _is_all_text(submission):
        raise SubmissionError(f"{name}: has no program; expected a script or notebook that trains the network")
    program = submission.program
    run = watch(program, sandbox=running.sandbox, limits=running.limits, seed=running.seed(program))
    return judge(task, run)


def run_submission(submission: Submission, name: str, running: Running) -> Ran:
    """Run the program of a submission, if it has one."""
    if not isinstance(submission, Script | Notebook) or _is_all_text(submission):
        return Ran(submission, name, running, None)
    start = perf_counter()
    own = record(submission.program, sandbox=running.sandbox, limits=running.limits)
    enough = min(running.limits.seconds, 2 + 3 * (perf_counter() - start))
    again = replace(running, limits=replace(running.limits, seconds=enough))
    return Ran(submission, name, again, own)


def _is_all_text(submission: Script | Notebook) -> bool:
    return isinstance(submission, Notebook) and not any(cell.source.strip() for cell in submission.program.cells)


def mark_ran(task: Task, ran: Ran) -> Marks:
    """Mark a submission that has been run; raise SubmissionError where there is nothing to mark."""
    submission, name, own = ran.submission, ran.name, ran.own
    match submission:
        case Sheet(answers=answers, unreadable=unreadable):
            if unreadable and not answers:
                raise SubmissionError(f"{name}: none of its answers is a number: {', '.join(unreadable)}")
            cautions = [Caution("twice", submission.twice)] if submission.twice else []
            if unreadable:
                cautions.append(Caution("unreadable_answers", unreadable))
            return _check_answers(task, answers, cautions, name)
        case Prose():
            return _check_prose(task, submission, name)
        case Script(program=program):
            assert own is not None
            return _check_program(task, program, own, ran.running)
        case Notebook():
            return _check_notebook(task, submission, ran)


def _check_notebook(task: Task, notebook: Notebook, ran: Ran) -> Marks:
    """Mark a notebook's program and what its text says; the better of the two counts, and the program if both do."""
    text = read_prose(notebook.prose)
    if ran.own is None:
        return _check_prose(task, text, ran.name)
    program = _check_program(task, notebook.program, ran.own, ran.running, notebook.outputs)
    written = _check_prose(task, text, ran.name) if text.answers else program
    if written.score <= program.score:
        return program
    return replace(written, cautions=(*written.cautions, Caution("by_text")))


def _check_prose(task: Task, text: Prose, name: str) -> Marks:
    """Mark what a text says: of several numbers for one thing the last counts.

    After the first new parameter, what is said again of the forward pass is that of a second one.
    """
    names, steps = spots_by_name(task), task.graph.step
    counted: dict[str, Answer] = {}
    twice: dict[str, None] = {}
    updated = False
    for answer in text.answers:
        name = answer.where.name
        target = names.find(name, len(answer.numbers))
        updated |= target is not None and target[0].endswith("_new")
        if name in counted and updated and target is not None and steps[target[0]].phase in ("forward", "loss"):
            continue
        if name in counted and counted[name].numbers != answer.numbers:
            twice[name] = None
        counted[name] = answer
    cautions = [Caution("twice", tuple(twice))] if twice else []
    return _check_answers(task, list(counted.values()), cautions, name)


def _check_answers(task: Task, answers: Sequence[Answer], cautions: Sequence[Caution], name: str) -> Marks:
    if not answers:
        raise SubmissionError(f"{name}: has no answers; fill in the sheet that `backprop-lab sheet` writes")
    if len(answers) > MOST_ANSWERS:
        raise SubmissionError(f"{name}: has {len(answers):,} answers; expected at most {MOST_ANSWERS:,}")
    names = spots_by_name(task)
    meant = _restated(task, names, answers)
    unknown = [
        answer.where.name
        for answer, target in zip(answers, meant, strict=True)
        if target is None and not names.is_given(answer.where.name)
    ]
    if unknown:
        cautions = [*cautions, Caution("unknown_names", tuple(dict.fromkeys(unknown)))]
    # A square matrix is written as the step has it, or as the notation does: as the rest of the sheet shows.
    readings = [
        [
            place
            for answer, target in zip(answers, meant, strict=True)
            for place in _entries(task, target, answer, way)
        ]
        for way in (("as_stored", "as_written") if task.symbols().flips("W1") else ("as_stored",))
    ]
    cautions = [*cautions, *_left_out(meant, answers, readings[0])]
    result = max((mark_answers(task, reading) for reading in readings), key=lambda result: result.score)
    return Marks("ok", result.verdicts, cautions=(*cautions, *_conventions(result)))


def _left_out(
    meant: Sequence[Target | None], answers: Sequence[Answer], reading: Sequence[Placed]
) -> Iterator[Caution]:
    """Yield what of the answers does not count: those of another size, and others for what is answered later."""
    used = {id(answer) for _, _, _, answer, _ in reading}
    sizes = [
        a.where.name for a, target in zip(answers, meant, strict=True) if target is not None and id(a) not in used
    ]
    if sizes:
        yield Caution("wrong_size", tuple(dict.fromkeys(sizes)))
    last = {(step, row, column): repr(answer.numbers[at]) for step, row, column, answer, at in reading}
    twice = [a.where.name for step, row, column, a, at in reading if repr(a.numbers[at]) != last[step, row, column]]
    if twice:
        yield Caution("twice", tuple(dict.fromkeys(twice)))


def _restated(task: Task, names: Names, answers: Sequence[Answer]) -> list[Target | None]:
    """Return what each answer means; a parameter that stands there with another value is the new one."""
    meant = list(names.targets(answers))
    givens, numbers = task.givens(), task.numbers()
    new: dict[int, Target] = {}
    changed = False
    for place, (answer, target) in enumerate(zip(answers, meant, strict=True)):
        name = answer.where.name
        found = names.find(f"{name}_new", len(answer.numbers)) if target is None and names.is_given(name) else None
        if found is not None:
            new[place] = found
            spot = numbers.get(name)
            changed |= spot is not None and abs(givens[spot[0]][spot[1], spot[2]] - answer.numbers[0]) > 1e-9
    for place, found in new.items():
        if changed:
            meant[place] = found
    return meant


def _entries(
    task: Task, target: Target | None, answer: Answer, way: Literal["as_stored", "as_written"]
) -> Iterator[Placed]:
    """Yield where each number of an answer belongs: in a single entry, or in the rows or columns of a step."""
    if target is None:
        return
    step, row, column = target
    if row is not None and column is not None:
        yield step, row, column, answer, 0
        return
    rows, columns = task.graph.shapes[step]
    if rows * columns != len(answer.numbers):
        return
    is_turned = answer.shape == (columns, rows) and (
        rows != columns or (way == "as_written" and task.symbols().flips(step))
    )
    for at in range(rows * columns):
        row, column = divmod(at, rows)[::-1] if is_turned else divmod(at, columns)
        yield step, row, column, answer, at


def _conventions(result: Result) -> tuple[Caution, ...]:
    return () if result.signs == "usual" else (Caution("reversed"),)


def _check_program(
    task: Task, program: Program, own: Recording, running: Running, outputs: Sequence[Output] = ()
) -> Marks:
    """Run a program again, in a moved world, and mark what it computes in both."""
    if own.status == "sandbox":
        return Marks("sandbox", crash=own.crash)
    source = "\n".join(cell.source for cell in program.cells)
    lines = {cell.number: cell.source.split("\n") for cell in program.cells}
    cautions = [Caution("lenient")] if own.lenient else []
    if _is_stale(own, outputs, source):
        cautions.append(Caution("stale_output"))
    moved, about = _moved(task, program, own, running)
    if not states_the_weights(task, own, None if moved is None else moved[0]):
        stated = replace(own, seen=tuple(seen for seen in own.seen if seen.typed))
        result = mark_program(task, lines, [stated], None)
        is_random = _RANDOM.search(source) and not _DATA_SET.search(source)
        strange = Caution("givens_not_used" if is_random else "another_task")
        about = [strange] if result.score == 0 else about
    else:
        runs, planned = ([own], None) if moved is None else ([own, moved[1]], moved[0])
        result = mark_program(task, lines, runs, planned, is_whole=not about)
    if own.dropped and any(verdict.verdict == "missing" and verdict.max_points for verdict in result.verdicts):
        cautions.append(Caution("dropped"))
    cautions = [*cautions, *about, *_conventions(result)]
    return Marks(own.status, result.verdicts, own.crash, cautions=tuple(cautions), work="program")


def _moved(
    task: Task, program: Program, own: Recording, running: Running
) -> tuple[tuple[Plan, Recording] | None, list[Caution]]:
    """Run a program in a moved world; move less where it then fails or takes another path.

    Where it always does, the first of these runs is returned, with a caution.
    """
    first: tuple[Plan, Recording] | None = None
    tried: set[tuple[Move, ...]] = set()
    for moving in MOVINGS:
        planned = plan(task, own.constants, running.seed(program), moving)
        if not planned.found or planned.moves in tried:
            continue
        tried.add(planned.moves)
        other = record(program, sandbox=running.sandbox, moves=planned.moves, limits=running.limits, like=own)
        if _same_path(own, other):
            return (planned, other), []
        first = first or (planned, other)
        if other.status == "timeout":
            break
    return first, [Caution("other_path" if tried else "nothing_moved")]


def _same_path(own: Recording, other: Recording) -> bool:
    """Tell whether a run came by the places that the first one did, but for a branch or two."""
    places, others = ({seen.site // PARTS for seen in run.seen} for run in (own, other))
    return (other.status == "ok" or own.status != "ok") and 10 * len(places & others) >= 9 * len(places)


def _is_stale(own: Recording, outputs: Sequence[Output], source: str) -> bool:
    """Tell whether a notebook was saved with numbers that a run from the top, seen in full, does not come by."""
    if own.status != "ok" or own.dropped or not own.seen:
        return False
    stated = set(_PRINTED.findall(source))
    printed = [text for output in outputs for text in _PRINTED.findall(output.text) if text not in stated]
    if not printed:
        return False
    seen = (number for entry in own.seen for number in entry.numbers if number is not None)
    numbers = np.sort(np.array([-np.inf, *own.literals, *seen, np.inf]))
    wanted = np.array([float(text) for text in printed])
    units = np.array([10.0 ** -len(text.partition(".")[2]) for text in printed])
    above = np.searchsorted(numbers, wanted)
    nearest = np.minimum(numbers[above] - wanted, wanted - numbers[above - 1])
    return bool(np.any(nearest > 0.51 * units + 1e-9 * np.abs(wanted)))
