"""Where a submission has a step's numbers: by name on an answer sheet, by value in a program.

Both kinds of evidence answer the same questions, entry by entry: which of your numbers equals this one, and which
one goes by the name of this step? An index of -1 stands for none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, Protocol, get_args

import numpy as np
import numpy.typing as npt

from backprop_lab.engine.arithmetic import Array
from backprop_lab.engine.graph import Step
from backprop_lab.marking.calculations import Calculation
from backprop_lab.marking.observations import Where

Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
"""For every entry of a step, which of the submission's numbers it is; -1 for none."""
Strictness = Literal["rounded", "one_unit", "coarse"]
"""Whether a number is a right one rounded like the others, or one unit of the last digit off such a number, or
rounded to fewer digits than the others."""

Among = Literal["unexplained", "another_name", "named"]
"""Where to look for a mistake: among numbers that are right for no step; then also among those that are, if they have
another name than the one taken for that step; or among all that go by the name of this step."""

AMONG: tuple[Among, ...] = get_args(Among)
NONE = -1


Forms = Callable[[str], Sequence[Array]]
"""What a step comes to by other accepted forms and by mistakes of its own, given what is right before it."""


class Evidence(Protocol):
    """What a submission shows: numbers in every world, `values` of shape (numbers, worlds)."""

    values: Array
    claimed: set[int]
    """Numbers that have been taken for a step, so that they are not taken for a mistake in another one."""
    by_hand: bool
    """Whether the numbers were worked by hand and rounded, and not calculated by a program."""

    precision: float
    """How far off, relatively, a number may be that is not rounded."""

    @property
    def finest(self) -> float:
        """The unit to which the submission rounds its numbers; 0 where nothing was rounded."""

    def right(self, truth: Mapping[str, Array], radii: Mapping[str, Array], forms: Forms) -> Mapping[str, Places]:
        """Return where the right numbers of all steps are; `forms` are what else a step may have come to."""

    def equal(self, step: Step, target: Array, radius: Array, strictness: Strictness) -> Places:
        """Return where the entries of `target` (worlds, rows, columns) are, to within `radius` and rounding."""

    def within(self, step: Step, target: Array) -> Places:
        """Return where the entries of `target` are among what stands inside of larger expressions."""

    def may_have(self, step: Step) -> bool:
        """Tell whether there may be any number that is a mistake in a step."""

    def mistaken(
        self, step: Step, targets: Sequence[Array], radius: Array
    ) -> Iterator[tuple[Among, Sequence[Places]]]:
        """Yield where the entries of each wrong result are, among the likeliest numbers first."""

    def unexplained(self, step: Step) -> Sequence[int]:
        """Return the numbers that are right for nothing and move, if no name says that they are another step's."""

    def arrays(self, size: int) -> Iterator[Sequence[int]]:
        """Yield the numbers of each array of a size, row by row and column by column."""

    def copies(self, name: str, givens: Mapping[str, Array]) -> Iterator[Array]:
        """Yield a given (worlds, rows, columns) as the submission may have it, if not as the task states it."""

    def named(self, step: Step) -> Places:
        """Return the numbers that go by this step's name, whatever their value."""

    def typed_in(self, step: Step, right: Array) -> Places:
        """Return where a program states the right numbers of a step, which it should calculate."""

    def where(self, index: int) -> Where:
        """Return the place of a number in the file."""

    def is_stated(self, index: int) -> bool:
        """Tell whether a number stands in a program as it is."""

    def moves(self, index: int) -> bool:
        """Tell whether a number is another one in another world; one that is worked by hand needs no such proof."""

    def is_first(self, index: int) -> bool:
        """Tell whether a number is the first that was seen at its place, and not one of many that come by."""

    def calculation(self, index: int) -> Calculation | None:
        """Return the calculation of a number that a program writes out; None where it does not."""

    def is_typed(self, index: int) -> bool:
        """Tell whether a program states a number where it should calculate it."""


def near(one: Array, other: Array, relative: float, absolute: float | Array = 0.0) -> Mask:
    """Tell where numbers are the same but for rounding; unlike `np.isclose` it takes no NaN for a number."""
    return np.asarray(np.abs(one - other) <= relative * np.abs(other) + absolute)


def same_numbers(one: Array, other: Array) -> bool:
    """Tell whether two results are the same numbers, in whatever shape."""
    first, second = one.item(0), other.item(0)
    return (
        one.size == other.size
        and abs(first - second) <= 1e-9 * abs(second) + 1e-12
        and bool(near(one.ravel(), other.ravel(), 1e-9, 1e-12).all())
    )
