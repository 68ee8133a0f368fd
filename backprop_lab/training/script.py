"""A training task as a script of its own, in NumPy or PyTorch, that trains the same run and prints its losses."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from backprop_lab.engine.compiled import leading_to
from backprop_lab.engine.formula import Const, Formula, Ref, inputs
from backprop_lab.engine.graph import Graph, Phase, Step
from backprop_lab.engine.network import CLASS_LOSSES, WITH_LOGITS, graph
from backprop_lab.script import Framework, applied, numpy_source
from backprop_lab.templating import render
from backprop_lab.training.preparing import Prepared, dropout, prepare, trained
from backprop_lab.training.scriptdata import ScriptData, written
from backprop_lab.training.torchmodel import criterion, gives_net_input, mean_of_batch, modules
from backprop_lab.trainingtask import TrainingTask
from backprop_lab.writing.expression import Precedence, Text

_MOST_LINES = 20
"""Epochs that are printed one by one; of more, about ten are."""
_SAMPLES = 1_000_003
"""A prime that stands for the number of rows of a batch in a graph, and is `n` in a script: the last batch may be
smaller than the others."""


def training_script(task: TrainingTask, folder: Path, framework: Framework) -> str:
    """Return the source of a script that trains as `train` does: same weights, same batches, same losses.

    `folder` is where the files of the data lie. Raises what `prepare` raises.
    """
    prepared = prepare(task, folder)
    return render(f"training_script.{framework}.j2", {"d": _TrainingScript(prepared, folder)})


class _TrainingScript:
    """What a training script's template sees of a task: one name, `d`."""

    def __init__(self, prepared: Prepared, folder: Path) -> None:
        task = prepared.task
        self.title = task.title
        self.sizes = prepared.sizes
        self.depth = task.depth
        self.layers = list(enumerate(task.activations, start=1))
        self.has_biases = task.network.has_biases
        self.update = task.update
        self.training = task.training
        self.stopping = task.training.early_stopping
        self.dropout = dropout(task)
        self.rows_per_epoch = prepared.rows_per_epoch
        self.updates_per_epoch = prepared.updates_per_epoch
        self.validates = prepared.data.validation_x is not None
        self.classifies = prepared.classifies
        self.every = 1 if task.training.epochs <= _MOST_LINES else task.training.epochs // 10
        spec = prepared.network(_SAMPLES)
        self.takes_indices = spec.loss in CLASS_LOSSES and prepared.data.classes is not None
        self.criterion = criterion(spec, indices=self.takes_indices)
        self.batch_loss = None if self.criterion else mean_of_batch(spec)
        self.modules = modules(spec, float(task.network.leaky_slope), self.dropout)
        self.output_is_logit = spec.loss in WITH_LOGITS
        self.model_gives_logits = gives_net_input(spec) or self.output_is_logit
        self._prepared = prepared
        self._folder = folder

    @cached_property
    def data(self) -> ScriptData:
        """What the templates see of the data set."""
        return ScriptData(self._prepared, self._folder)

    @cached_property
    def first(self) -> Graph:
        """The graph of the first update."""
        return graph(self._prepared.network(_SAMPLES))

    @cached_property
    def later(self) -> Graph:
        """The graph of later updates, which have velocities behind them."""
        return graph(self._prepared.network(_SAMPLES), first_pass=False)

    @cached_property
    def phases(self) -> dict[Phase, list[Step]]:
        """What an update computes, without what nothing comes of."""
        changing = {step.name for step in self.first.steps if step.phase == "update" and not step.keeps}
        steps = leading_to(self.first, {"L", f"a{self.depth}", *changing})
        return {phase: [step for step in steps if step.phase == phase] for phase in _PHASES}

    @cached_property
    def evaluation(self) -> list[Step]:
        """What evaluating other rows computes."""
        evaluating = graph(self._prepared.network(_SAMPLES, "evaluation"))
        return leading_to(evaluating, {"L", f"a{self.depth}"})

    @property
    def functions(self) -> list[str]:
        """The functions that the formulas apply, in alphabetical order."""
        steps = [*self.evaluation, *(step for steps in self.phases.values() for step in steps)]
        return applied(step.evaluated for step in steps)

    @property
    def given_parameters(self) -> dict[str, str]:
        """The initial parameters that the task gives, as Python source."""
        network, initial = self._prepared.task.network, self._prepared.parameters
        letters = "W" * (network.weights is not None) + "b" * (network.biases is not None)
        return {name: written(matrix) for name, matrix in initial.items() if name[0] in letters}

    @property
    def frozen(self) -> list[str]:
        """The parameters that stay as they are."""
        return [name for name in self._prepared.parameters if name not in trained(self._prepared.task)]

    def parameter_in_torch(self, name: str) -> str:
        """Return what a parameter is called in the model."""
        before = sum(map(len, self.modules[: int(name[1:]) - 1]))
        return f"model[{before}].{'weight' if name[0] == 'W' else 'bias'}"

    @property
    def counts_updates(self) -> bool:
        """Whether an update needs its number: the first differs, or each has its own masks of dropout."""
        return bool(self.dropout) or any(" if update == 1 else " in self.code(step) for step in self.phases["update"])

    @property
    def scalars(self) -> dict[str, float]:
        """The single numbers that the formulas use."""
        used = {name for steps in self.phases.values() for step in steps for name in self._inputs(step)}
        return {name: matrix.item() for name, matrix in self._prepared.scalars.items() if name in used}

    def _inputs(self, step: Step) -> tuple[str, ...]:
        return (*inputs(step.evaluated), *inputs(self.later.step[step.name].evaluated))

    def name(self, step: Step) -> str:
        """Return the variable that a step's result goes to: new parameters take the place of the old ones."""
        return step.name.removesuffix("_new")

    def code(self, step: Step) -> str:
        """Return a step's formula in NumPy; one of the first update may differ."""
        first = numpy_source(step.evaluated, _leaf)
        later = numpy_source(self.later.step[step.name].evaluated, _leaf) if step.phase == "update" else first
        return first if first == later else f"{first} if update == 1 else {later}"


_PHASES: tuple[Phase, ...] = ("forward", "loss", "backward", "update")


def _leaf(part: Formula) -> Text | None:
    match part:
        case Ref(name):
            return Text(name.removesuffix("_old"))
        case Const(value) if value.denominator % _SAMPLES == 0:
            times = value.denominator // _SAMPLES
            rows = "n" if times == 1 else f"({times} * n)"
            return Text(f"{value.numerator} / {rows}", Precedence.PRODUCT, value < 0)
        case _:
            return None
