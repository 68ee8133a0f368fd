"""All that a watcher knows of a run, as it is sent."""

from __future__ import annotations

from .rows import assigned
from .snapshots import MOST_NUMBERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .training import Watcher


def summary(watcher: Watcher, at_end: bool) -> dict[str, Any]:
    """Return what is known of the whole run so far; at its end also what takes longer to find."""
    reading = watcher.trail.reading
    x, y = watcher.rows.matrices() if at_end else (None, None)
    return {
        "updates": watcher.updates,
        "backwards": watcher.backwards,
        "cleared": watcher.cleared,
        "batches": watcher.batches,
        "rows": len(watcher.rows.known),
        "even_rows": watcher.rows.even(),
        "x": x,
        "y": y,
        "losses": watcher.losses.until(watcher.updates, watcher.value),
        "phases": [phase.listed() for _, phase in watcher.phases.all],
        "layers": watcher.phases.layers(reading.reached if reading is not None else set()),
        "loaders": watcher.loaders.records,
        "scaled": scaled(watcher) if at_end else [],
        "broadcasts": watcher.shapes,
        "resets": watcher.setbacks.count,
        "evaluated": watcher.updates if watcher.products.quiet else watcher.products.evaluated,
        "quiet": watcher.products.quiet,
        "loud": watcher.products.loud,
        "last": last_parameters(watcher) if at_end else {},
    }


def last_parameters(watcher: Watcher) -> dict[str, Any]:
    """Return the parameters of the last update that was seen, as they are now, if they are not too many."""
    found = {**watcher.last, **(namesakes(watcher) if watcher.by_hand else {})}
    return found if sum(tensor.numel() for tensor in found.values()) <= MOST_NUMBERS else {}


def namesakes(watcher: Watcher) -> dict[str, Any]:
    """Return the tensors that the module's variables of the last parameters' names hold by now."""
    space = watcher.namespace
    return {name: space[name] for name in watcher.last if type(space.get(name)) in watcher.tensors}


def scaled(watcher: Watcher) -> list[dict[str, Any]]:
    """Return the scaled arrays that no update has seen, and where each is assigned."""
    if not watcher.updates:
        return []
    arrays = [(name, value) for name, value in list(watcher.namespace.items()) if not name.startswith("_")]
    found = []
    for name, rows, columns in watcher.rows.unseen([*arrays, *watcher.arrays]):
        line, cell = assigned(watcher.trees, name)
        found.append({"name": name[:200], "rows": rows, "columns": columns, "line": line, "cell": cell})
    return found
