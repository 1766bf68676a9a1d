"""A growing log is followed over a socket, through faults, ties in any order and records that come late: each record
comes exactly once."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from tests.session.small_log import SmallLog
from tui.cli.connections import open_connection
from tui.demo.server import DemoServer
from tui.demo.switches import Switches
from tui.domain.errors import SourceError
from tui.domain.masking import PLAIN
from tui.domain.names import Names
from tui.domain.page import SETTLE
from tui.domain.plan import plan_query
from tui.domain.query import AuditQuery
from tui.domain.record import AuditRecord
from tui.domain.redaction import redact
from tui.domain.secret import Secret
from tui.session.follow import Follower

pytestmark = pytest.mark.proof("T9")

START = datetime(2026, 11, 22, 20, 48, 3, tzinfo=UTC)
SINCE = START - timedelta(minutes=5)
LIVELY = Switches(grow=20, late=45, repeated_ids=0.1, tie_order="shuffled")
FAULTS = (
    "429", "429-seconds", "429-date", "500", "500-html", "502-html", "503-html", "503-seconds", "list", "null",
    "no-rows", "rows-object", "nan", "cut", "cut-chunked", "cut-close", "close", "reset", "garbage", "cut-gzip",
)  # fmt: skip
"""What passes by itself, and takes no time to come."""
SHARE = 1 - 0.8 ** (1 / len(FAULTS))
"""Of each fault, so that one request in five meets one of them."""
MOST_REQUESTS = 20_000


class Clock:
    """A clock that began at `START`, and runs `speed` times as fast as the world's."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._began = time.monotonic()
        self._skipped = timedelta()

    def now(self) -> datetime:
        passed = (time.monotonic() - self._began) * self._speed
        return START + self._skipped + timedelta(seconds=passed)

    def skip(self, length: timedelta) -> None:
        self._skipped += length

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)


class Growth:
    """A stand-in that grows by `count` records and falls silent then, and what somebody is given who follows it."""

    def __init__(self, count: int, *, seed: int, speed: float) -> None:
        self._count = count
        self._clock = Clock(speed)
        self._server = DemoServer(
            SmallLog(START, records=20, seed=seed),
            clock=self._clock.now,
            switches=LIVELY,
            faults=dict.fromkeys(FAULTS, SHARE),
            seed=seed,
        )
        self._silent_since: datetime | None = None
        self.asked = 0
        self.given: Counter[AuditRecord] = Counter()

    async def follow(self) -> None:
        """Follow until all there is has been read for good."""
        clock = self._clock
        follower = Follower(plan_query(AuditQuery(), Names()), since=SINCE, now=clock.now())
        with self._server as server:
            connection = open_connection(
                server.base_url, Secret(server.key), clock=clock.now, sleep=clock.sleep, masks=PLAIN
            )
            while self._silent_since is None or follower.mark < self._silent_since:
                await clock.sleep(follower.rest(clock.now()))
                self.asked += 1
                assert self.asked < MOST_REQUESTS
                try:
                    page = await connection.live.fetch(follower.next_request(clock.now()))
                except SourceError as error:
                    follower.fail(error, clock.now())
                else:
                    arrivals = follower.take(page, [True] * len(page.records), clock.now())
                    self.given.update(record for record, _, _ in arrivals)
                self._watch_growth()
            await connection.aclose()

    def _watch_growth(self) -> None:
        """Once it has grown, go on to when nothing may come late any more."""
        if self._silent_since is None and len(self._server._live) == self._count:
            self._silent_since = self._clock.now()
            self._clock.skip(SETTLE)

    @property
    def there(self) -> Counter[AuditRecord]:
        """What the stand-in holds in the end."""
        everything = self._server._live.select(SINCE, self._clock.now())
        return Counter(redact(AuditRecord.model_validate(record)) for record in everything.page(0, everything.total))

    @property
    def tried_again(self) -> int:
        """How many requests were made beside those that were asked for."""
        return self._server.request_count - self.asked


@pytest.mark.parametrize("seeds", [(1, 2), (3, 4), (5, 6), (7, 8), (9, 10)])
async def test_each_of_ten_thousand_records_comes_once(seeds: tuple[int, ...], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tui.demo.live.MOST_ARRIVALS", 10_000)
    grown = [Growth(10_000, seed=seed, speed=50) for seed in seeds]
    await asyncio.gather(*(growth.follow() for growth in grown))
    for growth in grown:
        assert growth.given == growth.there
        assert growth.given.total() >= 10_000
        assert growth.tried_again > 0


async def test_also_in_a_minute_of_real_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tui.demo.live.MOST_ARRIVALS", 1_200)
    growth = Growth(1_200, seed=11, speed=1)
    await growth.follow()
    assert growth.given == growth.there
    assert growth.given.total() >= 1_200
    assert growth.tried_again > 0
