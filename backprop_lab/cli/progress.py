"""How far a batch has come, on standard error: a bar with an estimate where somebody watches."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from backprop_lab.classroom.grading import Watcher
from backprop_lab.feedback.words import printable


class Bar:
    """A bar on a terminal, nothing elsewhere."""

    def __init__(self, what: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars

        self.console = Console(stderr=True, highlight=False, markup=False, emoji=False)
        remaining = TimeRemainingColumn(elapsed_when_finished=True)
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), remaining
        self.bars = Bars(*columns, console=self.console, transient=True, disable=not self.console.is_terminal)
        self.bar = self.bars.add_task(what, total=None)

    def __enter__(self) -> Self:
        self.bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bars.stop()

    def at(self, done: int, total: int) -> None:
        """Move the bar to where so many of so many are done."""
        self.bars.update(self.bar, completed=done, total=total)


class Progress(Bar, Watcher):
    """A bar for marking; elsewhere than on a terminal nothing but what must be said."""

    def __init__(self) -> None:
        super().__init__("marking")
        self.done = 0
        self.to_do: int | None = None

    def waiting(self) -> None:
        """Say that another grader is at work in the folder."""
        self.console.print("another grader is at work in this folder; waiting for it to end (Ctrl-C to give up)")

    def strangers(self, on_roster: str, handed_in: str) -> None:
        """Say that the roster fits no submission."""
        on_roster, handed_in = printable(on_roster), printable(handed_in)
        told = f'no submission fits the roster, which has ids such as "{on_roster}"; submissions are "{handed_in}"'
        self.console.print(f"{told} and the like", soft_wrap=True)

    def found(self, students: int, to_mark: int) -> None:
        """Say how much there is to do."""
        self.to_do = to_mark
        self.console.print(f"{students} in the class, {to_mark} to mark")
        self.bars.update(self.bar, total=to_mark)

    def marked(self, number: int) -> None:
        """Move the bar."""
        self.bars.advance(self.bar, number)
        self.done += number

    @property
    def kept(self) -> str:
        """What an interrupt leaves."""
        if self.to_do is None:
            return "what was marked before is kept"
        if self.done == self.to_do:
            return "all are marked and kept"
        return f"{self.done} of {self.to_do} are marked and kept"
