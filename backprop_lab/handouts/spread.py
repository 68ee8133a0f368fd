"""How the variants of a task are spread: how many draws they took, how large their numbers are, what stays hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace

import numpy as np

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.worked import work
from backprop_lab.feedback.blindspots import told_of
from backprop_lab.marking.hiding import Distinction, Hidden
from backprop_lab.task import Task
from backprop_lab.templating import render
from backprop_lab.variants import Study, Variant
from backprop_lab.writing.numbers import shown
from backprop_lab.writing.spelling import UNICODE

BARS = 12
WIDTH = 40
_DIGITS = 4


def spread_page(task: Task, studied: Study, drawn: Sequence[Variant]) -> str:
    """Return a table and a plot of variants that were drawn, in plain text."""
    draws = np.array([variant.draws for variant in drawn])
    missing = [variant for variant in drawn if variant.missed]
    values = _values(studied, drawn)
    page = SimpleNamespace(
        title=task.title,
        number=len(drawn),
        different=len({variant.draw.tobytes() for variant in drawn}),
        kept=studied.kept,
        demands=[SimpleNamespace(name=name, share=share) for name, share in studied.met.items()],
        draws=_quantiles(draws),
        bars=list(_bars(values["L"].ravel())),
        loss=UNICODE.symbol(task.symbols().matrix("L")),
        rows=list(_rows(task, values)),
        incomplete=len(missing),
        missed=told_of(task, grouped([one for variant in missing for one in variant.missed])),
        mistakes=told_of(task, grouped(studied.hidden)),
    )
    return render("variants.txt.j2", {"d": page})


def grouped(distinctions: Sequence[Distinction]) -> tuple[Hidden, ...]:
    """Return mistakes that cannot be told, each once for all the steps where that is so."""
    steps: dict[tuple[str, str | None], dict[str, None]] = {}
    for one in distinctions:
        steps.setdefault((one.slug, one.other), {})[one.step] = None
    return tuple(Hidden(slug, tuple(where), (other,) if other else ()) for (slug, other), where in steps.items())


def _values(studied: Study, drawn: Sequence[Variant]) -> Mapping[str, Array]:
    task, draws = studied.deck.task, np.stack([variant.draw for variant in drawn])
    return work(task.graph, studied.deck.givens(draws), tidy=True).values


def _rows(task: Task, values: Mapping[str, Array]) -> Iterator[SimpleNamespace]:
    """Yield for each step how large its numbers that are not 0 are."""
    symbols = task.symbols()
    for ask in task.asked:
        sizes = np.abs(values[ask.step])
        step = task.graph.step[ask.step]
        zeros = float(np.mean(sizes == 0))
        sizes = sizes[sizes > 0]
        if len(sizes):
            yield SimpleNamespace(
                symbol=UNICODE.symbol(symbols.matrix(ask.step)), kind=step.kind, zeros=zeros, sizes=_quantiles(sizes)
            )


def _quantiles(numbers: Array) -> SimpleNamespace:
    least, median, most = (shown(float(number), _DIGITS) for number in np.quantile(numbers, (0, 0.5, 1)))
    return SimpleNamespace(least=least, median=median, most=most)


def _bars(numbers: Array) -> Iterator[SimpleNamespace]:
    """Yield the bars of a histogram from 0 to the ninety-fifth percentile, and one for what is beyond."""
    end = float(np.quantile(numbers, 0.95)) or 1.0
    counts, edges = np.histogram(np.minimum(numbers, end), bins=BARS, range=(0.0, end))
    for count, start in zip(counts.tolist(), edges.tolist(), strict=False):
        yield SimpleNamespace(start=shown(start, 3), count=count, length=round(WIDTH * count / counts.max()))
