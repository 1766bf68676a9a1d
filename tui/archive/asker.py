"""Asks an API for as long as it takes: in turn, by its clock, and again where it can't answer now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from tui.archive.coverage import Span, milliseconds
from tui.archive.keeping import check_organisation
from tui.domain.errors import ArchiveTrouble, RateLimited, SourceError, Unavailable
from tui.domain.page import PageRequest, Parameters, Waiting

if TYPE_CHECKING:
    from tui.archive.archive import Archive
    from tui.archive.store import Store
    from tui.domain.page import Page
    from tui.domain.record import AuditRecord
    from tui.domain.time_range import TimeRange, Window
    from tui.sources.base import AuditSource

Stored = TypeVar("Stored")

MOST_FAILURES = 8
"""Requests that may fail, one after the other, before it is given up; each was tried several times."""
_FIRST_WAIT = 1.0
_LONGEST_WAIT = 60.0
_MOST_ASKED = 3
"""Times that a total is asked for: an answer may lack it."""


def _check(store: Store, *, records: tuple[AuditRecord, ...], is_known: bool) -> None:
    check_organisation(store, records)
    if not records and not is_known and store.extent() is not None:
        raise ArchiveTrouble(
            "This key has brought none of the archive's records so far, and brings none now: it may be another's.",
            "Ask with a range of time that has records, or give this key a profile of its own.",
        )


class _Ends:
    """Whether the API takes the ends of a window for a part of it."""

    def __init__(self, *, start: bool = True, end: bool = True) -> None:
        self.start = start
        self.end = end

    def window(self, span: Span) -> Window:
        """What is to be asked for a span, and nothing beside it."""
        return Span(span.start if self.start else span.start - 1, span.end if self.end else span.end + 1).window


_WIDEST = _Ends(start=False, end=False)


@dataclass(frozen=True, slots=True)
class Means:
    """What waiting is made of: our own clock, seconds that never go back, and a way to let some pass."""

    clock: Callable[[], datetime]
    ticks: Callable[[], float]
    sleep: Callable[[float], Awaitable[object]]


class Asker:
    """One API, asked by several at once.

    `requests` are those made so far.  `waiting` is the wait before another attempt, while there is one.
    """

    def __init__(
        self,
        source: AuditSource,
        means: Means,
        *,
        parameters: Parameters = (),
        rate: float | None = None,
        patient: bool = False,
    ) -> None:
        """`source` tries a few times by itself.  `parameters` name the organisation, where that is wanted.  `rate` is
        how many requests a second there may be.  `patient`: nothing that may pass is given up, once an answer came."""
        self.requests = 0
        self.waiting: Waiting | None = None
        self.first_total: int | None = None
        """How many records the range has that was met, as far as was told."""
        self._source = source
        self._means = means
        self._parameters = parameters
        self._interval = 1 / rate if rate else 0.0
        self._patient = patient
        self._due = means.ticks()
        self._skew = timedelta()
        self._answered = False
        self._failures = 0
        self._counts_pages: bool | None = None
        self._ends: _Ends | None = None

    @property
    def server_now(self) -> datetime:
        """The server's clock, as its last answer told it."""
        return self._means.clock() + self._skew

    @property
    def tells_totals(self) -> bool:
        """Whether the API is known to count what a window has."""
        return self._counts_pages is False

    async def meet(self, time_range: TimeRange, archive: Archive, *, is_known: bool) -> Window:
        """Learn the server's clock, by which the range is this window, and whether the archive is of the same records;
        `is_known`: it was before.

        Raises `ArchiveTrouble` where the archive is of others, or may be, and `SourceError`.
        """
        page = await self.fetch(self._least(time_range.resolve(self.server_now)))
        self.first_total = page.total
        await self.store(archive, partial(_check, records=page.records, is_known=is_known))
        return time_range.resolve(self.server_now)

    async def fetch(self, request: PageRequest) -> Page:
        """A page; its total is None where it would count the page alone.  Raises the `SourceError` that doesn't pass,
        and one that might once it has come too often."""
        while True:
            await self._turn()
            try:
                page = await self._source.fetch(replace(request, parameters=self._parameters), self._heed)
            except SourceError as error:
                await self._bear(error)
            else:
                return self._learn(page)

    async def count(self, span: Span) -> int | None:
        """How many records the API counts in a span, None where that can't be known.  Raises as `fetch`."""
        if self._ends is None:
            self._ends = await self._find_ends(span)
        if self._ends is not None:
            return await self._total(self._ends.window(span))
        # Nothing to find it out by; that there is nothing at all, ends and all, is sure nevertheless.
        return 0 if await self._total(_WIDEST.window(span)) == 0 else None

    async def counts_windows(self, request: PageRequest, total: int) -> bool:
        """Whether a total, which the answer to a request told, counts the window and not just the page."""
        if self._counts_pages is None and total > 1:
            # Of more records than one, a page of one that claims to be all of them counts itself.
            page = await self.fetch(self._least(request.window))
            self._counts_pages = False if self.tells_totals else page.total == len(page.records) == 1 or None
        return total <= 1 or self._counts_pages is False

    async def store(self, archive: Archive, work: Callable[[Store], Stored]) -> Stored:
        """Have something written, once whoever keeps the archive locked lets go of it.  Raises `ArchiveTrouble` where
        that takes too long, or doesn't pass."""
        while True:
            try:
                return await archive.write(work)
            except ArchiveTrouble as trouble:
                await self._bear(trouble)

    def _least(self, window: Window) -> PageRequest:
        return PageRequest(window, self.server_now, size=1)

    async def _turn(self) -> None:
        """Wait for the time of the next request."""
        self.requests += 1
        now = self._means.ticks()
        due = max(now, self._due)
        self._due = due + self._interval
        if due > now:
            await self._means.sleep(due - now)

    def _heed(self, waiting: Waiting | None) -> None:
        """Take note of a wait below, which another request follows."""
        self.waiting = waiting
        if waiting is not None:
            self.requests += 1
            self._due += self._interval

    def _learn(self, page: Page) -> Page:
        self._answered, self._failures = True, 0
        if page.server_time is not None:
            self._skew = timedelta(seconds=page.skew)
        if page.total is not None and page.total > len(page.records) > 0:
            self._counts_pages = False
        return replace(page, total=None) if self._counts_pages else page

    async def _bear(self, error: SourceError) -> None:
        self._failures += 1
        gives_up = not self._answered or (self._failures >= MOST_FAILURES and not self._patient)
        if not error.transient or gives_up:
            raise error
        asked = error.retry_after if isinstance(error, RateLimited | Unavailable) else None
        usual = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** (self._failures - 1))
        self.waiting = Waiting(max(asked or 0.0, usual), error.reason)
        try:
            await self._means.sleep(self.waiting.seconds)
        finally:
            self.waiting = None

    async def _total(self, window: Window) -> int | None:
        """How many records the API counts in a window."""
        for _ in range(_MOST_ASKED):
            page = await self.fetch(self._least(window))
            if page.total == len(page.records) == 1 and self._counts_pages is None:
                # This may count the page.
                page = await self.fetch(PageRequest(window, self.server_now))
                if page.total is not None and page.total > 1:
                    self._counts_pages = True
                    return None
            if page.total is not None or self._counts_pages:
                return page.total
        return None

    async def _find_ends(self, span: Span) -> _Ends | None:
        """Ask by the newest record of a span, None where there is none to ask by or no total to go by."""
        page = await self.fetch(self._least(span.window))
        time = page.records[0].time if page.records else None
        total = None if time is None else await self._total(span.window)
        if time is None or total is None:
            return None
        newest = milliseconds(time)
        from_it = await self._total(Span(newest, max(newest + 1, span.end)).window)
        up_to_it = await self._total(Span(min(newest, span.start), newest + 1).window)
        return None if from_it is None or up_to_it is None else _Ends(start=from_it > 0, end=up_to_it == total)
