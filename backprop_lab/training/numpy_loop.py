"""Updates in NumPy: the engine's own graphs, compiled once for every size of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.compiled import Compiled, compiled
from backprop_lab.engine.network import graph
from backprop_lab.training.preparing import Prepared, trained

Pass = Literal["first", "later", "evaluation"]


class NumpyTrainer:
    """A network in NumPy: every update makes new arrays, so that what was taken out stays as it was."""

    def __init__(self, prepared: Prepared, parameters: Mapping[str, Array], velocities: Mapping[str, Array]) -> None:
        self._prepared = prepared
        self._output = f"a{prepared.task.depth}"
        names = trained(prepared.task)
        self._names = tuple(parameters)
        self._velocity_names = tuple(f"v{name}" for name in names if prepared.task.update.momentum)
        self._carried = [(name, f"{name}_new") for name in names]
        self._carried += [(f"{name}_old", name) for name in self._velocity_names]
        self._values: dict[str, Any] = {name: array.item() for name, array in prepared.scalars.items()}
        self._values |= parameters
        self._values |= {f"{name}_old": array for name, array in velocities.items()}
        self._next: Pass = "later" if velocities else "first"
        self._passes: dict[tuple[int, Pass], Compiled] = {}

    @property
    def parameters(self) -> dict[str, Array]:
        """The parameters as they are now."""
        return {name: self._values[name] for name in self._names}

    @property
    def velocities(self) -> dict[str, Array]:
        """The velocities as they are now; none before the first update, or without momentum."""
        names = (name for name in self._velocity_names if f"{name}_old" in self._values)
        return {name: self._values[f"{name}_old"] for name in names}

    def update(self, x: Array, y: Array, masks: Mapping[str, Array]) -> tuple[float, Array]:
        """Make one update; return the batch's loss and the outputs before it."""
        values = self._values
        values["x"], values["y"] = x, y
        values.update(masks)
        found = self._pass(len(x), self._next)(values)
        for given, made in self._carried:
            values[given] = found[made]
        self._next = "later"
        return found["L"].item(), found[self._output]

    def evaluate(self, x: Array, y: Array) -> tuple[float, Array]:
        """Return the loss and the outputs for other rows, without dropout."""
        found = self._pass(len(x), "evaluation")(self._values | {"x": x, "y": y})
        return found["L"].item(), found[self._output]

    def _pass(self, samples: int, which: Pass) -> Compiled:
        key = samples, which
        if key not in self._passes:
            wanted = ["L", self._output]
            if which == "evaluation":
                built = graph(self._prepared.network(samples, "evaluation"))
            else:
                built = graph(self._prepared.network(samples), first_pass=which == "first")
                wanted += [made for _, made in self._carried]
            self._passes[key] = compiled(built, wanted)
        return self._passes[key]
