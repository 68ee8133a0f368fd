"""One update in full: parameters, batch, prediction, target, gradients and velocities, as copies of the tensors."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

    from .lossgraph import Reading
    from .naming import Names

MOST_NUMBERS = 200_000
"""Of one update: of what has more, no numbers are kept."""
MOST_NAMES = 1000
MOST_GROUPS = 50
SETTINGS = ("momentum", "dampening", "weight_decay")


class Snapshot:
    """Copies what one update starts from, uses and leaves."""

    def __init__(self, number: int, frames: list[FrameType]) -> None:
        self.number, self.frames = number, frames
        self.reading: Reading | None = None
        self.parameters: list[Any] = []
        self.names: dict[str, Any] = {}
        self.optimizer: dict[str, Any] = {"kind": "", "parameters": ()}
        self.before: dict[str, Any] = {}
        self.gradients: dict[str, Any] = {}
        self.velocities: dict[str, Any] = {}
        self.terms: dict[str, Any] = {}
        self.steps: list[dict[str, Any]] = []
        self.fits = True
        self.left: dict[str, Any] = {}

    def read(self, reading: Reading, names: Names) -> None:
        """Note what is known of the loss, and the parameters before its backward pass."""
        self.reading = reading
        self.join(reading.leaves, names)
        called = {id(parameter): name for name, parameter in self.names.items()}
        self.terms = {
            name: value.clone()
            for name, value in (("x", reading.x), ("prediction", reading.prediction), ("target", reading.target))
            if value is not None and self.fits
        }
        self.steps = [
            {
                "kind": step.kind,
                "weight": called.get(id(step.weight), ""),
                "bias": called.get(id(step.bias), ""),
                "slope": step.slope,
                "inputs_first": step.inputs_first,
                "factor": step.factor.detach().clone() if step.factor is not None and self.fits else None,
            }
            for step in reading.steps[:100]
        ]
        reading.forget()

    def join(self, parameters: list[Any], names: Names) -> None:
        """Take in parameters, those of the optimiser first, and copy what they are now."""
        known = {id(parameter) for parameter in parameters}
        self.parameters = parameters + [entry for entry in self.parameters if id(entry) not in known]
        self.names = names.all(self.parameters, self.frames) if len(self.parameters) <= MOST_NAMES else {}
        reading = self.reading
        terms = (reading.x, reading.prediction, reading.target) if reading is not None and not self.terms else ()
        size = sum(tensor.numel() for tensor in (*self.terms.values(), *terms) if tensor is not None)
        self.fits = size + 4 * sum(tensor.numel() for tensor in self.parameters) <= MOST_NUMBERS
        if self.fits:
            self.before = copies(self.names)
            self.use_gradients()

    def use_gradients(self, given: dict[int, Any] | None = None) -> None:
        """Copy the gradients that there are now, or those that are given for the identities of parameters."""
        if self.fits:
            found = {
                name: parameter.grad if given is None else given.get(id(parameter))
                for name, parameter in self.names.items()
            }
            self.gradients = copies({name: gradient for name, gradient in found.items() if gradient is not None})

    def use_optimizers(self, optimizers: tuple[Any, ...], names: Names) -> None:
        """Note the optimisers of an update, of which the last is about to step, with its gradients and velocities."""
        *stepped, optimizer = optimizers
        held = parameters_of(optimizer)
        if not stepped:
            self.join(held, names)
        self.optimizer = described(optimizers, {id(entry): name for name, entry in self.names.items()})
        if not self.fits:
            return
        own = {id(entry) for entry in held}
        parameters = {name: entry for name, entry in self.names.items() if id(entry) in own}
        buffers = {name: optimizer.state.get(entry, {}).get("momentum_buffer") for name, entry in parameters.items()}
        for kept, found in (
            (self.velocities, buffers),
            (self.gradients, {name: entry.grad for name, entry in parameters.items()}),
        ):
            kept |= copies({name: tensor for name, tensor in found.items() if tensor is not None})

    def leave(self, after: dict[str, Any], line: int | None, cell: int | None) -> None:
        """Copy the parameters that the update has left, and note where the program made it."""
        self.left = {"after": copies(after) if self.fits else {}, "line": line, "cell": cell}

    def record(self, **told: Any) -> dict[str, Any]:
        """Return all that was seen of the update, with the parameters that it left."""
        reading = self.reading
        self.frames = []
        return {
            "number": self.number,
            "optimizer": self.optimizer,
            "loss": reading.loss if reading is not None else "",
            "reduction": reading.reduction if reading is not None else "mean",
            "scale": reading.scale if reading is not None else 1.0,
            "value": reading.value if reading is not None else None,
            "operations": self.steps,
            "x": self.terms.get("x"),
            "prediction": self.terms.get("prediction"),
            "target": self.terms.get("target"),
            "before": self.before,
            "gradients": self.gradients,
            "velocities": self.velocities,
            **self.left,
            **told,
        }


def copies(tensors: dict[str, Any]) -> dict[str, Any]:
    """Return copies of tensors."""
    return {name: tensor.detach().clone() for name, tensor in tensors.items()}


def parameters_of(optimizer: Any) -> list[Any]:
    """Return the parameters that an optimiser holds."""
    return [parameter for group in optimizer.param_groups for parameter in group["params"]]


def is_apart(optimizer: Any, others: tuple[Any, ...]) -> bool:
    """Tell whether an optimiser has no parameter in common with other ones, so that all make one update together."""
    held = {id(entry) for other in others for entry in parameters_of(other)}
    return optimizer not in others and held.isdisjoint(id(entry) for entry in parameters_of(optimizer))


def described(optimizers: tuple[Any, ...], names: dict[int, str]) -> dict[str, Any]:
    """Return the class of the first optimiser, the names of what all hold, and the settings of all their groups."""
    groups = [(type(one).__name__[:200], group) for one in optimizers for group in one.param_groups][:MOST_GROUPS]
    held = [entry for one in optimizers for entry in parameters_of(one)]
    kind, first = groups[0]
    return {
        **settings(kind, held, first, names),
        "others": [settings(kind, group["params"], group, names) for kind, group in groups[1:]],
    }


def settings(kind: str, parameters: list[Any], group: dict[str, Any], names: dict[int, str]) -> dict[str, Any]:
    """Return the names of parameters, and the settings of a group."""
    return {
        "kind": kind,
        "parameters": [names[id(entry)] for entry in parameters if id(entry) in names],
        "learning_rate": float(group.get("lr", 0.0)),
        **{setting: float(group.get(setting) or 0.0) for setting in SETTINGS},
        "nesterov": bool(group.get("nesterov")),
    }


def plain(value: Any, tensor: Any) -> Any:
    """Return a record with each tensor, of PyTorch's own base class, as its shape and its numbers, row by row."""
    if isinstance(value, tensor):
        return {"shape": list(value.shape), "numbers": tensor.tolist(tensor.reshape(tensor.double(value), (-1,)))}
    if type(value) is dict:
        return {key: plain(entry, tensor) for key, entry in value.items()}
    if type(value) is list:
        return [plain(entry, tensor) for entry in value]
    return value
