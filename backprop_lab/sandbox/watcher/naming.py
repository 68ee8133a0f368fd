"""Names of parameters as a program has them: `fc1.weight` within its module, or the variable that holds a tensor."""

from __future__ import annotations

import weakref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType
    from typing import Any

MOST_MODULES = 10_000
MOST_MEMBERS = 1000


class Names:
    """Knows the modules that have been made, and the names under which their parameters are held."""

    def __init__(self, torch: Any) -> None:
        self.torch = torch
        self.modules: dict[int, weakref.ref[Any]] = {}
        self.named: dict[int, tuple[weakref.ref[Any], str]] = {}
        self.holders: dict[int, str] = {}
        module = torch.nn.modules.module
        module.register_module_module_registration_hook(self.registered)
        module.register_module_parameter_registration_hook(self.registered)

    def registered(self, module: Any, *_: object) -> None:
        """Remember a module to which another one, or a parameter, has been given."""
        if id(module) not in self.modules and len(self.modules) < MOST_MODULES:
            key = id(module)
            self.modules[key] = weakref.ref(module, lambda _: self.modules.pop(key, None))

    def roots(self) -> list[Any]:
        """Return the modules that are within no other one, in the order in which they were made."""
        alive = [module for held in list(self.modules.values()) if (module := held()) is not None]
        within = {id(child) for module in alive for child in members(module, "_modules").values()}
        return [module for module in alive if id(module) not in within]

    def update(self, frames: list[FrameType]) -> None:
        """Name the parameters of the modules that there are."""
        for name, held in self.held(frames):
            for key, parameter in members(held, "_parameters").items():
                if parameter is not None:
                    self.named[id(parameter)] = weakref.ref(parameter), f"{name}{key}"

    def held(self, frames: list[FrameType]) -> list[tuple[str, Any]]:
        """Return every module with what its parameters' names begin with.

        Where several layers stand by themselves, that is the name of the variable that holds each.
        """
        roots = self.roots()
        alone = [root for root in roots if not members(root, "_modules")]
        if len(alone) > 1:
            wanted = {id(root) for root in alone}
            for label, value in variables(frames):
                if id(value) in wanted:
                    self.holders.setdefault(id(value), f"{label}.")
        return [
            (f"{self.holders.get(id(root), '') if len(alone) > 1 else ''}{path}", module)
            for root in roots
            for path, module in below(root)
        ]

    def linear_layers(self) -> list[tuple[str, Any]]:
        """Return name and weight of every `nn.Linear` that there is."""
        return [
            (name.rstrip("."), weight)
            for name, module in self.held([])
            if issubclass(type(module), self.torch.nn.Linear)
            and (weight := members(module, "_parameters").get("weight")) is not None
        ]

    def known(self, parameter: Any) -> str | None:
        """Return the name that a parameter has been given."""
        held, name = self.named.get(id(parameter), (None, ""))
        return name if held is not None and held() is parameter else None

    def all(self, parameters: list[Any], frames: list[FrameType]) -> dict[str, Any]:
        """Return parameters by their names, each of which is there but once; those of no name are numbered."""
        if any(self.known(parameter) is None for parameter in parameters):
            self.update(frames)
        if any(self.known(parameter) is None for parameter in parameters):
            self.look_into(frames)
        found: dict[str, Any] = {}
        for place, parameter in enumerate(parameters):
            name = self.known(parameter) or f"parameter{place}"
            while name in found:
                name += "'"
            found[name[:200]] = parameter
        return found

    def look_into(self, frames: list[FrameType]) -> None:
        """Name tensors that variables hold, or lists and dictionaries in them, or objects of the program's."""
        kinds = self.torch.Tensor, self.torch.nn.Parameter
        for label, value in variables(frames):
            if type(value) in kinds and value.requires_grad and self.known(value) is None:
                self.named[id(value)] = weakref.ref(value), label

    def variable(self, parameter: Any, frames: list[FrameType]) -> str | None:
        """Return the name of a parameter that may be new, if a variable holds it."""
        if self.known(parameter) is None:
            self.look_into(frames)
        return self.known(parameter)


def variables(frames: list[FrameType]) -> Iterator[tuple[str, Any]]:
    """Yield what the variables of some frames hold, with what each is called; first what they hold themselves."""
    spaces = [frame.f_locals for frame in frames] + [frame.f_globals for frame in frames[-1:]]
    found = [(name, value) for space in spaces for name, value in list(space.items()) if type(name) is str]
    yield from found
    for name, value in found:
        kind = type(value)
        if kind is list or kind is tuple:
            yield from ((f"{name}[{place}]", entry) for place, entry in enumerate(value[:MOST_MEMBERS]))
        elif kind is dict and len(value) <= MOST_MEMBERS:
            yield from ((f"{name}[{key!r}]", entry) for key, entry in value.items() if type(key) in (str, int))
        elif kind.__module__ == "__main__":
            yield from ((str(key), entry) for key, entry in members(value).items())


def members(value: Any, name: str | None = None) -> dict[str, Any]:
    """Return what an object holds, or one of the dictionaries among that, without asking its class."""
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    found = own if name is None else own.get(name)
    return dict(found) if isinstance(found, dict) else {}


def below(root: Any) -> list[tuple[str, Any]]:
    """Return a module and all within it, each with what its parameters' names begin with."""
    found, known = [("", root)], {id(root)}
    for path, module in found:
        for name, child in members(module, "_modules").items():
            if child is not None and id(child) not in known and len(found) < MOST_MODULES:
                known.add(id(child))
                found.append((f"{path}{name}.", child))
    return found
