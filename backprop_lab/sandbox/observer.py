"""The hooks of a program under observation: the first visits of each site go out at once, the last one at the end."""

from __future__ import annotations

from functools import partial

from .channel import json_text
from .moving import changed, replaced
from .values import LARGE, TooLargeError, parts, read, torch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .channel import Channel
    from .expressions import Place, Plan, Site
    from .values import Numbers

    Moves = dict[tuple[int, int], list[tuple[tuple[float, ...], list[float]]]]

FIRST_VISITS = 16
# Parts of a value have sites of their own, so that site and visit tell each observation from all others.
PARTS = 1000
MOST_TRACKED = 200
MOST_CONSTANTS = 10_000
# Arrays of more than so many numbers share this room, so that what is sent stays bounded.
SMALL = 64
ROOM = 400_000

_repr = float.__repr__


def json_array(shape: tuple[int, ...], numbers: tuple[float | None, ...]) -> str:
    """Return shape and numbers as JSON."""
    entries = ",".join(["null" if entry is None else _repr(entry) for entry in numbers])
    return f"[{','.join(map(str, shape))}],[{entries}]"


def json_truth(value: bool) -> str:
    """Return true or false as JSON."""
    return "true" if value else "false"


def json_where(name: str, line: int | None, cell: int | None) -> str:
    """Return name, line and cell as JSON."""
    return f"{json_text(name)},{line or 'null'},{cell or 'null'}"


class Observer:
    """Writes what a program shows to a channel: one line of JSON for each observation."""

    def __init__(self, channel: Channel, plan: Plan, moves: Moves, most: int, namespace: dict[str, Any]) -> None:
        self.channel, self.write = channel, channel.write
        self.plan, self.moves = plan, moves
        self.most = self.left = most
        self.left_constants = MOST_CONSTANTS
        self.namespace = namespace
        self.last: dict[str, Numbers] = {}
        self.tracked: dict[str, Any] = {}
        self.keepers: list[Callable[[], None]] = []
        self.dropped = 0
        self.room = ROOM
        self.installed = [1, 0]

    def install(self, names: dict[str, Any]) -> None:
        """Put the hooks of new sites and places among a program's builtins."""
        for index in range(self.installed[0], len(self.plan.sites)):
            site = self.plan.sites[index]
            if site.mode == "inner":
                names[f"__bi{site.flag}__"] = True
                names[f"__bp{index}__"] = self.inner(index, names)
            elif site.mode != "final":
                names[f"__bp{index}__"] = self.hook(index, names)
        for index in range(self.installed[1], len(self.plan.places)):
            names[f"__bc{index}__"] = False
            names[f"__bf{index}__"] = self.constant(index, names)
        self.installed = [len(self.plan.sites), len(self.plan.places)]

    def hook(self, index: int, names: dict[str, Any]) -> Callable[[Any], Any]:
        """Return the hook of a site, which makes way for one that only keeps the last value after a few visits."""
        visits = 0
        latest: Any = None

        def first(value: Any) -> Any:
            nonlocal visits
            visits += 1
            if visits == FIRST_VISITS:
                names[f"__bp{index}__"] = keep
                self.keepers.append(finish)
            try:
                self.see(index, visits, value)
            except Exception:
                self.dropped += 1
            return value

        def keep(value: Any) -> Any:
            nonlocal visits, latest
            visits += 1
            latest = value
            return value

        def finish() -> None:
            if visits > FIRST_VISITS:
                self.dropped += visits - FIRST_VISITS - 1
                self.see(index, visits, latest)

        return first

    def inner(self, index: int, names: dict[str, Any]) -> Callable[[Any], Any]:
        """Return the hook of a site within an expression; after a few visits it turns its statement's hooks off."""
        visits = 0
        site = self.plan.sites[index]

        def first(value: Any) -> Any:
            nonlocal visits
            visits += 1
            if visits == FIRST_VISITS:
                names[f"__bi{site.flag}__"] = False
            if visits <= FIRST_VISITS and 2 * self.left > self.most:
                self.guarded(partial(self.see, index, visits, value))
            return value

        return first

    def see(self, index: int, visit: int, value: Any) -> None:
        """Write down the numbers of a value, as the mode of its site says."""
        site = self.plan.sites[index]
        if site.mode == "parameters":
            self.see_parameters(index, visit)
            return
        if site.mode in ("array", "inner", "members"):
            numbers = self.whole(value)
            if numbers is not None and numbers[0]:
                self.write_all([(site.name, numbers, False, 0)], index, visit, site)
            if numbers is not None or site.mode != "members":
                return
        found = []
        for place, (name, part, numbers, typed) in enumerate(parts(value, site.name, site.typed)):
            self.track(name, part)
            if numbers is not None and (site.mode == "value" or self.last.get(name) != numbers):
                found.append((name, numbers, typed, place))
        self.track(site.name, value)
        self.write_all(found, index, visit, site)

    def whole(self, value: Any) -> Numbers | None:
        """Return a value's numbers if it is one array of bounded size."""
        try:
            return read(value)
        except TooLargeError:
            self.dropped += 1
            return None

    def track(self, name: str, value: Any) -> None:
        """Remember tensors with gradients and modules, which change without being assigned to."""
        types = torch()
        if types is None or (len(self.tracked) >= MOST_TRACKED and name not in self.tracked):
            return
        kind = type(value)
        if (kind in types.kinds and value.requires_grad and (value.is_leaf or value.retains_grad)) or (
            issubclass(kind, types.module)
        ):
            self.tracked.pop(name, None)
            self.tracked[name] = value

    def see_parameters(self, index: int, visit: int) -> None:
        """Write down which parameters and gradients are not as they were when last seen, each under one name."""
        known: set[int] = set()
        found = []
        site = self.plan.sites[index]
        place = 0
        kinds = torch().kinds if self.tracked else ()
        # Newest first, but tensors that stand by themselves after those of modules: `net.fc1.weight`, and not `p`.
        newest = list(reversed(self.tracked.items()))
        tracked = sorted(newest, key=lambda entry: type(entry[1]) in kinds)
        for start, module in tracked:
            for name, part, numbers, _ in parts(module, start):
                if numbers is None or id(part) in known:
                    continue
                known.add(id(part))
                gradient = None if part.grad is None else self.whole(part.grad)
                for label, now in ((name, numbers), (f"{name}.grad", gradient)):
                    place += 1
                    if now is not None and self.last.get(label) != now:
                        found.append((label, now, site.typed is True, place))
        self.write_all(found, index, visit, site)

    def write_all(self, found: list[tuple[str, Numbers, bool, int]], index: int, visit: int, site: Site) -> None:
        """Write observations of one visit."""
        lines = []
        for name, numbers, typed, place in found:
            self.last[name] = numbers
            shape, entries, single = numbers
            if self.left <= 0 or numbers is LARGE or not self.has_room(len(entries)):
                self.dropped += 1
                continue
            self.left -= 1
            lines.append(
                f'["s",{index * PARTS + min(place, PARTS - 1)},{visit},'
                f"{json_where(name[:80], site.line, site.cell)},{json_array(shape, entries)},"
                f"{json_truth(typed)},{json_truth(single)},{json_truth(site.mode == 'inner')}]\n"
            )
        if lines:
            self.write("".join(lines))

    def has_room(self, size: int) -> bool:
        """Take the room that an array of so many numbers needs, if there is as much."""
        large = size if size > SMALL else 0
        if large > self.room:
            return False
        self.room -= large
        return True

    def constant(self, index: int, names: dict[str, Any]) -> Callable[[Any], Any]:
        """Return the hook of a constant, which reports its numbers once and moves those that are to be moved."""
        place: Place = self.plan.places[index]
        seen = False

        def stated(value: Any) -> Any:
            nonlocal seen
            leaf, lines = -1, []

            def change(entry: Any, numbers: Numbers, suffix: str) -> Any:
                nonlocal leaf
                leaf += 1
                shape, entries, _ = numbers
                if not seen and None not in entries and self.left_constants > 0 and self.has_room(len(entries)):
                    self.left_constants -= 1
                    name = json_where((place.name + suffix)[:80], place.line, place.cell)
                    lines.append(f'["c",{index},{leaf},{name},{json_array(shape, entries)}]\n')
                for was, now in self.moves.get((index, leaf), ()):
                    if was == entries:
                        return replaced(entry, now)
                return entry

            try:
                moved = changed(value, change)
            except Exception:
                moved = value
            if not seen:
                seen = True
                if lines:
                    self.write("".join(lines))
                if moved is value:
                    names[f"__bc{index}__"] = True
                elif type(moved) is float:
                    names[f"__bf{index}__"] = lambda _: moved
            return moved

        return stated

    def finish(self, status: str, crash: str = "null") -> None:
        """Write down the last visits, what the globals are now, and how it ended; nothing is written after that."""
        for finish in self.keepers:
            self.guarded(finish)
        self.finals()
        self.guarded(lambda: self.see_parameters(0, 1))
        self.channel.end(status, self.dropped, crash)

    def finals(self) -> None:
        """Write down the globals whose numbers are not those last seen under their names."""
        for name, index in self.plan.finals.items():
            if name in self.namespace:
                self.guarded(partial(self.see, index, 1, self.namespace[name]))

    def guarded(self, look: Callable[[], None]) -> None:
        """Look at something that may be anything."""
        try:
            look()
        except Exception:
            self.dropped += 1
