"""The phases of a run: the updates of some optimisers after those of others, or that the program makes itself."""

from __future__ import annotations

from .snapshots import described, parameters_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .naming import Names
    from .snapshots import Snapshot

MOST_PHASES = 50
MOST_LAYERS = 200


class Phase:
    """The updates of an optimiser, or of several that step together; of none where the program makes them itself."""

    def __init__(self, optimizers: tuple[Any, ...], held: list[Any], names: Names, number: int) -> None:
        self.kinds, self.held = [type(one) for one in optimizers], held
        self.first = self.last = number
        self.updates = 0
        self.batches: dict[int, int] = {}
        self.layers: dict[tuple[Any, ...], dict[str, Any]] = {}
        self.optimizer: dict[str, Any] = {"kind": "", "parameters": []}
        if optimizers:
            known = {id(entry): names.known(entry) or f"parameter{place}" for place, entry in enumerate(held)}
            self.optimizer = described(optimizers, known)

    def is_of(self, optimizers: tuple[Any, ...], held: list[Any]) -> bool:
        """Tell whether optimisers are such ones, of the same parameters: those that are made anew again and again."""
        same = len(held) == len(self.held) and all(one is other for one, other in zip(held, self.held, strict=True))
        return [type(one) for one in optimizers] == self.kinds and same

    def see_layers(self, names: Names, snapshot: Snapshot) -> None:
        """Note the layers that there are, which of them the loss reaches and the optimiser holds."""
        reached = snapshot.reading.reached if snapshot.reading is not None else set()
        held = {id(entry) for entry in self.held}
        for layer, weight in described_layers(names):
            entry = self.layers.setdefault(key_of(layer), layer)
            entry["reached"] = entry["reached"] or id(weight) in reached
            entry["optimized"] = entry["optimized"] or id(weight) in held
        if not self.optimizer["kind"]:
            self.optimizer = snapshot.optimizer

    def listed(self) -> dict[str, Any]:
        """Return what is reported of it."""
        return {
            "optimizer": self.optimizer,
            "updates": self.updates,
            "first": self.first,
            "last": self.last,
            "batches": self.batches,
            "layers": list(self.layers.values()),
        }


class Phases:
    """All phases so far, in the order in which they began."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.all: list[tuple[tuple[Any, ...], Phase]] = []
        self.current: tuple[tuple[Any, ...], Phase] | None = None

    @property
    def held(self) -> set[int]:
        """The identities of the parameters that the last optimisers hold."""
        return {id(entry) for entry in self.current[1].held} if self.current is not None else set()

    def count(self, optimizers: tuple[Any, ...], number: int, rows: int) -> Phase:
        """Count an update with the rows of its batch, and return its phase."""
        if self.current is None or self.current[0] != optimizers:
            self.current = self.find(optimizers, number)
        phase = self.current[1]
        phase.last = number
        phase.updates += 1
        phase.batches[rows] = phase.batches.get(rows, 0) + 1
        return phase

    def find(self, optimizers: tuple[Any, ...], number: int) -> tuple[tuple[Any, ...], Phase]:
        """Return the phase of optimisers that are not the ones before, which may be a new one."""
        for known in self.all:
            if known[0] == optimizers:
                return known
        held = [entry for one in optimizers for entry in parameters_of(one)]
        if self.current is not None and self.current[1].is_of(optimizers, held):
            self.all = [entry for entry in self.all if entry[1] is not self.current[1]]
            found = optimizers, self.current[1]
        else:
            found = optimizers, Phase(optimizers, held, self.names, number)
        if len(self.all) < MOST_PHASES:
            self.all.append(found)
        return found

    def layers(self, reached: set[int]) -> list[dict[str, Any]]:
        """Return every layer once: as it was in the last phase that had it, or whether the last loss reached it."""
        found = {key: layer for _, phase in self.all for key, layer in phase.layers.items()}
        for layer, weight in described_layers(self.names):
            found.setdefault(key_of(layer), layer | {"reached": id(weight) in reached})
        return list(found.values())[:MOST_LAYERS]


def described_layers(names: Names) -> list[tuple[dict[str, Any], Any]]:
    """Return what is told of each `nn.Linear`, and its weight."""
    return [
        (
            {
                "name": name[:200],
                "inputs": weight.shape[1],
                "units": weight.shape[0],
                "reached": False,
                "optimized": False,
            },
            weight,
        )
        for name, weight in names.linear_layers()[:MOST_LAYERS]
        if weight.dim() == 2
    ]


def key_of(layer: dict[str, Any]) -> tuple[Any, ...]:
    """Return what tells a layer from others."""
    return layer["name"], layer["inputs"], layer["units"]
