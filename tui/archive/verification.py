"""Counts what is held against what the API counts, and says where the two differ."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from tui.archive.asker import Asker, Means
from tui.archive.coverage import Grade, Span, settled
from tui.archive.side_by_side import side_by_side
from tui.archive.store import HOUR
from tui.archive.windows import SECOND, halves, inner

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.archive.archive import Archive
    from tui.archive.store import Store
    from tui.domain.page import Parameters, Waiting
    from tui.domain.time_range import TimeRange
    from tui.sources.base import AuditSource

IN_FLIGHT = 2
MOST = 2_000
"""Records that are counted by one request, unless an hour has more."""
_FEW = 50
"""Records in which a difference needn't be located more closely."""
_SHORT = 60 * SECOND


class Difference(NamedTuple):
    """A stretch of time in which the archive holds more or fewer records than the API counts."""

    span: Span
    held: int
    counted: int


class Verification:
    """One run over what is held of a range.

    `records` were counted, and the API counts as many.  `differences` and `uncounted`, which the API didn't count, are
    in no order.  `done` of `to_do` milliseconds have been looked at.
    """

    def __init__(self, source: AuditSource, archive: Archive, means: Means, *, parameters: Parameters = ()) -> None:
        """`source` goes past every cache.  `parameters` name the organisation, where that is wanted."""
        self.records = 0
        self.differences: list[Difference] = []
        self.uncounted: list[Span] = []
        self.done = 0
        self.to_do = 0
        self._asker = Asker(source, means, parameters=parameters)
        self._archive = archive

    @property
    def requests(self) -> int:
        return self._asker.requests

    @property
    def waiting(self) -> Waiting | None:
        """The wait before another attempt, while there is one."""
        return self._asker.waiting

    @property
    def share(self) -> float:
        """How much of what is held has been looked at, from 0 to 1."""
        return self.done / self.to_do if self.to_do else 0.0

    async def run(self, time_range: TimeRange, *, is_known: bool = True) -> None:
        """Count every stretch of a range; what differs isn't called whole any more.

        `is_known`: the records that are held are known to be of those asked for.  Raises `SourceError`, and
        `TimeTextError` for a range that ends before it begins.
        """
        window = await self._asker.meet(time_range, self._archive, is_known=is_known)
        span = settled(Span.of(window), self._asker.server_now)
        pieces = [] if span is None else await self._archive.read(partial(_pieces, span=span))
        self.to_do = sum(piece.end - piece.start for piece in pieces)
        await side_by_side(self._count_all(pieces) for _ in range(IN_FLIGHT))

    async def _count_all(self, pieces: list[Span]) -> None:
        while pieces:
            piece = pieces.pop()
            await self._count(piece)
            self.done += piece.end - piece.start

    async def _count(self, piece: Span) -> None:
        """Count a stretch, and its halves where it differs, down to where that can be told."""
        left = [piece]
        while left:
            span = left.pop()
            counted = await self._asker.count(span)
            if counted is None:
                self.uncounted.append(span)
                continue
            held = await self._archive.read(partial(_count, span=span))
            parts = halves(span)
            if held == counted:
                self.records += held
                await self._asker.store(self._archive, partial(_prove, span=span))
            elif parts and max(held, counted) > _FEW and span.end - span.start > _SHORT:
                left += parts
            else:
                self.differences.append(Difference(span, held, counted))
                await self._asker.store(self._archive, partial(_uncover, span=span))


def cut_by_hours(span: Span, hours: Mapping[int, int], most: int = MOST) -> list[Span]:
    """A span in pieces that end where hours do, of at most so many records unless one hour has more; `hours` is how
    many each has, by its number since 1970."""
    pieces: list[Span] = []
    start, count = span.start, 0
    for hour in sorted(hours):
        begins = hour * HOUR
        if count + hours[hour] > most and start < begins < span.end:
            pieces.append(Span(start, begins))
            start, count = begins, 0
        count += hours[hour]
    return [*pieces, Span(start, span.end)]


def _pieces(store: Store, *, span: Span) -> list[Span]:
    """What is held of a span, in stretches that can be counted, the oldest first."""
    with store.reading():
        whole = filter(None, map(inner, store.coverage().within(span).spans))
        return [piece for stretch in whole for piece in cut_by_hours(stretch, store.hours(stretch))]


def _count(store: Store, *, span: Span) -> int:
    return store.count_all(span)


def _uncover(store: Store, *, span: Span) -> None:
    store.uncover(span)


def _prove(store: Store, *, span: Span) -> None:
    """Take note that the count of a span is right, where it was not proved before."""
    if any(grade is not Grade.PROVED for _, grade in store.coverage().within(span).stretches):
        store.cover(span, Grade.PROVED)
