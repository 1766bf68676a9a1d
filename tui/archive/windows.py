"""Which windows are walked to fill what is missing: the newest first, and none with too many records.

It decides and does no IO.  Borders lie between whole seconds: an API that keeps no more of a time than that has no
record astride of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from tui.archive.coverage import Span

SECOND = 1_000
"""Milliseconds of a second."""
USUAL = 1_000
"""Records that a window should have."""
MOST = 2_500
"""Records that a window may have, if it is longer than a second."""
_SHRINKING, _GROWING = 1 / 8, 4
"""How much longer the next window may be than one before: what comes may be as dense as anything."""


class Windows:
    """Gaps, handed out as windows of about the usual number of records."""

    def __init__(self, gaps: Iterable[Span], expected: int | None) -> None:
        """`expected` records are in the gaps, None where nobody knows."""
        self._left = joined(map(aligned, gaps))
        length = self.length
        self._length = length * USUAL // expected if expected else length
        """Of the next window, in milliseconds."""

    @property
    def length(self) -> int:
        """Milliseconds that have not been handed out."""
        return sum(gap.end - gap.start for gap in self._left)

    def next(self) -> Span | None:
        """The newest of what is left; None where nothing is."""
        if not self._left:
            return None
        gap = self._left.pop()
        start = gap.end - max(SECOND, self._length // SECOND * SECOND)
        if start - gap.start < self._length // 2:
            start = gap.start
        elif start > gap.start:
            self._left.append(Span(gap.start, start))
        return Span(start, gap.end)

    def give_back(self, span: Span) -> None:
        """Have a span handed out again."""
        self._left = joined([*self._left, span])

    def learn(self, span: Span, count: int) -> None:
        """Take note of how many records a window turned out to have, so that the next are longer or shorter."""
        length = span.end - span.start
        fitting = length * USUAL // max(1, count)
        self._length = max(SECOND, min(max(fitting, int(length * _SHRINKING)), length * _GROWING))


def aligned(span: Span) -> Span:
    """A span with the whole of the seconds that it lies in."""
    return Span(span.start // SECOND * SECOND, -(-span.end // SECOND) * SECOND)


def inner(span: Span) -> Span | None:
    """The seconds that lie in a span as a whole, None where there are none."""
    start, end = -(-span.start // SECOND) * SECOND, span.end // SECOND * SECOND
    return Span(start, end) if start < end else None


def newest_part(span: Span, count: int, wanted: int = USUAL) -> Span:
    """The newest part of a span of `count` records that has about as many as are wanted; at least a second."""
    length = (span.end - span.start) * wanted // max(count, wanted)
    return Span(span.end - max(SECOND, length // SECOND * SECOND), span.end)


def halves(span: Span) -> tuple[Span, Span] | None:
    """The older and the newer half, None of a second."""
    middle = (span.start + span.end) // 2 // SECOND * SECOND
    return (Span(span.start, middle), Span(middle, span.end)) if span.start < middle < span.end else None


def joined(spans: Iterable[Span]) -> list[Span]:
    """Spans without what they share, the oldest first; those that touch are one."""
    together: list[Span] = []
    for span in sorted(spans):
        if together and span.start <= together[-1].end:
            together[-1] = Span(together[-1].start, max(together[-1].end, span.end))
        else:
            together.append(span)
    return together
