"""The phases of a run: the updates of one optimiser after another, or those that the program makes itself."""

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
    """The updates of one optimiser, None being the program itself."""

    def __init__(self, optimizer: Any, held: list[Any], names: Names, number: int) -> None:
        self.kind, self.held = type(optimizer), held
        self.first = self.last = number
        self.updates = 0
        self.batches: dict[int, int] = {}
        self.layers: dict[tuple[Any, ...], dict[str, Any]] = {}
        self.optimizer: dict[str, Any] = {"kind": "", "parameters": []}
        if optimizer is not None:
            known = {id(entry): names.known(entry) or f"parameter{place}" for place, entry in enumerate(held)}
            self.optimizer = described(optimizer, known)

    def is_of(self, optimizer: Any, held: list[Any]) -> bool:
        """Tell whether an optimiser is such a one, of the same parameters: one that is made anew again and again."""
        same = len(held) == len(self.held) and all(one is other for one, other in zip(held, self.held, strict=True))
        return type(optimizer) is self.kind and same

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
        self.all: list[tuple[Any, Phase]] = []
        self.current: tuple[Any, Phase] | None = None

    @property
    def held(self) -> set[int]:
        """The identities of the parameters that the last optimiser holds."""
        return {id(entry) for entry in self.current[1].held} if self.current is not None else set()

    def count(self, optimizer: Any, number: int, rows: int) -> Phase:
        """Count an update with the rows of its batch, and return its phase."""
        if self.current is None or self.current[0] is not optimizer:
            self.current = self.find(optimizer, number)
        phase = self.current[1]
        phase.last = number
        phase.updates += 1
        phase.batches[rows] = phase.batches.get(rows, 0) + 1
        return phase

    def find(self, optimizer: Any, number: int) -> tuple[Any, Phase]:
        """Return the phase of an optimiser that is not the one before, which may be a new one."""
        for known in self.all:
            if known[0] is optimizer:
                return known
        held = parameters_of(optimizer) if optimizer is not None else []
        if self.current is not None and self.current[1].is_of(optimizer, held):
            self.all = [entry for entry in self.all if entry[1] is not self.current[1]]
            found = optimizer, self.current[1]
        else:
            found = optimizer, Phase(optimizer, held, self.names, number)
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
