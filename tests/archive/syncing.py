"""A log behind an API in the same process, and somebody who copies it into an archive."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from tests.session.growing_log import GrowingLog
from tests.session.scene import NOW
from tui.archive.archive import Archive
from tui.archive.asker import Means
from tui.archive.coverage import Coverage, Span, milliseconds
from tui.archive.narrowing import narrow
from tui.archive.sync import Sync
from tui.archive.verification import Verification
from tui.domain.errors import Unavailable
from tui.domain.page import Page, PageRequest
from tui.domain.predicates import Surroundings
from tui.domain.record import AuditRecord
from tui.domain.time_range import TimeRange
from tui.sources.base import WaitListener, unheard

EVER = TimeRange(timedelta(hours=2))
_MOST_REQUESTS = 5_000


class Api:
    """A growing log that is asked by a clock that moves as it is asked; a share of the requests fails."""

    def __init__(
        self, log: GrowingLog, *, now: datetime = NOW, ahead: float = 0.0, took: float = 0.0, failing: float = 0.0
    ) -> None:
        self.log = log
        self.now = now
        self.requests: list[PageRequest] = []
        self.most_in_flight = 0
        self.slept: list[float] = []
        self.down = False
        self.spared = 0
        """The next so many requests don't fail by chance."""
        self._in_flight = 0
        self._moved = asyncio.Event()
        self._ahead = timedelta(seconds=ahead)
        self._took = timedelta(seconds=took)
        self._failing = failing
        self._chance = Random(7)  # noqa: S311 - it chooses pretend faults

    @property
    def server_now(self) -> datetime:
        return self.now + self._ahead

    async def fetch(self, request: PageRequest, on_wait: WaitListener = unheard) -> Page:
        self.requests.append(request)
        assert len(self.requests) < _MOST_REQUESTS, "it asks for ever"
        self._in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self._in_flight)
        try:
            await asyncio.sleep(0)
            self.now += self._took
            self.spared -= 1
            if self.down or (self.spared < 0 and self._chance.random() < self._failing):
                raise Unavailable("The API can't answer now.", status=503)
            return self.log.page(request, self.server_now, self.now)
        finally:
            self._in_flight -= 1
            self._moved.set()

    async def aclose(self) -> None:
        """Nothing is open."""

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)
        self._moved.set()
        await asyncio.sleep(0)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return as soon as something is so, which comes about as it is asked and time passes."""
        while not condition():
            self._moved.clear()
            await self._moved.wait()

    @property
    def means(self) -> Means:
        return Means(lambda: self.now, lambda: (self.now - NOW).total_seconds(), self.sleep)


class Copy:
    """An archive of what an API has."""

    def __init__(self, api: Api, archive: Archive) -> None:
        self.api = api
        self.archive = archive

    async def sync(self, time_range: TimeRange = EVER, *, rate: float | None = None) -> Sync:
        self.api.spared = 1
        sync = Sync(self.api, self.archive, self.api.means, rate=rate)
        await sync.fill(time_range)
        return sync

    async def verify(self, time_range: TimeRange = EVER) -> Verification:
        self.api.spared = 1
        verification = Verification(self.api, self.archive, self.api.means)
        await verification.run(time_range)
        return verification

    async def coverage(self) -> Coverage:
        return await self.archive.read(lambda store: store.coverage())

    async def held(self, span: Span | None = None) -> Counter[AuditRecord]:
        around = span or Span(milliseconds(NOW) - 10**9, milliseconds(NOW) + 10**9)

        rows = await self.archive.read(
            lambda store: store.select(around, narrow((), (), store, Surroundings()), limit=1_000_000)
        )
        return Counter(record for _, record in rows)


@asynccontextmanager
async def copying(api: Api, folder: Path) -> AsyncIterator[Copy]:
    """An archive that is made in a folder, or is there already."""
    archive = Archive.open(folder / "archive.db")
    try:
        yield Copy(api, archive)
    finally:
        await archive.aclose()
