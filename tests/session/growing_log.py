"""A log that goes on while it is read, in whatever way the API may give it, and somebody who follows it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Literal, NamedTuple

from tests.session.scene import NOW, frozen, matcher_of
from tui.domain.errors import SourceError
from tui.domain.page import PAGE_SIZE, Page, PageRequest
from tui.domain.record import AuditRecord
from tui.domain.time_range import Moment
from tui.session.follow import Arrival, Follower
from tui.session.pace import USUAL_SECONDS

_MOST_REQUESTS = 2_000
"""No look takes more."""
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """So many seconds after `NOW`, or before it."""
    return NOW + timedelta(seconds=seconds)


def entry(seconds: float, name: object = None, **fields: object) -> AuditRecord:
    """A record of so many seconds after `NOW`, named for that or otherwise; the same arguments make twins."""
    name = seconds if name is None else name
    return AuditRecord.model_validate(
        {"timestamp": at(seconds).isoformat(), "request_id": f"r{name}", "uri": f"/v2/prompts/{name}", **fields}
    )


class _Entry(NamedTuple):
    """Ordered by time, then by number; no two have the same number, so records are never compared."""

    time: datetime
    number: int
    record: AuditRecord


def _time(entry: _Entry) -> datetime:
    return entry.time


class GrowingLog:
    """Records that become visible one after the other.

    `size` is the most of them on a page; `counts` is what a total counts, if there is one.  `repeats`: the first page
    of a window comes whichever is asked for; `heedless`: the same records come whatever window is.  `shuffle` gives
    records of one second in another order each time.  `dated`: answers tell the server's clock.
    """

    def __init__(
        self,
        *,
        size: int = PAGE_SIZE,
        counts: Literal["window", "page", "nothing"] = "window",
        repeats: bool = False,
        heedless: bool = False,
        shuffle: Random | None = None,
        start_inclusive: bool = True,
        end_inclusive: bool = True,
        dated: bool = True,
    ) -> None:
        self._size = size
        self._counts = counts
        self._repeats = repeats
        self._heedless = heedless
        self._shuffle = shuffle
        self._start = bisect_left if start_inclusive else bisect_right
        self._end = bisect_right if end_inclusive else bisect_left
        self._dated = dated
        self._number = count()
        self._coming: list[tuple[datetime, _Entry]] = []
        """A heap by when they become visible."""
        self._here: list[_Entry] = []
        """The oldest first."""

    def add(self, *records: AuditRecord, late: float = 0.0, time: datetime | None = None) -> None:
        """Have records become visible `late` seconds after their time, which is told where their own can't be read."""
        for record in records:
            one = _Entry(record.time or time or NOW, next(self._number), record)
            heappush(self._coming, (one.time + timedelta(seconds=late), one))

    def visible(self, now: datetime, since: datetime = _EVER) -> Counter[AuditRecord]:
        """What there is to be seen at `now`, of what happened from `since` on."""
        self._catch_up(now)
        return Counter(one.record for one in self._here if one.time >= since)

    def page(self, request: PageRequest, now: datetime, ours: datetime) -> Page:
        """The answer given when the server's clock shows `now`, which never goes back, and ours shows `ours`."""
        self._catch_up(now)
        low, high = 0, len(self._here)
        if not self._heedless:
            low = self._start(self._here, request.window.start, key=_time)
            high = self._end(self._here, request.window.end, key=_time)
        rows = self._here[low:high][::-1]
        if request.parameters:
            rows = [
                one for one in rows if all(str(getattr(one.record, name)) == text for name, text in request.parameters)
            ]
        if self._shuffle is not None:
            self._shuffle.shuffle(rows)
            rows.sort(key=_time, reverse=True)
        size = min(request.size, self._size)
        start = 0 if self._repeats else request.number * size
        records = tuple(one.record for one in rows[start : start + size])
        total = {"window": len(rows), "page": len(records), "nothing": None}[self._counts]
        told = now.replace(microsecond=0)
        return Page(
            records,
            total if records or not request.number else None,
            server_time=told if self._dated else None,
            skew=(told - ours).total_seconds() if self._dated else 0.0,
        )

    def _catch_up(self, now: datetime) -> None:
        while self._coming and self._coming[0][0] <= now:
            insort(self._here, heappop(self._coming)[1])


class Watch:
    """Somebody who follows a query, by a clock that moves as it is told.

    `ahead` is how many seconds the server's clock is ahead of that.  `took` is how long a request takes.
    """

    def __init__(
        self,
        log: GrowingLog,
        text: str = "",
        *,
        since: Moment = NOW,
        until: datetime | None = None,
        skew: float = 0.0,
        pace: float = USUAL_SECONDS,
        ahead: float = 0.0,
        took: float = 0.0,
    ) -> None:
        self.log = log
        self.now = NOW - timedelta(seconds=ahead)
        self.arrivals: list[Arrival] = []
        self.requests: list[PageRequest] = []
        self._ahead = timedelta(seconds=ahead)
        self._took = timedelta(seconds=took)
        query = frozen(text)
        self._fits = matcher_of(query)
        self.follower = Follower(query.plan, since=since, now=self.now, until=until, skew=skew, pace=pace)

    @property
    def server_now(self) -> datetime:
        return self.now + self._ahead

    @property
    def given(self) -> Counter[AuditRecord]:
        """Everything that came, each as often as it did."""
        return Counter(record for record, _, _ in self.arrivals)

    def names(self) -> list[str]:
        """The names of what came, in the order it came in."""
        return [record.request_id.removeprefix("r") for record, _, _ in self.arrivals]

    def ask(self, error: SourceError | None = None) -> list[Arrival]:
        """Ask once, at once; what came of it.  With an error that is what comes."""
        self.requests.append(self.follower.next_request(self.now))
        self.now += self._took
        if error is not None:
            self.follower.fail(error, self.now)
            return []
        page = self.log.page(self.requests[-1], self.server_now, self.now)
        arrivals = self.follower.take(page, [self._fits(record) for record in page.records], self.now)
        self.arrivals += arrivals
        return arrivals

    def look(self) -> list[Arrival]:
        """Wait until there is something to ask, and ask until there is a pause; what came of it."""
        before, most = len(self.arrivals), len(self.requests) + _MOST_REQUESTS
        self.now += timedelta(seconds=self.follower.rest(self.now))
        self.ask()
        while not self.follower.rest(self.now):
            assert len(self.requests) < most, "it asks for ever"
            self.ask()
        return self.arrivals[before:]

    def keep_up(self, seconds: float, *, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Look for so long; `meanwhile` is called after every look."""
        end = self.now + timedelta(seconds=seconds)
        while self.now < end:
            self.look()
            meanwhile()

    def go_away(self, seconds: float) -> None:
        """Look at nothing for so long, as when the machine sleeps."""
        self.now += timedelta(seconds=seconds)


def steadily(log: GrowingLog, seconds: Iterable[int], *, rate: int = 1) -> None:
    """Add records to each of these seconds, `rate` of them."""
    for second in seconds:
        for number in range(rate):
            log.add(entry(second, f"{second}-{number}"))
