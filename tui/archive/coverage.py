"""Which stretches of time are whole in an archive, how surely, and what is missing between them.

Times are whole milliseconds since 1970 in UTC: the API can't be asked more finely.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import NamedTuple

from tui.domain.time_range import Window

UNSETTLED = timedelta(seconds=180)
"""Records may come this late, so nothing younger counts as whole."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def milliseconds(instant: datetime) -> int:
    """The millisecond that an instant lies in."""
    return (instant - _EPOCH) // _MILLISECOND


def instant_at(millisecond: int) -> datetime:
    """When a millisecond begins."""
    return _EPOCH + millisecond * _MILLISECOND


class Span(NamedTuple):
    """The milliseconds from `start` up to `end`, which isn't one of them."""

    start: int
    end: int

    @classmethod
    def of(cls, window: Window) -> Span:
        """What a window asks the API for: both ends belong to it."""
        return cls(milliseconds(window.start), milliseconds(window.end) + 1)

    @property
    def window(self) -> Window:
        """What the API is to be asked for these milliseconds."""
        return Window(instant_at(self.start), instant_at(self.end - 1))

    @property
    def length(self) -> timedelta:
        return (self.end - self.start) * _MILLISECOND

    def common(self, other: Span) -> Span | None:
        """What lies in both, None where nothing does."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Span(start, end) if start < end else None


class Grade(IntEnum):
    """How sure it is that a stretch is whole.  A surer grade stands against a less sure one."""

    READ = 0
    """Pages that follow each other were read, and nothing spoke against them."""
    DOUBTED = 1
    """It was read in full more than once, and the records were never as many as the API counts."""
    PROVED = 2
    """It was read in full, and the records are as many as the API counts."""


class Stretch(NamedTuple):
    """A whole stretch of time."""

    span: Span
    grade: Grade


@dataclass(frozen=True, slots=True)
class Coverage:
    """Stretches that don't overlap, the oldest first; neighbours of one grade are one."""

    stretches: tuple[Stretch, ...] = ()

    @classmethod
    def of(cls, stretches: Iterable[Stretch]) -> Coverage:
        """What stretches cover together that may overlap: where they do, the surer counts."""
        covered = cls()
        for stretch in stretches:
            covered = covered.with_(stretch)
        return covered

    def with_(self, added: Stretch) -> Coverage:
        """With one more stretch; where it is less sure than what is there, that stays."""
        new = [added.span]
        kept: list[Stretch] = []
        for old in self.stretches:
            if old.grade >= added.grade:
                kept.append(old)
                new = [piece for span in new for piece in _outside(span, old.span)]
            else:
                kept += (Stretch(piece, old.grade) for piece in _outside(old.span, added.span))
        return Coverage(_joined([*kept, *(Stretch(piece, added.grade) for piece in new)]))

    def without(self, span: Span) -> Coverage:
        """With a hole where the span is."""
        return Coverage(
            tuple(Stretch(piece, old.grade) for old in self.stretches for piece in _outside(old.span, span))
        )

    def within(self, span: Span) -> Coverage:
        """What lies in a span."""
        parts = ((old.span.common(span), old.grade) for old in self.stretches)
        return Coverage(tuple(Stretch(part, grade) for part, grade in parts if part is not None))

    def gaps(self, span: Span) -> list[Span]:
        """What of a span isn't covered, the oldest first."""
        missing = [span]
        for old in self.stretches:
            missing = [piece for gap in missing for piece in _outside(gap, old.span)]
        return missing

    def is_whole(self, span: Span) -> bool:
        return not self.gaps(span)

    @property
    def spans(self) -> tuple[Span, ...]:
        """What is covered, however surely, the oldest first."""
        spans: list[Span] = []
        for span, _ in self.stretches:
            if spans and spans[-1].end == span.start:
                spans[-1] = Span(spans[-1].start, span.end)
            else:
                spans.append(span)
        return tuple(spans)

    @property
    def length(self) -> timedelta:
        return sum((span.length for span, _ in self.stretches), timedelta())


def settled(span: Span, now: datetime) -> Span | None:
    """The part of a span in which nothing comes any more at `now`, the server's clock; None where there is none."""
    return span.common(Span(span.start, milliseconds(now - UNSETTLED)))


def _outside(span: Span, hole: Span) -> Iterator[Span]:
    """What is left of a span beside a hole."""
    if span.common(hole) is None:
        yield span
        return
    if span.start < hole.start:
        yield Span(span.start, hole.start)
    if hole.end < span.end:
        yield Span(hole.end, span.end)


def _joined(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    joined: list[Stretch] = []
    for stretch in sorted(stretches):
        if joined and joined[-1].grade is stretch.grade and joined[-1].span.end == stretch.span.start:
            joined[-1] = Stretch(Span(joined[-1].span.start, stretch.span.end), stretch.grade)
        else:
            joined.append(stretch)
    return tuple(joined)
