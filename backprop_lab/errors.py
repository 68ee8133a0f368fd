"""What can go wrong through no fault of this program.

LabError                one line: what was found, where, and what would be valid
├── TaskError           a task file, or one of its keys
├── ModelError          a PyTorch model, its data, loss, optimizer or state dict that cannot be worked
├── SubmissionError     a file that was handed in and cannot be read
├── NumberError         a value that cannot be worked with (overflow, an undecidable sign)
│   └── DivergedError   a training run whose loss has left what float64 can hold
├── VariantError        other numbers for a task that cannot be drawn
├── SandboxError        a sandbox that cannot be had on this computer
├── ClassroomError      a folder, archive, roster or gradebook of a class that cannot be used
└── MissingExtraError   an optional library that is not installed

A student's wrong value is a verdict, not an error. Any other exception is a bug of ours.
"""

from __future__ import annotations


def escaped(text: str) -> str:
    """Return a text on one line, with the characters that cannot be printed as escapes."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


class LabError(Exception):
    """A bad file, argument or number; its text is one line for the person who gave it."""

    def __str__(self) -> str:
        """Return the message on one line, with control characters escaped."""
        return escaped(super().__str__())


class TaskError(LabError):
    """A task that cannot be read or makes no sense; names the file and the key."""


class ModelError(LabError):
    """A PyTorch model, its data, loss, optimizer or state dict that cannot be worked; names what would be."""


class SubmissionError(LabError):
    """A submission that cannot be read; names the file, the line where it is known, and what would be valid."""


class NumberError(LabError):
    """A pass whose numbers leave what can be computed; names the step."""


class DivergedError(NumberError):
    """A training run that diverges; says at which update and epoch, which count from 1, and what would help."""

    def __init__(self, message: str, *, update: int, epoch: int) -> None:
        super().__init__(message)
        self.update, self.epoch = update, epoch


class VariantError(LabError):
    """Bounds from which no variant of a task can be drawn; names the key and what would help."""


class SandboxError(LabError):
    """A sandbox that cannot be started; says what is missing and what to do about it."""


class ClassroomError(LabError):
    """A folder, archive, roster or gradebook of a class that cannot be used; names it and what would be valid."""


class MissingExtraError(LabError):
    """An optional library is needed; says the command that installs it."""

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(f'{library} is not installed; install it with: pip install "backprop-lab[{extra}]"')
        self.library, self.extra = library, extra

    def __reduce__(self) -> tuple[type[MissingExtraError], tuple[str, str]]:
        """Let it pass from one process to another."""
        return type(self), (self.library, self.extra)
