"""Which step of a task an answer's name means: the task's own notation first, then the other two, then step names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from backprop_lab.engine.network import given_shapes
from backprop_lab.marking.observations import Answer
from backprop_lab.submissions.headings import named, role
from backprop_lab.submissions.symbols import ascii_name
from backprop_lab.task import Task
from backprop_lab.writing.notation import NOTATIONS
from backprop_lab.writing.symbols import ascii_symbol

Target = tuple[str, int, int] | tuple[str, None, None]
"""A step's entry (name, row, column; both count from 0, as it is stored), or a whole step."""

_GRADIENT = re.compile(r"d(?:loss|error|cost|[lejc])[_/]*d_?(.+)|(?:gradient|grad|nabla)_?(?:of_?)?(.+)|(.+)_grad")
_NEW = re.compile(r"(?:new|updated)_?(.+)|(.+?)_?(?:new|updated|update)")
_BIAS = re.compile(r"([dv]?)b(?:ias)?_?(\d+)((?:_new)?)")
_NET_INPUT = re.compile(r"dz(\d.*)")
_SAMPLE = re.compile(r"([a-z]+)(\d*)_s(\d+)((?:_new)?)")
_ACTIVATION = re.compile(r"h_?(\d+)")
_WORDS = {
    **dict.fromkeys(("ypred", "yp", "yout", "output", "out", "o", "prediction", "yhat1", "hatedy"), "yhat"),
    **dict.fromkeys(("cost", "j", "c", "etotal", "totalerror", "mse", "bce", "ltotal", "losstotal"), "L"),
}


class Table(Struct, frozen=True):
    """What names mean: as they are spelled, and in looser spellings wherever these are not ambiguous."""

    exact: Mapping[str, Target]
    any_case: Mapping[str, Target]
    bare: Mapping[str, Target]

    def find(self, name: str) -> Target | None:
        """Return what a name means: exactly spelled, else in another case, else without underscores."""
        found = self.exact.get(name) or self.any_case.get(name.lower())
        return found or self.bare.get(_bared(name))


class Names(Struct, frozen=True):
    """The names that the answers to a task may bear.

    `entries` are single numbers and `wholes` whole steps: those of the task's own notation, then of the other two.
    """

    entries: tuple[Table, Table]
    wholes: tuple[Table, Table, Table]
    sizes: Mapping[str, int]
    samples: int
    givens: frozenset[str]

    def find(self, name: str, numbers: int = 1) -> Target | None:
        """Return what a name means if so many numbers stand behind it; None if the task has no such name.

        A single number is an entry before it is a step: in the lesson's notation `delta1` is the delta of unit 1, and
        only several numbers under that name are the step `delta1`.
        """
        forms = list(_forms(name, self.samples))
        if not forms:
            return None
        search = self._single if numbers == 1 else self._several
        found = self._layer(forms[-1], numbers)
        found = found or next((target for form in forms if (target := search(form, numbers)) is not None), None)
        if found is None and not any(self._states(form) for form in forms):
            found = next((target for form in forms if (target := self._whole(form)) is not None), None)
        if found is not None and found[1] is None and numbers == self.sizes[found[0]] == 1:
            return (found[0], 0, 0)
        return found

    def targets(self, answers: Sequence[Answer]) -> tuple[Target | None, ...]:
        """Return what each of the answers of one person means, who uses names in one sense.

        As `find` does for each, but where `z1` has several numbers, and so means a layer, `z2 = 0.08` means one too;
        and so does a single number in the brackets of a matrix.
        """
        found = [self.find(answer.where.name, len(answer.numbers)) for answer in answers]
        steps = self.wholes[1].exact
        whole = {_letters(name) for a in answers if (name := a.where.name) in steps and len(a.numbers) > 1}
        for place, answer in enumerate(answers):
            name = answer.where.name
            single = name in steps and self.sizes[name] == len(answer.numbers) == 1
            if single and (answer.shape or _letters(name) in whole):
                found[place] = (name, 0, 0)
        return tuple(found)

    def is_given(self, name: str) -> bool:
        """Tell whether a name is one of the task's givens, which nobody needs to answer."""
        return self.find(name) is None and any(self._states(form) for form in _forms(name, self.samples))

    def _single(self, name: str, numbers: int) -> Target | None:
        own, other = self.entries
        matrices, steps, others = self.wholes
        # Z2 in a task of the standard notation is the lesson's unit 2 rather than z2, the one number of layer 2.
        exact = (matrices.exact.get(name), other.exact.get(name))
        loose = (table.find(name) for table in (matrices, other, steps, others))
        for found in (own.find(name), *exact, *loose):
            if found is not None and (found[1] is not None or self.sizes[found[0]] == numbers):
                return found
        return None

    def _several(self, name: str, numbers: int) -> Target | None:
        for table in self.wholes:
            found = table.find(name)
            if found is not None and self.sizes[found[0]] == numbers:
                return found
        layer = _ACTIVATION.fullmatch(name.lower())
        step = f"a{layer[1]}" if layer else ""
        return (step, None, None) if self.sizes.get(step) == numbers else None

    def _layer(self, name: str, numbers: int) -> Target | None:
        """Read `z^{(2)}` of a single sample as layer 2, and not as sample 2 of what has no index."""
        sample = _SAMPLE.fullmatch(name.lower())
        step = f"{sample[1]}{sample[3]}{sample[4]}" if sample and not sample[2] else ""
        return (step, None, None) if self.samples == 1 and self.sizes.get(step) == numbers else None

    def _whole(self, name: str) -> Target | None:
        return next((found for table in self.wholes if (found := table.find(name)) is not None), None)

    def _states(self, name: str) -> bool:
        return _bared(name) in self.givens


def spots_by_name(task: Task) -> Names:
    """Return what the names of answers to a task mean."""
    shapes = task.graph.shapes
    steps = [step.name for step in task.graph.steps]
    own, *others = sorted(NOTATIONS, key=lambda notation: notation != task.notation)
    entries, matrices = {}, {}
    for notation in NOTATIONS:
        symbols = task.symbols(notation)
        entries[notation] = [
            (ascii_symbol(symbols.entry(step, row, column)), (step, row, column))
            for step in steps
            for row in range(shapes[step][0])
            for column in range(shapes[step][1])
        ]
        matrices[notation] = [(ascii_symbol(symbols.matrix(step)), (step, None, None)) for step in steps]
    return Names(
        entries=(_table(entries[own]), _table([pair for name in others for pair in entries[name]])),
        wholes=(
            _table(matrices[own]),
            _table([(step, (step, None, None)) for step in steps]),
            _table([pair for name in others for pair in matrices[name]]),
        ),
        sizes={step: shapes[step][0] * shapes[step][1] for step in steps},
        samples=len(task.data.x),
        givens=frozenset(_givens(task)),
    )


def _givens(task: Task) -> Iterator[str]:
    for notation in NOTATIONS:
        symbols = task.symbols(notation)
        yield from (_bared(name) for name in (*task.numbers(notation), *symbols.keys, *symbols.keys.values()))
        for name in given_shapes(task.spec):
            yield _bared(name)
            yield _bared(ascii_symbol(symbols.matrix(name)))


def _table(pairs: Iterable[tuple[str, Target]]) -> Table:
    """Make a table; where a spelling means several things, the first exact one counts, and no looser one."""
    exact: dict[str, Target] = {}
    loose: tuple[dict[str, set[Target]], dict[str, set[Target]]] = ({}, {})
    for name, target in pairs:
        exact.setdefault(name, target)
        for spellings, spelled in zip(loose, (name.lower(), _bared(name)), strict=True):
            spellings.setdefault(spelled, set()).add(target)
    any_case, bare = ({key: next(iter(met)) for key, met in found.items() if len(met) == 1} for found in loose)
    return Table(exact, any_case, bare)


def _letters(step: str) -> str:
    return re.sub(r"\d", "", step)


def _bared(name: str) -> str:
    return name.lower().replace("_", "").replace(" ", "")


def _forms(name: str, samples: int) -> Iterator[str]:
    """Yield what a name may mean, with the tables of a sheet that it stands in and then without them."""
    rest = name.strip()
    while rest:
        yield from _spellings(rest, samples)
        table, _, inner = rest.partition(".")
        rest = named(role(table.replace("_", " ")), inner) if inner else ""


def _spellings(name: str, samples: int) -> Iterator[str]:
    """Yield a name as it is, then as people who write it that way mean it."""
    yield name
    spelled = ascii_name(name)
    if spelled is not None and spelled != name:
        yield spelled
    lower = (spelled or name).lower()
    gradient = _GRADIENT.fullmatch(lower)
    if gradient:
        lower = f"d{next(part for part in gradient.groups() if part)}"
        yield lower
    new = _NEW.fullmatch(lower)
    if new:
        lower = f"{(new[1] or new[2]).rstrip('_')}_new"
        yield lower
    for pattern, write in ((_BIAS, r"\1theta\2\3"), (_NET_INPUT, r"delta\1")):
        if pattern.fullmatch(lower):
            yield pattern.sub(write, lower)
    sample = _SAMPLE.fullmatch(lower)
    if sample and samples == 1:
        base, index, layer, suffix = sample.groups()
        yield f"{base}{layer}_{index}{suffix}" if index else lower
    if _bared(lower) in _WORDS:
        yield _WORDS[_bared(lower)]
