"""The LaTeX documents of a handout: sheets, solutions, the key of the class, and the key to grade by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

from msgspec import Struct

from backprop_lab.diagram import tikz
from backprop_lab.document import Document, conventions
from backprop_lab.errors import escaped
from backprop_lab.feedback.task_words import task_words
from backprop_lab.feedback.words import points_text, sentence
from backprop_lab.handouts.handout import Handout, Sheet
from backprop_lab.handouts.key import Blank, Part
from backprop_lab.solution import solve
from backprop_lab.templating import render
from backprop_lab.writing.layout import latex_width
from backprop_lab.writing.matrices import MatrixWriter
from backprop_lab.writing.spelling import LATEX

DocumentClass = Literal["exam", "article"]
Paper = Literal["a4", "letter"]

_DIGIT = 2.0
"""How wide a digit is set, in millimetres, at most."""
_BLANK = 26
_SYMBOL = 15
_NUMBERS_OF_KEY = {"a4": 154, "letter": 136}
"""What room the key of a class has for numbers beside the names, in millimetres."""


class Look(Struct, frozen=True):
    """How the pages of a handout look: what class and paper, what stands above the title, and whose template."""

    document_class: DocumentClass = "exam"
    paper: Paper = "a4"
    course: str = ""
    template: Path | None = None


class Documents(Struct, frozen=True, dict=True):
    """The documents of a handout; what all of them have in common is worked once."""

    handout: Handout
    look: Look

    def sheet(self, *sheets: Sheet) -> str:
        """Return the problem sheets of some students in one document."""
        pages = [self._page(sheet, place) for place, sheet in enumerate(sheets)]
        for page, sheet in zip(pages, sheets, strict=True):
            page.picture = self._picture(sheet)
        return render(self.look.template or "handout_sheet.tex.j2", self._context(pages, sheets))

    def solution(self, sheet: Sheet) -> str:
        """Return a student's sheet with its blanks filled in, and the worked pass."""
        page = self._page(sheet)
        page.phases = self._phases(sheet.parts)
        solution = solve(sheet.variant.task)
        page.picture = self._picture(sheet)
        page.worked_picture = tikz(sheet.variant.task, sheet.notation, solution.first)
        document = Document(solution, sheet.notation, "both", "latex")
        page.worked = document.context()["d"]
        return render("handout_solution.tex.j2", self._context([page], [sheet]))

    def key(self) -> str:
        """Return the right numbers of the class, a row for every student."""
        sheets = self.handout.sheets
        students = [
            SimpleNamespace(
                id=escaped(sheet.student.id),
                name=escaped(sheet.student.name),
                code=sheet.variant.code,
                shown=[LATEX.number(blank.shown) for part in sheet.parts for blank in part.blanks],
            )
            for sheet in sheets
        ]
        about = {
            "title": self.handout.task.title,
            "seed": self.handout.seed,
            "rounding": self._rounding,
            "students": students,
            "blocks": list(self._blocks(students)),
        }
        return render("handout_key.tex.j2", self._context([], sheets, **about))

    def grading(self) -> str:
        """Return for every student the right numbers, and beside each those that the common mistakes give."""
        sheets = self.handout.sheets
        pages = []
        for sheet in sheets:
            page = self._page(sheet)
            page.phases = self._phases(sheet.parts)
            pages.append(page)
        return render("handout_grading.tex.j2", self._context(pages, sheets, mistakes=self._mistakes()))

    def _context(self, pages: list[SimpleNamespace], sheets: Sequence[Sheet], **more: Any) -> dict[str, Any]:
        students = (sheet.student for sheet in sheets)
        names = (text for student in students for text in (student.id, student.name, student.group))
        texts = [self.look.course, self.handout.task.title, *names]
        return {
            "d": SimpleNamespace(
                document_class=self.look.document_class,
                paper=self.look.paper,
                course=escaped(self.look.course),
                blank=self._blank,
                widest=max(part.symbol for parts in self._blank_phases.values() for part in parts),
                pictures=any(page.picture for page in pages),
                texts=texts,
                sheets=pages,
                **more,
            )
        }

    def _page(self, sheet: Sheet, place: int = 0) -> SimpleNamespace:
        """Return what a template sees of a student's sheet, and at which place of a document it stands."""
        student, task = sheet.student, sheet.variant.task
        return SimpleNamespace(
            **{**self._conventions, "update": task.update, "classes": task.data.y.classes},
            id=escaped(student.id),
            name=escaped(student.name),
            group=escaped(student.group),
            code=sheet.variant.code,
            points=self._points,
            givens=self._givens_of(sheet),
            phases=self._blank_phases,
            picture="",
            worked_picture="",
            place=place,
        )

    def _givens_of(self, sheet: Sheet) -> list[tuple[str, str, int]]:
        """Return the givens of a student as text, which several documents have."""
        if sheet.student.id not in self._givens:
            self._givens[sheet.student.id] = list(_givens(sheet))
        return self._givens[sheet.student.id]

    def _picture(self, sheet: Sheet) -> str:
        """Return the network of a student as TikZ, which several documents have."""
        if sheet.student.id not in self._pictures:
            self._pictures[sheet.student.id] = tikz(sheet.variant.task, sheet.notation)
        return self._pictures[sheet.student.id]

    @cached_property
    def _pictures(self) -> dict[str, str]:
        return {}

    @cached_property
    def _givens(self) -> dict[str, list[tuple[str, str, int]]]:
        return {}

    @cached_property
    def _conventions(self) -> dict[str, Any]:
        task = self.handout.task
        return {
            **conventions(task),
            "decimals": task.decimals,
            "rounding": task.rounding,
            "notation": self.handout.sheets[0].notation,
        }

    @cached_property
    def _points(self) -> str:
        return points_text(self.handout.task.max_score)

    @cached_property
    def _blank(self) -> int:
        """How wide a blank is, in millimetres."""
        return max(_BLANK, round(_DIGIT * (self.handout.task.decimals + 6)))

    @cached_property
    def _rounding(self) -> str:
        return sentence("rounding", SimpleNamespace(**self._conventions), words="words.j2")

    @cached_property
    def _blank_phases(self) -> dict[str, list[SimpleNamespace]]:
        """What is asked of everybody, with nothing filled in."""
        phases = self._phases(self.handout.sheets[0].parts)
        for part in (part for parts in phases.values() for part in parts):
            for blank in (blank for row in part.rows for blank in row):
                blank.shown, blank.mistakes = "", []
        return phases

    def _phases(self, parts: Iterable[Part]) -> dict[str, list[SimpleNamespace]]:
        phases: dict[str, list[SimpleNamespace]] = {}
        for part in parts:
            phases.setdefault(part.phase, []).append(self._part(part))
        return phases

    def _part(self, part: Part) -> SimpleNamespace:
        flips = self.handout.task.symbols(self.handout.sheets[0].notation).flips(part.step)
        rows = []
        for _, row in groupby(part.blanks, key=lambda blank: blank.column if flips else blank.row):
            rows.append([_blank(blank) for blank in row])
        if max(map(len, rows)) == 1:
            rows = [[blank for row in rows for blank in row]]
        return SimpleNamespace(
            kind=part.kind,
            layer=part.layer,
            points=points_text(part.points),
            symbol=max(_SYMBOL, *(round(_DIGIT * (latex_width(blank.symbol) + 3)) for row in rows for blank in row)),
            rows=rows,
        )

    def _blocks(self, students: Sequence[SimpleNamespace]) -> Iterator[SimpleNamespace]:
        """Yield columns that fit beside each other in the key."""
        symbols = [LATEX.symbol(blank.symbol) for part in self.handout.sheets[0].parts for blank in part.blanks]
        widths = [
            round(
                _DIGIT * max(latex_width(symbol) + 1, *(0.8 * len(student.shown[place]) for student in students)) + 3
            )
            for place, symbol in enumerate(symbols)
        ]
        start = 0
        for end in range(1, len(symbols) + 1):
            if (
                end == len(symbols)
                or sum(widths[start : end + 1]) + 2 * (end + 1 - start) > _NUMBERS_OF_KEY[self.look.paper]
            ):
                yield SimpleNamespace(start=start, end=end, symbols=symbols[start:end], widths=widths[start:end])
                start = end

    def _mistakes(self) -> list[tuple[str, str]]:
        """Return what the mistakes of the class are, each in a sentence."""
        words = task_words(self.handout.task, self.handout.sheets[0].notation)
        found: dict[str, str] = {}
        for sheet in self.handout.sheets:
            for part in sheet.parts:
                for slug in (mistake.slug for blank in part.blanks for mistake in blank.mistakes):
                    if slug not in found:
                        about = SimpleNamespace(slug=slug, **words.circumstances(part.step))
                        found[slug] = sentence("done_by", about)
        return sorted(found.items())


def _blank(blank: Blank) -> SimpleNamespace:
    return SimpleNamespace(
        symbol=LATEX.symbol(blank.symbol),
        points=points_text(Fraction(blank.points)),
        shown=LATEX.number(blank.shown),
        mistakes=[SimpleNamespace(slug=one.slug, shown=LATEX.number(one.shown)) for one in blank.mistakes],
    )


def _givens(sheet: Sheet) -> Iterator[tuple[str, str, int]]:
    """Yield symbol, value, and how many entries stand behind dots, of every given that the pass takes."""
    task = sheet.variant.task
    givens = task.givens()
    writer = MatrixWriter(
        givens, task.graph.shapes, task.symbols(sheet.notation), LATEX, task.decimals, frozenset(givens)
    )
    for name in task.graph.givens:
        yield writer.symbol(name), writer.value(name), writer.left_out(name)
