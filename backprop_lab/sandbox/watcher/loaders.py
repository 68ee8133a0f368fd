"""The data loaders of a program: how each was made, and whether its batches went into updates."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOST_LOADERS = 100


class Loaders:
    """Notes every `DataLoader` that is made, and the batch that was handed out last."""

    def __init__(self, data: Any) -> None:
        self.records: list[dict[str, Any]] = []
        self.latest: Any = None
        self.batch: Any = None
        self.random_sampler = data.RandomSampler
        self.wrap(data.DataLoader, data.dataloader._BaseDataLoaderIter)

    def wrap(self, loader_class: Any, iterator_class: Any) -> None:
        """Put what notes around the loader's own methods."""
        make, iterate, advance = loader_class.__init__, loader_class.__iter__, iterator_class.__next__

        def made(loader: Any, *given: Any, **named: Any) -> None:
            make(loader, *given, **named)
            self.note(loader)

        def iterated(loader: Any) -> Any:
            iterator = iterate(loader)
            iterator.noted = loader.__dict__.get("noted")
            return iterator

        def advanced(iterator: Any) -> Any:
            batch = advance(iterator)
            self.latest, self.batch = iterator.__dict__.get("noted"), batch
            return batch

        for wrapper, method in ((made, make), (iterated, iterate), (advanced, advance)):
            wrapper.__name__, wrapper.__doc__ = method.__name__, method.__doc__
        loader_class.__init__, loader_class.__iter__, iterator_class.__next__ = made, iterated, advanced

    def note(self, loader: Any) -> None:
        """Note how a loader was made, once for those that are made alike."""
        if len(self.records) >= MOST_LOADERS:
            return
        try:
            batches = loader.batch_size or getattr(loader.batch_sampler, "batch_size", 1)
            record = {
                "rows": len(loader.dataset),
                "batch_size": int(batches),
                "shuffle": isinstance(loader.sampler, self.random_sampler),
                "drop_last": bool(loader.drop_last),
                "used": False,
            }
        except Exception:
            return
        alike = next((known for known in self.records if known | {"used": False} == record), None)
        if alike is None:
            self.records.append(record)
        object.__setattr__(loader, "noted", alike or record)

    def use(self, rows: int) -> None:
        """Note that an update has used as many rows as the batch has that was handed out last."""
        if self.latest is not None and not self.latest["used"]:
            parts = list(self.batch.values()) if isinstance(self.batch, dict) else self.batch
            parts = parts if isinstance(parts, list | tuple) else [parts]
            shapes = [tuple(getattr(part, "shape", ())) for part in parts]
            self.latest["used"] = any(shape[:1] == (rows,) for shape in shapes)
