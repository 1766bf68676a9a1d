"""Pages that were fetched once, kept in memory and given again where they can't have changed."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field, replace

from tui.domain.page import SETTLE, Origin, Page, PageRequest, Waiting
from tui.sources.base import AuditSource, WaitListener, unheard

DEFAULT_BYTES = 64 * 1024 * 1024
_RECORD_BYTES = 2_000
"""What a record takes beside its text."""

_Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    page: Page
    request: PageRequest
    settled: bool
    weight: int


@dataclass(slots=True)
class _Flight:
    """A fetch under way, and everybody who waits for it."""

    task: asyncio.Task[Page]
    listeners: list[WaitListener] = field(default_factory=list)


class CachedSource:
    """The pages of another source, each asked for once.

    Within one frozen query a page is given again as it came.  Another query of the same window and filters gets it
    only where all its records were older than a minute when it was frozen: younger ones may since have been joined by
    late ones.  In a window that had not ended by then pages move on, so none is given to another query.  Pages asked
    for longest ago are let go beyond `limit_bytes`.  Errors are not kept.
    """

    def __init__(self, inner: AuditSource, *, limit_bytes: int = DEFAULT_BYTES) -> None:
        self._inner = inner
        self._limit = limit_bytes
        self._held = 0
        self._pages: OrderedDict[_Key, _Kept] = OrderedDict()
        self._flights: dict[PageRequest, _Flight] = {}

    async def fetch(self, request: PageRequest, on_wait: WaitListener = unheard) -> Page:
        """The page asked for, from memory where it is there.  Fetches of one page share one request."""
        kept = self._pages.get(_key(request))
        if kept is not None and (kept.settled or kept.request.frozen_at == request.frozen_at):
            self._pages.move_to_end(_key(request))
            return replace(kept.page, origin=Origin.CACHE, notes=())
        flight = self._flights.get(request)
        if flight is None:
            flight = self._flights[request] = self._start(request)
        flight.listeners.append(on_wait)
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.listeners.remove(on_wait)
            if not flight.listeners:
                flight.task.cancel()
                if self._flights.get(request) is flight:
                    del self._flights[request]

    def forget(self) -> None:
        """Keep nothing of what was fetched or asked for so far; whoever waits for an answer still gets it."""
        self._pages.clear()
        self._flights.clear()
        self._held = 0

    async def aclose(self) -> None:
        self.forget()
        await self._inner.aclose()

    def _start(self, request: PageRequest) -> _Flight:
        async def fetch() -> Page:
            page = await self._inner.fetch(request, tell)
            if self._flights.get(request) is flight:
                self._keep(request, page)
            return page

        def tell(waiting: Waiting | None) -> None:
            for listener in flight.listeners:
                listener(waiting)

        flight = _Flight(asyncio.create_task(fetch()))
        flight.task.add_done_callback(_retrieve)
        return flight

    def _keep(self, request: PageRequest, page: Page) -> None:
        kept = _Kept(page, request, _is_settled(request, page), page.size_bytes + _RECORD_BYTES * len(page.records))
        if (old := self._pages.pop(_key(request), None)) is not None:
            self._held -= old.weight
        self._pages[_key(request)] = kept
        self._held += kept.weight
        while self._held > self._limit:
            _, oldest = self._pages.popitem(last=False)
            self._held -= oldest.weight


def _key(request: PageRequest) -> _Key:
    return request.window, request.parameters, request.number, request.size


def _retrieve(task: asyncio.Task[Page]) -> None:
    """Take note of an error that came after everybody had stopped waiting, or asyncio prints it over the screen."""
    if not task.cancelled():
        task.exception()


def _is_settled(request: PageRequest, page: Page) -> bool:
    """Whether nothing on the page can change any more; a record whose time can't be read may be young."""
    border = request.frozen_at - SETTLE
    if not page.records:
        return request.window.end < border
    if request.window.end > request.frozen_at:
        return False
    return all(record.time is not None and record.time < border for record in page.records)
