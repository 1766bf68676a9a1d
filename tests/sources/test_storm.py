"""Thirty kinds of faults, in up to three of five requests: whoever reads, follows, copies or exports goes on, and has
every record once in the end, or says that it hasn't."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

from tests.proof import Counted, seeds
from tests.session.small_log import SmallLog
from tests.session.test_following import START, Clock
from tui.archive.archive import Archive
from tui.archive.asker import Means
from tui.archive.coverage import Grade
from tui.archive.narrowing import EVERYTHING
from tui.archive.sync import Sync
from tui.cli.connections import open_connection
from tui.demo.history import History
from tui.demo.live import GrowingRecords
from tui.demo.server import DemoServer
from tui.demo.switches import Switches
from tui.domain.errors import SourceError
from tui.domain.masking import PLAIN
from tui.domain.matching import Matcher
from tui.domain.names import Names
from tui.domain.page import PAGE_SIZE, SETTLE, PageRequest
from tui.domain.plan import plan_query
from tui.domain.predicates import Surroundings
from tui.domain.query import AuditQuery
from tui.domain.record import AuditRecord
from tui.domain.redaction import redact
from tui.domain.secret import Secret
from tui.domain.time_range import TimeRange, Window
from tui.exporting.destination import ExportFile
from tui.exporting.export import Completeness, Export
from tui.exporting.form import Form
from tui.exporting.reading import Inquiry
from tui.formats.record_json import read_back
from tui.session.follow import Follower
from tui.sources.connection import Connection

pytestmark = pytest.mark.proof("T4")

KINDS = (
    "429", "429-seconds", "429-date", "500", "500-html", "502-html", "503-html", "503-seconds", "list", "null",
    "no-rows", "rows-object", "no-total", "total-text", "huge-number", "nan", "deep", "slow", "empty", "not-utf8",
    "two-lengths", "endless-headers", "cut", "cut-chunked", "cut-close", "cut-gzip", "close", "reset", "garbage",
    "chunked", "gzip", "gzip-bomb",
)  # fmt: skip
"""What passes by itself, or does no harm."""
SHARES = (0.05, 0.2, 0.4, 0.6)
"""Of the requests, that meet any of them."""
NOW = START
PAST = Window(NOW - timedelta(days=3), NOW - timedelta(hours=1))
HISTORY = History(records=3_000, days=7, now=NOW)
MOST_TRIES = 200
Answer = TypeVar("Answer")
FOLLOWED = 150
SPEED = 500.0


@asynccontextmanager
async def stormy(
    seed: int,
    history: GrowingRecords,
    clock: Callable[[], datetime],
    sleep: Callable[[float], Awaitable[object]],
    **switches: object,
) -> AsyncIterator[tuple[DemoServer, Connection]]:
    """A stand-in in a storm, and a way to it that waits for nothing."""
    share = 1 - (1 - SHARES[seed % len(SHARES)]) ** (1 / len(KINDS))
    changed = Switches().changed({"slow_seconds": 0.01, "tie_order": "shuffled", **switches})
    faults = dict.fromkeys(KINDS, share)
    with DemoServer(history, clock=clock, switches=changed, faults=faults, seed=seed) as server:
        connection = open_connection(server.base_url, Secret(server.key), clock=clock, sleep=sleep, masks=PLAIN)
        try:
            yield server, connection
        finally:
            await connection.aclose()


async def at_once(_: float) -> None:
    """Wait for nothing."""


def there(history: GrowingRecords, window: Window) -> Counter[AuditRecord]:
    found = history.select(window.start, window.end)
    return Counter(redact(AuditRecord.model_validate(sent)) for sent in found.page(0, found.total))


class Tally:
    """What the rounds of a use came to."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self._caplog = caplog
        self._met: Counter[str] = Counter()
        self._lost = self._doubled = self.rounds = 0

    def compare(self, server: DemoServer, has: Counter[AuditRecord], should: Counter[AuditRecord]) -> None:
        self.rounds += 1
        self._met += server.faults_met
        self._lost += (should - has).total()
        self._doubled += (has - should).total()

    def tell(self, counted: Counted) -> None:
        logged = [record for record in self._caplog.records if record.levelname in ("ERROR", "CRITICAL")]
        counted(
            rounds=self.rounds,
            faults=self._met.total(),
            lost=self._lost,
            doubled=self._doubled,
            tracebacks=len(logged),
        )
        assert (self._lost, self._doubled, logged) == (0, 0, [])
        assert len(self._met) >= 30


async def tried(work: Callable[[], Awaitable[Answer]]) -> Answer:
    """What comes of work that may fail for a while, each time with an error that is told and passes."""
    for _ in range(MOST_TRIES):
        try:
            return await work()
        except SourceError as error:
            if not error.transient:
                raise
    raise AssertionError("it never came")


async def test_paging(caplog: pytest.LogCaptureFixture, counted: Counted):
    tally = Tally(caplog)
    for seed in seeds("storm-paging", ci=60, large=1_500):
        async with stormy(seed, HISTORY, lambda: NOW, at_once, tie_order="stable") as (server, connection):
            request = PageRequest(PAST, NOW, (), 0, PAGE_SIZE)
            has: Counter[AuditRecord] = Counter()
            should = there(HISTORY, PAST)
            for number in range(-(-should.total() // PAGE_SIZE)):
                page = await tried(partial(connection.source.fetch, replace(request, number=number)))
                has.update(page.records)
                assert page.total in (None, should.total())
            tally.compare(server, has, should)
    tally.tell(counted)


async def test_following(caplog: pytest.LogCaptureFixture, counted: Counted, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tui.demo.live.MOST_ARRIVALS", FOLLOWED)
    tally = Tally(caplog)
    for seed in seeds("storm-following", ci=60, large=1_500):
        clock = Clock(SPEED)
        log = SmallLog(START, records=20, seed=seed)
        growing = {"grow": 20, "late": 45, "repeated_ids": 0.1}
        async with stormy(seed, log, clock.now, clock.sleep, **growing) as (server, connection):
            since = START - timedelta(minutes=5)
            follower = Follower(plan_query(AuditQuery(), Names()), since=since, now=clock.now())
            has: Counter[AuditRecord] = Counter()
            silent_since = None
            while silent_since is None or follower.mark < silent_since:
                await clock.sleep(follower.rest(clock.now()))
                try:
                    page = await connection.live.fetch(follower.next_request(clock.now()))
                except SourceError as error:
                    if not error.transient:
                        raise
                    follower.fail(error, clock.now())
                else:
                    arrivals = follower.take(page, [True] * len(page.records), clock.now())
                    has.update(record for record, _, _ in arrivals)
                if silent_since is None and len(server._live) == FOLLOWED:
                    silent_since = clock.now()
                    clock.skip(SETTLE)
            everything = server._live.select(since, clock.now())
            should = Counter(redact(AuditRecord.model_validate(sent)) for sent in everything.page(0, everything.total))
            tally.compare(server, has, should)
    tally.tell(counted)


async def test_copying_into_an_archive(tmp_path: Path, caplog: pytest.LogCaptureFixture, counted: Counted):
    tally = Tally(caplog)
    proved = 0
    for seed in seeds("storm-sync", ci=60, large=1_500):
        archive = Archive.open(tmp_path / f"{seed}.db")
        async with stormy(seed, HISTORY, lambda: NOW, at_once) as (server, connection):
            sync = Sync(connection.live, archive, Means(lambda: NOW, time.monotonic, at_once))
            try:
                await tried(lambda: sync.fill(TimeRange(PAST.start, PAST.end), connection.directory))  # noqa: B023 - awaited here
                assert sync.settled is not None
                span = sync.settled
                rows = await archive.read(lambda store: store.select(span, EVERYTHING, limit=10**6))  # noqa: B023
                standing = await sync.standing()
            finally:
                await archive.aclose()
            assert standing.gaps == ()
            proved += {stretch.grade for stretch in standing.stretches} == {Grade.PROVED}
            tally.compare(server, Counter(record for _, record in rows), there(HISTORY, PAST))
    counted(proved=proved)
    tally.tell(counted)


async def test_exporting(tmp_path: Path, caplog: pytest.LogCaptureFixture, counted: Counted):
    tally = Tally(caplog)
    proved = 0
    query = AuditQuery(TimeRange(PAST.start, PAST.end))
    matcher = Matcher((), Surroundings())
    should = there(HISTORY, PAST)
    for seed in seeds("storm-export", ci=60, large=1_500):
        async with stormy(seed, HISTORY, lambda: NOW, at_once, tie_order="stable") as (server, connection):
            inquiry = Inquiry(connection.source, query, Names(), matcher, lambda: NOW)
            for number in range(MOST_TRIES):
                file = tmp_path / f"{seed}-{number}.jsonl"
                exported = await tried(lambda: Export(inquiry, ExportFile(file), Form.JSONL).run())  # noqa: B023
                has = Counter(
                    AuditRecord.model_validate(read_back(json.loads(line))[0]) for line in file.read_text().splitlines()
                )
                assert has - should == Counter()
                if exported.completeness is not Completeness.INCOMPLETE:
                    break
                assert (
                    json.loads(file.with_name(f"{file.name}.manifest.json").read_text())["completeness"] == "incomplete"
                )
            proved += exported.completeness is Completeness.PROVED
            tally.compare(server, has, should)
    counted(proved=proved)
    tally.tell(counted)
