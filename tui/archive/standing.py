"""How things stand with an archive: which stretches of time it has, how surely, and what lies between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from tui.archive.coverage import Coverage, Grade, Span

if TYPE_CHECKING:
    from tui.archive.store import Store


class Held(NamedTuple):
    """A whole stretch of time, and how many records it has."""

    span: Span
    grade: Grade
    records: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What an archive has, all of it or in a span; stretches and gaps the oldest first.

    `records` are all that are there, those in gaps too; `extent` goes from the oldest to the newest of them.
    """

    records: int
    extent: Span | None
    stretches: tuple[Held, ...]
    gaps: tuple[Span, ...]

    @property
    def covered(self) -> timedelta:
        """How much time is whole."""
        return sum((held.span.length for held in self.stretches), timedelta())

    @property
    def proved(self) -> timedelta:
        """How much time is proved to be whole."""
        return sum((held.span.length for held in self.stretches if held.grade is Grade.PROVED), timedelta())

    @property
    def doubted(self) -> tuple[Held, ...]:
        """The stretches that could not be proved."""
        return tuple(held for held in self.stretches if held.grade is not Grade.PROVED)


def look_over(store: Store, span: Span | None = None) -> Standing:
    """How things stand in a span; without one in all that is there, where gaps are those between stretches."""
    with store.reading():
        coverage, extent = store.coverage(), store.extent()
        if span is None:
            ends = coverage.spans
            around = Span(ends[0].start, ends[-1].end) if ends else None
            records = store.count_all(extent) if extent else 0
        else:
            coverage, around, records = coverage.within(span), span, store.count_all(span)
        stretches = tuple(Held(part, grade, store.count_all(part)) for part, grade in coverage.stretches)
    return Standing(records, extent, stretches, tuple(_gaps(coverage, around)))


def _gaps(coverage: Coverage, around: Span | None) -> list[Span]:
    return coverage.gaps(around) if around else []
