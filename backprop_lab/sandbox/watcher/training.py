"""Watch a program as it trains: every update is counted, some are looked at in full, and nothing in it is changed.

PyTorch's own hooks tell of optimisers' steps; backward passes, matrix products and data loaders are wrapped. The
first updates are looked at in full, and some random later ones: what is done for all others has to cost next to
nothing.
"""

from __future__ import annotations

from random import Random

from ..channel import json_of
from .autograd import INPUTS, leaves
from .following import Trail
from .frames import frames_of, place_in
from .loaders import Loaders
from .losses import Losses
from .naming import Names
from .phases import Phases
from .products import Products
from .rows import Rows
from .setbacks import Setbacks
from .snapshots import Snapshot, is_apart, plain
from .summary import namesakes, summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

    from ..channel import Channel
    from ..crashes import Sources
    from .lossgraph import Reading
    from .phases import Phase

FIRST, LATER = 5, 5
"""So many updates are looked at in full: the first ones, and of all others such as are drawn."""
OF_A_NEW_MODEL, MOST_NEW = 2, 10
"""Also the first ones of another model, for so many in all."""
MOST_SHAPES = 10
MOST_ARRAYS = 200
MOST_READ_ANEW = 1000


class Watcher:
    """Follows backward passes and updates."""

    def __init__(self, channel: Channel, seed: int, namespace: dict[str, Any], sources: Sources) -> None:
        self.channel, self.namespace, self.sources = channel, namespace, sources
        self.random = Random(seed)
        self.trees: list[tuple[ast.Module, int | None]] = []
        self.dropped = 0
        self.torch: Any = None
        self.updates = self.backwards = self.cleared = self.since = self.rows_since = 0
        self.was_cleared = False
        self.value = float("nan")
        self.losses = Losses()
        self.batches: dict[int, int] = {}
        self.snapshot: Snapshot | None = None
        self.later: list[dict[str, Any]] = []
        self.due = True
        self.new, self.new_left = 0, MOST_NEW
        self.shapes: list[str] = []
        self.arrays: list[tuple[str, Any]] = []
        self.trail = Trail()
        self.probe: Any = None
        self.by_hand = True
        self.copy: Any = None
        self.left = MOST_READ_ANEW
        self.last: dict[str, Any] = {}
        self.steppers: tuple[Any, ...] = ()

    def install(self) -> None:
        """Begin to watch, where there is PyTorch."""
        try:
            import torch
            from torch.optim import optimizer
            from torch.utils import data
        except ImportError:
            return
        self.torch = torch
        self.tensors = (torch.Tensor, torch.nn.Parameter)
        self.names, self.rows = Names(torch), Rows(torch, self.random.random())
        self.setbacks = Setbacks(torch)
        self.phases = Phases(self.names)
        self.loaders, self.products = Loaders(data), Products(torch)
        optimizer.register_optimizer_step_pre_hook(self.guarded(self.before_step))
        optimizer.register_optimizer_step_post_hook(self.guarded(self.after_step))
        self.wrap(torch.autograd, "backward")
        self.wrap(torch.autograd, "grad")

    def wrap(self, owner: Any, name: str) -> None:
        """Look at what is back-propagated before and after that is done."""
        original = getattr(owner, name)
        before, after = self.guarded(self.before_backward), self.guarded(self.after_backward)

        def watched(*given: Any, **named: Any) -> Any:
            before(given[0] if given else named.get("tensors", named.get("outputs")))
            result = original(*given, **named)
            if self.snapshot is not None:
                after(given, named, result)
            return result

        watched.__name__, watched.__doc__ = name, original.__doc__
        setattr(owner, name, watched)

    def guarded(self, look: Callable[..., None]) -> Callable[..., None]:
        """Return a hook that never fails in the program's place."""

        def looked(*given: Any) -> None:
            try:
                look(*given)
            except Exception:
                self.dropped += 1

        return looked

    def before_backward(self, tensors: Any) -> None:
        """Count a backward pass, with the rows of its batch, and look closer where its update is due to be seen."""
        loss = tensors[0] if type(tensors) in (tuple, list) else tensors
        top = loss.grad_fn
        if top is None:
            return
        self.settle()
        reading = None
        if not self.trail.turn_to(top) and self.left > 0:
            self.left -= 1
            reading = self.read(loss)
        probe = self.trail.probe_of(top)
        if self.by_hand and self.since:
            self.look_for_update(top, probe)
        self.backwards += 1
        self.since += 1
        self.products.reset(self.updates)
        self.value = loss.item() if loss.numel() == 1 else float("nan")
        if probe is not self.probe or probe is None:
            self.meet(probe)
        elif self.setbacks.is_changed(probe):
            self.setbacks.find(leaves(top))
        if reading is not None or self.due or self.new > 0:
            self.look_at(reading or self.read(loss), top)
        gradient = None if self.probe is None else self.probe.grad
        self.was_cleared = gradient is None or not gradient.any()
        self.cleared += self.was_cleared
        first = self.trail.first_of(top)
        if first is not None:
            self.see_batch(top, first)
        if self.by_hand and self.probe is not None:
            self.copy = self.probe.detach().clone()

    def meet(self, probe: Any) -> None:
        """Note that it is another model from now on, unless that is so for every pass of one trained by hand."""
        self.probe = probe
        if self.new_left > 0 and self.updates:
            self.new_left -= OF_A_NEW_MODEL
            self.new = OF_A_NEW_MODEL

    def see_batch(self, top: Any, first: Any) -> None:
        """Count the rows of a batch, and those that are new."""
        saved = INPUTS.get(type(first).__name__, "")
        batch = getattr(first, saved, None)
        if batch is None:
            self.rows_since += getattr(first, f"{saved}_sym_sizes", (0,))[0]
            return
        self.rows_since += batch.shape[0] if batch.dim() else 1
        if self.rows.due():
            self.rows.add(batch, self.trail.target_of(top, self.frames))

    def read(self, loss: Any) -> Reading:
        """Read the graph of a loss."""
        return self.trail.read(loss, self.phases.held, self.frames())

    def look_at(self, reading: Reading, top: Any) -> None:
        """Note what there is in the graph of a loss, and what its update starts from if that one is to be seen."""
        frames = self.frames()
        self.probe = self.trail.probe_of(top)
        self.products.entry = reading.steps[0].weight if reading.steps else None
        if reading.broadcast and reading.broadcast not in self.shapes and len(self.shapes) < MOST_SHAPES:
            self.shapes.append(reading.broadcast)
        self.arrays += [
            (name, value)
            for frame in frames
            if frame.f_locals is not self.namespace
            for name, value in list(frame.f_locals.items())
            if hasattr(value, "shape") and len(self.arrays) < MOST_ARRAYS
        ]
        if self.due or self.new > 0:
            self.snapshot = self.snapshot or Snapshot(self.updates + 1, frames)
            self.setbacks.meet(reading.leaves)
            self.snapshot.read(reading, self.names)
        else:
            reading.forget()

    def frames(self) -> list[FrameType]:
        """Return the program's own frames, the innermost first."""
        return frames_of(self.sources)

    def after_backward(self, given: tuple[Any, ...], named: dict[str, Any], result: Any) -> None:
        """Note the gradients: those of the parameters, or those that `torch.autograd.grad` returns."""
        if self.snapshot is None:
            return
        if result is None:
            self.snapshot.use_gradients()
            return
        inputs = given[1] if len(given) > 1 else named["inputs"]
        inputs = [inputs] if type(inputs) in self.tensors else inputs
        self.snapshot.use_gradients({id(entry): gradient for entry, gradient in zip(inputs, result, strict=True)})

    def before_step(self, optimizer: Any, *_: Any) -> None:
        """Note what an optimiser is about to use."""
        self.by_hand = False
        if self.steppers and not is_apart(optimizer, self.steppers):
            self.settle()
        if self.due or self.snapshot is not None:
            if self.snapshot is None:
                self.snapshot = Snapshot(self.updates + 1, self.frames())
            self.snapshot.use_optimizers((*self.steppers, optimizer), self.names)

    def after_step(self, optimizer: Any, *_: Any) -> None:
        """Note what an optimiser has left, until it is known whether another one makes the same update."""
        self.steppers = *self.steppers, optimizer
        self.loaders.use(self.rows_since)
        if self.snapshot is not None:
            self.snapshot.leave(self.snapshot.names, *place_in(self.sources))
        self.setbacks.leave(self.probe)
        self.products.reset(self.updates)

    def settle(self) -> None:
        """Count the update that optimisers have made since the last backward pass, if any."""
        if self.steppers:
            steppers, self.steppers = self.steppers, ()
            self.count(steppers, None)

    def look_for_update(self, top: Any, probe: Any) -> None:
        """Count an update if parameters have changed since the last backward pass, without an optimiser's step."""
        if self.copy is None or self.probe is None:
            return
        if probe is self.probe:
            if not self.torch.equal(probe, self.copy):
                self.count((), None)
            return
        frames, held = self.frames(), self.names.known(self.probe)
        if probe is not None and held is not None and self.names.variable(probe, frames) == held:
            self.count((), self.names.all(leaves(top), frames))
            self.probe = probe

    def count(self, optimizers: tuple[Any, ...], now: dict[str, Any] | None) -> None:
        """Count an update, of optimisers or by hand, after which some names may stand for other parameters."""
        self.updates += 1
        rows = self.rows_since
        self.batches[rows] = self.batches.get(rows, 0) + 1
        phase = self.phases.count(optimizers, self.updates, rows)
        if not optimizers:
            self.loaders.use(rows)
        self.losses.note(self.updates, self.value)
        if self.snapshot is not None:
            self.guarded(self.close_snapshot)(self.snapshot, phase, now or {})
            self.snapshot = None
        self.new -= 1
        self.since = self.rows_since = 0
        later = self.updates + 1 - FIRST
        self.due = later <= 0 or self.random.random() * later < LATER
        if self.updates & (self.updates - 1) == 0:
            self.guarded(self.write_summary)(False)

    def close_snapshot(self, snapshot: Snapshot, phase: Phase, now: dict[str, Any]) -> None:
        """Send what was seen of an update, or keep it among the later ones."""
        self.last = {name: now.get(name, parameter) for name, parameter in snapshot.names.items()}
        phase.see_layers(self.names, snapshot)
        if not snapshot.left:
            snapshot.leave(self.last, *place_in(self.sources))
        record = snapshot.record(backwards=self.since, cleared=self.was_cleared)
        if self.updates <= FIRST or self.new > 0:
            self.write("u", record)
        elif len(self.later) < LATER:
            self.later.append(record)
        else:
            self.later[self.random.randrange(LATER)] = record

    def write(self, tag: str, record: dict[str, Any]) -> None:
        """Send a record."""
        self.channel.write(f'["{tag}",{json_of(plain(record, self.torch._C.TensorBase))}]\n')

    def write_summary(self, at_end: bool) -> None:
        """Send what is known of the whole run so far."""
        self.write("w", summary(self, at_end))

    def finish(self, status: str, crash: str = "null") -> None:
        """Send what is left, and how the program ended."""
        if self.torch is not None:
            self.guarded(self.settle)()
            self.guarded(self.finish_by_hand)()
            for record in self.later:
                self.guarded(self.write)("u", record)
            self.guarded(self.write_summary)(True)
        self.channel.end(status, self.dropped, crash)

    def finish_by_hand(self) -> None:
        """Count the last update where the program made it itself."""
        if not (self.by_hand and self.since) or self.copy is None:
            return
        now = namesakes(self)
        name = next((name for name, parameter in self.last.items() if parameter is self.probe), "")
        if not self.torch.equal(now.get(name, self.probe).detach(), self.copy):
            self.count((), now)
