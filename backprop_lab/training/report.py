"""What a document shows of a training: every table and line as text in one spelling, for a template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

from msgspec import Struct

from backprop_lab.document import Document, Markup
from backprop_lab.engine.arithmetic import Array
from backprop_lab.errors import escaped
from backprop_lab.solution import Solution
from backprop_lab.task import ConventionsTable
from backprop_lab.training.loop import Epoch
from backprop_lab.training.predicting import Classes, Predicted, class_names, predicted
from backprop_lab.training.preparing import Prepared, parameter_counts
from backprop_lab.training.running import Run, difference
from backprop_lab.training.sweep import Tried
from backprop_lab.writing.matrices import MatrixWriter
from backprop_lab.writing.notation import Notation, NotationName
from backprop_lab.writing.numbers import given, shown
from backprop_lab.writing.spelling import LATEX, UNICODE, Spelling
from backprop_lab.writing.symbols import ascii_symbol

MOST_EPOCHS = 12
"""Epochs of the longest training that is tabulated whole; of a longer one epochs 1, 2, 5, 10, 20, 50 and so on."""
MOST_PREDICTIONS = 8
MOST_TARGETS = 4
MOST_NAMES = 8
MOST_LETTERS = 30


class Report(Struct, frozen=True, eq=False):
    """What came of a training: its runs, its first updates worked, the learning rates that were tried."""

    prepared: Prepared
    runs: tuple[Run, ...]
    solutions: tuple[Solution, ...] = ()
    tried: tuple[Tried, ...] = ()
    sweep_epochs: int = 0
    pictures: Mapping[str, str] = {}
    """Pictures by what they show, each as the document is to find it, without the suffix of its format."""


class TrainingDocument(Struct, frozen=True):
    """A report in one notation and one spelling."""

    report: Report
    notation_name: NotationName
    markup: Markup

    @property
    def _spelling(self) -> Spelling:
        return LATEX if self.markup == "latex" else UNICODE

    def _number(self, value: float | None) -> str:
        decimals = self.report.prepared.task.decimals
        return "" if value is None else self._spelling.number(shown(value, decimals))

    def context(self) -> dict[str, Any]:
        """Return what a template sees: one name, `d`, with everything below it."""
        return {"d": SimpleNamespace(**self._used(), **self._contents())}

    def _used(self) -> dict[str, Any]:
        """Return what the words of solutions say of a task: its network, its loss, its update."""
        task, sizes = self.report.prepared.task, self.report.prepared.sizes
        network = self.report.prepared.network(task.training.batch_size)
        return {
            "title": task.title,
            "sizes": sizes,
            "layers": list(enumerate(zip(sizes[1:], network.activations, strict=True), start=1)),
            "depth": network.depth,
            "samples": task.training.batch_size,
            "loss": task.network.loss,
            "leaky_slope": float(task.network.leaky_slope),
            "classes": (),
            "dropout": (),
            "conventions": ConventionsTable(reduction=network.reduction),
            "error_agrees": None,
            "gradients": True,
            "update": task.update,
            "rounding": "full",
            "decimals": task.decimals,
            "exact": False,
            "notation": self.notation_name,
        }

    def _contents(self) -> dict[str, Any]:
        report = self.report
        task, data = report.prepared.task, report.prepared.data
        compared = difference(*report.runs) if len(report.runs) == 2 else None
        return {
            "counts": list(self._counts()),
            "total": sum(matrix.size for matrix in report.prepared.parameters.values()),
            "has_dropout": bool(task.network.dropout),
            "rows": len(data.x),
            "rows_per_epoch": report.prepared.rows_per_epoch,
            "updates_per_epoch": report.prepared.updates_per_epoch,
            "validation_rows": 0 if data.validation_x is None else len(data.validation_x),
            "inputs": _few(data.inputs),
            "targets": _few(data.targets),
            "is_classification": data.classes is not None,
            "standardised": task.data.standardise,
            "training": task.training,
            "weights_given": task.network.weights is not None,
            "runs": [self._outcome(run) for run in report.runs],
            "curves": self._curves(),
            "difference": compared,
            "difference_where": ascii_symbol(self._notation().matrix(compared.where)) if compared else "",
            "parameters": list(self._parameters()),
            "predictions": self._predictions(),
            "sweep": self._sweep(),
            "worked": [self._worked(solution) for solution in report.solutions],
            "pictures": report.pictures,
            "texts": [_printable(name) for name in (*data.inputs, *data.targets)],
        }

    def _counts(self) -> Iterator[SimpleNamespace]:
        """Yield what each layer is, and how many parameters it has."""
        prepared = self.report.prepared
        network = prepared.task.network
        counts = parameter_counts(prepared.sizes, "with" if network.has_biases else "without")
        layers = zip(pairwise(prepared.sizes), prepared.task.activations, counts, strict=True)
        for place, ((inputs, units), activation, count) in enumerate(layers):
            dropout = network.dropout[place] if network.dropout else 0.0
            yield SimpleNamespace(
                number=place + 1, inputs=inputs, units=units, activation=activation, dropout=dropout, parameters=count
            )

    def _outcome(self, run: Run) -> SimpleNamespace:
        decimals, state = self.report.prepared.task.decimals, run.state
        return SimpleNamespace(
            name=run.name,
            epochs=len(run.epochs),
            losses=[shown(one.loss, decimals) for one in (*run.epochs[:1], *run.epochs[-1:])],
            best_epoch=state.best_epoch if state is not None and state.stopped else None,
            diverged=None if run.diverged is None else str(run.diverged),
        )

    def _curves(self) -> SimpleNamespace:
        """Return the table of epochs: headings, and rows of text."""
        runs = self.report.runs
        columns = {"epoch": [str(number) for number in self._tabulated()]}
        columns |= {f"loss, {run.name}" if len(runs) > 1 else "loss": self._column(run, "loss") for run in runs}
        for name in ("validation_loss", "accuracy", "validation_accuracy"):
            columns[name.replace("_", " ")] = self._column(runs[0], name)
        filled = {heading: cells for heading, cells in columns.items() if any(cells)}
        return SimpleNamespace(headings=tuple(filled), rows=list(zip(*filled.values(), strict=True)))

    def _tabulated(self) -> list[int]:
        """Return the numbers of the epochs that are shown, counted from 1."""
        count = max(len(run.epochs) for run in self.report.runs)
        numbers = range(1, count + 1)
        return [n for n in numbers if count <= MOST_EPOCHS or n == count or str(n).rstrip("0") in ("1", "2", "5")]

    def _column(self, run: Run, name: str) -> list[str]:
        epochs: dict[int, Epoch] = {one.number: one for one in run.epochs}
        return [
            self._number(getattr(epochs[number], name)) if number in epochs else "" for number in self._tabulated()
        ]

    def _notation(self) -> Notation:
        return Notation(self.notation_name, self.report.prepared.sizes, self.report.prepared.task.training.batch_size)

    def _parameters(self) -> Iterator[tuple[str, str, int]]:
        """Yield symbol, last value, and how many entries stand behind dots, of each parameter matrix."""
        state = self.report.runs[0].state
        if state is None:
            return
        values: dict[str, Array] = dict(state.parameters)
        shapes = {name: (matrix.shape[0], matrix.shape[1]) for name, matrix in values.items()}
        writer = MatrixWriter(
            values, shapes, self._notation(), self._spelling, self.report.prepared.task.decimals, frozenset()
        )
        for name in values:
            yield writer.symbol(name), writer.value(name), writer.left_out(name)

    def _predictions(self) -> SimpleNamespace | None:
        """Return some rows' predictions beside their targets, of validation where rows are kept for it."""
        prepared, state = self.report.prepared, self.report.runs[0].state
        if state is None:
            return None
        part, found = list(predicted(prepared, state.parameters).items())[-1]
        columns = [(_printable(name), "predicted") for name in prepared.data.targets[:MOST_TARGETS]]
        return SimpleNamespace(
            part=part,
            has_classes=found.classes is not None,
            headings=("class", "predicted", "output")
            if found.classes
            else [each for pair in columns for each in pair],
            rows=self._classified(found, found.classes) if found.classes else self._estimated(found),
            of=len(found.targets),
        )

    def _classified(self, found: Predicted, classes: Classes) -> list[tuple[str, ...]]:
        """Return class, predicted class and the latter's output, of each row shown."""
        names = list(map(_printable, class_names(self.report.prepared)))
        rows = zip(classes.right[:MOST_PREDICTIONS], classes.chosen, found.outputs, strict=False)
        return [(names[right], names[chosen], self._number(float(outputs.max()))) for right, chosen, outputs in rows]

    def _estimated(self, found: Predicted) -> list[tuple[str, ...]]:
        """Return target and prediction of each column, of each row shown."""
        columns = range(min(found.targets.shape[1], MOST_TARGETS))
        return [
            tuple(self._number(float(side[row, j])) for j in columns for side in (found.targets, found.outputs))
            for row in range(min(len(found.targets), MOST_PREDICTIONS))
        ]

    def _sweep(self) -> SimpleNamespace | None:
        """Return the learning rates that were tried, lowest first, and the best of them.

        Momenta are left out where every run has the task's own.
        """
        if not self.report.tried:
            return None
        own = float(self.report.prepared.task.update.momentum)
        has_momenta = any(one.momentum != own for one in self.report.tried)
        best = min(self.report.tried, key=lambda one: one.watched)
        rows = [
            SimpleNamespace(
                learning_rate=self._spelling.number(given(one.learning_rate)),
                momentum=self._spelling.number(given(one.momentum)) if has_momenta else "",
                loss=self._number(one.loss),
                validation_loss=self._number(one.validation_loss),
                accuracy=self._number(one.accuracy),
                diverged_at=one.diverged_at,
            )
            for one in sorted(self.report.tried, key=lambda one: one.learning_rate)
        ]
        columns = ("learning_rate", "momentum", "loss", "validation_loss", "accuracy")
        return SimpleNamespace(
            rows=rows,
            columns=[name for name in columns if any(getattr(row, name) for row in rows)],
            epochs=self.report.sweep_epochs,
            best=None
            if best.diverged_at is not None
            else SimpleNamespace(
                learning_rate=given(best.learning_rate), momentum=given(best.momentum) if has_momenta else ""
            ),
        )

    def _worked(self, solution: Solution) -> Any:
        document = Document(solution, self.notation_name, "both", self.markup).context()["d"]
        number = solution.passes[0].number
        epoch = (number - 1) // self.report.prepared.updates_per_epoch + 1
        return SimpleNamespace(number=number, epoch=epoch, d=document)


def _printable(name: str) -> str:
    """Return a name from the data on one line, cut off where it is long."""
    whole = escaped(name)
    return whole if len(whole) <= MOST_LETTERS else f"{whole[: MOST_LETTERS - 1]}…"


def _few(names: Sequence[str], most: int = MOST_NAMES) -> tuple[str, ...]:
    """Return names, with dots in the place of those in the middle where there are too many."""
    few = names if len(names) <= most else (*names[: most - 2], "…", names[-1])
    return tuple(map(_printable, few))
